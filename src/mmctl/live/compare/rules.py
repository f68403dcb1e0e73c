"""Rules of two versions of a rule set, paired and compared.

Rules are paired by name, then by equal content, then by similarity, and rules without a name by
place; moves are as few as possible.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.compare.changes import changes, leaves, likeness
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.file_words import in_words
from mmctl.live.state.canonical import canonical
from mmctl.model.actions import BLOCKS, NAMES
from mmctl.model.kinds import Kind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.configuration import LiveObject, RuleOrigin
    from mmctl.model.actions import ActionRow

ALIKE: Final = 0.75
"""From this similarity on, a removed and an added rule are one renamed rule."""

HALF: Final = 0.5
"""From this similarity on, a rule without a name is the one that was at its place."""

Form = dict[str, Any]


def rules_of(thing: LiveObject | None) -> list[Form]:
    """The rules of a rule set in canonical form; none if there is no rule set."""
    return [] if thing is None else list(canonical(thing)["Rules"])


def effect_of(rule: Form) -> Form:
    """What a rule does, no matter what it is called."""
    return {member: value for member, value in rule.items() if member != "Name"}


def blocks(rule: Form) -> bool:
    """Whether a rule ends the mail that it matches, without keeping or delivering it first."""
    for row in known_actions(rule):
        if row.keeps:
            return False
        if row.does in BLOCKS:
            return True
    return False


def known_actions(rule: Form) -> Iterator[ActionRow[Any]]:
    """The rows of a rule's actions, in order, without those that only a newer API has."""
    for action in rule["Actions"]:
        yield from (NAMES[name] for name in action if name in NAMES)


@dataclass(frozen=True, slots=True)
class _RulePairs:
    old: Sequence[Form]
    new: Sequence[Form]
    of_new: dict[int, int]
    """The index of the old rule by the index of the new one."""


def rule_edits(
    rule_set: str, before: Sequence[Form], after: Sequence[Form], origins: Sequence[RuleOrigin]
) -> Iterator[Edit]:
    """The edits that lead from one list of rules (canonical) to another, in the new order.

    `origins` are parallel to `after`; without them rules have their live names.
    """
    pairs = _RulePairs(before, after, paired_rules(before, after))
    moved = fewest_moved([pairs.of_new[index] for index in sorted(pairs.of_new)])
    name = rule_names(after, origins)
    for index, rule in enumerate(after):
        place = origins[index].place if index < len(origins) else None
        about: dict[str, Any] = {
            "resource": Kind.RULE_SET,
            "object": rule_set,
            "rule": name[index],
            "place": place,
        }
        old = pairs.of_new.get(index)
        if old is None:
            note = f"after {name[index - 1]}" if index else "first"
            yield Edit(kind=EditKind.ADDED, after=rule, note=note, **about)
            continue
        if before[old].get("Name") != rule.get("Name"):
            yield Edit(
                kind=EditKind.RENAMED,
                before=before[old].get("Name"),
                after=rule.get("Name"),
                **about,
            )
        if old in moved:
            yield Edit(kind=EditKind.MOVED, before=old + 1, after=index + 1, **about)
        was, becomes = effect_of(before[old]), effect_of(rule)
        for change, words in in_words(Kind.RULE_SET, changes(was, becomes), was, becomes):
            yield Edit(
                kind=EditKind.CHANGED,
                words=words,
                path=change.text,
                before=change.before,
                after=change.after,
                **about,
            )
    kept = set(pairs.of_new.values())
    for index, rule in enumerate(before):
        if index not in kept:
            yield Edit(
                kind=EditKind.REMOVED,
                resource=Kind.RULE_SET,
                object=rule_set,
                rule=rule.get("Name") or f"rule {index + 1}",
                before=rule,
            )


def rule_names(rules: Sequence[Form], origins: Sequence[RuleOrigin]) -> list[str]:
    """What each rule is called: its logical name, its live name, or its place."""
    if len(origins) == len(rules):
        return [origin.name for origin in origins]
    return [rule.get("Name") or f"rule {index + 1}" for index, rule in enumerate(rules)]


def paired_rules(before: Sequence[Form], after: Sequence[Form]) -> dict[int, int]:
    """The old place of each rule, by its new place; new rules are left out."""
    pairs: dict[int, int] = {}
    free = list(range(len(before)))

    def take(new: int, old: int) -> None:
        pairs[new] = old
        free.remove(old)

    for new, rule in enumerate(after):
        named = [
            old for old in free if rule.get("Name") and before[old].get("Name") == rule["Name"]
        ]
        if named:
            take(new, named[0])
    names = {rule.get("Name") for rule in after}
    for new, rule in enumerate(after):
        if new not in pairs:
            equal = [old for old in free if effect_of(before[old]) == effect_of(rule)]
            if equal:
                take(new, equal[0])
    scored = sorted(
        (-score, new, old)
        for new, rule in enumerate(after)
        if new not in pairs
        for old in free
        if before[old].get("Name") not in names - {None}
        and (score := likeness(effect_of(before[old]), effect_of(rule))) >= ALIKE
    )
    for _score, new, old in scored:
        if new not in pairs and old in free:
            take(new, old)
    nameless = sorted(
        (-likeness(effect_of(before[old]), effect_of(after[new])), abs(new - old), new, old)
        for new, old in _by_place(before, after, pairs)
    )
    for _score, _apart, new, old in nameless:
        if new not in pairs and old in free:
            take(new, old)
    return pairs


def _by_place(
    before: Sequence[Form], after: Sequence[Form], pairs: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Rules without a name and what each may have become, between the same neighbors.

    Only its place identifies such a rule, so it is the same rule with another value; a rule that
    looks at something else and does something else is another rule.
    """
    taken = set(pairs.values())
    for new, rule in enumerate(after):
        if new in pairs:
            continue
        above = max((old for at, old in pairs.items() if at < new), default=-1)
        below = min((old for at, old in pairs.items() if at > new), default=len(before))
        for old in range(above + 1, below):
            if before[old].get("Name") is None and old not in taken and _alike(before[old], rule):
                yield new, old


def _alike(one: Form, other: Form) -> bool:
    """Whether two rules look at and do the same, or have half of that in common."""
    here, there = effect_of(one), effect_of(other)
    same_form = {path for path, _ in leaves(here)} == {path for path, _ in leaves(there)}
    return same_form or likeness(here, there) >= HALF


def fewest_moved(order: Sequence[int]) -> set[int]:
    """The items outside a longest increasing subsequence: the fewest that must move."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int | None] = []
    for index, item in enumerate(order):
        at = bisect_left(tails, item)
        tails[at : at + 1] = [item]
        ends[at : at + 1] = [index]
        previous.append(ends[at - 1] if at else None)
    kept: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        kept.add(order[step])
        step = previous[step]
    return set(order) - kept
