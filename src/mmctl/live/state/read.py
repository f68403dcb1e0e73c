"""What the service holds now, as a live configuration under the project's logical names.

Only what this project manages or is about to adopt is read in full; the rest is left alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mmctl.compiler.configuration import (
    OWNER_TAG,
    STACK_TAG,
    LiveConfiguration,
    LiveObject,
)
from mmctl.errors import CouldNot
from mmctl.live.state.canonical import digest, without_owner
from mmctl.live.state.inventory import instances_of, take_inventory
from mmctl.live.state.logs import LOGS_TAG, NOWHERE, picked, read_sources
from mmctl.live.state.names import Names, named_live
from mmctl.live.state.newer_api import AUTHENTICATION, PASSWORD_ANSWERED, known_part
from mmctl.live.state.pairing import paired_names
from mmctl.live.state.times import timestamp
from mmctl.model.kinds import SENDING, Beside, Kind
from mmctl.model.logs import LogType
from mmctl.model.shape import ShapeError
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.live.state.inventory import Inventory, Listed
    from mmctl.live.state.service import MailManager, Members


_NO_TAG = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read: the objects under logical names, and the ids of the names."""

    configuration: LiveConfiguration
    names: Names
    raw: Mapping[str, str] = field(default_factory=dict)
    """Digest of each object by id, with the service's references, for writes to compare."""
    answers: Mapping[str, LiveObject] = field(default_factory=dict)
    """Each object by id, as in `raw`; an add-on by the id of its subscription."""
    marked: frozenset[str] = frozenset()
    """Ids of what has the tag for logs that were delivered from here."""
    pending: tuple[tuple[Kind, str], ...] = ()
    """Names of archives and ingress points being deleted: the name may not be free yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One line of an inventory, with what was asked about it."""

    line: Listed
    tags: Mapping[str, str]
    thing: LiveObject | None
    """None: it does not concern the project, or is gone."""


def read_live(
    service: MailManager, desired: LiveConfiguration, known: LiveConfiguration | None = None
) -> LiveState:
    """Read every object of the desired configuration's project, and those of the same names.

    `pairing.py` says which is which; `known` is the configuration that the last apply left.
    Each thing is asked once: first what there is, then the objects, then members and logs.

    Raises:
        CouldNot: the service cannot be asked, or holds something this version does not know.
    """
    inventory = take_inventory(service)
    seen = service.gather(
        [partial(_see, service, line, inventory, desired) for line in inventory.listed]
    )
    answers = {each.line.id: each.thing for each in seen if each.thing is not None}
    marked = {each.line.id for each in seen if each.thing is not None and LOGS_TAG in each.tags}
    objects, names = _named(service, answers.values(), desired, known)
    objects, gone = _with_members(service, objects, desired)
    for live_id in gone:
        del answers[live_id]
    objects = _with_logs(service, objects, desired, marked, known)
    return LiveState(
        configuration=LiveConfiguration(
            project=desired.project, objects=tuple(objects), bindings=desired.bindings
        ),
        names=names,
        raw={live_id: digest(thing) for live_id, thing in answers.items()},
        answers=answers,
        marked=frozenset(marked),
        pending=tuple((line.kind, line.live_name) for line in inventory.going),
    )


def _see(
    service: MailManager, line: Listed, inventory: Inventory, desired: LiveConfiguration
) -> _Seen:
    tags = service.tags(service.identity.arn(line.kind.api_noun, line.id))
    thing = None
    if _concerns(line, tags, desired):
        thing = read_object(service, line.kind, line.id, tags=tags, instances=inventory.instances)
    return _Seen(line=line, tags=tags, thing=thing)


