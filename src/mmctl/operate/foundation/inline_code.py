"""The programs that templates carry inline: one file each, which is what runs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmctl.inputs import read_text

LONGEST: Final = 4096
"""Characters of a function's code that a template may carry."""


def inline_code(name: str) -> str:
    """Return the source of a function in `functions/`."""
    file = Path(__file__).parent / "functions" / f"{name}.py.txt"
    return read_text(file, at_most=2 * LONGEST)
