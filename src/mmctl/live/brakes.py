"""Brakes: what a plan must not do unless the person who applies it says so by name.

Each brake looks at a plan and gives a refusal or nothing; `BRAKES` is the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import Refused, UsageError
from mmctl.language.project import Kind
from mmctl.live.canonical import canonical
from mmctl.live.edits import Edit, EditKind
from mmctl.live.replacing import is_left_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.live.plan import Plan

ENOUGH_RULES: Final = 10
"""Below so many live rules, a share of them says nothing."""


class Brake(StrEnum):
    """The names that `--force` takes."""

    DELETES = "deletes"
    SIZE = "size"
    BEHAVIOUR = "behaviour"
    CATCH_ALL = "catch-all"
    DEFAULT_ACTION = "default-action"
    RELAY_TARGET = "relay-target"
    ENDPOINT_REPLACEMENT = "endpoint-replacement"
    IRREVERSIBLE = "irreversible"
    PIN = "pin"
    CASES = "cases"
    LINT = "lint"


HOLDS_ROLLBACK: Final = (Brake.DELETES, Brake.IRREVERSIBLE, Brake.ENDPOINT_REPLACEMENT)
"""The brakes that refuse a rollback too; the others are said and let it pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """A brake that holds a plan: what, with numbers, and why."""

    brake: Brake
    what: str
    why: str
    instead: str | None = None
    """What else goes on: the setting in mmctl.yaml that moves the limit for good."""

    @property
    def help(self) -> str:
        """The flag that goes on."""
        return f"to go on: {_flag(self.brake)}" + (f", or {self.instead}" if self.instead else "")

    def refusal(self) -> Refused:
        """The brake as the error that ends the command."""
        return Refused(f"{self.brake}: {self.what}", why=self.why, help=self.help)


def brakes_named(names: Iterable[str]) -> tuple[str, ...]:
    """The brakes of `--force`, checked.

    Raises:
        UsageError: there is no such brake.
    """
    every = [brake.value for brake in Brake]
    for name in names:
        if name not in every:
            raise UsageError(f"no brake is called `{name}`", help=f"one of {', '.join(every)}")
    return tuple(sorted(set(names)))


def grips(plan: Plan, *, pinned: Iterable[str] = ()) -> tuple[Grip, ...]:
    """Every brake that holds a plan; `pinned` are the digests that a rollback left."""
    found = [grip for brake in BRAKES for grip in brake(plan)]
    return (*found, *_pin(plan, frozenset(pinned)))


def holding(
    found: Iterable[Grip], *, forced: Iterable[str] = (), allow_delete: bool = False
) -> tuple[Grip, ...]:
    """The brakes that are left after the flags, in a plan as in a rollback."""
    released = set(forced) | ({Brake.DELETES.value} if allow_delete else set())
    return tuple(grip for grip in found if grip.brake.value not in released)


def refuse(found: Iterable[Grip]) -> None:
    """End with all brakes that hold, if any does.

    Raises:
        Refused: what was refused, why, and the flags that go on.
    """
    held = tuple(found)
    if not held:
        return
    if len(held) == 1:
        raise held[0].refusal()
    raise Refused(
        "; ".join(f"{grip.brake}: {grip.what}" for grip in held),
        why="; ".join(f"{grip.brake}: {grip.why}" for grip in held),
        help="to go on: " + " ".join(sorted({_flag(grip.brake) for grip in held})),
    )


def _flag(brake: Brake) -> str:
    return "--allow-delete" if brake is Brake.DELETES else f"--force {brake}"


def _deletes(plan: Plan) -> Iterator[Grip]:
    removed = [edit for edit in plan.edits if is_deletion(edit, plan)]
    allowed = plan.target.brakes.max_deletes
    if len(removed) > allowed:
        names = _listed(f"{_what(edit)} {edit.name}" for edit in removed)
        limit = f", {allowed} are allowed" if allowed else ""
        yield Grip(
            brake=Brake.DELETES,
            what=f"{len(removed)} to delete ({names}){limit}",
            why="what is deleted no longer acts on any mail",
        )


def is_deletion(edit: Edit, plan: Plan) -> bool:
    """Whether an edit deletes something that a person must agree to.

    What a replacement left behind was agreed to before; rules that a rollback takes out again are
    what it is for, and its snapshot still holds them.
    """
    if edit.kind is not EditKind.REMOVED:
        return False
    if edit.of_rule:
        return plan.goes_back_to is None
    thing = plan.live.find(edit.resource, edit.object)
    return thing is None or not is_left_over(thing, plan.desired)


def _size(plan: Plan) -> Iterator[Grip]:
    rules = sum(len(_rules(thing)) for thing in plan.live.of_kind(Kind.RULE_SET))
    touched = {(edit.object, edit.rule) for edit in plan.edits if edit.of_rule}
    changed = len(touched) + sum(
        len(_rules(plan.live.find(edit.resource, edit.object)))
        for edit in plan.edits
        if edit.kind is EditKind.REMOVED and edit.resource is Kind.RULE_SET and not edit.of_rule
    )
    limit = plan.target.brakes.max_change_percent
    if rules >= ENOUGH_RULES and changed * 100 > rules * limit:
        yield Grip(
            brake=Brake.SIZE,
            what=f"{changed} of {rules} rules change, more than {limit} %",
            why="a change of most rules at once is more often a mistake than meant",
            instead="set `brakes: {max_change_percent: …}` of the environment",
        )


