"""Company rules that fit nothing: for the check `company-rule-without-effect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Finding
from mmctl.checks.company.findings import rules_of, targets
from mmctl.checks.company.matching import fits
from mmctl.language.company_rules import RULES, STATEMENTS, Demand, Is, keyed_tests
from mmctl.language.text.suggest import did_you_mean
from mmctl.problem import Positions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mmctl.language.company_rules import CompanyRule
    from mmctl.language.project import Project

_ORDER: Final = ("before", "after")


def idle(rules: Iterable[CompanyRule], project: Project) -> Iterator[Finding]:
    """Yield what requires something of nothing, and names that nothing has."""
    written = [said.rule for said in rules_of(project)]
    names = {rule.name for rule in written}
    owners = {rule.owner for rule in written if rule.owner is not None}
    owners |= {
        owner
        for policy in project.traffic_policies.values()
        for owner in policy.statement_owners
        if owner is not None
    }
    for rule in rules:
        if rule.demand is Demand.REQUIRE and not _fits_something(rule, project):
            what = rule.about.replace("_", " ")
            yield Finding(
                positions=Positions({(): rule.position}),
                path=(),
                message=f"`when` fits none of the {what}, so `{rule.id}` requires nothing",
            )
        if rule.about in {RULES, STATEMENTS}:
            yield from _unknown(rule, names, owners)


def _fits_something(rule: CompanyRule, project: Project) -> bool:
    things = (
        rules_of(project)
        if rule.about == RULES
        else (target.said for target in targets(project, rule.about))
    )
    return any(fits(rule.when, (each,)) for each in things)


def _unknown(
    rule: CompanyRule, names: Collection[str], owners: Collection[str]
) -> Iterator[Finding]:
    """Names and owners that nothing has."""
    for described in rule.tests:
        for keys, test in keyed_tests(described):
            key = keys[1:] if keys[:1] and keys[0] in _ORDER else keys
            if not isinstance(test, Is):
                continue
            value = str(test.value)
            if key == ("owner",) and value not in owners:
                near = did_you_mean(value, owners)
                if near is not None:
                    yield _finding(test, f"nothing has the owner `{value}`", near)
            elif key == ("name",) and rule.about == RULES and value not in names:
                yield _finding(test, f"there is no rule `{value}`", did_you_mean(value, names))


def _finding(test: Is, message: str, help_: str | None) -> Finding:
    return Finding(positions=Positions({(): test.position}), path=(), message=message, help=help_)
