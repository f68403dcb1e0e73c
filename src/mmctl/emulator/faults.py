"""Faults on demand: how they are written, which call meets which, and the front that makes them.

A fault is `KIND[=SECONDS][:OPERATION][@CALLS]`, such as `throttle`, `cut-after:Create*@2`,
`slow=0.5:List*@1-` or `503:UpdateRuleSet@3-5`. OPERATION is a name with `*` and `?`; default: every
operation. CALLS counts the calls that it matches, from 1, retries included: `N`, `N-M`, or `N-`
for all from N on; default: the first. Nothing here is random: the same faults and the same
calls end the same way.
"""

from __future__ import annotations

import re
import threading
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from mmctl.emulator.core import MailManagerApi
from mmctl.emulator.delivery import Delivery, Undelivered
from mmctl.emulator.operations import LOGS, MAIL_MANAGER, OPERATIONS, READING, S3
from mmctl.emulator.resource import partition_of
from mmctl.emulator.service_error import ServiceError, modelled
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class FaultKind(StrEnum):
    """What goes wrong."""

    THROTTLE = "throttle"
    DENIED = "denied"
    INTERNAL = "500"
    INTERNAL_AFTER = "500-after"
    UNAVAILABLE = "503"
    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    TRUNCATE = "truncate"
    SHORT = "short"
    HANG = "hang"
    HANG_AFTER = "hang-after"
    SLOW = "slow"
    STALE = "stale"


SLOW_SECONDS: Final = 1.0
SLOWEST_SECONDS: Final = 3600.0

