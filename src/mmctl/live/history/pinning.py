"""What a rollback pins, and whether a plan would make just that live again.

Rules are identified by what they do, in any rule set and under any name; other objects by kind
and name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.live.compare.diff import diff
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.logical import logical_view
from mmctl.live.history.pins import Pin, Pinned
from mmctl.live.state.canonical import canonical, digest_of
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.plan.plan import Plan

_PARTS: Final = ("Rules", "Members")
"""Members of objects that have separate pins."""
_SILENT: Final = (EditKind.ADOPTED, EditKind.RELEASED, EditKind.REPACKED)

Form = dict[str, Any]


def same_pin(one: Pin, other: Pin) -> bool:
    """Whether two pins hold the same thing."""
    bare = [replace(pin, id="", at=None, reason=None, form=None) for pin in (one, other)]
    if bare[0] != bare[1] or one.form is None or other.form is None or one.kind is None:
        return bare[0] == bare[1] and one.form == other.form
    own, others = dict(one.form), dict(other.form)
    return _asked(own, others, one.kind) == _asked(others, own, one.kind)


def pins_between(bad: LiveConfiguration, good: LiveConfiguration) -> tuple[Pin, ...]:
    """What must not become live again after a bad state is replaced by a good one."""
    bad, good = logical_view(bad), logical_view(good)
    found: dict[tuple[object, ...], Pin] = {}
    for edit in diff(bad, good):
        if edit.kind in _SILENT:
            continue
        for pin in _pins_of(edit.resource, edit.object, edit.rule, edit.kind, bad, good):
            found.setdefault((pin.what, pin.kind, pin.object, pin.rule), pin)
    return tuple(found.values())


def _pins_of(
    kind: Kind,
    name: str,
    rule: str | None,
    change: EditKind,
    bad: LiveConfiguration,
    good: LiveConfiguration,
) -> Iterator[Pin]:
    was, shall = bad.find(kind, name), good.find(kind, name)
    base = Pin(what=Pinned.FORM, kind=kind, object=name, rule=rule)
    if was is not None and was.project != bad.project:
        return
    if rule is not None:
        yield from _pins_of_rule(base, change, _rules(was), _rules(shall))
    elif was is None:
        yield replace(base, what=Pinned.GONE)
    elif shall is None:
        yield replace(base, form=canonical(was))
    else:
        before, after = _members(shall), _members(was)
        if before != after:
            added, removed = tuple(sorted(after - before)), tuple(sorted(before - after))
            yield replace(base, what=Pinned.MEMBERS, added=added, removed=removed)
        form = _whole(was)
        if form != _asked(_whole(shall), form, kind):
            yield replace(base, form=form)


def _pins_of_rule(
    base: Pin, change: EditKind, bad: dict[str, str], good: dict[str, str]
) -> Iterator[Pin]:
    """`bad` and `good` are effects of rules by name, in their order."""
    name = base.rule or ""
    if change is EditKind.REMOVED:
        yield replace(base, what=Pinned.GONE, digest=good.get(name))
    elif change is EditKind.MOVED and bad.get(name) in good.values():
        before, after = _crossed(bad[name], list(bad.values()), list(good.values()))
        yield replace(base, what=Pinned.ORDER, digest=bad[name], before=before, after=after)
    elif name in bad and _more(bad[name], bad.values(), good.values()):
        yield replace(base, digest=bad[name])


def _crossed(
    effect: str, bad: list[str], good: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that a moved rule is now before, and after."""
    common = [each for each in bad if each in good and each != effect]
    now, then = bad.index(effect), good.index(effect)
    before = tuple(x for x in common if bad.index(x) > now and good.index(x) < then)
    after = tuple(x for x in common if bad.index(x) < now and good.index(x) > then)
    return before, after


def holds(pin: Pin, plan: Plan) -> bool:
    """Whether a plan would make what is pinned live again."""
    match pin.what:
        case Pinned.STATE:
            return plan.digest_after == pin.digest
        case Pinned.MEMBERS:
            return _members_again(pin, plan)
        case Pinned.ORDER:
            return _order_again(pin, plan)
        case Pinned.FORM | Pinned.GONE:
            return _object_again(pin, plan) if pin.rule is None else _rule_again(pin, plan)
        case _:
            assert_never(pin.what)


