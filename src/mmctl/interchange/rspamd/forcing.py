"""Rules of the module force_actions: an action where an expression over symbols is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import SourceRule, Unread
from mmctl.interchange.migration.tests import AllOf, Unseen
from mmctl.interchange.rspamd import differing
from mmctl.interchange.rspamd.ends import action_word, end_of
from mmctl.interchange.rspamd.expressions import BrokenExpression, expression_test, symbols_in
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import Deviation, OtherGateway
    from mmctl.interchange.rspamd.symbols import RspamdSymbols
    from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue

_KNOWN: Final = frozenset(
    {
        "action",
        "expression",
        "message",
        "subject",
        "honor_action",
        "require_action",
        "limit",
        "least",
        "process_all",
    }
)
_NO_ACTION: Final = "no action"
_SHOWN: Final = 100


def forced_rules(
    sections: Sequence[UclValue], symbols: RspamdSymbols, source: OtherGateway
) -> list[SourceRule]:
    """The rules of the module, in the order of the files; what is no rule is listed.

    Those that wait for the action of a score come last, as in rspamd.
    """
    found: list[tuple[bool, SourceRule]] = []
    for section in sections:
        enabled = section.value("enabled")
        on = enabled is None or enabled.is_true
        for entry in section.entries or ():
            if entry.key == "rules":
                for each in entry.value.sections():
                    waits = bool(each.value.all_of("honor_action") or _required(each.value))
                    rule = _forced(each, symbols, source, enabled=on)
                    if rule is not None:
                        found.append((waits, rule))
            elif entry.key != "enabled":
                why = "it is no rule: rules are in the section `rules`"
                source.unread.append(_listed(entry, entry.key, why))
    return [rule for _, rule in sorted(found, key=lambda each: each[0])]


def _forced(
    entry: UclEntry, symbols: RspamdSymbols, source: OtherGateway, *, enabled: bool
) -> SourceRule | None:
    node = entry.value
    action, expression = node.said("action"), node.said("expression")
    if action is None or expression is None:
        why = "it has no action or no expression, and rspamd leaves it out"
        source.unread.append(_listed(entry, entry.key, why))
        return None
    for each in node.entries or ():
        if each.key not in _KNOWN:
            why = "what this member means for mail is unknown"
            source.unread.append(_listed(each, f"{entry.key}: {each.key}", why))
    try:
        test = expression_test(expression, symbols.test)
    except BrokenExpression as broken:
        why = f"its expression is none: {broken}; rspamd leaves the rule out"
        source.unread.append(_listed(entry, entry.key, why))
        return None
    end = end_of(action, node.said("message"), source)
    names = symbols_in(expression)
    waiting = _waiting(node)
    if enabled:
        symbols.used |= names
        if len(names) == 1 and names == {expression.strip()} and waiting is None:
            symbols.alone |= names
    differences: list[Deviation] = list(end.differences)
    for lost in (end.lost, waiting, _limited(node)):
        if lost is not None and lost.loses:
            test = AllOf((test, Unseen(difference=lost)))
        elif lost is not None:
            differences.append(lost)
    shown = visible(" ".join(expression.split()))
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return SourceRule(
        name=entry.key,
        place=entry.place,
        text=f"{shown} → {action}",
        test=test,
        actions=end.actions,
        then=end.then,
        enabled=enabled,
        differences=tuple(differences),
    )


def _required(node: UclValue) -> set[str]:
    return {action_word(each) for each in node.texts("require_action")}


def _waiting(node: UclValue) -> Deviation | None:
    """What waits for the action that the score has led to; here that is always `no action`."""
    honored = {action_word(each) for each in node.texts("honor_action")}
    required = _required(node)
    if not honored and not required:
        return None
    never = _NO_ACTION in honored or (bool(required) and _NO_ACTION not in required)
    return differing.SCORE_NEEDED if never else differing.SCORE_FIRST


def _limited(node: UclValue) -> Deviation | None:
    """What only a score can say."""
    least = node.value("least")
    if node.said("limit") is not None:
        return differing.SCORE_NEEDED
    return differing.SCORE_FIRST if least is not None and least.is_true else None


def _listed(entry: UclEntry, text: str, why: str) -> Unread:
    return Unread(place=entry.place, text=text, why=why)
