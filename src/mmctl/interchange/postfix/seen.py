"""What a test looks at, and whether two tests can be true of one message."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test

_PAIRS_AT_MOST: Final = 20_000


def operands_of(test: Test) -> frozenset[str]:
    """The operands of a test; `unseen` for what no rule sees."""
    match test:
        case Matches():
            return frozenset({test.operand})
        case Unseen():
            return frozenset({"unseen"})
        case Near(test=inner) | Negated(inner):
            return operands_of(inner)
        case AllOf(tests) | EitherOf(tests):
            found: frozenset[str] = frozenset()
            return found.union(*map(operands_of, tests))


def apart(test: Test, other: Test) -> bool:
    """Whether two tests are on client networks that have no address in common."""
    one, two = _networks(test), _networks(other)
    if not one or not two or len(one) * len(two) > _PAIRS_AT_MOST:
        return False
    networks = [ip_network(value) for value in two]
    return not any(
        mine.version == each.version and mine.overlaps(each)
        for mine in map(ip_network, one)
        for each in networks
    )


def networks_in(test: Test) -> tuple[str, ...]:
    """The client networks of a test that asks for nothing else; empty if it does."""
    return (_networks(test) or ()) if operands_of(test) == {"source_ip"} else ()


def _networks(test: Test) -> tuple[str, ...] | None:
    match test:
        case Matches(operand="source_ip", operator="cidr_matches", values=values):
            return values
        case AllOf((only,)) | EitherOf((only,)):
            return _networks(only)
        case Near(test=inner):
            return _networks(inner)
        case AllOf(tests):
            return next((found for each in tests if (found := _networks(each))), None)
        case EitherOf(tests) if tests:
            parts = [_networks(each) for each in tests]
            if any(part is None for part in parts):
                return None
            return tuple(value for part in parts if part for value in part)
        case _:
            return None
