"""What a hostile header costs to judge: read once for all readings, and no more than linear."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import mmctl
from mmctl.judge.index.index import Index
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Gateway, Submission
from mmctl.mail import headers
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FIELDS: Final = ("from", "sender", "to", "cc", "subject")
OPERATORS: Final = ("equals", "not_equals", "starts_with", "ends_with", "contains")
CONDITIONS: Final = (
    *(f"{name}: {{{operator}: [a@b, Offer]}}" for name in FIELDS for operator in OPERATORS),
    *(f"header: {{name: X-A, {operator}: [a@b, Offer]}}" for operator in OPERATORS),
    *(f"{name}: {{in_address_list: partners}}" for name in FIELDS[:-1]),
)
RULES: Final = "".join(
    f"- {{name: r{place}, conditions: [{{{condition}}}], actions: [{{archive: {{to: vault}}}}]}}\n"
    for place, condition in enumerate(CONDITIONS)
)
UNITS: Final = (
    "<",
    "(",
    '"',
    "a,",
    "a@b ",
    "a@b,",
    "<a@b>",
    "=?a?q?x?= ",
    "=?utf-8?q?x?= a ",
    "a.",
)
BYTES_A_BYTE: Final = 100
PACKAGE: Final = str(Path(mmctl.__file__).parent)


@pytest.fixture(name="gateway")
def gateway_fixture(gateway_from: Callable[[str], Gateway]) -> Gateway:
    return gateway_from(RULES)


def submission_of(value: str) -> Submission:
    section = "".join(f"{name}: {value}\r\n" for name in (*FIELDS, "X-A"))
    return Submission(
        email=read_email(section.encode() + b"\r\n"),
        session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3, tls_wrapped=False),
        envelope=Envelope(mail_from="a@b", recipients=("x@y", "z@y")),
        facts=Facts(),
    )


def ways(gateway: Gateway, submission: Submission) -> dict[str, Callable[[], object]]:
    index = Index(gateway=gateway)

    def evaluated() -> object:
        trace = judge(gateway, submission)
        return tuple(readings_that_matter(gateway, submission, trace))

    return {"index": lambda: index.judge(submission), "evaluator": evaluated}


def test_a_header_is_decoded_and_parsed_once_for_all_readings(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [f"=?utf-8?q?{name}?= <{name}@b>, " * 2 for name in (*FIELDS, "x-a")]
    read: Counter[tuple[str, str]] = Counter()

    def counting(name: str, read_value: Callable[[str], object]) -> Callable[[str], object]:
        def counted(value: str) -> object:
            read[name, value] += 1
            return read_value(value)

        return counted

    for name in ("decode_words", "addresses_by_value"):
        monkeypatch.setattr(headers, name, counting(name, getattr(headers, name)))
    for way in ("index", "evaluator"):
        section = "".join(
            f"{name}: {value}\r\n" for name, value in zip((*FIELDS, "X-A"), values, strict=True)
        )
        submission = submission_of("")
        submission = Submission(
            email=read_email(section.encode() + b"\r\n"),
            session=submission.session,
            envelope=submission.envelope,
            facts=submission.facts,
        )
        read.clear()
        ways(gateway, submission)[way]()
        assert {name for name, _ in read} == {"decode_words", "addresses_by_value"}
        assert set(read.values()) == {1}, (way, read)


def test_twice_the_header_is_at_most_twice_the_work_of_judging(gateway: Gateway) -> None:
    wrong = []
    for unit in UNITS:
        for way in ("index", "evaluator"):
            ways(gateway, submission_of(unit * 4))[way]()
            once, twice = (
                _work(ways(gateway, submission_of(unit * times))[way]) for times in (300, 600)
            )
            if twice > 2 * once + 400:
                wrong.append(f"{unit!r} by the {way}: {once} and {twice} lines")
    assert wrong == []


def test_a_hostile_message_takes_at_most_so_many_bytes_of_memory_for_each_of_its_own(
    gateway: Gateway,
) -> None:
    wrong = []
    for unit in (*UNITS, '<"{0}"@b>,', "u{0}@b,", "<{0}@b><c@d>,", "=?u{0}?q?x?= ", "({0})"):
        value = "".join(unit.replace("{0}", str(number)) for number in range(15_000 // len(unit)))
        for way in ("index", "evaluator"):
            ways(gateway, submission_of(unit * 4))[way]()
            run = ways(gateway, submission_of(value))[way]
            tracemalloc.start()
            run()
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            if peak > BYTES_A_BYTE * (len(FIELDS) + 1) * len(value):
                wrong.append(f"{unit!r} by the {way}: {peak // (6 * len(value))} for each byte")
    assert wrong == []


def _work(run: Callable[[], object]) -> int:
    """Lines of the package that a call runs."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # the stub wants a recursive type
    try:
        run()
    finally:
        sys.settrace(before)
    return count
