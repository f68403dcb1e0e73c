"""For each rule of a project two cases, or why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.questions.dead import Dead, dead_rule
from mmctl.analysis.questions.ways import ways_into
from mmctl.cases.case import Expectation
from mmctl.cases.mutants.drafts import case_data
from mmctl.cases.witnessed.messages import NearRules
from mmctl.cases.words import condition_words
from mmctl.judge.ingress import ingress_of
from mmctl.language.project import Outcome
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.cases.witnessed.messages import NearMail
    from mmctl.language.project import LogicalRule, Project

_NAMED: Final = 3
"""How many rules are named that take all mail of another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedRule:
    """One rule, and its cases as a file has them."""

    rule: str
    cases: tuple[dict[str, Any], ...]
    """The message that it takes, then the one that it just misses; either may be missing."""
    never: str | None = None
    """Why it never applies, if that is proved."""


def witnessed_rules(
    project: Project, title_of: Callable[[str], str | None]
) -> Iterator[WitnessedRule]:
    """The rules of a project with cases for them, in order; each rule once.

    `title_of` says how the cases of a rule are called, by its name; None: it gets none.
    """
    seen: set[tuple[str, str]] = set()
    for way in ways_into(project):
        rule_set = ingress_of(project, way).rule_set
        near = NearRules(project, way)
        for place, rule in enumerate(near.gateway.rules):
            title = title_of(rule.name)
            if title is not None and (rule_set, rule.name) not in seen:
                seen.add((rule_set, rule.name))
                yield _witnessed(near, place, rule, title)


def _witnessed(near: NearRules, place: int, rule: LogicalRule, title: str) -> WitnessedRule:
    taken = near.taken(place)
    if taken is None:
        return WitnessedRule(rule=rule.name, cases=(), never=_why_never(near, place))
    missed = near.missed(place, taken)
    cases = [_case(f"{title} takes it", taken, rule, takes=True)]
    if missed is not None:
        cases.append(_case(f"{title} just misses it", missed, rule, takes=False))
    return WitnessedRule(rule=rule.name, cases=tuple(cases))


def _case(name: str, judged: NearMail, rule: LogicalRule, *, takes: bool) -> dict[str, Any]:
    """A case that fails without the rule; or that fails where other rules apply than now."""
    got, draft = judged.got, judged.draft
    expected = Expectation(
        recipient=got.recipient,
        outcome=got.outcome,
        rules=None if takes or got.outcome is Outcome.REFUSED else got.applied,
        rules_include=(rule.name,) if takes else (),
        position=rule.positions.at(()),
    )
    asked = {action.target for action in got.actions if action.answer is not None}
    answers = {
        name: answer
        for name, answer in draft.scenario.answers.items()
        if any(target is not None and target.endswith(name) for target in asked)
    }
    stated = replace(draft, scenario=replace(draft.scenario, answers=answers))
    return case_data(name, stated, [expected])


def _why_never(near: NearRules, place: int) -> str | None:
    """Why a rule never applies; None: it may, but no message of it can be written."""
    found = dead_rule(near.proof, place)
    if not isinstance(found, Dead):
        return None
    if found.by:
        names = [f"`{near.gateway.rules[each].name}`" for each in found.by]
        listed = ", ".join(names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"{listed}{more} above {'takes' if len(names) == 1 else 'take'} all of its mail"
    asked = (*found.rule.conditions, *found.rule.unless)
    words = [f"`{condition_words(asked[each])}`" for each in found.conditions]
    if found.refused:
        return "the traffic policy refuses all of its mail"
    return f"{' and '.join(words)} never hold together" if words else "no mail meets it"
