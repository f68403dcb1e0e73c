"""Cases sorted by what can be sent: as stated, with the session's own facts, or not at all.

A real session has facts of its own: the address it comes from, verdicts that the service computes.
A case that states others is judged again with those; where that is not enough to say how it ends,
it is not sent. To an embedded endpoint that takes facts, those of the case are stated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from mmctl.cases.running import gateway_of_case, submission_of_case
from mmctl.client.outgoing import check_helo
from mmctl.errors import UsageError
from mmctl.judge.judging import judge
from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import Scenario
from mmctl.language.project import Outcome
from mmctl.mail.email import Facts, Session, Tls
from mmctl.mail.facts import STATED, shown, value_of
from mmctl.model.facts import FACT_OF, EnvelopeFact, SessionFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.cases.case import Case
    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project


class CaseKind(StrEnum):
    """What can be sent of a case."""

    AS_STATED = "as stated"
    OWN_FACTS = "own facts"
    NOT_SENDABLE = "not sendable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHas:
    """What a session with an endpoint has, before anything is sent."""

    ingress_points: frozenset[str]
    """Those of the project that can be sent to."""
    helo: str
    address: str | None
    """Where the service sees the client; None: that is unknown here."""
    takes_facts: bool = False
    assumes_pass: bool = False
    """Whether the endpoint takes verdicts that nobody states to be good."""
    wrapped: bool = False
    encrypts: bool = True
    """Whether the session may be encrypted."""
    plain: bool = False
    """Whether it may be sent in plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedCase:
    """A case, what can be sent of it, and how it should end."""

    case: Case
    kind: CaseKind
    why: tuple[str, ...] = ()
    """The facts that the session has differently, or what stops the case."""
    helo: str = ""
    stated: Trace | None = None
    """How it ends with the facts of the case."""
    own: Trace | None = None
    """How it ends with the facts of the session, if these differ."""


def sort_case(
    project: Project, case: Case, has: SessionHas, read_file: Callable[[str], bytes]
) -> SortedCase:
    """What can be sent of a case, and how it should end.

    Raises:
        OSError: its message cannot be read.
    """
    stops = tuple(_stops(case, has))
    if stops:
        return SortedCase(case=case, kind=CaseKind.NOT_SENDABLE, why=stops)
    gateway = gateway_of_case(project, case)
    submission = submission_of_case(case, read_file)
    stated = judge(gateway, submission, case.scenario)
    if has.takes_facts:
        return SortedCase(case=case, kind=CaseKind.AS_STATED, helo=has.helo, stated=stated)
    own = _own(submission, has)
    why = tuple(_differing(case, submission, own))
    if not why:
        return SortedCase(
            case=case, kind=CaseKind.AS_STATED, helo=own.session.helo or has.helo, stated=stated
        )
    judged = (
        judge_settled(gateway, own, going_on(Scenario(), functions_of(gateway)))
        if has.assumes_pass
        else judge(gateway, own, Scenario())
    )
    unknown = tuple(dict.fromkeys(_unknown(judged)))
    return SortedCase(
        case=case,
        kind=CaseKind.NOT_SENDABLE if unknown else CaseKind.OWN_FACTS,
        why=unknown or why,
        helo=own.session.helo or has.helo,
        stated=stated,
        own=judged,
    )


def _stops(case: Case, has: SessionHas) -> Iterator[str]:
    """What keeps a case from being sent to any ingress point, whatever its facts are."""
    if case.ingress_point is None:
        yield f"it is judged by rule set `{case.rule_set}` alone, which takes no mail"
    elif case.ingress_point not in has.ingress_points:
        yield f"ingress point `{case.ingress_point}` cannot be sent to here"
    if case.todo is not None:
        yield f"it has a `todo`: {case.todo}"


def _own(submission: Submission, has: SessionHas) -> Submission:
    """The message with the facts that the session will have; None: only the service knows."""
    stated = submission.session
    session = Session(
        source_ip=has.address,
        helo=_helo(stated.helo, has.helo),
        tls=_tls(stated.tls, has),
        tls_wrapped=has.wrapped if has.encrypts else False,
    )
    envelope = submission.envelope
    if envelope.mail_from is None:
        sender = next(iter(submission.email.addresses("from")), "")
        envelope = replace(envelope, mail_from=sender)
    return replace(submission, session=session, envelope=envelope, facts=Facts())


def _helo(stated: str | None, own: str) -> str:
    """The name that the session gives: that of the case if it can be sent."""
    if stated is None:
        return own
    try:
        return check_helo(stated)
    except UsageError:
        return own


def _tls(stated: Tls | None, has: SessionHas) -> Tls | None:
    """How the session is encrypted: as the case states, if the endpoint's options allow it."""
    match stated:
        case None:
            return Tls.NONE if not has.encrypts else None
        case Tls.NONE:
            return Tls.NONE if has.plain or not has.encrypts else Tls.TLS1_3
        case Tls.TLS1_2 | Tls.TLS1_3:
            return stated if has.encrypts else Tls.NONE
        case _:
            assert_never(stated)


def _differing(case: Case, submission: Submission, own: Submission) -> Iterator[str]:
    """The facts that a case states and the session does not have."""
    for name in STATED:
        stated, has = value_of(name, submission), value_of(name, own)
        if stated is None or stated == has or name is EnvelopeFact.RECIPIENTS:
            continue
        if name is SessionFact.TLS_WRAPPED and not stated and not has:
            continue
        what = "only the service knows" if has is None else f"the session has {shown(has)}"
        yield f"{FACT_OF[name].name.value} {shown(stated)}: {what}"
    for function, answer in case.scenario.answers.items():
        yield f"function {function} answers {answer.value}: only the service knows"
    for label in sorted(case.scenario.failing):
        yield f"{label} fails: a real one may not"


def _unknown(judged: Trace) -> Iterator[str]:
    """The facts without which nobody can say how a message ends."""
    for each in judged.recipients:
        if each.outcome is Outcome.UNKNOWN:
            for fact in each.missing:
                yield f"{fact.fact}: how it ends for {each.recipient} depends on it"
