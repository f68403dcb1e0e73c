"""Accepted messages on disk before the 250: written, renamed, synced in groups.

One thread stores what connections hand over. While it waits for the disk, others come; they are
the next group, so that many messages cost one sync. A message that was acknowledged is there after
the process is killed, and after a power cut if the disk keeps what it says it has.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import queue
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mmctl.emulator.data_folder import PRIVATE_FILE, PRIVATE_FOLDER, message_path
from mmctl.emulator.journal import ID_LENGTH, Accepted, ShownHeader, TlsSession, instant
from mmctl.judge.submission import Submission
from mmctl.mail.reader import read_received
from mmctl.records import dataclass, replace
from mmctl.visible import visible
from mmctl.writing import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal_file import Journal
    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.mail.email import Email, Envelope, Facts, Session

GROUP_SECONDS: Final = 0.02
"""How long a message waits at most for others to be synced with."""
MOST_IN_GROUP: Final = 64
LONGEST_SHOWN: Final = 998
"""Characters of a header that a list of messages may show."""
_NEW: Final = ".new"
"""The folder of files that have no name yet, in `messages`."""
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_ROOM: Final = "452 4.3.1 the disk is full, try again later"
NOT_STORED: Final = "451 4.3.0 the message could not be stored, try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that is to be accepted, with all that its session knows."""

    configured: Configured
    session: Session
    envelope: Envelope
    facts: Facts
    content: bytes
    tls: TlsSession | None = None
    user: str | None = None
    answers: Mapping[str, str]
    failing: tuple[str, ...] = ()
    certificate: Mapping[str, str] | None = None
    """Issuer and validity of the client's certificate."""


class StoredMessage(NamedTuple):
    """A message that is on disk."""

    accepted: Accepted
    line: Mapping[str, Any]
    """Its JSON form."""
    text: str
    """That on one line."""
    submission: Submission
    received: Received


class StoreReply(NamedTuple):
    """What is said about a message that was handed over."""

    answered: Callable[[str], object]
    text: str


