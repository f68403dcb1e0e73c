"""The table of results: what commands write, and which function writes it in each format.

A writer in `render` takes the value of the result. A writer in `cli` takes the run and the value,
if the run decides how it looks. What it returns passes the gate of the format; None says that it
has written its output itself, part by part. Its module is imported when it writes.
The option `--format`, its help, its errors and the manual follow from this table.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.formats import FORMATS, Format, Printing
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that commands write."""

    commands: tuple[str, ...]
    writers: Mapping[Format, str]
    """For each format, the module below `mmctl` and the function."""
    gate: Printing | None = None
    """How it becomes the text that is printed, if not as its format says."""

    def made(self, run: Run, value: object) -> Any:
        """The value, written in the format of the run."""
        module, name = self.writers[run.format].split(":")
        writer = getattr(import_module(f"mmctl.{module}"), name)
        return writer(run, value) if module.startswith("cli.") else writer(value)


PROBLEMS: Final = Result(
    commands=("lint",),
    writers={
        Format.HUMAN: "cli.commands.lint:human",
        Format.JSON: "cli.commands.lint:document",
        Format.SARIF: "cli.commands.lint:sarif",
        Format.JUNIT: "cli.commands.lint:junit",
        Format.GITHUB: "cli.commands.lint:annotated",
    },
)
CASES: Final = Result(
    commands=("simulate",),
    writers={
        Format.HUMAN: "cli.messages.cases:human",
        Format.JSON: "cli.messages.cases:document",
        Format.JUNIT: "cli.messages.cases:junit",
        Format.LCOV: "cli.messages.cases:lcov",
        Format.GITHUB: "cli.messages.cases:annotated",
        Format.MARKDOWN: "cli.messages.cases:markdown",
        Format.HTML: "cli.messages.cases:page",
    },
)
MESSAGES: Final = Result(
    commands=("simulate",),
    writers={
        Format.HUMAN: "cli.messages.messages:human",
        Format.JSON: "cli.messages.messages:document",
        Format.MARKDOWN: "cli.messages.page:markdown",
        Format.HTML: "cli.messages.page:page",
    },
)
STORED: Final = Result(
    commands=("simulate",),
    writers={
        Format.HUMAN: "cli.messages.stored_run:human",
        Format.JSON: "cli.messages.stored_run:document",
    },
)
ANSWER: Final = Result(
    commands=("why",),
    writers={Format.HUMAN: "cli.commands.why:human", Format.JSON: "cli.commands.why:document"},
)
WHERE: Final = Result(
    commands=("where",),
    writers={
        Format.HUMAN: "cli.commands.where:human",
        Format.JSON: "render.documents.where:document",
    },
)
DIAGNOSIS: Final = Result(
    commands=("doctor",),
    writers={
        Format.HUMAN: "render.text.doctor:text",
        Format.JSON: "render.documents.doctor:document",
    },
)
COMPARISON: Final = Result(
    commands=("logs",),
    writers={
        Format.HUMAN: "render.text.comparison:text",
        Format.JSON: "render.documents.comparison:document",
    },
)
AGREEMENT: Final = Result(
    commands=("logs",),
    writers={
        Format.HUMAN: "render.text.comparison:agreement",
        Format.JSON: "render.documents.comparison:agreement_document",
    },
)
PAGE: Final = Result(
    commands=("explain",),
    writers={
        Format.HUMAN: "render.text.checks:explanation",
        Format.JSON: "cli.commands.explain:document",
    },
)
RULE: Final = Result(
    commands=("explain",),
    writers={
        Format.HUMAN: "render.text.live_rules:explained",
        Format.JSON: "render.documents.live_rules:explained",
    },
)
CATALOGUE: Final = Result(
    commands=("checks",),
    writers={
        Format.HUMAN: "render.text.checks:listing",
        Format.JSON: "render.text.checks:document",
    },
)
PROOFS: Final = Result(
    commands=("prove",),
    writers={
        Format.HUMAN: "cli.commands.prove:human",
        Format.JSON: "render.documents.proofs:document",
        Format.SARIF: "cli.commands.prove:sarif",
        Format.HTML: "render.html.proof_page:page",
    },
)
FOUND_MESSAGE: Final = Result(
    commands=("prove",),
    writers={
        Format.HUMAN: "render.text.proofs:message",
        Format.JSON: "render.documents.proofs:found_document",
        Format.SARIF: "cli.commands.prove:found_sarif",
        Format.HTML: "render.html.proof_page:found_page",
    },
)
PROBE: Final = Result(
    commands=("send",),
    writers={
        Format.HUMAN: "render.text.probe:human",
        Format.JSON: "render.documents.probe:document",
    },
)
LIBRARY: Final = Result(
    commands=("cases",),
    writers={
        Format.HUMAN: "render.text.library:human",
        Format.JSON: "render.documents.library:document",
    },
)
BUDGET: Final = Result(
    commands=("budget",),
    writers={
        Format.HUMAN: "cli.commands.budget:human",
        Format.JSON: "render.documents.budget:document",
        Format.MARKDOWN: "render.documents.budget_markdown:markdown",
        Format.HTML: "render.html.budget_page:page",
    },
)
RULE_BUDGET: Final = Result(
    commands=("budget",),
    writers={
        Format.HUMAN: "cli.commands.budget:of_rule",
        Format.JSON: "render.documents.rule_budget:document",
        Format.MARKDOWN: "render.documents.rule_budget:markdown",
        Format.HTML: "render.html.budget_page:rule_page",
    },
)
COSTS: Final = Result(
    commands=("budget",),
    writers={
        Format.HUMAN: "cli.commands.budget:of_costs",
        Format.JSON: "render.documents.costs:document",
    },
)
DNS: Final = Result(
    commands=("dns",),
    writers={
        Format.HUMAN: "render.text.dns:human",
        Format.JSON: "render.documents.dns:document",
        Format.ZONE: "render.text.dns:zone",
    },
)
PLAN: Final = Result(
    commands=("plan",),
    writers={
        Format.HUMAN: "cli.changes.reviewing:human",
        Format.JSON: "cli.changes.reviewing:document",
        Format.MARKDOWN: "render.documents.plan_markdown:markdown",
        Format.HTML: "render.html.plan_page:page",
    },
)
STOPPED: Final = Result(
    commands=("plan",),
    writers={
        Format.MARKDOWN: "cli.changes.reviewing:stopped_markdown",
        Format.HTML: "cli.changes.reviewing:stopped_page",
    },
)
PROMOTED: Final = Result(
    commands=("promote",),
    writers={
        Format.HUMAN: "cli.changes.reviewing:human",
        Format.JSON: "cli.changes.reviewing:document",
    },
)
ENTRY: Final = Result(
    commands=("apply", "list", "rollback"),
    writers={Format.JSON: "cli.changes.change:entry_document"},
)
ENTRIES: Final = Result(
    commands=("history",),
    writers={
        Format.HUMAN: "cli.commands.history:entries",
        Format.JSON: "cli.commands.history:entries_document",
    },
)
ONE_ENTRY: Final = Result(
    commands=("history",),
    writers={
        Format.HUMAN: "cli.commands.history:one_entry",
        Format.JSON: "cli.commands.history:one_entry_document",
    },
)
CHANGES: Final = Result(
    commands=("history",),
    writers={
        Format.HUMAN: "cli.commands.history:changes",
        Format.JSON: "cli.commands.history:changes_document",
    },
)
HISTORY_DIFFERENCE: Final = Result(
    commands=("history",),
    writers={Format.HUMAN: "cli.commands.diff:human", Format.JSON: "cli.commands.diff:document"},
)
DIFFERENCE: Final = Result(
    commands=("diff",),
    writers={
        Format.HUMAN: "cli.commands.diff:human",
        Format.JSON: "cli.commands.diff:document",
        Format.MARKDOWN: "cli.commands.diff:markdown",
        Format.HTML: "cli.commands.diff:page",
    },
)
DRIFT: Final = Result(
    commands=("drift",),
    writers={Format.HUMAN: "cli.commands.drift:human", Format.JSON: "cli.commands.drift:document"},
)
LOGGED: Final = Result(
    commands=("logs",),
    writers={
        Format.HUMAN: "cli.messages.logged_writers:messages",
        Format.JSON: "cli.messages.logged_writers:document",
        Format.JSONL: "cli.messages.logged_writers:messages",
    },
)
LOGGED_NUMBERS: Final = Result(
    commands=("logs",),
    writers={
        Format.HUMAN: "cli.messages.logged_writers:numbers",
        Format.JSON: "cli.messages.logged_writers:numbers_document",
    },
)
LOGGED_SHADOW: Final = Result(
    commands=("logs",),
    writers={
        Format.HUMAN: "cli.messages.logged_writers:shadow",
        Format.JSON: "cli.messages.logged_writers:shadow_document",
    },
)
ARCHIVED: Final = Result(
    commands=("archive",),
    writers={
        Format.HUMAN: "cli.archiving.search:human",
        Format.JSON: "cli.archiving.search:document",
    },
)
ARCHIVED_MESSAGE: Final = Result(
    commands=("archive",),
    writers={
        Format.HUMAN: "cli.archiving.show:human",
        Format.JSON: "cli.archiving.show:document",
    },
)
ARCHIVE_EXPORTED: Final = Result(
    commands=("archive",),
    writers={
        Format.HUMAN: "cli.archiving.export:human",
        Format.JSON: "cli.archiving.export:document",
    },
)
RELEASED: Final = Result(
    commands=("archive",),
    writers={
        Format.HUMAN: "cli.archiving.release:human",
        Format.JSON: "cli.archiving.release:document",
    },
)
RELEASES: Final = Result(
    commands=("history",),
    writers={
        Format.HUMAN: "cli.commands.history:releases",
        Format.JSON: "cli.commands.history:releases_document",
    },
)
LAYOUT: Final = Result(
    commands=("fmt",),
    writers={Format.HUMAN: "cli.commands.fmt:human", Format.JSON: "cli.commands.fmt:document"},
)
API_JSON: Final = Result(
    commands=("export",), writers={Format.JSON: "cli.commands.export:text"}, gate=Printing.EXACT
)
CLOUDFORMATION: Final = Result(
    commands=("export",),
    writers={Format.YAML: "cli.commands.export:text", Format.JSON: "cli.commands.export:text"},
    gate=Printing.EXACT,
)
TERRAFORM: Final = Result(commands=("export",), writers={Format.HCL: "cli.commands.export:text"})
FOUNDATION_TEMPLATE: Final = Result(
    commands=("foundation",),
    writers={
        Format.YAML: "cli.commands.foundation:yaml",
        Format.JSON: "cli.commands.foundation:document",
    },
    gate=Printing.EXACT,
)
MONITOR_TEMPLATE: Final = Result(
    commands=("monitor",),
    writers={
        Format.YAML: "render.documents.template_yaml:as_yaml",
        Format.JSON: "render.documents.template_yaml:as_json",
    },
    gate=Printing.EXACT,
)
WATCHED: Final = Result(
    commands=("watchdog",),
    writers={
        Format.HUMAN: "cli.commands.watchdog:human",
        Format.JSON: "cli.commands.watchdog:document",
    },
)
SENT: Final = Result(
    commands=("send",),
    writers={Format.HUMAN: "cli.sending.sent:human", Format.JSON: "cli.sending.sent:document"},
)
EXPECTED: Final = Result(
    commands=("send",),
    writers={
        Format.HUMAN: "cli.sending.expected:human",
        Format.JSON: "cli.sending.expected:document",
        Format.JUNIT: "cli.sending.expected:junit",
    },
)
LOADED: Final = Result(
    commands=("send",),
    writers={
        Format.HUMAN: "cli.sending.loading:human",
        Format.JSON: "cli.sending.loading:document",
    },
)
STAGING_TEMPLATE: Final = Result(
    commands=("staging",),
    writers={
        Format.HUMAN: "render.documents.template_yaml:as_yaml",
        Format.YAML: "render.documents.template_yaml:as_yaml",
        Format.JSON: "render.documents.template_yaml:as_json",
    },
    gate=Printing.EXACT,
)
STAGING_MAIL: Final = Result(
    commands=("staging",),
    writers={
        Format.HUMAN: "render.text.staging_mail:report",
        Format.JSON: "render.documents.staging_mail:document",
    },
)
STACKS: Final = Result(
    commands=("foundation", "staging"),
    writers={
        Format.HUMAN: "render.text.stacks:human",
        Format.JSON: "render.documents.stacks:document",
    },
)

