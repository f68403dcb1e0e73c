"""Where accepted mail goes on: it is judged, and what the rules say is done."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Protocol

from mmctl.emulator.gateways import submission_of
from mmctl.emulator.journal import (
    ActionTaken,
    Delivered,
    Finished,
    Judged,
    RecipientEnd,
)
from mmctl.judge.index.index import index_of
from mmctl.judge.judging import judge

if TYPE_CHECKING:
    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal import Accepted
    from mmctl.emulator.journal_file import Journal
    from mmctl.judge.submission import Submission


class Office(Protocol):
    """Anything that takes accepted mail."""

    def take(
        self, accepted: Accepted, configured: Configured, submission: Submission | None = None
    ) -> None:
        """Take a message; what becomes of it is done later, in other threads."""

    def close(self) -> None:
        """Finish what is under way; what is not stays in the queue on disk."""


class PostOffice:
    """Takes accepted mail and carries it through the rules, in a thread of its own."""

    def __init__(self, folder: DataFolder, journal: Journal) -> None:
        self._folder, self._journal = folder, journal
        self._taken: queue.SimpleQueue[tuple[Accepted, Configured, Submission | None] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="post office", daemon=True)
        self._thread.start()

    def take(
        self, accepted: Accepted, configured: Configured, submission: Submission | None = None
    ) -> None:
        """Take a message; what becomes of it is done later, in other threads.

        `submission` is the message as it was received, if it is known already.
        """
        self._taken.put((accepted, configured, submission))

    def close(self) -> None:
        """Finish what is under way; what is not stays in the queue on disk."""
        self._taken.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (taken := self._taken.get()) is not None:
            self._carry(*taken)

    def _carry(
        self, accepted: Accepted, configured: Configured, submission: Submission | None
    ) -> None:
        path = self._folder.message(accepted.id)
        if submission is None:
            submission = submission_of(accepted.to_json(), path.read_bytes())
        gateway = configured.gateway
        survey = index_of(gateway, assume_pass=True).survey(submission)
        trace = judge(gateway, submission, assume_pass=True, among=survey.rules)
        self._journal.event(
            accepted.id,
            Judged(
                recipients=tuple(
                    RecipientEnd(
                        recipient=each.recipient,
                        outcome=each.outcome.value,
                        by=each.by,
                        rules=each.applied,
                    )
                    for each in trace.recipients
                ),
                assumed={fact.fact: value for fact, value in trace.assumed.items()},
            ),
        )
        places = {rule.name: place for place, rule in enumerate(gateway.rules, 1)}
        for done in trace.performed:
            if done.kind != "relay":
                continue
            relay = configured.relays.get(done.target or "", {})
            name = relay.get("RelayName", done.target or "")
            target = self._folder.maildir("relays", name) / "new"
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = target / accepted.id
            file.write_bytes(path.read_bytes())
            kept = self._folder.relative(file)
            self._journal.event(
                accepted.id,
                ActionTaken(
                    rule=done.rule,
                    rule_index=places[done.rule],
                    action="RELAY",
                    action_index=1,
                    target=name,
                    recipients=done.recipients,
                    status="SUCCESS",
                    file=kept,
                ),
            )
            self._journal.event(
                accepted.id,
                Delivered(
                    target=name,
                    host="maildir",
                    recipients=done.recipients,
                    reply="250 kept",
                    file=kept,
                ),
            )
        self._journal.event(accepted.id, Finished())
        self._journal.flush()
        self._folder.queued(accepted.id).unlink(missing_ok=True)
