"""What an environment costs in a month at a stated volume, from what the project has.

What depends on which mail a rule is for is counted for all mail, unless a share is stated: the sum
is then the most that it can be. Nothing here asks AWS.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import is_public
from mmctl.judge.actions import kind_of, target_of
from mmctl.language.project import EMBEDDED
from mmctl.model.enums import RetentionPeriod
from mmctl.operate.costs.lines import HOURS_A_MONTH, CostLine, Costs
from mmctl.operate.costs.prices import ADD_ON, REGION, PricePlan
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.language.project import LogicalArchive, Project
    from mmctl.operate.costs.prices import PriceTable

KB_OF_GB: Final = Decimal(1024 * 1024)
_CHUNK_KB: Final = Decimal(256)
_FIRST_TIER: Final = Decimal(10_000_000)
"""Messages a month that the one known price of Essentials is for."""
_LOG_RECORD_KB: Final = Decimal(2)
_ZONES: Final = Decimal(2)
"""Zones of an interface endpoint of which nothing else is known."""
_YEAR: Final = 12
_MONTHS: Final[Mapping[RetentionPeriod, int]] = {
    RetentionPeriod.THREE_MONTHS: 3,
    RetentionPeriod.SIX_MONTHS: 6,
    RetentionPeriod.NINE_MONTHS: 9,
    RetentionPeriod.ONE_YEAR: 12,
    RetentionPeriod.EIGHTEEN_MONTHS: 18,
    RetentionPeriod.TWO_YEARS: 24,
    RetentionPeriod.THIRTY_MONTHS: 30,
    RetentionPeriod.THREE_YEARS: 36,
    RetentionPeriod.FOUR_YEARS: 48,
    RetentionPeriod.FIVE_YEARS: 60,
    RetentionPeriod.SIX_YEARS: 72,
    RetentionPeriod.SEVEN_YEARS: 84,
    RetentionPeriod.EIGHT_YEARS: 96,
    RetentionPeriod.NINE_YEARS: 108,
    RetentionPeriod.TEN_YEARS: 120,
}
"""All that end; PERMANENT does not."""
_BY_ACTION: Final = {
    "send": "sent-message",
    "write_to_s3": "object-put",
    "publish_to_sns": "topic-request",
    "invoke_lambda": "function-request",
}
"""What one message costs by the kind of an action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailVolume:
    """The mail of a month."""

    messages: Decimal
    kilobytes: Decimal
    """The average size of a message."""
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    """What part of the messages reaches an archive, add-on or kind of action, by its name."""

    def share_of(self, name: str) -> Decimal:
        """The part of all messages that one thing gets; all of them where nothing is stated."""
        return self.shares.get(name, Decimal(1))

    @property
    def gigabytes(self) -> Decimal:
        """The size of all messages."""
        return self.messages * self.kilobytes / KB_OF_GB


def month_of(
    project: Project, volume: MailVolume | None, prices: PriceTable, plan: PricePlan
) -> Costs:
    """What Mail Manager costs in an environment; without a volume, what is paid without mail."""
    lines = [*_standing(project, prices)]
    if volume is not None:
        lines += _of_messages(project, volume, prices, plan)
        lines += _of_archives(project, volume, prices)
        lines += _of_logs(project, volume, prices)
    return Costs(
        environment=project.environment.name,
        lines=tuple(lines),
        notes=tuple(_notes(project, volume)),
    )


def names_of_shares(project: Project) -> tuple[str, ...]:
    """What a share may be stated for: archives, add-ons, and kinds of actions."""
    used = {kind for kind, _ in _actions(project)}
    kinds = [kind for kind in _BY_ACTION if kind in used]
    return (*_archives_used(project), *project.add_ons, *kinds)


def _standing(project: Project, prices: PriceTable) -> Iterator[CostLine]:
    """What is paid whether or not mail comes."""
    points = project.ingress_points.values()
    count = len(points) + len(project.environment.twins)
    if count:
        yield CostLine(
            what="ingress points, a month each",
            quantity=Decimal(count),
            price=prices.of("ingress-point"),
            note="also while closed",
        )
    private = [point for point in points if not is_public(point)]
    if private and project.environment.stack is None:
        yield CostLine(
            what="VPC endpoints of ingress points",
            quantity=len(private) * _ZONES * HOURS_A_MONTH,
            price=prices.of("vpc-endpoint-zone"),
            note="in two zones each",
        )


