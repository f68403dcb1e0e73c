"""The page of a check, parsed from its docstring; rendering it happens elsewhere."""

from __future__ import annotations

from typing import Final

from mmctl.records import dataclass

PARTS: Final = ("What it does", "Why it is bad", "Bad", "Good")
"""The headings of every page, in order; `Bad` and `Good` are files, and the tests lint them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What `mmctl explain` shows about a check."""

    summary: str
    does: str
    why: str
    bad: str
    good: str


def page_of(id: str, text: str) -> Page:
    """Split the docstring of a check into its parts.

    Raises:
        ValueError: a part is missing or out of place.
    """
    from textwrap import dedent  # noqa: PLC0415 - lint shows no page

    rest = dedent("    " + text).strip()
    texts: list[str] = []
    for part in PARTS:
        before, found, rest = rest.partition(f"\n{part}:\n")
        if not found:
            raise ValueError(f"the page of {id} has no part `{part}`")
        texts.append(before)
    summary, does, why, bad = texts
    return Page(
        summary=_prose(summary),
        does=_prose(does),
        why=_prose(why),
        bad=_example(bad),
        good=_example(rest),
    )


def _prose(text: str) -> str:
    return " ".join(text.split())


def _example(text: str) -> str:
    from textwrap import dedent  # noqa: PLC0415 - as above

    return dedent(text).strip() + "\n"
