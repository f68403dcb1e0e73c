"""One line of the list: a message that was accepted, or a recipient or session that was refused.

Only what the list shows and what is searched is kept; the rest is read again when somebody asks.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from mmctl.mail.encoded_words import decode_words
from mmctl.records import dataclass, field
from mmctl.serve.page.rule_names import RulesOnPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REFUSED: Final = "refused"
WAITING: Final = "waiting"
FAILED: Final = "failed"
UNDERWAY: Final = "underway"
AS_LIVE: Final = RulesOnPage()
"""Rules as the service names them."""
LONGEST_SHOWN: Final = 300
"""Characters of a text in the list."""
LONGEST_SOUGHT: Final = 4000
"""Characters of a message's texts in which words are sought."""


@dataclass(slots=True)
class MailRow:
    """One line of the list, and where the files tell about it."""

    key: str
    """The id of the message, or `refused-` and the place in `events.jsonl`."""
    at: str
    sender: str
    recipients: str
    subject: str
    point: str
    size: int
    sought: str
    place: int
    """Where its own line begins: in `messages.jsonl`, or in `events.jsonl` if it was refused."""
    more: int = 0
    """Recipients besides the first."""
    by: str = ""
    """The rule or statement that decided, of the first recipient."""
    outcomes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    events: list[int] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    failed: bool = False
    finished: bool = False

    @property
    def states(self) -> tuple[str, ...]:
        """Where it is on its way; nothing: all is done."""
        found = [WAITING] if self.waiting else []
        if self.failed:
            found.append(FAILED)
        if not self.finished and not self.waiting:
            found.append(UNDERWAY)
        return tuple(found)

    def shown(self) -> dict[str, Any]:
        """What the list shows of it."""
        return {
            "key": self.key,
            "at": self.at,
            "from": self.sender,
            "to": self.recipients,
            "more": self.more,
            "subject": self.subject,
            "point": self.point,
            "size": self.size,
            "by": self.by,
            "outcomes": self.outcomes,
            "states": self.states,
        }

    def happens(self, event: Mapping[str, Any], place: int, names: RulesOnPage = AS_LIVE) -> None:
        """Take what became of the message; `names` are those of its rules."""
        self.events.append(place)
        match event.get("event"):
            case "judged":
                self._judged(objects(event.get("recipients")), names, text(event, "at"))
            case "action" if event.get("status") == "FAILURE":
                self.failed = True
            case "waiting":
                self.waiting.add(text(event, "target"))
            case "delivered":
                self.waiting.discard(text(event, "target"))
            case "failed":
                self.waiting.discard(text(event, "target"))
                self.failed = True
            case "finished":
                self.waiting.clear()
                self.finished = True
            case _:
                pass

    def _judged(self, recipients: Iterable[Mapping[str, Any]], names: RulesOnPage, at: str) -> None:
        recipients = tuple(recipients)
        self.outcomes = _once(text(each, "outcome") for each in recipients)
        self.rules = _once(
            names.short(name, at)
            for each in recipients
            for name in (*texts(each.get("rules")), text(each, "by"))
            if name
        )
        by = next((text(each, "by") for each in recipients), "")
        self.by = sys.intern(names.short(by, at))


def accepted_row(accepted: Mapping[str, Any], place: int) -> MailRow:
    """The row of an accepted message."""
    header = mapping(accepted, "header")
    envelope = mapping(accepted, "envelope")
    session = mapping(accepted, "session")
    recipients = texts(envelope.get("recipients"))
    shown = {name: decode_words(text(header, name)).text for name in ("from", "to", "subject")}
    size = accepted.get("size")
    sender = text(envelope, "mail_from")
    where = (text(session, "source_ip"), text(session, "helo"))
    words = (text(accepted, "id"), sender, *recipients, *shown.values(), *where)
    return MailRow(
        key=text(accepted, "id"),
        at=text(accepted, "at"),
        sender=(shown["from"] or sender or "<>")[:LONGEST_SHOWN],
        recipients=(recipients[0] if recipients else "")[:LONGEST_SHOWN],
        more=max(0, len(recipients) - 1),
        subject=shown["subject"][:LONGEST_SHOWN],
        point=sys.intern(text(mapping(accepted, "ingress_point"), "name")),
        size=size if isinstance(size, int) else 0,
        sought="\n".join(words)[:LONGEST_SOUGHT].lower(),
        place=place,
    )


def refused_row(event: Mapping[str, Any], place: int) -> MailRow:
    """The row of a recipient or a session that was refused."""
    recipient = text(event, "recipient")
    reply = text(event, "reply")
    sender = text(event, "mail_from")
    by = sys.intern(text(event, "by"))
    words = (sender, recipient, reply, text(event, "source_ip"), text(event, "helo"), by)
    return MailRow(
        key=f"{REFUSED}-{place}",
        at=text(event, "at"),
        sender=(sender or ("<>" if recipient else text(event, "source_ip")))[:LONGEST_SHOWN],
        recipients=recipient[:LONGEST_SHOWN],
        subject=reply[:LONGEST_SHOWN],
        point=sys.intern(text(mapping(event, "ingress_point"), "name")),
        size=0,
        sought="\n".join(words)[:LONGEST_SOUGHT].lower(),
        place=place,
        by=by,
        outcomes=(REFUSED,),
        rules=(by,) if by else (),
        finished=True,
    )


def text(of: Mapping[str, Any], name: str) -> str:
    """The text of a member; empty if it has none."""
    value = of.get(name)
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def mapping(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of a member; empty if it has none."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sys.intern(value) for value in values))
