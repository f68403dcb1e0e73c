"""`mmctl simulate`: run the cases of the project, or show what becomes of messages."""

from __future__ import annotations

import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mmctl.cli.main import command
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.stated import Options
    from mmctl.judge.simulation import Simulated

_NO: Final = 1
_UNKNOWN: Final = 4


def _about_messages(name: str, help: str) -> Any:
    return typer.Option(name, help=help, rich_help_panel="Single messages")


def _about_cases(name: str, help: str) -> Any:
    return typer.Option(name, help=help, rich_help_panel="Cases")


@command("human", "json", "junit")
def simulate(
    run: Run,
    messages: Annotated[
        list[str] | None,
        typer.Argument(help="Message files, folders, archives, or `-`; absent: the cases."),
    ] = None,
    pattern: Annotated[str | None, _about_cases("--run", "Only cases whose names match.")] = None,
    fail_on_empty: Annotated[
        bool, _about_cases("--fail-on-empty", "Fail where there is no case to run.")
    ] = False,
    coverage: Annotated[
        bool, _about_cases("--coverage", "List the rules that no case applies.")
    ] = False,
    coverage_min: Annotated[
        int | None,
        _about_cases("--coverage-min", "Fail below this percentage of rules."),
    ] = None,
    mail_from: Annotated[
        str | None, _about_messages("--mail-from", "The envelope sender; `<>` is null.")
    ] = None,
    rcpt: Annotated[list[str] | None, _about_messages("--rcpt", "An envelope recipient.")] = None,
    ip: Annotated[str | None, _about_messages("--ip", "The client's address.")] = None,
    helo: Annotated[str | None, _about_messages("--helo", "What the client called itself.")] = None,
    tls: Annotated[str | None, _about_messages("--tls", "none, TLS1_2 or TLS1_3.")] = None,
    spf: Annotated[
        str | None, _about_messages("--spf", "PASS, FAIL, GRAY or PROCESSING_FAILED.")
    ] = None,
    dkim: Annotated[
        str | None, _about_messages("--dkim", "PASS, FAIL, GRAY or PROCESSING_FAILED.")
    ] = None,
    dmarc_policy: Annotated[
        str | None,
        _about_messages("--dmarc-policy", "NONE, QUARANTINE, REJECT or absent."),
    ] = None,
    add_on: Annotated[
        list[str] | None,
        _about_messages("--add-on", "An add-on's answer: NAME.FIELD=VALUE."),
    ] = None,
    assume: Annotated[
        str | None,
        _about_messages("--assume", "`pass`: verdicts that are not known are good."),
    ] = None,
    ingress_point: Annotated[
        str | None, _about_messages("--ingress-point", "Where the message comes in.")
    ] = None,
    rule_set: Annotated[
        str | None, _about_messages("--rule-set", "Judge by a rule set alone.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show every decision.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 where an outcome is unknown.")
    ] = False,
) -> int:
    """Run the test cases, or judge messages offline."""
    about_messages: Options = {
        "--mail-from": mail_from,
        "--rcpt": rcpt,
        "--ip": ip,
        "--helo": helo,
        "--tls": tls,
        "--spf": spf,
        "--dkim": dkim,
        "--dmarc-policy": dmarc_policy,
        "--add-on": add_on,
        "--assume": assume,
        "--ingress-point": ingress_point,
        "--rule-set": rule_set,
    }
    about_cases: Options = {
        "--run": pattern,
        "--fail-on-empty": "" if fail_on_empty else None,
        "--coverage": "" if coverage else None,
        "--coverage-min": None if coverage_min is None else str(coverage_min),
    }
    if messages:
        _refuse_options(about_cases, "is about cases, and messages are given")
        return _messages(run, messages, about_messages, trace=trace, strict=strict)
    _refuse_options(about_messages, "is about messages, and none is given")
    return _cases(
        run,
        pattern=pattern,
        fail_on_empty=fail_on_empty,
        coverage=coverage,
        coverage_min=coverage_min,
        trace=trace,
    )


def _refuse_options(options: Options, reason: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise UsageError(f"`{name}` {reason}")


def _messages(
    run: Run, paths: Sequence[str], options: Options, *, trace: bool, strict: bool
) -> int:
    from mmctl.cli.stated import restated, stated_of, way_in
    from mmctl.judge.simulation import simulate as simulate_message
    from mmctl.mail.sources import messages
    from mmctl.render.simulate import messages_report
    from mmctl.render.simulate_documents import messages_document

    if run.format == "junit":
        raise UsageError("messages have no JUnit report", help="cases have: leave out the messages")
    stated, passing = stated_of(options)
    gateway = way_in(run.project(), options)
    skipped = partial(_skipped, run)
    simulated = [
        simulate_message(gateway, name, content, stated, assume_pass=passing)
        for name, content in messages(paths, sys.stdin.buffer, skip=skipped)
    ]
    if run.format == "json":
        run.write_json(messages_document(simulated))
    else:
        command = ("mmctl", "simulate", *paths, *restated(options))
        run.show(messages_report(simulated, trace=trace, command=command, verbose=run.verbose))
    unknown = any(_is_unknown(message) for message in simulated)
    return _UNKNOWN if strict and unknown else 0


def _skipped(run: Run, name: str, reason: str) -> None:
    run.say(f"skipped: `{name}` {reason}")


def _is_unknown(message: Simulated) -> bool:
    outcomes = {recipient.outcome for recipient in message.trace.recipients}
    return not outcomes or "unknown" in outcomes


def _cases(
    run: Run,
    *,
    pattern: str | None,
    fail_on_empty: bool,
    coverage: bool,
    coverage_min: int | None,
    trace: bool,
) -> int:
    from mmctl.cases.counting import coverage_of
    from mmctl.cases.reading import cases_of
    from mmctl.cases.running import run_cases
    from mmctl.render.problems import human
    from mmctl.render.simulate import cases_report, coverage_report
    from mmctl.render.simulate_documents import cases_document, junit

    project = run.project()
    cases, problems = cases_of(project)
    chosen = [case for case in cases if _expression(pattern).search(case.name)]
    results = run_cases(project, chosen, run.read_file)
    covered = coverage_of(project, results) if coverage or coverage_min is not None else None
    if problems:
        run.errors().print(human(problems, project.files), end="")
    match run.format:
        case "json":
            run.write_json(cases_document(results, covered))
        case "junit":
            run.write(junit(results))
        case _:
            report = cases_report(results, passing=run.verbose, trace=trace)
            if covered is not None:
                report.append("\n").append_text(coverage_report(covered))
            run.show(report)
    failed = bool(problems) or any(not result.passed for result in results)
    too_low = coverage_min is not None and covered is not None and covered.percent < coverage_min
    if too_low and covered is not None:
        run.say(f"coverage is {covered.percent} %, expected at least {coverage_min} %")
    if fail_on_empty and not results:
        run.say("no case was run")
    return _NO if failed or too_low or (fail_on_empty and not results) else 0


def _expression(pattern: str | None) -> re.Pattern[str]:
    try:
        return re.compile(pattern or "")
    except re.error as error:
        raise UsageError(f"`--run {pattern}` is no regular expression: {error}") from None