MIGRATION: Final = Result(
    commands=("import",),
    writers={
        Format.HUMAN: "cli.migrating.migration:human",
        Format.JSON: "render.documents.migration:document",
        Format.MARKDOWN: "render.documents.migration_markdown:markdown",
    },
)

RESULTS: Final = (
    PROBLEMS,
    CASES,
    MESSAGES,
    STORED,
    ANSWER,
    WHERE,
    DIAGNOSIS,
    COMPARISON,
    AGREEMENT,
    PAGE,
    RULE,
    CATALOGUE,
    PROOFS,
    FOUND_MESSAGE,
    PROBE,
    LIBRARY,
    BUDGET,
    RULE_BUDGET,
    COSTS,
    DNS,
    PLAN,
    STOPPED,
    PROMOTED,
    ENTRY,
    ENTRIES,
    ONE_ENTRY,
    CHANGES,
    HISTORY_DIFFERENCE,
    DIFFERENCE,
    DRIFT,
    LOGGED,
    LOGGED_NUMBERS,
    LOGGED_SHADOW,
    ARCHIVED,
    ARCHIVED_MESSAGE,
    ARCHIVE_EXPORTED,
    RELEASED,
    RELEASES,
    LAYOUT,
    API_JSON,
    CLOUDFORMATION,
    TERRAFORM,
    FOUNDATION_TEMPLATE,
    MONITOR_TEMPLATE,
    WATCHED,
    SENT,
    EXPECTED,
    LOADED,
    STAGING_TEMPLATE,
    STAGING_MAIL,
    STACKS,
    MIGRATION,
)


def formats_of(command: str) -> tuple[Format, ...]:
    """The formats that a command takes, the default first."""
    results = [result for result in RESULTS if command in result.commands]
    written = {Format.HUMAN}.union(*(result.writers for result in results))
    return tuple(each for each in Format if each in written)


def write(run: Run, result: Result, value: object) -> str:
    """Write a result in the format of the run; return the text if its writer did."""
    made = result.made(run, value)
    if made is None:
        return ""
    text = run.let_out(made, result.gate or FORMATS[run.format].gate)
    run.write_passed(text)
    return text
