"""When a text needs quotes in YAML, and how a line looks with the quotes in place."""

from __future__ import annotations

import re

_STARTS = re.compile(r"""[@*&!%`?|>\[\]{}'",#-]""")
_VALUE = re.compile(r"^(\s*(?:- +)*(?:[\w.-]+: +)?)(\S.*?)\s*$")
_FLOW_VALUE = re.compile(r"""([:\[,]\s*)((?:\$\{[^}]*\}|[^\[\]{}'",:\s])+)(?=\s*[\],}])""")
_YAML_1_1_WORDS = re.compile(
    r"(?i:y|yes|n|no|true|false|on|off|null|~)|[-+]?[0-9][0-9_.,:eE+-]*|0x[0-9a-fA-F_]+|0o?[0-7]+"
    r"|[-+]?\.(?i:inf)|\.(?i:nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<"
)


def quoted(text: str) -> str:
    """The text as a double-quoted YAML scalar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for character, name in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        escaped = escaped.replace(character, name)
    return '"' + re.sub(r"[\x00-\x1f\x7f-\xa0\ufeff\u2028\u2029]", _escape, escaped) + '"'


def scalar(text: str, *, flow: bool) -> str:
    """The text as YAML: plain where every YAML reader takes it as that text, else quoted."""
    return quoted(text) if needs_quotes(text, flow=flow) else text


def needs_quotes(text: str, *, flow: bool) -> bool:
    """Whether a text must be quoted to be read as itself, by YAML 1.1 tools too."""
    if not text or text != text.strip() or _STARTS.match(text) or text.startswith(("---", "...")):
        return True
    if ": " in text or text.endswith(":") or " #" in text or not text.isprintable():
        return True
    if flow and re.search(r"[\[\]{},:]", text):
        return True
    return _YAML_1_1_WORDS.fullmatch(text) is not None


def quoted_line(line: str, column: int | None) -> str | None:
    """The line with quotes around the value that needs them, or None where none can be told.

    `column` (from 0) is where the reader stumbled.
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
    if not needs_quotes(found[2], flow=False):
        return None
    return f"{found[1]}{quoted(found[2])}".strip()


def _quote_flow_value(found: re.Match[str]) -> str:
    text = found[2]
    return found[1] + (quoted(text) if "${" in text or text[:1] in "@*&!%`" else text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
