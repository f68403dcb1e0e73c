"""Preflight: would the service take this plan, and does what its rules name exist? Read-only.

An error is what the service would certainly refuse; everything else is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import Refused
from mmctl.live.aws.surroundings import Presence
from mmctl.live.plan.steps import Create
from mmctl.model.actions import row_of
from mmctl.model.conditions import operand_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.kinds import LINGERING, Kind
from mmctl.model.logs import DestinationType, destination_type_of
from mmctl.model.operands import RECIPIENT, TO
from mmctl.model.quotas import ACCOUNT_QUOTAS
from mmctl.model.rules import RuleSet
from mmctl.model.things import BUCKET, FUNCTION, IDENTITY, KEY, LOG_GROUP, ROLE, STREAM, TOPIC
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.live.aws.surroundings import Surroundings
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.service import MailManager
    from mmctl.model.rules import Rule, RuleAction
    from mmctl.model.things import Thing

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightFinding:
    """One thing that prevents a plan, or may."""

    text: str
    certain: bool = False
    """The service would certainly refuse."""


def preflight(
    plan: Plan, service: MailManager, surroundings: Surroundings | None
) -> tuple[PreflightFinding, ...]:
    """What prevents a plan that changes something; `surroundings` is None if unknown."""
    if plan.empty:
        return ()
    found = list(_quotas(plan, service))
    for kind in LINGERING:
        found += _lingering(plan, service, kind)
    if surroundings is not None:
        found += _outside(plan, surroundings)
    return tuple(found)


def refuse_what_cannot_be(found: Iterable[PreflightFinding]) -> None:
    """Refuse the plan if the service would certainly refuse something in it.

    Raises:
        Refused: before anything was written.
    """
    certain = [finding.text for finding in found if finding.certain]
    if certain:
        raise Refused(
            "preflight: " + "; ".join(certain),
            why="the service would refuse it half-way",
            help="make room or change the plan; to try anyway: --no-preflight",
        )


def _quotas(plan: Plan, service: MailManager) -> Iterator[PreflightFinding]:
    """Count all objects of the account, ours or not."""
    for quota in ACCOUNT_QUOTAS:
        kind = quota.kind
        if kind is None or quota.type is not None:
            continue  # a list of ingress points says no type
        new = sum(isinstance(step, Create) and step.kind is kind for step in plan.steps)
        if not new:
            continue
        there = sum(1 for _ in service.list(kind.api_noun))
        if there + new > quota.most:
            yield PreflightFinding(
                text=f"the account has {there} {kind.plural} and gets {new} more, "
                f"{quota.most} are the service's limit",
                certain=True,
            )


def _lingering(plan: Plan, service: MailManager, kind: Kind) -> Iterator[PreflightFinding]:
    """Objects being deleted that rules write to, or whose names the plan needs: archives."""
    wanted = {thing.live_name for thing in plan.desired.of_kind(kind)}
    bound = {text.removeprefix("id:") for text in plan.desired.bindings.get(kind, {}).values()}
    if not wanted and not bound:
        return
    api = kind.row.api
    for summary in service.list(api.noun):
        if not api.is_going(summary) or api.state is None:
            continue
        name = summary[api.name_member]
        if summary[api.id_member] in bound:
            yield PreflightFinding(
                text=f"{kind.noun} {name}, which rules write to, is {api.state.going}"
            )
        elif name in wanted and _is_created(plan, kind, name):
            yield PreflightFinding(
                text=f"{kind.noun} {name} is {api.state.going}: its name may be taken"
            )


def _is_created(plan: Plan, kind: Kind, live_name: str) -> bool:
    created = {step.key for step in plan.steps if isinstance(step, Create)}
    things = plan.desired.of_kind(kind)
    return any(thing.live_name == live_name and thing.key in created for thing in things)


def _outside(plan: Plan, surroundings: Surroundings) -> Iterator[PreflightFinding]:
    """Check what the rules and archives name in other services, each thing once."""
    asked = dict.fromkeys(_named(plan))
    unknown = []
    for what, name in asked:
        presence = ASKED[what](surroundings, name)
        if presence is Presence.UNKNOWN:
            unknown.append(f"{what.noun} {name}")
        elif presence is Presence.MISSING:
            yield PreflightFinding(text=f"{what.noun} {name} does not exist")
        elif presence is Presence.UNFIT:
            yield PreflightFinding(text=f"{what.noun} {name} {what.unfit}")
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        yield PreflightFinding(
            text=f"no permission to ask for: {', '.join(unknown[:_SHOWN])}{more}"
        )


ASKED: Final[dict[Thing, Callable[[Surroundings, str], Presence]]] = {
    ROLE: lambda around, name: around.role(name),
    BUCKET: lambda around, name: around.bucket(name),
    TOPIC: lambda around, name: around.topic(name),
    FUNCTION: lambda around, name: around.function(name),
    KEY: lambda around, name: around.key(name),
    LOG_GROUP: lambda around, name: around.log_group(name),
    STREAM: lambda around, name: around.stream(name),
    IDENTITY: lambda around, name: around.identity(name),
}


def _named(plan: Plan) -> Iterator[tuple[Thing, str]]:
    for thing in plan.desired.of_kind(Kind.RULE_SET):
        for rule in thing.shape.rules if isinstance(thing.shape, RuleSet) else ():
            for action in rule.actions:
                yield from _named_by(action)
            if any(action.relay is not None for action in rule.actions):
                yield from _recipient_domains(rule)
    for thing in plan.desired.objects:
        yield from ((KEY, arn) for arn in thing.kms_keys)
    for thing in plan.desired.objects:
        for arn in thing.logging.values():
            yield from _receiver(arn)


def _named_by(action: RuleAction) -> Iterator[tuple[Thing, str]]:
    """What an action names and mmctl asks about, its role first."""
    named = dict(row_of(action).named(action))
    return ((thing, named[thing]) for thing in ASKED if thing in named)


def _receiver(arn: str) -> Iterator[tuple[Thing, str]]:
    """What receives a log; a delivery destination of another account cannot be checked."""
    match destination_type_of(arn):
        case DestinationType.CLOUDWATCH_LOGS:
            yield LOG_GROUP, arn
        case DestinationType.S3:
            yield BUCKET, arn.rpartition(":")[2].partition("/")[0]
        case DestinationType.FIREHOSE:
            yield STREAM, arn
        case None:
            return
        case never:
            assert_never(never)


def _recipient_domains(rule: Rule) -> Iterator[tuple[Thing, str]]:
    """Domains of the recipients that a relaying rule names: SES relays only to verified ones."""
    for condition in rule.conditions or ():
        expression = condition.string_expression
        if (
            expression is not None
            and operand_of(condition) in _WHOM
            and expression.operator in _NAMING
        ):
            domains = (value.rpartition("@")[2] for value in expression.values if "@" in value)
            yield from ((IDENTITY, domain) for domain in domains if domain)


_WHOM: Final = (RECIPIENT, TO)
_NAMING: Final = (RuleStringOperator.EQUALS, RuleStringOperator.ENDS_WITH)
