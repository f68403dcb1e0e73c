"""What is shown happens, and what is refuted never does, on generated gateways of all kinds."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from generated import FAILING, gateway_of, refusing, submission_of

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.sat.solver import Solved
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES, Readings
from mmctl.mail.email import Tls
from mmctl.model.enums import IpType
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.judge.submission import Gateway, Submission

SLICE: Final = range(120)
REFUSING: Final = range(5000, 5060)
"""The seeds of gateways with rules that refuse."""
UNDECIDED_AT_MOST: Final = 0.01
"""The share of questions whose models no reader can deliver: `<` in addresses, and the like."""


def gateway(seed: int, *, entangled: bool) -> Gateway:
    """A gateway of any kind under any readings."""
    random = Random(seed)  # noqa: S311 - no secret
    made = gateway_of(random, random.randint(1, 8), entangled=entangled)
    return refusing(random, made) if seed in REFUSING else made


def questions(proof: Proof) -> Iterator[tuple[str, int]]:
    """Whether each rule can apply, and mail can end in each way."""
    (path,) = proof.paths
    yield from ((f"rule {rule.place}", rule.applies) for rule in path.rules)
    yield from ((outcome.value, literal) for outcome, literal in path.outcomes.items())


def answers(seeds: Iterable[int], *, entangled: bool, failures: bool) -> Counter[str]:
    """How the questions about some gateways are answered."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        proof = Proof(gateway(seed, entangled=entangled), failures=failures)
        for asked, literal in questions(proof):
            answer = proof.ask([literal])
            counts[type(answer).__name__] += 1
            if isinstance(answer, Shown):
                (happened,) = answer.witness.happened
                assert asked == happened.outcome or any(
                    asked == f"rule {place}" for place in happened.applied
                )
    return counts


@pytest.mark.parametrize(
    ("entangled", "failures"), [(False, False), (True, True)], ids=["apart", "entangled"]
)
def test_every_model_becomes_a_message_that_the_evaluator_confirms(
    *, entangled: bool, failures: bool
) -> None:
    """`Proof` shows only what the evaluator confirms; so few questions may stay undecided."""
    counts = answers(SLICE, entangled=entangled, failures=failures)
    assert counts[Shown.__name__] > len(SLICE)
    assert counts[Refuted.__name__] > len(SLICE)
    assert counts[Undecided.__name__] <= UNDECIDED_AT_MOST * counts.total()


def contradictions(seeds: Iterable[int], *, entangled: bool, failures: bool) -> Iterator[str]:
    """Messages for which a rule applies, or that end, as was refuted."""
    for seed in seeds:
        asked = gateway(seed, entangled=entangled)
        proof = Proof(asked, failures=failures)
        never = {
            name
            for name, literal in questions(proof)
            if proof.solved([literal]) is Solved.UNSATISFIABLE
        }
        random = Random(seed)  # noqa: S311 - no secret
        for submission in submissions(random, asked) if never else ():
            failing = frozenset(random.sample(FAILING, 2)) if failures else frozenset()
            met = happening(asked, submission, Scenario(failing=failing))
            yield from (f"seed {seed}: {name}" for name in met & never)


def submissions(random: Random, asked: Gateway) -> Iterator[Submission]:
    """Messages with nearly all facts, of clients that can connect."""
    for _ in range(20):
        submission = submission_of(random, few_facts=False)
        plain = submission.session.tls in {None, Tls.NONE}
        if plain:  # then it is not wrapped in TLS either
            session = replace(submission.session, tls_wrapped=False)
            submission = replace(submission, session=session)
        connects = asked.ip_type is not IpType.IPV4 or submission.session.source_ip in {
            "192.0.2.1",
            "192.0.2.200",
            "198.51.100.7",
        }
        if connects:
            recipients = submission.envelope.recipients[:4]
            yield replace(submission, envelope=replace(submission.envelope, recipients=recipients))


def happening(asked: Gateway, submission: Submission, scenario: Scenario) -> set[str]:
    """The rules that certainly apply, and how the copies certainly end."""
    met: set[str] = set()
    for got in judge(asked, submission, scenario).recipients:
        for copy in got.copies:
            met |= {f"rule {rule.index}" for rule in copy.rules if rule.applied}
            met.add(copy.outcome.value)
        if not got.copies:
            met.add(got.outcome.value)
    return met - {Outcome.UNKNOWN.value}


@pytest.mark.parametrize(
    ("entangled", "failures"), [(False, False), (True, True)], ids=["apart", "entangled"]
)
def test_no_message_contradicts_what_is_refuted(*, entangled: bool, failures: bool) -> None:
    """A slice of what the slow test does."""
    assert not list(contradictions(SLICE, entangled=entangled, failures=failures))


def test_proofs_agree_where_rules_refuse() -> None:
    """Both ways: what is shown happens, and what is refuted never does."""
    counts = answers(REFUSING, entangled=False, failures=False)
    counts += answers(REFUSING, entangled=True, failures=True)
    assert counts[Undecided.__name__] <= UNDECIDED_AT_MOST * counts.total()
    for kind in (False, True):
        assert not list(contradictions(REFUSING, entangled=kind, failures=kind))


def test_readings_that_are_free_are_chosen_by_the_message() -> None:
    """A message needs the readings that it names; what is refuted, no reading allows."""
    wrong: list[str] = []
    needed: Counter[str] = Counter()
    for seed in range(60):
        asked = gateway(seed, entangled=seed % 2 == 0)
        proof = Proof(asked, free=CHOICES)
        never: set[str] = set()
        for name, literal in questions(proof):
            answer = proof.ask([literal])
            if isinstance(answer, Shown):
                needed.update(list(answer.witness.readings))
            elif isinstance(answer, Refuted):
                never.add(name)
        random = Random(seed)  # noqa: S311 - no secret
        for submission in submissions(random, asked):
            choices = {name: random.choice(several) for name, several in CHOICES.items()}
            under = replace(asked, readings=Readings.of(choices))
            met = happening(under, submission, Scenario())
            wrong += [f"seed {seed}: {name}" for name in met & never]
    assert not wrong
    assert len(needed) > 3


@pytest.mark.deep
@pytest.mark.slow
def test_no_message_of_fifty_thousand_contradicts_what_is_refuted() -> None:
    """Thousands of gateways, with all that can fail failing or not."""
    for entangled in (False, True):
        for failures in (False, True):
            seeds = range(1000, 1800)
            assert not list(contradictions(seeds, entangled=entangled, failures=failures))
