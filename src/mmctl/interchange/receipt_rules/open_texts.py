"""Texts that a template does not know: a parameter without default, what a deploy makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Needed


class TextToFill(str):
    """A text as a rule file has it, `${vars.mail_bucket}`, and what somebody must fill in."""

    __slots__ = ("needed", "stand_in", "why")

    stand_in: str
    """What it may be: the service would accept it."""
    needed: dict[str, Needed]
    why: str
    """Why it is unknown, without full stop."""

    @classmethod
    def of(cls, written: str, stand_in: str, needed: dict[str, Needed], why: str) -> TextToFill:
        """A text with all that belongs to it."""
        text = cls(written)
        text.stand_in, text.needed, text.why = stand_in, needed, why
        return text


def known_form(text: str) -> str:
    """A text itself; of one that is unknown, what stands in for it."""
    return text.stand_in if isinstance(text, TextToFill) else text
