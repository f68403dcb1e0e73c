"""Routes requests: from headers, path and body to an answer, without a socket.

The Authorization header names account, region and service; its signature is not checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import sts, wire
from mmctl.emulator.archive.messages import DOWNLOADS, LINK
from mmctl.emulator.import_jobs import SCHEME
from mmctl.emulator.operations import LOGS
from mmctl.emulator.service_error import ServiceError
from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mmctl.emulator.core import MailManagerApi

URLS: Final = ("PreSignedUrl", LINK)
"""The members of answers that hold a pre-signed URL."""
TARGET: Final = "MailManagerSvc"
FORM: Final = "application/x-www-form-urlencoded"
_CREDENTIAL: Final = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/[0-9]+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request"
)
_HERE: Final = re.compile(
    r"(?i:127\.0\.0\.1|\[::1\]|(?:[a-z0-9_-]+\.)*localhost)(?::[0-9]{1,5})?", re.ASCII
)
_RPC_PATH: Final = re.compile(
    rf"(?:http://{_HERE.pattern})?/service/{TARGET}/operation/([A-Za-z]+)", re.ASCII
)
PAGE_ASKS: Final = "play"
LOGS_TARGET: Final = "Logs_20140328"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A POST, PUT or GET request; the names in `headers` are lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    @property
    def operation(self) -> str:
        """The requested operation; empty if it belongs to no embedded service."""
        if self.protocol is wire.CBOR:
            found = _RPC_PATH.fullmatch(self.path.partition("?")[0])
        else:
            form = rf"{LOGS_TARGET if self.protocol is wire.LOGS_JSON else TARGET}\.([A-Za-z]+)"
            found = re.fullmatch(form, self.headers.get("x-amz-target", ""))
        return found[1] if found else ""

    @property
    def service(self) -> str:
        """The service name that the request is signed for; empty if it is not signed."""
        found = self._credential
        return found[3] if found else ""

    @property
    def caller(self) -> sts.Caller | None:
        """The caller; None if the request is not signed."""
        found = self._credential
        if found is None:
            return None
        token = self.headers.get("x-amz-security-token")
        return sts.Caller(access_key=found[1], region=found[2], session_token=token)

    @property
    def _credential(self) -> re.Match[str] | None:
        return _CREDENTIAL.match(self.headers.get("authorization", ""))

    @property
    def protocol(self) -> wire.Protocol:
        """The protocol of the body."""
        if self.service == LOGS:
            return wire.LOGS_JSON
        return wire.CBOR if self.headers.get("smithy-protocol") == "rpc-v2-cbor" else wire.JSON


def respond(
    request: Request, service: MailManagerApi, *, now: datetime, number: str
) -> wire.HttpAnswer:
    """Answer one request; `number` is its request id."""
    if not is_for_this_machine(request.headers.get("host", "")):
        # A page of another site can reach this machine, but not with the machine's name as host.
        return _refused(request, number, "InvalidHost", "Host must be 127.0.0.1 or localhost", 403)
    if request.method != "GET" and "origin" in request.headers:
        # Browsers say so; no AWS client does.
        return _refused(
            request, number, "InvalidOrigin", "A page of a browser cannot call this", 403
        )
    if request.method == "PUT":
        return _upload(request, service)
    if request.method == "GET":
        return _download(request, service)
    caller = request.caller
    if caller is None:
        return _refused(
            request, number, "MissingAuthenticationTokenException", "Missing Authentication Token"
        )
    if request.service == "sts":
        return sts.answer(request.body, caller, now=now, number=number)
    if request.service in {"ses", LOGS} and request.operation:
        return _answer(request, service, caller)
    message = (
        "only Mail Manager, its log deliveries and STS are embedded,"
        f" got a request for {request.service}"
    )
    return _refused(request, number, "UnknownOperationException", message, 404)


@dataclass(frozen=True, slots=True)
class _Reachable:
    """A Mail Manager whose pre-signed URLs lead to where this client found it."""

    behind: MailManagerApi
    here: str

    def call(self, operation: str, parameters: Mapping[str, Any], **place: str) -> dict[str, Any]:
        """Answer one call."""
        answer = self.behind.call(operation, parameters, **place)
        for each in (answer, *answer.get("ImportJobs", ())):
            for member in URLS:
                if member in each:
                    each[member] = each[member].replace(f"{SCHEME}:/", self.here, 1)
        return answer


def _answer(request: Request, service: MailManagerApi, caller: sts.Caller) -> wire.HttpAnswer:
    protocol = request.protocol
    try:
        return wire.answer(
            _Reachable(service, f"http://{request.headers['host']}"),
            request.operation,
            wire.read_request(request.body, protocol),
            account=caller.account,
            region=caller.region,
            protocol=protocol,
        )
    except ServiceError as error:
        return wire.error_answer(error, protocol)
    except MmctlError as error:
        # The state file failed: tell the client why, and that the request is not to blame.
        return wire.error_answer(ServiceError("InternalFailure", error.message, 500), protocol)


def _upload(request: Request, service: MailManagerApi) -> wire.HttpAnswer:
    """Take a file through a pre-signed URL, the only proof of who may send it."""
    try:
        return wire.upload_answer(service, request.path, request.body)
    except MmctlError as error:
        failed = ServiceError("InternalError", error.message, 500)
        return wire.error_answer(failed)


def _download(request: Request, service: MailManagerApi) -> wire.HttpAnswer:
    """Answer with a message through a pre-signed URL, the only proof of who may read it."""
    if not request.path.startswith(f"/{DOWNLOADS}/"):
        return _refused(request, "", "NoSuchKey", "The specified key does not exist.", 404)
    try:
        return wire.download_answer(service, request.path)
    except MmctlError as error:
        return wire.error_answer(ServiceError("InternalError", error.message, 500))


def _refused(
    request: Request, number: str, code: str, message: str, status: int = 403
) -> wire.HttpAnswer:
    error = ServiceError(code, message, status)
    if request.headers.get("content-type", "").startswith(FORM):
        return sts.error_answer(error, number)
    return wire.error_answer(error, request.protocol)


def is_of_page(request: Request) -> bool:
    """Whether a browser asks for a page: AWS clients get nothing but messages of archives.

    The script of a page also asks by POST, below a folder that no AWS client knows.
    """
    if request.method == "POST":
        return request.path.startswith(f"/{PAGE_ASKS}/")
    return request.method == "GET" and not request.path.startswith(f"/{DOWNLOADS}/")


def is_for_this_machine(host: str) -> bool:
    """Whether a Host header names this machine."""
    return _HERE.fullmatch(host) is not None
