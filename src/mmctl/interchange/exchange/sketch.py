"""Messages that a rule takes, made from its own conditions, to show where it differs here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Data

_STRANGER: Final = "a.person@stranger.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A message, with what conditions look at."""

    sender: str = _STRANGER
    mail_from: str | None = None
    """None: as `sender`."""
    recipients: tuple[str, ...] = ("a.user@example.com",)
    to: str | None = None
    """None: the first recipient."""
    cc: str | None = None
    subject: str = "Hello"
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    size: int | None = None
    source_ip: str | None = None
    display_name: str | None = None
    set_by: tuple[str, ...] = ()
    """The parts that conditions have set."""
    sound: bool = True
    """False where two conditions want two different things of one part: then it shows nothing."""

    def having(self, part: str, value: Any) -> Sketch:
        """With a part as a condition wants it."""
        again = part in self.set_by and getattr(self, part) != value
        return replace(
            self,
            **{part: value},
            set_by=(*self.set_by, part),
            sound=self.sound and not again,
        )

    def saying(self, text: str) -> Sketch:
        """With a text in the subject, after what is there."""
        subject = f"{self.subject} {text}" if "subject" in self.set_by else text
        return replace(self, subject=subject, set_by=(*self.set_by, "subject"))

    def twisted(self, part: str, value: Any) -> Sketch:
        """With a part as no condition wants it."""
        return replace(self, **{part: value})

    def with_header(self, name: str, value: str) -> Sketch:
        """With one more header."""
        return replace(self, headers=(*self.headers, (name, value)))

    @property
    def mail(self) -> Data:
        """The message as a case has it."""
        sender = self.sender
        if self.display_name is not None:
            sender = f'"{self.display_name}" <{sender}>'
        message: Data = {
            "from": sender,
            "to": self.to or self.recipients[0],
            "subject": self.subject,
        }
        if self.cc is not None:
            message["cc"] = self.cc
        if self.headers:
            headers: dict[str, list[str]] = {}
            for name, value in self.headers:
                headers.setdefault(name, []).append(value)
            message["headers"] = headers
        if self.body is not None:
            message["body"] = self.body
        if self.size is not None:
            message["size"] = self.size
        mail: Data = {
            "message": message,
            "envelope": {
                "mail_from": self.mail_from or self.sender,
                "recipients": list(self.recipients),
            },
        }
        if self.source_ip is not None:
            mail["session"] = {"source_ip": self.source_ip}
        return mail


def address_with(text: str) -> str:
    """An address that has a text in it, with nothing but marks beside it."""
    if text.startswith("@"):
        return f"someone{text}"
    if text.endswith("@"):
        return f"{text}stranger.example"
    if "@" in text:
        return text
    return f"someone@{text}" if "." in text else f"{text}@stranger.example"


def beside_a_letter(word: str) -> str | None:
    """A text in which a word is a part of a longer one; None: it has marks at both ends."""
    if word[-1:].isalnum():
        return f"{word}x"
    return f"x{word}" if word[:1].isalnum() else None
