"""Changes that give rules the same actions: one header value, few prefixes, few relays."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.advice.change import (
    KindOfChange,
    Remedy,
    at,
    named,
    parts_of,
    with_rules,
)
from mmctl.counted import counted
from mmctl.model.actions import row_of
from mmctl.model.rules import (
    AddHeaderAction,
    ArchiveAction,
    BounceAction,
    RelayAction,
    ReplaceRecipientAction,
    S3Action,
    SnsAction,
)
from mmctl.records import dataclass, replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import AnyRuleAction, RuleAction

_KEPT: Final = (4, 2, 1)
"""So many different action lists may stay of those that differ in one thing, as tried."""
_SHARED: Final = 4
"""So many rules for each redirect target: then it is a mailbox that several share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Differing:
    """What may differ in an action: its members, and what people call them."""

    members: tuple[str, ...]
    one: str
    many: str
    means: str


def changes_of_actions(rule_set: LogicalRuleSet, environment: str, over: int) -> Iterator[Remedy]:
    """For rules whose actions differ in one thing only, the same in fewer versions.

    `over` is how much there is too much: that many versions fewer may be enough.
    """
    handing_on: list[LogicalRule] = []
    for part in parts_of(rule_set, environment):
        others: list[LogicalRule] = []
        for rule in part.rules:
            hands_on = any(row_of(action).handed_on for action in rule.actions)
            (handing_on if hands_on and not rule.shadow else others).append(rule)
        yield from _same_actions(others, part.described, over)
    # Relay actions are counted in the whole set.
    where = f"rule set `{visible(rule_set.name)}`"
    yield from _same_actions(handing_on, where, over)
    yield from _same_targets(handing_on, where, over)


def _same_actions(rules: Iterable[LogicalRule], where: str, over: int) -> Iterator[Remedy]:
    yield from _fewer(_alike(rules, skeleton_of), where, over)


def _same_targets(rules: Iterable[LogicalRule], where: str, over: int) -> Iterator[Remedy]:
    """Few mailboxes that mail of many is redirected to; not where each has one of its own."""
    redirecting = [rule for rule in rules if any(map(_redirects, rule.actions))]
    # What may get the same relay is not told to get the same mailbox, too.
    of_relay = [
        rule
        for same in _alike(redirecting, skeleton_of)
        if len({each.actions for each in same}) == 1
        for rule in same
    ]
    shared = [
        same
        for same in _alike(of_relay, _without_target)
        if _SHARED * len({rule.actions for rule in same}) <= len(same)
    ]
    yield from _fewer(shared, where, over)


def _alike(
    rules: Iterable[LogicalRule], key: Callable[[Sequence[RuleAction]], tuple[object, ...]]
) -> Iterable[list[LogicalRule]]:
    alike: dict[tuple[object, ...], list[LogicalRule]] = {}
    for rule in rules:
        if not rule.shadow and not rule.count_own:
            alike.setdefault(key(rule.actions), []).append(rule)
    return alike.values()


def _fewer(groups: Iterable[list[LogicalRule]], where: str, over: int) -> Iterator[Remedy]:
    for same in groups:
        lists = Counter(rule.actions for rule in same)
        if len(lists) > 1:
            # Of lists that are as common, the first in the files.
            common = [actions for actions, _ in lists.most_common()]
            for kept in sorted({len(common) - over, *_KEPT}, reverse=True):
                if 0 < kept < len(common):
                    yield _same(same, common[:kept], where, len(common))


def _same(
    rules: Sequence[LogicalRule],
    kept: Sequence[tuple[RuleAction, ...]],
    where: str,
    different: int,
) -> Remedy:
    touched = [rule for rule in rules if rule.actions not in kept]
    model = next(rule for rule in rules if rule.actions == kept[0])
    changed = {rule.name: kept[0] for rule in touched}

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        return (
            with_rules(
                rule_set,
                {
                    rule.name: replace(rule, rule=rule.rule.changed(actions=changed[rule.name]))
                    for rule in rule_set.rules
                    if rule.name in changed
                },
            ),
        )

    what = _different_in(rules)
    if len(kept) == 1:
        text = f"give {counted(len(touched), 'rule')} of {where} the {what.one} of"
        text += f" `{visible(model.name)}` ({at(model.position)}), {_shown(model, what)}"
        text += f", instead of {counted(different, what.one, what.many)}: {named(touched)}"
    else:
        text = f"use {len(kept)} {what.many} in {where}, not {different}: give"
        text += f" {counted(len(touched), 'rule')} that of `{visible(model.name)}`"
        text += f" ({at(model.position)}), {_shown(model, what)}: {named(touched)}"
    return Remedy(
        kind=KindOfChange.SAME_ACTIONS,
        what=text,
        short=f"{counted(len(kept), what.one, what.many)}, not {different}",
        means=what.means,
        family=f"{what.one} {where} {rules[0].name}",
        touched=tuple(touched),
        made=made,
    )


