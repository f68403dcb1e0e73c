"""What a change does to live rules, beside what it does to logical ones: how a rule set is packed.

Of each edit of a logical rule, the live rule that it is in; of each rule set, how many live rules
and compiled lists come, change and go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.logical import compiled_lists, is_compiled, is_packed
from mmctl.live.compare.rules import effect_of, paired_rules, rules_of
from mmctl.live.compare.wording import quoted
from mmctl.live.state.canonical import canonical
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject


_FEW: Final = 3


def repacked_edits(desired: LiveConfiguration, live: LiveConfiguration) -> Iterator[Edit]:
    """One edit for each rule set of both sides whose live rules or compiled lists differ."""
    for thing in desired.of_kind(Kind.RULE_SET):
        found = live.find(thing.kind, thing.name)
        if found is None or not (is_packed(thing) or is_packed(found)):
            continue
        before, after = _packing(found, live), _packing(thing, desired)
        if before == after:
            continue
        yield Edit(
            kind=EditKind.REPACKED,
            resource=thing.kind,
            object=thing.name,
            path="live_rules",
            before=_document(found, live),
            after=_document(thing, desired),
            place=thing.place,
            note="; ".join(filter(None, (_rules(found, thing), _lists(desired, live, thing.name)))),
        )


def with_live_rules(
    edits: Iterable[Edit], desired: LiveConfiguration, live: LiveConfiguration
) -> Iterator[Edit]:
    """The edits, each of a packed rule with the live rules that it is in, or was in."""
    for edit in edits:
        if not edit.of_rule:
            yield edit
            continue
        side = live if edit.kind is EditKind.REMOVED else desired
        thing = side.find(*edit.of)
        if thing is None or not is_packed(thing):
            yield edit
            continue
        told = _of_a_member(edit, desired, live)
        holding = [origin for origin in thing.origins if edit.rule in origin.logical]
        names = tuple(origin.name for origin in holding)
        plain = len(holding) == 1 and not holding[0].holds
        if plain:
            yield told
            continue
        among = len(holding[0].logical) if len(holding) == 1 else 0
        yield replace(told, live_rules=names, among=among, in_none=not holding)


def _of_a_member(edit: Edit, desired: LiveConfiguration, live: LiveConfiguration) -> Edit:
    """An edit of a rule that stands for what somebody added to a compiled list says so."""
    for side in (live, desired):
        thing = side.find(*edit.of)
        members = thing.lists_by_hand.get(edit.rule or "") if thing is not None else None
        if thing is None or members is None:
            continue
        names = next((each.logical for each in thing.origins if edit.rule in each.logical), ())
        others = in_short([name for name in names if name not in thing.lists_by_hand])
        told = ", ".join(map(quoted, members[:_FEW])) + (" …" if len(members) > _FEW else "")
        return replace(edit, note=f"{told} in the compiled list of {others}")
    return edit


def in_short(names: Sequence[str]) -> str:
    """Rules by their names; of many, how many there are and the first ones."""
    if len(names) <= _FEW:
        return ", ".join(names)
    return f"{len(names)} rules: {', '.join(names[:_FEW])} …"


def is_of_a_list_by_hand(edit: Edit, desired: LiveConfiguration, live: LiveConfiguration) -> bool:
    """Whether an edit is of a list that only stands for members of a compiled one."""
    return edit.resource is Kind.ADDRESS_LIST and any(
        edit.object in thing.lists_by_hand
        for side in (desired, live)
        for thing in side.of_kind(Kind.RULE_SET)
    )


def live_edits(
    edits: Iterable[Edit], desired: LiveConfiguration, live: LiveConfiguration
) -> tuple[Edit, ...]:
    """Of the edits of live rules and lists, those that packing makes another than people's."""
    packed = {
        thing.key
        for side in (desired, live)
        for thing in side.objects
        if is_packed(thing) or is_compiled(thing)
    }
    return tuple(edit for edit in edits if edit.of in packed and (edit.of_rule or _is_list(edit)))


def _is_list(edit: Edit) -> bool:
    return edit.resource is Kind.ADDRESS_LIST


def _packing(thing: LiveObject, of: LiveConfiguration) -> list[Any]:
    lists = [canonical(each) for each in compiled_lists(of, thing.name)]
    return [rules_of(thing), sorted(lists, key=lambda each: str(each["AddressListName"]))]


def _document(thing: LiveObject, of: LiveConfiguration) -> dict[str, Any]:
    return {
        "rules": len(thing.logical) or len(rules_of(thing)),
        "live_rules": len(rules_of(thing)),
        "lists": sorted(each.name for each in compiled_lists(of, thing.name)),
    }


def _rules(before: LiveObject, after: LiveObject) -> str:
    old, new = rules_of(before), rules_of(after)
    if not is_packed(before):
        return f"{len(after.logical)} rules become {counted(len(new), 'live rule')}"
    if not is_packed(after):
        return f"{counted(len(old), 'live rule')} become one for each of {len(new)} rules"
    pairs = paired_rules(old, new)
    changed = sum(effect_of(old[was]) != effect_of(new[at]) for at, was in pairs.items())
    counts = (
        (len(new) - len(pairs), "added"),
        (changed, "changed"),
        (len(old) - len(pairs), "removed"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    if told:
        return f"{told} of {counted(len(old), 'live rule')}"
    return "live rules in another order or under other names" if old != new else ""


def _lists(desired: LiveConfiguration, live: LiveConfiguration, rule_set: str) -> str:
    had = {thing.name: thing for thing in compiled_lists(live, rule_set)}
    want = {thing.name: thing for thing in compiled_lists(desired, rule_set)}
    edited = [
        name
        for name in had.keys() & want.keys()
        if canonical(had[name]).get("Members") != canonical(want[name]).get("Members")
    ]
    counts = (
        (len(want.keys() - had.keys()), "new"),
        (len(had.keys() - want.keys()), "deleted"),
        (len(edited), "changed"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"compiled lists: {told}" if told else ""
