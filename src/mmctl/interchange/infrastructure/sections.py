"""What infrastructure code has of Mail Manager → sections of a rule file.

Nothing is lost on the way: the same objects, under the same live names. What no file of rules can
say is listed. Nothing here opens files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.interchange.api_json import Imported
from mmctl.language.parsing.password_variables import variable_for
from mmctl.language.writing.log_destinations import logging_to_file
from mmctl.language.writing.parts import text
from mmctl.language.writing.write import CannotWrite, ingress_point_to_file, resource_to_file
from mmctl.model.enums import IngressPointType
from mmctl.model.kinds import WRITTEN, Kind
from mmctl.model.resources import IngressPoint
from mmctl.model.shape import ShapeError
from mmctl.model.tags import Tag
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from mmctl.interchange.infrastructure.found import FoundInfrastructure, FoundResource
    from mmctl.interchange.migration.source import Unread
from mmctl.model.kinds import LiveShape

Members = dict[str, Any]

_OF_AWS: Final = "aws:"


def sections_of(found: FoundInfrastructure) -> Imported:
    """The sections of all that was found, with what is left out and what must be filled in."""
    imported = Imported(refused=list(found.refused), needed=dict(found.needed), shown=found.texts)
    for kind in WRITTEN:
        for resource in found.resources:
            if resource.kind is kind and resource.shape is not None:
                _write(resource, resource.shape, imported)
    imported.unsaid += [_left_out(each) for each in found.unread]
    imported.notes += found.notes
    if found.others:
        types = ", ".join(f"{count} {type_}" for type_, count in sorted(found.others.items()))
        count = sum(found.others.values())
        imported.notes.append(f"{counted(count, 'resource')} of other services: {types}")
    return imported


def _left_out(unread: Unread) -> Problem:
    return Problem(
        check="not-imported",
        severity=Severity.ERROR,
        position=unread.place,
        message=f"`{unread.text}` is left out: {unread.why}",
        help=unread.instead,
    )


def _write(resource: FoundResource, shape: LiveShape, imported: Imported) -> None:
    try:
        data = _to_file(resource, shape, imported)
    except CannotWrite as error:
        imported.unsaid.append(
            Problem(
                check="not-expressible",
                severity=Severity.ERROR,
                position=resource.position,
                message=f"`{resource.label}` cannot be written: {error}",
                help=f"the {resource.kind.noun} `{resource.name}` is left out",
            )
        )
        return
    known = {value.stand_in: value.written for value in resource.open.values()}
    imported.sections.setdefault(resource.kind, {})[resource.name] = _filled(
        data, {_escaped(stand_in): written for stand_in, written in known.items()}
    )
    if resource.id is not None:
        imported.ids[resource.kind, resource.name] = resource.id


def _escaped(stand_in: str | int) -> str | int:
    return text(stand_in, multiline=True) if isinstance(stand_in, str) else stand_in


def _filled(data: Any, known: dict[str | int, str]) -> Any:
    """The data with what a rule file has in place of each stand-in."""
    match data:
        case dict():
            return {key: _filled(value, known) for key, value in data.items()}
        case list():
            return [_filled(item, known) for item in data]
        case bool():
            return data
        case str() | int():
            return known.get(data, data)
        case _:
            return data


def _to_file(resource: FoundResource, shape: LiveShape, imported: Imported) -> Members:
    tags = {key: value for key, value in resource.tags.items() if not key.startswith(_OF_AWS)}
    try:
        made = tuple(Tag(key=key, value=value) for key, value in sorted(tags.items())) or None
    except ShapeError:
        raise CannotWrite("a tag that the service would refuse") from None
    shape = shape.changed(tags=made)
    if isinstance(shape, IngressPoint):
        data = _ingress_point(resource, shape, imported)
    else:
        data = resource_to_file(shape, name=resource.name)
    if resource.kind is Kind.ADDRESS_LIST:
        imported.notes.append(
            f"address list `{resource.name}`: its members are not in the file, "
            "so it says `members: external`"
        )
    logging = logging_to_file(resource.logging)
    return {**logging, **data} if resource.kind is Kind.RULE_SET else {**data, **logging}


def _ingress_point(resource: FoundResource, shape: IngressPoint, imported: Imported) -> Members:
    hidden = shape.type is IngressPointType.AUTH and shape.ingress_point_configuration is None
    variable = variable_for(resource.name) if resource.password or hidden else None
    files = (f"{resource.name}-ca.pem", f"{resource.name}-crl.pem")
    data = ingress_point_to_file(
        shape,
        name=resource.name,
        closed=resource.closed,
        smtp_password_env=variable,
        trust_files=files,
    )
    if variable is not None:
        imported.notes.append(
            f"ingress point `{resource.name}`: its SMTP password is not written; "
            f"set the environment variable {variable}"
        )
    configuration = shape.ingress_point_configuration
    tls = configuration.tls_auth_configuration if configuration is not None else None
    if tls is not None and tls.trust_store is not None:
        imported.certificates[files[0]] = tls.trust_store.ca_content
        if tls.trust_store.crl_content is not None:
            imported.certificates[files[1]] = tls.trust_store.crl_content
    return data
