"""`mmctl why`: why a message, or the message of a case, ended as it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.result_table import ANSWER, write
from mmctl.cli.run import Run
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.text.suggest import did_you_mean
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import typer
    from rich.text import Text

    from mmctl.cases.case import Case
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.options import messages as about
    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs
    from mmctl.judge.reasons import OtherReasons, Reason
    from mmctl.judge.simulation import Known
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace, Trace
    from mmctl.language.project import Project
    from mmctl.operate.logs.packed import HeldRules, PackedRules


def why(
    run: Run,
    message: Annotated[
        str | None,
        typer.Argument(help="The message: a file, a case file (.yaml), or `-`.", metavar="MESSAGE"),
    ] = None,
    rcpt: Annotated[
        list[str] | None,
        typer.Option("--rcpt", help="The recipient to explain.", metavar="ADDRESS"),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", help="Explain why this rule applied, or did not.", metavar="NAME"),
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="Use the message of this case.", metavar="NAME")
    ] = None,
    mail_from: about.MailFrom = None,
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
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Say why a message ended so: the rule that decided, or the condition that failed."""
    run = run.with_rules(rules, rules_as, parameter, against)
    from mmctl.cli.messages.wanted import Wanted, is_case_file
    from mmctl.cli.options.stated_facts import MessageOptions, restated
    from mmctl.judge.ingress import Way

    options = MessageOptions(
        mail_from=mail_from,
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
    case_file = message if message is not None and is_case_file(message) else None
    if case_file is None and (message is None) == (case is None):
        raise UsageError(
            "got no message and no case" if case is None else "got both a message and a case",
            help="`mmctl why MESSAGE`, or `mmctl why --case NAME`",
        )
    if case is not None or case_file is not None:
        _refuse([name for name, _ in options.written()], authenticate=authenticate, zone=zone)
        judged = _of_case(run, case_file, case, against)
        command = None
    else:
        asked = tuple(("--rcpt", address) for address in rcpt or ())
        judged = _of_message(
            run,
            message or "",
            Wanted(
                paths=(message or "",),
                options=replace(options, rcpt=tuple(rcpt or ())),
                authenticate=authenticate,
                zone=zone,
                against=against,
            ),
        )
        more = (("--zone", zone), ("--against", against), ("--rule", rule))
        words = restated(run, (*asked, *options.written(), *more))
        flags = ("--authenticate",) if authenticate else ()
        command = ("mmctl", "why", message or "", *flags, *words)
    from mmctl.cli.packed_rules import held_by, packed_rules
    from mmctl.judge.reasons import reason_for

    packed = packed_rules(run, judged.project)
    held = held_by(packed, rule)
    if rule is not None and held is None:
        _check_rule(judged, rule)
    reasons = [
        reason_for(got, name)
        for got in _chosen(judged.trace, rcpt or ())
        for name in _in_question(got, rule, held)
    ]
    write(
        run,
        ANSWER,
        WhyAnswer(
            judged=judged,
            reasons=reasons,
            other=_other_reasons(judged, reasons),
            command=command,
            packed=packed,
            held=held,
        ),
    )
    return 0


def _in_question(
    got: RecipientTrace, rule: str | None, held: HeldRules | None
) -> tuple[str | None, ...]:
    """The rules to explain for a recipient: of a live rule, those that applied, else all."""
    if held is None:
        return (rule,)
    return tuple(name for name in held.names if name in got.applied) or held.names


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedMessage:
    name: str
    project: Project
    gateway: Gateway
    trace: Trace
    known: tuple[Known, ...] = ()
    other: tuple[str, Gateway, Trace] | None = None
    """Other rules, by their name, and what they make of the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswer:
    """Why a message ended so, for each recipient that is asked about."""

    judged: _JudgedMessage
    reasons: Sequence[Reason]
    other: OtherReasons | None
    command: tuple[str, ...] | None
    """The typed command line, to which advice adds what is missing; None: a case states it all."""
    packed: Sequence[PackedRules] = ()
    """The packed rule sets of the project."""
    held: HeldRules | None = None
    """The live rule that was asked about."""

    def named(self) -> list[str]:
        """The rules that are shown."""
        shown = (
            trace.rule
            for reason in self.reasons
            for trace in (*reason.decided, *reason.open_questions, *reason.asked)
        )
        return list(dict.fromkeys(shown))


def human(run: Run, answer: WhyAnswer) -> Text:
    """The reasons in words, then what is missing."""
    from mmctl.operate.logs.packed import live_words
    from mmctl.render.text.messages import advice
    from mmctl.render.text.why import why_report

    judged, reasons = answer.judged, answer.reasons
    words = live_words(answer.packed)
    report = why_report(reasons, judged.gateway, judged.trace.assumed, answer.other, words)
    if answer.held is not None:
        from mmctl.render.text.live_rules import holds_line

        report = holds_line(answer.held).append_text(report)
    missing = [fact for reason in reasons for fact in reason.got.missing]
    if answer.command is not None:
        report.append(advice(missing, answer.command, verbose=run.verbose))
    return report


def document(_run: Run, answer: WhyAnswer) -> dict[str, Any]:
    """The reasons as `mmctl/why@1`."""
    from mmctl.render.documents.live_rules import live_rules
    from mmctl.render.documents.why import why_document

    judged = answer.judged
    return why_document(
        judged.name,
        judged.known,
        judged.trace,
        answer.reasons,
        judged.gateway,
        answer.other,
        live_rules(answer.packed, answer.named()),
    )


def _of_message(run: Run, path: str, wanted: Wanted) -> _JudgedMessage:
    from mmctl.cli.messages.messages import judging_of, messages_of

    project = run.project()
    judging = judging_of(run, project, wanted)
    found = messages_of(run, project, (path,), judging.needs)
    first = next(found, None)
    if first is None:
        raise UsageError(f"`{path}` has no readable message")
    if next(found, None) is not None:
        raise UsageError(
            f"`{path}` has more than one message",
            help="`mmctl simulate --trace` shows every decision for many",
        )
    simulated = judging.simulated(first)
    if not simulated.trace.recipients:
        raise UsageError("the recipients are unknown", help="name one: --rcpt b@example.com")
    return _JudgedMessage(
        name=simulated.message,
        project=project,
        gateway=judging.gateway,
        trace=simulated.trace,
        known=simulated.known,
        other=None
        if judging.against is None or simulated.against is None
        else (judging.against_name or "", judging.against, simulated.against),
    )


def _of_case(run: Run, file: str | None, name: str | None, against: str | None) -> _JudgedMessage:
    """The message of a case: of the project, or of a case file."""
    from mmctl.cases.running import gateway_of_case, submission_of_case
    from mmctl.cli.messages.cases import written_cases
    from mmctl.judge.judging import judge

    files = None if file is None else (file,)
    project = run.project(case_files=files)
    cases, problems = written_cases(project, files)
    if problems:
        raise ProblemsFound("the cases cannot be read", problems, project.files)
    case = _named(cases, name or "")
    try:
        submission = submission_of_case(case, run.read_file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"the message of case `{case.name}` cannot be read: {reason}") from None
    gateway = gateway_of_case(project, case)
    trace = judge(gateway, submission, case.scenario)
    judged = _JudgedMessage(name=case.name, project=project, gateway=gateway, trace=trace)
    if against is None:
        return judged
    from mmctl.cli.messages.against import other_rules
    from mmctl.judge.ingress import Way

    way = (
        Way(rule_set=case.rule_set)
        if case.ingress_point is None
        else Way(ingress_point=case.ingress_point)
    )
    other = other_rules(run, project, against, way)
    theirs = judge(other.gateway, submission, case.scenario)
    return replace(judged, other=(other.name, other.gateway, theirs))


def _other_reasons(judged: _JudgedMessage, reasons: Sequence[Reason]) -> OtherReasons | None:
    """The same question, asked of the other rules."""
    from mmctl.judge.comparison import same_treatment
    from mmctl.judge.judged import Ended
    from mmctl.judge.reasons import OtherReasons, reason_for

    if judged.other is None:
        return None
    name, gateway, trace = judged.other
    theirs = {each.got.recipient: trace.of(each.got.recipient) for each in reasons}
    return OtherReasons(
        name=name,
        gateway=gateway,
        reasons=tuple(reason_for(theirs[each.got.recipient], each.rule) for each in reasons),
        alike=frozenset(
            each.got.recipient
            for each in reasons
            if same_treatment(Ended.of(theirs[each.got.recipient]), Ended.of(each.got))
        ),
    )


def _named(cases: Sequence[Case], name: str) -> Case:
    """The case with this name, or the only one whose name starts with it."""
    exact = [case for case in cases if case.name == name]
    found = exact or [case for case in cases if case.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"`{case.name}`" for case in found[:3])
        if not name:
            raise UsageError(f"got {len(found)} cases: {names}", help="choose with --case NAME")
        raise UsageError(
            f"`{name}` is the beginning of {len(found)} cases: {names}",
            help="write more of the name",
        )
    near = did_you_mean(name, [case.name for case in cases])
    raise UsageError(f"there is no case `{name}`", help=near)


def _chosen(trace: Trace, asked: Sequence[str]) -> list[RecipientTrace]:
    from mmctl.mail.facts import bare_address

    if not asked:
        return list(trace.recipients)
    known = [got.recipient for got in trace.recipients]
    chosen = []
    for address in asked:
        try:
            chosen.append(trace.of(bare_address(address)))
        except KeyError:
            near = did_you_mean(address, known) or f"one of {', '.join(known)}"
            raise UsageError(f"the message is not for `{address}`", help=near) from None
    return chosen


def _check_rule(judged: _JudgedMessage, name: str) -> None:
    """Refuse the name of a rule that this mail cannot reach."""
    gateways = [judged.gateway, *([] if judged.other is None else [judged.other[1]])]
    here = [rule.name for gateway in gateways for rule in gateway.rules]
    if name in here:
        return
    for rule_set in judged.project.rule_sets.values():
        if any(rule.name == name for rule in rule_set.rules):
            environment = judged.project.environment.name
            raise UsageError(
                f"rule `{name}` of `{rule_set.name}` is not live here: it is disabled, not for "
                f"environment `{environment}`, or not in the rule set of this mail",
                help="see `enabled`, `environments`; choose with `--env`, `--ingress-point`",
            )
    raise UsageError(f"there is no rule `{name}`", help=did_you_mean(name, here))


def _refuse(given: Iterable[str], *, authenticate: bool, zone: str | None) -> None:
    """Refuse the first option that is about a message."""
    checks = {"--authenticate": authenticate, "--zone": zone is not None}
    for name in (*given, *(name for name, asked in checks.items() if asked)):
        raise UsageError(
            f"`{name}` is for a message, and a case is given", help="a case states all facts"
        )
