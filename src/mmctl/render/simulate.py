"""Simulations for people: how cases went, what becomes of messages.

The timeline of `--trace` is in `mmctl.render.trace`, the documents in
`mmctl.render.simulate_documents`.
"""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.cases.running import Status
from mmctl.language.project import Outcome
from mmctl.render.problems import visible
from mmctl.render.trace import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.cases.coverage import Coverage
    from mmctl.cases.expectations import Failure
    from mmctl.cases.running import CaseResult
    from mmctl.judge.answers import MissingFact
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.trace import RecipientTrace

STYLES: Final = {
    Outcome.DELIVERED: "green",
    Outcome.STORED: "cyan",
    Outcome.REFUSED: "yellow",
    Outcome.BOUNCED: "yellow",
    Outcome.DROPPED: "yellow",
    Outcome.LOST: "bold red",
    Outcome.UNKNOWN: "bold magenta",
}
_WIDTH: Final = 80
_OUTCOME_WIDTH: Final = 9
_EXAMPLES: Final = {
    "--mail-from": "a.sender@example.org",
    "--ip": "192.0.2.1",
    "--helo": "mail.example.org",
    "--tls": "TLS1_3",
    "--dmarc-policy": "NONE",
}


def cases_report(results: Sequence[CaseResult], *, passing: bool, trace: bool) -> Text:
    """How cases went: the failed ones with their reasons, and the count."""
    report = Text()
    for result in results:
        if result.status is Status.FAILED:
            _failed(report, result)
        elif result.status is Status.TODO_PASSED:
            report.append("todo passes: ", "yellow")
            report.append(f"{result.case.name}  {_at(result)}\n")
        elif passing:
            word = "todo" if result.status is Status.TODO else "pass"
            report.append(f"{word}  {result.case.name}\n", "dim")
        if trace and result.trace is not None:
            for recipient in result.trace.recipients:
                report.append_text(timeline(recipient))
    report.append(_counted(results))
    return report


def _at(result: CaseResult) -> str:
    position = result.case.position
    return f"{position.file}:{position.line}"


def _failed(report: Text, result: CaseResult) -> None:
    report.append("FAIL", "bold red")
    report.append(f"  {visible(result.case.name)}  ")
    report.append(f"{_at(result)}\n", "dim")
    if result.problem is not None:
        report.append(f"  {result.problem.position}: {visible(result.problem.message)}\n")
    recipient = None
    for failure in result.failures:
        if failure.recipient != recipient:
            recipient = failure.recipient
            report.append(f"  {visible(recipient)}\n", "bold")
        _failure(report, failure)


def _failure(report: Text, failure: Failure) -> None:
    label = failure.member.replace("_", " ")
    report.append(f"    {label}: expected {visible(failure.expected)}\n")
    decided = failure.decided_at
    where = f"  ({decided.file}:{decided.line})" if decided else ""
    report.append(" " * (len(label) + 2) + f"         got {visible(failure.got)}")
    report.append(f"{where}\n", "dim")
    for reason in failure.reasons:
        report.append(_wrapped(f"because {reason}", "    "))


def _counted(results: Sequence[CaseResult]) -> str:
    counts = Counter(result.status for result in results)
    parts = [
        f"{counts[status]:,} {word}"
        for status, word in (
            (Status.FAILED, "failed"),
            (Status.PASSED, "passed"),
            (Status.TODO, "to do"),
            (Status.TODO_PASSED, "to do but passing"),
        )
        if counts[status]
    ]
    noun = "case" if len(results) == 1 else "cases"
    return f"{len(results):,} {noun}: {', '.join(parts)}" if results else "no cases"


def coverage_report(coverage: Coverage) -> Text:
    """How many rules the cases apply, and which they do not."""
    total = len(coverage.rules)
    covered = total - len(coverage.uncovered)
    noun = "rule" if total == 1 else "rules"
    report = Text(f"coverage: cases apply {covered:,} of {total:,} {noun}, {coverage.percent} %")
    for rule in coverage.uncovered:
        seen = "only held back" if rule.held_back else "never applied"
        report.append(f"\n  {rule.rule_set}/{rule.rule}", "yellow")
        report.append(f"  {seen}  {rule.position.file}:{rule.position.line}")
    return report


