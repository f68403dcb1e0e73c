"""`mmctl budget`: how the rules fit the quotas of the service, and what to change if not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.result_table import BUDGET, COSTS, RULE_BUDGET, write
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs
    from mmctl.cli.run import Run
    from mmctl.compiler.advice.asking import BudgetQuestions
    from mmctl.compiler.budget import Budget
    from mmctl.compiler.packing.packed import Packing
    from mmctl.compiler.rule_budget import RulePlace
    from mmctl.language.project import Project
    from mmctl.operate.costs.estimate import CostEstimate
    from mmctl.render.text.styled_parts import StyledParts


def budget(
    run: Run,
    name: Annotated[
        str | None,
        typer.Argument(
            help="A rule or a live rule: where it is, with which others, what it costs.",
            metavar="RULE",
        ),
    ] = None,
    cost: Annotated[
        bool, typer.Option("--cost", help="Show instead what the environment costs in a month.")
    ] = False,
    messages: Annotated[
        str | None,
        typer.Option(
            "--messages",
            help="With --cost: messages a month. Default: only what is paid without mail.",
            metavar="N",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option("--size", help="With --cost: the average size of a message.", metavar="KB"),
    ] = None,
    share: Annotated[
        list[str] | None,
        typer.Option(
            "--share",
            help="With --cost: how many of 100 messages an archive, add-on or kind of action gets. "
            "Default: all.",
            metavar="NAME=PERCENT",
        ),
    ] = None,
    pricing_plan: Annotated[
        str | None,
        typer.Option(
            "--pricing-plan",
            help="With --cost: how the account pays, a-la-carte (the default) or essentials.",
            metavar="PLAN",
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option("--prices", help="With --cost: prices that you know better.", metavar="FILE"),
    ] = None,
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Show how the rules fit the service's quotas, none of which can be raised.

    Of rules it shows what is close to a limit; `--verbose` lists them all. Where rules do not fit,
    it says which pairs pin the order, with messages in .mmctl/witness, and tries what to change.
    Exit 1: they do not fit. `--cost` shows what the environment costs in a month.
    """
    run = run.with_rules(rules, rules_as, parameter)
    asked_of_costs = (messages, size, share, pricing_plan, prices)
    if not cost and any(each is not None for each in asked_of_costs):
        raise UsageError("got options of costs without `--cost`", help="add --cost")
    if cost and name is not None:
        raise UsageError(f"got `--cost` with the rule `{name}`", help="leave one of them out")
    project = run.project()
    if run.rules:
        from mmctl.cli.in_place.project import without_unknown

        project = without_unknown(project)
    if cost:
        from mmctl.cli.costs import CostOptions, estimate_of

        options = CostOptions(
            messages=messages,
            size=size,
            prices=prices,
            plan=pricing_plan or "a-la-carte",
            shares=tuple(share or ()),
        )
        write(run, COSTS, estimate_of(run, project, options))
        return 0
    from mmctl.compiler.budget import budget_of
    from mmctl.compiler.compile import packings_of

    found = budget_of(project, packings_of(project, run.packings))
    if name is not None:
        from mmctl.compiler.rule_budget import places_in

        write(run, RULE_BUDGET, places_in(project, found, name, _questions(run)))
        return 0
    if any(each.is_asked_about for each in found.rule_sets):
        from mmctl.compiler.advice.asking import asked

        found = asked(project, found, _questions(run))
    write(run, BUDGET, found)
    return int(not found.fits)


def _questions(run: Run) -> BudgetQuestions:
    """Who packs what is tried, and where messages are kept."""
    from mmctl.cli.files.witnesses import keeping
    from mmctl.compiler.advice.asking import BudgetQuestions
    from mmctl.compiler.compile import tried

    def proved(project: Project, rule_set: str, ingress_point: str | None) -> Packing:
        return tried(project, rule_set, ingress_point, proof=True)

    return BudgetQuestions(pack=tried, prove=proved, keep=keeping(run, "budget"), every=run.verbose)


def human(run: Run, found: Budget) -> StyledParts:
    """The budget as a table, with every rule if the run is verbose."""
    from mmctl.render.text.budget import human

    return human(found, every_rule=run.verbose)


def of_costs(run: Run, found: CostEstimate) -> StyledParts:
    """The costs of a month, with the source of each price if the run is verbose."""
    from mmctl.render.text.costs import human

    return human(found, sources=run.verbose)


def of_rule(run: Run, found: Sequence[RulePlace]) -> StyledParts:
    """Where one rule is, with all of its neighbors if the run is verbose."""
    from mmctl.render.text.rule_budget import human

    return human(found, every_rule=run.verbose)
