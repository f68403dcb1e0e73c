"""Imports go one way, and effects stay at their edges: the sources are read, not trusted."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src" / "mmctl"
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "language": {"model"},
    "mail": {"model"},
    "judge": {"model", "language", "mail"},
    "analysis": {"model", "language", "mail", "judge"},
    "cases": {"model", "language", "mail", "judge", "analysis"},
    "checks": {"model", "language", "mail", "judge", "analysis"},
    "compiler": {"model", "language", "mail", "judge", "analysis"},
    "emulator": {"model", "mail", "judge"},
    "interchange": {"model", "language", "analysis"},
    "live": {"model", "language", "mail", "judge", "analysis", "cases", "compiler", "emulator"},
    "render": {
        "model",
        "language",
        "mail",
        "judge",
        "analysis",
        "cases",
        "checks",
        "compiler",
        "live",
    },
}
EVERYWHERE = {"errors", "inputs", "problem", "visible", "writing", ""}
ONLY_IN = {
    "boto3": set(),
    "botocore.session": {"live/aws/sessions.py"},
    "rich": {"render", "cli/run.py"},
    "typer": {"cli"},
    "sqlite3": {"emulator"},
}
WRITES = {"print", "sys.stdout.write", "sys.stdout.writelines", "typer.echo", "typer.secho"}
GATES = {
    "cli/run.py": {"sys.stdout.write"},
    "cli/start.py": {"sys.stdout.write"},
    "cli/main.py": {"typer.echo"},
}
"""Who writes to stdout: what has passed, an answer that has passed before, texts of our own.
Everything that is written to stderr passes, whoever writes it."""


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports(path: Path, *, for_types: bool) -> Iterator[str]:
    """Every module that a file imports, with or without those for its types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    types_alone = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in types_alone and not for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_one_way(path: Path) -> None:
    room = room_of(path)
    if room in {"", "cli"}:
        return
    for module in imports(path, for_types=True):
        parts = module.split(".")
        if parts[0] != "mmctl":
            continue
        target = parts[1] if len(parts) > 1 else ""
        allowed = MAY_IMPORT[room] | EVERYWHERE | {room, "__version__"}
        assert target in allowed, f"{room} imports {module}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_effects_stay_at_their_edges(path: Path) -> None:
    where = path.relative_to(SOURCE).as_posix()
    for module in imports(path, for_types=False):
        for package, places in ONLY_IN.items():
            if module == package or module.startswith(f"{package}."):
                assert where in places or room_of(path) in places, f"{where} imports {module}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_clock_and_the_environment_are_read_by_the_command_line_alone(path: Path) -> None:
    if room_of(path) == "cli":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            assert name not in {"datetime.now", "time.time", "date.today", "os.environ"}, (
                f"{path.name}:{node.lineno} reads {name}"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_text_leaves_through_the_gate_alone(path: Path) -> None:
    where = path.relative_to(SOURCE).as_posix()
    calls = (
        each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.Call)
    )
    direct = {name for call in calls if (name := ast.unparse(call.func)) in WRITES}
    assert direct <= GATES.get(where, set()), f"{where} does not write by way of `cli/printing.py`"


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path.stem for path in modules()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def test_every_module_says_what_lives_there() -> None:
    silent = [p for p in modules() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []
