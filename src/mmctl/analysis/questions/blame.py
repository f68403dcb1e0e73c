"""The smallest part of a question that has no answer."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mmctl.analysis.sat.solver import Solved

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from mmctl.analysis.encoding.proof import Proof


def minimal(proof: Proof, groups: Sequence[Iterable[int]]) -> frozenset[int]:
    """Literals that cannot hold together, of which none can be left out.

    All of them cannot. Those of the first groups are left out first, while all of the others stay:
    so a rule is not named where the conditions behind it do. Where the effort does not suffice to
    see whether one can be left out, it stays.
    """
    grouped = [list(dict.fromkeys(group)) for group in groups]
    kept = list(dict.fromkeys(chain.from_iterable(grouped)))
    settled: set[int] = set()
    for group in grouped:
        settled.update(group)
        if proof.solved(kept) is Solved.UNSATISFIABLE:
            kept = _left(proof, kept, settled)
        for literal in group:
            others = [each for each in kept if each != literal]
            if literal in kept and proof.solved(others) is Solved.UNSATISFIABLE:
                kept = _left(proof, others, settled)
    return frozenset(kept)


def _left(proof: Proof, asked: Sequence[int], settled: Container[int]) -> list[int]:
    """What was asked without those that are settled and that the answer did not need."""
    core = frozenset(proof.circuit.solver.core())
    return [each for each in asked if each in core or each not in settled]
