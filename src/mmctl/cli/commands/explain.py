"""`mmctl explain`: the page of one check, or where a rule is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.checks.explained import ExplainedCheck
from mmctl.cli.formats import Format, Printing
from mmctl.cli.result_table import PAGE, RULE, write
from mmctl.errors import MmctlError, UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs
    from mmctl.cli.run import Run
    from mmctl.language.company_rules import CompanyRule


def explain(
    run: Run,
    check: Annotated[
        str, typer.Argument(help="The id of a check, in brackets in a report; or a rule.")
    ],
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Show what a check does and what to write instead, or where a rule is live."""
    run = run.with_rules(rules, rules_as, parameter)
    from mmctl.checks.explained import explained_checks
    from mmctl.checks.mistakes import MISTAKES

    name = check.strip("[]")
    known = {each.id: each for each in explained_checks()}
    found = known.get(name) or _compiled(name)
    if found is None and name in MISTAKES and run.format is Format.HUMAN:
        from mmctl.render.text.checks import mistake

        run.write_passed(run.let_out(mistake(name, MISTAKES[name]), Printing.RENDERED))
        return 0
    own = {} if found is not None else _company_rules(run)
    if name in own:
        _write_company_rule(run, own[name])
        return 0
    if found is None and _explain_rule(run, name):
        return 0
    if found is None:
        from mmctl.language.text.suggest import did_you_mean

        near = did_you_mean(name, {**known, **own})
        raise UsageError(
            f"there is no check or rule `{check}`", help=near or "`mmctl checks` lists the checks"
        )
    write(run, PAGE, found)
    return 0


def _explain_rule(run: Run, name: str) -> bool:
    """Show where a rule is live, or what a live rule holds; return whether there is such a rule."""
    from mmctl.cli.packed_rules import packed_rules
    from mmctl.operate.logs.explained_rules import explained_rule

    try:
        project, _ = run.read()
    except MmctlError:
        return False
    found = explained_rule(name, project, packed_rules(run, project))
    if found is None:
        return False
    write(run, RULE, found)
    return True


def _compiled(name: str) -> ExplainedCheck | None:
    """The page of what the compiler reports."""
    from mmctl.checks.capacity_page import CAPACITY, capacity_page

    return capacity_page() if name == CAPACITY else None


def _company_rules(run: Run) -> dict[str, CompanyRule]:
    """The company rules of the project, if there is one that can be read."""
    try:
        rules = run.read_alone().settings.lint.company_rules
    except MmctlError:
        return {}
    return {rule.id: rule for rule in rules}


def _write_company_rule(run: Run, rule: CompanyRule) -> None:
    from mmctl.checks.page import Page
    from mmctl.language.writing.company_rules import company_rule_to_yaml
    from mmctl.render.text.checks import company_rule

    written = company_rule_to_yaml(rule)
    if run.format is Format.HUMAN:
        run.write_passed(run.let_out(company_rule(rule, written), Printing.RENDERED))
        return
    place = f"{rule.position.file}:{rule.position.line}"
    page = Page(
        summary=rule.message,
        does=f"A company rule of {place}: {rule.demand}.",
        why="The project demands it.",
        bad="",
        good=written,
    )
    write(run, PAGE, ExplainedCheck(rule.id, rule.severity, page))


def document(_run: Run, check: ExplainedCheck) -> dict[str, Any]:
    """The list of checks with only one in it."""
    from mmctl.render.text.checks import document

    return document([check])
