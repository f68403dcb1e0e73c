"""The smallest part of a question that has no answer."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mmctl.analysis.sat.solver import Solved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.analysis.encoding.proof import Proof


def minimal(proof: Proof, groups: Sequence[Iterable[int]]) -> frozenset[int]:
    """Literals that cannot hold together, of which none can be left out.

    All of them cannot. Those of the first groups are left out first. Where the effort does not
    suffice to see whether one can be left out, it stays.
    """
    ordered = list(dict.fromkeys(chain.from_iterable(groups)))
    proof.solved(ordered)
    core = _core(proof, ordered)
    for literal in ordered:
        if literal in core:
            others = [each for each in ordered if each in core and each != literal]
            if proof.solved(others) is Solved.UNSATISFIABLE:
                core = _core(proof, others)
    return core


def _core(proof: Proof, asked: Sequence[int]) -> frozenset[int]:
    return frozenset(proof.circuit.solver.core()).intersection(asked)
