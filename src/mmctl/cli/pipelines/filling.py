"""Templates of pipelines: `#NAME#` in a line is replaced, alone on a line by a block."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK: Final = re.compile(r"^#([A-Z_]+)#\n", re.MULTILINE)
_WORD: Final = re.compile(r"#([A-Z_]+)#")


def template(name: str) -> str:
    """The text of a template of pipelines."""
    return (files("mmctl.cli") / "templates" / "ci" / name).read_text(encoding="utf-8")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; a block that is empty leaves no line."""
    text = _BLOCK.sub(lambda found: _lines(values[found[1]]), text)
    return _WORD.sub(lambda found: values[found[1]], text)


def indented(text: str, by: int) -> str:
    """The lines of a block, moved to the right."""
    space = " " * by
    return "".join(f"{space}{line}\n" if line else "\n" for line in text.splitlines())


def _lines(block: str) -> str:
    return block if not block or block.endswith("\n") else f"{block}\n"
