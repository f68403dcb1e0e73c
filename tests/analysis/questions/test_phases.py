"""Rules of a phase that are proved to commute do so in every order; else a message shows it."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, islice, permutations
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from generated import gateway_of, submission_of

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.exclusion import exclude_each_other
from mmctl.analysis.questions import phases
from mmctl.analysis.questions.ends import same_effects, treatment_of
from mmctl.analysis.questions.phases import OrderMatters, OrderNotProved, order_in, rests_on
from mmctl.analysis.sat.solver import Solved
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.judge.submission import Scenario
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Phase
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Tls
from mmctl.model.enums import IpType
from mmctl.problem import Position
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.analysis.questions.ends import Treated
    from mmctl.analysis.questions.phases import OrderFinding
    from mmctl.judge.submission import Gateway, Submission

SLICE: Final = range(40)
MESSAGES: Final = 12
ORDERS: Final = 24
IN_PHASE: Final = "x"


def phased(seed: int) -> tuple[Gateway, Phase]:
    """A gateway of any kind under any readings, with a phase in it."""
    random = Random(seed)  # noqa: S311 - no secret
    gateway = gateway_of(random, random.randint(3, 7), entangled=seed % 2 == 0)
    first = random.randrange(len(gateway.rules) - 1)
    end = min(len(gateway.rules), first + random.randint(2, 4))
    rules = tuple(
        replace(rule, name=f"rule-{at}", phase=IN_PHASE if first <= at < end else None)
        for at, rule in enumerate(gateway.rules)
    )
    names = tuple(f"rule-{at}" for at in range(first, end))
    phase = Phase(name=IN_PHASE, rules=names, position=Position("rules.yaml", 1, 1))
    return replace(gateway, rules=rules), phase


def in_every_order(gateway: Gateway, phase: Phase) -> Iterator[Gateway]:
    places = [at for at, rule in enumerate(gateway.rules) if rule.name in phase.rules]
    for order in islice(permutations(places), ORDERS):
        rules = list(gateway.rules)
        for where, place in zip(places, order, strict=True):
            rules[where] = gateway.rules[place]
        yield replace(gateway, rules=tuple(rules))


def treated(gateway: Gateway, submission: Submission) -> Treated | None:
    copies = copies_of(gateway, submission, Scenario(), listed={}, deleted={})
    return None if copies is None else treatment_of(copies, submission.envelope.recipients[0])


def messages(seed: int, gateway: Gateway) -> Iterator[Submission]:
    """Messages of clients that can connect: IPv4 where nothing else is, unwrapped without TLS."""
    random = Random(seed)  # noqa: S311 - no secret
    for _ in range(MESSAGES):
        submission = submission_of(random, few_facts=False)
        recipients, session = submission.envelope.recipients[:2], submission.session
        connects = gateway.ip_type is not IpType.IPV4 or "." in (session.source_ip or "")
        if recipients and connects and not (session.tls is Tls.NONE and session.tls_wrapped):
            yield replace(submission, envelope=replace(submission.envelope, recipients=recipients))


def contradicting(seeds: Iterable[int]) -> tuple[Counter[str], list[str]]:
    """How the questions are answered, and messages for which what was proved is not so."""
    counts: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        gateway, phase = phased(seed)
        found = tuple(order_in(Proof(gateway), phase))
        counts.update(type(each).__name__ for each in found)
        wrong += [
            f"{seed}: the message shows no difference"
            for each in found
            if isinstance(each, OrderMatters) and same_effects(each.as_written, each.swapped)
        ]
        if found:
            continue
        counts["proved"] += 1
        orders = tuple(in_every_order(gateway, phase))
        for submission in messages(seed, gateway):
            ways = [treated(each, submission) for each in orders]
            first = ways[0]
            wrong += [
                f"{seed}: proved, but not for {submission.envelope}"
                for way in ways
                if first is not None and way is not None and not same_effects(first, way)
            ]
    return counts, wrong


def check(seeds: range) -> None:
    counts, wrong = contradicting(seeds)
    assert wrong == []
    assert counts["proved"] > len(seeds) // 10
    assert counts["OrderMatters"] > len(seeds) // 4
    assert counts["OrderNotProved"] < len(seeds) // 4


@pytest.mark.no_cover
def test_what_is_proved_of_a_phase_holds_in_every_order() -> None:
    check(SLICE)


@pytest.mark.slow
@pytest.mark.no_cover
def test_what_is_proved_of_many_phases_holds_in_every_order() -> None:
    check(range(1_000, 1_300))


RULES: Final = """version: 1
rule_sets:
  inbound:
    rules:
      - phase: one
        rules:
          - {{name: first, {first}}}
          - {{name: second, {second}}}
      - name: deliver
        actions: [{{relay: {{to: exchange}}}}]
