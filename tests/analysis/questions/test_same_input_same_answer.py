"""Effort is counted in conflicts: the same input has the same answer in every process.

And what is blamed is the smallest set that suffices, among all subsets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Final

from generated import gateway_of

from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.questions.dead import Dead, dead_rules
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway

SCRIPT: Final = """
from random import Random
from generated import gateway_of
from mmctl.analysis.encoding.proof import Proof
from mmctl.language.readings import CHOICES
for seed in range(6):
    random = Random(seed)
    proof = Proof(gateway_of(random, 6, entangled=seed % 2 == 0), free=CHOICES, effort=3 + seed)
    for rule in proof.paths[0].rules:
        answer = proof.ask([rule.applies])
        print(seed, rule.place, type(answer).__name__, getattr(answer, "why", ""))
        print(getattr(answer, "core", ""), getattr(answer, "witness", ""))
"""


def answered(hash_seed: str) -> str:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return run.stdout


def test_effort_that_is_used_up_is_the_same_in_every_process() -> None:
    first, second = answered("1"), answered("2")
    assert "Undecided the effort was used up" in first
    assert "Shown" in first
    assert first == second


def is_dead_with(gateway: Gateway, place: int, earlier: tuple[int, ...]) -> bool:
    """Whether a rule never applies where of those above only these end the way of mail."""
    proof = Proof(gateway)
    rules = proof.paths[0].rules
    ends = [-rules[each].ends for each in earlier if rules[each].ends != FALSE]
    literals = [*rules[place].asked, proof.paths[0].admitted, *ends]
    return proof.solved(literals) is Solved.UNSATISFIABLE


def test_no_rule_that_is_blamed_can_be_left_out() -> None:
    """Of all subsets of the blamed rules only the whole takes the mail of a dead rule."""
    wrong: list[str] = []
    blamed = 0
    for seed in range(150):
        random = Random(seed)  # noqa: S311 - no secret
        gateway = gateway_of(random, random.randint(2, 6), entangled=False)
        gateway = replace(gateway, policy=None)
        for found in dead_rules(Proof(gateway)):
            if isinstance(found, Dead) and found.by:
                blamed += 1
                subsets = (
                    some for size in range(len(found.by)) for some in combinations(found.by, size)
                )
                if not is_dead_with(gateway, found.place, found.by) or any(
                    is_dead_with(gateway, found.place, some) for some in subsets
                ):
                    wrong.append(f"seed {seed}: rule {found.place} by {found.by}")
    assert not wrong
    assert blamed > 20
