"""Logs of a packed rule set, told in rules of the files: one where it is decided, else some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.mail.partial import Message
from mmctl.operate.logs.asked import AskedMessages
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.logs.packed import all_of, live_words, one_of
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles
from mmctl.operate.logs.statistics import LogStatistics, never_hit, statistics_of
from mmctl.operate.logs.stored import joined
from mmctl.operate.logs.told import told
from mmctl.operate.whereabouts.sentences import WhereSentences
from mmctl.operate.whereabouts.told import Noted
from mmctl.render.text import logs as text
from operate.logs import packed as gateway
from operate.logs.conftest import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.told import ToldMessage

LURES = "one of 14 rules: lure-00, lure-01, … (mm.lure-00.etc)"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Writer]:
    """Writes what the live rules do."""
    made = Writer(tmp_path / "logs", gateway.live())
    yield made
    made.records.close()


def names() -> LogNames:
    return LogNames.of(gateway.written(), [gateway.packed()])


def messages(live: Writer, asked: AskedMessages | None = None) -> dict[str, LoggedMessage]:
    found = Log(sources=[LogFiles(live.folder)]).messages(asked, names())
    return {message.id or "": message for message in found}


def told_of(live: Writer) -> dict[str, ToldMessage]:
    return {id_: told(message, names()) for id_, message in messages(live).items()}


def test_one_rule_is_named_where_the_envelope_or_the_client_decides(live: Writer) -> None:
    ann = ("ann@example.com",)
    live.message("m1", ann, mail_from="sender-07@example.net")
    live.message("m2", ann, ip="198.51.100.3")
    live.message("m3", ("one@example.com", "two@example.com", "bob@example.com"))
    live.message("m4", ann, mail_from="other@example.edu")
    found = told_of(live)
    assert {id_: each.ends[0].by for id_, each in found.items()} == {
        "m1": "sender-07",
        "m2": "network-03",
        "m3": "long",
        "m4": "keep",
    }
    assert [end.by for end in found["m3"].ends] == ["long", "long", "keep"]
    assert [rule.name.name for rule in found["m4"].rules] == ["mark-other", "keep"]
    position = found["m1"].rules[0].name.position
    assert position is not None
    assert position.file == "rules.yaml"
    assert found["m1"].rules[0].name.live == "mm.sender-00.etc"
    # What did not match is told in rules of the files too, each once.
    assert "sender-07" not in found["m1"].passed
    assert "long" not in found["m3"].passed
    assert found["m3"].passed.count("mark-person") == 1


def test_several_rules_are_named_where_the_log_cannot_decide(live: Writer) -> None:
    live.message("m1", ("ann@example.com",), subject="lure-03 now")
    (end,) = endings(messages(live)["m1"], names())
    assert end.by == LURES
    assert end.by_rule is not None
    assert end.by_rule.is_open
    assert end.by_rule.names == gateway.LURES
    shown = text.message(told_of(live)["m1"]).plain
    assert f"ann@example.com: stored by {LURES}" in shown
    assert "not in the files" not in shown
    where = WhereSentences(names(), None).of(messages(live)["m1"], end, Noted())
    assert where.sentence == (
        "is held in archive `vault`, by one of 14 rules: `lure-00`, `lure-01`, … (`mm.lure-00.etc`)"
    )
    assert where.one_of == gateway.LURES


def test_a_stored_message_decides_which_rule_is_meant(live: Writer) -> None:
    ann = ("ann@example.com",)
    live.message("m1" * 10, ann, mail_from="ann@example.org", subject="lure-03 now")
    live.message("m2" * 10, ann, subject="lure-05 now")
    logged = messages(live)
    content = b"From: x@example.org\r\nSubject: %s\r\n\r\nhi"
    copies = [
        Message("m1" * 10, content % b"lure-03 now"),
        Message("unknown" * 4, content % b"lure-09 now"),
        Message("m1" * 10, content % b"lure-04 now"),
    ]
    found = joined(logged.values(), names(), copies)
    assert (found.undecided, found.found) == (2, 1)
    stored = found.names.stored["m1" * 10].submission
    assert stored.envelope.mail_from == "ann@example.org"
    ends = {id_: endings(message, found.names)[0].by for id_, message in logged.items()}
    assert ends == {"m1" * 10: "lure-03", "m2" * 10: LURES}
    numbers = LogStatistics(names=found.names)
    for message in logged.values():
        numbers.add_message(message)
    numbers.finish()
    hits = {each.name.name: each.messages for each in numbers.hits()}
    assert hits == {"lure-03": 1}
    assert [each.messages for each in numbers.open_hits()] == [1]
    assert joined([], names(), copies).undecided == 0


def test_headers_that_packed_rules_added_are_known_from_the_log(live: Writer) -> None:
    live.message("m1", ("ann@example.com",), mail_from="ann@example.org")
    (message,) = messages(live).values()
    assert list(MessageNames(message, names()).added()) == [("X-Mark", "seen")]
    assert list(MessageNames(message, names()).added(message.acted[0].key)) == []


def test_two_rules_are_named_where_both_applied(live: Writer) -> None:
    live.message("m1", ("ann@example.com",), mail_from="ann@example.org")
    rules = told_of(live)["m1"].rules
    assert rules[0].name.name == "mark-domain and mark-person"
    assert not rules[0].name.is_open


def test_without_the_record_of_its_arrival_a_message_decides_nothing(live: Writer) -> None:
    live.message("m1", ("ann@example.com",), mail_from="sender-07@example.net")
    (live.folder / "ingress-application.jsonl").unlink()
    (end,) = endings(messages(live)["m1"], names())
    assert end.by == "one of 20 rules: sender-00, sender-01, … (mm.sender-00.etc)"
    found = statistics_of(Log(sources=[LogFiles(live.folder)]).records(), names())
    assert not found.hits()
    assert [(each.messages, each.name.names) for each in found.open_hits()] == [
        (1, gateway.SENDERS)
    ]


def test_messages_are_found_by_a_rule_of_the_files_and_by_a_live_one(live: Writer) -> None:
    ann = ("ann@example.com",)
    live.message("m1", ann, mail_from="sender-07@example.net")
    live.message("m2", ann, mail_from="sender-08@example.net")
    live.message("m3", ann, subject="lure-03 now")
    for rule, wanted in (
        ("sender-07", {"m1"}),
        ("sender-09", set()),
        ("mm.sender-00.etc", {"m1", "m2"}),
        ("lure-05", {"m3"}),
        ("mm.lure-00.etc", {"m3"}),
    ):
        assert set(messages(live, AskedMessages(rules=(rule,)))) == wanted, rule
        assert rule in names().rules


def test_hits_are_counted_once_and_what_is_open_is_never_split(live: Writer) -> None:
    ann = ("ann@example.com",)
    for number in range(3):
        live.message(f"a{number}", ann, mail_from="sender-07@example.net")
    live.message("b", ann, mail_from="sender-08@example.net")
    for number in range(5):
        live.message(f"c{number}", (*ann, "bob@example.com"), subject="lure-03 now")
    live.message("d", ann, mail_from="ann@example.org")
    live.message("e", ("one@example.com", "two@example.com"))
    live.message("f", ann)
    found = statistics_of(Log(sources=[LogFiles(live.folder)]).records(), names())
    assert {each.name.name: (each.messages, each.recipients) for each in found.hits()} == {
        "sender-07": (3, 3),
        "sender-08": (1, 1),
        "mark-domain": (3, 4),
        "mark-person": (1, 1),
        "long": (1, 2),
        "keep": (2, 2),
    }
    (group,) = found.open_hits()
    assert (group.messages, group.recipients, group.name.live) == (5, 10, "mm.lure-00.etc")
    hits = {each.name.name: each for each in found.rules.values()}
    assert hits["sender-08"].passed == len("aaacccccdef")
    assert hits["mark-other"].passed == len("def")
    assert hits["long"].passed == len("df"), "tried in both of its live rules"
    assert (hits["lure-05"].perhaps, hits["lure-05"].messages) == (5, 0)


def test_a_rule_was_never_hit_only_where_it_is_known(live: Writer) -> None:
    ann = ("ann@example.com",)
    live.message("m1", ann, mail_from="sender-07@example.net")
    live.message("m2", ann, subject="lure-03 now")
    live.message("m3", ann)
    found = statistics_of(Log(sources=[LogFiles(live.folder)]).records(), names())
    never = {each.rule.name: each for each in never_hit(found, gateway.written())}
    assert "sender-07" not in never
    assert never["sender-08"].is_known
    assert never["sender-08"].tried == 3
    assert never["network-00"].tried == 1
    assert not never["lure-03"].is_known
    assert never["lure-05"].may_be == (("mm.lure-00.etc", 1),)
    assert never["never"].left_out == "it never applies"
    shown = text.never_hit(list(never.values()), found, verbose=True).plain
    assert "mm.lure-00.etc was hit by 1 message: lure-00, lure-01," in shown
    assert "count: own" in shown
    assert "never  it never applies" in shown


def test_a_rule_says_where_it_is_live() -> None:
    words = live_words([gateway.packed()])
    assert words["sender-07"] == "live in mm.sender-00.etc with 19 others"
    assert words["long"] == "live in mm.long.1, mm.long.2"
    assert words["never"] == "in no live rule: it never applies"
    assert "keep" not in words, "it is live under its own name"


def test_several_rules_are_named_in_few_words() -> None:
    assert one_of(("a", "b", "c"), "mm.a.etc") == "one of a, b, c"
    assert one_of(("a", "b"), "mm.a.etc", quote="`") == "one of `a`, `b`"
    assert one_of(("a", "b", "c", "d"), "mm.a.etc") == "one of 4 rules: a, b, … (mm.a.etc)"
    assert all_of(("a", "b")) == "a and b"
    assert all_of(("a", "b", "c")) == "a, b and c"
