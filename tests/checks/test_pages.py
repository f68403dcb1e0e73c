"""The manual's pages of the checks are what their docstrings say.

`pytest tests/checks --update` rewrites them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from mmctl.checks.capacity_page import CAPACITY, capacity_page
from mmctl.checks.catalogue import CHECKS
from mmctl.checks.explained import explained_checks
from mmctl.checks.mistakes import MISTAKES
from mmctl.render.text.checks import index, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[2] / "src" / "mmctl"
PAGES = Path(__file__).parents[2] / "docs" / "checks"


def test_the_pages_in_the_manual_are_up_to_date(update: bool) -> None:
    pages = {f"{check.id}.md": markdown(check) for check in CHECKS}
    pages[f"{CAPACITY}.md"] = markdown(capacity_page())
    pages["README.md"] = index(CHECKS, MISTAKES, (CAPACITY,))
    if update:
        PAGES.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (PAGES / name).write_text(text, encoding="utf-8")
    written = {page.name: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
    assert written == pages


def test_the_pages_written_for_a_quick_start_are_those_of_the_checks(*, update: bool) -> None:
    module = SOURCES / "checks" / "written_pages.py"
    text = f"{_WRITTEN}{''.join(_written(row) for row in _rows())})\n"
    if update:
        module.write_text(text, encoding="utf-8")
    assert module.read_text(encoding="utf-8") == text, "run `make rendered`"


def test_checks_are_explained_without_importing_them() -> None:
    explained = [(each.id, each.severity, *astuple(each.page)) for each in explained_checks()]
    assert explained == _rows()


def _rows() -> list[tuple[str, ...]]:
    return [(check.id, check.severity.value, *astuple(check.page)) for check in CHECKS]


_WRITTEN = '''\
"""The pages of checks: id, severity, summary, what it does, why it is bad, bad, good.

Written from the docstrings of checks by `make rendered`, and held against them by a test: do not
edit.
"""

from __future__ import annotations

from typing import Final

WRITTEN_PAGES: Final[tuple[tuple[str, str, str, str, str, str, str], ...]] = (
'''


def _written(row: tuple[str, ...]) -> str:
    return "    (\n" + "".join(f"        {each!r},\n" for each in row) + "    ),\n"


def ids_in(source: Path) -> Iterator[str]:
    """What is given as the id of a problem: by name, or first to what reports one."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            given = [each.value for each in node.keywords if each.arg == "check"]
            given += node.args[:1] if called.lstrip("_") in {"report", "problem"} else []
            for each in given:
                if isinstance(each, ast.Constant) and re.fullmatch(r"[a-z-]+", str(each.value)):
                    yield str(each.value)


def test_every_id_of_a_problem_is_a_check_or_a_mistake_that_is_described() -> None:
    found = {each for source in SOURCES.rglob("*.py") for each in ids_in(source)}
    assert found >= {"syntax", "unknown-key", "wrong-text", "unknown-name"}
    assert found - {"capacity"} <= MISTAKES.keys()
    assert not MISTAKES.keys() & {check.id for check in CHECKS}