def _named(
    service: MailManager,
    found: Iterable[LiveObject],
    desired: LiveConfiguration,
    known: LiveConfiguration | None,
) -> tuple[list[LiveObject], Names]:
    """Live objects under logical names, and the names; kind by kind, as each names earlier ones."""
    names = Names(identity=service.identity, bindings=desired.bindings)
    objects: list[LiveObject] = []
    by_kind: dict[Kind, list[LiveObject]] = {kind: [] for kind in Kind}
    for thing in found:
        by_kind[thing.kind].append(thing)
    for kind, things in by_kind.items():
        of_kind = [named_live(thing, names) for thing in things]
        of_kind.sort(key=lambda thing: (thing.project != desired.project, thing.live_name))
        for thing, name in zip(of_kind, paired_names(of_kind, kind, desired, known), strict=True):
            named = replace(thing, name=name)
            if named.id is not None:
                names = names.with_id(named.key, named.id)
            objects.append(named)
    return objects, names


def read_object(
    service: MailManager,
    kind: Kind,
    id: str,
    *,
    tags: Mapping[str, str] | None = None,
    instances: Mapping[str, str] | None = None,
) -> LiveObject | None:
    """One object with its tags and the service's references, without members; None: gone.

    `tags`, `instances`: those that are already known.

    Raises:
        CouldNot: this version knows too little about it.
    """
    answer = service.get(kind.api_noun, id)
    if answer is None or kind.api_noun.api.is_going(answer):
        return None
    if tags is None:
        tags = service.tags(service.identity.arn(kind.api_noun, id))
    if instances is None:
        instances = _instances(service, kind)
    return _object(service, kind, id, answer, tags, instances)


def read_at_once(service: MailManager, kind: Kind, id: str) -> LiveObject | None:
    """The same, with nothing between the read of the object and what the caller does next.

    Raises:
        CouldNot: this version knows too little about it.
    """
    tags: dict[str, str] = {}
    instances: dict[str, str] = {}

    def ask_beside() -> None:
        tags.update(service.tags(service.identity.arn(kind.api_noun, id)))
        instances.update(_instances(service, kind))

    def ask() -> Members | None:
        return service.get(kind.api_noun, id)

    # The object is the last call where one call follows the other.
    answer = service.gather([ask_beside, ask])[1]
    if answer is None or kind.api_noun.api.is_going(answer):
        return None
    return _object(service, kind, id, answer, tags, instances)


def _instances(service: MailManager, kind: Kind) -> Mapping[str, str]:
    made_of_it = kind.row.instance
    return {} if made_of_it is None else instances_of(service, made_of_it.noun)


def _object(
    service: MailManager,
    kind: Kind,
    id: str,
    answer: Members,
    tags: Mapping[str, str],
    instances: Mapping[str, str],
) -> LiveObject:
    more = _more(kind, answer)
    if kind.row.instance is not None:
        instance = instances.get(id)
        more |= {"id": instance, "subscription_id": id, "instance": instance is not None}
        if instance is not None:
            arn = service.identity.arn(kind.row.instance.noun, instance)
            tags = _tags_of_both(tags, service.tags(arn))
    try:
        shape, unknown = known_part(kind, answer)
    except ShapeError as error:
        raise _unknown_shape(kind, answer, error) from error
    return LiveObject(
        kind=kind,
        name=answer[kind.api_noun.name_member],
        shape=shape,
        unknown=unknown,
        tags=without_owner(tags.items()),
        project=tags.get(OWNER_TAG),
        managed_by=_managed_by(tags),
        **{"id": id, **more},
    )


def _managed_by(tags: Mapping[str, str]) -> str | None:
    """The tool that an object's tags name."""
    stack = tags.get(STACK_TAG)
    return None if stack is None else f"cloudformation:{stack}"


def _more(kind: Kind, answer: Members) -> dict[str, Any]:
    more: dict[str, Any] = {
        "changed_at": _time_in(answer, kind.row.api.changed),
        "created_at": _time_in(answer, kind.row.api.created),
    }
    if Beside.STATUS not in kind.row.beside:
        return more
    auth = answer.get(AUTHENTICATION) or {}
    password = auth.get(PASSWORD_ANSWERED) or {}
    return more | {
        "closed": answer.get("Status") == "CLOSED",
        "status": answer.get("Status"),
        "a_record": answer.get("ARecord"),
        "password_version": password.get("SmtpPasswordVersion"),
    }


