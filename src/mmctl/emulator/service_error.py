"""The errors of Mail Manager: code, message and HTTP status, as every face gives them.

The six errors of the service model and their meaning live here. The operations decide when to raise
them; `wire` decides how they look in an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUS: Final = {
    "AccessDeniedException": 403,
    "ConflictException": 409,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 402,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
"""HTTP status of each error that the service model names."""


class ServiceError(Exception):
    """An error that the service answers: `code`, `message` and HTTP `status`."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def modelled(code: str, message: str) -> ServiceError:
    """Build an error of the service model with the model's HTTP status."""
    return ServiceError(code, message, STATUS[code])


def invalid(message: str) -> ServiceError:
    """Build the answer to a request that breaks a rule beyond the constraints of single members."""
    return modelled("ValidationException", message)


def conflict(message: str) -> ServiceError:
    """Build the answer to a request that the state of the account does not allow."""
    return modelled("ConflictException", message)


def not_found(message: str) -> ServiceError:
    """Build the answer to a request that names something that does not exist."""
    return modelled("ResourceNotFoundException", message)


def constraints_failed(failures: Sequence[str], *, more: bool = False) -> ServiceError:
    """Build one ValidationException for the constraints that a request fails, in AWS's words.

    `more`: it also fails others that are not named.
    """
    least = "More than " if more else ""
    count = f"{least}{counted(len(failures), 'validation error')} detected"
    return invalid(f"{count}: {'; '.join(failures)}")


def failed(path: str, requirement: str, *, shown: str = "") -> str:
    """Word one failed constraint; `path` is AWS's (`rules.1.member.name`), `shown` the value."""
    value = f" '{shown}'" if shown else ""
    return f"Value{value} at '{path}' failed to satisfy constraint: Member must {requirement}"
