"""`mmctl foundation status` and `mmctl staging status`: how things stand; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.staging.wanted_stacks import FOUNDATION, STAGING
from mmctl.errors import CouldNot, MmctlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.cli.staging.place import StackPlace
    from mmctl.operate.stacks.report import AddressRow, PartRow, StackRow

_LOOK_SECONDS: Final = 600.0
_NOT_GOOD: Final = 2
_LONGEST: Final = 80
_IN_SYNC: Final = "IN_SYNC"
_LAST: Final = "last judged run"


def status(run: Run, layer: str) -> int:
    """Report stacks, ingress points, the mail server, the last judged run and both drifts."""
    from mmctl.cli.interruptions import stoppable

    with stoppable():
        return _status(run, layer)


def _status(run: Run, layer: str) -> int:
    from mmctl.cli.result_table import STACKS, write
    from mmctl.cli.staging.place import stack_place, with_what_is_known
    from mmctl.operate.stacks.report import StacksReport

    place = stack_place(run)
    layers = (FOUNDATION, STAGING) if layer == STAGING else (FOUNDATION,)
    stacks = tuple(_stack(place, each) for each in layers)
    addresses: tuple[AddressRow, ...] = ()
    parts: tuple[PartRow, ...] = ()
    if layer == STAGING:
        known = with_what_is_known(place)
        addresses = (*_points(known, place), *_servers(stacks))
        parts = tuple(_parts(known))
    good = all(_is_good(each) for each in stacks) and not any(
        part.result.startswith(_BAD) for part in parts
    )
    report = StacksReport(
        doing="status",
        environment=place.environment.name,
        account=place.identity.account,
        region=place.identity.region,
        stacks=stacks,
        addresses=addresses,
        parts=parts,
        good=good and all(each.state in _FINE for each in addresses),
    )
    write(run, STACKS, report)
    return 0 if report.good else _NOT_GOOD


_FINE: Final = frozenset({"ACTIVE", "CLOSED", "made"})
_BAD: Final = ("not known", "differs")


def _stack(place: StackPlace, layer: str) -> StackRow:
    from mmctl.cli.staging.wanted_stacks import bare_stack
    from mmctl.operate.stacks.report import StackRow
    from mmctl.operate.stacks.status import StackStanding, standing_of
    from mmctl.operate.stacks.wanted import check_ours

    wanted = bare_stack(place, layer)
    stack = place.service.stack(wanted.name)
    if stack is None:
        return StackRow(name=wanted.name, status="absent")
    check_ours(wanted, place.service, stack)
    drift = _drift(place, stack.id) if standing_of(stack) is StackStanding.GOOD else None
    return StackRow(
        name=stack.name,
        status=stack.status,
        drift=drift,
        outputs=dict(sorted(stack.outputs.items())),
    )


def _drift(place: StackPlace, stack: str) -> str:
    """What CloudFormation finds different from the template; why that is unknown."""
    means = place.means
    try:
        id_ = means.service.drift(stack)
        started = means.elapsed()
        while means.elapsed() - started < _LOOK_SECONDS:
            found = means.service.drift_found(id_)
            if found is not None:
                more = f", {found.drifted} resources" if found.drifted else ""
                return f"{found.status}{more}"
            means.sleep(means.poll_seconds)
    except CouldNot as error:
        return f"not known: {error.message[:_LONGEST]}"
    return "not known: CloudFormation looks on"


def _is_good(row: StackRow) -> bool:
    from mmctl.live.state.stacks import StackState
    from mmctl.operate.stacks.status import StackStanding, standing_of

    standing = standing_of(StackState(id=row.name, name=row.name, status=row.status))
    drifted = (row.drift or _IN_SYNC).startswith("DRIFTED")
    return standing is StackStanding.GOOD and not drifted


def _points(run: Run, place: StackPlace) -> tuple[AddressRow, ...]:
    """The ingress points, with their state."""
    from mmctl.cli.staging.rules import addresses_of

    try:
        return addresses_of(_opened(run))
    except MmctlError as error:
        place.run.say(f"warning: ingress points are unknown: {error.message}")
        return ()


def _opened(run: Run) -> LiveEnvironment:
    from mmctl.cli.changes.change import open_change

    return open_change(run)


def _servers(stacks: tuple[StackRow, ...]) -> Iterator[AddressRow]:
    from mmctl.cli.staging.staging_up import server_rows

    outputs = {name: value for each in stacks for name, value in each.outputs.items()}
    yield from server_rows(outputs)


def _parts(run: Run) -> Iterator[PartRow]:
    from mmctl.operate.stacks.report import PartRow

    try:
        change = _opened(run)
        yield PartRow(name="rules", result=_rules(change))
        yield PartRow(name=_LAST, result=_last_run(change))
    except MmctlError as error:
        yield PartRow(name="rules", result=f"not known: {error.message}")


def _rules(change: LiveEnvironment) -> str:
    from mmctl.cli.changes.planning import plan_of
    from mmctl.counted import counted
    from mmctl.live.history.drift import drift_of

    drift = drift_of(plan_of(change), change.means.history)
    if not drift.any:
        return "live as in the files"
    by_hand, waiting = counted(len(drift.by_hand), "change"), len(drift.not_applied)
    return f"differs: {by_hand} by hand, {waiting} not applied"


def _last_run(change: LiveEnvironment) -> str:
    from mmctl.cli.staging.judged_runs import last_judged_run

    return last_judged_run(change)
