"""Values that a rule file or the service does not take: a comparison with them is not seen here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.patterns import Pattern
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test

_LONGEST: Final = 4_096
"""Characters of a value of a condition on a text."""
_HEADER: Final = Pattern(r"[xX]-[A-Za-z0-9-]{1,62}")
_SHOWN: Final = 60
_NETWORKS: Final = 3


def writable(test: Test) -> Test:
    """A test in which what cannot be written is unseen."""
    match test:
        case Matches():
            return _compared(test)
        case Unseen():
            return test
        case Near(test=inner, difference=difference):
            return Near(test=writable(inner), difference=difference)
        case Negated(inner):
            return Negated(writable(inner))
        case AllOf(tests):
            return AllOf(tuple(map(writable, tests)))
        case EitherOf(tests):
            return EitherOf(tuple(map(writable, tests)))


def _compared(test: Matches) -> Test:
    name = dict(test.beside).get("name", "")
    if test.operand == "header" and not _HEADER.fullmatch(name):
        return Unseen(difference=_unseen_header(name))
    if test.operand == "source_ip" and any(":" in value for value in test.values):
        networks = [value for value in test.values if ":" in value]
        seen = tuple(value for value in test.values if ":" not in value)
        return Near(test=_compared(replace(test, values=seen)), difference=_ipv6(networks))
    odd = [value for value in test.values if not _is_writable(value)]
    if not odd:
        return test
    kept = tuple(value for value in test.values if _is_writable(value))
    rest = tuple(Unseen(difference=_unwritable(value)) for value in odd)
    return EitherOf(((replace(test, values=kept),) if kept else ()) + rest)


def _is_writable(value: str) -> bool:
    return 1 <= len(value) <= _LONGEST and value.isprintable()


def _unseen_header(name: str) -> Deviation:
    return Deviation(
        code="header-not-seen",
        says=f"Mail Manager sees no header `{visible(name)}`, only those that start with `X-`",
        instead="let the sender or a server before it set an `X-` header",
        loses=True,
    )


def _ipv6(networks: list[str]) -> Deviation:
    shown = ", ".join(f"`{visible(each)}`" for each in networks[:_NETWORKS])
    more = f" and {len(networks) - _NETWORKS} more" if len(networks) > _NETWORKS else ""
    return Deviation(
        code="ipv6-networks",
        says=f"rules see clients with IPv4 alone, so {shown}{more} is left out; the ingress point "
        "here takes no client with IPv6",
        instead="at a `dual_stack` ingress point, deny them by `sender_ipv6` in the traffic policy",
    )


def _unwritable(value: str) -> Deviation:
    shown = visible(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
    return Deviation(
        code="value-not-taken",
        says=f"no condition takes the value `{shown}`: 1 to 4096 printable characters are expected",
        instead="compare with a part of it that has no line breaks",
        loses=True,
    )
