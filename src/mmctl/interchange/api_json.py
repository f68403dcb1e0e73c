"""JSON in the shapes of the API → sections of a rule file.

Reads requests of CreateRuleSet and the like, single, in lists, or under `ruleSets`,
`trafficPolicies`, …, and what the `aws` command prints for Get calls. Nothing here opens files.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.inputs import parse_json
from mmctl.interchange.refusals import Places, refusals
from mmctl.language.parsing.password_variables import variable_for
from mmctl.language.references import is_raw, with_references
from mmctl.language.writing.write import (
    CannotWrite,
    ingress_point_to_file,
    resource_to_file,
    unused,
)
from mmctl.model.kinds import API, KINDS, WRITTEN, Beside, Kind, LiveShape, live_name_of
from mmctl.model.resources import AddressList, IngressPoint
from mmctl.model.shape import ShapeError
from mmctl.problem import Path, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.interchange.migration.source import Needed
    from mmctl.language.project import Reference

Members = dict[str, Any]

LISTS: Final = {
    kind.row.referred.plural[0].lower() + kind.row.referred.plural[1:]: kind for kind in WRITTEN
}
"""The lists of a document, by key; those of one kind are the requests that create it."""
MEMBERS: Final = "addressListMembers"
"""The key of the list of RegisterMemberToAddressList requests next to them."""
_TELLTALES: Final = {
    **{kind.row.api.name_member: kind for kind in WRITTEN},
    "Rules": Kind.RULE_SET,
    "PolicyStatements": Kind.TRAFFIC_POLICY,
    "ServerName": Kind.RELAY,
}
"""Members that show what a bare request is about; the first one found decides."""
_OF_SUBSCRIPTIONS: Final = (
    member
    for row in KINDS.values()
    if row.instance is not None
    for member in (row.api.id_member, row.api.arn_member, row.instance.arn_member)
)
_SERVER_FILLED: Final = frozenset(
    {
        "ResponseMetadata",
        "ClientToken",
        *(resource.created for resource in API.values()),
        *(resource.changed for resource in API.values() if resource.changed is not None),
        *(member for kind in Kind for member in kind.row.api.answered),
        *(resource.state.member for resource in API.values() if resource.state is not None),
        *_OF_SUBSCRIPTIONS,
    }
) - {Beside.STATUS}
_PREFIXES: Final = "|".join(re.escape(resource.id_prefix) for resource in API.values())
_SERVICE_ID: Final = re.compile(rf"(?:{_PREFIXES})|arn:|.*[^A-Za-z0-9_.-]", re.DOTALL)
"""What an id of the service looks like; an export has logical names in its place."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What was found in the files."""

    sections: dict[Kind, dict[str, Members]] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    """Texts of the certificate files that the sections name, by file name."""
    lists: dict[str, str] = field(default_factory=dict)
    """Texts of the address list files that the sections name, by file name."""
    ids: dict[tuple[Kind, str], str] = field(default_factory=dict)
    """The service's ids of live objects, by kind and name."""
    remarks: dict[tuple[Kind, str], list[str]] = field(default_factory=dict)
    """What comments in the file say about live objects, by kind and name."""
    needed: dict[str, Needed] = field(default_factory=dict)
    """Values that the files do not have, by the variable that stands for each."""
    refused: list[Problem] = field(default_factory=list)
    """What the service would refuse."""
    unsaid: list[Problem] = field(default_factory=list)
    """What the service accepts, but the language cannot express; it is left out."""
    notes: list[str] = field(default_factory=list)
    """What was left out on purpose, or must be done by hand."""
    shown: dict[str, str] = field(default_factory=dict)
    """The texts that problems show lines of, by path, without secrets."""


@dataclass(slots=True, kw_only=True)
class _FoundRequest:
    """One request or response in a file."""

    kind: Kind
    members: Members
    path: Path
    places: Places
    shape: LiveShape | None = None
    name: str = ""
    closed: bool = False
    password: bool = False
    """Whether it has an SMTP password, which is not written."""
    listed: list[str] | None = None
    """The members of an address list, if the document has requests for them."""


