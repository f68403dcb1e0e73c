"""Pages of List operations: how many items fit on one, and the token that asks for the next."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from mmctl.emulator.service_error import constraints_failed, failed, invalid

if TYPE_CHECKING:
    from mmctl.emulator.call import Call

LARGEST_PAGE: Final = 50
LARGEST_MEMBER_PAGE: Final = 1000
LARGEST_SEQUENCE: Final = 2**63


def page_size(call: Call, *, largest: int = LARGEST_PAGE) -> int:
    """Return how many items a page may have: as requested, else the maximum.

    The model limits PageSize except in ListRelays, where the same limits apply here.
    """
    size = call.parameters.get("PageSize", largest)
    if not 1 <= size <= largest:
        requirement = f"have value between 1 and {largest}"
        raise constraints_failed([failed("pageSize", requirement, shown=str(size))])
    return int(size)


def token(call: Call, last: str | int) -> str:
    """Return the NextToken that continues after the item `last`."""
    return base64.urlsafe_b64encode(json.dumps([call.operation, last]).encode()).decode()


def sequence_before(call: Call) -> int:
    """Return the number of the item that comes before the page.

    Raises:
        ServiceError: a ValidationException, the token is not of this operation.
    """
    last = _last(call, 0)
    if not isinstance(last, int) or not 0 <= last < LARGEST_SEQUENCE:
        raise invalid("Invalid NextToken")
    return last


def text_before(call: Call) -> str:
    """Return the text after which the items of the page come.

    Raises:
        ServiceError: a ValidationException, the token is not of this operation.
    """
    last = _last(call, "")
    if not isinstance(last, str):
        raise invalid("Invalid NextToken")
    return last


def _last(call: Call, first: str | int) -> object:
    sent = call.parameters.get("NextToken", call.parameters.get("nextToken"))
    if sent is None:
        return first
    try:
        operation, last = json.loads(base64.urlsafe_b64decode(sent))
    except (ValueError, TypeError, RecursionError) as error:
        raise invalid("Invalid NextToken") from error
    if operation != call.operation:
        raise invalid("Invalid NextToken")
    return last
