"""Live objects → sections of rule files, with what the language cannot express listed separately.

The objects already come with references by logical name. Nothing here opens files or calls the
service.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.api_json import Imported
from mmctl.interchange.migration.names import file_name
from mmctl.language.parsing.password_variables import variable_for
from mmctl.language.writing.log_destinations import logging_to_file
from mmctl.language.writing.write import (
    CannotWrite,
    address_list_to_file,
    ingress_point_to_file,
    resource_to_file,
    to_yaml,
)
from mmctl.model.enums import IngressPointType
from mmctl.model.resources import AddressList, IngressPoint
from mmctl.model.rules import RuleSet
from mmctl.model.shape import ShapeError
from mmctl.model.tags import Tag
from mmctl.problem import Position, Problem, Severity
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.interchange.things import ApiObject
    from mmctl.model.kinds import Kind

Members = dict[str, Any]

LONG_LIST: Final = 20
"""Address lists with more members go to separate files."""
LIVE: Final = "live"
"""The place that problems of live objects name."""
_SHOWN: Final = 5
_REMARK: Final = "not in this file, because this version of mmctl does not know it: {}"
_MEMBER_LINE: Final = re.compile(r"^ {2}\S")


def import_live(things: Iterable[ApiObject], *, list_files: bool) -> Imported:
    """The sections of live objects; `list_files`: long address lists go to separate files.

    What cannot be written is left out and reported in `unsaid`.
    """
    imported = Imported()
    for thing in things:
        instead = [member.text for member in thing.unknown if member.replaced]
        if instead:
            message = f"this version of mmctl does not know {', '.join(instead)}"
            imported.unsaid.append(unsaid(thing.kind, thing.live_name, message))
            continue
        try:
            data = _to_file(thing, imported, list_files=list_files)
        except CannotWrite as error:
            imported.unsaid.append(unsaid(thing.kind, thing.live_name, f"{error}"))
            continue
        if not thing.instance:
            message = "it has no instance, and the language has no add-on without one"
            imported.unsaid.append(unsaid(thing.kind, thing.live_name, message))
            continue
        imported.sections.setdefault(thing.kind, {})[thing.name] = data
        imported.ids[thing.kind, thing.name] = thing.id or ""
        if thing.unknown:
            remarks = [_REMARK.format(member.text) for member in thing.unknown]
            imported.remarks[thing.kind, thing.name] = remarks
            imported.unsaid.append(_unknown(thing))
    return imported


def _unknown(thing: ApiObject) -> Problem:
    """The problem of a live object that a file can express except for some members."""
    listed = ", ".join(member.text for member in thing.unknown[:_SHOWN])
    more = len(thing.unknown) - _SHOWN
    return Problem(
        check="not-expressible",
        severity=Severity.ERROR,
        position=Position(file=LIVE),
        message=f"{thing.kind.noun} `{thing.live_name}` has parts that this version of mmctl does "
        f"not know: {listed}" + (f" and {more} more" if more > 0 else ""),
        help="a comment in the file names them; they stay live until an update of the object, "
        "which the brake `unknown-members` refuses",
    )


def unsaid(kind: Kind, live_name: str, message: str) -> Problem:
    """The problem of a live object that no file can express."""
    return Problem(
        check="not-expressible",
        severity=Severity.ERROR,
        position=Position(file=LIVE),
        message=f"{kind.noun} `{live_name}` cannot be written: {message}",
        help="it is left out; references use its id, and it stays live unchanged",
    )


def yaml_of(imported: Imported, *kinds: Kind, heading: str | None = None) -> str:
    """The sections of some kinds as YAML, each object with its id and remarks in comments."""
    sections = {kind.value: imported.sections[kind] for kind in kinds}
    keys = iter([(kind, name) for kind in kinds for name in imported.sections[kind]])
    lines = []
    for line in to_yaml({"version": 1, **sections}).splitlines():
        key = next(keys) if _MEMBER_LINE.match(line) else None
        remarks = imported.remarks.get(key, ()) if key else ()
        lines += [f"  # {visible(remark)}" for remark in remarks]
        id_ = imported.ids.get(key, "") if key else ""
        lines.append(f"{line}  # {visible(id_)}" if id_ else line)
    above = [f"# {visible(heading)}"] if heading else []
    return "\n".join([*above, *lines]) + "\n"


def _to_file(thing: ApiObject, imported: Imported, *, list_files: bool) -> Members:
    tags = _tags(thing.tags)
    shape = thing.shape.changed(tags=tags)
    if isinstance(shape, IngressPoint):
        data = _ingress_point(thing, shape, imported)
    elif isinstance(shape, AddressList):
        data = _address_list(thing, tags, imported, list_files=list_files)
    else:
        data = resource_to_file(shape, name=thing.name)
    logging = logging_to_file(thing.logging)
    return {**logging, **data} if isinstance(shape, RuleSet) else {**data, **logging}


def _tags(tags: Mapping[str, str]) -> tuple[Tag, ...] | None:
    try:
        return tuple(Tag(key=key, value=value) for key, value in sorted(tags.items())) or None
    except ShapeError:
        raise CannotWrite("a tag that the service would refuse") from None


def _address_list(
    thing: ApiObject, tags: tuple[Tag, ...] | None, imported: Imported, *, list_files: bool
) -> Members:
    members = thing.members or ()
    data = address_list_to_file(thing.live_name, tags, members, name=thing.name)
    if list_files and len(members) > LONG_LIST:
        file = f"lists/{file_name(thing.name)}.csv"
        imported.lists[file] = _csv(members)
        del data["members"]
        return {"members_file": file, **data}
    return data


def _csv(members: Iterable[str]) -> str:
    """A column `address`; entries are quoted, as a line that starts with # would be a comment."""
    text = io.StringIO()
    text.write("address\n")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([m] for m in members)
    return text.getvalue()


def _ingress_point(thing: ApiObject, shape: IngressPoint, imported: Imported) -> Members:
    configuration = shape.ingress_point_configuration
    variable = None
    if shape.type is IngressPointType.AUTH and configuration is None:
        variable = variable_for(thing.name)
    files = (f"{thing.name}-ca.pem", f"{thing.name}-crl.pem")
    data = ingress_point_to_file(
        shape,
        name=thing.name,
        closed=thing.closed,
        smtp_password_env=variable,
        trust_files=files,
    )
    if variable is not None:
        imported.notes.append(
            f"ingress point `{thing.name}`: the service does not show its SMTP password; it "
            f"stays unchanged unless {variable} is set"
        )
    tls = configuration.tls_auth_configuration if configuration is not None else None
    if tls is not None and tls.trust_store is not None:
        imported.certificates[files[0]] = tls.trust_store.ca_content
        if tls.trust_store.crl_content is not None:
            imported.certificates[files[1]] = tls.trust_store.crl_content
    return data
