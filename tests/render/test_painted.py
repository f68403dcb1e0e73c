"""Lines that are painted cheaply have the bytes that rich writes for them."""

from __future__ import annotations

import io
from functools import partial

import pytest
from rich.text import Text

from mmctl.cli.printing import printed
from mmctl.cli.run import console_for
from mmctl.judge.comparison import MessageEnd
from mmctl.judge.judged import Ended, JudgedMessage, JudgedRecipient
from mmctl.language.project import Outcome
from mmctl.render.text.folding import folded
from mmctl.render.text.message_lines import WHERE, Line, lines
from mmctl.render.text.painted import Painter

NAMES = (
    "mail/a.eml",
    "a  folder  with  spaces/and a name that is longer than a narrow screen has room for.eml",
    "\x1b[31mred\x1b[0m.eml",
    "\u202eevil.eml",
    "::error::no.eml",
    "##[error]no.eml",
    "日本語/メール.eml",
    "tab\there.eml",
)
WHOM = (
    "ann@example.com",
    "",
    "名前@example.com",
    "line\nbreak@example.com",
    "##vso[x]@example.com",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def every_line() -> list[Line]:
    found = []
    for name in NAMES:
        for outcome in Outcome:
            recipients = tuple(
                JudgedRecipient(whom, Ended(outcome=outcome, by=by))
                for whom in WHOM
                for by in ("deliver", None)
            )
            judged = JudgedMessage(recipients=recipients, assumed={})
            found += lines(MessageEnd(message=name, judged=judged), other=False)
        nobody = JudgedMessage(recipients=(), assumed={})
        found += lines(MessageEnd(message=name, judged=nobody), other=False)
    return found


def by_rich(line: Line) -> Text:
    report = Text()
    report.append(line.what, line.style)
    report.append(line.whom)
    report.append(line.where, WHERE)
    return report


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize(
    "variables",
    [{}, {"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}],
    ids=lambda each: "+".join(each) or "color",
)
def test_cheap_lines_have_the_bytes_of_rich(
    width: int, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "TF_BUILD", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = every_line()
    console = console_for(Terminal())
    console.width = width
    painter = Painter(console, gate=printed, folded=partial(folded, width=width), width=width)
    one_by_one = []
    for line in found:
        with console.capture() as written:
            console.print(folded(by_rich(line), width), end="")
        one_by_one.append(written.get())
        assert painter.painted([line]) == one_by_one[-1]
    assert painter.painted(found) == "".join(one_by_one)
