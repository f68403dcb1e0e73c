"""What people call a part of a script: the comment before it, or what it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.sieve.syntax import QuotedString, calls_in, shown, texts_of
from mmctl.interchange.sieve.way import ScriptOrigin

if TYPE_CHECKING:
    from mmctl.interchange.sieve.syntax import ScriptCall

_RULE: Final = re.compile(r"rule:\[(.*)\]\s*\Z")
"""Roundcube writes `# rule:[Name]` before each."""
_RULENAME: Final = re.compile(r"Rulename:\s*(.+)\Z")
"""Open-Xchange writes `## Flag: …|UniqueId:3|Rulename: Name`."""
_WORDS: Final = re.compile(r"[\s#*=\-_+~|]*(.*?)[\s#*=\-_+~|:]*\Z")
_LONGEST_NAME: Final = 60
_LONGEST_TEXT: Final = 200
_ACTIONS: Final = frozenset(
    {"discard", "fileinto", "redirect", "reject", "ereject", "keep", "addheader", "include"}
)


def origin_of(call: ScriptCall) -> ScriptOrigin:
    """Name, place and text of a command, as a report has them."""
    return ScriptOrigin(name=_name(call), place=call.place, text=_text(call))


def _name(call: ScriptCall) -> str:
    commented = _commented(call.comment) if call.comment else None
    return commented or _described(call)


def _commented(comment: str) -> str | None:
    """A name in the comments: that of a program, or their last line."""
    lines = comment.split("\n")
    for line in reversed(lines):
        for pattern in (_RULE, _RULENAME):
            found = pattern.search(line)
            if found and found[1].strip():
                return found[1].strip()
    found = _WORDS.match(lines[-1])
    words = found[1] if found else ""
    return words if words and len(words) <= _LONGEST_NAME else None


def _described(call: ScriptCall) -> str:
    """What it does and the first thing that it looks for."""
    action = next((c for c in calls_in(call.block or (call,)) if c.name in _ACTIONS), call)
    what = [action.name]
    texts = [t for a in action.arguments for t in texts_of(a)]
    if texts:
        what.append(_short(texts[0]))
    elif call is not action:
        keys = [texts_of(t.arguments[-1]) for t in calls_in(call.tests) if t.arguments]
        what += [_short(key[0]) for key in keys if key][:1]
    return " ".join(what)


def _short(text: QuotedString) -> str:
    return " ".join(text.value.split())[:_LONGEST_NAME]


def _text(call: ScriptCall) -> str:
    head = shown(call, longest=_LONGEST_TEXT)
    if call.aside:
        head += f" # {' '.join(call.aside.split())[:_LONGEST_TEXT]}"
    if not call.block:
        return head
    inner = "; ".join(
        shown(c, longest=60) + (" {…}" if c.block is not None else "") for c in call.block[:4]
    )
    more = "; …" if len(call.block) > 4 else ""  # noqa: PLR2004 - as many as fit a line
    whole = f"{head} {{ {inner}{more} }}"
    return whole if len(whole) <= 2 * _LONGEST_TEXT else f"{whole[: 2 * _LONGEST_TEXT]}…"
