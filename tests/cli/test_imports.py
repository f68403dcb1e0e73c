"""What each command may import: importing is most of what a short command costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from sample_log import sample_log

GATEWAY: Final = Path(__file__).parent / "gateway"
TOLD: Final = """\
import atexit, sys
told = sys.argv.pop()
def tell():
    names = list(sys.modules)
    with open(told, "w") as file:
        file.write("\\n".join(names))
atexit.register(tell)
from mmctl.cli.start import run_to_exit
run_to_exit()
"""
COMPLETION: Final = {
    "_MMCTL_COMPLETE": "complete_zsh",
    "_TYPER_COMPLETE_ARGS": "mmctl lint --f",
}
SLOW: Final = {
    *("argparse", "asyncio", "concurrent", "dataclasses", "email", "http", "importlib.metadata"),
    *("inspect", "logging", "multiprocessing", "pathlib", "sqlite3", "ssl", "subprocess"),
    *("tempfile", "unittest", "urllib.request", "xml"),
}
"""Modules of the standard library that take milliseconds."""
OF: Final = {
    "annotated_types": "pydantic",
    "pydantic_core": "pydantic",
    "typing_extensions": "pydantic",
    "typing_inspection": "pydantic",
    "certifi": "botocore",
    "dateutil": "botocore",
    "jmespath": "botocore",
    "six": "botocore",
    "urllib3": "botocore",
    "markdown_it": "rich",
    "mdurl": "rich",
    "pygments": "rich",
}
"""Packages that come with another one."""
OWN: Final = {"pathlib"}
RICH: Final = {"rich", "dataclasses", "inspect"}
ROOMS: Final = {"cli", "language", "model"}
MAY_IMPORT: Final[dict[str, set[str]]] = {
    "--version": {"cli"},
    "--help": {"cli"},
    "": {"cli"},
    "plan --help": {"cli"},
    "completion": {"cli", "language"},
    "remembered": {"cli", "language"},
    "explain redundant-value": {*OWN, "cli", "language", "checks", "render"},
    "checks": {*OWN, "cli", "language", "checks", "render"},
    "checks --format json": {*OWN, "cli", "language", "checks", "render"},
    "schema": {*OWN, "cli", "language"},
    "schema rules": {*OWN, "cli", "language"},
    "fmt --check": {*OWN, "ruamel", *ROOMS},
    "budget": {*OWN, *ROOMS, "judge", "analysis", "compiler", "render"},
    "budget --format json": {*OWN, *ROOMS, "judge", "analysis", "compiler", "render"},
    "budget --cost": {
        *OWN,
        *ROOMS,
        *("judge", "analysis", "live", "operate", "render"),
    },
    "lint --no-cache": {
        *OWN,
        *ROOMS,
        *(
            "email",
            "mail",
            "judge",
            "analysis",
            "checks",
            "compiler",
            "render",
            "pysolvers",
        ),
    },
    "simulate": {*OWN, *ROOMS, *RICH, "email", "mail", "judge", "cases", "render"},
    "cases list": {*OWN, *ROOMS, "ruamel", "email", "mail", "cases", "render"},
    "diff .": {
        *OWN,
        *ROOMS,
        *RICH,
        *("mail", "email", "judge", "analysis", "compiler", "live", "render"),
    },
    "send cases/messages/lookalike.eml --to 127.0.0.1:1 --tls none": {
        *OWN,
        *ROOMS,
        *RICH,
        *("mail", "email", "judge", "cases", "client", "emulator", "render", "ssl"),
    },
    "export --to api-json": {
        *OWN,
        *ROOMS,
        *("judge", "analysis", "compiler", "interchange"),
    },
    "foundation template": {
        *OWN,
        *ROOMS,
        # The requirement that installs this mmctl is in the metadata of its package.
        *("judge", "analysis", "compiler", "live", "operate", "render"),
        *("importlib.metadata", "email", "tempfile"),
    },
    # On this machine there are no stacks: nothing of AWS is loaded to say so.
    "foundation status": {*OWN, *ROOMS, "live", "operate"},
    "staging down --yes": {*OWN, *ROOMS, "live", "operate"},
    "logs log.jsonl": {
        *OWN,
        *ROOMS,
        *("mail", "judge", "analysis", "compiler", "live", "operate", "render"),
    },
    "history": {*OWN, *ROOMS, *RICH, "judge", "analysis", "compiler", "live", "render"},
}
"""For each command the packages, rooms and slow modules that it may import. typer is in no row: it
reads what is not well formed, ruamel.yaml and pydantic what is unusual, or wrong. boto3, jsonschema
and deepdiff are in no row that reads files alone.
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(GATEWAY, tmp_path_factory.mktemp("imports") / "gateway"))
    # Where nothing is wrong, nothing is needed that shows what is wrong.
    rules = folder / "rules" / "rules.yaml"
    (folder / "log.jsonl").write_text(sample_log("a"), encoding="utf-8")
    named, exception = "# mmctl: ignore[forgeable-exception] they are known\n", "      - mail_from:"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace(exception, f"      {named}{exception}", 1), encoding="utf-8")
    return folder


def _imported(words: list[str], folder: Path, **variables: str) -> set[str]:
    told = folder.parent / "told"
    # Not so that it measures its coverage: that imports more.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", TOLD, *words, str(told)],
        cwd=folder,
        env={**kept, "XDG_CACHE_HOME": str(folder.parent), "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    # 5: nothing listens; 64: there is nothing to do that to.
    assert done.returncode in {0, 1, 5, 64}, done.stderr
    modules = told.read_text().split("\n")
    rooms = {name.split(".")[1] for name in modules if name.startswith("mmctl.")} & _rooms()
    packages = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    packages = {OF.get(name, name) for name in packages if not name.startswith("_")}
    return rooms | (packages - {"mmctl", "cython_runtime"}) | (SLOW & set(modules))


def _rooms() -> set[str]:
    source = GATEWAY.parents[2] / "src" / "mmctl"
    return {path.parent.name for path in source.glob("*/__init__.py")}


def test_a_command_imports_no_more_than_it_may(gateway: Path) -> None:
    wrong = {}
    for command, allowed in MAY_IMPORT.items():
        words = command.split()
        if command == "remembered":
            for _ in range(2):
                found = _imported(["lint"], gateway)
        elif command == "completion":
            found = _imported([], gateway, **COMPLETION)
        else:
            found = _imported(words, gateway)
        too_much, no_longer = found - allowed, allowed - found - SLOW
        if too_much or no_longer:
            wrong[command] = {"too much": too_much, "no longer": no_longer}
    assert wrong == {}


def test_a_mistake_on_the_command_line_is_read_by_typer(gateway: Path) -> None:
    assert "typer" in _imported(["lint", "-qv", "--fix", "--dry-run"], gateway)