def import_api_json(texts: Mapping[str, str]) -> Imported:
    """Read files in the shapes of the API; `texts` are their contents by file name.

    Raises:
        UsageError: a file is not JSON, or has nothing of Mail Manager in it.
    """
    imported = Imported()
    found: list[_FoundRequest] = []
    ids: dict[tuple[Kind, str], str] = {}
    for file, text in texts.items():
        places = Places(text, file)
        items = list(_items(_parsed(text, file), places, imported.notes))
        if not items:
            raise UsageError(
                f"`{file}` has nothing of Mail Manager",
                help=f"expected a request such as CreateRuleSet, or lists under {_listed(LISTS)}",
            )
        found += items
    taken: dict[Kind, set[str]] = {}
    for item in found:
        _build(item, imported, taken.setdefault(item.kind, set()), ids)
    for kind in WRITTEN:
        for item in found:
            if item.kind is kind and item.shape is not None:
                _write(item, item.shape, imported, ids)
    return imported


def _parsed(text: str, file: str) -> Any:
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        at = f"{file}:{error.lineno}:{error.colno}"
        raise UsageError(f"`{at}` is not JSON: {error.msg.lower()}") from None
    except ValueError as error:
        raise UsageError(f"`{file}` cannot be read: {error}") from None


def _items(document: Any, places: Places, notes: list[str]) -> Iterator[_FoundRequest]:
    if isinstance(document, list):
        for index, member in enumerate(document):
            yield from _bare(member, (index,), places)
    elif isinstance(document, dict) and any(key in document for key in LISTS):
        listed = _listed_members(document.get(MEMBERS))
        for key, kind in LISTS.items():
            for index, member in enumerate(_as_list(document.get(key, []))):
                item = _FoundRequest(kind=kind, members=member, path=(key, index), places=places)
                if Beside.MEMBERS in kind.row.beside and isinstance(member, dict):
                    item.listed = listed.get(member.get("AddressListId"))
                yield item
        ignored = [key for key in document if key not in {*LISTS, MEMBERS}]
        if ignored:
            notes.append(f"{places.file}: ignored {_listed(ignored)}")
    else:
        yield from _bare(document, (), places)


def _listed_members(requests: Any) -> dict[object, list[str]]:
    """The addresses of RegisterMemberToAddressList requests, by the id of their list."""
    listed: dict[object, list[str]] = {}
    for request in _as_list(requests or []):
        if isinstance(request, dict) and isinstance(request.get("Address"), str):
            listed.setdefault(request.get("AddressListId"), []).append(request["Address"])
    return listed


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bare(members: Any, path: Path, places: Places) -> Iterator[_FoundRequest]:
    if isinstance(members, dict):
        kind = next((kind for key, kind in _TELLTALES.items() if key in members), None)
        if kind is not None:
            yield _FoundRequest(kind=kind, members=members, path=path, places=places)


# -- members → shapes


def _build(
    item: _FoundRequest, imported: Imported, taken: set[str], ids: dict[tuple[Kind, str], str]
) -> None:
    members = _of_request(item, imported.notes) if isinstance(item.members, dict) else item.members
    try:
        item.shape = item.kind.row.shape.of_api(members)
    except ShapeError as error:
        shape = item.kind.row.shape
        imported.refused += refusals(error, shape, item.path, item.places, item.kind.noun)
        return
    if item.kind.row.instance is not None:
        # A file has one object for the subscription and the instance of a product.
        item.name = live_name_of(item.shape).lower().replace("_", "-")
    else:
        item.name = unused(live_name_of(item.shape), taken)
    noun = item.kind.row.referred.noun
    logical = item.members.get(f"{noun}Id")
    if isinstance(logical, str) and logical not in taken and not _SERVICE_ID.match(logical):
        item.name = logical
    taken.add(item.name)
    for key in (f"{noun}Id", f"{noun}Arn"):
        if isinstance(item.members.get(key), str):
            ids[item.kind, item.members[key]] = item.name


