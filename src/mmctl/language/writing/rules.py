"""Rules and rule sets as the API has them → as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.writing.conditions import condition_to_file
from mmctl.language.writing.parts import CannotWrite, Data, common, text
from mmctl.model.actions import STOP, Does, row_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from mmctl.model.actions import Key
    from mmctl.model.rules import Rule, RuleAction, RuleSet

_NO_NAME: Final = "none"


def action_to_file(action: RuleAction, *, stop: bool) -> str | Data:
    """One action of a rule, as a file writes it; with `stop`, a Drop is written as `stop`.

    Raises:
        CannotWrite: a value has a line break.
    """
    row = row_of(action)
    if stop and row.does is Does.ENDS:
        return STOP
    members = action.value.to_api()
    if row.bare is not None and row.bare.member in members:
        return {row.key: members[row.bare.member]}
    written = {
        key.word: _said(key, members[key.member]) for key in row.words if key.member in members
    }
    return {row.key: written} if written else row.key


def _said(key: Key, value: Any) -> Any:
    """A value as files write it: the words of AWS are in lower case there."""
    if key.choices:
        return value.lower()
    return value if isinstance(value, int) else text(value, multiline=key.multiline)


def _actions(actions: Iterable[RuleAction]) -> list[str | Data]:
    written: list[str | Data] = []
    kept = False
    for action in actions:
        written.append(action_to_file(action, stop=kept))
        kept = kept or row_of(action).keeps
    return written


def rule_to_file(rule: Rule, *, name: str) -> Data:
    """A rule under a logical name; its live name is added if it differs.

    Raises:
        CannotWrite: the language cannot express a part of it.
    """
    written: Data = {"name": name}
    if rule.name is None:
        written["live_name"] = _NO_NAME
    elif rule.name != name:
        if rule.name == _NO_NAME:
            raise CannotWrite("a second rule with the live name `none`")
        written["live_name"] = rule.name
    for key, conditions in (("conditions", rule.conditions), ("unless", rule.unless)):
        if conditions:
            written[key] = [condition_to_file(condition) for condition in conditions]
    written["actions"] = _actions(rule.actions)
    return written


def logical_names(rules: Sequence[Rule]) -> tuple[str, ...]:
    """A name for each rule, all different: the live name, or `rule-01` … if there is none."""
    taken = {rule.name for rule in rules if rule.name is not None}
    names: list[str] = []
    for number, rule in enumerate(rules, 1):
        if rule.name is not None and rule.name not in names:
            names.append(rule.name)
            continue
        names.append(unused(rule.name or f"rule-{number:02}", taken, limit=32))
        taken.add(names[-1])
    return tuple(names)


def unused(name: str, taken: Container[str], *, limit: int = 100) -> str:
    """The name, or the name followed by a number, of at most `limit` characters."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name[: limit - len(str(number)) - 1]}-{number}"
    return candidate


def rule_set_to_file(rule_set: RuleSet, *, name: str) -> Data:
    """A rule set with its rules, under a logical name.

    Raises:
        CannotWrite: the language cannot express a part of it.
    """
    rules = [
        _within(f"Rules[{index}]", rule, logical)
        for index, (rule, logical) in enumerate(
            zip(rule_set.rules, logical_names(rule_set.rules), strict=True)
        )
    ]
    return {**common(rule_set.rule_set_name, rule_set.tags, name), "rules": rules}


def _within(place: str, rule: Rule, name: str) -> Data:
    try:
        return rule_to_file(rule, name=name)
    except CannotWrite as error:
        raise CannotWrite(f"{place}: {error}") from None
