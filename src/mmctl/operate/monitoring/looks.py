"""The looks of the watchdog: mail of a log, live against applied, quotas, silence, ages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.language.project import Outcome
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.quotas import ACCOUNT_QUOTAS, ADDRESSES, RULES, STATEMENTS
from mmctl.model.resources import IngressPoint
from mmctl.model.rules import RuleSet
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.monitoring.findings import MOST_NAMED, WatchFinding
from mmctl.operate.monitoring.measures import Measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.compare.edits import Edit
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.state.inventory import Inventory
    from mmctl.model.enums import IngressPointType
    from mmctl.model.quotas import Quota
    from mmctl.operate.comparing.compared import LogComparison
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

NEAR: Final = 0.9
"""From this share of a quota on it is near."""
WEEKS: Final = 4
"""With the same hour of so many weeks an ingress point is compared."""
_OF_THEM: Final = 3
"""In so many of them it must have had mail."""
USUAL: Final = 5
"""Messages in an hour that make silence a finding."""
_HOUR: Final = timedelta(hours=1)


def undelivered(messages: Iterable[LoggedMessage], names: LogNames) -> tuple[WatchFinding, int]:
    """Recipients whose mail was accepted, and neither delivered, stored, bounced nor dropped."""
    lost: list[str] = []
    count = seen = 0
    for message in messages:
        seen += message.id is not None
        ended = [each for each in endings(message, names) if each.outcome is Outcome.LOST]
        count += len(ended)
        if ended and len(lost) < MOST_NAMED and message.id is not None:
            by = "" if ended[0].by is None else f", stopped by {ended[0].by}"
            lost.append(f"message {message.id} at {_time(message.at)}{by}")
    finding = WatchFinding(
        measured=Measured.UNDELIVERED,
        count=count,
        says=f"mail for {counted(count, 'recipient')} was accepted and lost",
        details=tuple(lost),
        command="mmctl logs --env ENV --since 2h",
    )
    return finding, seen


def disagreeing(found: LogComparison) -> WatchFinding:
    """Recipients for whom the log says something else than the evaluator."""
    rules = sorted(found.by_rule.items(), key=lambda each: (-each[1], each[0]))[:MOST_NAMED]
    return WatchFinding(
        measured=Measured.DISAGREEMENTS,
        count=found.differences,
        says=f"log and simulation differ for {counted(found.differences, 'recipient')}",
        details=tuple(f"{rule}: {number}" for rule, number in rules),
        command="mmctl logs --env ENV --since 2h --compare",
    )


def drifted(edits: Sequence[Edit], *, in_aws: bool = True) -> WatchFinding:
    """What somebody changed by hand since the last apply; only in AWS does CloudTrail know who."""
    things = dict.fromkeys(f"{each.resource.noun} {each.object}: {each.name}" for each in edits)
    return WatchFinding(
        measured=Measured.DRIFT,
        count=len(things),
        says=f"{counted(len(things), 'rule or object', 'rules or objects')} changed by hand",
        details=tuple(things)[:MOST_NAMED],
        command="mmctl drift --env ENV" + (" --cloudtrail" if in_aws else ""),
    )


def unfinished(entries: Sequence[HistoryEntry]) -> WatchFinding:
    """Applies and rollbacks that were stopped part-way or killed, and not finished since."""
    return WatchFinding(
        measured=Measured.UNFINISHED,
        count=len(entries),
        says=f"{counted(len(entries), 'apply or rollback', 'applies or rollbacks')} not finished",
        details=tuple(f"{each.id}: {each.result}" for each in entries)[:MOST_NAMED],
        command="mmctl history --env ENV",
    )


def near_quotas(live: LiveConfiguration, inventory: Inventory) -> WatchFinding:
    """Quotas of which nine tenths or more are used."""
    near = [
        f"{name}: {used} of {quota.most} {quota.noun}"
        for name, quota, used in _uses(live, inventory)
        if used >= NEAR * quota.most
    ]
    return WatchFinding(
        measured=Measured.QUOTAS,
        count=len(near),
        says=f"{counted(len(near), 'quota')} near the limit",
        details=tuple(near)[:MOST_NAMED],
        command="mmctl budget --env ENV",
    )


def _uses(live: LiveConfiguration, inventory: Inventory) -> Iterator[tuple[str, Quota, int]]:
    """How much of each quota is used: of the account all objects count, whoever owns them."""
    own_points = [each.shape for each in live.of_kind(Kind.INGRESS_POINT)]
    for quota in ACCOUNT_QUOTAS:
        if quota.type is None:
            used = sum(line.kind is quota.kind for line in inventory.listed)
        else:
            used = sum(
                isinstance(each, IngressPoint) and _is(each, quota.type) for each in own_points
            )
        yield "the account", quota, used
    for thing in live.objects:
        shape = thing.shape
        if isinstance(shape, RuleSet):
            yield f"rule set {thing.name}", RULES, len(shape.rules)
        elif isinstance(shape, TrafficPolicy):
            yield f"traffic policy {thing.name}", STATEMENTS, len(shape.policy_statements)
        elif thing.members is not None:
            yield f"address list {thing.name}", ADDRESSES, len(thing.members)


def _is(point: IngressPoint, type_: IngressPointType) -> bool:
    return point.type is type_


def hours_to_compare(now: datetime) -> tuple[datetime, ...]:
    """The beginning of the last hour that is over, then that of the same hour of past weeks."""
    last = now - _HOUR
    return tuple(last - timedelta(weeks=week) for week in range(WEEKS + 1))


def silent(points: Iterable[LiveObject], accepted: Sequence[Mapping[str, int]]) -> WatchFinding:
    """Open ingress points without mail in the last hour, with mail in that hour of past weeks.

    `accepted` has the messages by live name, of the last hour first.
    """
    found = []
    for point in points:
        if point.closed:
            continue
        now, *before = (hour.get(point.live_name, 0) for hour in accepted)
        usual = [number for number in before if number >= USUAL]
        if now == 0 and len(usual) >= min(_OF_THEM, len(before)) and usual:
            found.append(f"{point.name}: none, {', '.join(map(str, before))} in past weeks")
    return WatchFinding(
        measured=Measured.SILENT,
        count=len(found),
        says=f"{counted(len(found), 'ingress point')} silent",
        details=tuple(found)[:MOST_NAMED],
        command="mmctl doctor --env ENV",
    )


def hours_since(at: str | None, now: datetime) -> float | None:
    """Hours since a time of the history; None: it is unknown."""
    try:
        then = datetime.fromisoformat(at or "")
    except ValueError:
        return None
    then = then.replace(tzinfo=UTC) if then.tzinfo is None else then
    return round(max((now - then).total_seconds(), 0) / _HOUR.total_seconds(), 1)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
