"""The cases of the project, sent to a real endpoint and compared: `mmctl send --expect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import EXPECTED, write
from mmctl.cli.sending.sent import context_for, waiting
from mmctl.cli.sending.ways import endpoint_for, ways_to
from mmctl.client.became import judged_as
from mmctl.client.expecting import (
    CaseEnd,
    CaseSending,
    CaseSent,
    content_of,
    refused_or_taken,
    result_of,
)
from mmctl.client.outgoing import facts_document, outgoing
from mmctl.client.results import CasesSent
from mmctl.client.sending import Sender
from mmctl.client.session import SmtpSession
from mmctl.client.sorting import CaseKind, SessionHas, SortedCase, sort_case
from mmctl.client.stating import facts_stated
from mmctl.errors import MmctlError, UsageError
from mmctl.operate.logs.sources import LogFiles
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.cases.case import Case
    from mmctl.cli.run import Run
    from mmctl.cli.sending.by_sender import NetworkSender
    from mmctl.cli.sending.options import SendOptions
    from mmctl.cli.sending.ways import OpenWay
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.expecting import SeenEnd
    from mmctl.client.outgoing import Outgoing
    from mmctl.language.project import Project
    from mmctl.operate.logs.sources import RecordSource

LOGS_WITHIN: Final = 120.0
"""Seconds in which logs of a real endpoint should come."""
_NO: Final = 1
_UNKNOWN: Final = 4
_COULD_NOT: Final = 5


@dataclass(slots=True, kw_only=True)
class CaseSender:
    """Sends cases, over one session as long as the next case takes the same."""

    run: Run
    project: Project
    _key: object = None
    _sender: Sender | None = field(default=None)

    def send(self, way: OpenWay, case: SortedCase) -> CaseSending:
        """Send one case as its kind says.

        Raises:
            UsageError: its envelope cannot be sent.
            OSError: its message cannot be read.
        """
        message = outgoing_case(self.run, case)
        endpoint = endpoint_for(way, case)
        facts = None
        if way.has.takes_facts:
            stated = case.case
            facts = facts_document(
                facts_stated(self.project, stated.session, stated.facts, stated.scenario)
            )
        return CaseSending(sorted=case, sent=self._to(endpoint).send(message, facts=facts))

    def close(self) -> None:
        """End the session."""
        if self._sender is not None:
            self._sender.close()
        self._sender, self._key = None, None

    def _to(self, endpoint: Endpoint) -> Sender:
        if self._sender is None or self._key != endpoint:
            self.close()
            session = SmtpSession(endpoint, context_for(endpoint), world.elapsed)
            self._sender, self._key = Sender(session), endpoint
        return self._sender


def outgoing_case(run: Run, case: SortedCase) -> Outgoing:
    """The message of a case with its envelope.

    Raises:
        UsageError: its envelope cannot be sent.
        OSError: its message cannot be read.
    """
    envelope = case.case.envelope
    return outgoing(
        case.case.name,
        content_of(case.case, run.read_file),
        mail_from=envelope.mail_from,
        recipients=envelope.recipients,
    )


def send_cases(
    run: Run,
    options: SendOptions,
    *,
    pattern: str | None,
    files: Sequence[str] | None,
    evidence: bool = False,
) -> int:
    """Send the cases that can be sent, and report how they ended; return the exit code."""
    sent, broken = judged_cases(run, options, pattern=pattern, files=files, evidence=evidence)
    write(run, EXPECTED, sent)
    return _NO if broken else exit_code_of(sent)


def judged_cases(
    run: Run,
    options: SendOptions,
    *,
    pattern: str | None,
    files: Sequence[str] | None,
    evidence: bool,
) -> tuple[CasesSent, bool]:
    """The cases, sent and judged, with evidence kept if wished; and whether some are broken.

    Raises:
        MmctlError: the project, the endpoint, the logs or the store cannot be used.
    """
    if options.via is not None:
        from mmctl.cli.changes.stack_outputs import with_outputs

        run = with_outputs(run)
    project, cases, broken = chosen_cases(run, pattern=pattern, files=files)
    through = None
    if options.via is not None:
        from mmctl.cli.sending.by_sender import network_sender

        through = network_sender(run, project)
    keeper = None
    if evidence:
        from mmctl.cli.sending.evidence import EvidenceKeeper

        keeper = EvidenceKeeper(run, project)
    if pattern is not None and not cases:
        run.warn(f"warning: the name of no case matches `--run {pattern}`")
    sent, points = expected_of(run, options, project, cases, through)
    unseen = () if through is None else through.unseen(tuple(points))
    for each in unseen:
        run.say(f"not seen: {each}")
    if keeper is not None and any(each.sent is not None for each in sent.results):
        sent = replace(sent, evidence=keeper.keep(sent, points, unseen))
    elif keeper is not None:
        run.warn("warning: no evidence is kept: no case was sent")
    return sent, broken


def chosen_cases(
    run: Run, *, pattern: str | None, files: Sequence[str] | None
) -> tuple[Project, tuple[Case, ...], bool]:
    """The project, the cases whose names match, and whether others have problems."""
    from mmctl.cli.messages.cases import written_cases
    from mmctl.cli.options.name_pattern import NamePattern, PatternError

    try:
        expression = NamePattern.of(pattern or "")
    except PatternError as error:
        raise UsageError(f"`--run {pattern}` {error}") from None
    project = run.project(case_files=files)
    cases, problems = written_cases(project, files)
    if problems:
        from mmctl.render.text.problems import human as shown

        run.errors().print(shown(problems, project.files), end="")
    chosen = tuple(case for case in cases if expression.is_in(case.name))
    return project, chosen, bool(problems)


def expected_of(
    run: Run,
    options: SendOptions,
    project: Project,
    cases: Sequence[Case],
    through: NetworkSender | None = None,
) -> tuple[CasesSent, dict[str, tuple[str, int]]]:
    """The cases, sent where they can be and compared; and the hosts of the ingress points.

    `through`: the machine that sends them instead of this one.

    Raises:
        UsageError, CouldNot: no endpoint can be reached, or the logs cannot be read.
    """
    ways = (
        dict(ways_to(run, options, cases)) if through is None else through.ways(run, options, cases)
    )
    points = frozenset(ways)
    nowhere = SessionHas(ingress_points=points, helo="", address=None)
    sorted_cases: list[SortedCase] = []
    sends: list[tuple[int, OpenWay, SortedCase]] = []
    for place, case in enumerate(cases):
        way = ways.get(case.ingress_point or "")
        has = nowhere if way is None else replace(way.has, ingress_points=points)
        sorted_cases.append(_sorted(run, project, case, has))
        if way is not None and sorted_cases[-1].kind is not CaseKind.NOT_SENDABLE:
            sends.append((place, way, sorted_cases[-1]))
    sendings = (
        _sent(run, project, sends)
        if through is None
        else through.send(
            [(place, way, case, outgoing_case(run, case)) for place, way, case in sends]
        )
    )
    seconds = _waits(options, ways)
    sendings = _with_outcomes(project, ways, sendings, seconds)
    logged = _logged(run, project, options, ways, list(sendings.values()), seconds)
    results = tuple(
        _result(sendings[place], logged)
        if place in sendings
        else CaseSent(sorted=sorted_cases[place])
        for place in range(len(cases))
    )
    sent = CasesSent(
        results=results,
        embedded=any(way.destination.embedded for way in ways.values()),
        waited=seconds,
        shows_all=run.verbose,
    )
    endpoints = {name: way.destination.endpoint for name, way in ways.items()}
    return sent, {name: (each.host, each.port) for name, each in endpoints.items()}


def _sent(
    run: Run, project: Project, sends: Sequence[tuple[int, OpenWay, SortedCase]]
) -> dict[int, CaseSending]:
    """Cases sent from this machine, by their places."""
    sendings: dict[int, CaseSending] = {}
    sender = CaseSender(run=run, project=project)
    with Progress(run, "case") as progress:
        for place, way, case in sends:
            sendings[place] = sender.send(way, case)
            progress.count(1, of=len(sends))
    sender.close()
    return sendings


def _sorted(run: Run, project: Project, case: Case, has: SessionHas) -> SortedCase:
    try:
        return sort_case(project, case, has, run.read_file)
    except OSError as error:
        reason = f"its message cannot be read: {error.strerror or error}"
        return SortedCase(case=case, kind=CaseKind.NOT_SENDABLE, why=(reason,))


def _waits(options: SendOptions, ways: Mapping[str, OpenWay]) -> float:
    embedded = all(way.destination.embedded for way in ways.values())
    if options.wait is None and not embedded:
        return LOGS_WITHIN
    return waiting(options, embedded=True)


def _with_outcomes(
    project: Project,
    ways: Mapping[str, OpenWay],
    sendings: Mapping[int, CaseSending],
    seconds: float,
) -> dict[int, CaseSending]:
    """The cases that an embedded endpoint took, judged again with the facts that it had."""
    found = dict(sendings)
    for way in ways.values():
        if way.follower is None:
            continue
        name = way.destination.endpoint.ingress_point or ""
        own = {at: each for at, each in found.items() if each.sorted.case.ingress_point == name}
        ids = [each.sent.message_id for each in own.values() if each.sent.message_id]
        way.follower.wait_for(ids, seconds)
        for place, each in own.items():
            id_ = each.sent.message_id or ""
            accepted = way.follower.accepted(id_)
            whole = len(each.sent.taken_for) == len(each.sent.recipients)
            if each.sorted.kind is CaseKind.OWN_FACTS and accepted is not None and whole:
                events = way.follower.events(id_)
                content = each.sent.message.content
                trace = judged_as(project, name, content, accepted, events)
                found[place] = replace(each, sorted=replace(each.sorted, own=trace))
    return found


def _logged(
    run: Run,
    project: Project,
    options: SendOptions,
    ways: Mapping[str, OpenWay],
    sendings: Sequence[CaseSending],
    seconds: float,
) -> Mapping[str, Mapping[str, SeenEnd]]:
    """What the logs say of the messages that were taken, by message id and recipient."""
    sources = list(_sources(run, project, options, ways))
    if not sources:
        return {}
    from mmctl.cli.sending.logged import ends_logged

    return ends_logged(run, project, sources, sendings, seconds)


def _sources(
    run: Run, project: Project, options: SendOptions, ways: Mapping[str, OpenWay]
) -> Iterator[RecordSource]:
    """Where logs are: as named, in the data folder of an embedded server, or as the files say."""
    from mmctl.cli.messages.log_sources import log_sources

    if options.logs:
        yield from log_sources(run, project, options.logs)
        return
    folders = dict.fromkeys(way.destination.data for way in ways.values())
    for folder in folders:
        if folder is not None:
            yield LogFiles(folder / "logs")
    if None in folders:
        try:
            yield from log_sources(run, project, None)
        except MmctlError as error:
            run.say(f"warning: no log is read: {error.message}")


def _result(sending: CaseSending, logged: Mapping[str, Mapping[str, SeenEnd]]) -> CaseSent:
    got = {**logged.get(sending.sent.message_id or "", {}), **refused_or_taken(sending.sent)}
    return result_of(sending, got)


def exit_code_of(sent: CasesSent) -> int:
    """1: one differs; 5: one was not answered; 4: one is unknown, or nothing was sent."""
    ends = {each.result for each in sent.results if each.sent is not None}
    if CaseEnd.DIFFERS in ends:
        return _NO
    if CaseEnd.NOT_SENT in ends:
        return _COULD_NOT
    return 0 if ends == {CaseEnd.SAME} else _UNKNOWN


def human(run: Run, sent: CasesSent) -> object:
    """The cases that differ, those that could not be sent, and the counts."""
    from mmctl.render.text.send_cases import report

    return run.folded(report(sent))


def document(_run: Run, sent: CasesSent) -> dict[str, Any]:
    """The cases as `mmctl/send@1`."""
    from mmctl.render.documents.send_cases import cases_document

    return cases_document(sent)


def junit(_run: Run, sent: CasesSent) -> str:
    """The cases as tests."""
    from mmctl.render.documents.send_cases import junit

    return junit(sent)
