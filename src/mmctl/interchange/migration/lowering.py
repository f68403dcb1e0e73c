"""Rules of a source → rules here, one after the other, as a rule file has them.

A rule here never takes mail that the source's rule would not take: what Mail Manager cannot see
counts as not true. What is left of such a rule may be less (`partly`), or nothing: then it is in
the file all the same, disabled, with its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mmctl.interchange.migration.ending import ends_here, holds, with_ending, with_rest
from mmctl.interchange.migration.examples import telling
from mmctl.interchange.migration.long_lists import LongLists
from mmctl.interchange.migration.lost import (
    TOO_LONG,
    TOO_MANY,
    asked_again,
    goes_on,
    not_refused,
)
from mmctl.interchange.migration.lowered import LoweredGateway, LoweredRule, Sameness
from mmctl.interchange.migration.names import FreeNames
from mmctl.interchange.migration.parts import (
    TooManyParts,
    differences_in,
    disjoint,
    has_unseen,
    parts_of,
)
from mmctl.interchange.migration.refusing import RefusingSoFar
from mmctl.interchange.migration.usual import MAILBOXES
from mmctl.interchange.migration.writable import writable
from mmctl.interchange.migration.writable_actions import refused
from mmctl.interchange.migration.written import condition, description
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mmctl.interchange.migration.parts import Part
    from mmctl.interchange.migration.source import Action, Deviation, OtherGateway, SourceRule

Data: TypeAlias = dict[str, Any]
LAST: Final = "deliver"
"""The rule at the end: what happens to mail that no rule ends."""
_REST: Final[tuple[Action, ...]] = ({"relay": {"to": MAILBOXES}},)
_CONDITIONS_AT_MOST: Final = 10
"""Conditions, and exceptions, of one live rule."""
_NO_MAIL: Final[Data] = {"recipient": {"equals": "write-the-conditions@todo.invalid"}}
"""A condition that no mail meets (RFC 2606): a rule that is to be written takes nothing."""


def lowered(
    source: OtherGateway,
    *,
    shadow: bool = False,
    owner_of: Callable[[SourceRule], str | None] = lambda rule: rule.owner,
) -> LoweredGateway:
    """The rules of a source as rules here, in its order.

    `shadow`: no rule acts but the delivery at the end. `owner_of` says who owns a rule.
    """
    work = _Lowering(source=source, shadow=shadow, owner_of=owner_of)
    rules = tuple(work.lowered(number, rule) for number, rule in enumerate(source.rules, start=1))
    return LoweredGateway(
        source=source, rules=rules, last=work.last(), address_lists=work.lists.lists
    )


class _Lowering:
    """What the rules of one source share."""

    def __init__(
        self, *, source: OtherGateway, shadow: bool, owner_of: Callable[[SourceRule], str | None]
    ) -> None:
        self.lists = LongLists(source.address_lists)
        self._names = FreeNames((LAST,))
        self._rest = _REST if source.rest is None else source.rest
        self._system = source.system
        self._shadow = shadow
        self._owner_of = owner_of
        self._refusing = RefusingSoFar()

    def last(self) -> Data | None:
        """The rule at the end; None: nothing happens to mail that no rule ends."""
        if not self._rest:
            return None
        return {
            "name": LAST,
            "description": f"What {self._system} does with mail that no rule ends.",
            "actions": list(self._rest),
        }

    def lowered(self, number: int, rule: SourceRule) -> LoweredRule:
        """One rule of the source, and what it is here."""
        base = self._names.named(rule.name, f"rule-{number}")
        found = self._parts(rule, base)
        differences = found.differences
        actions = with_ending(rule, with_rest(rule, self._rest))
        not_taken = {id(each): why for each in actions if (why := refused(each)) is not None}
        differences = (*differences, *not_taken.values())
        written = bool(found.parts and actions and not not_taken)
        refuses = [rule.refuse and self._refusing.allows(part) for part in found.parts]
        if written and rule.refuse and not all(refuses):
            differences = (*differences, not_refused(actions))
        lost = found.narrowed or any(difference.loses for difference in differences)
        if (found.narrowed or not written) and ends_here(rule) and lost:
            differences = (*differences, goes_on(written=written))
        if written:
            made = [
                self._rule(
                    rule, (base, index, len(found.parts)), part, list(actions), refuse=refuse
                )
                for index, (part, refuse) in enumerate(zip(found.parts, refuses, strict=True))
            ]
            if rule.enabled and not rule.shadow and not all(refuses):
                self._refusing.note(actions)
        else:
            taken = [each for each in actions if id(each) not in not_taken]
            made = [self._todo(rule, base, taken)]
        if lost and not written:
            # What else would differ is of no interest where nothing acts.
            differences = tuple(each for each in differences if each.loses)
        return LoweredRule(
            source=rule,
            status=_status(differences, written=written, lost=lost),
            differences=_once(differences),
            rules=tuple(made),
        )

    def _parts(self, rule: SourceRule, base: str) -> _FoundParts:
        """The parts of a rule that can be written."""
        test = telling(writable(rule.test))
        differences = [*differences_in(test), *rule.differences]
        narrowed = has_unseen(test)
        try:
            parts = parts_of(self.lists.within(test, base))
            if len(parts) > 1 and not ends_here(rule):
                differences += asked_again(rule, parts)
                parts = disjoint(parts)
        except TooManyParts:
            return _FoundParts(parts=(), differences=(*differences, TOO_MANY), narrowed=True)
        fitting = tuple(part for part in parts if _fits(part))
        if len(fitting) < len(parts):
            return _FoundParts(parts=fitting, differences=(*differences, TOO_LONG), narrowed=True)
        return _FoundParts(parts=fitting, differences=tuple(differences), narrowed=narrowed)

    def _rule(
        self,
        rule: SourceRule,
        place: tuple[str, int, int],
        part: Part,
        actions: list[Action],
        *,
        refuse: bool,
    ) -> Data:
        """The rule of one part; `place` is the name of the first, which this is, of how many."""
        base, index, count = place
        name = base if index == 0 else self._names.named(f"{base}.{index + 1}", base)
        made = self._head(rule, name, part=f"part {index + 1} of {count}" if count > 1 else "")
        if not rule.enabled:
            made["enabled"] = False
        if rule.shadow or self._shadow:
            made["shadow"] = True
        if rule.final or holds(actions):
            made["final"] = True
        if refuse:
            made["refuse"] = True
        conditions = [condition(each.compared) for each in part if each.wanted]
        unless = [condition(each.compared) for each in part if not each.wanted]
        made |= {"conditions": conditions} if conditions else {}
        made |= {"unless": unless} if unless else {}
        return made | {"actions": ["drop"] if refuse else actions}

    def _todo(self, rule: SourceRule, base: str, actions: Iterable[Action]) -> Data:
        """A rule that somebody must write: disabled, marking only, and for no mail."""
        made = self._head(rule, base, part="to be written")
        made |= {"enabled": False, "shadow": True, "conditions": [_NO_MAIL]}
        return made | {"actions": list(actions) or ["drop"]}

    def _head(self, rule: SourceRule, name: str, *, part: str) -> Data:
        """Name, description, owner, last day."""
        made: Data = {"name": name, "description": description(rule, self._system, part)}
        owner = self._owner_of(rule)
        made |= {"owner": owner} if owner else {}
        return made | ({"expires": rule.expires} if rule.expires else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _FoundParts:
    """The parts of a rule that can be written."""

    parts: tuple[Part, ...]
    differences: tuple[Deviation, ...]
    narrowed: bool
    """Whether some of the rule's mail is not taken."""


def _status(differences: Sequence[Deviation], *, written: bool, lost: bool) -> Sameness:
    if lost:
        return Sameness.PARTLY if written else Sameness.NOT_POSSIBLE
    return Sameness.CLOSE if differences else Sameness.SAME


def _fits(part: Part) -> bool:
    """Whether a live rule takes so many conditions and exceptions."""
    wanted = sum(each.wanted for each in part)
    return max(wanted, len(part) - wanted) <= _CONDITIONS_AT_MOST


def _once(differences: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """Each difference once, where it says the same: with its first example."""
    made: dict[tuple[str, str], Deviation] = {}
    for each in differences:
        known = made.get((each.code, each.says))
        if known is None or known.example is None:
            made[each.code, each.says] = each
    return tuple(made.values())
