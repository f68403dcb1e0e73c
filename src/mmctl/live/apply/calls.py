"""How one call is made during an apply: noted before and after, repeated if that is harmless.

It also waits: ingress points take minutes, and what they use is in use until they are gone.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mmctl.errors import CouldNot
from mmctl.live.apply.written import LAG, keep_writes, recent_writes
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer
from mmctl.live.state.times import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mmctl.live.apply.effects import Means
    from mmctl.live.apply.written import Line
    from mmctl.model.kinds import Kind

T = TypeVar("T")

UNDER_WAY: Final = ("PROVISIONING", "UPDATING")
_FINAL_FAILURES: Final = ("FAILED", "ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST")
_LOOK_AGAIN: Final = (0.5, 1.0, 2.0)
"""Seconds before each further look; the last value repeats."""
_SURE: Final = 3.5
"""Seconds for which something must not change before it counts as somebody else's work."""


class WentWrong(Exception):
    """The service took a call and then said that it failed, or never said that it is done."""


class ChangedMeanwhile(Exception):
    """An object is no longer what the plan was made from: somebody else wrote to it."""


class Calls:
    """The calls of one apply; `wrote` counts those that happened or may have happened."""

    def __init__(self, means: Means, entry: str) -> None:
        self._means = means
        self._entry = entry
        self.wrote = 0
        self.written = recent_writes(means.history.store, means.now())

    def remember(self, id: str, part: str, was: object, now: object) -> None:
        """Keep what a part of an object was and is now, for this apply and for the next command."""
        self.remember_all([{"id": id, "part": part, "was": was, "is": now}])

    def remember_all(self, lines: Sequence[Line]) -> None:
        """Keep what several parts of objects were and are now."""
        changed = [line for line in lines if line["was"] != line["is"]]
        for line in changed:
            self.written.note(line)
        if changed:
            keep_writes(self._means.history.store, self._entry, self._means.now(), changed)

    def found(self, look: Callable[[], T | None]) -> T | None:
        """What a look finds that must be there; None: it is not there, even after waiting."""
        return settled(self._means, look, lambda found: found is not None, is_old=lambda _: True)

    def write(self, operation: str, subject: str, call: Callable[[], T]) -> T:
        """Make one call, noted before and after."""
        (found,) = self._noted(operation, [(subject, call)])
        if isinstance(found, Exception):
            raise found
        return found

    def twice(self, operation: str, subject: str, call: Callable[[], None]) -> None:
        """Make a call that is harmless when made twice; repeat it if its outcome is unknown."""
        self.all_twice(operation, [(subject, call)])

    def all_twice(self, operation: str, calls: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """The same for several calls that are independent: they are in flight at the same time.

        All of them are noted before the first one begins. If some fail, the first one in order
        says how.
        """
        ended = self._noted(operation, calls)
        failed = [error for error in ended if error is not None]
        if failed and all(isinstance(error, OutcomeUnknown) for error in failed):
            again = [call for call, error in zip(calls, ended, strict=True) if error is not None]
            failed = [error for error in self._noted(operation, again) if error is not None]
        if failed:
            raise failed[0]

    def patiently(self, operation: str, subject: str, call: Callable[[], T]) -> T:
        """Repeat a call while the service says that something is in use.

        Raises:
            WentWrong: it is still in use after the longest time that an ingress point may take.
        """
        for _ in range(polls(self._means)):
            self._means.sleep(self._means.poll_seconds)
            try:
                return self.write(operation, subject, call)
            except ServiceAnswer as answered:
                if answered.answer is not ErrorCode.CONFLICT:
                    raise
                self._means.say(f"  {subject}: {answered.message}")
        raise WentWrong(f"{operation} of {subject}: still in use")

    def wait_until_ready(self, kind: Kind, name: str, id: str) -> None:
        """Wait until an object that takes a moment, such as an ingress point, is ready.

        Raises:
            WentWrong: it failed, is gone, or takes too long.
        """
        wait_until_ready(self._means, kind, name, id)

    def wait_until_gone(self, kind: Kind, name: str, id: str) -> None:
        """Wait until an object that takes a moment is gone and no longer uses what it names.

        Raises:
            WentWrong: it takes too long.
        """
        for _ in range(polls(self._means)):
            if self._means.service.get(kind.api_noun, id) is None:
                return
            self._means.say(f"  {kind.noun} {name} is DEPROVISIONING")
            self._means.sleep(self._means.poll_seconds)
        raise WentWrong(f"{kind.noun} {name} is still live")

    def _noted(
        self, operation: str, calls: Sequence[tuple[str, Callable[[], T]]]
    ) -> list[T | Exception]:
        """How some calls ended, in order; noted before the first begins and after the last ends."""
        self._note([self._line("before", operation, subject) for subject, _ in calls])
        self.wrote += len(calls)
        ended = self._means.service.gather([partial(_ended, call) for _, call in calls])
        lines = []
        for (subject, _), found in zip(calls, ended, strict=True):
            if isinstance(found, ServiceAnswer | CouldNot):
                self.wrote -= 1
                lines.append(self._line("refused", operation, subject, str(found)))
            elif isinstance(found, OutcomeUnknown):
                lines.append(self._line("unknown", operation, subject, str(found)))
            else:
                answer = found if isinstance(found, str) else None
                lines.append(self._line("after", operation, subject, answer))
        self._note(lines)
        return ended

    def _line(
        self, moment: str, operation: str, subject: str, detail: str | None = None
    ) -> dict[str, Any]:
        line: dict[str, Any] = {
            "at": timestamp(self._means.now()),
            "moment": moment,
            "operation": operation,
            "subject": subject,
        }
        return line | ({"detail": detail} if detail else {})

    def _note(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self._means.history.note(self._entry, lines)


def _ended(call: Callable[[], T]) -> T | Exception:
    """What a call returns, or the error that the service or the network answered with."""
    try:
        return call()
    except (ServiceAnswer, CouldNot, OutcomeUnknown) as error:
        return error


def wait_until_ready(
    means: Means, kind: Kind, name: str, id: str, *, may_fail: bool = False
) -> None:
    """Wait until an object is no longer changing; `may_fail`: accept any final state.

    Raises:
        WentWrong: it failed, is gone, or takes too long.
    """
    look = partial(means.service.get, kind.api_noun, id)
    status = "PROVISIONING"
    for _ in range(polls(means)):
        found = settled(means, look, lambda found: found is not None, is_old=lambda _: True)
        status = found["Status"] if found else "gone"
        if status not in UNDER_WAY:
            break
        means.say(f"  {kind.noun} {name} is {status}")
        means.sleep(means.poll_seconds)
    if status in UNDER_WAY:
        raise WentWrong(f"{kind.noun} {name} is still {status}")
    if not may_fail and status in {*_FINAL_FAILURES, "gone"}:
        raise WentWrong(f"{kind.noun} {name} is {status}")


def settled(
    means: Means,
    look: Callable[[], T],
    fits: Callable[[T], bool],
    *,
    is_old: Callable[[T], bool] = lambda _: False,
) -> T:
    """What a look finds; look again after a while if it does not fit.

    An answer of the service may be older than the last write. An answer that is known to be old is
    asked for again for as long as answers may lag, any other for a few seconds, before it counts as
    the work of somebody else. What the last look finds may not fit either.
    """
    found, waited = look(), 0.0
    for seconds in chain(_LOOK_AGAIN, repeat(_LOOK_AGAIN[-1])):
        if fits(found) or waited >= (LAG if is_old(found) else _SURE):
            break
        means.sleep(seconds)
        waited += seconds
        found = look()
    return found


def polls(means: Means) -> int:
    """How often to look before something takes too long."""
    return max(2, int(means.patience_seconds / means.poll_seconds))
