"""Gmail's address lists by their ids, and the test that a sender is in some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.google_workspace.policies import items, member, text
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.migration.tests import NEVER, EitherOf, Matches, Test
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.google_workspace.policies import GmailSetting
    from mmctl.interchange.migration.placed_json import Node

_ADDRESS: Final = Pattern(r"[^\s@<>,;*]+@[^\s@<>,;*]+\.[^\s@<>,;*]+")
_DOMAIN: Final = Pattern(r"@?[^\s@<>,;*:/]+\.[^\s@<>,;*:/]+")
_SHOWN: Final = 3


class ListsById:
    """The address lists of all units."""

    def __init__(self, settings: Iterable[GmailSetting]) -> None:
        self._lists: dict[str, Node] = {}
        for setting in settings:
            for node in items(setting.value, "emailAddressList"):
                self._lists[text(node, "id")] = node

    def names_of(self, named: Iterable[Node]) -> str:
        """The names of some lists, or entries, in a line."""
        names = [f"`{text(self._lists.get(_said(node)), 'name') or _said(node)}`" for node in named]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return (", ".join(names[:_SHOWN]) + more) or "nobody"

    def test_of(self, named: Iterable[Node], unread: list[Unread]) -> Test:
        """The test that a sender is in one of the lists; what is no sender is listed."""
        addresses: dict[str, None] = {}
        domains: dict[str, None] = {}
        for node in named:
            for entry in self._entries(node, unread):
                said = _said(entry).strip()
                if _ADDRESS.fullmatch(said):
                    addresses[said] = None
                elif _DOMAIN.fullmatch(said):
                    domains[f"@{said.lstrip('@')}"] = None
                else:
                    why = "it is neither an address nor a domain"
                    unread.append(Unread(place=entry.place, text=said, why=why))
        tests = [
            Matches(operand="from", operator=operator, values=tuple(values))
            for operator, values in (("equals", addresses), ("ends_with", domains))
            if values
        ]
        return EitherOf(tuple(tests)) if tests else NEVER

    def _entries(self, node: Node, unread: list[Unread]) -> list[Node]:
        """The entries that an id stands for; an address or a domain stands for itself."""
        listed = self._lists.get(_said(node))
        if listed is None:
            if "." in _said(node):
                return [node]
            why = "the list is not in the export"
            instead = "export `settings/gmail.email_address_lists` too"
            unread.append(Unread(place=node.place, text=_said(node), why=why, instead=instead))
            return []
        found = member(listed, "addressList") or member(listed, "blockedAddressList")
        return [member(entry, "address") or entry for entry in items(found, "address")]


def _said(node: Node) -> str:
    return node.scalar if isinstance(node.scalar, str) else ""
