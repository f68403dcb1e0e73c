"""Preflight: would the service take this plan, and does what its rules name exist? Read-only.

An error is what the service would certainly refuse; everything else is a warning.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import Refused
from mmctl.live.aws.surroundings import Presence
from mmctl.live.plan.steps import Create, Delete
from mmctl.live.state.inventory import listed
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mmctl.compiler.configuration import Key
    from mmctl.live.aws.surroundings import Surroundings
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.inventory import Listed
    from mmctl.live.state.service import MailManager
    from mmctl.model.quotas import Quota
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
    lines = _lines(plan, service)
    found = list(_quotas(plan, lines))
    for kind in LINGERING:
        found += _lingering(plan, lines, kind)
    if surroundings is not None:
        found += _outside(plan, service, surroundings)
    return tuple(found)


def _lines(plan: Plan, service: MailManager) -> dict[Kind, list[Listed]]:
    """What there is of the kinds that matter, each listed once."""
    kinds = dict.fromkeys(quota.kind for quota in _counted(plan) if quota.kind is not None)
    kinds |= dict.fromkeys(kind for kind in LINGERING if _named_of(plan, kind))
    answers = service.gather([partial(_listed, service, kind) for kind in kinds])
    return dict(zip(kinds, answers, strict=True))


def _listed(service: MailManager, kind: Kind) -> list[Listed]:
    return list(listed(service, kind))


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


def _counted(plan: Plan) -> Iterator[Quota]:
    """The quotas of the account that count what a plan creates."""
    for quota in ACCOUNT_QUOTAS:
        # A list of ingress points says no type.
        if quota.kind is not None and quota.type is None and _created(plan, quota.kind):
            yield quota


def _created(plan: Plan, kind: Kind) -> int:
    return sum(isinstance(step, Create) and step.kind is kind for step in plan.steps)


def _quotas(plan: Plan, lines: Mapping[Kind, list[Listed]]) -> Iterator[PreflightFinding]:
    """Count all objects of the account, ours or not."""
    for quota in _counted(plan):
        kind = quota.kind
        if kind is None:
            continue
        there, new = len(lines[kind]), _created(plan, kind)
        if there + new > quota.most:
            yield PreflightFinding(
                text=f"the account has {there} {kind.plural} and gets {new} more, "
                f"{quota.most} are the service's limit{_peak(plan, kind, there + new, quota.most)}",
                certain=True,
            )


def _peak(plan: Plan, kind: Kind, most: int, limit: int) -> str:
    """Whether only the change needs so many: what is replaced goes when its successors are used."""
    going = sum(isinstance(step, Delete) and step.kind is kind for step in plan.steps)
    if not going or most - going > limit:
        return ""
    made = sum(step.key in _compiled(plan) for step in plan.steps if isinstance(step, Create))
    advice = f"; {made} are made by the compiler: change fewer rules at once" if made else ""
    room = most - limit
    return f"; {going} go at the end of the change, so it needs room for {room} more{advice}"


def _compiled(plan: Plan) -> set[Key]:
    return {thing.key for thing in plan.desired.objects if thing.compiled_for is not None}


def _named_of(plan: Plan, kind: Kind) -> tuple[set[str], set[str]] | None:
    """The live names that a plan wants for a kind, and the ids that it binds; None: neither."""
    wanted = {thing.live_name for thing in plan.desired.of_kind(kind)}
    bound = {text.removeprefix("id:") for text in plan.desired.bindings.get(kind, {}).values()}
    return (wanted, bound) if wanted or bound else None


def _lingering(
    plan: Plan, lines: Mapping[Kind, list[Listed]], kind: Kind
) -> Iterator[PreflightFinding]:
    """Objects being deleted that rules write to, or whose names the plan needs: archives."""
    named, state = _named_of(plan, kind), kind.row.api.state
    if named is None or state is None:
        return
    wanted, bound = named
    for line in lines[kind]:
        if not line.going:
            continue
        what = f"{kind.noun} {line.live_name}"
        if line.id in bound:
            yield PreflightFinding(text=f"{what}, which rules write to, is {state.going}")
        elif line.live_name in wanted and _is_created(plan, kind, line.live_name):
            yield PreflightFinding(text=f"{what} is {state.going}: its name may be taken")


def _is_created(plan: Plan, kind: Kind, live_name: str) -> bool:
    created = {step.key for step in plan.steps if isinstance(step, Create)}
    things = plan.desired.of_kind(kind)
    return any(thing.live_name == live_name and thing.key in created for thing in things)


def _outside(
    plan: Plan, service: MailManager, surroundings: Surroundings
) -> Iterator[PreflightFinding]:
    """Check what the rules and archives name in other services, each thing once."""
    asked = dict.fromkeys(_named(plan))
    found = service.gather([partial(ASKED[what], surroundings, name) for what, name in asked])
    unknown = []
    for (what, name), presence in zip(asked, found, strict=True):
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
                yield from ((IDENTITY, domain) for domain in recipient_domains(rule))
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


def recipient_domains(rule: Rule) -> Iterator[str]:
    """Domains of the recipients that a relaying rule names: SES relays only to verified ones."""
    for condition in rule.conditions or ():
        expression = condition.string_expression
        if (
            expression is not None
            and operand_of(condition) in _WHOM
            and expression.operator in _NAMING
        ):
            domains = (value.rpartition("@")[2] for value in expression.values if "@" in value)
            yield from (domain for domain in domains if domain)


_WHOM: Final = (RECIPIENT, TO)
_NAMING: Final = (RuleStringOperator.EQUALS, RuleStringOperator.ENDS_WITH)
