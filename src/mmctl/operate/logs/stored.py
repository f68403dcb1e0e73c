"""Messages that were stored, joined with what a log says of them.

A message is known by the service's id: an archive, a bucket and the embedded Mail Manager have it
in the name of the copy, and whoever received the message has it in a `Received` header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.submission import Submission
from mmctl.mail.email import Size
from mmctl.mail.facts import Stated, as_stated, over
from mmctl.mail.headers import Headers, records
from mmctl.mail.reader import read_email
from mmctl.operate.logs.deciding import JoinedMessage
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.submission import envelope_of, session_of
from mmctl.patterns import Pattern
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mmctl.judge.simulation import Authenticate
    from mmctl.mail.email import Email
    from mmctl.mail.partial import Message
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

_WORD: Final = Pattern(r"[A-Za-z0-9]{16,64}")
"""What an id may look like: letters and digits, without a blank."""
_LONGEST_NAME: Final = 1_024
_HEADERS: Final = ("received", "x-ses-message-id", "x-mmctl-released")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedMessages:
    """Names that know stored messages, and how many there are."""

    names: LogNames
    undecided: int
    """Messages in which it was open which rule is meant."""
    found: int
    """How many of these were stored."""


def id_of(message: Message, known: Collection[str]) -> str | None:
    """The id under which a log knows a stored message; None: it does not."""
    for word in _WORD.findall(message.name[-_LONGEST_NAME:]):
        if word in known:
            return str(word)
    headers = read_email(message.content, unread=message.unread).headers
    for name in _HEADERS:
        for value in records(headers.values_of(name)):
            for word in _WORD.findall(value):
                if word in known:
                    return str(word)
    return None


def message_ids(stored: Iterable[Message], logged: Iterable[LoggedMessage]) -> dict[str, str]:
    """The `Message-ID` headers of stored messages, without `<` and `>`, by the ids of the log."""
    known = {message.id for message in logged if message.id is not None}
    found: dict[str, str] = {}
    for message in stored:
        own = id_of(message, known)
        if own is None or own in found:
            continue
        headers = read_email(message.content, unread=message.unread).headers
        values = headers.values_of("message-id")
        if len(values) == 1:
            found[own] = values[0].strip().strip("<>")
    return found


def submission_with(
    message: Message,
    logged: LoggedMessage,
    added: Iterable[tuple[str, str]],
    stated: Stated,
    authenticate: Authenticate | None,
) -> Submission:
    """What is known of a message: what was stored of it, and its session and envelope by the log.

    `added` are the headers that rules added to it, as the log says.
    What is stated comes first, then the log, then what is computed. Results that a header claims
    were there before the service verified the message, and anybody may have written them.
    """
    email = as_received(read_email(message.content, unread=message.unread), logged, added)
    accepted = logged.accepted
    by_log = Stated(envelope=envelope_of(logged))
    if accepted is not None:
        by_log = replace(by_log, session=session_of(accepted))
    known = over(stated, by_log)
    if authenticate is not None:
        computed = authenticate(
            message.content, email, known.envelope, known.session, stated.facts
        ).facts
        facts = over(Stated(facts=stated.facts), Stated(facts=computed)).facts
        known = replace(known, facts=as_stated(facts, stated.facts))
    return Submission(
        email=email, session=known.session, envelope=known.envelope, facts=known.facts
    )


def as_received(email: Email, logged: LoggedMessage, added: Iterable[tuple[str, str]]) -> Email:
    """A stored message as it arrived: without what rules had added to this copy of it."""
    size = None if logged.accepted is None else logged.accepted.size
    if size is None or email.unread or email.size == size:
        return email if size is None else replace(email, length=Size(size))
    values = {name: list(each) for name, each in email.headers.items()}
    for name, value in added:
        written = values.get(name.lower(), [])
        if value in written:
            written.remove(value)
    left = {name: tuple(each) for name, each in values.items() if each}
    return replace(email, headers=Headers.of(left), length=Size(size))


def joined(
    messages: Iterable[LoggedMessage],
    names: LogNames,
    stored: Iterable[Message],
    authenticate: Authenticate | None = None,
) -> JoinedMessages:
    """What stored messages tell of those in which it is open which rule is meant."""
    unknown = {
        logged.id: logged
        for logged in messages
        if logged.id is not None and _is_open(MessageNames(logged, names), logged)
    }
    found: dict[str, JoinedMessage] = {}
    for message in stored:
        known = id_of(message, unknown)
        if known is not None and known not in found:
            logged = unknown[known]
            added = MessageNames(logged, names).added()
            found[known] = JoinedMessage(
                logged=logged,
                submission=submission_with(message, logged, added, Stated(), authenticate),
            )
        if len(found) == len(unknown):
            break
    # What names of other times know goes with the names of now.
    known_now = replace(names, stored=found, known={}, others={})
    return JoinedMessages(names=known_now, undecided=len(unknown), found=len(found))


def _is_open(named: MessageNames, logged: LoggedMessage) -> bool:
    """Whether it is unknown which rule a record of a message means."""
    return any(named.of(record).is_open for record in logged.acted)
