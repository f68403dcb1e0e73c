"""Rules here take what the tree takes: never more, and exactly that where all of it is seen.

The tree is judged by an interpreter of its own, the rules by the evaluator of mmctl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from interchange.migration.tree_interpreter import ended, truth
from mmctl.api import Envelope, Facts, RuleVerdict, Session, Stated, Tls, judge, load
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.lowered import Sameness
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.parts import has_unseen
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Then
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.language.writing.write import to_yaml
from mmctl.model.rules import AddHeaderAction
from mmctl.problem import Position

if TYPE_CHECKING:
    from mmctl.api import RecipientTrace
    from mmctl.interchange.migration.tests import Test

NOT_SEEN = Deviation(code="not-seen", says="it is not seen", loses=True)
NEARLY = Deviation(code="nearly", says="it is nearly so")
MANY = tuple(f"user{number}@example.com" for number in range(25))
"""So many that they become an address list."""

texts = st.sampled_from(["a", "b", "ab", "A", "${x}"])
addresses = st.sampled_from(["a@x.example", "b@x.example", "a@y.example", "user3@example.com"])


def compared(operand: str, operators: list[str], values: Any, **beside: str) -> Any:
    return st.builds(
        Matches,
        operand=st.just(operand),
        operator=st.sampled_from(operators),
        values=values,
        beside=st.just(tuple(beside.items())),
    )


def several(values: Any) -> Any:
    return st.lists(values, min_size=0, max_size=3).map(tuple)


TEXT = ["equals", "not_equals", "starts_with", "ends_with", "contains"]
leaves = st.one_of(
    compared("subject", TEXT, several(texts)),
    compared("header", TEXT, several(texts), name="X-Tag"),
    compared("recipient", ["equals", "not_equals"], several(addresses)),
    compared("from", ["equals"], several(addresses) | st.just(MANY)),
    compared("recipient", ["equals"], st.just(MANY)),
    compared("mail_from", ["ends_with"], several(st.sampled_from(["@x.example", "example"]))),
    compared("to", ["equals", "contains"], several(addresses)),
    compared("source_ip", ["cidr_matches"], several(st.sampled_from(["192.0.2.0/25"]))),
    compared("message_size", ["greater_than"], st.just(("1000",))),
    compared("tls", ["is"], st.sampled_from([("true",), ("false",)])),
    compared("spf", ["equals", "not_equals"], st.sampled_from([("PASS",), ("FAIL", "GRAY")])),
).filter(lambda each: each.values or each.operator != "not_equals")
unseen = st.just(Unseen(difference=NOT_SEEN))


def trees(leaf: Any) -> Any:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda each: AllOf(tuple(each))),
            st.lists(inner, max_size=3).map(lambda each: EitherOf(tuple(each))),
            inner.map(Negated),
            inner.map(lambda each: Near(test=each, difference=NEARLY)),
        ),
        max_leaves=7,
    )


messages = st.fixed_dictionaries(
    {
        "recipient": addresses,
        "mail_from": addresses,
        "from": st.lists(addresses, max_size=2, unique=True),
        "to": st.lists(addresses, max_size=2, unique=True),
        "subject": st.none() | texts,
        "x_tag": st.lists(texts, max_size=2),
        "size": st.sampled_from([600, 2000]),
        "source_ip": st.sampled_from(["192.0.2.5", "192.0.2.200"]),
        "tls": st.booleans(),
        "spf": st.sampled_from(["PASS", "FAIL", "GRAY"]),
    }
)


def judged(rules: list[SourceRule], sent: list[dict[str, Any]]) -> list[RecipientTrace]:
    """How messages end by the rules that a source becomes."""
    made = lowered(OtherGateway(system="A", rules=rules))
    lists = {name: {"members": list(members or ())} for name, members in made.address_lists.items()}
    written = [rule for each in made.rules for rule in each.rules]
    relay = {"server": "mail.example.com", "port": 25, "authentication": "none"}
    file = {
        "version": 1,
        "relays": {"mailboxes": relay},
        **({"address_lists": lists} if lists else {}),
        "rule_sets": {"inbound": {"rules": [*written, made.last]}},
    }
    project = load({"rules.yaml": to_yaml(file)})
    return [judge(project, raw(each), stated(each)).trace.recipients[0] for each in sent]


def raw(message: dict[str, Any]) -> bytes:
    lines = [
        f"{name.capitalize()}: {', '.join(message[name])}"
        for name in ("from", "to")
        if message[name]
    ]
    if message["subject"] is not None:
        lines.append(f"Subject: {message['subject']}")
    lines += [f"X-Tag: {value}" for value in message["x_tag"]]
    text = "\r\n".join([*lines, "", ""])
    padding: int = message["size"] - len(text)
    return (text + "x" * padding).encode()


def stated(message: dict[str, Any]) -> Stated:
    return Stated(
        envelope=Envelope(mail_from=message["mail_from"], recipients=(message["recipient"],)),
        session=Session(
            source_ip=message["source_ip"], tls=Tls.TLS1_3 if message["tls"] else Tls.NONE
        ),
        facts=Facts(spf=RuleVerdict(message["spf"])),
    )


def rule(number: int, test: Test, then: Then, *, drops: bool = False) -> SourceRule:
    mark = {"add_header": {"name": "X-Mark", "value": f"m{number}"}}
    return SourceRule(
        name=f"r{number}",
        place=Position("a.txt", number),
        text="a test",
        test=test,
        actions=("drop",) if drops else (mark,),
        then=Then.END if drops else then,
    )


def marks_of(trace: RecipientTrace) -> list[str]:
    added = [each.action.value for each in trace.actions if each.kind == "add_header"]
    return [str(each.header_value) for each in added if isinstance(each, AddHeaderAction)]


@pytest.mark.unmeasured
@settings(max_examples=250)
@given(trees(leaves | unseen), st.lists(messages, min_size=3, max_size=6), st.booleans())
def test_a_rule_never_takes_more_than_its_tree(
    test: Test, sent: list[dict[str, Any]], drops: bool
) -> None:
    one = rule(1, test, Then.GO_ON, drops=drops)
    [made] = lowered(OtherGateway(system="A", rules=[one])).rules
    for message, trace in zip(sent, judged([one], sent), strict=True):
        applied = [name for name in trace.applied if name != "deliver"]
        meant = truth(test, message)
        assert len(applied) <= 1
        if applied:
            assert meant is True
        if not has_unseen(test) and made.status is not Sameness.NOT_POSSIBLE:
            assert bool(applied) is meant
            event("taken" if applied else "not taken")


kept = st.tuples(trees(leaves), st.sampled_from(Then), st.booleans())


@pytest.mark.unmeasured
@settings(max_examples=150)
@given(st.lists(kept, min_size=1, max_size=4), st.lists(messages, min_size=3, max_size=6))
def test_rules_in_order_end_mail_as_the_source_does(
    drawn: list[tuple[Test, Then, bool]], sent: list[dict[str, Any]]
) -> None:
    rules = [
        rule(number, test, Then.DELIVER if then is Then.END else then, drops=drops)
        for number, (test, then, drops) in enumerate(drawn)
    ]
    made = lowered(OtherGateway(system="A", rules=rules)).rules
    if any(each.status is Sameness.NOT_POSSIBLE for each in made):
        return
    for message, trace in zip(sent, judged(rules, sent), strict=True):
        outcome, marks = ended(rules, message)
        assert (trace.outcome.value, marks_of(trace)) == (outcome, marks)
        event(outcome)
