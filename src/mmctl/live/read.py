"""What the service holds now, as a live configuration under the project's logical names.

Only what this project manages, or is about to adopt, is read in full; the rest is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mmctl.compiler.configuration import (
    OWNER_TAG,
    LiveConfiguration,
    LiveObject,
)
from mmctl.errors import CouldNot
from mmctl.language.project import Kind
from mmctl.live.canonical import digest, without_owner
from mmctl.live.logs import LOGS_TAG, SENDING, picked, read_sources
from mmctl.live.means import timestamp
from mmctl.live.names import Names, named_live
from mmctl.live.newer_api import AUTHENTICATION, PASSWORD_ANSWERED, known_part
from mmctl.live.pairing import paired_names
from mmctl.live.service import NOUN, MailManager, Members, Noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_CHANGED = ("LastModificationDate", "LastUpdatedTimestamp", "LastModifiedTimestamp")
_CREATED = ("CreatedTimestamp", "CreatedDate")
_NO_TAG = "none"
_GONE = ("PENDING_DELETION", "DEPROVISIONING")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read: the objects under logical names, and the names' ids."""

    configuration: LiveConfiguration
    names: Names
    raw: Mapping[str, str] = field(default_factory=dict)
    """Digest of each object by id, references as the service has them: what a write compares."""
    pending: tuple[tuple[Kind, str], ...] = ()
    """Names of archives and ingress points on their way out: gone, but perhaps not free yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a List answer, with the tag that says whose it is."""

    kind: Kind
    id: str
    live_name: str
    tags: Mapping[str, str]


def read_live(
    service: MailManager, desired: LiveConfiguration, known: LiveConfiguration | None = None
) -> LiveState:
    """Read every object of the desired configuration's project, and those of the same names.

    Which is which `pairing.py` says; `known` is the configuration that the last apply left.

    Raises:
        CouldNot: the service cannot be asked, or holds something this version does not know.
    """
    names = Names(identity=service.identity, bindings=desired.bindings)
    objects: list[LiveObject] = []
    pending: list[tuple[Kind, str]] = []
    raw: dict[str, str] = {}
    marked: set[str] = set()
    for kind in Kind:
        found = []
        for listed in list_kind(service, kind, pending):
            if _concerns(listed, desired):
                marked |= {listed.id} if LOGS_TAG in listed.tags else set()
                thing = read_object(service, listed.kind, listed.id, tags=listed.tags)
                if thing is not None:
                    raw[listed.id] = digest(thing)
                    found.append(named_live(thing, names))
        found.sort(key=lambda thing: (thing.project != desired.project, thing.live_name))
        for thing, name in zip(found, paired_names(found, kind, desired, known), strict=True):
            named = replace(thing, name=name)
            if named.id is not None:
                names = names.with_id(named.key, named.id)
            objects.append(_with_members(service, named, desired))
    objects = _with_logs(service, objects, desired, marked)
    return LiveState(
        configuration=LiveConfiguration(
            project=desired.project, objects=tuple(objects), bindings=desired.bindings
        ),
        names=names,
        raw=raw,
        pending=tuple(pending),
    )


def list_kind(
    service: MailManager, kind: Kind, pending: list[tuple[Kind, str]]
) -> Iterator[Listed]:
    """The live objects of a kind with their tags; those on their way out go to `pending`."""
    noun = NOUN[kind]
    for summary in service.list(noun):
        live_id, name = summary[noun.id_member], summary[noun.name_member]
        if summary.get("ArchiveState") in _GONE or summary.get("Status") in _GONE:
            pending.append((kind, name))
            continue
        tags = service.tags(service.identity.arn(noun, live_id))
        yield Listed(kind=kind, id=live_id, live_name=name, tags=tags)


def read_object(
    service: MailManager, kind: Kind, id: str, *, tags: Mapping[str, str] | None = None
) -> LiveObject | None:
    """One object with its tags, references as the service has them, no members; None: gone.

    Raises:
        CouldNot: this version knows too little of what it is.
    """
    noun = NOUN[kind]
    answer = service.get(noun, id)
    if answer is None or answer.get("ArchiveState") in _GONE or answer.get("Status") in _GONE:
        return None
    if tags is None:
        tags = service.tags(service.identity.arn(noun, id))
    more = _more(kind, answer)
    if kind is Kind.ADD_ON:
        instance = _instance_of(service, id)
        more |= {"id": instance, "subscription_id": id, "instance": instance is not None}
        tags = tags if instance is None else _tags_of_both(service, tags, instance)
    try:
        shape, unknown = known_part(kind, answer)
    except ValidationError as error:
        raise _unknown_shape(kind, answer, error) from error
    return LiveObject(
        kind=kind,
        name=answer[noun.name_member],
        shape=shape,
        unknown=unknown,
        tags=without_owner(tags.items()),
        project=tags.get(OWNER_TAG),
        **{"id": id, **more},
    )


