"""Which edits undo what was done by hand: live differs from what was applied, and they remove that.

A change by hand that the files also say is not undone: it is not an edit. Inside an object or a
rule, each leaf is decided by itself, regardless of its place in a list; values of a condition and
members of a list are separate leaves.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.live.compare.changes import leaves, path_text, snake
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.logical import logical_view
from mmctl.live.compare.rules import paired_rules, rule_names, rules_of
from mmctl.live.history.last_applied import last_applied
from mmctl.live.state.canonical import canonical
from mmctl.live.state.logs import NOWHERE
from mmctl.live.state.replacing import left_over_name, name_between
from mmctl.model.logs import is_delivery_destination
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.history.history import History
    from mmctl.live.history.last_applied import LastApplied
    from mmctl.live.plan.plan import Plan
    from mmctl.model.kinds import Kind

Leaf = tuple[str, str]
"""A path in the file's words without list indices, and the value there as JSON."""
Form = dict[str, Any]

_NOWHERE: Final = json.dumps(NOWHERE)
_EMPTY_LIST: Final = "[]"
_WORD: Final = re.compile(r"\w+")
_PLACE: Final = re.compile(r"\[\d+\]")


def with_marks(plan: Plan, history: History) -> Plan:
    """The plan with a mark on each edit that undoes what was done by hand since the last apply.

    What a person named on the command line is intended and not marked.
    """
    if plan.partial:
        return plan
    last = last_applied(history)
    return replace(plan, edits=marked(plan.edits, plan.desired, plan.live, last))


def marked(
    edits: Iterable[Edit],
    desired: LiveConfiguration,
    live: LiveConfiguration,
    last: LastApplied | None,
) -> tuple[Edit, ...]:
    """The edits from live to desired, each with the time when what it undoes was done by hand."""
    if last is None:
        return tuple(replace(edit, by_hand=None) for edit in edits)
    packed_states, packed_live = last.named_as(live), live
    states = [logical_view(state) for state in packed_states]
    desired, live = logical_view(desired), logical_view(live)
    objects: dict[tuple[Kind, str], _Object] = {}
    found = []
    for edit in edits:
        if edit.of not in objects:
            objects[edit.of] = _Object(
                desired=desired.find(*edit.of),
                live=live.find(*edit.of),
                before=tuple(state.find(*edit.of) for state in states),
            )
        thing = objects[edit.of]
        undone = thing.undone_by(edit) or (
            edit.kind is EditKind.REPACKED
            and thing.has_its_rules()
            and _is_repacked(edit, packed_live, packed_states)
        )
        when = thing.changed_at(last.at) if undone else None
        found.append(replace(edit, by_hand=when))
    return tuple(found)


def done_at(edit: Edit, live: LiveConfiguration, last: LastApplied) -> str:
    """When the object of an edit was changed by hand, if known."""
    states = [logical_view(state) for state in last.named_as(live)]
    live = logical_view(live)
    thing = _Object(
        desired=None,
        live=live.find(*edit.of),
        before=tuple(state.find(*edit.of) for state in states),
    )
    return thing.changed_at(last.at)


