"""What a reader of another gateway's configuration yields: its rules, in order, and what they need.

A reader says what the source means and where it differs. It does not decide how this is written:
splitting, order, guards, names, lists, cases and the report follow from these values, the same for
every system. Nothing here opens files.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from mmctl.interchange.migration.differences import Data, Deviation, Example
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.interchange.migration.tests import Test
    from mmctl.problem import Position

__all__ = [
    "Action",
    "Data",
    "Deviation",
    "Example",
    "Needed",
    "Opened",
    "OtherGateway",
    "Reader",
    "SourceOptions",
    "SourceRule",
    "Then",
    "Unread",
]


class Then(StrEnum):
    """What the source does after a rule whose test was true."""

    GO_ON = "go on"
    """It tries the next rule."""
    DELIVER = "deliver"
    """It tries no further rule, and the mail goes where mail goes that no rule ends."""
    END = "end"
    """The actions have ended the mail: nothing follows."""


Action: TypeAlias = "str | Data"
"""An action as a rule file has it: `drop`, or `{"relay": {"to": "partner"}}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """One rule, table entry or statement of the source."""

    name: str
    """What people there call it: any text. Names may repeat."""
    place: Position
    text: str
    """Its own text on one line, as short as a reader of the report needs it."""
    test: Test
    actions: tuple[Action, ...] = ()
    """What it does, in order. Without `stop`: `then` says what follows."""
    then: Then = Then.GO_ON
    refuse: bool = False
    """The source refuses this mail at RCPT or before; the actions are what is done if that cannot
    be said here."""
    final: bool = False
    """Its actions are all that happens to its mail, though they neither store nor deliver it."""
    enabled: bool = True
    shadow: bool = False
    """The source only watches what it would do (audit mode, WARN, test mode)."""
    description: str | None = None
    owner: str | None = None
    expires: str | None = None
    """The last day, UTC: 2027-01-31."""
    differences: tuple[Deviation, ...] = ()
    """Of its actions and of the whole; those of its test are in the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something in the source that is no rule, and that does not come along."""

    place: Position
    text: str
    why: str
    instead: str | None = None
    is_missing: bool = False
    """Whether rules may be in it, and the person can still give it: the import is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A value that the source does not have, and that somebody must fill in before rules go live.

    Rules name it as `${vars.NAME}`; the environment `local` has the stand-in.
    """

    stand_in: str
    why: str


@dataclass(slots=True, kw_only=True)
class OtherGateway:
    """The configuration of another gateway, read."""

    system: str
    """Its name, as in "Exchange"."""
    rules: list[SourceRule] = field(default_factory=list)
    """In the order in which the source tries them."""
    relays: dict[str, Data] = field(default_factory=dict)
    """By logical name, as a rule file has them; so are archives."""
    archives: dict[str, Data] = field(default_factory=dict)
    address_lists: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    """Members by logical name; of any number, and each as the language takes it.

    None: the source does not say who its members are (a group of a directory).
    """
    traffic_policy: Data | None = None
    """Whom the source lets in at all, as a rule file has it: default, statements, largest size.

    Single blocks of client addresses and recipients are rules with `refuse`.
    """
    tls_policy: str | None = None
    """`required` or `optional`, if the source says so."""
    needed: dict[str, Needed] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    rest: tuple[Action, ...] | None = None
    """What happens to mail that no rule ends; None: it is relayed to the mailboxes."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the person says about the source, because its export does not."""

    domains: tuple[str, ...] = ()
    """The own domains: what "inside the organization" means."""
    options: Mapping[str, str] = field(default_factory=dict)
    today: str = ""
    """The date, UTC: 2027-01-31. Empty where nobody knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The files of the source."""

    named: Mapping[str, bytes]
    """Those that the command line names, by the path that is shown."""
    beside: Callable[[str], bytes | None]
    """A file that one of them names, by its path as written there; None: it is not there, or not
    below the folder of the named files. The path that is shown is the one that was asked for."""


Reader: TypeAlias = "Callable[[Opened, SourceOptions], OtherGateway]"
"""Reads one system. Raises ProblemsFound with all that is broken in the files, at its places."""
