"""Imports go one way, and effects stay at their edges: the sources are read, not trusted."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
    "emulator": {"model", "language", "mail", "judge"},
    "interchange": {"model", "language", "analysis"},
    "live": {"model", "language", "mail", "judge", "analysis", "compiler"},
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
        "operate",
        "client",
        "interchange",
    },
    # Rooms to come: they have their place, so that no wall has to be broken for them.
    "client": {"model", "language", "mail", "judge", "cases"},
    "operate": {"model", "language", "mail", "judge", "analysis", "cases", "compiler", "live"},
    "editor": {
        "model",
        "language",
        "mail",
        "judge",
        "analysis",
        "cases",
        "checks",
        "compiler",
        "render",
        "linting",
    },
    "serve": {
        "model",
        "language",
        "mail",
        "judge",
        "analysis",
        "cases",
        "checks",
        "compiler",
        "live",
        "emulator",
        "interchange",
        "render",
        "operate",
        "linting",
    },
}
ABOVE = {
    "__main__": {"cli"},
    "linting": {"model", "language", "mail", "judge", "analysis", "checks", "compiler"},
    "api": {
        "model",
        "language",
        "mail",
        "judge",
        "analysis",
        "checks",
        "compiler",
        "linting",
        "live",
    },
    "notebook": {"api", "render"},
}
"""Files beside the rooms that join them; `cli` alone imports these."""
EVERYWHERE = {
    "counted",
    "errors",
    "inputs",
    "patterns",
    "problem",
    "records",
    "visible",
    "writing",
    "",
}
ONLY_IN = {
    "aiosmtpd": {"emulator/smtp/connection.py", "emulator/smtp/securing.py"},
    "boto3": {"live/aws/sessions.py"},
    "botocore.session": {"live/aws/sessions.py"},
    "rich": {"render", "cli/run.py"},
    "typer": {"cli"},
    "deepdiff": {"live/compare/delta.py"},
    "lsprotocol": {"editor"},
    "pygls": {"editor"},
    "sqlite3": {"emulator"},
}
THE_WORLD = {
    "datetime.now",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "time.sleep",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "os.environ",
    "os.getenv",
    "os.putenv",
    "os._exit",
    "os.getlogin",
    "os.getpid",
    "os.get_terminal_size",
    "os.path.expanduser",
    "shutil.get_terminal_size",
    "getpass.getuser",
    "platform.node",
    "sys.exit",
    "sys.stdin",
    "sys.stdin.buffer",
}
"""Clock, environment variables, terminal, person, machine and the exit: `cli/world.py` alone."""
PATIENCE = {
    # A program of its own, on another machine: `send --via staging`.
    ("client/errand_runner.py", "time.monotonic"),
    ("emulator/http.py", "time.monotonic"),
    ("mail/verify_spf.py", "time.monotonic"),
    ("emulator/delivering/commands.py", "time.monotonic"),
}
"""How long a connection or a look-up may take: a limit, and no time that anybody is told."""
WORDING = {
    "mmctl.counted",
    "mmctl.visible",
    "mmctl.analysis.questions.behavior_json",
    "mmctl.judge.words",
    "mmctl.live.compare.wording",
    "mmctl.records",
}
"""Modules whose functions put a value into words or JSON, for all who show it; and what makes
records."""
OWN_FILES = {"render/html/frame.py"}
"""What reads the style and the script of pages, which are its own."""
WRITES = {"print", "sys.stdout.write", "sys.stdout.writelines", "typer.echo", "typer.secho"}
GATES = {
    "cli/run.py": {"sys.stdout.write"},
    "cli/start.py": {"sys.stdout.write"},
    "cli/face.py": {"typer.echo"},
    "operate/staging/maildir_reader.py": {"sys.stdout.write"},
}
"""Who writes to stdout: what has passed, an answer that has passed before, texts of our own; and a
program that runs on another machine, whose answer is read before anything is shown.
Everything that is written to stderr passes, whoever writes it."""


SUB_ROOMS: dict[str, tuple[str, ...]] = {
    "language": ("text", "dialect", "parsing", "writing", "formatting"),
    "interchange": (
        "migration",
        "patterns",
        "sender_lists",
        "infrastructure",
        "cloudformation",
        "terraform",
        "receipt_rules",
        "postfix",
        "sieve",
        "exchange",
        "google_workspace",
        "rspamd",
    ),
    "live": (
        "state",
        "aws",
        "compare",
        "ordinary",
        "plan",
        "history",
        "brakes",
        "apply",
        "iam",
    ),
    "render": ("text", "documents", "html"),
    "serve": ("page", "play"),
    "cli": (
        "options",
        "in_place",
        "changes",
        "messages",
        "files",
        "sending",
        "archiving",
        "staging",
        "pipelines",
        "doctoring",
        "migrating",
        "commands",
    ),
    "judge": ("readings", "index"),
    "analysis": ("sat", "theories", "encoding", "questions"),
    "cases": ("mutants", "library", "witnessed"),
    "client": ("probe",),
    "compiler": ("packing", "advice"),
    "checks": ("company",),
    "emulator": ("archive", "records", "delivering", "smtp"),
    "operate": (
        "logs",
        "whereabouts",
        "comparing",
        "archive",
        "trail",
        "templates",
        "monitoring",
        "foundation",
        "staging",
        "stacks",
        "costs",
        "pipelines",
        "dns",
        "doctor",
    ),
}
"""The sub-rooms of a room along the way of the data: each imports only those before it."""


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, for_types: bool) -> Iterator[str]:
    """Every module that a file imports, with or without those for its types alone."""
    tree = tree_of(path)
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


def test_imports_go_one_way() -> None:
    wrong = []
    for path in modules():
        room = room_of(path)
        if room == "cli":
            continue
        below = MAY_IMPORT[room] if room else ABOVE.get(path.stem, set())
        allowed = below | EVERYWHERE | {room, "__version__"}
        for module in imports(path, for_types=True):
            package, target, *_ = (*module.split("."), "")
            if package == "mmctl" and target not in allowed:
                wrong.append(f"{path.relative_to(SOURCE)} imports {module}")
    assert wrong == []


def test_a_room_tells_the_order_of_its_sub_rooms() -> None:
    found = {
        (room.name, inner.name)
        for room in SOURCE.iterdir()
        for inner in room.glob("*/")
        if (inner / "__init__.py").exists()
    }
    assert found == {(room, inner) for room, order in SUB_ROOMS.items() for inner in order}


def test_the_page_of_the_house_has_every_room_in_its_order() -> None:
    page = (SOURCE.parents[1] / "docs" / "developers" / "architecture.md").read_text(
        encoding="utf-8"
    )
    rows = re.findall(r"^\| `(\w+)/` \| (.*?) \|", page, re.MULTILINE)
    cells_of: dict[str, list[str]] = {room: [] for room, _ in rows}
    for room, cell in rows:
        cells_of[room].append(cell)
    assert set(cells_of) == {*MAY_IMPORT, "cli"}
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert rooms <= set(cells_of)
    said = {
        room: tuple(re.findall(r"`(\w+)`", cells[1]))
        for room, cells in cells_of.items()
        if len(cells) > 1
    }
    assert said == SUB_ROOMS


def test_sub_rooms_import_those_before_them_alone() -> None:
    wrong = []
    for path in modules():
        room, inner, *_ = (*path.relative_to(SOURCE).parts, "", "")
        order = SUB_ROOMS.get(room, ())
        if inner not in order:
            continue
        allowed = set(order[: order.index(inner) + 1])
        for module in imports(path, for_types=True):
            _, to_room, to_inner, *_ = (*module.split("."), "", "", "")
            if to_room == room and to_inner in order and to_inner not in allowed:
                wrong.append(f"{room}/{inner}/{path.name} imports {module}")
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {_name(path): path for path in modules()}
    graph = {
        name: {
            known for module in imports(path, for_types=True) if (known := _known(module, names))
        }
        for name, path in names.items()
    }
    try:
        TopologicalSorter({name: to - {name} for name, to in graph.items()}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _known(module: str, names: Collection[str]) -> str | None:
    """The module that an imported name is, or is in."""
    return module if module in names else next(iter({module.rpartition(".")[0]} & set(names)), None)


def test_effects_stay_at_their_edges() -> None:
    wrong = []
    for path in modules():
        where = path.relative_to(SOURCE).as_posix()
        for module in imports(path, for_types=False):
            for package, places in ONLY_IN.items():
                inside = module == package or module.startswith(f"{package}.")
                if inside and where not in places and room_of(path) not in places:
                    wrong.append(f"{where} imports {module}")
    assert wrong == []


def test_the_world_is_asked_in_one_file_alone() -> None:
    wrong = []
    for path in modules():
        where = path.relative_to(SOURCE).as_posix()
        found = {
            (ast.unparse(node), node.lineno)
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute)
        }
        found |= {(module, 1) for module in imports(path, for_types=False)}
        wrong += [
            f"{where}:{line} asks {name}"
            for name, line in sorted(found)
            if (name in THE_WORLD or name.endswith(".isatty")) and (where, name) not in PATIENCE
        ]
    assert [each for each in wrong if not each.startswith("cli/world.py:")] == []
    assert len([each for each in wrong if each.startswith("cli/world.py:")]) > len(THE_WORLD) / 2


def test_render_takes_values_and_their_words_alone() -> None:
    """Types and constants of other rooms, and functions that put a value into words."""
    wrong = []
    for path in modules():
        if room_of(path) != "render":
            continue
        where = path.relative_to(SOURCE).as_posix()
        for module in imports(path, for_types=False):
            package, _, name = module.rpartition(".")
            if module.startswith("mmctl.") and not package.startswith("mmctl.render"):
                asks = name[0].islower() and package not in WORDING
                wrong += [f"{where} calls {module}"] if asks else []
        opened = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute | ast.Name)
        } & {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
        if where not in OWN_FILES:
            wrong += [f"{where} uses {name}" for name in sorted(opened)]
    assert wrong == []


def test_text_leaves_through_the_gate_alone() -> None:
    wrong = []
    for path in modules():
        where = path.relative_to(SOURCE).as_posix()
        calls = (each for each in ast.walk(tree_of(path)) if isinstance(each, ast.Call))
        direct = {name for call in calls if (name := ast.unparse(call.func)) in WRITES}
        wrong += [f"{where} calls {name}" for name in direct - GATES.get(where, set())]
    assert wrong == [], "write by way of `cli/printing.py`"


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path.stem for path in modules()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def test_every_module_says_what_lives_there() -> None:
    silent = [p for p in modules() if not ast.get_docstring(tree_of(p))]
    assert silent == []
