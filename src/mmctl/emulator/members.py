"""The members of address lists: what may be an entry, and the four operations on entries.

Source: https://docs.aws.amazon.com/ses/latest/dg/eb-addlist.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import paging
from mmctl.emulator.service_error import invalid, not_found
from mmctl.model.quotas import ADDRESSES

if TYPE_CHECKING:
    from mmctl.emulator.call import Call
    from mmctl.emulator.resource import Resource

LONGEST_LOCAL_PART: Final = 19
FEWEST_LABELS: Final = 2
MOST_LABELS: Final = 9
LABEL: Final = r"[^\s@*.]+"
DOMAIN: Final = re.compile(rf"{LABEL}(\.{LABEL})*")
FORMS: Final = (
    "expected an address, a domain, or one with a single `*` as in `*.example.com`,"
    " `*@example.com`, `name*@example.com` or `name@*.example.com`"
)


class MemberOperations:
    """The operations on members of address lists.

    Whether the service folds letter case is unknown: entries are kept and compared as written.
    """

    def __init__(self, lists: Resource) -> None:
        self._lists = lists

    def register(self, call: Call) -> dict[str, Any]:
        """Add an entry; an existing one is not an error."""
        address = call.parameters["Address"]
        fault = entry_fault(address)
        if fault:
            raise invalid(
                f"Value at 'address' is not an entry of an address list: {fault}; {FORMS}"
            )
        record = self._lists.found(call)
        added = call.store.add_member(record, address, call.now)
        if added and record.members >= call.most(ADDRESSES):
            most = call.most(ADDRESSES)
            raise call.over_quota(
                f"AddressList {record.id} has reached its quota of {most} addresses"
            )
        return {}

    def deregister(self, call: Call) -> dict[str, Any]:
        """Remove an entry; a missing one is not an error."""
        call.store.remove_member(self._lists.found(call), call.parameters["Address"])
        return {}

    def get(self, call: Call) -> dict[str, Any]:
        """Return an entry and when it was added."""
        record = self._lists.found(call)
        created = call.store.member(record, call.parameters["Address"])
        if created is None:
            raise not_found(f"Address not found in AddressList {record.id}")
        return {"Address": call.parameters["Address"], "CreatedTimestamp": created}

    def list(self, call: Call) -> dict[str, Any]:
        """Return a page of entries in the order of their text."""
        size = paging.page_size(call, largest=paging.LARGEST_MEMBER_PAGE)
        found = call.store.members_after(
            self._lists.found(call),
            address=paging.text_before(call),
            prefix=call.parameters.get("Filter", {}).get("AddressPrefix", ""),
            limit=size + 1,
        )
        page = found[:size]
        addresses = [{"Address": address, "CreatedTimestamp": at} for address, at in page]
        answer: dict[str, Any] = {"Addresses": addresses}
        if len(found) > size:
            answer["NextToken"] = paging.token(call, page[-1][0])
        return answer


def entry_fault(entry: str) -> str | None:
    """Say why a text cannot be an entry of an address list; None if it can.

    Limits with a wildcard: 0 to 19 characters besides it before the `@`, 2 to 9 labels of a domain.
    """
    if not entry.isprintable() or " " in entry:
        return "it has spaces or characters that cannot be printed"
    local, at, domain = entry.rpartition("@")
    if "@" in local or (at and not local):
        return "it has nothing before the `@`" if not local else "it has more than one `@`"
    if entry.count("*") > 1:
        return "it has more than one `*`"
    if not at and "." not in domain:
        return "it has neither an `@` nor a domain with a dot"
    if len(local) - local.count("*") > LONGEST_LOCAL_PART and "*" in entry:
        return f"it has a `*` and more than {LONGEST_LOCAL_PART} characters before the `@`"
    return _domain_fault(domain)


def _domain_fault(domain: str) -> str | None:
    wild = domain.startswith("*.")
    name = domain[2:] if wild else domain
    if not DOMAIN.fullmatch(name):
        return f"`{domain}` is not a domain"
    if wild and not FEWEST_LABELS <= name.count(".") + 1 <= MOST_LABELS:
        return f"a domain with a `*` has {FEWEST_LABELS} to {MOST_LABELS} labels besides it"
    return None