relays:
  exchange: {{server: mail.example.com, port: 25, authentication: none}}
  other: {{server: other.example.com, port: 25, authentication: none}}
archives:
  vault: {{retention: ONE_YEAR}}
"""
MARK: Final = "actions: [{add_header: {name: X-A, value: a}}]"
TABLE: Final = (
    # Mail that is dropped anyway
    ("actions: [drop]", "actions: [drop]", True),
    ("actions: [drop]", "actions: [{archive: {to: vault}}]", True),
    ("actions: [drop]", MARK, True),
    ("conditions: [{tls: true}], actions: [drop]", "actions: [{relay: {to: other}}]", False),
    ("actions: [drop]", "actions: [{archive: {to: vault}}, stop]", False),
    # The same, and more
    ("actions: [{relay: {to: other}}, stop]", "actions: [{relay: {to: other}}, stop]", True),
    ("actions: [{relay: {to: other}}, stop]", "actions: [{archive: {to: vault}}, stop]", False),
    ("actions: [{archive: {to: vault}}]", "actions: [{relay: {to: other}}]", True),
    # What travels
    (MARK, "actions: [{relay: {to: other}}]", False),
    (MARK, "actions: [{add_header: {name: X-B, value: b}}]", True),
    (MARK, "actions: [{add_header: {name: x-a, value: b}}]", False),
    ("actions: [{replace_recipient: [a@example.com]}]", "actions: [{relay: {to: other}}]", False),
    ("actions: [{replace_recipient: [a@example.com]}]", MARK, True),
    # What conditions see
    (MARK, "conditions: [{header: {name: X-A, equals: a}}], actions: [drop]", False),
    (MARK, "conditions: [{header: {name: X-A, equals: b}}], actions: [drop]", True),
    (
        "conditions: [{tls: true}], " + MARK,
        "conditions: [{tls: false}, {header: {name: X-A, equals: a}}], actions: [drop]",
        True,
    ),
    (
        "conditions: [{recipient: {equals: b@example.com}}], "
        "actions: [{replace_recipient: [a@example.com]}]",
        "conditions: [{recipient: {equals: a@example.com}}], actions: [drop]",
        False,
    ),
    # Mail that both take
    (
        "conditions: [{recipient: {ends_with: '@a.example'}}], "
        "actions: [{relay: {to: other}}, stop]",
        "conditions: [{recipient: {ends_with: '@b.example'}}], actions: [drop]",
        True,
    ),
    (
        "conditions: [{from: {ends_with: '@a.example'}}], actions: [{relay: {to: other}}, stop]",
        "conditions: [{from: {ends_with: '@b.example'}}], actions: [drop]",
        False,
    ),
    (
        "conditions: [{message_size: {less_than: 1MB}}], actions: [{relay: {to: other}}, stop]",
        "conditions: [{message_size: {greater_than_or_equal: 1MB}}], actions: [drop]",
        True,
    ),
)


def written(first: str, second: str) -> tuple[Gateway, Phase]:
    project, problems = read_text({"rules.yaml": RULES.format(first=first, second=second)})
    assert [each.message for each in problems if each.severity == "error"] == []
    (rule_set,) = project.rule_sets.values()
    gateway = gateway_behind(project, Way(rule_set=rule_set.name))
    (phase,) = rule_set.phases
    return gateway, phase


def order_of(first: str, second: str) -> tuple[OrderFinding, ...]:
    gateway, phase = written(first, second)
    return tuple(order_in(Proof(gateway), phase))


def test_two_rules_commute_or_a_message_shows_that_they_do_not() -> None:
    wrong = []
    for one, other, commute in TABLE:
        for first, second in ((one, other), (other, one)):
            found = order_of(first, second)
            kinds = {type(each) for each in found}
            if kinds != (set() if commute else {OrderMatters}):
                wrong.append(f"{first} | {second}: {found}")
    assert wrong == []


def test_a_phase_that_is_proved_stays_so_under_all_readings_that_the_proof_does_not_name() -> None:
    asked, named, wrong = 0, 0, []
    for seed in range(120):
        gateway, phase = phased(seed)
        if any(True for _ in order_in(Proof(gateway), phase)):
            continue
        needs = rests_on(Proof(gateway, free=CHOICES), phase)
        named += bool(needs)
        random = Random(seed)  # noqa: S311 - no secret
        for _ in range(3):
            readings = gateway.readings
            for name, choices in CHOICES.items():
                if name not in needs:
                    readings = readings.choosing(name, random.choice(choices))
            asked += 1
            found = [*order_in(Proof(replace(gateway, readings=readings)), phase)]
            if any(isinstance(each, OrderMatters) for each in found):
                wrong.append(f"{seed}: {needs}: {readings}")
    assert wrong == []
    assert asked > 20
    assert named > 3


def test_a_phase_rests_on_the_readings_by_which_its_rules_commute() -> None:
    large = "conditions: [{message_size: {greater_than: 1MB}}]"
    small = "conditions: [{message_size: {less_than_or_equal: 1MB}}]"
    needed = {
        (f"{large}, actions: [drop]", f"{small}, actions: [{{relay: {{to: other}}}}, stop]"): set(),
        ("actions: [{archive: {to: vault}}]", "actions: [{relay: {to: other}}]"): {"first_match"},
        (MARK, "actions: [{add_header: {name: X-B, value: b}}]"): {
            "added_header_scope",
            "first_match",
        },
        (MARK, "conditions: [{header: {name: X-A, equals: b}}], actions: [drop]"): {
            "added_header_scope",
            "first_match",
            "repeated_headers",
        },
    }
    wrong = []
    for rules, expected in needed.items():
        gateway, phase = written(*rules)
        found = rests_on(Proof(gateway, free=CHOICES), phase)
        if {*found} != expected:
            wrong.append(f"{rules}: {found}")
    assert wrong == []


def test_two_ends_that_only_headers_tell_apart_are_told_with_these() -> None:
    (found,) = order_of(MARK, "actions: [{relay: {to: other}}]")
    assert isinstance(found, OrderMatters)
    as_written, swapped = found.described
    assert as_written != swapped
    assert "relay:other with x-a: a" in as_written
    assert "relay:other with" not in swapped


def test_three_rules_of_which_two_change_what_the_third_sees_are_not_taken_to_commute() -> None:
    reader = (
        "conditions: [{header: {name: X-A, equals: a}}, {header: {name: X-B, equals: b}}], "
        "actions: [{relay: {to: other}}, stop]}\n"
        "          - {name: third, actions: [{add_header: {name: X-B, value: b}}]"
    )
    found = order_of(reader, MARK)
    assert {type(each) for each in found} & {OrderMatters, OrderNotProved}


def test_a_phase_is_asked_about_up_to_a_bound_and_the_rest_is_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def rewriting(number: int) -> str:
        return (
            f"conditions: [{{recipient: {{equals: a{number}@example.com}}}}], "
            f"actions: [{{replace_recipient: [b{number}@example.com]}}]"
        )

    rules = "}\n".join(
        f"          - {{name: w{number}, {rewriting(number)}" for number in range(2, 9)
    )
    first, second = f"{rewriting(0)}}}\n{rules}", rewriting(1)
    assert order_of(first, second) == ()
    monkeypatch.setattr(phases, "TANGLED_AT_MOST", 5)
    (found,) = order_of(first, second)
    assert isinstance(found, OrderNotProved)
    assert (found.rule.name, found.why[:23]) == ("w5", "above are 6 pairs of ru")
    monkeypatch.setattr(phases, "TANGLED_AT_MOST", 1_000)
    monkeypatch.setattr(phases, "MESSAGES_AT_MOST", 0)
    (found,) = order_of(MARK, MARK.replace("value: a", "value: b"))
    assert isinstance(found, OrderNotProved)
    assert "0 messages of its phase showed nothing for sure" in found.why


def test_conditions_that_plainly_exclude_each_other_are_refuted_by_a_proof() -> None:
    excluding, wrong = 0, []
    for seed in range(400):
        gateway, _ = phased(seed)
        conditions = [each for rule in gateway.rules for each in rule.conditions]
        pairs = [
            (one, other)
            for one, other in combinations(conditions, 2)
            if exclude_each_other(one, other)
        ]
        if pairs:
            proof = Proof(gateway)
        for one, other in pairs:
            excluding += 1
            literals = [proof.literal_of(one), proof.literal_of(other)]
            if proof.solved(literals) is not Solved.UNSATISFIABLE:
                wrong.append(f"{seed}: {one.value} and {other.value}")
    assert wrong == []
    assert excluding > 50
