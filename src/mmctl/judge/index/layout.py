"""How the answers of all conditions lie in one number, and how rules follow from them.

A *column* is a statement of the traffic policy or a rule (statements come first), a *row* the place
of a condition in it, a *slot* both together: one bit. A rule applies if none of the slots in its
column is false. Plain numbers, because this is the inner loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of all slots of a gateway."""

    statements: int
    rules: int
    rows: int
    width: int = field(init=False)
    """How many columns there are."""
    columns: int = field(init=False)
    """A bit for each column."""
    too_large: int = field(init=False)
    """The bit after them: the message is too large for the policy."""
    always: int = field(init=False)
    """One that no answer clears, for fields that are looked at in any case."""
    _steps: tuple[int, ...] = field(init=False)
    _once_a_row: int = field(init=False)

    def __post_init__(self) -> None:
        """Compute what is used all the time."""
        width = self.statements + self.rules
        halves = [1 << power for power in range(max(self.rows - 1, 0).bit_length())]
        once_a_row = sum(1 << row * width for row in range(self.rows))
        object.__setattr__(self, "width", width)
        object.__setattr__(self, "columns", (1 << width) - 1)
        object.__setattr__(self, "too_large", 1 << width)
        object.__setattr__(self, "always", 2 << width)
        object.__setattr__(self, "_steps", tuple(half * width for half in reversed(halves)))
        object.__setattr__(self, "_once_a_row", once_a_row)

    @classmethod
    def of(cls, gateway: Gateway) -> Layout:
        """The slots of all conditions of a gateway."""
        statements = () if gateway.policy is None else gateway.policy.policy_statements
        counts = [len(statement.conditions) for statement in statements]
        counts += [len(rule.conditions) + len(rule.unless) for rule in gateway.rules]
        return cls(
            statements=len(statements), rules=len(gateway.rules), rows=max(counts, default=0)
        )

    def slot(self, column: int, row: int) -> int:
        """The bit of one condition."""
        return 1 << (row * self.width + column)

    def columns_of(self, slots: int) -> int:
        """The columns that have some of the slots."""
        for step in self._steps:
            slots |= slots >> step
        return slots & self.columns

    def every_row(self, columns: int) -> int:
        """All slots of some columns."""
        return columns * self._once_a_row


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, from the lowest."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
