"""Cases that were sent as real mail, for people: what differs, what could not be sent, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from rich.text import Text

from mmctl.client.expecting import CaseEnd
from mmctl.client.sorting import CaseKind
from mmctl.counted import counted
from mmctl.render.text.send import EMBEDDED
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.client.expecting import CaseRecipient, CaseSent, SeenEnd
    from mmctl.client.results import CasesSent

_WHY_AT_MOST: Final = 3
_AS_STATED: Final = "`mmctl emulate --accept-facts` takes cases as they are stated"


def report(sent: CasesSent) -> Text:
    """The cases, then the three counts and how those that were sent ended."""
    text = Text()
    if sent.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    for each in sent.results:
        _case(text, sent, each)
    text.append(_kinds(sent.results) + "\n")
    if sent.embedded and any(each.sorted.kind is CaseKind.OWN_FACTS for each in sent.results):
        text.append(f"help: {_AS_STATED}\n")
    text.append(_ends(sent.results) + "\n")
    if sent.evidence is not None:
        text.append(f"evidence kept as {visible(sent.evidence)}: {_of_evidence(sent)}\n")
    if sent.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    return text


def _of_evidence(sent: CasesSent) -> str:
    """What the evidence is good for."""
    counts = sent.counts
    failed = counts["differs"] + counts["not_sent"]
    if failed:
        return f"as failed, since {counted(failed, 'case')} did not end as expected"
    if counts["no_record"]:
        return f"{counted(counts['same'], 'case')} passed, of {counts['no_record']} it is unknown"
    return f"all {counted(counts['same'], 'case')} passed"


def _case(text: Text, sent: CasesSent, each: CaseSent) -> None:
    case, kind = each.sorted.case, each.sorted.kind
    if kind is CaseKind.NOT_SENDABLE:
        text.append("not sendable  ", "yellow").append(f"{visible(case.name)}\n")
        _why(text, each, sent)
        return
    match each.result:
        case CaseEnd.SAME:
            if sent.shows_all or kind is CaseKind.OWN_FACTS:
                text.append("same  ", "green").append(visible(case.name))
                text.append(f"  {kind}\n" if kind is CaseKind.OWN_FACTS else "\n", "dim")
        case CaseEnd.DIFFERS:
            text.append("DIFFERS  ", "bold red").append(visible(case.name))
            text.append(f"  {visible(case.position.file)}:{case.position.line}\n", "dim")
        case CaseEnd.NO_RECORD:
            text.append("no record  ", "yellow").append(f"{visible(case.name)}\n")
            text.append(f"  no log said within {sent.waited:g} s how it ended\n")
            text.append_text(_accepted_as(each))
        case CaseEnd.NOT_SENT:
            text.append("not sent  ", "red").append(f"{visible(case.name)}\n")
        case _:
            assert_never(each.result)
    if each.sent is not None and each.sent.failure is not None and not each.sent.has_answer:
        text.append(f"  {visible(each.sent.failure.message)}\n", "red")
    if kind is CaseKind.OWN_FACTS:
        _why(text, each, sent)
    for one in each.recipients:
        _recipient(text, each, one)


def _accepted_as(each: CaseSent) -> Text:
    """What to ask next of mail whose end is not in the log, such as a relay that is down."""
    id_ = None if each.sent is None else each.sent.message_id
    return Text("" if id_ is None else f"  so far: mmctl logs --message-id {visible(id_)}\n")


def _why(text: Text, each: CaseSent, sent: CasesSent) -> None:
    """What stops a case, or which facts the session has differently; `-v` shows each value."""
    why = each.sorted.why
    if each.sorted.kind is CaseKind.OWN_FACTS and not sent.shows_all:
        names = dict.fromkeys(line.partition(" ")[0] for line in why)
        text.append(f"  the session's own: {visible(', '.join(names))}\n", "dim")
        return
    shown = why if sent.shows_all else why[:_WHY_AT_MOST]
    for line in shown:
        text.append(f"  {visible(line)}\n", "dim")
    if len(why) > len(shown):
        text.append(f"  and {len(why) - len(shown):,} more; -v lists them\n", "dim")


def _recipient(text: Text, each: CaseSent, one: CaseRecipient) -> None:
    if each.sorted.kind is CaseKind.OWN_FACTS:
        text.append(
            f"  {visible(one.recipient)}  as stated {_words(one.stated)}, "
            f"with these facts {_words(one.expected)}, got {_words(one.got)}\n"
        )
    for line in one.differs:
        text.append(f"  {visible(one.recipient)}  {visible(line)}\n", "red")


def _words(ended: SeenEnd) -> str:
    if ended.outcome is None:
        return "unknown"
    return f"{ended.outcome} by {visible(ended.by)}" if ended.by else str(ended.outcome)


def _kinds(results: Sequence[CaseSent]) -> str:
    numbers = {kind: sum(each.sorted.kind is kind for each in results) for kind in CaseKind}
    return (
        f"{counted(len(results), 'case')}: {numbers[CaseKind.AS_STATED]:,} as stated, "
        f"{numbers[CaseKind.OWN_FACTS]:,} with the session's own facts, "
        f"{numbers[CaseKind.NOT_SENDABLE]:,} not sendable"
    )


def _ends(results: Sequence[CaseSent]) -> str:
    tried = [each for each in results if each.sorted.kind is not CaseKind.NOT_SENDABLE]
    numbers = {end: sum(each.result is end for each in tried) for end in CaseEnd}
    return (
        f"sent: {numbers[CaseEnd.SAME]:,} ended as expected, "
        f"{numbers[CaseEnd.DIFFERS]:,} did not, {numbers[CaseEnd.NO_RECORD]:,} without a record, "
        f"{numbers[CaseEnd.NOT_SENT]:,} not sent"
    )
