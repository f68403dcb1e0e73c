"""The part of STS that several accounts need: GetCallerIdentity and AssumeRole.

The AWS query protocol: a form in, XML out. Nothing is kept: the access key says the account, and
the session token of an assumed role says the role and the session.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from mmctl.emulator.resource import partition_of
from mmctl.emulator.service_error import ServiceError
from mmctl.emulator.wire import HttpAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

XML: Final = "text/xml"
NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
ASSUMED: Final = "ASIA"
"""The prefix of access keys of assumed roles."""
DEFAULT_ACCOUNT: Final = "000000000000"
SESSION_SECONDS: Final = 3600
_ACCOUNT_KEY: Final = re.compile(rf"(?:{ASSUMED})?([0-9]{{12}})", re.ASCII)
_ROLE: Final = re.compile(
    r"arn:[a-z-]+:iam::([0-9]{12}):role/((?:[\w+=,.@-]+/)*)([\w+=,.@-]{1,64})"
)
_SESSION_NAME: Final = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{3,5}")
_DURATION: Final = range(900, 43_201)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller and the region, as the Authorization header says without proof."""

    access_key: str
    region: str
    session_token: str | None = None

    @property
    def account(self) -> str:
        """The account: an access key of 12 digits, perhaps after `ASIA`; else all zeros."""
        key = _ACCOUNT_KEY.fullmatch(self.access_key)
        return key[1] if key else DEFAULT_ACCOUNT


def answer(body: bytes, caller: Caller, *, now: datetime, number: str) -> HttpAnswer:
    """Answer one STS request; `number` is its request id."""
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    match form.get("Action"):
        case "GetCallerIdentity":
            return _caller_identity(caller, number)
        case "AssumeRole":
            try:
                return _assume_role(form, caller, now, number)
            except ServiceError as error:
                return error_answer(error, number)
        case action:
            unknown = f"Could not find operation {action}"
            return error_answer(ServiceError("InvalidAction", unknown, 400), number)


def caller_identity(*, account: str, region: str, request: str) -> HttpAnswer:
    """Answer GetCallerIdentity: the caller is the user `embedded` of the account."""
    return _caller_identity(Caller(access_key=account, region=region), request)


def error_answer(error: ServiceError, number: str) -> HttpAnswer:
    """Write an error as XML, as services of the query protocol do."""
    side = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004 - HTTP: 5xx is the server's fault
    text = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{side}</Type>'
        f"<Code>{error.code}</Code><Message>{_text(error.message)}</Message></Error>"
        f"<RequestId>{number}</RequestId></ErrorResponse>"
    )
    return HttpAnswer(status=error.status, content_type=XML, body=text.encode())


def _caller_identity(caller: Caller, number: str) -> HttpAnswer:
    account, partition = caller.account, partition_of(caller.region)
    assumed = _assumed(caller.session_token)
    if assumed is None:
        arn, user = f"arn:{partition}:iam::{account}:user/embedded", "embedded"
    else:
        role, session = assumed
        arn = f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}"
        user = f"AROA{account}:{session}"
    members = {"Arn": arn, "UserId": user, "Account": account}
    return _xml("GetCallerIdentity", _elements(members), number)


def _assume_role(form: Mapping[str, str], caller: Caller, now: datetime, number: str) -> HttpAnswer:
    """Any caller may assume any role: no policy is checked."""
    arn, session = form.get("RoleArn", ""), form.get("RoleSessionName", "")
    role = _ROLE.fullmatch(arn)
    if role is None:
        raise _invalid(f"{arn} is invalid: expected arn:aws:iam::ACCOUNT:role/NAME")
    if not _SESSION_NAME.fullmatch(session):
        raise _invalid(f"RoleSessionName '{session}' must be 2 to 64 of A-Z a-z 0-9 _+=,.@-")
    account, name = role[1], role[3]
    until = now + timedelta(seconds=_duration(form.get("DurationSeconds")))
    credentials = {
        "AccessKeyId": f"{ASSUMED}{account}",
        "SecretAccessKey": "embedded",
        "SessionToken": _session_token(name, session),
        "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    partition = partition_of(caller.region)
    user = {
        "Arn": f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}",
        "AssumedRoleId": f"AROA{account}:{session}",
    }
    inner = (
        f"<Credentials>{_elements(credentials)}</Credentials>"
        f"<AssumedRoleUser>{_elements(user)}</AssumedRoleUser>"
    )
    return _xml("AssumeRole", inner, number)


def _duration(sent: str | None) -> int:
    if sent is None:
        return SESSION_SECONDS
    if not (_SECONDS.fullmatch(sent) and int(sent) in _DURATION):
        raise _invalid(f"DurationSeconds '{sent}' must be from 900 to 43200")
    return int(sent)


def _session_token(role: str, session: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([role, session]).encode()).decode()


def _assumed(token: str | None) -> tuple[str, str] | None:
    """Return role and session of a token that was made here; None for any other."""
    try:
        role, session = json.loads(base64.urlsafe_b64decode(token or ""))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        return None
    if not (isinstance(role, str) and isinstance(session, str)):
        return None
    return role, session


def _elements(members: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in members.items())


def _text(value: str) -> str:
    """XML cannot hold control characters, not even escaped."""
    return escape("".join(c if c.isprintable() else "?" for c in value), quote=False)


def _xml(action: str, result: str, number: str) -> HttpAnswer:
    text = (
        f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{number}</RequestId></ResponseMetadata></{action}Response>"
    )
    return HttpAnswer(status=200, content_type=XML, body=text.encode())


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationError", message, 400)
