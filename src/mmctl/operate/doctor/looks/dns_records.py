"""A DNS record that mail needs is not published, or says something else.

Looked at:
    With --probe, or --zone FILE: MX, SPF, DKIM, DMARC, MTA-STS and TLS-RPT records of the domains
    that the environment takes mail for or sends from, beside what `mmctl dns` wants.
Corrected by:
    The records that `mmctl dns` prints; `mmctl dns --steps` says in which order to move the mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.errors import CouldNot
from mmctl.model.kinds import Kind
from mmctl.operate.dns.comparing import RecordMatch, compared
from mmctl.operate.dns.wanted import DnsFacts, records_wanted
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.foundation.needs import verified_domains

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.dns.comparing import RecordState
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare the records that are wanted with what is published."""
    names = scene.names
    from mmctl.mail.records import UnansweredError  # noqa: PLC0415 - DNS may not be installed

    identities = tuple(verified_domains(scene.project, scene.read_plan().desired))
    wanted = records_wanted(scene.project, identities, _facts(scene, identities))
    if not wanted:
        raise NotAsked("the environment takes no mail for a domain by name, and sends from none")
    states = compared(
        wanted,
        names.records,
        unanswered=UnansweredError,
        environment=scene.project.environment.name,
    )
    for state in states:
        yield _said(scene, state)


def _facts(scene: Scene, identities: tuple[str, ...]) -> DnsFacts:
    """The A records of live ingress points, and what SES says of identities."""
    records = {
        point.name: point.a_record
        for point in scene.live().of_kind(Kind.INGRESS_POINT)
        if point.a_record is not None
    }
    return DnsFacts(a_records=records, dkim_tokens=_tokens(scene, identities))


def _tokens(scene: Scene, identities: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The names of DKIM keys; of a domain that SES may not be asked about, none."""
    found: dict[str, tuple[str, ...]] = {}
    for domain in identities if scene.around is not None else ():
        try:
            identity = scene.services.sending.identity(domain)
        except CouldNot:
            continue
        if identity is not None:
            found[domain] = identity.tokens
    return found


def _said(scene: Scene, state: RecordState) -> Said:
    record = state.record
    what = f"{record.type} of {record.name}"
    match state.match:
        case RecordMatch.RIGHT:
            return SoundPart(text=f"{what}: {', '.join(state.published or ())}")
        case RecordMatch.UNKNOWN:
            return NotLookedAt(what=what, why=state.sentence, failed=record.is_known)
        case RecordMatch.MISSING | RecordMatch.DIFFERS if not record.needed:
            return SoundPart(text=f"{what}: {state.sentence}; mail does not need it")
        case RecordMatch.MISSING | RecordMatch.DIFFERS:
            return FoundFault(
                text=f"{what}: {state.sentence}",
                why=record.why or None,
                commands=(scene.command("dns"),),
            )
        case never:
            assert_never(never)


LOOK = DoctorLook(symptom=Symptom.DNS, text=__doc__, run=run)
