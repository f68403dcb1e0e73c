"""`mmctl simulate`: run the cases of the project, or show what happens to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.engines import EngineKind, StoredAs
from mmctl.cli.formats import FORMATS
from mmctl.cli.options.workers import checked_workers
from mmctl.cli.result_table import MESSAGES, STORED, Result
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typer

    from mmctl.cli.options import messages as about
    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs
    from mmctl.cli.options.messages import ShowMail


def _about_cases(name: str, help: str) -> Any:
    import typer

    return typer.Option(name, help=help, rich_help_panel="Cases")


def simulate(
    run: Run,
    messages: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, archives, `s3://bucket/prefix`, `-`, or case files (.yaml). "
            "Default: the cases."
        ),
    ] = None,
    pattern: Annotated[
        str | None, _about_cases("--run", "Run only cases whose names match.")
    ] = None,
    fail_on_empty: Annotated[
        bool, _about_cases("--fail-on-empty", "Exit with 1 where there is no case to run.")
    ] = False,
    coverage: Annotated[
        bool,
        _about_cases("--coverage", "Count what the cases cover of the rules, and list the gaps."),
    ] = False,
    coverage_min: Annotated[
        int | None,
        _about_cases("--coverage-min", "Exit with 1 below this percentage of rules."),
    ] = None,
    mutate: Annotated[
        bool,
        _about_cases(
            "--mutate", "List mistakes in rules that no case notices. `--mutate N`: try N."
        ),
    ] = False,
    mutate_min: Annotated[
        int | None,
        _about_cases("--mutate-min", "Exit with 1 below this percentage of noticed mistakes."),
    ] = None,
    mutate_cases: Annotated[
        str | None,
        _about_cases("--mutate-cases", "Write the cases that would notice to this new file."),
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
    results: about.Results = None,
    results_as: about.ResultsAs = None,
    resume: about.Resume = False,
    shard: about.OneShard = None,
    join: about.Join = False,
    engine: about.EngineName = None,
    scheduler: about.Scheduler = None,
    strict_readings: Annotated[
        bool,
        _about_cases("--strict-readings", "Exit with 1 where a case depends on an open reading."),
    ] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show every decision.")] = False,
    show_mail: ShowMail = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 where an outcome is unknown.")
    ] = False,
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Run the test cases, or judge messages offline."""
    run = run.with_rules(rules, rules_as, parameter, against)
    from mmctl.cli.options.stated_facts import MessageOptions
    from mmctl.judge.ingress import Way

    options = MessageOptions(
        mail_from=mail_from,
        rcpt=tuple(rcpt or ()),
        ip=ip,
        helo=helo,
        tls=tls,
        spf=spf,
        dkim=dkim,
        dmarc_policy=dmarc_policy,
        add_on=tuple(add_on or ()),
        assume=assume,
        way=Way(ingress_point=ingress_point, rule_set=rule_set),
    )
    processes = checked_workers(workers)
    mutants = _number(messages) if mutate else None
    case_files = None if mutants is not None else _case_files(messages or ())
    if messages and mutants is None and case_files is None:
        about_cases = {
            "--run": pattern is not None,
            "--fail-on-empty": fail_on_empty,
            "--coverage": coverage,
            "--coverage-min": coverage_min is not None,
            "--mutate": mutate,
            "--mutate-min": mutate_min is not None,
            "--mutate-cases": mutate_cases is not None,
            "--strict-readings": strict_readings,
        }
        _refuse(about_cases, "is for cases, and messages are given")
        from mmctl.cli.messages.wanted import Wanted

        wanted = Wanted(
            paths=messages,
            options=options,
            trace=trace,
            strict=strict,
            authenticate=authenticate,
            zone=zone,
            against=against,
            record=record,
            workers=processes,
            results=results,
            results_as=results_as or StoredAs.JSONL,
            resume=resume,
            shard=shard,
            scheduler=scheduler,
        )
        many = {
            "--results-as": results_as is not None,
            "--resume": resume,
            "--shard": shard is not None,
            "--engine": engine is not None,
            "--scheduler": scheduler is not None,
        }
        if join:
            _refuse(many, "is for messages, and `--join` takes folders of results")
            _refuse_format(run, STORED)
            from mmctl.cli.messages.joining import join_results

            return join_results(run, wanted)
        if results is None:
            _refuse(many, "is for results in a folder", "name it: --results FOLDER")
            _refuse_format(run, MESSAGES)
            from mmctl.cli.messages.messages import judge_messages

            return judge_messages(run.for_others(show_mail=show_mail), wanted)
        _refuse_format(run, STORED)
        _check_engine(engine, scheduler, workers)
        from mmctl.cli.messages.storing import judge_into_folder

        return judge_into_folder(run, wanted)
    about_messages = {
        **{name: True for name, _ in options.written()},
        "--authenticate": authenticate,
        "--zone": zone is not None,
        "--against": against is not None,
        "--record": record is not None,
        "--workers": workers is not None and not mutate and mutate_cases is None,
        "--results": results is not None,
        "--results-as": results_as is not None,
        "--resume": resume,
        "--shard": shard is not None,
        "--engine": engine is not None,
        "--scheduler": scheduler is not None,
    }
    _refuse({"--join": join}, "takes folders of results", "mmctl simulate --join out-1 out-2")
    _refuse(about_messages, "is for messages, and none is given", "name files, folders or archives")
    from mmctl.cli.messages.cases import CaseOptions, run_the_cases

    return run_the_cases(
        run,
        CaseOptions(
            files=case_files,
            pattern=pattern,
            fail_on_empty=fail_on_empty,
            coverage=coverage,
            coverage_min=coverage_min,
            mutate=mutate,
            mutate_min=mutate_min,
            mutants=mutants,
            cases_to=mutate_cases,
            workers=workers,
            trace=trace,
            strict_readings=strict_readings,
        ),
    )


