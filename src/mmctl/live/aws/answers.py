"""Turn what botocore raises into what `service.py` declares: answers, unknown outcomes, CouldNot.

A read that fails changes nothing; for a write it must be known whether it may have happened.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

ATTEMPTS: Final = 6
"""Tries of one call, with botocore's waits between them: about ten seconds of throttling."""
_FIRST_WAIT: Final = 0.1
"""Seconds before a truncated answer is asked for again; each wait doubles."""
_FIRST_ERROR: Final = 400
_SERVER_FAULT: Final = 500


@contextmanager
def reading(operation: str) -> Iterator[None]:
    """Errors of a call that changes nothing: everything except typed answers is CouldNot."""
    try:
        with writing(operation):
            yield
    except OutcomeUnknown as unknown:
        raise CouldNot(f"{operation}: {unknown.message}", help=_TRY_AGAIN) from unknown


@contextmanager
def asking(operation: str) -> Iterator[None]:
    """Errors of a call that must be answered: all are CouldNot."""
    try:
        with reading(operation):
            yield
    except ServiceAnswer as answered:
        raise unreadable(answered) from answered


@contextmanager
def writing(operation: str) -> Iterator[None]:
    """Errors of a call that changes something: it must be known whether it may have happened."""
    from botocore import exceptions as boto  # noqa: PLC0415 - slow to import
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - slow to import

    try:
        yield
    except boto.ClientError as error:
        raise _answer(operation, error.response) from error
    except (boto.EndpointConnectionError, boto.ConnectTimeoutError) as error:
        raise CouldNot(f"{operation}: {error}", help=_why_unreached(str(error))) from error
    except (ResponseParserError, boto.HTTPClientError, boto.IncompleteReadError) as error:
        raise OutcomeUnknown(operation, str(error)) from error
    except boto.ParamValidationError as error:
        raise ServiceAnswer(operation, ErrorCode.INVALID, str(error)) from error
    except boto.BotoCoreError as error:
        raise CouldNot(f"{operation}: {error}", help=_CREDENTIALS) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if not _is_of_parser(error):
            raise
        raise OutcomeUnknown(operation, "the answer is none of this service") from error


def _is_of_parser(error: Exception) -> bool:
    """Whether botocore failed on the form of an answer: it reads a list as if it were members."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and step.tb_frame.f_globals["__name__"].startswith("botocore.parsers")


def _why_unreached(text: str) -> str:
    """What to do where nobody answered: the region may be none, or have no Mail Manager."""
    from mmctl.language.text.regions import said_of  # noqa: PLC0415 - only a failure needs it

    match = _NAMED_REGION.search(text)
    said = None if match is None else said_of(match[1])
    return _TRY_AGAIN if said is None else f"{said.message}; {said.help}"


_NAMED_REGION: Final = Pattern(r"//mail-manager(?:-fips)?\.([a-z0-9-]{1,40})\.")
_TRY_AGAIN: Final = "check the network and the endpoint, then try again"
_CREDENTIALS: Final = "check `profile:` and `role_arn:` of the environment, and log in"


def insist_on_whole_answers(client: Any) -> None:
    """Make a boto3 client ask again for a truncated answer, and finally raise.

    botocore does not compare a body with its Content-Length, and reads invalid JSON as an answer
    without members: a truncated list would read as an empty one.
    """
    client.meta.events.register("needs-retry", _wait_where_cut_short)


def keep_raw_answers(client: Any) -> None:
    """Make a client return the answers of `Get…` unparsed, under `RAW`.

    botocore drops the members that its model does not know, and raises if a union has two. Unknown
    members must be seen: an update would erase them.
    """
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-parse.{service}", _keep_raw)


RAW: Final = "Raw"


def _keep_raw(
    *,
    operation_model: OperationModel,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: Any,
) -> None:
    if not operation_model.name.startswith("Get") or response_dict["status_code"] >= _FIRST_ERROR:
        return
    try:
        answer = json.loads(response_dict["body"])
    except ValueError:
        return  # it is truncated and will be asked for again
    if isinstance(answer, dict):
        customized_response_dict[RAW] = _without_nulls(answer)
        response_dict["body"] = b"{}"


def with_times(answer: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """A raw answer with times for the members that botocore's shape calls times."""
    from botocore.utils import parse_timestamp  # noqa: PLC0415 - slow to import

    times = {name for name, member in shape.members.items() if member.type_name == "timestamp"}
    return {
        name: parse_timestamp(value) if name in times else value for name, value in answer.items()
    }


def _without_nulls(value: Any) -> Any:
    """JSON as botocore reads it: a null member is absent."""
    if isinstance(value, dict):
        there = value.items()
        return {name: _without_nulls(inner) for name, inner in there if inner is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _wait_where_cut_short(
    *, response: tuple[AWSResponse, Any] | None, operation: OperationModel, attempts: int, **_: Any
) -> float | None:
    from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - slow to import

    if response is None or _is_whole(response[0], operation):
        return None
    if attempts >= ATTEMPTS:
        raise ConnectionClosedError(endpoint_url=response[0].url)
    return _FIRST_WAIT * 2.0 ** (attempts - 1)


def _is_whole(http: AWSResponse, operation: OperationModel) -> bool:
    body, length = http.content, http.headers.get("Content-Length", "")
    if "Content-Encoding" not in http.headers and length.isdecimal() and len(body) < int(length):
        return False
    answers_with_members = operation.output_shape is not None and operation.output_shape.members
    if http.status_code >= _FIRST_ERROR or not answers_with_members:
        return True
    # A proxy on the way may have changed the length of the body.
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _answer(operation: str, response: Mapping[str, Any]) -> ServiceAnswer | OutcomeUnknown:
    error = response.get("Error", {})
    code, message = error.get("Code", ""), error.get("Message", "") or error.get("Code", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= _SERVER_FAULT:
        return OutcomeUnknown(operation, f"{code or status}: {message}")
    known = {answer.value: answer for answer in ErrorCode}
    return ServiceAnswer(operation, known.get(code, ErrorCode.OTHER), message, code)


def unreadable(answered: ServiceAnswer) -> CouldNot:
    """An answer to a call that had to succeed, as the error that ends the command."""
    advice = _CREDENTIALS if answered.answer in {ErrorCode.DENIED, ErrorCode.OTHER} else _TRY_AGAIN
    return CouldNot(str(answered), help=advice)
