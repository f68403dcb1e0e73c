"""A packing made by a table: which rules are one live rule, so that tests choose it exactly.

It merges rules with equal actions that differ in the values of their only condition.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.configuration import (
    COMPILED_TAG,
    LiveObject,
    RuleOrigin,
    RuleSource,
    WrittenRule,
)
from mmctl.model.kinds import Kind
from mmctl.model.resources import AddressList
from mmctl.model.rules import Rule, RuleSet
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.compiler.configuration import LiveConfiguration

Form = dict[str, Any]
Packs = "Mapping[str, Sequence[str]]"

_IN_LIST: Final = "in a list"


def packed(
    configuration: LiveConfiguration, packs: Mapping[str, Sequence[str]], rule_set: str = "inbound"
) -> LiveConfiguration:
    """A configuration whose rule set has the live rules of a table: name → the rules in it.

    Rules that the table does not name stay live rules of their own. A name that ends in `.list`
    puts the values into a list.
    """
    thing = configuration.find(Kind.RULE_SET, rule_set)
    assert thing is not None
    assert isinstance(thing.shape, RuleSet)
    rules = dict(zip((each.name for each in thing.origins), thing.shape.rules, strict=True))
    places = {each.name: each.place for each in thing.origins}
    of = {name: live for live, names in packs.items() for name in names}
    live: list[Rule] = []
    origins: list[RuleOrigin] = []
    lists: list[LiveObject] = []
    for name, rule in rules.items():
        pack = of.get(name)
        if pack is None:
            live.append(rule)
            origins.append(RuleOrigin(name=name, place=places[name]))
        elif name == packs[pack][0]:
            form = _merged(pack, [rules[each].to_api() for each in packs[pack]])
            if pack.endswith(".list"):
                form, made = _in_a_list(form, thing)
                lists.append(made)
            live.append(Rule.logical(form))
            holds = tuple(RuleSource(name=each, place=places[each]) for each in packs[pack])
            origins.append(RuleOrigin(name=pack.removesuffix(".list"), holds=holds))
    made = replace(
        thing,
        shape=thing.shape.changed(rules=tuple(live)),
        origins=tuple(origins),
        logical=tuple(
            WrittenRule(name=name, place=places[name], shape=rule) for name, rule in rules.items()
        ),
    )
    objects = [made if each.key == thing.key else each for each in configuration.objects]
    return replace(configuration, objects=(*lists, *objects))


def _merged(name: str, forms: Sequence[Form]) -> Form:
    first = forms[0]
    text = dict(first["Conditions"][0]["StringExpression"])
    text["Values"] = sorted(
        {value for form in forms for value in form["Conditions"][0]["StringExpression"]["Values"]}
    )
    return {**first, "Name": name, "Conditions": [{"StringExpression": text}]}


def _in_a_list(form: Form, thing: LiveObject) -> tuple[Form, LiveObject]:
    text = form["Conditions"][0]["StringExpression"]
    star = "*" if text["Operator"] == "ENDS_WITH" else ""
    members = tuple(sorted(star + value for value in text["Values"]))
    digest = hashlib.sha256("\n".join(members).encode()).hexdigest()[:10]
    name = f"mm.{thing.name}.{digest}"
    asked = {"Attribute": text["Evaluate"]["Attribute"], "AddressLists": [name]}
    condition = {
        "BooleanExpression": {"Evaluate": {"IsInAddressList": asked}, "Operator": "IS_TRUE"}
    }
    made = LiveObject(
        kind=Kind.ADDRESS_LIST,
        name=name,
        shape=AddressList.logical({"AddressListName": name}),
        project=thing.project,
        members=members,
        tags={COMPILED_TAG: thing.name},
    )
    return {**form, "Name": form["Name"].removesuffix(".list"), "Conditions": [condition]}, made