def answered(pin: Pin, plan: Plan) -> bool:
    """Whether a plan changes what is pinned into something else, so the pin is no longer needed."""
    if pin.what not in {Pinned.FORM, Pinned.GONE} or holds(pin, plan):
        return False
    return any(
        (edit.resource, edit.object, edit.rule) == (pin.kind, pin.object, pin.rule)
        and edit.kind not in {EditKind.MOVED, *_SILENT}
        for edit in plan.edits
    )


def _members_again(pin: Pin, plan: Plan) -> bool:
    wanted = plan.desired.find(Kind.ADDRESS_LIST, pin.object)
    live = plan.live.find(Kind.ADDRESS_LIST, pin.object)
    if wanted is None or live is None or wanted.members is None:
        return False
    come, go = _members(wanted) - _members(live), _members(live) - _members(wanted)
    return bool(come & set(pin.added) or go & set(pin.removed))


def _order_again(pin: Pin, plan: Plan) -> bool:
    desired, is_now = logical_view(plan.desired), logical_view(plan.live)
    wanted = list(_rules(desired.find(Kind.RULE_SET, pin.object)).values())
    live = list(_rules(is_now.find(Kind.RULE_SET, pin.object)).values())
    own = pin.digest or ""
    if own not in wanted or own not in live:
        return False

    def is_before(order: list[str], other: str) -> bool:
        return order.index(own) < order.index(other)

    there = set(wanted) & set(live)
    return any(
        is_before(wanted, other) is ahead and is_before(live, other) is not ahead
        for others, ahead in ((pin.before, True), (pin.after, False))
        for other in others
        if other in there
    )


def _rule_again(pin: Pin, plan: Plan) -> bool:
    """Whether the effect of a rule is live again, in any rule set and under any name."""
    wanted, live = _all_rules(logical_view(plan.desired)), _all_rules(logical_view(plan.live))
    effects, now = [effect for _, effect in wanted], [effect for _, effect in live]
    if pin.what is Pinned.GONE:
        return _more(pin.digest, now, effects) and pin.rule not in {name for name, _ in wanted}
    return _more(pin.digest, effects, now)


def _more(effect: str | None, here: Collection[str], there: Collection[str]) -> bool:
    """Whether more rules in one group than in another have an effect."""
    return sum(each == effect for each in here) > sum(each == effect for each in there)


def _object_again(pin: Pin, plan: Plan) -> bool:
    if pin.kind is None:
        return False
    wanted = logical_view(plan.desired).find(pin.kind, pin.object)
    live = logical_view(plan.live).find(pin.kind, pin.object)
    if pin.what is Pinned.GONE:
        return live is not None and live.project == plan.desired.project and wanted is None
    if wanted is None or pin.form is None:
        return False
    return _is(wanted, pin.form) and (live is None or not _is(live, pin.form))


def _is(thing: LiveObject, pinned: Mapping[str, Any]) -> bool:
    """Whether an object has a form; what the service fills in by itself counts on neither side."""
    own = {
        member: value
        for member, value in canonical(thing).items()
        if member in pinned or member not in _PARTS
    }
    return own == _asked(dict(pinned), own, thing.kind)


def _asked(form: Form, other: Mapping[str, Any], kind: Kind) -> Form:
    """A form without what the service fills in and another form leaves out."""
    return {
        member: value
        for member, value in form.items()
        if member in other or member not in kind.row.server_filled
    }


def _whole(thing: LiveObject) -> Form:
    """An object without the parts that have separate pins."""
    return {member: value for member, value in canonical(thing).items() if member not in _PARTS}


def _members(thing: LiveObject) -> set[str]:
    return {member.lower() for member in thing.members or ()}


def _rules(thing: LiveObject | None) -> dict[str, str]:
    """The digest of what each rule does, by name, in order."""
    if thing is None:
        return {}
    rules = canonical(thing)["Rules"]
    names = [rule.get("Name") or f"rule {number}" for number, rule in enumerate(rules, 1)]
    if len(thing.origins) == len(rules):
        names = [origin.name for origin in thing.origins]
    return {
        name: digest_of({member: rule[member] for member in rule if member != "Name"})
        for name, rule in zip(names, rules, strict=True)
    }


def _all_rules(configuration: LiveConfiguration) -> list[tuple[str, str]]:
    return [
        pair for thing in configuration.of_kind(Kind.RULE_SET) for pair in _rules(thing).items()
    ]
