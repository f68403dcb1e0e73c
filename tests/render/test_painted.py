"""Lines that are painted cheaply have the bytes that rich writes for them."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest
from rich.text import Text

from mmctl.cli.printing import printed
from mmctl.cli.run import console_for
from mmctl.judge.answers import MissingFact
from mmctl.judge.comparison import MessageEnd
from mmctl.judge.judged import Ended, JudgedMessage, JudgedRecipient
from mmctl.language.project import Outcome
from mmctl.render.text import message_lines
from mmctl.render.text.folding import folded
from mmctl.render.text.message_lines import WHERE, Line, PlainLines, lines
from mmctl.render.text.painted import Painter

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def every_ending(lacking: tuple[MissingFact, ...] = ()) -> Iterator[MessageEnd]:
    for name in NAMES:
        for outcome in Outcome:
            ends = [Ended(outcome=outcome, by=by, missing=lacking) for by in ("deliver", None)]
            recipients = tuple(JudgedRecipient(whom, ended) for whom in WHOM for ended in ends)
            judged = JudgedMessage(recipients=recipients, assumed={})
            yield MessageEnd(message=name, judged=judged)
        yield MessageEnd(message=name, judged=JudgedMessage(recipients=(), assumed={}))


def every_line() -> list[Line]:
    return list(chain.from_iterable(lines(ending, other=False) for ending in every_ending()))


def test_lines_without_styles_have_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = MissingFact(fact="spf\n", states="--spf", in_case="verdicts: {spf: …}", choices=())
    endings = [*every_ending(), *every_ending((fact,))]
    for known in (4096, 1):
        monkeypatch.setattr(message_lines, "_MOST_KNOWN", known)
        plain = PlainLines()
        for before, ending in pairwise(endings):
            expected = "".join(line.plain for line in lines(ending, other=False))
            assert plain.of(ending, other=False) == expected
            if len(before.judged.recipients) == len(ending.judged.recipients):
                changed = replace(ending, against=before.judged)
                expected = "".join(line.plain for line in lines(changed, other=True))
                assert plain.of(changed, other=True) == expected


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
