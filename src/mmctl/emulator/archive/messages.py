"""One archived message: what is known of it, its texts, and a URL for its bytes.

The URL leads to the face that answered, is signed with a secret of the data folder, and is valid
for an hour; whoever has it may read the message.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from mmctl.emulator.archive.contents import bodies_of
from mmctl.emulator.archive.jobs import is_kept
from mmctl.emulator.archive.searches import envelope_of, source_arn_of
from mmctl.emulator.service_error import ServiceError, invalid
from mmctl.emulator.store import Scope

if TYPE_CHECKING:
    from mmctl.emulator.archive.index import Archived
    from mmctl.emulator.call import Call
    from mmctl.emulator.resource import Body

DOWNLOAD: Final = "GetObject"
"""What a download through a pre-signed URL is called, as at Amazon S3."""
DOWNLOADS: Final = "archived-messages"
"""Where they lead: `embedded://archived-messages/REGION/ACCOUNT/ID?…`."""
LINK: Final = "MessageDownloadLink"
EXPIRES_SECONDS: Final = 3600
_SCHEME: Final = "embedded"


def get_message(call: Call) -> Body:
    """Return what is known of a message, and a URL for its bytes."""
    archived = _found(call)
    until = int(call.now) + EXPIRES_SECONDS
    place = f"{call.scope.region}/{call.scope.account}/{quote(archived.id, safe='')}"
    signature = call.archived.signature(f"{place}?{until}")
    signed = f"X-Amz-Expires={until}&X-Amz-Signature={signature}"
    return {
        LINK: f"{_SCHEME}://{DOWNLOADS}/{place}?{signed}",
        "Metadata": metadata_of(archived),
        "Envelope": envelope_of(archived),
    }


def get_content(call: Call) -> Body:
    """Return the texts of a message."""
    archived = _found(call)
    bodies = bodies_of(call.archived.content(archived) or b"")
    return {
        "Body": {"Text": bodies.text, "Html": bodies.html, "MessageMalformed": bodies.malformed}
    }


def download(call: Call) -> Body:
    """Return the bytes behind a URL.

    Raises:
        ServiceError: the URL was never issued, or is too old; the message is gone.
    """
    parts = urlsplit(call.parameters["Url"])
    region, account, id_ = _place(call.parameters["Url"])
    query = parse_qs(parts.query)
    until, signature = (query.get(name, [""])[0] for name in ("X-Amz-Expires", "X-Amz-Signature"))
    expected = call.archived.signature(f"{region}/{account}/{id_}?{until}")
    if not expected or not hmac.compare_digest(expected.encode(), signature.encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise ServiceError("SignatureDoesNotMatch", message, 403)
    if call.now > int(until):
        raise ServiceError("AccessDenied", "Request has expired", 403)
    archived = call.archived.by_id(unquote(id_))
    content = None
    if archived is not None and is_kept(call, archived):
        content = call.archived.content(archived)
    if content is None:
        raise _no_such_key()
    return {"Body": content}


def scope_of_download(url: str) -> Scope:
    """The account and region of a URL.

    Raises:
        ServiceError: a NoSuchKey, the URL leads nowhere.
    """
    region, account, _ = _place(url)
    return Scope(account=account, region=region)


def _place(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _no_such_key() from None
    place = [parts.netloc, *parts.path.strip("/").split("/")]
    after = place[place.index(DOWNLOADS) + 1 :] if DOWNLOADS in place else []
    match after:
        case [region, account, id_]:
            return region, account, id_
        case _:
            raise _no_such_key()


def metadata_of(archived: Archived) -> dict[str, Any]:
    """What is known of how a message came."""
    accepted = archived.accepted
    tls = accepted.get("tls") or {}
    return {
        "Timestamp": archived.received,
        "IngressPointId": _id(accepted, "ingress_point"),
        "TrafficPolicyId": _id(accepted, "traffic_policy"),
        "RuleSetId": _id(accepted, "rule_set"),
        "SenderIpAddress": (accepted.get("session") or {}).get("source_ip"),
        "TlsCipherSuite": tls.get("cipher"),
        "TlsProtocol": tls.get("protocol"),
        "SourceArn": source_arn_of(archived),
    }


def _id(accepted: Any, name: str) -> str | None:
    return (accepted.get(name) or {}).get("id")


def _found(call: Call) -> Archived:
    id_ = call.parameters["ArchivedMessageId"]
    archived = call.archived.by_id(id_)
    if archived is None or not is_kept(call, archived):
        raise invalid(f"There is no archived message with the id {id_}")
    return archived


def _no_such_key() -> ServiceError:
    return ServiceError("NoSuchKey", "The specified key does not exist.", 404)
