"""Networks of IPv6: rules compare clients of IPv4 alone, traffic policies both.

At an ingress point of IPv4, which an import makes, no client of IPv6 ever comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.interchange.postfix.seen import operands_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.source import OtherGateway, SourceRule
    from mmctl.interchange.migration.tests import Test


def rules_for_ipv4(rules: list[SourceRule], source: OtherGateway) -> Iterator[SourceRule]:
    """Rules without networks of IPv6; refusals of these are statements of the traffic policy."""
    denied: dict[str, None] = {}
    left_out: set[str] = set()
    for rule in rules:
        values = list(_of_ipv6(rule.test))
        if not values:
            yield rule
            continue
        plain = rule.refuse and _is_plain(rule.test)
        if plain:
            denied |= dict.fromkeys(values)
        else:
            left_out.update(values)
        test = _without(rule.test)
        if _can_be_true(test):
            yield replace(rule, test=test)
        elif not plain:
            source.unread.append(
                Unread(
                    place=rule.place,
                    text=rule.text,
                    why="rules compare clients of IPv4 alone",
                    instead="deny the networks as `sender_ipv6` in the traffic policy",
                )
            )
    if denied and source.traffic_policy is not None:
        deny = {"sender_ipv6": {"cidr_matches": list(denied)}}
        statement = {"name": "blocked-ipv6", "deny": [deny]}
        statements = [statement, *source.traffic_policy.get("statements", ())]
        source.traffic_policy = {**source.traffic_policy, "statements": statements}
        source.notes.append(
            f"{counted(len(denied), 'blocked network')} of IPv6 became a statement of the traffic "
            "policy, `blocked-ipv6`: rules compare clients of IPv4 alone"
        )
    if left_out:
        source.notes.append(
            f"{counted(len(left_out), 'network')} of IPv6 left out of rules: no such client comes "
            "to an ingress point of IPv4"
        )


def _is_plain(test: Test) -> bool:
    """Whether a client of IPv6 meets a test by its network alone."""
    match test:
        case Matches():
            return test.operand == "source_ip"
        case Negated(inner):
            return operands_of(inner) == {"source_ip"} and not list(_of_ipv6(inner))
        case AllOf(tests) | EitherOf(tests):
            return all(map(_is_plain, tests))
        case _:
            return False


def _can_be_true(test: Test) -> bool:
    """Whether a test has values that it could be true for."""
    match test:
        case Matches():
            return bool(test.values)
        case AllOf(tests):
            return all(map(_can_be_true, tests))
        case EitherOf(tests):
            return any(map(_can_be_true, tests))
        case _:
            return True


def _of_ipv6(test: Test) -> Iterator[str]:
    if "source_ip" not in operands_of(test):
        return
    match test:
        case Matches():
            yield from (value for value in test.values if ":" in value)
        case Near(test=inner) | Negated(inner):
            yield from _of_ipv6(inner)
        case AllOf(tests) | EitherOf(tests):
            for each in tests:
                yield from _of_ipv6(each)
        case Unseen():
            return


def _without(test: Test) -> Test:
    match test:
        case Matches(operand="source_ip", values=values):
            return replace(test, values=tuple(value for value in values if ":" not in value))
        case Matches() | Unseen():
            return test
        case Near(test=inner, difference=difference):
            return Near(test=_without(inner), difference=difference)
        case Negated(inner):
            return Negated(_without(inner))
        case AllOf(tests):
            return AllOf(tuple(map(_without, tests)))
        case EitherOf(tests):
            return EitherOf(tuple(map(_without, tests)))