def _more(kind: Kind, answer: Members) -> dict[str, Any]:
    more: dict[str, Any] = {
        "changed_at": _time_in(answer, _CHANGED),
        "created_at": _time_in(answer, _CREATED),
    }
    if kind is not Kind.INGRESS_POINT:
        return more
    auth = answer.get(AUTHENTICATION) or {}
    password = auth.get(PASSWORD_ANSWERED) or {}
    return more | {
        "closed": answer.get("Status") == "CLOSED",
        "status": answer.get("Status"),
        "a_record": answer.get("ARecord"),
        "password_version": password.get("SmtpPasswordVersion"),
    }


def _time_in(answer: Members, members: Sequence[str]) -> str | None:
    found = next((answer[member] for member in members if answer.get(member)), None)
    return None if found is None else timestamp(found)


def _instance_of(service: MailManager, subscription: str) -> str | None:
    """The id of a subscription's instance: the first one, where there are several."""
    instances = sorted(
        summary["AddonInstanceId"]
        for summary in service.list(Noun.ADDON_INSTANCE)
        if summary["AddonSubscriptionId"] == subscription
    )
    return instances[0] if instances else None


def _tags_of_both(service: MailManager, tags: Mapping[str, str], instance: str) -> dict[str, str]:
    """The tags of a subscription; where its instance has another value, both values."""
    theirs = service.tags(service.identity.arn(Noun.ADDON_INSTANCE, instance))
    differing = {
        key: f"{tags.get(key, _NO_TAG)} / {theirs.get(key, _NO_TAG)}"
        for key in (tags.keys() | theirs.keys()) - {OWNER_TAG}
        if tags.get(key) != theirs.get(key)
    }
    return {**tags, **differing}


def _concerns(listed: Listed, desired: LiveConfiguration) -> bool:
    if listed.tags.get(OWNER_TAG) == desired.project:
        return True
    return any(
        listed.live_name == thing.live_name or listed.id in (thing.id, thing.subscription_id)
        for thing in desired.of_kind(listed.kind)
    )


def _with_members(
    service: MailManager, thing: LiveObject, desired: LiveConfiguration
) -> LiveObject:
    if thing.kind is not Kind.ADDRESS_LIST or thing.id is None:
        return thing
    wanted = desired.find(Kind.ADDRESS_LIST, thing.name)
    if wanted is not None and wanted.members is None:
        return thing
    return replace(thing, members=tuple(sorted(service.members(thing.id))))


def _with_logs(
    service: MailManager, objects: list[LiveObject], desired: LiveConfiguration, marked: set[str]
) -> list[LiveObject]:
    """The objects with where their logs go; only those are asked for of which that can matter."""
    asked: dict[str, LiveObject] = {}
    wanted: dict[str, Mapping[str, str]] = {}
    for thing in objects:
        want = desired.find(thing.kind, thing.name)
        logging = want.logging if want is not None else {}
        if thing.kind in SENDING and thing.id is not None and (logging or thing.id in marked):
            arn = service.identity.arn(NOUN[thing.kind], thing.id)
            asked[arn], wanted[arn] = thing, logging
    if not asked:
        return objects
    sources = read_sources(service.logs, service.identity, [*asked])
    found = {
        asked[arn].key: picked(
            [source for source in sources if source.resource_arn == arn],
            wanted[arn],
            desired.project,
        )
        for arn in asked
    }
    return [
        replace(thing, logging=found[thing.key][0], logs_of_others=found[thing.key][1])
        if thing.key in found
        else thing
        for thing in objects
    ]


def _unknown_shape(kind: Kind, answer: Members, error: ValidationError) -> CouldNot:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    name = answer[NOUN[kind].name_member]
    return CouldNot(
        f"live {kind.noun} `{name}` has something this version does not know: "
        f"`{where}`: {first['msg'].lower()}",
        help="nothing was changed; a newer version of mmctl may know it",
    )
