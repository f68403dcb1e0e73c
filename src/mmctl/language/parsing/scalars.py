"""Scalars → placed texts, numbers, dates and choices.

No key of mmctl's language may be named here.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import Final, assert_never

from mmctl.language.dialect.grammar import MAX_DIGITS, Bytes, Choice, Count, Word
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence
from mmctl.language.text.placed import Real, Text, Whole
from mmctl.language.text.quoting import quoted
from mmctl.language.text.suggest import did_you_mean
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass

NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS: Final = {"true": True, "false": False}
_UNITS: Final = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_SIZE: Final = Pattern(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)")


class Missing(Enum):
    """Replaces a value that could not be read."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(slots=True)
class ScalarReader:
    """Reads scalars and collects the problems."""

    problems: list[Problem]

    def report(
        self, check: str, position: Position, message: str, help: str | None = None
    ) -> Missing:
        """Record a problem; the value that it is about is missing."""
        self.problems.append(
            Problem(
                check=check,
                severity=Severity.ERROR,
                position=position,
                message=message,
                help=help,
            )
        )
        return MISSING

    def scalar(self, expected: str, node: Node) -> Scalar | Missing:
        """The node as a scalar; anything else is reported."""
        if not isinstance(node, Scalar):
            return self.wrong(node, expected)
        if node.plain and node.text in NOTHING:
            return self.report(
                "empty-value",
                node.position,
                f"the value is missing, expected {expected}",
                "a value that starts with # needs quotes" if node.commented else None,
            )
        return node

    def wrong(self, node: Node, expected: str, help_: str | None = None) -> Missing:
        """Report what was got and what was expected."""
        match node:
            case Scalar():
                got = "nothing" if node.plain and node.text in NOTHING else f"`{short(node.text)}`"
            case Sequence():
                got = "a list"
            case Mapping():
                got = "keys and values"
            case _:
                assert_never(node)
        return self.report("wrong-type", node.position, f"got {got}, expected {expected}", help_)

    def word(self, type_: Word, node: Node) -> Text | Missing:
        """A text."""
        scalar = self.scalar("a text", node)
        if isinstance(scalar, Missing):
            return MISSING
        text = scalar.text
        if "\n" in text and not type_.multiline:
            return self.report(
                "line-break",
                scalar.position,
                "a value with a line break",
                "write it on one line; `|` and `>` keep a line break at the end, `>-` does not",
            )
        if type_.strict and scalar.commented:
            self.report(
                "trailing-comment",
                scalar.position,
                f"a comment after the value `{short(text)}` may cut it off",
                f"quote the whole value ({quoted(text + ' #…')}), or put the comment on a "
                f"separate line",
            )
        if type_.pattern is not None and not re.fullmatch(type_.pattern, text):
            return self.report(
                "wrong-text",
                scalar.position,
                f"got `{short(text)}`, expected a text of the form `{type_.pattern}`",
                _as_help(type_.doc),
            )
        return Text.at(text, scalar.position)

    def flag(self, node: Node) -> bool | Missing:
        """`true` or `false`."""
        scalar = self.scalar("`true` or `false`", node)
        if isinstance(scalar, Missing):
            return MISSING
        value = BOOLEANS.get(scalar.text.lower()) if scalar.plain else None
        if value is None:
            return self.wrong(scalar, "`true` or `false`, without quotes")
        return value

    def count(self, type_: Count, node: Node) -> Whole | Missing:
        """A whole number."""
        scalar = self.scalar("a whole number", node)
        if isinstance(scalar, Missing):
            return MISSING
        if not re.fullmatch(rf"[0-9]{{1,{MAX_DIGITS}}}", scalar.text, re.ASCII):
            return self.wrong(scalar, "a whole number")
        number = int(scalar.text)
        if number < type_.minimum or (type_.maximum is not None and number > type_.maximum):
            upper = f" to {type_.maximum}" if type_.maximum is not None else " or more"
            return self.wrong(scalar, f"a number from {type_.minimum}{upper}")
        return Whole.at(number, scalar.position)

    def bytes(self, type_: Bytes, node: Node) -> Whole | Real | Missing:
        """A size, in bytes."""
        expected = "a size such as `25MB`, `10MiB` or a number of bytes"
        scalar = self.scalar(expected, node)
        if isinstance(scalar, Missing):
            return MISSING
        found = _SIZE.fullmatch(scalar.text)
        unit = _UNITS.get(found[2].lower()) if found else None
        if found is None or unit is None or len(found[1]) > MAX_DIGITS:
            return self.wrong(scalar, expected)
        from decimal import Decimal  # noqa: PLC0415 - sizes are rare

        number = Decimal(found[1]) * unit
        if number == int(number):
            return Whole.at(int(number), scalar.position)
        if not type_.fraction:
            return self.wrong(scalar, "a whole number of bytes")
        return Real.at(float(number), scalar.position)

    def day(self, node: Node) -> date | Missing:
        """A date."""
        expected = "a date such as `2027-01-31`"
        scalar = self.scalar(expected, node)
        if isinstance(scalar, Missing):
            return MISSING
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", scalar.text, re.ASCII):
            return self.wrong(scalar, expected)
        try:
            return date.fromisoformat(scalar.text)
        except ValueError:
            return self.wrong(scalar, "a day that exists")

    def choice(self, type_: Choice, node: Node) -> Text | Missing:
        """One of some words, as the grammar spells it."""
        expected = one_of(type_.values)
        scalar = self.scalar(expected, node)
        if isinstance(scalar, Missing):
            return MISSING
        wanted = scalar.text.lower()
        value = next((value for value in type_.values if value.lower() == wanted), None)
        if value is None:
            return self.wrong(scalar, expected, did_you_mean(scalar.text, type_.values))
        return Text.at(value, scalar.position)


def _as_help(doc: str) -> str | None:
    """The purpose of a type, as advice."""
    return doc[:1].lower() + doc[1:].removesuffix(".") if doc else None


def one_of(values: tuple[str, ...]) -> str:
    """Values as a choice: `` `a`, `b` or `c` ``."""
    return ", ".join(f"`{value}`" for value in values[:-1]) + (
        f" or `{values[-1]}`" if len(values) > 1 else f"`{values[0]}`"
    )


def short(text: str, *, limit: int = 60) -> str:
    """A value, short enough for a message."""
    shown = text.replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
