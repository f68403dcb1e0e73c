"""Checks find a mistake however it is written, and nothing where it only looks like one.

`meaning/*.yaml` has a gateway for each check, with a place for rules: `spellings` are the mistake
written in several ways, `sound` looks like it and is none.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from mmctl.checks.lint import lint
from mmctl.language.parsing.load import read_text

GATEWAYS: Final = Path(__file__).parent / "meaning"
TODAY: Final = date(2026, 11, 20)
PROJECT: Final = """\
version: 1
project: mail
rules: [rules.yaml]
vars: {partner: "@partner.example", own: "@example.com"}
environments: {local: {endpoint: embedded}, prod: {endpoint: embedded}}
default_environment: local
"""


def test_a_mistake_is_found_in_every_spelling_and_not_where_there_is_none() -> None:
    faults = []
    for path in sorted(GATEWAYS.glob("*.yaml")):
        table = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        for kind in ("spellings", "sound"):
            for name, text in table[kind].items():
                said = found(table["gateway"].replace("RULES\n", indented(text, 6)))
                if (table["check"] in said) is not (kind == "spellings"):
                    faults.append(f"{path.name}: {kind}: {name}: {sorted(said)}")
    assert faults == []


def found(text: str) -> set[str]:
    """The checks that report something about a gateway."""
    project, problems = read_text({"mmctl.yaml": PROJECT, "rules.yaml": text})
    assert problems == (), problems
    return {problem.check for problem in lint(project, TODAY)}


def indented(text: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())
