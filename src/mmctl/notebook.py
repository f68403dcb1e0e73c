"""Show what `mmctl.api` returns as tables in a notebook: `%load_ext mmctl.notebook`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mmctl.api import JudgedMessage, Plan, Problem, Project, Simulated
from mmctl.render.html import notebook as tables

if TYPE_CHECKING:
    from collections.abc import Callable


class _Formatter(Protocol):
    """What shows values of a type in HTML; it is IPython's."""

    def for_type(self, typ: type, func: Callable[[Any], str | None]) -> object:
        """Show values of a type so; None from the function: as before."""


def load_ipython_extension(ipython: Any) -> None:
    """Show projects, problems, messages and plans as tables; IPython calls this."""
    register(ipython.display_formatter.formatters["text/html"])


def register(formatter: _Formatter) -> None:
    """Teach a formatter of HTML the types that `mmctl.api` returns."""
    formatter.for_type(Project, tables.project_table)
    formatter.for_type(Problem, lambda problem: tables.problems_table((problem,)))
    formatter.for_type(Simulated, lambda found: tables.traces_table(found.trace.recipients))
    formatter.for_type(JudgedMessage, tables.judged_table)
    formatter.for_type(Plan, tables.plan_table)
    formatter.for_type(tuple, _problems)


def _problems(value: tuple[object, ...]) -> str | None:
    """The answer of `lint`; None: it is another tuple, and is shown as such."""
    problems = [each for each in value if isinstance(each, Problem)]
    return tables.problems_table(problems) if value and len(problems) == len(value) else None
