"""What brakes look for in a plan: edits of objects, rules of a rule set, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.logical import logical_view
from mmctl.live.compare.rules import rules_of
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.live.compare.edits import Edit, EditKind
    from mmctl.live.plan.plan import Plan


def of_objects(plan: Plan, resource: Kind, kind: EditKind) -> Iterator[Edit]:
    """The edits of one kind that are about whole objects of one kind."""
    for edit in plan.edits:
        if edit.kind is kind and edit.resource is resource and not edit.of_rule:
            yield edit


def noun_of(edit: Edit) -> str:
    """What an edit is about: a rule, or the kind of object."""
    return "rule" if edit.of_rule else edit.resource.noun


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first of some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def in_logical_rules(plan: Plan) -> Plan:
    """The plan with logical rules in place of packed ones, and without the compiler's lists."""
    past = plan.yesterday
    return replace(
        plan,
        desired=logical_view(plan.desired),
        live=logical_view(plan.live),
        yesterday=None if past is None else logical_view(past),
    )


def first_apply(plan: Plan) -> bool:
    """Whether no rule is live yet, so no mail can be treated differently."""
    return not any(rules_of(thing) for thing in plan.live.of_kind(Kind.RULE_SET))