def _case_files(paths: Sequence[str]) -> tuple[str, ...] | None:
    """The paths if they are files of cases; None: there is none."""
    from mmctl.cli.messages.wanted import is_case_file

    files = tuple(path for path in paths if is_case_file(path))
    if files and len(files) < len(paths):
        raise UsageError(
            f"got both cases and messages: `{files[0]}` is a case file",
            help="run simulate for each",
        )
    return files or None


def _number(words: list[str] | None) -> int | None:
    """The budget of `--mutate 200`; a flag takes no value, so it comes among the messages."""
    alone = words[0] if words and len(words) == 1 else ""
    if not (alone.isascii() and alone.isdigit()):
        return None
    if int(alone) == 0:
        raise UsageError(
            f"got `--mutate {alone}`",
            help="`--mutate 200` tries 200 mistakes, `--mutate` all of them",
        )
    return int(alone)


def _refuse(options: Mapping[str, bool], reason: str, help: str | None = None) -> None:
    """Refuse the first option that is given."""
    for name, given in options.items():
        if given:
            raise UsageError(f"`{name}` {reason}", help=help)


def _refuse_format(run: Run, result: Result) -> None:
    if run.format not in result.writers:
        raise UsageError(
            f"{'messages' if result is MESSAGES else 'stored results'} have no "
            f"{FORMATS[run.format].what}",
            help="leave out the messages: cases have one"
            if result is MESSAGES
            else "the counts are text for people or JSON; --results-as is the format of the rows",
        )


def _check_engine(engine: EngineKind | None, scheduler: str | None, workers: int | None) -> None:
    """Refuse an engine that lacks what it needs, and what another needs."""
    if engine is EngineKind.DASK and scheduler is None:
        raise UsageError(
            "`--engine dask` needs the address of a cluster",
            help="--scheduler tcp://HOST:8786, as `dask scheduler` prints it",
        )
    if engine is not EngineKind.DASK and scheduler is not None:
        raise UsageError("`--scheduler` is for `--engine dask`")
    if engine is EngineKind.DASK and workers is not None:
        raise UsageError("got both `--workers` and `--engine dask`", help="the cluster has its own")
