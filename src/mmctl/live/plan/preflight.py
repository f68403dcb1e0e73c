"""Preflight: would the service take this plan, and is there what its rules name? Reading only.

An error is what the service would certainly refuse; all else is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.errors import Refused
from mmctl.live.aws.surroundings import Presence
from mmctl.live.plan.steps import Create
from mmctl.model.kinds import Kind, Noun
from mmctl.model.logs import DestinationType, destination_type_of
from mmctl.model.quotas import QUOTAS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.live.aws.surroundings import Surroundings
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.service import MailManager

_MOST: Final = {
    Kind.ADDRESS_LIST: QUOTAS.address_lists,
    Kind.ARCHIVE: QUOTAS.archives,
    Kind.RELAY: QUOTAS.relays,
    Kind.RULE_SET: QUOTAS.rule_sets,
    Kind.TRAFFIC_POLICY: QUOTAS.traffic_policies,
}
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that stands in a plan's way, or may."""

    text: str
    certain: bool = False
    """The service would certainly refuse."""


def preflight(
    plan: Plan, service: MailManager, surroundings: Surroundings | None
) -> tuple[Finding, ...]:
    """What stands in the way of a plan that changes something; `surroundings`: None, unknown."""
    if plan.empty:
        return ()
    found = [*_quotas(plan, service), *_archives(plan, service)]
    if surroundings is not None:
        found += _outside(plan, surroundings)
    return tuple(found)


def refuse_what_cannot_be(found: Iterable[Finding]) -> None:
    """End with what the service would certainly refuse, if anything.

    Raises:
        Refused: before anything was written.
    """
    certain = [finding.text for finding in found if finding.certain]
    if certain:
        raise Refused(
            "preflight: " + "; ".join(certain),
            why="the service would refuse it half-way",
            help="make room or change the plan; to try all the same: --no-preflight",
        )


def _quotas(plan: Plan, service: MailManager) -> Iterator[Finding]:
    """All objects of the account count, ours or not."""
    for kind, most in _MOST.items():
        new = sum(isinstance(step, Create) and step.kind is kind for step in plan.steps)
        if not new:
            continue
        there = sum(1 for _ in service.list(kind.api_noun))
        if there + new > most:
            noun = kind.value.replace("_", " ")
            yield Finding(
                text=f"the account has {there} {noun} and gets {new} more, "
                f"{most} are the service's limit",
                certain=True,
            )


def _archives(plan: Plan, service: MailManager) -> Iterator[Finding]:
    """Archives on their way out that rules write to, or whose names are wanted."""
    wanted = {thing.live_name for thing in plan.desired.of_kind(Kind.ARCHIVE)}
    bound = {
        text.removeprefix("id:") for text in plan.desired.bindings.get(Kind.ARCHIVE, {}).values()
    }
    if not wanted and not bound:
        return
    for summary in service.list(Noun.ARCHIVE):
        if summary.get("ArchiveState") != "PENDING_DELETION":
            continue
        name = summary["ArchiveName"]
        if summary["ArchiveId"] in bound:
            yield Finding(text=f"archive {name}, which rules write to, is PENDING_DELETION")
        elif name in wanted and _is_created(plan, name):
            yield Finding(text=f"archive {name} is PENDING_DELETION: its name may be taken")


def _is_created(plan: Plan, live_name: str) -> bool:
    created = {step.key for step in plan.steps if isinstance(step, Create)}
    things = plan.desired.of_kind(Kind.ARCHIVE)
    return any(thing.live_name == live_name and thing.key in created for thing in things)


def _outside(plan: Plan, surroundings: Surroundings) -> Iterator[Finding]:
    """What the rules and archives name in other services; each thing is asked for once."""
    asked = dict.fromkeys(_named(plan))
    unknown = []
    for what, name in asked:
        presence = _ASK[what](surroundings, name)
        if presence is Presence.UNKNOWN:
            unknown.append(f"{what} {name}")
        elif presence is Presence.MISSING:
            yield Finding(text=f"{what} {name} does not exist")
        elif presence is Presence.UNFIT:
            yield Finding(text=f"{what} {name} {_UNFIT[what]}")
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        yield Finding(text=f"could not be asked for: {', '.join(unknown[:_SHOWN])}{more}")


_ASK: Final[dict[str, Callable[[Surroundings, str], Presence]]] = {
    "role": lambda around, name: around.role(name),
    "bucket": lambda around, name: around.bucket(name),
    "topic": lambda around, name: around.topic(name),
    "function": lambda around, name: around.function(name),
    "key": lambda around, name: around.key(name),
    "log group": lambda around, name: around.log_group(name),
    "stream": lambda around, name: around.stream(name),
    "identity": lambda around, name: around.identity(name),
}
_UNFIT: Final = {
    "role": "does not trust ses.amazonaws.com",
    "key": "is not enabled",
    "identity": "is not verified",
}
_MEMBERS: Final = {
    "RoleArn": "role",
    "S3Bucket": "bucket",
    "TopicArn": "topic",
    "FunctionArn": "function",
    "S3SseKmsKeyId": "key",
}


def _named(plan: Plan) -> Iterator[tuple[str, str]]:
    for thing in plan.desired.of_kind(Kind.RULE_SET):
        for rule in thing.shape.to_api()["Rules"]:
            relays = False
            for action in rule["Actions"]:
                for kind, members in action.items():
                    relays = relays or kind == "Relay"
                    for member, what in _MEMBERS.items():
                        if members.get(member):
                            yield what, members[member]
            if relays:
                yield from _recipient_domains(rule)
    for thing in plan.desired.of_kind(Kind.ARCHIVE):
        key = thing.shape.to_api().get("KmsKeyArn")
        if key:
            yield "key", key
    for thing in plan.desired.objects:
        for arn in thing.logging.values():
            yield from _receiver(arn)


def _receiver(arn: str) -> Iterator[tuple[str, str]]:
    """What receives a log; a delivery destination of another account cannot be asked for."""
    match destination_type_of(arn):
        case DestinationType.CLOUDWATCH_LOGS:
            yield "log group", arn
        case DestinationType.S3:
            yield "bucket", arn.rpartition(":")[2].partition("/")[0]
        case DestinationType.FIREHOSE:
            yield "stream", arn
        case None:
            return
        case never:
            assert_never(never)


def _recipient_domains(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Domains of the recipients that a relaying rule names: SES relays to verified ones alone."""
    for condition in rule.get("Conditions") or ():
        expression = condition.get("StringExpression", {})
        attribute = expression.get("Evaluate", {}).get("Attribute")
        named = expression.get("Operator") in {"EQUALS", "ENDS_WITH"}
        if attribute in {"RECIPIENT", "TO"} and named:
            domains = (value.rpartition("@")[2] for value in expression["Values"] if "@" in value)
            yield from (("identity", domain) for domain in domains if domain)