def _of_request(item: _FoundRequest, notes: list[str]) -> Members:
    """The members that a Create request has; what the service fills in is noted."""
    noun = item.kind.row.referred.noun
    members = dict(item.members)
    own_id = f"{noun}Id", f"{noun}Arn"
    left_out = [key for key in members if key in _SERVER_FILLED or key in own_id]
    for key in left_out:
        del members[key]
    if Beside.STATUS in item.kind.row.beside:
        _read_back(item, members)
    told = [
        key for key in left_out if key not in own_id or _SERVICE_ID.match(str(item.members[key]))
    ]
    if told:
        shown = item.places.shown(item.path) or item.kind.noun
        notes.append(f"{item.places.file}: {shown}: left out {_listed(told)}")
    return members


def _read_back(item: _FoundRequest, members: Members) -> None:
    """Turn what GetIngressPoint says about status and authentication into request members."""
    if "Status" in members and "StatusToUpdate" not in members:
        item.closed = members.pop("Status") == "CLOSED"
    told = members.pop("IngressPointAuthConfiguration", None)
    if isinstance(told, dict):
        item.password = "IngressPointPasswordConfiguration" in told
        asked = {k: v for k, v in told.items() if k in {"SecretArn", "TlsAuthConfiguration"} and v}
        if asked:
            item.password = False
            members["IngressPointConfiguration"] = asked


# -- shapes → sections


def _write(
    item: _FoundRequest, asked: LiveShape, imported: Imported, ids: Mapping[tuple[Kind, str], str]
) -> None:
    shape = with_references(asked, lambda reference: _renamed(reference, ids))
    try:
        data = _to_file(item, shape, imported)
    except CannotWrite as error:
        shown = item.places.shown(item.path)
        imported.unsaid.append(
            Problem(
                check="not-expressible",
                severity=Severity.ERROR,
                position=item.places.at(item.path),
                message=f"{f'`{shown}`: ' if shown else ''}cannot be written: {error}",
                help=f"the {item.kind.noun} `{item.name}` is left out",
            )
        )
        return
    imported.sections.setdefault(item.kind, {})[item.name] = data


def _renamed(reference: Reference, ids: Mapping[tuple[Kind, str], str]) -> str:
    """A logical name for what is in the files, else the id, marked as one."""
    known = ids.get((reference.kind, reference.name))
    if known is not None:
        return known
    return reference.name if is_raw(reference.name) else f"id:{reference.name}"


def _to_file(item: _FoundRequest, shape: LiveShape, imported: Imported) -> Members:
    if isinstance(shape, IngressPoint):
        return _ingress_point(item, shape, imported)
    if isinstance(shape, AddressList) and item.listed is None:
        imported.notes.append(
            f"address list `{item.name}`: its members are not part of the request, "
            "so it says `members: external`"
        )
    return resource_to_file(shape, name=item.name, members=item.listed)


def _ingress_point(item: _FoundRequest, shape: IngressPoint, imported: Imported) -> Members:
    configuration = shape.ingress_point_configuration
    stated = configuration is not None and configuration.smtp_password is not None
    variable = None
    if stated or item.password:
        variable = variable_for(item.name)
    files = (f"{item.name}-ca.pem", f"{item.name}-crl.pem")
    data = ingress_point_to_file(
        shape,
        name=item.name,
        closed=item.closed,
        smtp_password_env=variable,
        trust_files=files,
    )
    if variable is not None:
        imported.notes.append(
            f"ingress point `{item.name}`: its SMTP password is not written; "
            f"set the environment variable {variable}"
        )
    tls = configuration.tls_auth_configuration if configuration is not None else None
    if tls is not None and tls.trust_store is not None:
        imported.certificates[files[0]] = tls.trust_store.ca_content
        if tls.trust_store.crl_content is not None:
            imported.certificates[files[1]] = tls.trust_store.crl_content
    return data


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
