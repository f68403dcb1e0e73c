"""Shows mistakes that no condition reveals: by a size at the limit, or an action that fails.

Pure: a mutant and the gateway that it was made from → changes of a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.cases.mutants.mutant import PolicyChanged, RulesChanged, RulesSwapped
from mmctl.cases.mutants.variations import Variation, size_of
from mmctl.judge.actions import drops_on_failure, kind_of, target_of
from mmctl.model.actions import CHANGES_MESSAGE, WORDS
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.cases.mutants.mutant import Mutant
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule


def named_here(kind: str) -> bool:
    """Whether the target of an action has the same name in every environment.

    What is outside of the project does not: a bucket, or anything with an ARN.
    """
    row = WORDS[kind]
    return isinstance(row.place, Kind) or row.does in CHANGES_MESSAGE


def provocations(mutant: Mutant, gateway: Gateway) -> Iterator[Variation]:
    """Changes of a message, or of the facts about it, that show a mutant."""
    match mutant.edit:
        case PolicyChanged(changed=policy):
            now = gateway.policy.max_message_size_bytes if gateway.policy else None
            limits = {now, policy.max_message_size_bytes}
            if len(limits) > 1:
                yield from (size_of(limit + 1) for limit in sorted(limits - {None}))  # type: ignore[operator,type-var] # None was excluded above
        case RulesChanged(rules=rules):
            for index in rules:
                yield from _failing(gateway.rules[index])
        case RulesSwapped():
            return
        case _:
            assert_never(mutant.edit)


def _failing(rule: LogicalRule) -> Iterator[Variation]:
    """Each action of a rule that drops on failure, failing."""
    for action in rule.actions:
        if not drops_on_failure(action):
            continue
        kind = kind_of(action, stop=rule.stop)
        label = f"{kind}:{target_of(action)}" if named_here(kind) else kind

        def change(draft: Draft, label: str = label) -> Draft:
            failing = frozenset({*draft.scenario.failing, label})
            return replace(draft, scenario=replace(draft.scenario, failing=failing))

        yield Variation(f"{label} fails", change)
