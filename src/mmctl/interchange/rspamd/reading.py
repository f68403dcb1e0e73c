"""Configuration of rspamd → rules: maps with actions, forced actions, settings that whitelist.

rspamd decides once about a message: first settings let mail through unscanned, then maps with an
action set it, then forced actions over symbols. What only adds to a score decides nothing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Unread
from mmctl.interchange.migration.tests import AllOf, Unseen
from mmctl.interchange.migration.usual import BOUNCE_NEEDS
from mmctl.interchange.rspamd import differing
from mmctl.interchange.rspamd.configuration import rspamd_files
from mmctl.interchange.rspamd.ends import action_word, end_of
from mmctl.interchange.rspamd.expressions import BrokenExpression, expression_test
from mmctl.interchange.rspamd.forcing import forced_rules
from mmctl.interchange.rspamd.multimap import multimap_rule
from mmctl.interchange.rspamd.settings import settings_rules
from mmctl.interchange.rspamd.symbols import RspamdSymbols
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Opened, SourceOptions
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.rspamd.multimap import MultimapRule
    from mmctl.interchange.rspamd.ucl_values import UclValue
    from mmctl.problem import Problem

_REFUSED: Final = frozenset({"rejected-after-acceptance"})
_MODULE: Final = frozenset({"enabled", "disabled", "servers", "redis"})
"""Members of a module that are no rules."""


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """Read `multimap.conf`, `force_actions.conf` and `settings.conf`, and maps beside them.

    Raises:
        ProblemsFound: a file is no UCL, a map no text, or a rule lacks its type or map.
    """
    del asked
    files = rspamd_files(opened)
    source = OtherGateway(system="rspamd", needed=dict(BOUNCE_NEEDS))
    symbols = RspamdSymbols()
    problems: list[Problem] = []
    maps: list[tuple[MultimapRule, bool]] = []
    for section in files.sections.get("multimap", ()):
        enabled = _is_on(section)
        for entry in section.entries or ():
            if entry.value.entries is None:
                if entry.key not in _MODULE:
                    source.unread.append(_no_rule(entry.key, section))
                continue
            if entry.key in symbols.rules:
                source.unread.append(
                    Unread(
                        place=entry.place,
                        text=entry.key,
                        why="a rule of this name is above; rspamd merges them or takes neither",
                        instead="give it another name, or remove one",
                    )
                )
                continue
            try:
                rule = multimap_rule(entry, opened)
            except ProblemsFound as broken:
                problems += broken.problems
                continue
            symbols.put(rule, enabled=enabled)
            source.unread += rule.unread
            maps.append((rule, enabled))
    if problems:
        raise ProblemsFound("cannot read the configuration", tuple(problems))
    _put_rules(source, files.sections, symbols, maps)
    source.unread += files.unread
    _mark_order(source)
    return source


def _put_rules(
    source: OtherGateway,
    sections: dict[str, list[UclValue]],
    symbols: RspamdSymbols,
    maps: list[tuple[MultimapRule, bool]],
) -> None:
    source.rules += settings_rules(sections.get("settings", []), source)
    forced = forced_rules(sections.get("force_actions", []), symbols, source)
    asked = 0
    for rule, enabled in maps:
        if rule.node.said("action") is None and symbols.carries(rule):
            asked += 1
        else:
            source.rules.append(_map_rule(rule, symbols, source, enabled=enabled))
    source.rules += forced
    if asked:
        source.notes.append(
            f"{counted(asked, 'map', 'maps')} without action: forced actions have their meaning"
        )


def _map_rule(
    rule: MultimapRule, symbols: RspamdSymbols, source: OtherGateway, *, enabled: bool
) -> SourceRule:
    test = _with_required(rule, symbols, source)
    action = rule.node.said("action")
    made = SourceRule(
        name=rule.name,
        place=rule.node.place,
        text=f"{rule.about} → {action or 'a score'}",
        test=test,
        enabled=enabled,
        description=rule.node.said("description"),
    )
    if action is None:
        return replace(made, test=AllOf((test, Unseen(difference=differing.SCORES_ONLY))))
    reply = rule.node.said("message") or f"Matched map: {rule.symbol}"
    end = end_of(action, reply, source)
    if end.lost is not None:
        return replace(made, test=AllOf((test, Unseen(difference=end.lost))))
    refuse = end.rejects and _at_rcpt(rule)
    differences = tuple(each for each in end.differences if not refuse or each.code not in _REFUSED)
    return replace(
        made,
        actions=end.actions,
        then=end.then,
        refuse=refuse,
        differences=differences,
    )


def _at_rcpt(rule: MultimapRule) -> bool:
    """Whether client address or recipient alone decide."""
    if rule.requires is not None:
        return False
    where = rule.node.said("extract_from") or "default"
    return rule.kind == "ip" or (rule.kind == "rcpt" and where in {"default", "smtp"})


def _with_required(rule: MultimapRule, symbols: RspamdSymbols, source: OtherGateway) -> Test:
    if rule.requires is None:
        return rule.test
    try:
        required = expression_test(rule.requires, symbols.test)
    except BrokenExpression as broken:
        source.unread.append(
            Unread(
                place=rule.node.place,
                text=f"{rule.name}: require_symbols",
                why=f"it is no expression: {broken}",
            )
        )
        required = Unseen(difference=differing.not_seen(f"what `{rule.requires}` means"))
    return AllOf((rule.test, required))


def _is_on(section: UclValue) -> bool:
    enabled, disabled = section.value("enabled"), section.value("disabled")
    off = enabled is not None and enabled.text is not None and not enabled.is_true
    return not (off or (disabled is not None and disabled.is_true))


def _no_rule(key: str, section: UclValue) -> Unread:
    place = next(each.place for each in section.entries or () if each.key == key)
    return Unread(place=place, text=key, why="it is no rule: a rule is a section with a type")


def _mark_order(source: OtherGateway) -> None:
    """Say of maps with different actions that rspamd does not state which one wins."""
    acting = [
        each for each in source.rules if each.text.partition(" → ")[2] and each.actions is not None
    ]
    words = {action_word(each.text.partition(" → ")[2]) for each in acting} - {"a score"}
    if len(words) < 2:  # noqa: PLR2004 - one action needs no order
        return
    for place, rule in enumerate(source.rules):
        if rule.text.partition(" → ")[2] not in {"", "a score"}:
            differences = (*rule.differences, differing.NO_ORDER)
            source.rules[place] = replace(rule, differences=differences)
