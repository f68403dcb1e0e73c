"""What the data folder holds about one message, read when somebody looks at it.

No path comes from a message, an event or a URL: file names are made of ids that have the form of
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import FILE_AT_MOST, parse_json, read_file
from mmctl.patterns import Pattern
from mmctl.serve.page.tailing import line_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mmctl.serve.page.rows import MailRow

MESSAGE_ID: Final = Pattern("[a-z0-9]{40}")
DIGEST: Final = Pattern("[A-Za-z0-9_-]{8,128}")
MOST_EVENTS: Final = 500
"""Events of a message that are shown, the last ones."""


class StoredMail:
    """One data folder."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self._folder = folder

    def accepted(self, row: MailRow) -> Mapping[str, Any]:
        """What was known when the message was accepted."""
        return _object(line_at(self._folder / "messages.jsonl", row.place))

    def refused(self, row: MailRow) -> Mapping[str, Any]:
        """The event of a refusal."""
        return _object(line_at(self._folder / "events.jsonl", row.place))

    def events(self, row: MailRow) -> list[Mapping[str, Any]]:
        """What became of the message, in order."""
        file = self._folder / "events.jsonl"
        return [_object(line_at(file, place)) for place in row.events[-MOST_EVENTS:]]

    def message(self, key: str) -> bytes | None:
        """The bytes of a message as it was received; None: there are none."""
        if MESSAGE_ID.fullmatch(key) is None:
            return None
        file = self._folder / "messages" / key[:2] / f"{key}.eml"
        try:
            return read_file(file, at_most=FILE_AT_MOST)
        except OSError:
            return None

    def gateway(self, digest: str) -> Mapping[str, Any] | None:
        """The configuration that judged, as it was written down; None: it is not there."""
        if DIGEST.fullmatch(digest) is None:
            return None
        return self._document("gateways", f"{digest}.json") or None

    def ports(self) -> Mapping[str, Any]:
        """Which ingress points take mail, and where."""
        return self._document("ports.json")

    def _document(self, *names: str) -> Mapping[str, Any]:
        try:
            content = read_file(self._folder.joinpath(*names), at_most=FILE_AT_MOST)
        except OSError:
            return {}
        return _object(content)


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        value = parse_json(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