class Storing:
    """Stores messages in a thread of its own.

    `on_stored` is called in that thread with each group, after it is on disk; then `answer` with
    the replies to all of it.
    """

    def __init__(
        self,
        folder: DataFolder,
        journal: Journal,
        *,
        clock: Callable[[], datetime],
        on_stored: Callable[[Sequence[StoredMessage]], object],
        answer: Callable[[Sequence[StoreReply]], object],
        on_trouble: Callable[[str], object],
        add_ons: AddOnTable | None = None,
    ) -> None:
        self._folder, self._journal, self._clock = folder, journal, clock
        self._on_stored, self._answer = on_stored, answer
        self._on_trouble = on_trouble
        self._add_ons = add_ons
        self._root = str(folder.root)
        self._new = folder.root / "messages" / _NEW
        self._kept_gateways: set[str] = set()
        self._made: set[str] = set()
        self._said_why = ""
        """What was said last of why mail is refused; nothing since one was stored."""
        self._sync = Sync(folder)
        self._waiting: queue.SimpleQueue[_StoreOrder | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="storing", daemon=True)
        self._clean()
        self._thread.start()

    def store(self, received: Received, answered: Callable[[str], object]) -> None:
        """Store a message; `answered` is handed over with the reply."""
        self._waiting.put(_StoreOrder(received, answered))

    def close(self) -> None:
        """Store what was handed over, and end."""
        self._waiting.put(None)
        self._thread.join()
        self._sync.close()

    def _clean(self) -> None:
        """Remove what a killed process had not finished; nobody was told that it is there."""
        self._new.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        for left in self._new.iterdir():
            left.unlink()

    def _work(self) -> None:
        going = True
        while going:
            first = self._waiting.get()
            if first is None:
                return
            group = [first]
            while len(group) < MOST_IN_GROUP:
                try:
                    order = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if order is None:
                    going = False
                    break
                group.append(order)
            self._group(group)

    def _group(self, group: list[_StoreOrder]) -> None:
        stored: list[tuple[_StoreOrder, StoredMessage]] = []
        replies: list[StoreReply] = []
        for order in group:
            try:
                stored.append((order, self._written(order.received)))
            except OSError as error:
                self._say_why(error)
                replies.append(StoreReply(order.answered, _refusal(error)))
            except Exception as error:  # noqa: BLE001 - the others of the group go on
                self._on_trouble(f"a message could not be stored: {_shown(error)}")
                replies.append(StoreReply(order.answered, NOT_STORED))
        try:
            self._sync.all()
            if stored:
                self._journal.messages([each.text for _, each in stored])
        except OSError as error:
            self._say_why(error)
            for order, each in stored:
                self._remove(each.accepted.id)
                replies.append(StoreReply(order.answered, _refusal(error)))
            stored = []
        if stored:
            self._said_why = ""
            self._hand_over([each for _, each in stored])
        replies += [
            StoreReply(order.answered, f"250 OK {each.accepted.id}") for order, each in stored
        ]
        self._answer(replies)

    def _say_why(self, error: OSError) -> None:
        """Say why mail is refused: once, until some is stored again."""
        reason = visible((error.strerror or str(error)).lower())
        if reason != self._said_why:
            self._said_why = reason
            self._on_trouble(f"mail is refused: cannot write to `{self._root}`: {reason}")

    def _hand_over(self, stored: Sequence[StoredMessage]) -> None:
        """Tell of a group; whoever fails then finds it in the queue at the next start."""
        try:
            self._on_stored(stored)
        except Exception as error:  # noqa: BLE001 - mail goes on
            self._on_trouble(f"accepted mail waits for the next start: {_shown(error)}")

    def _written(self, received: Received) -> StoredMessage:
        """Write message and queue entry; the entry is what makes the message accepted."""
        id_ = new_id()
        email = read_received(received.content)
        if self._add_ons is not None:
            facts, envelope = received.facts, received.envelope
            answers = self._add_ons.answers(
                envelope.mail_from or "", envelope.recipients, email, facts.add_ons
            )
            received = replace(received, facts=replace(facts, add_ons=answers))
        accepted = self._accepted(id_, received, email)
        line = accepted.to_json()
        self._keep_gateway(received.configured)
        folder = id_[:2]
        if folder not in self._made:
            (self._folder.root / "messages" / folder).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            self._made.add(folder)
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        try:
            self._write(id_, received.content, f"{self._root}/{accepted.file}")
            entry = text.encode("utf-8", "surrogatepass")
            self._write(id_, entry, f"{self._root}/queue/{id_}.json")
        except OSError:
            self._remove(id_)
            raise
        submission = Submission(
            email=email,
            session=received.session,
            envelope=received.envelope,
            facts=received.facts,
        )
        return StoredMessage(accepted, line, text, submission, received)

    def _accepted(self, id_: str, received: Received, email: Email) -> Accepted:
        configured = received.configured
        return Accepted(
            id=id_,
            at=instant(self._clock()),
            account=configured.account,
            region=configured.region,
            ingress_point=configured.point,
            rule_set=configured.rule_set,
            traffic_policy=configured.traffic_policy,
            gateway=configured.digest,
            session=received.session,
            tls=received.tls,
            user=received.user,
            envelope=received.envelope,
            verdicts=received.facts,
            answers=received.answers,
            failing=received.failing,
            size=len(received.content),
            file=message_path(id_),
            header=_shown_header(email),
        )

    def _write(self, id_: str, content: bytes, path: str) -> None:
        beside = f"{self._new}/{id_}"
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(handle, left) :]
            self._sync.wrote(handle, path)
        finally:
            os.close(handle)
        os.rename(beside, path)  # noqa: PTH104 - a Path costs more than the rename

    def _remove(self, id_: str) -> None:
        for path in (self._folder.queued(id_), self._folder.message(id_), self._new / id_):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _keep_gateway(self, configured: Configured) -> None:
        """Keep the configuration that judges, once."""
        if configured.digest in self._kept_gateways:
            return
        path = self._folder.gateway(configured.digest)
        if not path.exists():
            content = json.dumps(configured.document, ensure_ascii=False, indent=1)
            self._write(configured.digest, content.encode("utf-8", "surrogatepass"), str(path))
        self._kept_gateways.add(configured.digest)


class _StoreOrder(NamedTuple):
    received: Received
    answered: Callable[[str], object]


class Sync:
    """Makes the system write to the disk: one call for all files of a group where it has one."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = os.open(folder.root, os.O_RDONLY) if os.name == "posix" else None
        self._folders: set[str] = set()
        self._syncfs: Any = None
        if sys.platform == "linux" and self._folder is not None:
            with suppress(OSError, AttributeError):
                self._syncfs = ctypes.CDLL(None, use_errno=True).syncfs

    def wrote(self, handle: int, path: str) -> None:
        """A file is complete, under this name in a moment."""
        if self._syncfs is None:
            os.fsync(handle)
            self._folders.add(os.path.dirname(path))  # noqa: PTH120 - a text is enough

    def all(self) -> None:
        """Return when everything that was written is on the disk.

        Raises:
            OSError: it is not.
        """
        if self._syncfs is not None and self._syncfs(self._folder):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        while self._folders:
            sync_folder(Path(self._folders.pop()))

    def close(self) -> None:
        """Close what it needs."""
        if self._folder is not None:
            os.close(self._folder)


def new_id() -> str:
    """The id of a message: 40 lower-case letters and digits, as the service's."""
    return os.urandom(ID_LENGTH // 2).hex()


def _shown(error: Exception) -> str:
    return visible(f"{type(error).__name__}: {error}")


def _refusal(error: OSError) -> str:
    return NO_ROOM if error.errno in _NO_ROOM else NOT_STORED


def _shown_header(email: Email) -> ShownHeader:
    def first(name: str) -> str:
        values = email.header_values(name, decoded=True)
        return values[0][:LONGEST_SHOWN] if values else ""

    return ShownHeader(
        from_=first("From"), to=first("To"), subject=first("Subject"), date=first("Date")
    )
