"""What a gateway's rules can do to recipients that they do not apply to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.sat.circuit import FALSE
from mmctl.judge.actions import actions_in_effect, drops_on_failure
from mmctl.model.actions import added_header, new_recipients
from mmctl.model.conditions import header_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.readings import ReadingLiterals
    from mmctl.analysis.encoding.surroundings import AroundGateway
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule


def headers_read(gateway: Gateway) -> frozenset[str]:
    """The X-headers that conditions read, in lower case."""
    return frozenset(
        name.lower()
        for rule in gateway.rules
        for condition in (*rule.conditions, *rule.unless)
        if (name := header_of(condition)) is not None
    )


def meddling_rules(
    gateway: Gateway, readings: ReadingLiterals, around: AroundGateway
) -> tuple[int, ...]:
    """The places of the rules that may add a header for everybody, or drop everybody's message."""
    drops = readings.is_("failure_drop_scope", "message") != FALSE
    matter: frozenset[str] = frozenset()
    if readings.is_("added_header_scope", "message") != FALSE:
        if around.compared:
            matter = _headers_added(gateway)
        elif readings.is_("added_headers_visible", "yes") != FALSE:
            matter = headers_read(gateway)
    return tuple(
        place
        for place, rule in enumerate(gateway.rules)
        if _adds_one_of(rule, matter) or (drops and _may_drop(rule, around))
    )


def _headers_added(gateway: Gateway) -> frozenset[str]:
    """The headers that rules add, in lower case."""
    return frozenset(
        header[0].lower()
        for rule in gateway.rules
        for header in map(added_header, actions_in_effect(rule))
        if header is not None
    )


def _adds_one_of(rule: LogicalRule, names: frozenset[str]) -> bool:
    return any(
        header is not None and header[0].lower() in names
        for header in map(added_header, actions_in_effect(rule))
    )


def _may_drop(rule: LogicalRule, around: AroundGateway) -> bool:
    return any(
        drops_on_failure(action) and around.fails(action) != FALSE
        for action in actions_in_effect(rule)
    )


def forks(gateway: Gateway) -> Iterator[tuple[tuple[int, int], int]]:
    """Each action that makes several copies of one: its rule and place, and how many."""
    for place, rule in enumerate(gateway.rules):
        for at, action in enumerate(actions_in_effect(rule)):
            several = len(dict.fromkeys(new_recipients(action)))
            if several > 1:
                yield (place, at), several
