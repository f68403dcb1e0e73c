"""`budget --cost`: its options read, and the estimate made from the project and its stacks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.inputs import read_text
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.operate.costs.changes import notes_of
from mmctl.operate.costs.estimate import CostEstimate
from mmctl.operate.costs.lines import Costs
from mmctl.operate.costs.month import MailVolume, month_of, names_of_shares
from mmctl.operate.costs.price_file import AT_MOST, prices_with
from mmctl.operate.costs.prices import PricePlan, PriceTable, usual_prices
from mmctl.operate.costs.resources import month_of_templates
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan
    from mmctl.operate.templates.template import Template

_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_ALL: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOptions:
    """What the command line says about costs."""

    messages: str | None = None
    size: str | None = None
    prices: Path | None = None
    plan: str = PricePlan.A_LA_CARTE
    shares: Sequence[str] = ()


def estimate_of(run: Run, project: Project, options: CostOptions) -> CostEstimate:
    """What the environment of a project costs in a month.

    Raises:
        UsageError: an option or the file of prices cannot be used.
    """
    plan = _plan(options.plan)
    volume = _volume(project, options)
    prices = priced(run, options.prices)
    own = month_of(project, volume, prices, plan)
    around = month_of_templates(own.environment, tuple(_templates(run, project)), prices)
    costs = Costs(
        environment=own.environment,
        lines=(*own.lines, *around.lines),
        notes=(*own.notes, *around.notes),
    )
    return CostEstimate(costs=costs, volume=volume, plan=plan, prices=prices)


def priced(run: Run, path: Path | None) -> PriceTable:
    """The table of prices, with those of a file.

    Raises:
        UsageError: the file cannot be read, or is no file of prices.
    """
    table = usual_prices()
    if path is None:
        return table
    try:
        text = read_text(run.directory / path, at_most=AT_MOST)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{path}`: {(reason or '').lower()}") from None
    return prices_with(table, text, shown=str(path))


def with_costs_said(made: Plan) -> Plan:
    """The plan with what it does to the costs, where that can be said."""
    return replace(made, notes=(*made.notes, *notes_of(made, usual_prices())))


def _templates(run: Run, project: Project) -> Iterator[Template]:
    """The stacks of the environment, where `stack:` asks for them."""
    stack = project.environment.stack
    if stack is None:
        return
    from mmctl.cli.staging.foundation_template import foundation_template

    yield foundation_template(run, project).template
    if stack.mail_server is not None or stack.sender:
        from mmctl.operate.staging.sections import staging_template

        yield staging_template(project)


def _plan(stated: str) -> PricePlan:
    try:
        return PricePlan(stated)
    except ValueError:
        raise UsageError(
            f"got `--pricing-plan {stated}`", help=f"one of {', '.join(PricePlan)}"
        ) from None


def _volume(project: Project, options: CostOptions) -> MailVolume | None:
    if options.messages is None and options.size is None:
        if options.shares:
            raise UsageError("got `--share` without `--messages`", help="state both")
        return None
    if options.messages is None or options.size is None:
        missing = "--messages N" if options.messages is None else "--size KB"
        raise UsageError(
            "`--messages` and `--size` go together: add-ons cost by message, archives by size",
            help=f"add {missing}",
        )
    return MailVolume(
        messages=_number("--messages", options.messages),
        kilobytes=_number("--size", options.size),
        shares=dict(_share(project, each) for each in options.shares),
    )


def _share(project: Project, stated: str) -> tuple[str, Decimal]:
    name, equals, percent = stated.rpartition("=")
    if not equals:
        raise UsageError(f"got `--share {stated}`, expected one such as `all-mail=5`")
    known = names_of_shares(project)
    if name not in known:
        raise UsageError(
            f"got `--share {stated}`, and nothing that is paid for is named `{name}`",
            help=did_you_mean(name, known) or f"one of {listed(known) or 'none'}",
        )
    share = _number("--share", percent.removesuffix("%"))
    if share > _ALL:
        raise UsageError(f"got `--share {stated}`, expected at most 100")
    return name, share / _ALL


def _number(option: str, text: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise UsageError(f"got `{option} {text}`, expected a number such as `250000` or `75.5`")
    return Decimal(text)
