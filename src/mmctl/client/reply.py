"""Replies of SMTP servers as values: what a server wrote is hostile, and is only looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE: Final = re.compile(r"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_ENHANCED: Final = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |\Z)")
_TAKEN_AS: Final = re.compile(r"ok ([!-~]{1,200})", re.IGNORECASE)
_GOOD: Final = 2
_GO_ON: Final = 3
_LATER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: its code, and the text of each line."""

    code: int
    lines: tuple[str, ...] = ("",)

    @property
    def text(self) -> str:
        """All lines in one."""
        return " ".join(line for line in self.lines if line)

    @property
    def whole(self) -> str:
        """Code and text: `550 5.7.1 not wanted`."""
        return f"{self.code} {self.text}".rstrip()

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), if there is one: `5.7.1`."""
        found = _ENHANCED.match(self.lines[0])
        return found[1] if found else None

    @property
    def ok(self) -> bool:
        """Whether the server does what was asked."""
        return self.code // 100 == _GOOD

    @property
    def goes_on(self) -> bool:
        """Whether the server waits for more: the message after DATA, an answer after AUTH."""
        return self.code // 100 == _GO_ON

    @property
    def for_now(self) -> bool:
        """Whether the refusal is for now only."""
        return self.code // 100 == _LATER

    @property
    def message_id(self) -> str | None:
        """The id under which a message was taken: Mail Manager answers `250 OK <id>`."""
        found = _TAKEN_AS.fullmatch(self.lines[-1].strip()) if self.ok else None
        return found[1].strip("<>") if found else None


def line_of(text: str) -> tuple[int, bool, str] | None:
    """The code of a reply line, whether another follows, and its text; None: it is no reply."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    code, sign, rest = found.groups()
    return int(code), sign == "-", rest or ""


def features_of(lines: Sequence[str]) -> dict[str, str]:
    """What a server offers in its reply to EHLO: keyword in capitals → the rest of its line."""
    words = (line.strip().partition(" ") for line in lines[1:])
    return {keyword.upper(): rest.strip() for keyword, _, rest in words if keyword}
