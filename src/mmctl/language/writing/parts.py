"""The smallest parts of what is written: texts, names, numbers, and what every resource has."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from mmctl.language.dialect.grammar import MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.model.tags import Tag

Data = dict[str, Any]


class CannotWrite(Exception):
    """The language cannot express this; the message says what."""


def text(value: str, *, multiline: bool = False) -> str:
    r"""A text as a file has it: `${` is written `$${`, because it would be a variable.

    Raises:
        CannotWrite: it has a line break, which values of the language never have.
    """
    if "\n" in value and not multiline:
        raise CannotWrite(f"a value with a line break: {value[:40]!r}")
    return value.replace("${", "$${")


def reference(name: str) -> str:
    """The name of another resource.

    Raises:
        CannotWrite: it is empty or has a space in it, as no name in a file has.
    """
    if not name or any(character.isspace() for character in name):
        raise CannotWrite(f"the name `{name}`, which has a space")
    return text(name)


def number(value: float) -> int | Decimal:
    """A number of bytes, without a unit.

    Raises:
        CannotWrite: it is negative, not a number, or too long for a file.
    """
    if not isfinite(value) or value < 0:
        raise CannotWrite(f"the size {value}")
    digits = str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    if len(digits) > MAX_DIGITS:
        raise CannotWrite(f"the size {value}: more than {MAX_DIGITS} digits")
    return int(digits) if digits.isdigit() else Decimal(digits)


def common(live_name: str, tags: Sequence[Tag] | None, name: str) -> Data:
    """The members that every resource has: its live name if that differs, and its tags."""
    return ({} if live_name == name else {"live_name": live_name}) | tags_to_file(tags)


def tags_to_file(tags: Sequence[Tag] | None) -> Data:
    """The tags of a resource.

    Raises:
        CannotWrite: two have the same name.
    """
    if not tags:
        return {}
    written = {tag.key: tag.value for tag in tags}
    if len(written) != len(tags):
        raise CannotWrite("two tags of one name")
    return {"tags": written}
