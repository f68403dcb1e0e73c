"""Differences that only some messages show: a first one that is treated alike proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.equality import Equality
from mmctl.api import load
from mmctl.judge.submission import gateway_of_rule_set

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway

RELAY: Final = "actions: [{relay: {to: exchange}}]"
MARK: Final = (
    'conditions: [{recipient: {equals: ["x@example.com"]}}],'
    ' actions: [{add_header: {name: X-A, value: "1"}}]'
)
DROP: Final = 'conditions: [{recipient: {equals: ["x@example.com"]}}], actions: [drop]'
REPLACE: Final = "actions: [{replace_recipient: [c@example.com]}]"
ONE: Final = "{recipient: {starts_with: [a@example.com, c@example.com]}}"
REPLACE_BOTH: Final = "actions: [{replace_recipient: [b@example.com, c@example.com]}]"

PAIRS: Final[dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "a recipient is replaced by himself, others are not": (
        "",
        (f"unless: [{ONE}], actions: [drop]", f"conditions: [{ONE}], {REPLACE}", RELAY),
        (f"unless: [{ONE}], actions: [drop]", RELAY),
    ),
    "he is replaced for mail of another size": (
        "",
        (
            f"unless: [{ONE}], actions: [drop]",
            f"conditions: [{{message_size: {{not_equals: 500}}}}], {REPLACE}",
            RELAY,
        ),
        (
            f"unless: [{ONE}], actions: [drop]",
            f"unless: [{{message_size: {{not_equals: 500}}}}], {REPLACE}",
            RELAY,
        ),
    ),
    "a header comes with a recipient who is dropped": (
        "added_header_scope: message",
        (MARK, DROP, RELAY),
        (DROP, RELAY),
    ),
    "two copies go to one address": (
        "",
        (REPLACE_BOTH, REPLACE, RELAY),
        (REPLACE, RELAY),
    ),
}


def gateway(semantics: str, *rules: str) -> Gateway:
    """A rule set of rules, each a line of conditions and of actions."""
    lines = "".join(
        f"      - {{name: r{number}, {rule}}}\n" for number, rule in enumerate(rules, start=1)
    )
    text = (
        "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{lines}"
    )
    main = f"version: 1\nproject: mail\nrules: [rules/*.yaml]\nsemantics: {{{semantics}}}\n"
    files = {"mmctl.yaml": main, "rules/all.yaml": text}
    return gateway_of_rule_set(load(files), "inbound")


def test_a_message_that_is_treated_alike_hides_no_other() -> None:
    wrong = [
        f"{name}: {equality}"
        for name, (semantics, before, after) in PAIRS.items()
        for equality in Equality
        if compared(
            gateway(semantics, *before), gateway(semantics, *after), equality=equality
        ).alike
        and not (name.startswith("two copies") and equality is not Equality.MULTISET)
    ]
    assert not wrong


def test_a_recipient_who_is_replaced_by_himself_makes_no_difference() -> None:
    only = 'unless: [{recipient: {equals: ["c@example.com"]}}], actions: [drop]'
    first = gateway("string_case: sensitive", only, REPLACE, RELAY)
    assert compared(first, gateway("string_case: sensitive", only, RELAY)).alike
