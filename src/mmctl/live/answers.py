"""What botocore raises, as what `service.py` declares: answers, unknown outcomes, CouldNot.

A read that fails changes nothing; of a write it must be known whether it may have happened.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.service import Answer, OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SERVER_FAULT: Final = 500


@contextmanager
def reading(operation: str) -> Iterator[None]:
    """Errors of a call that changes nothing: all but typed answers are CouldNot."""
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
        raise CouldNot(f"{operation}: {error}", help=_TRY_AGAIN) from error
    except (ResponseParserError, boto.HTTPClientError) as error:
        raise OutcomeUnknown(operation, str(error)) from error
    except boto.ParamValidationError as error:
        raise ServiceAnswer(operation, Answer.INVALID, str(error)) from error
    except boto.BotoCoreError as error:
        raise CouldNot(f"{operation}: {error}", help=_CREDENTIALS) from error


_TRY_AGAIN: Final = "check the network and the endpoint, then try again"
_CREDENTIALS: Final = "check `profile:` and `role_arn:` of the environment, and log in"


def _answer(operation: str, response: Mapping[str, Any]) -> ServiceAnswer | OutcomeUnknown:
    error = response.get("Error", {})
    code, message = error.get("Code", ""), error.get("Message", "") or error.get("Code", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= _SERVER_FAULT:
        return OutcomeUnknown(operation, f"{code or status}: {message}")
    known = {answer.value: answer for answer in Answer}
    return ServiceAnswer(operation, known.get(code, Answer.OTHER), message, code)


def unreadable(answered: ServiceAnswer) -> CouldNot:
    """An answer to a call that had to be answered, as what ends the command."""
    advice = _CREDENTIALS if answered.answer in {Answer.DENIED, Answer.OTHER} else _TRY_AGAIN
    return CouldNot(str(answered), help=advice)
