"""The difference of two configurations as a deepdiff delta: only for programs.

Plan, read-back, stale and drift compare only by `canonical.py`. This module uses the same forms, so
that a delta is empty exactly when there are no edits.
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.compare.logical import logical_view
from mmctl.live.compare.rules import paired_rules, rule_names
from mmctl.live.state.canonical import LOG_MEMBERS, canonical, canonical_pair
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.state.canonical import Canonical

AFTER: Final = "After"
"""The member of a rule that names the one before it; empty: it is the first."""
_SETS: Final = ("Members", "Values")
"""Lists whose order has no meaning."""


def delta(desired: LiveConfiguration, live: LiveConfiguration) -> dict[str, Any]:
    """What leads from the live to the desired configuration: JSON that `deepdiff.Delta` takes.

    See https://zepworks.com/deepdiff/current/delta.html; sets are lists in JSON. It has the old
    values too, so that it can be subtracted. Empty: there is no difference.
    """
    from deepdiff import DeepDiff, Delta  # noqa: PLC0415 - slow to import

    before, after = forms_between(desired, live)
    for name in before.keys() & after.keys():
        before[name], after[name] = _without_common_members(before[name], after[name])
    # Compare ordered lists place by place: opcodes, the alternative, do not survive JSON.
    # Names of rules and tags that begin with `__` are names as others, not private variables.
    found = DeepDiff(before, after, zip_ordered_iterables=True, ignore_private_variables=False)
    made: dict[str, Any] = _plain(Delta(found, bidirectional=True).diff)
    return made


def forms_between(
    desired: LiveConfiguration, live: LiveConfiguration
) -> tuple[dict[str, Canonical], dict[str, Canonical]]:
    """Both sides, live first, as canonical forms by `section/name`; sets are sets.

    Rules are keyed by name; a rule on both sides has the name of the desired side.
    """
    desired, live = logical_view(desired), logical_view(live)
    before: dict[str, Canonical] = {}
    after: dict[str, Canonical] = {}
    found, wanted = live.by_key(), desired.by_key()
    for thing in desired.objects:
        name, counterpart = _name(thing), found.get(thing.key)
        if counterpart is None:
            _, after[name] = _by_name({}, _form(thing, canonical(thing)), thing)
        else:
            to_be, is_now = canonical_pair(thing, counterpart)
            before[name], after[name] = _by_name(
                _form(counterpart, is_now), _form(thing, to_be), thing
            )
    for thing in live.objects:
        if thing.key not in wanted and thing.project == desired.project:
            before[_name(thing)], _ = _by_name(_form(thing, canonical(thing)), {}, thing)
    return before, after


def _name(thing: LiveObject) -> str:
    return f"{thing.kind}/{thing.name}"


def _form(thing: LiveObject, form: Canonical) -> Canonical:
    """The canonical form, with the owner of the object and of its log deliveries."""
    tags = form.get("Tags", {}) | ({OWNER_TAG: thing.project} if thing.project else {})
    others = {
        LOG_MEMBERS[of]: project
        for of, project in sorted(thing.logs_of_others.items())
        if of in thing.logging
    }
    more = {"Tags": tags, "LogsOfOthers": others}
    return form | {member: value for member, value in more.items() if value}


def _by_name(before: Canonical, after: Canonical, thing: LiveObject) -> tuple[Canonical, Canonical]:
    """Two forms with rules keyed by name; `thing` is the desired side, if any."""
    if thing.kind is not Kind.RULE_SET:
        return with_sets(before), with_sets(after)
    old, new = before.get("Rules", []), after.get("Rules", [])
    pairs = {was: at for at, was in paired_rules(old, new).items()}
    names = list(_unlike(rule_names(new, thing.origins), set()))
    own = enumerate(rule_names(old, ()))
    gone = _unlike((name for at, name in own if at not in pairs), set(names))
    old_names = [names[pairs[at]] if at in pairs else next(gone) for at in range(len(old))]
    return with_sets(_with_rules(before, old_names)), with_sets(_with_rules(after, names))


def _unlike(names: Iterable[str], taken: set[str]) -> Iterator[str]:
    """Names, with a number after each that is already taken."""
    for name in names:
        tries = chain([name], (f"{name} ({number})" for number in count(2)))
        unlike = next(each for each in tries if each not in taken)
        taken.add(unlike)
        yield unlike


def _with_rules(form: Canonical, names: Sequence[str]) -> Canonical:
    if "Rules" not in form:
        return form
    above = ["", *names][: len(names)]
    rules = zip(names, form["Rules"], above, strict=True)
    return form | {"Rules": {name: rule | {AFTER: before} for name, rule, before in rules}}


def with_sets(value: Any) -> Any:
    """A form, or a delta read from JSON, with unordered lists as sets."""
    if isinstance(value, dict):
        return {
            member: frozenset(inner) if _is_set(member, inner) else with_sets(inner)
            for member, inner in value.items()
        }
    return [with_sets(item) for item in value] if isinstance(value, list) else value


def _is_set(member: str, value: object) -> bool:
    return (
        member in _SETS and isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _without_common_members(before: Canonical, after: Canonical) -> tuple[Canonical, Canonical]:
    """Both forms of a list without the addresses that both have: no delta names these."""
    both = before.get("Members", frozenset()) & after.get("Members", frozenset())
    if not both:
        return before, after
    return (
        {**before, "Members": before["Members"] - both},
        {**after, "Members": after["Members"] - both},
    )


def _plain(value: Any) -> Any:
    """A delta as JSON: sets as sorted lists, types as their names."""
    match value:
        case dict():
            return {member: _plain(inner) for member, inner in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case str() | bool() | int() | float() | None:
            return value
        case type():
            return value.__name__
        case _:
            return sorted(value)
