"""Objects → JSON in the shapes of the API, as `mmctl import --from api-json` reads them.

Each object is its Create request, with its logical name where the service would put the id.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmctl.interchange.api_json import LISTS, MEMBERS
from mmctl.interchange.exported import (
    Elsewhere,
    Exported,
    Members,
    link,
    names_there,
    plain,
)
from mmctl.language.references import with_references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.interchange.things import ApiObject
    from mmctl.language.project import Reference
    from mmctl.model.kinds import Kind


def to_api_json(
    things: Sequence[ApiObject], bindings: Mapping[Kind, Mapping[str, str]]
) -> Exported:
    """The objects as requests, list by list in the order in which to create them."""
    there = names_there(things)

    def named(reference: Reference) -> str:
        found = link(reference, there, bindings)
        return found.text if isinstance(found, Elsewhere) else found

    document: dict[str, list[Any]] = {}
    exported = Exported(text="")
    for key, kind in LISTS.items():
        requests = [_request(thing, named, exported) for thing in things if thing.kind is kind]
        if requests:
            document[key] = requests
    members = [
        {"AddressListId": thing.name, "Address": address}
        for thing in things
        for address in sorted(thing.members or ())
    ]
    if members:
        document[MEMBERS] = members
    exported.text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return exported


def _request(thing: ApiObject, named: Any, exported: Exported) -> Members:
    members = plain(with_references(thing.shape, named).to_api())
    members.pop("Tags", None)
    request: Members = {f"{thing.kind.row.referred.noun}Id": thing.name, **members}
    if thing.closed:
        request["Status"] = "CLOSED"
    if thing.smtp_password_env:
        request["IngressPointAuthConfiguration"] = {"IngressPointPasswordConfiguration": {}}
        exported.notes.append(
            f"ingress point `{thing.name}`: its SMTP password is not written; CreateIngressPoint "
            "needs `IngressPointConfiguration: {SmtpPassword}`"
        )
    if thing.tags:
        request["Tags"] = [{"Key": k, "Value": v} for k, v in sorted(thing.tags.items())]
    for of, arn in sorted(thing.logging.items()):
        exported.left_out.append(
            f"{thing.kind.noun} `{thing.name}`: its {of} to `{arn}`, which belongs to CloudWatch "
            f"Logs, not to Mail Manager"
        )
    return request
