"""One action that is to be done, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.emulator.delivering.message_copy import with_headers
from mmctl.judge.actions import names_target
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mmctl.emulator.delivering.letters import Letter
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal import Accepted, Happening
    from mmctl.judge.submission import LambdaAnswer
    from mmctl.judge.trace import Performed


class MessageOnDisk:
    """A message in its file, which is read when somebody asks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content: bytes | None = None

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            OSError: they cannot be read.
        """
        content = self._content  # another thread may forget it meanwhile
        if content is None:
            content = self._content = self.path.read_bytes()
        return content

    def forget(self) -> None:
        """Keep nothing of it in memory."""
        self._content = None


class ActionFails(Exception):
    """An action cannot be done, and trying again would not help: `on_failure` says what next."""


class NotNow(Exception):
    """An action cannot be done now; it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action, for one form of the message and its recipients."""

    accepted: Accepted
    members: Mapping[str, Any]
    """`accepted` in JSON."""
    configured: Configured
    message: MessageOnDisk
    """The message as received."""
    performed: Performed
    form: int
    """Which form of the message this is, if the action is done for several: from 0."""
    again: bool
    """Whether it may be done already, whole or in part: by a process that was killed."""

    @property
    def key(self) -> str:
        """Its name among the deeds of the message, which files can have."""
        return f"r{self.rule_index}a{self.action_index}f{self.form}"

    @property
    def rule_index(self) -> int:
        """The place of the rule, from 1."""
        return self.performed.index + 1

    @property
    def action_index(self) -> int:
        """The place of the action, from 1."""
        place = self.performed.path[-1]
        return place + 1 if isinstance(place, int) else 1

    @property
    def target(self) -> str | None:
        """What the action names: a relay or an archive by its name, the rest as the rule does."""
        named = self.performed.target
        resources = {"relay": self.configured.relays, "archive": self.configured.archives}
        bodies = resources.get(self.performed.kind)
        found = None if named is None or bodies is None else resource_named(named, bodies)
        if found is None:
            return named
        return str(found.get("RelayName") or found.get("ArchiveName") or named)

    @property
    def mail_from(self) -> str:
        """The sender of the envelope; empty: the null sender."""
        return self.accepted.envelope.mail_from or ""

    def copy(self) -> bytes:
        """The message with the headers that rules had added.

        Raises:
            OSError: it cannot be read.
        """
        return with_headers(self.message.read(), self.performed.headers)

    @property
    def stored(self) -> Path | bytes:
        """The file of the message, if no rule added a header; otherwise its copy with them.

        Raises:
            OSError: it cannot be read.
        """
        return self.copy() if self.performed.headers else self.message.path


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneDeed:
    """An action that was done."""

    target: str | None = None
    detail: str = ""
    file: str | None = None
    """What it wrote, below the data folder."""
    happened: tuple[Happening, ...] = ()
    """What it brought about."""
    letter: Letter | None = None
    """What is still to be handed to somebody."""
    answer: LambdaAnswer | None = None
    """What a function answered."""


def resource_named(
    named: str, resources: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The resource that a rule names by id, ARN or name."""
    found = resources.get(named)
    if found is not None:
        return found
    return next((body for key, body in resources.items() if names_target(key, named)), None)
