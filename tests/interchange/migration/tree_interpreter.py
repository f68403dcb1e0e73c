"""What a tree of tests says of a message, and what a source does with it: written from the words
of the contract alone, without the code that turns trees into rules.

A message is a mapping: `recipient`, `mail_from`, `from` and `to` (lists), `subject`, `x_tag` (a
list of values), `size`, `source_ip`, `tls`, `spf`. A missing header is None or an empty list.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from mmctl.interchange.migration.source import SourceRule, Then
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Test, Unseen

Message = dict[str, Any]


def truth(test: Test, message: Message) -> bool | None:
    """Whether a test is true; None: it depends on what cannot be seen."""
    match test:
        case Matches():
            return _compared(test, message)
        case Unseen():
            return None
        case Near(test=inner):
            return truth(inner, message)
        case Negated(inner):
            known = truth(inner, message)
            return None if known is None else not known
        case AllOf(tests):
            answers = [truth(each, message) for each in tests]
            return False if False in answers else None if None in answers else True
        case EitherOf(tests):
            answers = [truth(each, message) for each in tests]
            return True if True in answers else None if None in answers else False


def ended(rules: list[SourceRule], message: Message) -> tuple[str, list[str]]:
    """How a source without unseen tests ends a message, and the marks that it then has."""
    marks: list[str] = []
    for rule in rules:
        if not rule.enabled or truth(rule.test, message) is not True:
            continue
        if rule.shadow:
            continue
        marks += [
            action["add_header"]["value"]
            for action in rule.actions
            if isinstance(action, dict) and "add_header" in action
        ]
        if "drop" in rule.actions:
            return "dropped", marks
        if rule.then is Then.DELIVER:
            return "delivered", marks
    return "delivered", marks


def _compared(test: Matches, message: Message) -> bool:
    if test.operand == "source_ip":
        network = any(ip_address(message["source_ip"]) in ip_network(v) for v in test.values)
        return network if test.operator == "cidr_matches" else not network
    if test.operand == "tls":
        return message["tls"] is (test.values[0] == "true")
    if test.operand == "message_size":
        size: int = message["size"]
        bound = int(test.values[0])
        return size > bound if test.operator == "greater_than" else size < bound
    if test.operand == "spf":
        found = message["spf"] in test.values
        return found is (test.operator == "equals")
    if test.operand == "header":
        texts = message["x_tag"]
    else:
        found = message[test.operand]
        texts = found if isinstance(found, list) else [] if found is None else [found]
    return _texts(test.operator, [v.lower() for v in test.values], [t.lower() for t in texts])


def _texts(operator: str, values: list[str], texts: list[str]) -> bool:
    pairs = [(text, value) for text in texts for value in values]
    match operator:
        case "equals":
            return any(text == value for text, value in pairs)
        case "not_equals":
            return not any(text == value for text, value in pairs)
        case "starts_with":
            return any(text.startswith(value) for text, value in pairs)
        case "ends_with":
            return any(text.endswith(value) for text, value in pairs)
        case "contains":
            return any(value in text for text, value in pairs)
        case _:
            raise AssertionError(operator)
