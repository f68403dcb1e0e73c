"""What lint says about configurations that people have published.

They are no part of the repository; `expected.json` holds what was judged right to say, by file.
"""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from ruamel.yaml import YAML

from mmctl.checks.lint import lint
from mmctl.interchange.api_json import import_api_json
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLISHED: Final = Path(__file__).parents[2].parent / "shared" / "reference" / "configs"
EXPECTED: Final[Mapping[str, list[str]]] = json.loads(
    (Path(__file__).parent / "expected.json").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published configurations are not on this machine"
)


def reported(file: Path) -> list[str]:
    """The checks that find something in a configuration, each once."""
    imported = import_api_json({file.name: file.read_text(encoding="utf-8")})
    sections = {kind.value: things for kind, things in imported.sections.items()}
    text = _yaml({"version": 1, **sections})
    project, problems = read_text({"a.yaml": text, **imported.certificates}, lone=True)
    assert problems == ()
    return sorted({problem.check for problem in lint(project, date(2026, 11, 20))})


def _yaml(document: object) -> str:
    stream = StringIO()
    YAML(typ="safe", pure=True).dump(document, stream)
    return stream.getvalue()


REFUSED: Final[Mapping[str, list[str]]] = json.loads(
    (Path(__file__).parent / "refused.json").read_text(encoding="utf-8")
)
"""Of configurations that the service would refuse: the members that are wrong, by file."""


def test_every_refused_configuration_has_an_expectation() -> None:
    assert sorted(REFUSED) == sorted(file.name for file in PUBLISHED.glob("broken-*.json"))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_exactly_the_wrong_members_are_refused_at_their_lines(name: str) -> None:
    text = (PUBLISHED / name).read_text(encoding="utf-8")
    refused = import_api_json({name: text}).refused
    assert sorted(problem.message.split("`")[1] for problem in refused) == REFUSED[name]
    lines = text.splitlines()
    for problem in refused:
        member = problem.message.split("`")[1].split(".")[-1].split("[")[0]
        here = lines[problem.position.line - 1]
        # What is missing has no line of its own; an item of a list has that of its brace.
        assert f'"{member}"' in here or here.strip() == "{" or "is missing" in problem.message


def test_every_published_configuration_has_an_expectation() -> None:
    assert sorted(EXPECTED) == sorted(file.name for file in PUBLISHED.glob("[0-9]*.json"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_exactly_the_expected_checks_report(name: str) -> None:
    assert reported(PUBLISHED / name) == EXPECTED[name]
