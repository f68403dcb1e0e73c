"""Company rules as checks: what of a project breaks them, and where."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mmctl.analysis.project_conditions import Same
from mmctl.checks.check import Check, Finding, finding
from mmctl.checks.company.matching import fits
from mmctl.checks.company.said import RulesInOrder, SaidRule, said_by
from mmctl.checks.company.said import said_by_statements as statements_of
from mmctl.language.company_rules import RULES, STATEMENTS, Demand, Has, Not
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.checks.check import Subject
    from mmctl.checks.company.held import Held
    from mmctl.checks.company.matching import Describable
    from mmctl.language.company_rules import CompanyRule, Test
    from mmctl.language.project import Project
    from mmctl.problem import Path, Placed, Severity


class Described(NamedTuple):
    """Something that company rules are about."""

    placed: Placed
    path: Path
    """Its place, if nothing says it better."""
    name: str
    said: Describable


def company_checks(held: Iterable[Held]) -> list[Check]:
    """One check for each id; where the base and the files have the id, both count."""
    by_id: dict[str, list[Held]] = {}
    for each in held:
        by_id.setdefault(each.rule.id, []).append(each)
    return [
        Check(id=id_, severity=_worst(each), text="", run=partial(_run, each))
        for id_, each in by_id.items()
    ]


def _worst(held: Sequence[Held]) -> Severity:
    return min((each.rule.severity for each in held), key=lambda severity: severity.rank)


def _run(held: Sequence[Held], subject: Subject) -> Iterator[Finding]:
    """Yield what breaks any of some company rules of one id, each thing once."""
    said: set[tuple[str, Path]] = set()
    for each in held:
        for target in targets(subject.project, each.rule.about):
            if (target.name, target.path) in said or not breaks(each.rule, target.said):
                continue
            said.add((target.name, target.path))
            yield finding(
                target.placed,
                _place(each.rule, target),
                f"{target.name}: {each.rule.message}",
                help=_demanded(each, target),
                severity=each.rule.severity,
            )


def breaks(rule: CompanyRule, said: Describable) -> bool:
    """Whether a thing breaks a company rule."""
    if not fits(rule.when, (said,)):
        return False
    return rule.then is None or not fits(rule.then, (said,))


def _demanded(held: Held, target: Described) -> str:
    """Where it is demanded, and what is missing where that is one description."""
    rule = held.rule
    place = f"{rule.position.file}:{rule.position.line}"
    place += f" of `{held.base}`" if held.base is not None else ""
    if rule.demand is Demand.FORBID:
        return f"forbidden by {place}"
    then = rule.then
    keys = then.keys.items() if isinstance(then, Has) else ()
    missing = ", ".join(f"`{key}`" for key, test in keys if not target.said.passes(key, test))
    return f"required by {place}" + (f", look at {missing}" if missing else "")


def targets(project: Project, about: str) -> Iterator[Described]:
    """Everything that a company rule can be about, as far as it lives in the environment.

    Rules that are switched off count: they lie in the files.
    """
    if about == RULES:
        for rule in rules_of(project):
            where = rule.rule.environments
            if where is None or project.environment.name in where:
                yield Described(rule.rule, ("name",), f"`{rule.rule.name}`", rule)
    elif about == STATEMENTS:
        for policy in project.traffic_policies.values():
            for number, said in enumerate(statements_of(policy)):
                name = policy.statement_names[number]
                shown = f"`{name}`" if name else f"statement {number + 1} of `{policy.name}`"
                yield Described(policy, ("PolicyStatements", number), shown, said)
    else:
        for name, resource in project.of_kind(Kind(about)).items():
            yield Described(resource, (), f"`{name}`", said_by(resource))


def rules_of(project: Project) -> Iterator[SaidRule]:
    """All rules, also those of other environments."""
    for order in _in_order(Same(project)):
        yield from order.rules


@lru_cache(maxsize=1)
def _in_order(same: Same) -> tuple[RulesInOrder, ...]:
    # All company rules ask for the same project, one after the other.
    project = same.project
    return tuple(RulesInOrder(each, project) for each in project.rule_sets.values())


def _place(rule: CompanyRule, target: Described) -> Path:
    """The member that breaks a company rule; where one is missing, the thing itself."""
    if rule.demand is Demand.REQUIRE:
        return target.path
    said, described = target.said, rule.when.keys
    if isinstance(said, SaidRule):
        index = _first(described.get("action"), said.actions)
        if index is not None:
            return ("Actions", index)
        index = _first(described.get("condition"), said.conditions)
        if index is not None:
            return _of_condition(said, index)
    places = target.placed.positions.places
    written = (key for key in described if (key,) in places and target.path[:1] != (_STATEMENTS,))
    return next(((key,) for key in written), target.path)


_STATEMENTS = "PolicyStatements"


def _first(test: Test | None, values: Sequence[Any]) -> int | None:
    """The first value that a test is about; None: it is about their absence."""
    if test is None or isinstance(test, Not):
        return None
    return next((index for index, each in enumerate(values) if fits(test, (each,))), None)


def _of_condition(said: SaidRule, index: int) -> Path:
    """The place of a condition; of the rule itself where the phase has the condition."""
    ordinary = len(said.rule.conditions)
    path: Path = ("Conditions", index) if index < ordinary else ("Unless", index - ordinary)
    at, name = said.rule.positions.at(path), said.rule.positions.at(("name",))
    own = at.file == name.file and at.line >= name.line
    return path if own else ("name",)
