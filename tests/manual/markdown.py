"""What a page in Markdown is made of: its prose without blocks, its headings and its links."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADING = re.compile(r"(#{1,6}) (.+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def blocks_and_prose(text: str) -> tuple[list[str], list[str]]:
    """Code blocks and comments as they stand, and the lines between them."""
    parts = list(parts_of(text))
    blocks = [part for part, is_block in parts if is_block]
    return blocks, ["", *(part for part, is_block in parts if not is_block)]


def parts_of(text: str) -> Iterator[tuple[str, bool]]:
    """Each block, and each line between blocks, with whether it is a block."""
    prose = [""]
    lines = text.split("\n")
    while lines:
        length = length_of_block(lines, prose)
        if not length:
            prose.append(lines[0])
        yield "\n".join(lines[: length or 1]), bool(length)
        del lines[: length or 1]


def length_of_block(lines: list[str], before: list[str]) -> int:
    """How many of the lines are one block of code, or one comment; 0 where prose goes on."""
    fence = re.match(r"\s*(`{3,}|~{3,})", lines[0])
    if fence:
        return 2 + next(at for at, line in enumerate(lines[1:]) if line.strip() == fence[1])
    if lines[0].lstrip().startswith("<!--"):
        return 1 + next(at for at, line in enumerate(lines) if "-->" in line)
    said = next((line for line in reversed(before) if line.strip()), "")
    if before[-1].strip() or re.match(r"\s+|[-*] |\d+\. ", said):
        return 0
    indented = (at for at, line in enumerate(lines) if not line.startswith("    "))
    return next(indented, len(lines))


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    found = (HEADING.fullmatch(line) for line in blocks_and_prose(text)[1])
    return [(len(each[1]), each[2]) for each in found if each]


@cache
def anchors(page: Path) -> set[str]:
    """What a link can name after `#`, as GitHub and the site make it of headings."""
    text = page.read_text(encoding="utf-8")
    found: set[str] = set()
    for _level, title in headings(text):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        twice = sum(1 for each in found if re.fullmatch(rf"{re.escape(name)}(-\d+)?", each))
        found.add(f"{name}-{twice}" if twice else name)
    return found


def links(page: Path) -> list[str]:
    """The targets of a page's links that lead to files of ours."""
    prose = "\n".join(blocks_and_prose(page.read_text(encoding="utf-8"))[1])
    return [each for each in LINK.findall(prose) if not re.match(r"[a-z]+:", each)]