_CALLS: Final = re.compile(r"(?P<first>[1-9][0-9]{0,8})(?P<on>-(?P<last>[1-9][0-9]{0,8})?)?")
_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PREFIXES: Final = {MAIL_MANAGER: "ses", LOGS: "logs"}
"""The prefix of each service's actions in IAM."""
_AFTERWARDS: Final = {
    FaultKind.CUT_AFTER: Delivery.RESET,
    FaultKind.TRUNCATE: Delivery.HALF_AND_RESET,
    FaultKind.SHORT: Delivery.HALF_AND_CLOSED,
    FaultKind.HANG_AFTER: Delivery.NEVER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: at the calls `first` to `last` (None: forever) of the operations it matches."""

    kind: FaultKind
    operation: str = "*"
    first: int = 1
    last: int | None = 1
    seconds: float = SLOW_SECONDS

    def matches(self, operation: str) -> bool:
        """Return whether a call of the operation counts; only a read can be stale."""
        if self.kind is FaultKind.STALE and not operation.startswith(READING):
            return False
        return fnmatchcase(operation, self.operation)

    def happens_at(self, number: int) -> bool:
        """Return whether the call with this number, counted from 1, meets the fault."""
        return self.first <= number and (self.last is None or number <= self.last)

    def __str__(self) -> str:
        seconds = f"={self.seconds:g}" if self.kind is FaultKind.SLOW else ""
        last = "" if self.last is None else str(self.last)
        calls = str(self.first) if self.first == self.last else f"{self.first}-{last}"
        return f"{self.kind}{seconds}:{self.operation}@{calls}"


def parse_fault(spec: str) -> Fault:
    """Read a fault as users write it.

    Raises:
        UsageError: it has another form, or would never happen.
    """
    head, at, calls = spec.partition("@")
    head, colon, name = head.partition(":")
    word, equals, number = head.partition("=")
    kind = _kind(word, spec)
    first, last = _calls(calls, spec) if at else (1, 1)
    seconds = _seconds(number, kind, spec) if equals else SLOW_SECONDS
    operation = name if colon else "*"
    fault = Fault(kind=kind, operation=operation, first=first, last=last, seconds=seconds)
    if not any(fault.matches(name) for names in OPERATIONS.values() for name in names):
        which = "read" if kind is FaultKind.STALE else "operation"
        raise UsageError(
            f"the fault `{spec}` matches no {which}, got `{operation}`",
            help="operations are named as in the API: CreateRuleSet, Get*, *IngressPoint",
        )
    return fault


class Faults:
    """Which call meets which fault: each fault counts the calls that it matches."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = tuple(faults)
        self._met = [0] * len(self._faults)
        self._lock = threading.Lock()

    def at(self, operation: str) -> Fault | None:
        """Count a call of the operation and return its fault; of several, the one given first."""
        found = None
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.matches(operation):
                    self._met[place] += 1
                    if found is None and fault.happens_at(self._met[place]):
                        found = fault
        return found

    @property
    def can_be_stale(self) -> bool:
        """Return whether a read may have to be answered from an earlier state."""
        return any(fault.kind is FaultKind.STALE for fault in self._faults)


class PastMailManager(MailManagerApi, Protocol):
    """A Mail Manager as it was at some time; whoever requested it closes it."""

    def close(self) -> None:
        """Drop what was kept."""
        ...


class FaultyMailManager:
    """A Mail Manager in front of another that makes faults.

    `wait` lets seconds pass. `copy` keeps the present state to read later: a stale read is
    answered as before the last change. Without `copy`, or if nothing has changed yet, it is
    answered from the present.
    """

    def __init__(
        self,
        behind: MailManagerApi,
        faults: Faults,
        *,
        wait: Callable[[float], object],
        copy: Callable[[], PastMailManager] | None = None,
    ) -> None:
        self._behind = behind
        self._faults = faults
        self._wait = wait
        self._copy = copy if faults.can_be_stale else None
        self._past: PastMailManager | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Drop the earlier state; the Mail Manager behind stays open."""
        with self._lock:
            self._keep(None)

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = MAIL_MANAGER,
    ) -> dict[str, Any]:
        """Answer one call, or make it fail.

        Raises:
            ServiceError: the service or the fault answers with it.
            Undelivered: the answer must not reach the client whole.
        """

        def ask(whom: MailManagerApi) -> dict[str, Any]:
            return whom.call(operation, parameters, account=account, region=region, service=service)

        fault = self._faults.at(operation)
        if fault is None:
            return self._asked(operation, ask)
        match fault.kind:
            case FaultKind.THROTTLE:
                raise _throttled(service)
            case FaultKind.DENIED:
                raise _denied(service, operation, account, region)
            case FaultKind.INTERNAL:
                raise _internal()
            case FaultKind.UNAVAILABLE:
                raise ServiceError("ServiceUnavailable", "The service is not available", 503)
            case FaultKind.CUT_BEFORE:
                raise Undelivered(Delivery.RESET)
            case FaultKind.HANG:
                raise Undelivered(Delivery.NEVER)
            case FaultKind.INTERNAL_AFTER:
                self._outcome(operation, ask)
                raise _internal()
            case FaultKind.CUT_AFTER | FaultKind.TRUNCATE | FaultKind.SHORT | FaultKind.HANG_AFTER:
                raise Undelivered(_AFTERWARDS[fault.kind], self._outcome(operation, ask))
            case FaultKind.SLOW:
                self._wait(fault.seconds)
                return self._asked(operation, ask)
            case FaultKind.STALE:
                with self._lock:
                    return ask(self._past or self._behind)
            case _:
                assert_never(fault.kind)

    def _asked(
        self, operation: str, ask: Callable[[MailManagerApi], dict[str, Any]]
    ) -> dict[str, Any]:
        if self._copy is None or operation.startswith(READING):
            return ask(self._behind)
        with self._lock:
            before = self._copy()
            try:
                answer = ask(self._behind)
            except BaseException:
                before.close()
                raise
            self._keep(before)
            return answer

    def _keep(self, past: PastMailManager | None) -> None:
        if self._past is not None:
            self._past.close()
        self._past = past

    def _outcome(
        self, operation: str, ask: Callable[[MailManagerApi], dict[str, Any]]
    ) -> dict[str, Any] | ServiceError:
        try:
            return self._asked(operation, ask)
        except ServiceError as error:
            return error


def _kind(text: str, spec: str) -> FaultKind:
    try:
        return FaultKind(text)
    except ValueError:
        kinds = ", ".join(FaultKind)
        raise UsageError(
            f"got the fault `{spec}`: there is no kind `{text}`", help=f"one of {kinds}"
        ) from None


def _calls(text: str, spec: str) -> tuple[int, int | None]:
    parts = _CALLS.fullmatch(text)
    if parts is None:
        raise UsageError(
            f"got the fault `{spec}`: `{text}` is not the number of a call",
            help="@3 is the third call, @3-5 the third to the fifth, @3- all from the third on",
        )
    first = int(parts["first"])
    if not parts["on"]:
        return first, first
    last = int(parts["last"]) if parts["last"] else None
    if last is not None and last < first:
        raise UsageError(f"got the fault `{spec}`: call {last} comes before call {first}")
    return first, last


def _seconds(text: str, kind: FaultKind, spec: str) -> float:
    if kind is not FaultKind.SLOW:
        raise UsageError(
            f"got the fault `{spec}`: `{kind}` takes no seconds", help="`slow=SECONDS` does"
        )
    if not _SECONDS.fullmatch(text) or float(text) > SLOWEST_SECONDS:
        raise UsageError(
            f"got the fault `{spec}`: expected seconds from 0 to {SLOWEST_SECONDS:g}, got `{text}`",
            help="such as `slow=0.5`",
        )
    return float(text)


def _throttled(service: str) -> ServiceError:
    if service == S3:
        return ServiceError("SlowDown", "Please reduce your request rate.", 503)
    return modelled("ThrottlingException", "Rate exceeded")


def _denied(service: str, operation: str, account: str, region: str) -> ServiceError:
    if service == S3:
        return ServiceError("AccessDenied", "Access Denied", 403)
    who = f"arn:{partition_of(region)}:iam::{account}:user/embedded"
    message = f"User: {who} is not authorized to perform: {_PREFIXES[service]}:{operation}"
    return modelled("AccessDeniedException", message)


def _internal() -> ServiceError:
    return ServiceError("InternalFailure", "The request failed because of an unknown error", 500)
