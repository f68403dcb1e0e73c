"""`mmctl simulate`: run the cases of the project, or show what becomes of messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mmctl.cli import message_options as about
from mmctl.cli.main import command
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.cli.stated import Options

_NO: Final = 1
_OF_CASES: Final = {"junit": "JUnit report", "lcov": "coverage"}
"""Formats that show cases alone, by what they are called."""


def _about_cases(name: str, help: str) -> Any:
    return typer.Option(name, help=help, rich_help_panel="Cases")


@command("human", "json", "junit", "lcov")
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
        bool, _about_cases("--coverage", "Count what the cases show of the rules; list the gaps.")
    ] = False,
    coverage_min: Annotated[
        int | None,
        _about_cases("--coverage-min", "Fail below this percentage of rules."),
    ] = None,
    mail_from: about.MailFrom = None,
    rcpt: about.Rcpt = None,
    ip: about.Ip = None,
    helo: about.Helo = None,
    tls: about.TlsVersion = None,
    spf: about.Spf = None,
    dkim: about.Dkim = None,
    dmarc_policy: about.DmarcPolicy = None,
    add_on: about.AddOn = None,
    assume: about.Assume = None,
    authenticate: about.Authenticate = False,
    zone: about.ZoneFile = None,
    ingress_point: about.IngressPoint = None,
    rule_set: about.RuleSet = None,
    against: about.Against = None,
    record: about.Record = None,
    workers: about.Workers = None,
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
        from mmctl.cli.messages import Wanted, judge_messages

        _refuse_format(run)
        wanted = Wanted(
            paths=messages,
            options=about_messages,
            trace=trace,
            strict=strict,
            authenticate=authenticate,
            zone=zone,
            against=against,
            record=record,
            workers=workers or 1,
        )
        return judge_messages(run, wanted)
    about_messages |= {
        "--authenticate": "" if authenticate else None,
        "--zone": zone,
        "--against": against,
        "--record": record,
        "--workers": None if workers is None else str(workers),
    }
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


def _refuse_format(run: Run) -> None:
    if run.format in _OF_CASES:
        raise UsageError(
            f"messages have no {_OF_CASES[run.format]}", help="cases have: leave out the messages"
        )


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
    from mmctl.render.coverage import coverage_report
    from mmctl.render.lcov import lcov
    from mmctl.render.problems import human
    from mmctl.render.simulate import cases_report
    from mmctl.render.simulate_documents import cases_document, junit

    project = run.project()
    cases, problems = cases_of(project)
    chosen = [case for case in cases if _expression(pattern).search(case.name)]
    results = run_cases(project, chosen, run.read_file)
    wanted = coverage or coverage_min is not None or run.format == "lcov"
    covered = coverage_of(project, results) if wanted else None
    if problems:
        run.errors().print(human(problems, project.files), end="")
    match run.format:
        case "json":
            run.write_json(cases_document(results, covered))
        case "junit":
            run.write(junit(results))
        case "lcov" if covered is not None:
            run.write(lcov(covered))
        case _:
            report = cases_report(results, passing=run.verbose, trace=trace)
            if covered is not None:
                report.append("\n").append_text(coverage_report(covered, all_gaps=run.verbose))
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
