"""Entries of `lint: {forbid, require}` → company rules.

What they describe that cannot be is an error at its place: a company rule that never fits would
seem to guard something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.company_rules import (
    BARE,
    CASELESS,
    RULES,
    STATEMENTS,
    AnyOf,
    CompanyRule,
    Demand,
    Exists,
    Has,
    HasPart,
    Is,
    Not,
    Only,
    PartOfText,
    keyed_tests,
)
from mmctl.language.text.placed import Items, Table, complete
from mmctl.language.text.suggest import listed
from mmctl.model.actions import WORDS
from mmctl.model.comparisons import Takes
from mmctl.model.kinds import Kind
from mmctl.model.operands import POLICY_OPERANDS, RULE_OPERANDS, NamedBy
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.company_rules import Test
    from mmctl.language.parsing.shapes import Builder
    from mmctl.model.comparisons import Comparison
    from mmctl.model.operands import Operand
    from mmctl.problem import Position

_COST: Final = {"condition": 1, "action": 1, "before": 2, "after": 2}
"""What takes long to compare comes last."""
_TESTS: Final = frozenset({"not", "only", "exists", *PartOfText})
_ALWAYS: Final = {
    RULES: frozenset(
        {"name", "enabled", "shadow", "final", "refuse", "count", "environments", "rule_set"}
        | {"file", "action"}
    ),
    STATEMENTS: frozenset({"policy", "effect", "file", "condition"}),
}
"""Keys that always have a value, written or not."""
_OF_CONDITIONS: Final = frozenset({"field", "operator", "value"})
_NAMED: Final = {
    "name": frozenset({NamedBy.HEADER, NamedBy.ADD_ON_FIELD}),
    "attribute": frozenset({NamedBy.CERTIFICATE_FIELD}),
    "add_on_field": frozenset({NamedBy.ADD_ON_FIELD}),
}
"""Keys of a condition that only some operands have."""


def company_rules(lint: Table, builder: Builder) -> tuple[CompanyRule, ...]:
    """The company rules of a project file; what they cannot say becomes problems.

    An entry that could not be read as a whole is left out: without a part it would mean more.
    """
    found: dict[str, CompanyRule] = {}
    for demand in Demand:
        for table in lint.get(demand.value, ()):
            if not complete(table):
                continue
            rule = _company_rule(table, demand)
            first = found.setdefault(rule.id, rule)
            if first is not rule:
                message = f"company rule `{rule.id}` is already defined at {first.position}"
                builder.report("duplicate-name", rule.position, message, "give it another id")
            for place, message, help_ in _mistakes(rule):
                builder.report("wrong-text", place, message, help_)
    return tuple(found.values())


def _company_rule(table: Table, demand: Demand) -> CompanyRule:
    about = next((key for key in table if key == STATEMENTS or key in _SECTIONS), RULES)
    when = _test(table.get("when" if about == RULES else about, Table.at(table.position)), table)
    assert isinstance(when, Has)  # noqa: S101 - the grammar takes nothing else
    return CompanyRule(
        id=str(table["id"]),
        demand=demand,
        about=about,
        when=when,
        then=_test(table["then"], table) if demand is Demand.REQUIRE else None,
        message=str(table["message"]),
        severity=Severity(table.get("severity", Severity.ERROR)),
        written=table,
        position=table.values_at["id"],
    )


_SECTIONS: Final = frozenset(kind.value for kind in Kind)


def _test(value: Any, around: Table | Items, key: str = "") -> Test:
    """The test that a value describes; `key` is the one that it is under."""
    at: Position = getattr(value, "position", around.position)
    if isinstance(value, Items):
        tests = tuple(_test(item, value, key) for item in value)
        return tests[0] if len(tests) == 1 else AnyOf(tests)
    if isinstance(value, Table):
        if len(value) == 1 and key != "tags" and not _TESTS.isdisjoint(value):
            ((word, inner),) = value.items()
            return _of_test(word, inner, value, key)
        names = sorted(value, key=lambda name: _COST.get(name, 0))
        return Has({name: _under(name, value) for name in names}, at)
    if value is None:
        return Exists(True, at)
    return Is(_written(value, key) if isinstance(value, str) else value, at)


def _under(name: str, table: Table) -> Test:
    """The test of what is under a key; what an action has directly under it is a key of its own."""
    test = _test(table[name], table, name)
    bare = name in WORDS and WORDS[name].bare is not None and table[name] is not None
    return Has({BARE: test}, table.values_at[name]) if bare else test


def _of_test(word: str, inner: Any, table: Table, key: str) -> Test:
    match word:
        case "not":
            return Not(_test(inner, table, key))
        case "only":
            return Only(_test(inner, table, key))
        case "exists":
            return Exists(inner, table.values_at[word])
        case _:
            parts = tuple(HasPart(PartOfText(word), _written(text, key)) for text in inner)
            return parts[0] if len(parts) == 1 else AnyOf(parts)


def _written(text: str, key: str) -> str:
    return text.lower() if key in CASELESS else str(text)


Mistake = tuple["Position", str, "str | None"]


def _mistakes(rule: CompanyRule) -> Iterator[Mistake]:
    """What a company rule says that never fits, or fits everything."""
    if rule.demand is Demand.FORBID and rule.about == RULES and not rule.when.keys:
        yield rule.position, "`when` is empty, so every rule is forbidden", None
    for described in rule.tests:
        for keys, test in keyed_tests(described):
            if isinstance(test, Exists) and not test.there and _always(rule.about, keys):
                message = f"`{keys[-1]}` always has a value, so this never fits"
                yield test.position, message, None
            elif isinstance(test, Has) and keys[-1:] == ("condition",):
                operands = POLICY_OPERANDS if rule.about == STATEMENTS else RULE_OPERANDS
                yield from _of_condition(test, operands)
    if rule.then is not None and rule.about == RULES:
        for place in _without_place(rule.then):
            message = "an exception would do too: `under` is missing in this condition"
            yield place, message, "write `under: conditions` or `under: unless`"


def _always(about: str, keys: tuple[str, ...]) -> bool:
    """Whether there is always a value under some keys."""
    match keys:
        case ("before" | "after", *rest):
            return _always(about, tuple(rest))
        case ("condition", key):
            return key in _OF_CONDITIONS
        case ("action", word, key):
            row = WORDS[word]
            return any(each.word == key and row.requires(each) for each in row.keys)
        case (key,) if about in _ALWAYS:
            return key in _ALWAYS[about]
        case (key,):
            return key in {"name", "file"} or key in _required(Kind(about))
        case _:
            return False


def _required(kind: Kind) -> frozenset[str]:
    from mmctl.language.dialect.resources import record_of  # noqa: PLC0415 - few projects

    return record_of(kind).required


def _of_condition(described: Has, operands: tuple[Operand, ...]) -> Iterator[Mistake]:
    """What no condition says: an operator, a value or a name that its field never has."""
    fields, wanted = _plain(described, "field"), _plain(described, "operator")
    able = [each for each in operands if not fields or each.key in {is_.value for is_ in fields}]
    there = listed([each.key for each in able]) if fields else "no field"
    for operator in wanted:
        if not any(operator.value in each.operators for each in _ways(able)):
            known = listed(list(dict.fromkeys(o for each in _ways(able) for o in each.operators)))
            message = f"{there} is never compared by `{operator.value}`"
            yield operator.position, message, f"known operators: {known}" if known else None
    for key, named in _NAMED.items():
        if key in described.keys and not any(each.named in named for each in able):
            message = f"{there} has no `{key}`"
            yield described.position, message, None
    operators = {each.value for each in wanted}
    ways = [way for way in _ways(able) if not operators or not operators.isdisjoint(way.operators)]
    values = _plain(described, "value")
    choices = {word.lower() for way in ways for word in way.choices}
    if ways and all(way.takes is Takes.NUMBER for way in ways) and "value" in described.keys:
        message = "sizes cannot be described: a company rule knows no greater and less"
        yield described.position, message, "say it with an invariant"
    elif ways and all(way.choices for way in ways):
        for value in values:
            if value.value not in choices:
                message = f"{there} is never `{value.value}`"
                yield value.position, message, f"one of {listed(sorted(choices))}"


def _plain(described: Has, key: str) -> list[Is]:
    """The values themselves that a key is compared with; none if there is another test."""
    test = described.keys.get(key)
    tests = test.tests if isinstance(test, AnyOf) else (test,)
    found = [each for each in tests if isinstance(each, Is)]
    return found if len(found) == len(tests) else []


def _ways(operands: list[Operand]) -> list[Comparison]:
    return [comparison for operand in operands for comparison in operand.comparisons]


def _without_place(test: Test, *, inside: bool = False) -> Iterator[Position]:
    """The conditions that must be there and do not say where; `inside`: these are conditions."""
    match test:
        case Has() if inside:
            if "under" not in test.keys:
                yield test.position
        case Has():
            if "condition" in test.keys:
                yield from _without_place(test.keys["condition"], inside=True)
        case AnyOf():
            for each in test.tests:
                yield from _without_place(each, inside=inside)
        case Only():
            yield from _without_place(test.test, inside=inside)
        case Is() | HasPart() | Not() | Exists():
            return
        case _:
            assert_never(test)
