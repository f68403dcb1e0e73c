"""The index says what the evaluator says, on generated gateways and messages of all kinds."""

from __future__ import annotations

import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from generated import Generated, generated, refusing

from mmctl.api import load
from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.simulation import submission_from
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Envelope
from mmctl.mail.facts import Stated
from mmctl.mail.reader import read_email
from mmctl.model.actions import ACTIONS, row_of
from mmctl.model.conditions import asked_by, operator_of
from mmctl.model.facts import EnvelopeFact, SessionFact, VerdictFact
from mmctl.model.operands import OPERANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.judge.submission import Submission
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

ROOT: Final = Path(__file__).parents[3]
CORPUS: Final = ROOT.parent / "shared" / "corpus"
REFERENCE: Final = ROOT / "examples" / "enterprise-gateway"
SLICE: Final = (*range(100), 121, 122, 244, 460, 10_657)
"""The seeds that every run tries."""
REFUSED: Final = range(500, 560)
"""The seeds of gateways with rules that refuse."""
ENTANGLED: Final = range(40)
"""The seeds of gateways whose rules change what later ones see."""
NEVER_MATTERS: Final = {"replaced_duplicates"}
"""Readings that change no outcome, only how often one is listed."""


def seeded(seed: int, *, rules: int | None = None) -> Generated:
    """The gateway and the messages of a seed."""
    return generated(Random(seed), rules=rules)  # noqa: S311 - no secret


def entangled(seed: int) -> Generated:
    """A gateway whose rules change what later ones see, and messages that differ little."""
    return generated(Random(seed), messages=3, entangled=True)  # noqa: S311 - no secret


def expected(each: Generated, submission: Submission) -> JudgedMessage:
    """What the evaluator says."""
    gateway, scenario, passing = each.gateway, each.scenario, each.assume_pass
    trace = judge(gateway, submission, scenario, assume_pass=passing)
    return JudgedMessage.of(
        trace, readings_that_matter(gateway, submission, trace, scenario, assume_pass=passing)
    )


def differences(each: Generated, *, plainly: bool = False) -> Iterator[str]:
    """The messages about which the index says something else, the second time too."""
    index = Index(
        gateway=each.gateway,
        scenario=each.scenario,
        assume_pass=each.assume_pass,
        plainly=plainly,
    )
    for number, submission in enumerate(each.submissions):
        wanted = expected(each, submission)
        for time in ("first", "second"):
            got = index.judge(submission)
            if got != wanted or list(got.assumed) != list(wanted.assumed):
                yield f"message {number}, the {time} time"


def faults(seeds: Iterable[int], *, plainly: bool = False, rules: int | None = None) -> list[str]:
    """All differences of some seeds."""
    return [
        f"seed {seed}, {difference}"
        for seed in seeds
        for difference in differences(seeded(seed, rules=rules), plainly=plainly)
    ]


def test_the_index_agrees_with_the_evaluator() -> None:
    """A slice of what the slow test does."""
    assert not faults(SLICE)


@pytest.mark.unmeasured
def test_the_index_agrees_where_rules_meddle() -> None:
    """Also with many recipients, and with more than a message may have."""
    assert not [
        f"seed {seed}, {difference}"
        for seed in ENTANGLED
        for difference in differences(entangled(seed))
    ]


def refused(seed: int) -> Generated:
    """A gateway of any kind with rules that refuse at RCPT."""
    each = entangled(seed) if seed % 2 else seeded(seed)
    gateway = refusing(Random(seed), each.gateway)  # noqa: S311 - no secret
    return replace(each, gateway=gateway)


def test_the_index_agrees_where_rules_refuse() -> None:
    """Before the rule set, whatever the rules do; many recipients are refused by a rule."""
    assert not [
        f"seed {seed}, {difference}"
        for seed in REFUSED
        for difference in differences(refused(seed))
    ]
    by_rule = Counter(
        got.by is not None and got.by.startswith("rule 10") and got.outcome is Outcome.REFUSED
        for each in map(refused, REFUSED)
        for submission in each.submissions
        for got in judge(each.gateway, submission, each.scenario).recipients
    )
    assert by_rule[True] > len(REFUSED)