@dataclass(frozen=True, kw_only=True)
class _Object:
    """One object as desired, as live, and as applies left or wanted it."""

    desired: LiveObject | None
    live: LiveObject | None
    before: tuple[LiveObject | None, ...]

    def changed_at(self, last: str) -> str:
        """When it was changed by hand: the service's time, or else the time that it came after."""
        known = {thing.changed_at for thing in self.before if thing is not None}
        changed = self.live.changed_at if self.live is not None else None
        return changed if changed and changed not in known else f"after {last}"

    def has_its_rules(self) -> bool:
        """Whether its rules, as people wrote them, are those of an earlier state."""
        return any(_rules(self.live) == _rules(thing) for thing in self.before)

    def undone_by(self, edit: Edit) -> bool:
        """Whether an edit takes away what was done by hand to this object."""
        if edit.of_rule:
            return _Rules(self).undone_by(edit)
        match edit.kind:
            case EditKind.ADDED:
                return all(thing is not None for thing in self.before)
            case EditKind.REMOVED:
                return not any(self.before) or bool(self._by_hand[0])
            case EditKind.RENAMED:
                return any(self.before) and edit.before not in self._names()
            case EditKind.REPLACED:
                return self._undoes(_whole_leaves(self.live), _whole_leaves(self.desired))
            case EditKind.CHANGED:
                whole = _form(self.live), [_form(thing) for thing in self.before]
                return self._undoes(*edit_leaves(edit)) or is_reordered(edit, *whole)
            case EditKind.MOVED | EditKind.ADOPTED | EditKind.RELEASED | EditKind.REPACKED:
                return False
            case _:
                assert_never(edit.kind)

    def _names(self) -> Iterator[str]:
        """Its earlier names, and those that an apply gives it on the way."""
        for thing in self.before:
            if thing is not None:
                name = thing.live_name
                yield from (name, name_between(thing.kind, name), left_over_name(thing.kind, name))

    def _undoes(self, before: frozenset[Leaf], after: frozenset[Leaf]) -> bool:
        return undoes(self._by_hand, before, after)

    @cached_property
    def _by_hand(self) -> tuple[frozenset[Leaf], frozenset[Leaf]]:
        if self.live is None or not any(self.before):
            return frozenset(), frozenset()
        came, went = by_hand(
            _whole_leaves(self.live), [_whole_leaves(each) for each in self.before]
        )
        return (
            frozenset(leaf for leaf in came if self._is_known(leaf)),
            frozenset(leaf for leaf in went if self._is_known(leaf)),
        )

    def _is_known(self, leaf: Leaf) -> bool:
        """Whether it can be known who did it.

        Members that come from elsewhere are not read, and a destination of another account is known
        by its own name only if it is desired. An apply that was cut off may have ended a log; of an
        add-on, which is two things, it may have reached only one: the instance and its tags.
        """
        path, value = leaf
        things = [thing for thing in (self.live, *self.before) if thing is not None]
        if path == "members":
            return all(thing.members is not None for thing in things)
        if path.startswith("logging.") and value != _NOWHERE:
            return not any(map(is_delivery_destination, self._receivers()))
        if len(self.before) > 1 and things[0].kind.row.instance is not None:
            return path != "instance" and " / " not in value
        return len(self.before) == 1 or value != _NOWHERE

    def _receivers(self) -> Iterator[str]:
        for thing in self.before:
            yield from thing.logging.values() if thing is not None else ()


class _Rules:
    """The rules of one rule set in all of its states."""

    def __init__(self, around: _Object) -> None:
        self.desired = _rules(around.desired)
        self.live = _rules(around.live)
        self.before = [_rules(thing) for thing in around.before if thing is not None]
        self.names = rule_names(self.desired, around.desired.origins if around.desired else ())
        self.live_of = paired_rules(self.live, self.desired)
        self.before_of = [paired_rules(state, self.live) for state in self.before]

    def undone_by(self, edit: Edit) -> bool:
        """Whether an edit takes away what was done by hand to a rule."""
        if not self.before:
            return False
        kind = edit.kind
        if kind is EditKind.ADDED:
            return self._was_removed(edit.after)
        at = self._live_index(edit)
        if at is None:
            return False
        old = [
            state[pairs[at]] if at in pairs else None
            for state, pairs in zip(self.before, self.before_of, strict=True)
        ]
        match kind:
            case EditKind.REMOVED:
                return self.live[at] not in old
            case EditKind.RENAMED:
                return edit.before not in [rule.get("Name") for rule in old if rule is not None]
            case EditKind.MOVED:
                return self._was_moved(at)
            case (
                EditKind.CHANGED
                | EditKind.REPLACED
                | EditKind.ADOPTED
                | EditKind.RELEASED
                | EditKind.REPACKED
            ):
                is_now, states = self.live[at], [leaves_of(rule) for rule in old]
                return undoes(
                    by_hand(leaves_of(is_now), states), *edit_leaves(edit)
                ) or is_reordered(edit, is_now, [rule or {} for rule in old])
            case _:
                assert_never(kind)

    def _live_index(self, edit: Edit) -> int | None:
        if edit.kind is EditKind.MOVED:
            return int(edit.before) - 1
        if edit.kind is EditKind.REMOVED:
            kept = set(self.live_of.values())
            rest = (at for at in range(len(self.live)) if at not in kept)
            return next((at for at in rest if self.live[at] == edit.before), None)
        return self.live_of.get(self.names.index(edit.rule)) if edit.rule in self.names else None

    def _was_removed(self, rule: Form) -> bool:
        """Whether all earlier states had a rule that is not live anymore."""
        gone = [
            [state[at] for at in range(len(state)) if at not in set(pairs.values())]
            for state, pairs in zip(self.before, self.before_of, strict=True)
        ]
        return all(any(is_same_rule(rule, each) for each in rules) for rules in gone)

    def _was_moved(self, at: int) -> bool:
        """Whether a rule has moved to the other side of another rule and the edit moves it back."""
        wanted = {live: index for index, live in self.live_of.items()}
        for other, place in wanted.items():
            is_now = at < other
            then = [
                pairs[at] < pairs[other]
                for pairs in self.before_of
                if at in pairs and other in pairs
            ]
            if then and is_now not in then and (wanted[at] < place) is not is_now:
                return True
        return False


