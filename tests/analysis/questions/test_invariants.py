"""Invariants and lost mail: what is broken has a message, and what holds has none."""

from __future__ import annotations

from random import Random
from typing import Final

import pytest
from generated import gateway_of, submission_of

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown
from mmctl.analysis.questions.invariants import broken, lost
from mmctl.analysis.sat.solver import Solved
from mmctl.api import load
from mmctl.judge.judging import judge
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.project import Outcome
from mmctl.model.enums import IpType
from mmctl.records import replace

SLICE: Final = range(120)
GATEWAY: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legacy: {server: old.example.com, port: 25, authentication: none}
archives:
  all-mail: {retention: SEVEN_YEARS}
rule_sets:
  inbound:
    rules:
      - {name: spam, conditions: [{subject: {contains: offer}}], actions: [drop]}
      - name: keep
        unless: [{recipient: {equals: ceo@example.com}}]
        actions: [{archive: {to: all-mail}}]
      - name: legal
        conditions: [{recipient: {ends_with: "@legal.example.com"}}]
        actions: [{relay: {to: legacy}}, stop]
      - {name: rest, actions: [{relay: {to: exchange}}]}
"""
HOLD: Final = (
    "never: [lost, bounced, stored]",
    "never: {relay: {to: legacy}}, when: [{recipient: {ends_with: '@example.com'}}]",
    "always: {archive: {to: all-mail}}, before: relay, when: [{recipient: {contains: '@legal.'}}]",
    "only: {relay: [exchange, legacy]}",
    "never: {relay: legacy}, when: [{recipient: {equals: ceo@example.com}}]",
)
BROKEN: Final = (
    "never: dropped",
    "never: {relay: {to: legacy}}",
    "never: relay",
    "always: delivered",
    "always: archive",
    "always: {archive: {to: all-mail}}, before: relay",
    "only: {relay: exchange}",
    "never: dropped, when: [{recipient: {ends_with: '@legal.example.com'}}]",
    "always: delivered, when: [{subject: {equals: hello}}]",  # there may be another subject
)


def answers(claim: str, rules: str = GATEWAY) -> type:
    """How a question about an invariant is answered."""
    text = f"{rules}invariants:\n  - {{name: it, {claim}}}\n"
    project = load({"rules/all.yaml": text})
    (invariant,) = project.invariants
    return type(broken(Proof(gateway_of_rule_set(project, "inbound")), invariant))


def test_header_names_of_claims_are_the_same_in_any_letter_case() -> None:
    rules = GATEWAY.replace("[drop]", "[{add_header: {name: x-Spam, value: Yes}}, drop]")
    claims = {
        "{name: X-SPAM}": Shown,
        "{name: X-Spam, value: Yes}": Shown,
        "X-Spam": Shown,
        "'X-spam: Yes'": Shown,
        "{name: X-Spam, value: no}": Refuted,
        "{name: X-Spammer}": Refuted,
        "'X-Spam: no'": Refuted,
    }
    wrong = {}
    for claim, expected in claims.items():
        answer = answers(f"never: {{add_header: {claim}}}", rules)
        if answer is not expected:
            wrong[claim] = answer
    assert wrong == {}


@pytest.mark.parametrize(
    ("claims", "expected"), [(HOLD, Refuted), (BROKEN, Shown)], ids=["hold", "broken"]
)
def test_invariants_hold_or_are_broken_by_a_message(
    claims: tuple[str, ...], expected: type
) -> None:
    assert not [claim for claim in claims if answers(claim) is not expected]


def test_the_end_of_a_recipient_is_that_of_the_best_copy() -> None:
    """On generated gateways: messages end in no way that is refuted, and those shown do."""
    wrong: list[str] = []
    shown = 0
    for seed in SLICE:
        random = Random(seed)  # noqa: S311 - no secret
        asked = replace(gateway_of(random, 6, entangled=seed % 2 == 0), policy=None)
        proof = Proof(asked)
        outcomes = proof.outcomes()
        assert outcomes is not None
        never = {
            each for each in outcomes if proof.solved([outcomes[each]]) is Solved.UNSATISFIABLE
        }
        answer = lost(proof)
        if isinstance(answer, Shown):
            shown += 1
            if Outcome.LOST in never or answer.witness.happened[0].outcome is not Outcome.LOST:
                wrong.append(f"seed {seed}: shown")
        for _ in range(10):
            message = submission_of(random, few_facts=False)
            if asked.ip_type is IpType.IPV4 or not message.envelope.recipients:
                continue
            one = replace(message.envelope, recipients=message.envelope.recipients[:1])
            (got,) = judge(asked, replace(message, envelope=one)).recipients
            if got.outcome in never:
                wrong.append(f"seed {seed}: {got.outcome}")
    assert not wrong
    assert shown > len(SLICE) / 3