def _of_messages(
    project: Project, volume: MailVolume, prices: PriceTable, plan: PricePlan
) -> Iterator[CostLine]:
    suffix = "-essentials" if plan is PricePlan.ESSENTIALS else ""
    first = min(volume.messages, _FIRST_TIER) if suffix else volume.messages
    yield CostLine(what="messages", quantity=first, price=prices.of(f"message{suffix}"))
    if volume.messages > first:
        yield CostLine(
            what="messages above 10 million",
            quantity=volume.messages - first,
            price=prices.of("message-essentials-above-10m"),
        )
    yield CostLine(
        what="chunks of messages",
        quantity=volume.messages * volume.kilobytes / _CHUNK_KB,
        price=prices.of("chunk"),
        note="by the average size",
    )
    for name, add_on in project.add_ons.items():
        yield CostLine(
            what=f"add-on {name}",
            quantity=volume.messages * volume.share_of(name),
            price=prices.of(ADD_ON + add_on.subscription.addon_name),
            note=_share(volume, name),
        )
    kinds = dict.fromkeys(kind for kind, _ in _actions(project) if kind in _BY_ACTION)
    for kind in kinds:
        item = _BY_ACTION[kind] + (suffix if kind == "send" else "")
        yield CostLine(
            what=f"action {kind}",
            quantity=volume.messages * volume.share_of(kind),
            price=prices.of(item),
            note=_share(volume, kind),
        )


def _of_archives(project: Project, volume: MailVolume, prices: PriceTable) -> Iterator[CostLine]:
    for name in _archives_used(project):
        taken = volume.gigabytes * volume.share_of(name)
        yield CostLine(
            what=f"archive {name}, taken in",
            quantity=taken,
            price=prices.of("archive-in"),
            note=_share(volume, name),
        )
        months, note = _kept(project.archives.get(name))
        yield CostLine(
            what=f"archive {name}, stored",
            quantity=taken * months,
            price=prices.of("archive-stored"),
            note=note,
        )


def _kept(archive: LogicalArchive | None) -> tuple[int, str]:
    """How many months of mail an archive holds once it is full, and how that is said."""
    if archive is None:
        return _YEAR, "after 12 months; its retention is not in the project"
    retention = archive.archive.retention
    period = None if retention is None else retention.value
    if period is None:
        return _MONTHS[RetentionPeriod.SIX_MONTHS], "once full, by the console's 180 days"
    months = _MONTHS.get(period)
    if months is None:
        return _YEAR, "after 12 months; it grows without end"
    return months, f"once full, after {months} months"


def _of_logs(project: Project, volume: MailVolume, prices: PriceTable) -> Iterator[CostLine]:
    logged = [
        *(rule_set.logging for rule_set in project.rule_sets.values()),
        *(point.logging for point in project.ingress_points.values()),
    ]
    kept = sum(
        ":log-group:" in destination for logging in logged for destination in logging.values()
    )
    if not kept:
        return
    taken = volume.messages * _LOG_RECORD_KB * kept / KB_OF_GB
    yield CostLine(
        what="logs, taken in",
        quantity=taken,
        price=prices.of("log-in"),
        note=f"{kept} logs with {_LOG_RECORD_KB} KB a message",
    )
    stack = project.environment.stack
    if stack is not None:
        days = Decimal(stack.log_retention_days)
        yield CostLine(
            what="logs, stored",
            quantity=taken * days * 24 / HOURS_A_MONTH,
            price=prices.of("log-stored"),
            note=f"once full, after {days} days",
        )


def _actions(project: Project) -> Iterator[tuple[str, str | None]]:
    """The actions of rules that live in the environment: kind and target."""
    for rule_set in project.rule_sets.values():
        for rule in rule_set.live_rules(project.environment.name):
            if not rule.shadow:
                for action in rule.actions:
                    yield kind_of(action, stop=rule.stop), target_of(action)


def _archives_used(project: Project) -> tuple[str, ...]:
    named = (target for kind, target in _actions(project) if kind == "archive" and target)
    return tuple(dict.fromkeys(named))


def _share(volume: MailVolume, name: str) -> str:
    if name not in volume.shares:
        return "at most: of all messages"
    percent = (volume.shares[name] * 100).normalize()
    return f"of {percent:f} % of all messages"


def _notes(project: Project, volume: MailVolume | None) -> Iterator[str]:
    if project.environment.endpoint == EMBEDDED:
        yield f"`{project.environment.name}` is embedded and costs nothing: this is what AWS asks"
    region = project.environment.region
    if region is not None and region != REGION:
        yield f"these are prices of {REGION}; `{project.environment.name}` is in `{region}`"
    if volume is None:
        yield "without --messages and --size, only what is paid without mail"
