"""`mmctl send --probe run`: send the questions, read the copies, and say what they show."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.result_table import PROBE, write
from mmctl.cli.run import as_json
from mmctl.cli.sending.data_folder import Follower
from mmctl.cli.sending.destination import destination_of
from mmctl.cli.sending.messages import ToSend, signer_for
from mmctl.cli.sending.options import DEFAULT_WAIT
from mmctl.cli.sending.probe_places import refuse_protected
from mmctl.cli.sending.sent import send_each
from mmctl.client.endpoint import TlsMode
from mmctl.client.outgoing import Outgoing
from mmctl.client.probe.questions import END, HELO, QUESTIONS
from mmctl.client.probe.results import ChangedCase, ProbeRun
from mmctl.client.probe.settling import ProbeStatus, failing_labels, findings, seen_in
from mmctl.errors import CouldNot, UsageError
from mmctl.inputs import FILE_AT_MOST, MIB, read_file, read_text
from mmctl.judge.submission import Scenario, gateway_of_ingress_point
from mmctl.language.formatting.fix import plain
from mmctl.mail.email import Session, Tls
from mmctl.mail.facts import facts_of
from mmctl.records import replace
from mmctl.writing import write_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mmctl.cases.result import CaseResult
    from mmctl.cli.run import Run
    from mmctl.cli.sending.destination import Destination
    from mmctl.cli.sending.options import SendOptions
    from mmctl.client.probe.questions import ProbeMessage
    from mmctl.client.probe.settling import ReadingFinding
    from mmctl.client.results import SentOne
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project
    from mmctl.language.readings import Readings

EVIDENCE: Final = "readings.evidence.json"
_POINT: Final = "probe"
_BUCKET: Final = "bucket"
_LIVE_WAIT: Final = 120.0
_GRACE: Final = 10.0
_EVERY: Final = 3.0
_COPIES_AT_MOST: Final = 10_000
_NO: Final = 1
_UNSIGNED: Final = (
    "it needs mail that passes DMARC for a domain with a policy: --sign KEY --sign-domain DOMAIN"
)
_NO_FACTS: Final = "the endpoint takes no facts: start it with mmctl emulate --accept-facts"


def run_probe(run: Run, folder: Path, options: SendOptions, *, keep: bool) -> int:
    """Ask all questions that can be asked; write what they settle only if `keep`.

    Raises:
        Refused: an environment is protected.
        UsageError, CouldNot: the probe cannot be sent, or its copies cannot be read.
    """
    project = run.project()
    probe_run = replace(run, directory=folder)
    asked = probe_run.project()
    refuse_protected(project, asked.environment)
    refuse_protected(asked, asked.environment)
    if _POINT not in asked.ingress_points or _BUCKET not in asked.settings.variables:
        raise UsageError(f"`{folder}` is no probe", help="mmctl send --probe init writes one")
    now = run.now()
    name = f"{now:%Y%m%dT%H%M%S%f}"
    gateway = gateway_of_ingress_point(asked, _POINT)
    words = options if options.tls is not None else replace(options, tls=TlsMode.OPTIONAL)
    target = destination_of(probe_run, replace(words, helo=HELO, ingress_point=_POINT, paths=()))
    follower = Follower(target.data) if target.data is not None else None
    sent = _sent(target, gateway, name, options)
    _refuse_failed(sent)
    unasked = _unasked(target, sent, options)
    copies = tuple(_copies(target, asked, follower, sent, options))
    seen = seen_in(copies, name, _refused(sent))
    if END.name not in seen:
        raise CouldNot(
            f"no copy of the last message is in the bucket ({len(copies)} others are)",
            help="is the probe applied, and its bucket there? --wait SECONDS waits longer",
        )
    found = findings(gateway, seen, unasked)
    result = _result(run, project, found, name=name, target=target, asked=asked)
    if keep:
        result = _written(run, project, result)
    write(run, PROBE, result)
    return _NO if any(each.status is ProbeStatus.CONTRADICTED for each in found) else 0


def _sent(
    target: Destination, gateway: Gateway, name: str, options: SendOptions
) -> dict[str, SentOne]:
    """Send all questions, those without TLS in a session of their own."""
    plain = replace(target, endpoint=replace(target.endpoint, tls=TlsMode.NONE))
    sent: dict[str, SentOne] = {}
    for through, tls in ((plain, True), (target, False)):
        messages = [each for each in (*QUESTIONS, END) if (each.tls is Tls.NONE) is tls]
        asked = [each for each in messages if not _is_unsigned(target, each, options)]
        ready = [_to_send(gateway, each, name, options) for each in asked]
        for each, one in zip(asked, send_each(through, ready), strict=True):
            sent[each.name] = one
    return sent


def _is_unsigned(target: Destination, message: ProbeMessage, options: SendOptions) -> bool:
    """Whether a message would have to pass DMARC, and cannot."""
    return message.authenticated and not target.embedded and options.sign is None


def _to_send(gateway: Gateway, message: ProbeMessage, name: str, options: SendOptions) -> ToSend:
    content = message.content(name, options.sign_domain)
    labels = frozenset(failing_labels(gateway, message))
    facts = facts_of(message.verdicts) if message.verdicts is not None else None
    stated = facts is not None or labels
    outgoing = Outgoing(
        name=message.name,
        content=content,
        mail_from=message.mail_from,
        recipients=message.recipients,
    )
    signer = signer_for(options) if message.authenticated else None
    if signer is not None:
        outgoing = replace(outgoing, content=signer.signed(outgoing))
    return ToSend(
        message=outgoing,
        session=Session() if stated else None,
        facts=(facts or facts_of({})) if stated else None,
        scenario=Scenario(failing=labels) if labels else None,
    )


def _refuse_failed(sent: dict[str, SentOne]) -> None:
    for one in sent.values():
        if one.sent.failure is not None:
            raise CouldNot(
                f"`{one.sent.message.name}` could not be sent: {one.sent.failure.message}",
                help=one.sent.failure.help or "mmctl send --to HOST:PORT shows the dialogue",
            )


def _unasked(target: Destination, sent: dict[str, SentOne], options: SendOptions) -> dict[str, str]:
    """Why questions were not asked as they must be."""
    found = {each.name: _UNSIGNED for each in QUESTIONS if _is_unsigned(target, each, options)}
    if target.embedded:
        found |= {
            each.name: _NO_FACTS
            for each in QUESTIONS
            if (each.verdicts is not None or each.failing) and not sent[each.name].sent.facts_stated
        }
    return found


def _refused(sent: dict[str, SentOne]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(each.recipient for each in one.sent.recipients if not each.accepted)
        for name, one in sent.items()
    }


def _copies(
    target: Destination,
    asked: Project,
    follower: Follower | None,
    sent: dict[str, SentOne],
    options: SendOptions,
) -> Iterator[tuple[str, bytes]]:
    """The copies in the bucket: those of the embedded server are in its data folder."""
    bucket = str(plain(asked.settings.variables[_BUCKET]))
    if target.data is not None and follower is not None:
        ids = [one.sent.message_id for one in sent.values() if one.sent.message_id]
        follower.wait_for(ids, DEFAULT_WAIT if options.wait is None else options.wait)
        yield from _in_folder(target.data / "s3" / bucket)
        return
    yield from _in_bucket(asked, bucket, sent, _LIVE_WAIT if options.wait is None else options.wait)


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for place, file in enumerate(sorted(folder.rglob("*"))):
        if file.is_file() and not file.is_symlink() and place < _COPIES_AT_MOST:
            yield file.relative_to(folder).as_posix(), read_file(file, at_most=FILE_AT_MOST)


def _in_bucket(
    asked: Project, bucket: str, sent: dict[str, SentOne], seconds: float
) -> Iterator[tuple[str, bytes]]:
    """Wait for the copy of the last message, then a little longer, and read all of this run."""
    from mmctl.live.aws.connect import open_bucket

    copies = open_bucket(asked.environment, bucket)
    last = sent[END.name].sent.message_id or ""
    until = world.elapsed() + seconds
    while not any(last in entry.key for entry in copies.entries("rest/")):
        if world.elapsed() >= until:
            raise CouldNot(
                f"the copy of the last message is not in {copies.place} after {seconds:g} seconds",
                help="mmctl logs says what became of it; --wait SECONDS waits longer",
            )
        world.sleep(_EVERY)
    world.sleep(_GRACE)
    ids = {one.sent.message_id for one in sent.values()}
    for entry in copies.entries(""):
        if entry.key.rpartition("/")[2] in ids and entry.size <= MIB:
            yield entry.key, copies.part(entry, 0, entry.size)


def _result(
    run: Run,
    project: Project,
    found: Sequence[ReadingFinding],
    *,
    name: str,
    target: Destination,
    asked: Project,
) -> ProbeRun:
    settled = {each.reading: each.choice for each in found if each.choice is not None}
    readings = project.settings.readings
    for reading, choice in settled.items():
        readings = readings.choosing(reading, choice)
    before, after = _texts(run, project, settled)
    return ProbeRun(
        run=name,
        at=f"{run.now():%Y-%m-%dT%H:%M:%SZ}",
        environment=asked.environment.name,
        endpoint=target.endpoint.place,
        account=asked.environment.account or "",
        region=asked.environment.region or "",
        findings=tuple(found),
        chosen={each.reading: project.settings.readings.choice(each.reading) for each in found},
        difference="".join(
            difflib.unified_diff(
                before.splitlines(keepends=True),
                after.splitlines(keepends=True),
                "mmctl.yaml",
                "mmctl.yaml",
            )
        ),
        cases=tuple(_changed_cases(run, project, readings)),
    )


def _texts(run: Run, project: Project, settled: dict[str, str]) -> tuple[str, str]:
    """The project file before, and with the settled readings."""
    from mmctl.language.dialect.files import PROJECT
    from mmctl.language.formatting.format import laid_out_as
    from mmctl.language.text.layout import Branch, Entry, Leaf
    from mmctl.language.text.source import parsed

    file = project.settings.file
    if file is None:
        raise UsageError("there is no mmctl.yaml to settle readings in", help="mmctl init")
    text = read_text(run.root / file, at_most=MIB)
    source = parsed(text)
    if source is None or not settled:
        return text, text
    entry = source.tree.get("semantics")
    if entry is None:
        entry = Entry(
            key=Leaf(text="semantics"),
            value=Branch(mapping=True),
            before=["", f"# As a probe has shown; what it saw is in {EVIDENCE}."],
        )
        source.tree.entries.append(entry)
    held = entry.value
    if not isinstance(held, Branch):
        raise UsageError("`semantics:` of mmctl.yaml is no mapping")
    held.flow = False
    for reading, choice in settled.items():
        if project.settings.readings.choice(reading) == choice and (
            reading in project.settings.settled
        ):
            continue
        value = Leaf(text=choice)
        kept = held.get(reading)
        if kept is None:
            held.entries.append(Entry(key=Leaf(text=reading), value=value))
        else:
            kept.value = value
    return text, laid_out_as(source.tree, PROJECT)


def _changed_cases(run: Run, project: Project, readings: Readings) -> Iterator[ChangedCase]:
    """The cases that end otherwise under other readings."""
    from mmctl.cases.parsing import cases_of
    from mmctl.cases.running import run_cases

    if readings == project.settings.readings:
        return
    other = replace(project, settings=replace(project.settings, readings=readings))
    cases, _ = cases_of(project)
    before = run_cases(project, cases, run.read_file)
    after = run_cases(other, cases, run.read_file)
    for old, new in zip(before, after, strict=True):
        was, becomes = _ending(old), _ending(new)
        if was != becomes or old.passed != new.passed:
            yield ChangedCase(
                name=old.case.name,
                place=f"{old.case.position.file}:{old.case.position.line}",
                before=was,
                after=becomes,
                passes=new.passed,
            )


def _ending(result: CaseResult) -> str:
    if result.trace is None:
        return "unreadable"
    return ", ".join(
        f"{each.recipient} {each.outcome}{f' by {each.by}' if each.by else ''}"
        for each in result.trace.recipients
    )


def _written(run: Run, project: Project, result: ProbeRun) -> ProbeRun:
    """Write the project file and the evidence, both or none."""
    from mmctl.render.documents.probe import evidence

    settled = {each.reading: each.choice for each in result.findings if each.choice is not None}
    before, after = _texts(run, project, settled)
    file = project.settings.file or ""
    files = {run.root / EVIDENCE: as_json(evidence(result)).encode()}
    if after != before:
        files[run.root / file] = after.encode()
    try:
        write_together(files)
    except OSError as error:
        raise UsageError(f"cannot write what the probe found: {error.strerror}") from None
    return replace(result, written=tuple(sorted(path.name for path in files)))
