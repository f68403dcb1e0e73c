"""Cases that were sent as real mail: how they should end, how they ended, and what differs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.cases.case import MessageFile
from mmctl.language.project import Outcome
from mmctl.mail.compose import filled_up
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mmctl.cases.case import Case, Expectation
    from mmctl.client.sending import Sent
    from mmctl.client.sorting import SortedCase
    from mmctl.judge.trace import RecipientTrace, Trace


class CaseEnd(StrEnum):
    """How sending a case went."""

    SAME = "same"
    DIFFERS = "differs"
    NO_RECORD = "no record"
    """It was accepted, and no log says what became of it."""
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEnd:
    """How it ends for a recipient; members with None are unknown, or not compared."""

    outcome: Outcome | None = None
    by: str | None = None
    rules: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    """The kinds of the actions: a log does not name their targets."""
    by_one_of: tuple[str, ...] = ()
    """The rules of which one decided, where `by` is a live rule that holds several."""
    live: tuple[tuple[str, ...], ...] | None = None
    """For each live rule of a packed rule set that applied, the rules that are meant, or of which
    one is; None: the rule set is not packed."""


NOTHING: Final = SeenEnd()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecipient:
    """One recipient of a case: what was stated, expected and found."""

    recipient: str
    stated: SeenEnd
    expected: SeenEnd
    got: SeenEnd
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSent:
    """One case, and how sending it went."""

    sorted: SortedCase
    sent: Sent | None = None
    """None: it is not sendable."""
    recipients: tuple[CaseRecipient, ...] = ()

    @property
    def result(self) -> CaseEnd:
        """How it went; one recipient that differs is enough."""
        if self.sent is None or not self.sent.has_answer:
            return CaseEnd.NOT_SENT
        if any(each.differs for each in self.recipients):
            return CaseEnd.DIFFERS
        if any(each.got.outcome is None for each in self.recipients):
            return CaseEnd.NO_RECORD
        return CaseEnd.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSending:
    """One case that was sent, before anybody knows what became of it."""

    sorted: SortedCase
    sent: Sent

    def addresses_of(self, recipient: str) -> frozenset[str]:
        """The addresses that stand for a recipient, in lower case: rules may replace it."""
        found = {recipient.lower()}
        for trace in (self.sorted.stated, self.sorted.own):
            if trace is not None:
                of_recipient = trace.of(recipient)
                found |= {each.recipient.lower() for each in of_recipient.rules}
                found |= {copy.address.lower() for copy in of_recipient.copies}
        return frozenset(found)


def result_of(sending: CaseSending, got: Mapping[str, SeenEnd]) -> CaseSent:
    """A case that was sent; `got` is how it ended, by recipient in lower case."""
    sorted_case, sent = sending.sorted, sending.sent
    stated, own = sorted_case.stated, sorted_case.own
    recipients = []
    for each in sent.recipients:
        found = got.get(each.recipient.lower(), NOTHING)
        said = _of_trace(stated, each.recipient)
        expected = (
            _of_trace(own, each.recipient)
            if own is not None
            else _of_case(sorted_case.case, each.recipient)
        )
        include = () if own is not None else _included(sorted_case.case, each.recipient)
        differs = tuple(_differing(expected, found, include))
        if own is not None and expected == said and not differs:
            # The session's facts change nothing: what the case expects holds here too.
            wanted = _of_case(sorted_case.case, each.recipient)
            differs = tuple(_differing(wanted, found, ()))
        recipients.append(
            CaseRecipient(
                recipient=each.recipient,
                stated=said,
                expected=expected,
                got=found,
                differs=differs,
            )
        )
    return CaseSent(sorted=sorted_case, sent=sent, recipients=tuple(recipients))


def refused_or_taken(sent: Sent) -> dict[str, SeenEnd]:
    """How it ended as far as the replies say: whom the server refused, not by which rule."""
    return {
        each.recipient.lower(): SeenEnd(outcome=Outcome.REFUSED, actions=())
        for each in sent.recipients
        if not each.accepted and sent.has_answer
    }


def of_recipient(trace: RecipientTrace) -> SeenEnd:
    """How it ends for a recipient of a trace, as far as it is known."""
    sure = not trace.missing
    return SeenEnd(
        outcome=None if trace.outcome is Outcome.UNKNOWN else trace.outcome,
        by=trace.by,
        rules=trace.applied if sure else None,
        actions=tuple(each.kind for each in trace.actions_of_all_copies) if sure else None,
    )


def content_of(case: Case, read_file: Callable[[str], bytes]) -> bytes:
    """The bytes of a case's message, filled up to its size.

    Raises:
        OSError: its file cannot be read.
    """
    message = case.message
    if isinstance(message, MessageFile):
        return read_file(message.path)
    return filled_up(message.content, message.email.size)


def _of_trace(trace: Trace | None, recipient: str) -> SeenEnd:
    return NOTHING if trace is None else of_recipient(trace.of(recipient))


def _of_case(case: Case, recipient: str) -> SeenEnd:
    expected = _expectation(case, recipient)
    if expected is None:
        return NOTHING
    actions = expected.actions
    return SeenEnd(
        outcome=expected.outcome,
        by=expected.by,
        rules=expected.rules,
        actions=None
        if actions is None
        else tuple(each.partition(":")[0].strip() for each in actions),
    )


def _included(case: Case, recipient: str) -> tuple[str, ...]:
    expected = _expectation(case, recipient)
    return () if expected is None else expected.rules_include


def _expectation(case: Case, recipient: str) -> Expectation | None:
    for each in case.expectations:
        if each.recipient.lower() == recipient.lower():
            return each
    return None


def _differing(expected: SeenEnd, got: SeenEnd, include: Sequence[str]) -> Iterator[str]:
    """What is not as expected, in words; what nobody knows is not compared."""
    if _dropped_instead(expected, got):
        return
    if expected.outcome is not None and got.outcome not in {None, expected.outcome}:
        yield f"outcome: expected {expected.outcome}, got {got.outcome}"
    elif (
        expected.by is not None
        and got.by not in {None, expected.by}
        and expected.by not in got.by_one_of
    ):
        yield f"by: expected {expected.by}, got {got.by}"
    if got.live is not None:
        yield from _differing_live(expected, got.live, include)
    elif got.rules is not None:
        if expected.rules is not None and expected.rules != got.rules:
            yield f"rules: expected {_listed(expected.rules)}, got {_listed(got.rules)}"
        if lacking := tuple(rule for rule in include if rule not in got.rules):
            yield f"rules: expected {_listed(lacking)} among {_listed(got.rules)}"
    if not _same_actions(expected, got):
        yield f"actions: expected {_listed(expected.actions)}, got {_listed(got.actions)}"


def _dropped_instead(expected: SeenEnd, got: SeenEnd) -> bool:
    """Whether a live rule dropped what its file says to refuse: no policy could do it."""
    by_rule = expected.by is not None and expected.by in (got.by, *got.by_one_of)
    return expected.outcome is Outcome.REFUSED and got.outcome is Outcome.DROPPED and by_rule


def _differing_live(
    expected: SeenEnd, live: Sequence[tuple[str, ...]], include: Sequence[str]
) -> Iterator[str]:
    """What differs where live rules hold several: their order is not that of the files."""
    met = {name for names in live for name in names}
    wanted = expected.rules if expected.rules is not None else ()
    lacking = tuple(rule for rule in (*wanted, *include) if rule not in met)
    others = [names for names in live if not set(names) & set(wanted)]
    if lacking or (others and expected.rules is not None):
        got = ", ".join(" or ".join(names) for names in live)
        yield f"rules: expected {_listed(lacking or wanted)}, got [{got}]"


def _same_actions(expected: SeenEnd, got: SeenEnd) -> bool:
    """Whether the same was done; in a packed rule set, in any order."""
    if expected.actions is None or got.actions is None:
        return True
    if got.live is not None:
        return sorted(expected.actions) == sorted(got.actions)
    return expected.actions == got.actions


def _listed(names: Sequence[str] | None) -> str:
    return f"[{', '.join(names or ())}]"