def messages_report(
    simulated: Sequence[Simulated], *, trace: bool, command: Sequence[str], verbose: bool
) -> Text:
    """What becomes of messages; at the end the command line that states what is missing."""
    report = Text()
    for message in simulated:
        _message(report, message, trace=trace, verbose=verbose)
    if len(simulated) > 1:
        report.append(_outcomes(simulated) + "\n")
    missing = tuple(dict.fromkeys(fact for message in simulated for fact in message.trace.missing))
    no_recipients = any(not message.trace.recipients for message in simulated)
    report.append(_advice(missing, command, no_recipients=no_recipients))
    report.rstrip()
    return report


def _message(report: Text, message: Simulated, *, trace: bool, verbose: bool) -> None:
    report.append(f"{visible(message.message)}\n", "bold")
    for source, known in _by_source(message).items():
        report.append(_wrapped(f"{source}: {', '.join(known)}", "  "), "dim")
    if not message.trace.recipients:
        report.append("  no recipient is known\n", STYLES[Outcome.UNKNOWN])
    width = max((len(got.recipient) for got in message.trace.recipients), default=0)
    for got in message.trace.recipients:
        if trace:
            report.append_text(timeline(got, all_rules=verbose))
        else:
            _recipient(report, got, min(width, 40))
    for dependence in message.dependences:
        report.append(_wrapped(f"{visible(dependence.recipient)}: {dependence}", "  "), "yellow")
    for name, value in message.trace.assumed.items():
        report.append(f"  assumed: {name} {value} (--assume pass)\n", "yellow")
    for note in message.trace.notes:
        report.append(_wrapped(f"note: {visible(note)}", "  "), "dim")


def _by_source(message: Simulated) -> dict[str, list[str]]:
    """What is known, under the option or header that it comes from."""
    sources: dict[str, list[str]] = {}
    for known in message.known:
        source = "options" if known.source.startswith("--") else known.source
        sources.setdefault(source, []).append(f"{known.name} {visible(known.value)}")
    return sources


def _recipient(report: Text, got: RecipientTrace, width: int) -> None:
    report.append(f"  {visible(got.recipient):<{width}}  ")
    report.append(f"{got.outcome:<{_OUTCOME_WIDTH}}", STYLES[got.outcome])
    if got.outcome is Outcome.UNKNOWN:
        could_be = " or ".join(got.possible) or "too many ways it could go"
        lacking = ", ".join(dict.fromkeys(fact.fact for fact in got.missing))
        report.append(f"  {could_be}; not known: {visible(lacking)}\n")
        return
    report.append(f"  by {got.by}" if got.by else "")
    actions = ", ".join(visible(action.label) for action in got.actions)
    report.append("\n")
    if actions:
        report.append(_wrapped(actions, " " * 6), "dim")


def _outcomes(simulated: Iterable[Simulated]) -> str:
    counts = Counter(got.outcome for message in simulated for got in message.trace.recipients)
    messages = sum(1 for _ in simulated)
    parts = [f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome]]
    return f"{messages:,} messages, recipients: {', '.join(parts) or 'none'}"


def _advice(missing: Sequence[MissingFact], command: Sequence[str], *, no_recipients: bool) -> str:
    """The command line that states what is missing, with values to be replaced."""
    options: dict[str, None] = {}
    elsewhere: dict[str, None] = {}
    for fact in missing:
        (options if fact.states.startswith("--") else elsewhere)[_stating(fact)] = None
    if no_recipients:
        options = {"--rcpt b@example.com": None, **options}
    text = ""
    if options:
        line = " ".join((shlex.join(command), *options))
        text += f"to state what is not known, with your values:\n  {line}\n"
    return text + "".join(f"to state what is not known: {place}\n" for place in elsewhere)


def _stating(fact: MissingFact) -> str:
    if not fact.states.startswith("--"):
        return fact.states
    if fact.states.endswith("=…"):
        value = {"yes": "true", "no": "false"}.get(fact.passing or "", fact.passing or "TEXT")
        return shlex.join(fact.states.removesuffix("…").split(" ", 1)) + value
    value = _EXAMPLES.get(fact.states) or fact.passing or fact.choices[0]
    return f"{fact.states} {value}"


def _wrapped(text: str, indent: str) -> str:
    """A paragraph of at most 80 columns, its further lines deeper."""
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"
