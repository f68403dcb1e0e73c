"""A state plus what was done by hand to the live one: what a rollback makes, and what it keeps.

Objects that were created by hand stay, and so do changes, rules and members. An object that was
deleted by hand is created again, because what goes back may name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.references import references
from mmctl.live.compare.lifting import lifted
from mmctl.live.compare.logical import is_packed, is_packed_in, logical_view
from mmctl.live.compare.rules import paired_rules
from mmctl.live.history.by_hand import is_same_rule
from mmctl.live.history.merging import ABSENT, inserted, merged
from mmctl.live.state.canonical import LOG_MEMBERS, LOGGING, canonical, same
from mmctl.live.state.logs import NOWHERE
from mmctl.live.state.replacing import is_left_over
from mmctl.model.kinds import Beside, Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

Form = dict[str, Any]

_BESIDE: Final = ("Tags", *Beside, LOGGING)
"""Members of a canonical form that are not in the shape."""


def keeping(
    state: LiveConfiguration, live: LiveConfiguration, bases: Sequence[LiveConfiguration]
) -> LiveConfiguration:
    """A state plus what live has differently from all bases, all under the same logical names.

    In a state without packed rule sets, it is kept in logical rules.
    """
    if not is_packed_in(state):
        live, bases = logical_view(live), [logical_view(base) for base in bases]
    objects: list[LiveObject] = []
    for thing in state.objects:
        found = live.find(*thing.key)
        before = [base.find(*thing.key) for base in bases]
        objects.append(thing if found is None else _kept(thing, found, before))
    known = {thing.key for base in bases for thing in base.objects}
    ours = [thing for thing in live.objects if thing.project == live.project]
    made = [
        thing
        for thing in ours
        if thing.key not in known
        and state.find(*thing.key) is None
        and not is_left_over(thing, state)
    ]
    return replace(state, objects=tuple(_with_what_they_name([*objects, *made], ours)))


def without_hand_edits(
    applied: LiveConfiguration, before: LiveConfiguration, after: LiveConfiguration
) -> LiveConfiguration:
    """What was applied last, plus what an apply changed since, and nothing done by hand.

    `before` and `after` are what was live before and after that apply; all under the same names.
    """
    if not is_packed_in(after):
        applied, before = logical_view(applied), logical_view(before)
    changed = keeping(replace(applied, project=after.project), after, (before,))
    objects = (
        _with_facts(thing, before.find(*thing.key), after.find(*thing.key))
        for thing in changed.objects
        if after.find(*thing.key) is not None or before.find(*thing.key) is None
    )
    return replace(changed, objects=tuple(objects))


def with_what_is_wanted(
    applied: LiveConfiguration, live: LiveConfiguration, wanted: Sequence[LiveConfiguration]
) -> LiveConfiguration:
    """What was applied, plus each live object that is as a cut-off apply wanted it."""
    made = {
        thing.key: thing
        for thing in live.objects
        for state in wanted
        if (want := state.find(*thing.key)) is not None and same(want, thing)
    }
    rest = tuple(thing for thing in applied.objects if thing.key not in made)
    return replace(applied, objects=(*rest, *made.values()))


def _with_facts(
    thing: LiveObject, before: LiveObject | None, after: LiveObject | None
) -> LiveObject:
    """An object with the ids and times of what is live now, if the apply has written it."""
    if after is None or (before is not None and _written(before) == _written(after)):
        return thing
    return replace(
        thing,
        id=after.id,
        subscription_id=after.subscription_id,
        changed_at=after.changed_at,
        created_at=after.created_at,
    )


def _written(thing: LiveObject) -> tuple[str | None, ...]:
    """What an apply changes when it writes an object: its time, or one of its ids if it is new."""
    return thing.changed_at, thing.id, thing.subscription_id


def _with_what_they_name(
    objects: list[LiveObject], live: Sequence[LiveObject]
) -> Iterator[LiveObject]:
    """Objects, plus the live ones that they name: what was made by hand may use what would go."""
    there = {thing.key: thing for thing in live}
    seen = {thing.key for thing in objects}
    todo = list(objects)
    while todo:
        thing = todo.pop(0)
        yield thing
        for reference in references(thing.shape):
            key = (reference.kind, reference.name)
            if key in there and key not in seen:
                seen.add(key)
                todo.append(there[key])


def _kept(ours: LiveObject, live: LiveObject, bases: Iterable[LiveObject | None]) -> LiveObject:
    before = list(bases)
    known = [canonical(base) for base in before if base is not None]
    if not known:
        return ours
    if live.kind.row.instance is not None and None in before:
        # It was to be deleted: the apply has already deleted its instance.
        live = replace(live, instance=ours.instance)
    wanted, is_now = canonical(ours), _without_ended_logs(canonical(live))
    is_now = _with_logs_on_their_way(
        is_now, [{} if base is None else canonical(base) for base in before]
    )
    form: Form = merged(_rest(wanted), _rest(is_now), [_rest(base) for base in known])
    if ours.kind is Kind.RULE_SET:
        form["Rules"] = merged_rules(
            wanted["Rules"], is_now["Rules"], [base["Rules"] for base in known]
        )
        if form["Rules"] != wanted["Rules"] and is_packed(ours):
            return lifted(_object_of(ours, form), ours, {})
        # They are parallel to the earlier rules.
        ours = ours if form["Rules"] == wanted["Rules"] else replace(ours, origins=())
    return ours if form == wanted else _object_of(ours, form)


def _with_logs_on_their_way(is_now: Form, bases: Sequence[Form]) -> Form:
    """A form plus the logs that a cut-off apply had ended and was to begin elsewhere."""
    logs = dict(is_now.get(LOGGING, {}))
    before = [base.get(LOGGING, {}) for base in bases]
    for member in LOG_MEMBERS.values():
        places = [each.get(member) for each in before]
        went = next((place for place in places if place is not None), None)
        if member not in logs and went is not None and len(set(places)) > 1:
            logs[member] = went
    return {**is_now, LOGGING: logs} if logs else is_now


def merged_rules(
    ours: Sequence[Form], theirs: Sequence[Form], bases: Sequence[Sequence[Form]]
) -> list[Form]:
    """Rules plus what theirs has differently from all bases: new, changed, removed and moved."""
    before = [paired_rules(base, theirs) for base in bases]
    of_ours = paired_rules(ours, theirs)
    kept: dict[int, Form] = {}
    new: list[int] = []
    for at, rule in enumerate(theirs):
        olds = [
            base[pairs[at]] if at in pairs else ABSENT
            for base, pairs in zip(bases, before, strict=True)
        ]
        if at in of_ours:
            kept[at] = merged(ours[of_ours[at]], rule, olds)
        elif all(old is ABSENT for old in olds):
            new.append(at)
            kept[at] = rule
    paired = {place: at for at, place in of_ours.items()}
    order: list[int] = []
    for place, rule in enumerate(ours):
        if place in paired:
            order.append(paired[place])
        elif not _went(rule, bases, before):
            # A separate key: theirs has no such rule.
            order.append(-1 - place)
            kept[-1 - place] = rule
    if len(bases) == 1:
        order = _moved(order, before[0])
    return [kept[at] for at in inserted(order, new, range(len(theirs)))]


def _went(rule: Form, bases: Sequence[Sequence[Form]], pairs: Sequence[dict[int, int]]) -> bool:
    """Whether every base has a rule that theirs does not have anymore."""
    return all(
        any(at not in set(of.values()) and is_same_rule(rule, old) for at, old in enumerate(base))
        for base, of in zip(bases, pairs, strict=True)
    )


def _moved(order: list[int], base: dict[int, int]) -> list[int]:
    """The order of theirs if ours is that of the base: only one side moved rules."""
    common = [at for at in order if at in base]
    if common != sorted(common, key=lambda at: base[at]):
        return order
    moved = iter(sorted(common))
    return [next(moved) if at in base else at for at in order]


def _rest(form: Form) -> Form:
    return {member: value for member, value in form.items() if member != "Rules"}


def _without_ended_logs(form: Form) -> Form:
    logs = {of: arn for of, arn in form.get(LOGGING, {}).items() if arn != NOWHERE}
    return {**_without(form, (LOGGING,)), **({LOGGING: logs} if logs else {})}


def _without(form: Form, members: Iterable[str]) -> Form:
    return {member: value for member, value in form.items() if member not in members}


def _object_of(thing: LiveObject, form: Form) -> LiveObject:
    """An object with the values of a canonical form."""
    types = {member: of for of, member in LOG_MEMBERS.items()}
    members = form.get("Members")
    return replace(
        thing,
        shape=thing.kind.row.shape.logical(_without(form, _BESIDE)),
        tags=form.get("Tags", {}),
        members=None if members is None else tuple(members),
        closed=form.get("Status") == "CLOSED",
        instance=form.get("Instance", True),
        logging={types[member]: arn for member, arn in form.get(LOGGING, {}).items()},
    )