def skeleton_of(actions: Sequence[RuleAction]) -> tuple[object, ...]:
    """What actions are without what may be the same in all rules."""
    return tuple(_bare(action.value) for action in actions)


def _bare(value: AnyRuleAction) -> tuple[object, ...]:
    members = _differing(value)
    left: dict[str, object] = dict.fromkeys(members.members) if members is not None else {}
    return type(value).__name__, value.changed(**left)


def _redirects(action: RuleAction) -> bool:
    return isinstance(action.value, ReplaceRecipientAction)


def _without_target(actions: Sequence[RuleAction]) -> tuple[object, ...]:
    """Actions without the addresses that take the place of recipients."""
    return tuple("another recipient" if _redirects(action) else action for action in actions)


def _differing(value: AnyRuleAction) -> _Differing | None:
    """What somebody may give the same value in several rules; None: nothing."""
    return _DIFFERENCES.get(type(value))


def _named(value: AnyRuleAction) -> _Differing | None:
    """What people call what differs in an action."""
    return _TARGET if isinstance(value, ReplaceRecipientAction) else _differing(value)


def _different_in(rules: Sequence[LogicalRule]) -> _Differing:
    """What is not the same in the actions of all rules: the first thing of these."""
    for actions in zip(*(rule.actions for rule in rules), strict=True):
        if len({*actions}) > 1 and (found := _named(actions[0].value)) is not None:
            return found
    raise AssertionError(f"the actions of `{rules[0].name}` and others are the same")


def _shown(rule: LogicalRule, what: _Differing) -> str:
    """What a rule has there, as a sentence shows it."""
    for action in rule.actions:
        if _named(action.value) is what:
            held: dict[str, Any] = vars(action.value)
            first = next((held[each] for each in what.members if held[each] is not None), None)
            shown = ", ".join(first) if isinstance(first, tuple) else first
            return "without one" if first is None else f"`{visible(str(shown))}`"
    return "without one"


_HEADER: Final = _Differing(
    members=("header_value", "header_name"),
    one="header",
    many="headers",
    means="the header no longer tells these rules apart; logs and the trace do",
)
_PREFIX: Final = _Differing(
    members=("s3_prefix",),
    one="S3 prefix",
    many="S3 prefixes",
    means="the copies are in one folder of the bucket",
)
_RELAY: Final = _Differing(
    members=("relay",),
    one="relay",
    many="relays",
    means="that server must take this mail too and hand it on by recipient",
)
_ARCHIVE: Final = _Differing(
    members=("target_archive",),
    one="archive",
    many="archives",
    means="this mail is kept as long as that archive keeps it",
)
_TOPIC: Final = _Differing(
    members=("topic_arn",),
    one="SNS topic",
    many="SNS topics",
    means="who listens to that topic gets these notifications too",
)
_BOUNCE: Final = _Differing(
    members=("diagnostic_message", "message", "status_code", "smtp_reply_code", "sender"),
    one="bounce text",
    many="bounce texts",
    means="senders read one text for all of these reasons",
)
_TARGET: Final = _Differing(
    members=("replace_with",),
    one="redirect target",
    many="redirect targets",
    means="that mailbox gets this mail too, and who reads it sorts it",
)
_DIFFERENCES: Final[Mapping[type[AnyRuleAction], _Differing]] = {
    AddHeaderAction: _HEADER,
    S3Action: _PREFIX,
    RelayAction: _RELAY,
    ArchiveAction: _ARCHIVE,
    SnsAction: _TOPIC,
    BounceAction: _BOUNCE,
}
"""By the action that it is in."""
