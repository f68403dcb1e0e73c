"""Calls to services around Mail Manager: what they answer, and which permission one lacked.

Every answer is foreign: one that makes no sense, or that a newer API gives, is `CouldNot`, never a
traceback.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot

if TYPE_CHECKING:
    from collections.abc import Iterator

_DENIED: Final = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "UnauthorizedOperation",
    }
)
_LONGEST: Final = 300
"""Characters of an error's text that are repeated."""


class NoPermission(CouldNot):
    """The caller may not ask; `action` is the IAM action that the call needs."""

    def __init__(self, action: str) -> None:
        super().__init__(f"no permission: {action}", help=f"allow {action}, or use another profile")
        self.action = action


class NotThere(Exception):
    """The service says that there is no such thing."""


@contextmanager
def asked(action: str, *missing: str) -> Iterator[None]:
    """A call that changes nothing; `action` is what IAM calls it, `missing` are codes for nothing.

    Raises:
        NotThere: the answer is one of the missing codes.
        NoPermission: the caller may not.
        CouldNot: no answer, or none that makes sense.
    """
    from botocore import exceptions as boto  # noqa: PLC0415 - slow to import
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - slow to import

    try:
        yield
    except boto.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in missing:
            raise NotThere(code) from error
        if code in _DENIED:
            raise NoPermission(action) from error
        text = str(error.response.get("Error", {}).get("Message", "")) or code
        raise CouldNot(
            f"{action}: {code or 'an error'}: {text[:_LONGEST]}", help="try again later"
        ) from error
    except (ResponseParserError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CouldNot(
            f"{action}: the answer makes no sense", help="try again; look what answers there"
        ) from error
    except boto.BotoCoreError as error:
        raise CouldNot(
            f"{action}: {str(error)[:_LONGEST]}",
            help="check the network, and `profile:` and `role_arn:` of the environment",
        ) from error
