"""When a text needs quotes in YAML, and how a line looks with the quotes in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_BEYOND_U: Final = 0x10000
"""From this one on, a character needs the long escape, `\\U…`."""
_STARTS: Final = frozenset("@*&!%`?|>[]{}'\",#-")
_VALUE = Pattern(r"^(\s*(?:- +)*(?:[\w.-]+: +)?)(\S.*?)\s*$")
_FLOW_VALUE = Pattern(r"""([:\[,]\s*)((?:\$\{[^}]*\}|[^\[\]{}'",:\s])+)(?=\s*[\],}])""")
_FLOW_START = Pattern(r"[:,] |[\[{] ?")
_FLOW_END = Pattern(r", |[}\]]")
_IN_FLOW: Final = frozenset("[]{},:?")
_TRIED: Final = 3
_LONGEST: Final = 500
"""Characters of a line that is shown with quotes in place."""
_YAML_1_1_WORDS = Pattern(
    r"(?i:y|yes|n|no|true|false|on|off|null|~|=|<<"
    r"|[-+]?(?:0b[01_]+|0x[0-9a-f_]+|0o[0-7_]+|[0-9][0-9_,]*)"
    r"|[-+]?(?=\.?[0-9])[0-9_,]*\.?[0-9_]*(?:e[-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-9]{1,2})+(?:\.[0-9_]*)?"
    r"|[-+]?\.inf|\.nan"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:t|[ \t]+)[0-9]{1,2}:.*)?)"
)
"""What YAML 1.1 or YAML 1.2 tools read as something other than a text."""


_WORDS: Final = frozenset({"y", "yes", "n", "no", "true", "false", "on", "off", "null"})
"""Those of them that begin with a letter."""


def quoted(text: str) -> str:
    """The text as a double-quoted YAML scalar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for character, name in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        escaped = escaped.replace(character, name)
    shown = (c if c.isprintable() else _escape(c) for c in escaped)
    return f'"{"".join(shown)}"'


def scalar(text: str, *, flow: bool) -> str:
    """The text as YAML: plain if every YAML reader reads it as that text, else quoted."""
    return quoted(text) if needs_quotes(text, flow=flow) else text


def needs_quotes(text: str, *, flow: bool) -> bool:
    """Whether a text must be quoted to be read as itself, by YAML 1.1 tools too."""
    if _is_no_plain_text(text, flow=flow):
        return True
    if text.isascii() and text[0].isalpha():  # as most texts: then it is a word or nothing else
        return text.lower() in _WORDS
    return _YAML_1_1_WORDS.fullmatch(text) is not None


def _is_no_plain_text(text: str, *, flow: bool) -> bool:
    """Whether a text without quotes would be read as something else, or not at all."""
    if not text or text != text.strip() or text[0] in _STARTS or text.startswith(("---", "...")):
        return True
    if ": " in text or text.endswith(":") or " #" in text or not text.isprintable():
        return True
    return flow and not _IN_FLOW.isdisjoint(text)


def quoted_line(line: str, column: int | None) -> str | None:
    """The line with quotes around the value that needs them, or None if that is not clear.

    `column` (from 0) is where the reader failed.
    """
    shown = _FLOW_VALUE.sub(_quote_flow_value, line)
    if shown != line:
        return shown.strip()
    found = _VALUE.match(line)
    if found is None or not found[1].strip() or found[2][:1] in ('"', "'"):
        return None
    start = len(found[1])
    if column is not None and column < start and found[2][:1] not in "@*&!%`?|>[{":
        return None
    if not _is_no_plain_text(found[2], flow=False):
        return None
    return f"{found[1]}{quoted(found[2])}".strip()


def quoted_in_flow(line: str, column: int) -> Iterator[str]:
    """The line with quotes around what may be the value at `column` between `{}` or `[]`.

    The likeliest comes first; some of them may not be YAML.
    """
    if len(line) > _LONGEST:
        return
    starts = [found.end() for found in _FLOW_START.finditer(line, 0, column)]
    ends = [found.start() for found in _FLOW_END.finditer(line, column)]
    for start in reversed(starts[-_TRIED:]):
        # What begins with a bracket is unlikely to be a text.
        for end in ends[:_TRIED] if line[start : start + 1] not in "[{" else ():
            yield f"{line[:start]}{quoted(line[start:end])}{line[end:]}".strip()


def _quote_flow_value(found: re.Match[str]) -> str:
    text = found[2]
    return found[1] + (quoted(text) if "${" in text or text[:1] in "@*&!%`" else text)


def _escape(character: str) -> str:
    """An invisible character, as its number."""
    number = ord(character)
    return f"\\u{number:04x}" if number < _BEYOND_U else f"\\U{number:08x}"
