"""Secrets in files of infrastructure code, masked in what is shown of these files."""

from __future__ import annotations

import re
from typing import Final

_SECRET: Final = re.compile(
    r"""(["']?(?:SmtpPassword|smtp_password(?:_wo)?|[A-Za-z0-9_]*[Pp]assword[A-Za-z0-9_]*)["']?"""
    r"""[ \t]*[:=][ \t]*)("(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?|[^\s"'!{\[,}][^\n,}]*)"""
)


def masked(text: str) -> str:
    """A text with the values of members that are called passwords masked, to show to people."""
    return _SECRET.sub(lambda found: found[1] + '"…"', text)