def _is_repacked(edit: Edit, live: LiveConfiguration, states: Iterable[LiveConfiguration]) -> bool:
    """Whether somebody gave a packed rule set's live rules another order or other names."""
    found, known = live.find(*edit.of), [state.find(*edit.of) for state in states]
    return found is not None and all(
        thing is not None and rules_of(thing) != rules_of(found) for thing in known
    )


def by_hand(
    live: frozenset[Leaf], states: Sequence[frozenset[Leaf]]
) -> tuple[frozenset[Leaf], frozenset[Leaf]]:
    """The leaves added and removed by hand: only live has the first, only live lacks the others."""
    return live - frozenset().union(*states), frozenset.intersection(*states) - live


def undoes(
    hand: tuple[frozenset[Leaf], frozenset[Leaf]],
    before: frozenset[Leaf],
    after: frozenset[Leaf],
) -> bool:
    """Whether a change removes what was added by hand, or restores what was removed."""
    came, went = hand
    return not came.isdisjoint(before - after) or not went.isdisjoint(after - before)


def is_reordered(edit: Edit, live: Form, states: Sequence[Form]) -> bool:
    """Whether the member that an edit changes has the same items as before, in another order."""
    word = _WORD.match(edit.path)
    member = next((name for name in live if word and snake(name) == word[0]), None)
    if member is None:
        return False
    before = [state[member] for state in states if member in state]
    return live[member] not in before and any(
        leaves_of(live[member]) == leaves_of(each) for each in before
    )


def edit_leaves(edit: Edit) -> tuple[frozenset[Leaf], frozenset[Leaf]]:
    """The leaves before and after an edit, under the path that it names."""
    prefix = _PLACE.sub("", edit.path)
    return leaves_of(edit.before, prefix), leaves_of(edit.after, prefix)


def leaves_of(value: Any, prefix: str = "") -> frozenset[Leaf]:
    """The leaves of a value, without their indices in lists; an absent value has none."""
    if value is None:
        return frozenset()
    return frozenset(
        (".".join(filter(None, (prefix, path_text(path)))), text)
        for path, text in leaves(value)
        if text != _EMPTY_LIST
    )


def _whole_leaves(thing: LiveObject | None) -> frozenset[Leaf]:
    return leaves_of(_form(thing))


def _form(thing: LiveObject | None) -> Form:
    """An object in the form that is compared, without its name and rules."""
    if thing is None:
        return {}
    form = canonical(thing)
    form.pop("Rules", None)
    form.pop(thing.kind.api_noun.name_member)
    return form


def _rules(thing: LiveObject | None) -> list[Form]:
    return [] if thing is None else list(canonical(thing)["Rules"])


def is_same_rule(one: Form, other: Form) -> bool:
    """Whether two rules have the same name or do the same."""
    if one.get("Name") and one.get("Name") == other.get("Name"):
        return True
    return {**one, "Name": None} == {**other, "Name": None}
