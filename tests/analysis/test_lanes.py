"""Models of many questions at once: what they show is so, and they show nearly all that is."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from generated import gateway_of

from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.sat.circuit import Circuit
from mmctl.analysis.sat.lanes import WIDTH, with_models
from mmctl.analysis.sat.solver import Cadical, Solved

if TYPE_CHECKING:
    from collections.abc import Sequence


def some(random: Random, literals: Sequence[int], most: int) -> list[int]:
    """A few literals, negated or not."""
    chosen = random.sample(literals, random.randint(1, most))
    return [each * random.choice((1, -1)) for each in chosen]


def formulas(random: Random) -> tuple[Circuit, list[int]]:
    """Gates over gates and free literals, and clauses over all of them, some added in between."""
    circuit = Circuit(Cadical())
    literals = [circuit.variable() for _ in range(random.randint(3, 12))]
    for _ in range(random.randint(0, 30)):
        gate = circuit.all_of(some(random, literals, 3))
        if abs(gate) != 1:
            literals.append(abs(gate))
        if random.random() < 0.4:
            circuit.require(*some(random, literals, 3))
    return circuit, literals


def test_each_model_that_is_found_at_once_is_one_for_the_solver_too() -> None:
    wrong: list[str] = []
    found = allowed = 0
    for seed in range(300):
        random = Random(seed)  # noqa: S311 - no secret
        circuit, literals = formulas(random)
        questions = [some(random, literals, 3) for _ in range(40)]
        for question, shown in zip(questions, with_models(circuit, questions), strict=True):
            answer = circuit.solver.solve(question, conflicts=None)
            allowed += answer is Solved.SATISFIABLE
            found += shown
            if shown and answer is not Solved.SATISFIABLE:
                wrong.append(f"seed {seed}: {question} is {answer}")
    assert not wrong
    assert allowed > found > allowed * 0.7


def test_nearly_all_rules_that_can_apply_are_shown_without_the_solver() -> None:
    shown = can = 0
    wrong: list[int] = []
    for seed in range(20):
        proof = Proof(gateway_of(Random(seed), 12))  # noqa: S311 - no secret
        chosen = tuple(proof.chosen_readings().values())
        questions = [(*chosen, rule.applies) for rule in proof.paths[0].rules]
        for question, applies in zip(questions, proof.with_models(questions), strict=True):
            satisfiable = proof.solved(question) is Solved.SATISFIABLE
            shown += applies
            can += satisfiable
            wrong += [seed] if applies and not satisfiable else []
    assert not wrong
    assert shown > can * 0.8


def test_more_questions_than_one_pass_takes_are_all_answered_in_their_order() -> None:
    circuit = Circuit(Cadical())
    free = circuit.variable()
    questions = [(free,), (free, -free), (-free,)] * WIDTH
    assert with_models(circuit, questions) == [True, False, True] * WIDTH
