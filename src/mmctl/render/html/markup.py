"""HTML from values: text is escaped, markup is not, and types keep them apart."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias, assert_never

from mmctl.visible import visible


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"
"""What an element contains: text, a number, markup, nothing, or several of these."""

_VOID: Final = frozenset({"input", "meta", "col"})


def element(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element; `class_` and `data_status` are written `class` and `data-status`.

    An attribute with the value True is written without one; None or False leave it out. Characters
    that cannot be seen are shown as escapes.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{markup(children)}</{name}>")


def markup(child: Child) -> Markup:
    """Text, markup or several of these as markup."""
    match child:
        case None:
            return Markup()
        case Markup():
            return child
        case str():
            return Markup(escape(visible(child)))
        case int():
            return Markup(f"{child:,}")
        case Iterable():
            return Markup("".join(markup(each) for each in child))
        case _:
            assert_never(child)


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(visible(str(value)))}"'
