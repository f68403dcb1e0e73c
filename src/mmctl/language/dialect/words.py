"""Names, vocabularies, and required and optional keys, which all sections share."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.grammar import Member, Type

NAME: Final = r"[A-Za-z0-9_.-]+"
RULE_NAME: Final = r"[A-Za-z0-9_.-]{1,32}"
OUTCOMES: Final = ("refused", "delivered", "bounced", "dropped", "stored", "lost", "unknown")


def need(type_: Type) -> Member:
    """A required key."""
    return Member(type=type_, required=True)


def may(type_: Type) -> Member:
    """An optional key."""
    return Member(type=type_)
