"""The record of releases: who released what to whom, why, and what the server said.

Each release is two lines of `releases.jsonl` in the store of the environment: what is about to be
sent, and what became of it; a line holds the digest of the one before. If a process dies between
them, the first line stays alone, and the outcome is unknown. A claim per message and recipient
makes sure that of two people who release at the same time only one does.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import parse_json
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.live.history.store import Store

RELEASES: Final = "releases.jsonl"
_CLAIM: Final = ".claim"
_FORMAT: Final = 1


class ReleaseState(StrEnum):
    """What became of a release to one recipient."""

    RELEASED = "released"
    REFUSED = "refused"
    """By the server, for good or for now: nothing was taken."""
    FAILED = "failed"
    """Nothing was sent."""
    UNKNOWN = "unknown"
    """It was sent, and no answer came: it may have been taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReply:
    """What became of a release to one recipient, and what the server said."""

    became: ReleaseState
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release of one message."""

    id: str
    at: str
    message: str
    archive: str
    via: str
    mail_from: str
    recipients: tuple[str, ...]
    others: tuple[str, ...]
    """Those of the recipients that the archived envelope does not have."""
    who: str
    host: str
    reason: str
    again: bool
    subject: str
    replies: Mapping[str, ReleaseReply] = field(default_factory=dict)
    """By recipient; empty: no outcome was recorded."""
    ended_at: str | None = None

    def became(self, recipient: str) -> ReleaseState:
        """What became of it for a recipient."""
        reply = self.replies.get(recipient)
        return ReleaseState.UNKNOWN if reply is None else reply.became

    def document(self) -> dict[str, Any]:
        """The release as JSON."""
        replies = {
            recipient: {"became": self.became(recipient).value, "reply": self._reply(recipient)}
            for recipient in self.recipients
        }
        return {
            "id": self.id,
            "at": self.at,
            "message": self.message,
            "archive": self.archive,
            "via": self.via,
            "mail_from": self.mail_from,
            "others": [*self.others],
            "who": self.who,
            "host": self.host,
            "reason": self.reason,
            "again": self.again,
            "subject": self.subject,
            "recipients": replies,
            "ended_at": self.ended_at,
        }

    def _reply(self, recipient: str) -> str:
        reply = self.replies.get(recipient)
        return "no outcome was recorded" if reply is None else reply.reply


class ReleaseRecord:
    """The releases of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def releases(self) -> tuple[tuple[Release, ...], tuple[int, ...]]:
        """All releases, oldest first, and the numbers of lines that were lost or changed."""
        return read_releases(self._store.get(RELEASES) or "")

    def claim(self, message: str, recipients: Iterable[str], *, by: str) -> tuple[str, ...]:
        """Claim a message for recipients; return those for whom somebody did so before."""
        return tuple(
            recipient
            for recipient in recipients
            if not self._store.put_new(claim_name(message, recipient), f"{by}\n")
        )

    def give_back(self, message: str, recipients: Iterable[str]) -> None:
        """Give claims back: nothing was released."""
        for recipient in recipients:
            self._store.delete(claim_name(message, recipient))

    def begin(self, release: Release) -> None:
        """Record what is about to be sent; on disk when this returns."""
        began = release.document()
        del began["ended_at"]
        began["recipients"] = [*release.recipients]
        self._append({"format": _FORMAT, "line": "begin", **began})

    def end(self, release: Release) -> None:
        """Record what became of it; on disk when this returns."""
        recipients = release.document()["recipients"]
        line = {"format": _FORMAT, "line": "end", "id": release.id, "at": release.ended_at}
        self._append(line | {"recipients": recipients})

    def _append(self, line: Mapping[str, Any]) -> None:
        lines = (self._store.get(RELEASES) or "").splitlines()
        chained = {**line, "previous": digest_of(lines[-1]) if lines else None}
        self._store.append(RELEASES, json.dumps(chained, sort_keys=True, ensure_ascii=False))


def claim_name(message: str, recipient: str) -> str:
    """The name of the claim for a message and a recipient."""
    text = json.dumps([message, recipient.casefold()])
    return f"released-{hashlib.sha256(text.encode()).hexdigest()[:40]}{_CLAIM}"


def digest_of(line: str) -> str:
    """The digest by which the next line knows a line."""
    return hashlib.sha256(line.encode()).hexdigest()


def read_releases(text: str) -> tuple[tuple[Release, ...], tuple[int, ...]]:
    """The releases of a record, and the numbers of lines that are damaged or follow another line.

    Two people who release at the same moment both continue from one line; that is no damage.
    """
    found: dict[str, Release] = {}
    known: set[str | None] = {None}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        document = _document(line)
        if document is None or not _taken(found, document) or document.get("previous") not in known:
            wrong.append(number)
        known.add(digest_of(line))
    return tuple(found.values()), tuple(wrong)


def _document(line: str) -> dict[str, Any] | None:
    try:
        document = parse_json(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _taken(found: dict[str, Release], line: Mapping[str, Any]) -> bool:
    """Take a line into what was found; False: it makes no sense."""
    try:
        if line["line"] == "begin":
            found[line["id"]] = _begun(line)
            return True
        begun = found[line["id"]]
        replies = {
            str(recipient): ReleaseReply(
                became=ReleaseState(each["became"]), reply=str(each["reply"])
            )
            for recipient, each in line["recipients"].items()
        }
        found[line["id"]] = _ended(begun, replies, str(line["at"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return True


def _begun(line: Mapping[str, Any]) -> Release:
    return Release(
        id=str(line["id"]),
        at=str(line["at"]),
        message=str(line["message"]),
        archive=str(line["archive"]),
        via=str(line["via"]),
        mail_from=str(line["mail_from"]),
        who=str(line["who"]),
        host=str(line["host"]),
        reason=str(line["reason"]),
        subject=str(line.get("subject", "")),
        recipients=_texts(line["recipients"]),
        others=_texts(line["others"]),
        again=bool(line["again"]),
    )


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(str, values))


def _ended(begun: Release, replies: Mapping[str, ReleaseReply], at: str) -> Release:
    return replace(begun, replies=replies, ended_at=at)
