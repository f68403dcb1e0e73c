"""Running cases: judge the message, compare with what is expected.

The caller passes the function that opens files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cases.case import MessageFile
from mmctl.cases.expectations import failures_of
from mmctl.cases.idle import idle_facts
from mmctl.cases.readings_relied_on import rests_of
from mmctl.cases.result import CaseResult
from mmctl.judge.index.index import index_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import (
    Gateway,
    Submission,
    gateway_of_ingress_point,
    gateway_of_rule_set,
)
from mmctl.mail.reader import read_email
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmctl.cases.case import Case
    from mmctl.cases.expectations import Failure
    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project


def run_cases(
    project: Project,
    cases: Iterable[Case],
    read_file: Callable[[str], bytes],
    *,
    readings: bool = False,
    whole: bool = True,
) -> tuple[CaseResult, ...]:
    """Run cases in order; `read_file` reads a file by its path in the project.

    A file that it cannot read (OSError) becomes the problem of its case. With `readings`, each is
    run again under every choice of a reading that could matter to it. Unless `whole`, the traces of
    cases that pass leave out rules that surely did not apply.
    """
    gateways: dict[tuple[str | None, str], Gateway] = {}
    results = []
    for case in cases:
        way_in = (case.ingress_point, case.rule_set)
        if way_in not in gateways:
            gateways[way_in] = gateway_of_case(project, case)
        gateway = gateways[way_in]
        results.append(run_case(gateway, case, read_file, readings=readings, whole=whole))
    return tuple(results)


def gateway_of_case(project: Project, case: Case) -> Gateway:
    """The gateway that judges a case."""
    if case.ingress_point is None:
        return gateway_of_rule_set(project, case.rule_set)
    return gateway_of_ingress_point(project, case.ingress_point)


def submission_of_case(case: Case, read_file: Callable[[str], bytes]) -> Submission:
    """The message of a case with everything that the case states about it.

    Raises:
        OSError: its file cannot be read.
    """
    message = case.message
    return Submission(
        email=read_email(read_file(message.path))
        if isinstance(message, MessageFile)
        else message.email,
        session=case.session,
        envelope=case.envelope,
        facts=case.facts,
    )


def run_case(
    gateway: Gateway,
    case: Case,
    read_file: Callable[[str], bytes],
    *,
    readings: bool = False,
    whole: bool = True,
) -> CaseResult:
    """Run one case by its gateway; the rest is as in `run_cases`."""
    try:
        submission = submission_of_case(case, read_file)
    except OSError as error:
        return CaseResult(case=case, trace=None, problem=_unreadable(case, error))
    trace, failures = _compared(gateway, submission, case, whole=whole)
    return CaseResult(
        case=case,
        trace=trace,
        failures=failures,
        idle=idle_facts(case, gateway),
        rests=rests_of(gateway, submission, case, trace) if readings else (),
    )


def _compared(
    gateway: Gateway, submission: Submission, case: Case, *, whole: bool
) -> tuple[Trace, tuple[Failure, ...]]:
    """What happens, and what of it is not as expected: only then are all rules looked at."""
    if not whole:
        among = index_of(gateway).survey(submission).rules
        trace = judge(gateway, submission, case.scenario, among=among)
        if not failures_of(case, trace):
            return trace, ()
    trace = judge(gateway, submission, case.scenario)
    return trace, failures_of(case, trace)


def _unreadable(case: Case, error: OSError) -> Problem:
    at = case.message.position if isinstance(case.message, MessageFile) else case.position
    path = case.message.path if isinstance(case.message, MessageFile) else ""
    missing = isinstance(error, FileNotFoundError)
    reason = "does not exist" if missing else f"cannot be read: {error.strerror or error}"
    return Problem(
        check="case",
        severity=Severity.ERROR,
        position=at,
        message=f"message file `{path}` {reason}",
        help="message files are named relative to the case file" if missing else None,
    )
