"""What is proved of one gateway: dead rules, lost mail, invariants; and what that rests on.

Readings are free: what is found under those of the project says which of them it needs.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.questions.blame import minimal
from mmctl.analysis.questions.dead import Dead, NotProved, dead_rules
from mmctl.analysis.questions.invariants import broken, lost
from mmctl.analysis.questions.ways import is_meant
from mmctl.analysis.sat.solver import Until
from mmctl.counted import counted
from mmctl.judge.ingress import Way, gateway_behind, ingress_of
from mmctl.language.readings import CHOICES
from mmctl.model.conditions import listed_by
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.analysis.encoding.proof import Answer
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.dead import Finding
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Invariant, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim about all messages, and whether one contradicts it."""

    name: str
    invariant: Invariant | None
    """None: that no accepted mail is lost."""
    answer: Answer
    """Shown: the message contradicts it; refuted: it holds for every message."""
    needs: Mapping[str, str]
    """The readings of the project without which it is not proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProof:
    """What is proved of one gateway."""

    way: Way
    gateway: Gateway
    dead: tuple[Finding, ...]
    claims: tuple[Claimed, ...]
    lists: Mapping[str, str]
    """What the proofs take address lists to have."""
    kept: tuple[KeptMessage | None, ...] = ()
    """For each claim the message that contradicts it, once it is in a file."""

    @property
    def name(self) -> str:
        """Where the messages come in."""
        return self.way.name

    @property
    def wrong(self) -> int:
        """How many claims do not hold, and how many rules never apply."""
        broken = sum(isinstance(claim.answer, Shown) for claim in self.claims)
        return broken + sum(isinstance(each, Dead) for each in self.dead)

    @property
    def undecided(self) -> int:
        """How many questions are undecided."""
        open_claims = sum(isinstance(claim.answer, Undecided) for claim in self.claims)
        return open_claims + sum(isinstance(each, NotProved) for each in self.dead)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
    """What came of looking for a message."""

    witness: Witness | None = None
    kept: KeptMessage | None = None
    way: Way | None = None
    undecided: str | None = None
    """Why it is unknown whether there is one."""


NO_LOSS = "no accepted mail is lost"


def find(project: Project, way: Way, wanted: Invariant) -> Answer:
    """A message that breaks an invariant at one gateway, under the readings of the project."""
    return broken(Proof(gateway_behind(project, way)), wanted)


def proof_of(
    project: Project, way: Way, *, is_over: Callable[[], bool] | None = None
) -> GatewayProof:
    """Prove what there is to prove of one gateway.

    With `is_over` that bounds the search, else the effort does.
    """
    gateway = gateway_behind(project, way)
    solver = None if is_over is None else Until(is_over)
    proof = Proof(gateway, free=CHOICES, solver=solver)
    invariants = [each for each in project.invariants if is_meant(each, project, way)]
    must_reach = project.rule_sets[ingress_of(project, way).rule_set].must_reach
    return GatewayProof(
        way=way,
        gateway=gateway,
        dead=tuple(dead_rules(proof)),
        claims=(
            _claimed(proof, NO_LOSS, None, lost(proof, must_reach=must_reach)),
            *(_claimed(proof, each.name, each, broken(proof, each)) for each in invariants),
        ),
        lists=dict(_lists(gateway)),
    )


def _claimed(proof: Proof, name: str, invariant: Invariant | None, answer: Answer) -> Claimed:
    needs = {}
    if isinstance(answer, Refuted):
        chosen = {literal: name for name, literal in proof.chosen_readings().items()}
        readings = [each for each in answer.core if each in chosen]
        core = minimal(proof, (readings, answer.core))
        readings_of = proof.gateways[0].readings
        needs = {
            chosen[each]: readings_of.choice(chosen[each]) for each in readings if each in core
        }
    return Claimed(name=name, invariant=invariant, answer=answer, needs=needs)


def _lists(gateway: Gateway) -> Iterator[tuple[str, str]]:
    """The address lists that conditions use, with what they are taken to have."""
    policy = gateway.policy
    of_rules = [each for rule in gateway.rules for each in (*rule.conditions, *rule.unless)]
    of_policy = [
        each
        for statement in (() if policy is None else policy.policy_statements)
        for each in statement.conditions
    ]
    found = (*map(listed_by, of_rules), *map(listed_by, of_policy))
    listed = [each for each in found if each is not None]
    for name in dict.fromkeys(name for each in listed for name in each.address_lists):
        members = gateway.lists.get(name)
        if name not in gateway.lists:
            yield name, "does not exist"
        elif members is None:
            yield name, "any addresses: its members are unknown"
        else:
            digest = sha256("\n".join(sorted(members.entries)).encode()).hexdigest()[:12]
            yield name, f"{counted(len(members.entries), 'member')}, digest {digest}"
