"""One message on its way through the actions of the rules that apply to it.

A journey is judged, and does what the judgment says in order. Where an action fails or a function
answers, it is judged again with that, and goes on where it was. Where an action cannot be done now,
it stops, and goes on later.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.delivering.actions import carry_out, lane_of, minutes_to_try
from mmctl.emulator.delivering.deed import ActionFails, Deed, MessageOnDisk, NotNow
from mmctl.emulator.delivering.judging import submission_of
from mmctl.emulator.delivering.moments import is_over
from mmctl.emulator.delivering.progress import DoneSoFar
from mmctl.emulator.delivering.queue_folder import STATE
from mmctl.emulator.journal import ActionTaken, Waiting, instant
from mmctl.emulator.records.rule_sets import LoggedAction, matched_of, tried_of
from mmctl.judge.submission import LambdaAnswer
from mmctl.model.actions import row_of
from mmctl.model.logs import ActionStatus
from mmctl.records import dataclass, replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from mmctl.emulator.delivering.deed import DoneDeed
    from mmctl.emulator.delivering.judging import Prepared
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.emulator.journal import Accepted, Happening
    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import Performed, Trace

    Say = Callable[[Happening], None]

DISK: Final = "disk"
"""The host of what waits for room on the disk."""
_DISK_AT_MOST: Final = 30.0
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """All actions are done, or handed on."""

    records: tuple[LoggedAction, ...]
    tried: int


@dataclass(frozen=True, slots=True)
class InLane:
    """The next action may take long, so it is done in the lane of its target."""

    lane: str


@dataclass(frozen=True, slots=True)
class Later:
    """The next action cannot be done now."""

    due: datetime
    lane: str
    why: str


class Journey:
    """One message on its way."""

    def __init__(
        self,
        accepted: Accepted,
        prepared: Prepared,
        means: DeliveryMeans,
        *,
        submission: Submission | None = None,
        members: Mapping[str, Any] | None = None,
        progress: DoneSoFar | None = None,
        again: bool = False,
    ) -> None:
        self.accepted = accepted
        self.prepared = prepared
        self.members = accepted.to_json() if members is None else members
        """`accepted` in JSON."""
        self.progress = progress or DoneSoFar()
        self.lock = threading.RLock()
        """For the letters: lanes hand them on while actions are done."""
        self.message = MessageOnDisk(means.folder.message(accepted.id))
        self.users = 0
        """How many threads work on it now."""
        self.saved = False
        """Whether its entry in the queue has all that was done."""
        self.resumed = False
        """Whether it was read from the queue, and not gone on with since."""
        self.posted: set[str] = set()
        """The letters that are in their lanes."""
        self.told = False
        """Whether the journal says that it is finished."""
        self.over = False
        """Whether it is out of the queue."""
        self._means = means
        self._submission = submission
        self._again = again
        self._trace: Trace | None = None
        self._matches: dict[int, tuple[str, ...]] = {}
        """The recipients that each rule matched."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.progress.walked and not self.progress.letters

    def entry(self) -> dict[str, Any]:
        """Its entry in the queue; call it with the lock."""
        return {**self.members, STATE: self.progress.to_json()}

    def go_on(self, say: Say, lane: str | None) -> Walked | InLane | Later:
        """Do what is left to do; `lane` is where this runs, None: where nobody may wait.

        Raises:
            OSError: the message cannot be read.
        """
        trace = self._judged(say)
        deeds = self._deeds(trace)
        while (deed := self._next(deeds)) is not None:
            needed = lane_of(deed, self._means)
            if needed not in {None, lane}:
                return InLane(str(needed))
            outcome = self._do(deed, say)
            if isinstance(outcome, Later):
                return outcome
            if outcome:
                self._trace = None
                trace = self._judged(say)
                deeds = self._deeds(trace)
        self.progress.walked = True
        self._submission = None
        tried = tried_of(trace, len(self.prepared.configured.gateway.rules))
        records, self.progress.records = tuple(self.progress.records), []
        return Walked(records=records, tried=tried)

    def _judged(self, say: Say) -> Trace:
        if self._trace is None:
            if self._submission is None:
                self._submission = submission_of(self.accepted, self.message.read())
            self._trace = self.prepared.judge(self._submission, self.accepted, self.progress)
            self._matches = matched_of(self._trace)
            say(self.prepared.judged(self._trace, self.accepted, self.progress))
        return self._trace

    def _next(self, deeds: Iterator[Deed]) -> Deed | None:
        return next((deed for deed in deeds if deed.key not in self.progress.done), None)

    def _deeds(self, trace: Trace) -> Iterator[Deed]:
        """The actions in order; forms of one action are numbered."""
        place, form = None, 0
        for performed in trace.performed:
            here = (performed.index, performed.path)
            form = form + 1 if here == place else 0
            place = here
            yield self._deed(performed, form)

    def _deed(self, performed: Performed, form: int) -> Deed:
        return Deed(
            accepted=self.accepted,
            members=self.members,
            configured=self.prepared.configured,
            message=self.message,
            performed=performed,
            form=form,
            again=self._again or self.progress.tries > 0,
        )

    def _do(self, deed: Deed, say: Say) -> bool | Later:
        """Do one action; True: the message must be judged again."""
        if deed.performed.failed:  # stated by the client, or found out before
            why = self.progress.failing.get(_label(deed.performed), "fails, as the client stated")
            self._note(deed, say, ActionStatus.FAILURE, why)
            return False
        try:
            done = carry_out(deed, self._means)
        except ActionFails as error:
            return self._failed(deed, say, str(error))
        except NotNow as error:
            return self._not_now(deed, say, str(error))
        except OSError as error:
            return self._no_room(deed, say, error)
        for happened in done.happened:
            say(happened)
        if done.letter is not None:
            letter = replace(done.letter, matched=self._matched(deed))
            with self.lock:
                self.progress.letters[letter.key] = letter
        under_way = done.letter is not None and done.letter.ends_action
        status = ActionStatus.IN_PROGRESS if under_way else ActionStatus.SUCCESS
        self._note(deed, say, status, done.detail, done)
        return self._answered(deed, done)

    def _failed(self, deed: Deed, say: Say, why: str) -> bool:
        self._note(deed, say, ActionStatus.FAILURE, why)
        self.progress.failing[_label(deed.performed)] = why
        return True

    def _answered(self, deed: Deed, done: DoneDeed) -> bool:
        """Whether a function answered what changes the judgment; its first answer counts."""
        function = row_of(deed.performed.action).function(deed.performed.action.value)
        if done.answer is None or function is None or function in self.progress.answers:
            return False
        self.progress.answers[function] = done.answer
        return done.answer is not LambdaAnswer.CONTINUE

    def _not_now(self, deed: Deed, say: Say, why: str) -> bool | Later:
        """Try again later, or give up if that takes too long."""
        now = self._means.clock()
        progress, retries = self.progress, self._means.settings.retries
        progress.since = progress.since or instant(now)
        minutes = minutes_to_try(deed)
        age = retries.age if minutes is None else 60.0 * minutes
        if is_over(progress.since, age, now):
            return self._failed(deed, say, why)
        lane = lane_of(deed, self._means) or DISK
        return self._later(deed, say, why, lane, retries.after(progress.tries + 1))

    def _no_room(self, deed: Deed, say: Say, error: OSError) -> Later:
        why = (error.strerror or str(error)).lower()
        delay = min(_DISK_AT_MOST, self._means.settings.retries.after(self.progress.tries + 1))
        return self._later(deed, say, why, DISK, delay)

    def _later(self, deed: Deed, say: Say, why: str, lane: str, delay: float) -> Later:
        due = self._means.clock() + timedelta(seconds=delay)
        self.progress.tries += 1
        self.progress.next = instant(due)
        say(
            Waiting(
                target=deed.target or deed.performed.kind,
                host=DISK if lane == DISK else lane,
                recipients=deed.performed.recipients,
                reply=_shown(why),
                tries=self.progress.tries,
                next=self.progress.next,
            )
        )
        return Later(due, lane, why)

    def _note(
        self, deed: Deed, say: Say, status: ActionStatus, detail: str, done: DoneDeed | None = None
    ) -> None:
        """Say how an action ended, to the journal and to the service's own log."""
        self.progress.done.add(deed.key)
        self.progress.tries, self.progress.since, self.progress.next = 0, "", None
        performed = deed.performed
        say(
            ActionTaken(
                rule=performed.rule,
                rule_index=deed.rule_index,
                action=log_name(performed),
                action_index=deed.action_index,
                target=done.target if done and done.target else deed.target,
                recipients=performed.recipients,
                status=status.value,
                detail=_shown(detail),
                file=None if done is None else done.file,
            )
        )
        record = LoggedAction(
            rule=performed.index,
            action=deed.action_index - 1,
            recipients=self._matched(deed),
            status=status,
            failure=_shown(detail) if status is ActionStatus.FAILURE else None,
        )
        if record not in self.progress.records:  # forms that end alike are one action
            self.progress.records.append(record)

    def _matched(self, deed: Deed) -> tuple[str, ...]:
        """Whom the rule of an action matched."""
        return self._matches.get(deed.performed.index, deed.performed.recipients)


def _label(performed: Performed) -> str:
    """What a scenario calls an action that fails."""
    return performed.kind if performed.target is None else f"{performed.kind}:{performed.target}"


def _shown(text: str) -> str:
    """What others said, on one line of a bounded length."""
    return visible(text[:_LONGEST])


def log_name(performed: Performed) -> str:
    """The name of an action in the service's own log."""
    return row_of(performed.action).key.upper()
