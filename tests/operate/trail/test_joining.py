"""Which writes of a trail an apply made, and which somebody made by hand beside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from mmctl.operate.trail.events import event_of
from mmctl.operate.trail.joining import joined
from mmctl.operate.trail.subjects import changes_of
from operate.trail.records import record

if TYPE_CHECKING:
    from mmctl.live.history.history import History

    _Event = tuple[int, str, str, str | None]
    """Second, caller, rule set and error."""

_DAY: Final = "2026-11-28"
_NAME: Final = "UpdateRuleSet"


def at(second: int) -> str:
    return f"{_DAY}T10:00:{second:02d}Z"


def history(*calls: tuple[int, int, str, str]) -> History:
    """An apply with calls: begin, end, how it ended, and what it was about."""
    journal = []
    for begins, ends, moment, subject in calls:
        line = {"operation": _NAME, "subject": subject}
        journal += [line | {"at": at(begins), "moment": "before"}]
        journal += [line | {"at": at(ends), "moment": moment}]
    entry = SimpleNamespace(id="0001", at=at(0))
    return cast("History", SimpleNamespace(entries=lambda: (entry,), journal=lambda _: journal))


def callers(made: History, *events: _Event) -> set[str]:
    """Who wrote by hand."""
    records: list[dict[str, Any]] = [
        record(_NAME, {"ruleSetName": name}, at=at(second), who=who, error=error)
        for second, who, name, error in events
    ]
    found = [event for each in records if (event := event_of(each)) is not None]
    return {
        each.event.who.rpartition("/")[2]
        for each in joined(changes_of(found, ()), made)
        if each.by_hand
    }


def test_a_write_by_hand_beside_an_apply_is_not_taken_for_it() -> None:
    once = history((20, 21, "after", "inbound"))
    twice = history((10, 11, "after", "inbound"), (20, 21, "after", "inbound"))
    refused = history((20, 21, "refused", "inbound"))
    cases: dict[str, tuple[History, tuple[_Event, ...]]] = {
        "just before": (once, ((14, "ann", "inbound", None), (20, "ci", "inbound", None))),
        "just after": (once, ((21, "ci", "inbound", None), (27, "ann", "inbound", None))),
        "of another object": (once, ((18, "ci", "inbound", None), (20, "ann", "outbound", None))),
        "once more by the service's client": (
            once,
            (
                (9, "ann", "inbound", None),
                (20, "ci", "inbound", "ThrottlingException"),
                (24, "ci", "inbound", None),
            ),
        ),
        "between two calls": (
            twice,
            (
                (10, "ci", "inbound", None),
                (16, "ann", "inbound", None),
                (21, "ci", "inbound", None),
            ),
        ),
        "beside one that was refused": (
            refused,
            ((20, "ann", "inbound", None), (22, "ci", "inbound", "ConflictException")),
        ),
        "where the one that was refused is not recorded": (
            refused,
            ((20, "ann", "inbound", None),),
        ),
    }
    wrong = {
        title: found
        for title, (made, events) in cases.items()
        if (found := callers(made, *events)) != {"ann"}
    }
    assert wrong == {}


def test_with_one_event_alone_it_is_that_of_the_apply_and_a_second_is_by_hand() -> None:
    once = history((20, 21, "after", "inbound"))
    assert callers(once, (29, "ci", "inbound", None)) == set()
    assert callers(once, (20, "ci", "inbound", None), (20, "ci", "inbound", None)) == {"ci"}
    assert callers(once, (45, "ann", "inbound", None)) == {"ann"}