def _catch_all(plan: Plan) -> Iterator[Grip]:
    for thing in plan.desired.of_kind(Kind.RULE_SET):
        before = plan.live.find(thing.kind, thing.name)
        known = [_effect(rule) for rule in _rules(before)]
        for rule in _rules(thing):
            ends = [kind for action in rule["Actions"] for kind in action if kind in _ENDS]
            delivered_before = any(kind in _KEEPS for action in rule["Actions"] for kind in action)
            if not ends or delivered_before or rule.get("Conditions") or rule.get("Unless"):
                continue
            if _effect(rule) not in known:
                name = rule.get("Name", "without a name")
                yield Grip(
                    brake=Brake.CATCH_ALL,
                    what=f"rule {name} of {thing.name} is new and would "
                    f"{_ENDS[ends[0]]} every message that reaches it",
                    why="it has no condition; a condition that got lost looks the same",
                )


_ENDS: Final = {"Drop": "drop", "Bounce": "bounce"}
_KEEPS: Final = (
    "Relay",
    "Send",
    "DeliverToMailbox",
    "Archive",
    "WriteToS3",
    "DeliverToQBusiness",
)


def _default_action(plan: Plan) -> Iterator[Grip]:
    for thing in plan.desired.of_kind(Kind.TRAFFIC_POLICY):
        live = plan.live.find(thing.kind, thing.name)
        before = canonical(live)["DefaultAction"] if live else None
        after = canonical(thing)["DefaultAction"]
        if before is not None and before != after:
            yield Grip(
                brake=Brake.DEFAULT_ACTION,
                what=f"traffic policy {thing.name} goes from {before} to {after}",
                why="it decides on all mail that no statement speaks of",
            )


def _relay_target(plan: Plan) -> Iterator[Grip]:
    for edit in plan.edits:
        if edit.resource is Kind.RELAY and edit.path in {"server_name", "server_port"}:
            yield Grip(
                brake=Brake.RELAY_TARGET,
                what=f"relay {edit.object}: {edit.path} {edit.before} → {edit.after}",
                why="all mail of this relay goes to another server",
            )


def _endpoint_replacement(plan: Plan) -> Iterator[Grip]:
    for edit in _of_objects(plan, Kind.INGRESS_POINT, EditKind.REPLACED):
        yield Grip(
            brake=Brake.ENDPOINT_REPLACEMENT,
            what=f"ingress point {edit.object} is made anew: {edit.note}",
            why="it gets a new A record: MX records must be changed before mail reaches it",
        )


def _irreversible(plan: Plan) -> Iterator[Grip]:
    for kind in (EditKind.REPLACED, EditKind.REMOVED):
        for edit in _of_objects(plan, Kind.ARCHIVE, kind):
            yield Grip(
                brake=Brake.IRREVERSIBLE,
                what=f"archive {edit.object} goes, with the mail in it",
                why="no rollback brings an archive back; it is unreadable at once",
            )


def _behaviour(plan: Plan) -> Iterator[Grip]:
    found, limit = plan.behaviour, plan.target.brakes.max_behaviour_change
    if found is not None and limit is not None and found.differing > limit:
        yield Grip(
            brake=Brake.BEHAVIOUR,
            what=f"{found.differing} of {found.messages} messages of {found.corpus} treated "
            f"differently, more than {limit}",
            why="rules that look like a small change may change what becomes of much mail",
            instead="set `brakes: {max_behaviour_change: …}` of the environment",
        )


def _cases(plan: Plan) -> Iterator[Grip]:
    if plan.failed_cases:
        yield Grip(
            brake=Brake.CASES,
            what=f"{plan.failed_cases} cases or invariants fail",
            why="the rules do not do what was written down about them",
        )


def _lint(plan: Plan) -> Iterator[Grip]:
    count = plan.lint_errors
    if count:
        yield Grip(
            brake=Brake.LINT,
            what=f"lint found {count} error{'s' * (count > 1)}",
            why="rules with errors do not do what they seem to",
        )


def _pin(plan: Plan, pinned: frozenset[str]) -> list[Grip]:
    if plan.goes_back_to is not None or plan.empty or plan.digest_after not in pinned:
        return []
    return [
        Grip(
            brake=Brake.PIN,
            what=f"the state {plan.digest_after[:12]} was rolled back and is pinned",
            why="the files are still those that were rolled back",
            instead="lift the pin: mmctl unpin",
        )
    ]


def _of_objects(plan: Plan, resource: Kind, kind: EditKind) -> Iterator[Edit]:
    for edit in plan.edits:
        if edit.kind is kind and edit.resource is resource and not edit.of_rule:
            yield edit


def _rules(thing: Any) -> list[dict[str, Any]]:
    return [] if thing is None else list(canonical(thing)["Rules"])


def _effect(rule: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in rule.items() if member != "Name"}


def _what(edit: Edit) -> str:
    return "rule" if edit.of_rule else edit.resource.noun


def _listed(names: Iterable[str], most: int = 5) -> str:
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


BRAKES: Final[tuple[Callable[[Plan], Iterator[Grip]], ...]] = (
    _deletes,
    _size,
    _catch_all,
    _default_action,
    _relay_target,
    _endpoint_replacement,
    _irreversible,
    _behaviour,
    _cases,
    _lint,
)
"""The brakes that look at the plan alone; `pin` needs the history besides."""
