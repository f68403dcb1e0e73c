"""Records joined to messages, and how the messages ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.project import Outcome
from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.asked import AskedMessages, network_of
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.outcomes import WhyUnknown, endings
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles

if TYPE_CHECKING:
    from mmctl.language.project import Project
    from mmctl.operate.logs.messages import LoggedMessage
    from operate.logs.conftest import Writer


def read(writer: Writer, asked: AskedMessages | None = None) -> list[LoggedMessage]:
    return list(Log(sources=[LogFiles(writer.folder)]).messages(asked))


def test_what_the_evaluator_decides_is_read_back_from_the_log(
    writer: Writer, project: Project
) -> None:
    names = LogNames.of(project)
    everybody = ("a@example.com", "b@example.com", "r@example.com", "lost@example.com")
    traces = {
        "m1": writer.message("m1", (*everybody, "x@example.org"), at="2026-11-28T21:00:00Z"),
        "m2": writer.message("m2", ("b@example.com",), at="2026-11-28T21:00:01Z"),
        "m3": writer.message("m3", everybody, mail_from="y@example.net", at="2026-11-28T21:00:02Z"),
        "m4": writer.message("m4", ("b@example.com",), ip="203.0.113.5", at="2026-11-28T21:00:03Z"),
    }
    messages = read(writer)
    assert [message.id for message in messages] == ["m1", "m2", "m3", None]
    for message, (name, trace) in zip(messages, traces.items(), strict=True):
        told = {each.recipient: (each.outcome, each.by) for each in endings(message, names)}
        meant = {each.recipient: (each.outcome, each.by) for each in trace.recipients}
        assert told == meant, name


def test_the_debug_records_of_a_message_are_found_by_what_they_share(writer: Writer) -> None:
    for number in range(3):
        at = f"2026-11-28T21:00:0{number}Z"
        writer.message(f"m{number}", ("b@example.com", "no@example.org"), at=at)
    messages = read(writer)
    assert [message.id for message in messages] == ["m0", "m1", "m2"]
    sessions = [{record.session_id for record in message.policy} for message in messages]
    assert sessions == [{"session-m0"}, {"session-m1"}, {"session-m2"}]
    assert [len(message.policy) for message in messages] == [2, 2, 2]


def test_a_failed_action_is_told_and_what_follows_from_it(writer: Writer, project: Project) -> None:
    names = LogNames.of(project)
    writer.message("m1", ("b@example.com",), failing={"relay": "connection refused"})
    writer.message("m2", ("b@example.com",), failing={"relay": ""}, status=ActionStatus.IN_PROGRESS)
    one, two = read(writer)
    (failed,) = endings(one, names)
    assert (failed.outcome, failed.by) == (Outcome.STORED, "keep")
    assert [record.action and record.action.failure for record in failed.failed] == [
        "connection refused"
    ]
    (waiting,) = endings(two, names)
    assert (waiting.outcome, waiting.why_unknown, waiting.waiting) == (
        Outcome.UNKNOWN,
        WhyUnknown.IN_PROGRESS,
        True,
    )


def test_what_was_done_for_some_and_failed_for_others_is_told_of_nobody(
    writer: Writer, project: Project
) -> None:
    recipients = ("b@example.com", "c@example.com")
    failed = {"relay": "550 no"}
    for name, failing in ("m1", {}), ("m1", failed), ("m2", failed), ("m2", {}):
        writer.message(name, recipients, failing=failing)
    names = LogNames.of(project)
    ends = [ended for message in read(writer) for ended in endings(message, names)]
    assert [(each.outcome, each.why_unknown) for each in ends] == [
        (Outcome.UNKNOWN, WhyUnknown.DIVIDED)
    ] * 4


def test_a_message_is_found_by_each_thing_that_the_records_say(writer: Writer) -> None:
    writer.message("m1", ("a@example.com", "b@example.com"))
    writer.message("m2", ("b@example.com",), mail_from="", ip="198.51.100.7")
    writer.message("m3", ("c@example.com", "no@example.org"), mail_from="Y@Example.net")
    found = {
        name: [message.id for message in read(writer, asked)]
        for name, asked in {
            "id": AskedMessages(message_ids=("m2",)),
            "two ids": AskedMessages(message_ids=("m1", "m3")),
            "sender": AskedMessages(mail_from="y@example.NET"),
            "domain": AskedMessages(mail_from="@example.org"),
            "null sender": AskedMessages(mail_from="<>"),
            "recipient": AskedMessages(recipient="b@example.com"),
            "refused recipient": AskedMessages(recipient="no@example.org"),
            "helo": AskedMessages(helo="MAIL.example.org"),
            "network": AskedMessages(network=network_of("198.51.100.0/24", option="--ip")),
            "nobody": AskedMessages(recipient="z@example.com"),
            "rule": AskedMessages(rules=("block-a",)),
        }.items()
    }
    assert found == {
        "id": ["m2"],
        "two ids": ["m1", "m3"],
        "sender": ["m3"],
        "domain": ["m1"],
        "null sender": ["m2"],
        "recipient": ["m1", "m2"],
        "refused recipient": ["m3"],
        "helo": ["m1", "m2", "m3"],
        "network": ["m2"],
        "nobody": [],
        "rule": ["m1"],
    }
    (one,) = read(writer, AskedMessages(message_ids=("m3",)))
    assert [record.accepted for record in one.policy] == [True, False]
    assert len(one.rules) == 5 + 1 + 1