def test_the_index_agrees_without_an_automaton() -> None:
    """Texts within texts are looked for one by one."""
    assert not faults(range(200, 240), plainly=True)


def test_the_index_agrees_on_many_rules() -> None:
    """So many rules that columns and rows no longer fit into a machine word."""
    assert not faults(range(300, 303), rules=120)


@pytest.mark.deep
@pytest.mark.slow
def test_the_index_agrees_on_a_hundred_thousand_pairs() -> None:
    """Thousands of gateways, with six messages and up to ten rules each."""
    assert not faults(range(10_000, 13_400))


def test_the_slice_has_everything() -> None:
    """Every condition, operator, action, outcome and missing fact, and each reading mattering."""
    met: Counter[object] = Counter()
    for each in (*map(seeded, SLICE), *map(entangled, ENTANGLED)):
        met.update(_kinds(each))
        index = Index(gateway=each.gateway, scenario=each.scenario, assume_pass=each.assume_pass)
        for submission in each.submissions:
            judged = index.judge(submission)
            met.update(dependence.reading for dependence in judged.dependences)
            for got in judged.recipients:
                met[got.ended.outcome] += 1
                met.update(fact.fact.partition(" ")[0] for fact in got.ended.missing)
            met["assumed"] += bool(judged.assumed)
        met["left to the evaluator"] += index.evaluated
    wanted = {
        *Outcome,
        *(set(CHOICES) - NEVER_MATTERS),
        *((operand.key, takes.takes) for operand in OPERANDS for takes in operand.comparisons),
        *(
            (takes.takes, operator)
            for operand in OPERANDS
            for takes in operand.comparisons
            for operator in takes.operators.values()
        ),
        *(
            row.key
            for row in ACTIONS
            if row.key not in {"deliver_to_mailbox", "deliver_to_qbusiness"}
        ),
        *(set(SessionFact) | set(VerdictFact)) - {VerdictFact.DMARC, VerdictFact.ADD_ONS},
        EnvelopeFact.MAIL_FROM,
        "assumed",
        "left to the evaluator",
    }
    assert not {str(one) for one in wanted if not met[one]}


@pytest.mark.skipif(not CORPUS.exists(), reason="there is no corpus")
def test_the_index_agrees_on_real_mail() -> None:
    """The reference gateway, with what headers tell, and with recipients of its own."""
    project = load(REFERENCE)
    gateways = [gateway_of_ingress_point(project, name) for name in project.ingress_points]
    own = Envelope(recipients=("ann@example.com", "bob@example.com"))
    for gateway in gateways:
        for stated in (Stated(), Stated(envelope=own), Stated(envelope=own, assume_pass=True)):
            each = Generated(
                gateway=gateway,
                scenario=None,
                assume_pass=stated.assume_pass,
                submissions=tuple(
                    submission_from(read_email(content), stated)[0] for content in _real_mail(120)
                ),
            )
            assert not list(differences(each))


def _real_mail(count: int) -> Iterator[bytes]:
    for name in ("nasty.tar.xz", "real-mail.tar.xz"):
        with tarfile.open(CORPUS / name) as archive:
            files = (member for member in archive if member.isfile())
            for member, _ in zip(files, range(count // 2), strict=False):
                content = archive.extractfile(member)
                assert content is not None
                yield content.read()


def _kinds(each: Generated) -> Iterator[object]:
    """The kinds of conditions and actions of a gateway."""
    policy = each.gateway.policy
    statements = () if policy is None else policy.policy_statements
    asked: list[RuleCondition | PolicyCondition] = [
        condition for statement in statements for condition in statement.conditions
    ]
    for condition in (
        *asked,
        *(one for rule in each.gateway.rules for one in (*rule.conditions, *rule.unless)),
    ):
        operand, takes = asked_by(condition)
        yield operand.key, takes
        yield takes, operator_of(condition)
    for rule in each.gateway.rules:
        yield from (row_of(action).key for action in rule.actions)
