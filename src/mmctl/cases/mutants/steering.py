"""Leads a draft to where conditions answer as somebody wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.cases.mutants.candidates import Noticing
from mmctl.cases.mutants.variations import variations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.judge.submission import Gateway
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

Demand: TypeAlias = "tuple[bool, RuleCondition | PolicyCondition]"
"""What a condition is to answer."""


def answering(
    gateway: Gateway,
    draft: Draft | None,
    demands: Sequence[Demand],
    lists: Mapping[str, tuple[str, ...]],
) -> Draft | None:
    """The draft, or the first variation for the last of the conditions, that meets them all."""
    if draft is None:
        return None
    last = demands[-1][1]
    for each in (draft, *(variation.of(draft) for variation in variations(last, lists))):
        # Start with the last: it is the one that is not met yet.
        if all(answer_for(gateway, each, asked) is wanted for wanted, asked in reversed(demands)):
            return each
    return None


def answer_for(
    gateway: Gateway, draft: Draft, asked: RuleCondition | PolicyCondition
) -> bool | None:
    """What a condition answers for the recipient of a draft; None: that is unknown."""
    answer = Noticing(gateway, draft.submission(), None).answer(asked)
    return None if answer.is_unknown else answer.is_true
