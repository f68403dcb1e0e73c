"""What the embedded Mail Manager noted of messages when it took them.

Others wrote the journal, and what is in it came by mail: nothing in it is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.mail.facts import facts_of, session_of
from mmctl.mail.reader import read_email
from mmctl.operate.staging.beside import NotedSession
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project


@dataclass(slots=True, kw_only=True)
class NotedMail:
    """The journal of a data folder, read as it grows."""

    project: Project
    data: Path
    _at: int = 0
    _found: dict[tuple[str, ...], Any] = field(default_factory=dict)
    """The last message with a sender, a recipient and a header."""

    def __call__(
        self, mail_from: str | None, recipient: str | None, header: bytes
    ) -> NotedSession | None:
        """What was noted of a message; None: nothing like it was taken."""
        if recipient is None:
            return None
        self._read()
        fields = read_email(header).headers
        shown = [_one_line(fields.topmost(name)) for name in ("from", "subject", "date")]
        found = self._found.get((mail_from or "", recipient.lower(), *shown))
        if found is None:
            return None
        name = self._logical(str(_map(found.get("ingress_point")).get("name", "")))
        if name is None:
            return None
        return NotedSession(
            ingress_point=name,
            session=session_of(_map(found.get("session"))),
            facts=facts_of(_map(found.get("verdicts"))),
        )

    def _logical(self, live_name: str) -> str | None:
        points = self.project.ingress_points.items()
        return next((name for name, each in points if each.live_name == live_name), None)

    def _read(self) -> None:
        from mmctl.emulator.data_folder import DataFolder, read_lines

        try:
            with DataFolder(self.data).messages.open("rb") as file:
                file.seek(self._at)
                for line in read_lines(file):
                    for key in _keys(line):
                        self._found[key] = line
                self._at = file.tell()
        except OSError:
            return


def _keys(line: Any) -> list[tuple[str, ...]]:
    envelope, header = _map(line.get("envelope")), _map(line.get("header"))
    sender = str(envelope.get("mail_from", ""))
    shown = [_one_line(header.get(name)) for name in ("from", "subject", "date")]
    recipients = envelope.get("recipients")
    if not isinstance(recipients, list):
        return []
    return [(sender, str(each).lower(), *shown) for each in recipients]


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())[:900]


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
