"""On tiny alphabets, rules apply together in a proof exactly as they do to some message."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown
from mmctl.judge.compare import Members
from mmctl.judge.judging import judge
from mmctl.judge.submission import Gateway, Submission
from mmctl.language.project import LogicalRule
from mmctl.language.readings import Readings
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.model.rules import Rule
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ALPHABET: Final = ("a", "A", " ", "=?", "@", "<", ",")
"""One letter in two cases, and what headers and addresses are made of."""
OPERATORS: Final = ("EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS")
HERE: Final = Position(file="rules.yaml", line=1)
MIXED: Final = Readings.of({"address_list_case": "sensitive"})
"""Where letter case matters in lists alone, a proof may miss a message, and is undecided then."""
READINGS: Final = {
    "the defaults": Readings(),
    "letter case": Readings.of({"string_case": "sensitive", "address_list_case": "sensitive"}),
    "mixed letter case": MIXED,
    "whole headers": Readings.of({"address_fields": "whole_header", "repeated_headers": "first"}),
    "raw, last": Readings.of({"encoded_words": "raw", "repeated_headers": "last"}),
    "as bounces": Readings.of(
        {"null_sender": "does_not_match", "missing_header": "does_not_match"}
    ),
}


def texts(longest: int) -> Iterator[str]:
    """All texts over the alphabet, as they are in a header."""
    for length in range(longest + 1):
        yield from map("".join, product(ALPHABET, repeat=length))


def headers(name: str) -> Iterator[Submission]:
    """Messages without the header, with it, and with it twice."""
    lines = [f"{name}: {text}\r\n" for text in texts(3)]
    doubled = [one + other for one in lines[:50:3] for other in lines[:50:7]]
    for line in ("", *lines, *doubled):
        yield submission(line, "a@a")


def recipients() -> Iterator[Submission]:
    """Messages for anybody."""
    yield from (submission("", text) for text in texts(4))


def submission(line: str, recipient: str) -> Submission:
    """A message with a header and a recipient, all facts of which are known."""
    return Submission(
        email=read_email(f"{line}\r\n".encode()),
        session=Session(source_ip="192.0.2.1", helo="a"),
        envelope=Envelope(mail_from="a@a", recipients=(recipient,)),
        facts=Facts(),
    )


FIELDS: Final[dict[str, tuple[dict[str, str], Callable[[], Iterator[Submission]]]]] = {
    "subject": ({"Attribute": "SUBJECT"}, lambda: headers("Subject")),
    "from": ({"Attribute": "FROM"}, lambda: headers("From")),
    "x-a": ({"MimeHeaderAttribute": "X-A"}, lambda: headers("X-A")),
    "recipient": ({"Attribute": "RECIPIENT"}, recipients),
}
ENTRIES: Final = ("a@a", "*@a", "A@a", "a", "*.a", "a*@a", "a@*.a", "@", "*@A")


def rules(random: Random, evaluate: dict[str, str]) -> tuple[LogicalRule, ...]:
    """Four rules on one field."""
    return tuple(
        LogicalRule(
            name=f"rule {number}",
            rule=Rule.of_api({"Conditions": [condition(random, evaluate)], "Actions": [RELAY]}),
            position=HERE,
            positions=Positions({(): HERE}),
        )
        for number in range(4)
    )


RELAY: Final = {"Relay": {"Relay": "exchange"}}


def condition(random: Random, evaluate: dict[str, str]) -> dict[str, Any]:
    """A comparison with texts, or where that is possible with a list."""
    if evaluate.get("Attribute") in {"FROM", "RECIPIENT"} and random.random() < 0.4:
        listed = {**evaluate, "AddressLists": [random.choice(("one", "two"))]}
        return {
            "BooleanExpression": {
                "Evaluate": {"IsInAddressList": listed},
                "Operator": random.choice(("IS_TRUE", "IS_FALSE")),
            }
        }
    values = ["".join(random.choices(ALPHABET, k=random.randint(1, 3))) for _ in range(2)]
    return {
        "StringExpression": {
            "Evaluate": evaluate,
            "Operator": random.choice(OPERATORS),
            "Values": values[: random.randint(1, 2)],
        }
    }


def applied(gateway: Gateway, message: Submission) -> frozenset[int]:
    """The rules that apply to a message."""
    (got,) = judge(gateway, message).recipients
    return frozenset(rule.index for rule in got.rules if rule.applied)


def faults(seed: int, field: str, readings: Readings) -> Iterator[str]:
    """Combinations of rules that apply to a message, and that the proof does not show.

    The other way needs no test: what the proof shows, the evaluator confirmed.
    """
    random = Random(seed)  # noqa: S311 - no secret
    evaluate, messages = FIELDS[field]
    lists = {name: Members.of(random.sample(ENTRIES, 3)) for name in ("one", "two")}
    gateway = Gateway(rules=rules(random, evaluate), lists=lists, readings=readings)
    proof = Proof(gateway)
    (path,) = proof.paths
    happening = {applied(gateway, message) for message in messages()}
    for some in map(frozenset, subsets(len(gateway.rules))):
        asked = [rule.applies if rule.place in some else -rule.applies for rule in path.rules]
        if some not in happening:
            continue
        answer = proof.ask(asked)
        missed = isinstance(answer, Refuted) if readings == MIXED else not isinstance(answer, Shown)
        if missed:
            yield f"{seed} {field}: {sorted(some)} apply to a message that the proof does not find"


def subsets(count: int) -> Iterator[set[int]]:
    """All sets of the first numbers."""
    for chosen in product((False, True), repeat=count):
        yield {place for place, is_in in enumerate(chosen) if is_in}


def all_faults(seeds: Iterable[int], named: str) -> list[str]:
    """Those of some gateways, on each field."""
    return [
        fault
        for seed in seeds
        for field in FIELDS
        for fault in faults(seed, field, READINGS[named])
    ]


@pytest.mark.parametrize("named", READINGS, ids=lambda name: name.replace(" ", "-"))
def test_rules_apply_together_in_a_proof_as_they_do_to_messages(named: str) -> None:
    """A slice of what the slow test does."""
    assert not all_faults(range(1), named)


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize("named", READINGS, ids=lambda name: name.replace(" ", "-"))
def test_many_rules_apply_together_in_a_proof_as_they_do_to_messages(named: str) -> None:
    assert not all_faults(range(1, 12), named)