def _time_in(answer: Members, member: str | None) -> str | None:
    found = answer.get(member) if member is not None else None
    return timestamp(found) if found else None


def _tags_of_both(tags: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """The tags of a subscription; if its instance has another value, both values."""
    differing = {
        key: f"{tags.get(key, _NO_TAG)} / {theirs.get(key, _NO_TAG)}"
        for key in (tags.keys() | theirs.keys()) - {OWNER_TAG}
        if tags.get(key) != theirs.get(key)
    }
    return {**tags, **differing}


def _concerns(line: Listed, tags: Mapping[str, str], desired: LiveConfiguration) -> bool:
    if tags.get(OWNER_TAG) == desired.project:
        return True
    return any(
        line.live_name == thing.live_name or line.id in (thing.id, thing.subscription_id)
        for thing in desired.of_kind(line.kind)
    )


def _with_members(
    service: MailManager, objects: Sequence[LiveObject], desired: LiveConfiguration
) -> tuple[list[LiveObject], set[str]]:
    """The objects with the addresses of lists, and the ids of lists that were deleted meanwhile."""
    ids = [thing.id for thing in objects if thing.id is not None and _has_members(thing, desired)]
    found = service.gather([partial(service.members, live_id) for live_id in ids])
    members = dict(zip(ids, found, strict=True))
    gone = {live_id for live_id, addresses in members.items() if addresses is None}
    there = (thing for thing in objects if thing.id not in gone)
    return [_with(thing, members.get(thing.id or "")) for thing in there], gone


def _with(thing: LiveObject, members: Sequence[str] | None) -> LiveObject:
    return thing if members is None else replace(thing, members=tuple(sorted(members)))


def _has_members(thing: LiveObject, desired: LiveConfiguration) -> bool:
    """Whether it is a list whose members are not external."""
    if Beside.MEMBERS not in thing.kind.row.beside:
        return False
    wanted = desired.find(thing.kind, thing.name)
    return wanted is None or wanted.members is not None


def _with_logs(
    service: MailManager,
    objects: list[LiveObject],
    desired: LiveConfiguration,
    marked: set[str],
    known: LiveConfiguration | None,
) -> list[LiveObject]:
    """The objects with their log destinations, read only for objects for which they can matter.

    These are objects whose files want logs, that have the mark, or whose logs the last apply left
    going somewhere, in case the mark is gone or not visible yet.
    """
    went = {thing.id for thing in known.objects if thing.logging} if known is not None else set()
    asked: dict[str, LiveObject] = {}
    wanted: dict[str, Mapping[str, str]] = {}
    for thing in objects:
        want = desired.find(thing.kind, thing.name)
        logging = want.logging if want is not None else {}
        if (
            thing.kind in SENDING
            and thing.id is not None
            and (logging or thing.id in marked | went)
        ):
            arn = service.identity.arn(thing.kind.api_noun, thing.id)
            asked[arn], wanted[arn] = thing, logging
    if not asked:
        return objects
    sources = read_sources(service.logs, service.identity, [*asked])
    found = {}
    for arn, thing in asked.items():
        of_it = [source for source in sources if source.resource_arn == arn]
        logging, others = picked(of_it, wanted[arn], desired.project)
        if thing.id in marked and thing.project == desired.project and not wanted[arn]:
            # A cut-off apply left a mark without any log delivery.
            logging = logging or {LogType.APPLICATION_LOGS: NOWHERE}
        found[thing.key] = logging, others
    return [
        replace(thing, logging=found[thing.key][0], logs_of_others=found[thing.key][1])
        if thing.key in found
        else thing
        for thing in objects
    ]


def _unknown_shape(kind: Kind, answer: Members, error: ShapeError) -> CouldNot:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    name = answer[kind.api_noun.name_member]
    return CouldNot(
        f"live {kind.noun} `{name}` has a part that this version does not know: `{where}`: "
        f"{first['msg'].lower()}",
        help="nothing was changed; a newer version of mmctl may know it",
    )
