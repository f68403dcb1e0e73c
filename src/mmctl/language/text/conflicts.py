"""Merge conflicts that were left in a file: these are reported, and nothing else of the file."""

from __future__ import annotations

import re
from typing import Final

from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity

_BEGIN: Final = Pattern(r"^<{7}(?: .*)?\r?$", re.MULTILINE)
_SIGNS: Final = ("<" * 7, ">" * 7)
_END: Final = Pattern(r"^>{7}(?: .*)?\r?$", re.MULTILINE)


def conflicts(text: str, *, file: str) -> tuple[Problem, ...]:
    """A problem for each conflict in a text, at the line where it begins."""
    if _SIGNS[0] not in text and _SIGNS[1] not in text:
        return ()
    begins = list(_BEGIN.finditer(text)) or list(_END.finditer(text))
    return tuple(
        Problem(
            check="merge-conflict",
            severity=Severity.ERROR,
            position=Position(
                file=file,
                line=text.count("\n", 0, found.start()) + 1,
                length=len(found[0].rstrip()),
            ),
            message="an unresolved merge conflict",
            help="keep the intended lines, and remove those of `<<<<<<<`, `=======` and `>>>>>>>`",
        )
        for found in begins
    )
