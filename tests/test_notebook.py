"""What `mmctl.api` returns is shown as tables by IPython itself."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mmctl import api

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: hi\r\n\r\nhello\r\n"
STATED = api.Stated(
    envelope=api.Envelope(mail_from="a@example.org", recipients=("<b>@example.com",)),
    session=api.Session(source_ip="203.0.113.7"),
)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    made = InteractiveShell.instance()
    assert made.extension_manager is not None
    made.extension_manager.load_extension("mmctl.notebook")
    yield made
    InteractiveShell.clear_instance()


def shown(shell: InteractiveShell, value: object) -> str | None:
    """The HTML that a notebook gets for a value; None: only text."""
    assert shell.display_formatter is not None
    data, _ = shell.display_formatter.format(value)  # type: ignore[no-untyped-call]
    assert data["text/plain"]
    html = data.get("text/html")
    return None if html is None else str(html)


class Cells(HTMLParser):
    """The texts of a page's cells, and the names of its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.elements.add(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def cells(shell: InteractiveShell, value: object) -> list[str]:
    page = shown(shell, value)
    assert page is not None
    found = Cells(page)
    assert found.elements <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    return found.cells


def test_each_result_is_a_table_and_its_texts_are_no_markup(shell: InteractiveShell) -> None:
    project = api.load(api.EXAMPLE)
    assert "block-network" in cells(shell, project)
    broken = api.EXAMPLE["rules.yaml"].replace("to: exchange", 'to: "<script>x</script>"')
    problems = api.lint({"rules.yaml": broken}, today=date(2027, 1, 31))
    [place, _, message, *_] = cells(shell, problems)[-len(cells(shell, problems)) // 2 :]
    assert place.startswith("rules.yaml:11:")
    assert "<script>" in message
    assert shown(shell, problems[0]) == shown(shell, problems)
    judged = cells(shell, api.judge(project, MESSAGE, STATED))
    assert judged[-4:] == ["<b>@example.com", "dropped", "block-network", "block-network"]
    [many] = api.judge_many(project, [MESSAGE], STATED)
    assert cells(shell, many) == judged
    wider = api.EXAMPLE["rules.yaml"].replace("203.0.113.0/24", "203.0.113.0/24, 198.51.100.0/24")
    made = cells(shell, api.plan(api.load({"rules.yaml": wider}), project))
    assert "conditions[0].values" in made
    assert "no changes" in (shown(shell, api.plan(project, project)) or "")


def test_other_tuples_are_shown_as_before(shell: InteractiveShell) -> None:
    assert shown(shell, (1, 2)) is None
    assert shown(shell, ()) is None


def test_long_results_are_cut_and_counted(shell: InteractiveShell) -> None:
    rules = "".join(f"      - {{name: r{number}, actions: [drop]}}\n" for number in range(250))
    text = f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{rules}"
    page = shown(shell, api.load({"rules.yaml": text}))
    assert page is not None
    assert "250 rules" in page
    assert page.count("<tr>") == 201
    assert "50 more are not shown" in page
