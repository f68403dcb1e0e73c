"""The benchmarks promise what docs/performance.md shows, and compare what answers the same."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from benchmarks.judge import agreement, ours, project
from benchmarks.judge.corpus import Corpus
from benchmarks.mail import mail
from benchmarks.measure import Pairs, Ratio
from benchmarks.network.gateway import write_large, write_small
from benchmarks.page import BEGIN, END, PAGE, merged, picture_of, rows_of
from benchmarks.plot import PLOTS, svg
from benchmarks.result import Curve, Measured, Peer, as_json, from_json, table
from benchmarks.rows import ROW, ROWS

from mmctl.checks.lint import lint
from mmctl.judge.submission import Gateway
from mmctl.judge.submitting import Submitting
from mmctl.language.parsing.load import read_project
from mmctl.mail.facts import Stated
from mmctl.mail.reader import read_email
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.result import Result

    from mmctl.judge.submission import Submission


def test_the_page_shows_exactly_the_rows_that_are_declared() -> None:
    assert rows_of(PAGE.read_text(encoding="utf-8")) == [row.what for row in ROWS]


def test_every_plot_is_on_the_page_and_has_its_picture() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in PLOTS if f"(performance/{name}.svg)" not in text] == []
    assert [name for name in PLOTS if not picture_of(name).is_file()] == []


def test_rows_are_named_once_and_their_aims_are_harder_than_their_floors() -> None:
    assert len(ROW) == len({row.what for row in ROWS}) == len(ROWS)
    assert [
        row.key
        for row in ROWS
        if row.floor is not None and row.aim is not None and not row.reaches(row.aim, row.floor)
    ] == []


@pytest.mark.parametrize(
    ("key", "figure", "verdict"),
    [
        ("headers", 46, "aim reached"),
        ("headers", 30, "reached"),
        ("headers", 29.9, "BELOW"),
        ("memory", 80, "aim reached"),
        ("memory", 120, "reached"),
        ("memory", 121, "BELOW"),
        ("spamassassin", 1, "reported"),
        ("warm", 1, "reported"),
        ("warm", 30_000, "aim reached"),
        ("lint-again", 40, "reached"),
    ],
)
def test_a_figure_is_held_against_floor_and_aim(key: str, figure: float, verdict: str) -> None:
    measured = Measured(row=key, figure=Ratio(figure, figure, figure), detail="")
    assert (measured.verdict, measured.fails) == (verdict, verdict == "BELOW")


def test_a_row_that_needs_a_quiet_machine_is_undecided_on_a_busy_one() -> None:
    slow = Ratio(1.1, 1.0, 1.2)
    quiet = Measured(row="processes", figure=slow, detail="")
    busy = Measured(row="processes", figure=slow, detail="", others="others took 1.0 processors")
    other = Measured(row="headers", figure=slow, detail="", others="others took 1.0 processors")
    assert [each.fails for each in (quiet, busy, other)] == [True, False, True]
    assert busy.verdict == "undecided: others took 1.0 processors"


def test_ratios_are_medians_of_pairs_and_not_ratios_of_medians() -> None:
    pairs = Pairs((1.0, 2.0, 4.0), (8.0, 2.0, 12.0))
    assert pairs.faster == Ratio(3.0, 2.0, 5.5)
    assert pairs.dearer.median == pytest.approx(1 / 3)


def test_results_survive_the_way_to_the_runner() -> None:
    results: list[Result] = [
        Measured(row="headers", figure=Ratio(31.0, 30.0, 32.0), detail="1 µs", others=None),
        Measured(row="sieve", figure=None, detail="not installed: apt install dovecot-sieve"),
    ]
    assert [from_json(as_json(result)) for result in results] == results
    assert "not measured" in table([each for each in results if isinstance(each, Measured)])


def test_a_run_of_some_rows_leaves_the_others_on_the_page_as_they_were() -> None:
    def measured(row: str, figure: float) -> Measured:
        return Measured(row=row, figure=Ratio(figure, figure, figure), detail=f"{figure}")

    first = merged("", [measured("sieve", 7), measured("rules", 2), Peer(version="a 1")], "`make")
    again = merged(first, [measured("headers", 40), measured("rules", 3), Peer(version="a 2")], "M")
    page = f"{BEGIN}\n{again}\n{END}"
    assert rows_of(page) == [ROW[key].what for key in ("headers", "sieve", "rules")]
    assert "x7.0" in again
    assert [line for line in again.splitlines() if line.startswith("- ")] == [
        f"- {ROW['headers'].what}: 40",
        f"- {ROW['sieve'].what}: 7",
        f"- {ROW['rules'].what}: 3",
        "- a 2",
    ]


def test_messages_are_the_same_each_time_and_as_the_page_says() -> None:
    messages = list(mail(400))
    assert messages == list(mail(400))
    assert messages[:50] == list(mail(50))
    contents = [each.content for each in messages]
    recipients = [len(_submission(content).envelope.recipients) for content in contents]
    shares = {
        "bytes": sum(map(len, contents)) / len(contents) / 21_000,
        "recipients": sum(recipients) / len(contents) / 4.5,
        "CRLF": sum(b"\r\n" in content for content in contents) / len(contents) / 0.6,
        "attachments": sum(b"application/pdf" in each for each in contents) / len(contents) / 0.3,
    }
    assert {name: share for name, share in shares.items() if not 0.8 < share < 1.2} == {}
    assert 0.01 < sum(each.malformed for each in messages) / len(messages) < 0.05


def test_one_recipient_changes_the_envelope_alone() -> None:
    for many, one in zip(mail(20), mail(20, one_recipient=True), strict=True):
        first, second = _submission(many.content), _submission(one.content)
        assert second.envelope.recipients == first.envelope.recipients[:1]
        assert second.envelope.mail_from == first.envelope.mail_from
        assert second.email.header_values("subject", decoded=True) == first.email.header_values(
            "subject", decoded=True
        )


def _submission(content: bytes) -> Submission:
    return Submitting(Stated(), [Gateway(rules=())]).of(read_email(content))


def test_mmctl_and_the_baseline_give_the_same_verdicts(tmp_path: Path) -> None:
    corpus = Corpus.generate(tmp_path / "mail", 60)
    gateway = ours.gateway(project.write(tmp_path / "rules", agreement.RULES))
    assert "same verdicts on 60 messages" in agreement.must_agree(gateway, corpus, 60)
    fewer = ours.gateway(project.write(tmp_path / "fewer", 100))
    with pytest.raises(SystemExit, match=r"\.eml: mmctl says"):
        agreement.must_agree(fewer, corpus, 60)


@pytest.mark.parametrize("write", [write_small, write_large])
def test_lint_finds_no_error_in_a_gateway_that_is_applied(
    write: Callable[[Path, str], None], tmp_path: Path
) -> None:
    write(tmp_path, "http://127.0.0.1:1")
    gateway, problems = read_project(tmp_path)
    found = (*problems, *lint(gateway, date(2026, 11, 20)))
    assert [each for each in found if each.severity is Severity.ERROR] == []


def test_another_engine_is_not_measured_where_it_answers_differently(tmp_path: Path) -> None:
    corpus = Corpus.generate(tmp_path / "mail", 4, one_recipient=True)
    refused = agreement.agreed("sieve", [["r0"]] * 4, corpus, lambda: pytest.fail("measured"))
    assert (refused.figure, refused.detail) == (None, "only same verdicts on 0 of 4 messages")


def test_a_folder_has_as_many_messages_as_asked(tmp_path: Path) -> None:
    corpus = Corpus.generate(tmp_path / "mail", 3)
    assert len([each for each in corpus.of(7).rglob("*") if each.is_file()]) == 7


def test_a_plot_is_one_picture_with_a_mark_for_every_point() -> None:
    for plot in PLOTS.values():
        points = [(10.0, 3e-5), (1000.0, 2e-3), (4000.0, 0.5)]
        curves = [Curve(plot="x", name=name, points=points) for name in ("a < b", "c")]
        picture = ET.fromstring(svg(plot, curves))  # noqa: S314 - written here
        circles = picture.findall("{http://www.w3.org/2000/svg}circle")
        places = [float(each.attrib["cx"]) for each in circles]
        assert len(circles) == 6
        assert all(0 < place < 400 and math.isfinite(place) for place in places)
