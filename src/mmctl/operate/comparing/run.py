"""A whole log, compared message by message; the messages themselves join where they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.mail.facts import Stated
from mmctl.operate.comparing.compared import LogComparison
from mmctl.operate.comparing.comparer import compare_answer, compare_message
from mmctl.operate.comparing.explaining import Explainer
from mmctl.operate.comparing.heard import added_headers
from mmctl.operate.logs.stored import id_of, submission_with
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mmctl.judge.simulation import Authenticate
    from mmctl.mail.partial import Message
    from mmctl.operate.comparing.gateways import LoggedGateways, NamedGateway
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import PolicyRecord

DIFFERING_KEPT: Final = 1_000
"""Messages that differ which a result holds; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What to compare with, and what is known beyond the log."""

    gateways: LoggedGateways
    against: str | None = None
    """The name of other rules; None: those of the project."""
    stated: Stated = field(default_factory=Stated)
    authenticate: Authenticate | None = None


def compare_log(
    comparing: Comparing,
    messages: Sequence[LoggedMessage],
    stored: Iterable[Message] | None = None,
    watch: Callable[[int], None] | None = None,
) -> LogComparison:
    """Compare all messages of a log; `watch` hears how many were compared."""
    run = _Run(comparing, messages, readings=stored is not None)
    for message in stored or ():
        if run.join(message) and watch is not None:
            watch(1)
    for logged in messages:
        if logged.id is None or logged.id not in run.done:
            run.compare(logged, None)
            if watch is not None:
                watch(1)
    return run.end()


class _Run:
    """One log while it is compared."""

    def __init__(
        self, comparing: Comparing, messages: Sequence[LoggedMessage], *, readings: bool
    ) -> None:
        self._comparing = comparing
        self._by_id = {logged.id: logged for logged in messages if logged.id is not None}
        self._points = _points(messages)
        self._last = _last(messages)
        self._comparison = LogComparison(against=comparing.against, explained=readings)
        self._explainer = Explainer(assume_pass=comparing.stated.assume_pass)
        self.done: set[str] = set()

    def join(self, message: Message) -> bool:
        """Compare the message that was stored, if the log knows it and it was not compared yet."""
        known = id_of(message, self._by_id)
        if known is None or known in self.done:
            return False
        self.compare(self._by_id[known], message)
        return True

    def compare(self, logged: LoggedMessage, message: Message | None) -> None:
        """Compare one message of the log, and what its traffic policy answered about others."""
        self._ask_policy(logged)
        if logged.id is None:
            return
        self.done.add(logged.id)
        named = self._comparing.gateways.of_message(logged)
        if named is None:
            self._unknown(logged)
            return
        stated, authenticate = self._comparing.stated, self._comparing.authenticate
        compared = compare_message(
            logged,
            named,
            whole=logged.id != self._last,
            submission=None
            if message is None
            else submission_with(
                message, logged, added_headers(logged, named), stated, authenticate
            ),
            assume_pass=stated.assume_pass,
        )
        self._comparison.add(compared.message, keep=DIFFERING_KEPT)
        if self._comparison.explained:
            self._explainer.see(compared)

    def _ask_policy(self, logged: LoggedMessage) -> None:
        """Compare the policy's answers about recipients that are not the message's."""
        accepted = () if logged.accepted is None else logged.accepted.recipients
        for record in logged.policy:
            named = None if record.recipient in accepted else self._way(record)
            if named is not None:
                self._comparison.add(compare_answer(record, named), keep=DIFFERING_KEPT)

    def _way(self, record: PolicyRecord) -> NamedGateway | None:
        """The ingress point of a record, which has its id alone: accepted mail has its name too."""
        points = self._comparing.gateways.ingress_points
        name = self._points.get(record.ingress_point_id or "")
        if name is not None:
            return points.get(name)
        return next(iter(points.values())) if len(points) == 1 else None

    def _unknown(self, logged: LoggedMessage) -> None:
        accepted = logged.accepted
        name = None if accepted is None else accepted.ingress_point
        if name is None:
            name = next((each.rule_set for each in logged.rules if each.rule_set), None)
        counts = self._comparison.unknown_gateways
        counts[name or ""] = counts.get(name or "", 0) + 1

    def end(self) -> LogComparison:
        """The result, with the readings that explain differences."""
        if self._comparison.explained:
            self._comparison.explanations = self._explainer.explanations()
        return self._comparison


def _points(messages: Iterable[LoggedMessage]) -> dict[str, str]:
    """The names of ingress points by their ids."""
    return {
        accepted.ingress_point_id: accepted.ingress_point
        for logged in messages
        if (accepted := logged.accepted) and accepted.ingress_point_id and accepted.ingress_point
    }


def _last(messages: Iterable[LoggedMessage]) -> str | None:
    """The message with the last record of a rule: further records of it may come."""
    last = max(
        ((record.at, logged.id) for logged in messages if logged.id for record in logged.acted),
        default=None,
    )
    return None if last is None else last[1]
