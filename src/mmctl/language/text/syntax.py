"""What an error of the YAML library means for the person who wrote the file.

The library says where it could not go on; the mistake is often further up. Only single lines are
read here, to see whether advice is right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ruamel.yaml.error import YAMLError

from mmctl.language.text.quoting import quoted_in_flow, quoted_line
from mmctl.language.text.yaml_events import over_events
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class TextPlace(NamedTuple):
    """A line and a column of a file, from 0, as the library counts."""

    line: int
    column: int


class Explanation(NamedTuple):
    """What is wrong, where, and what to do."""

    at: TextPlace
    message: str
    help: str | None


_FLOW: Final = {"[": "]", "{": "}"}
_UNCLOSED: Final = Pattern(r"did not find expected ',' or '[\]}]'")
_DASH_AND_WORD: Final = Pattern(r"\s*-[\w.]+:(?: |$)")


def explained(
    error: Any, lines: Sequence[str], read: Callable[[Callable[[], Any]], object]
) -> Explanation | None:
    """The meaning of an error with a mark; None if it has none. `read` reads a document."""
    at = _place(error.problem_mark) or _place(error.context_mark)
    if at is None:
        return None
    text = lines[at.line] if at.line < len(lines) else ""
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return Explanation(at, "a tab in the indentation", "indent with spaces")
    what = str(error.problem or "cannot be read as YAML")
    found = _unclosed(error, what, at, lines) or _misplaced(error, what, at, lines)
    if found is not None:
        return found
    if at.line >= len(lines):
        end = TextPlace(len(lines) - 1, max(0, len(lines[-1]) - 1))
        return Explanation(end, f"the file ends too early: {what}", None)
    help_ = _quotes(at, lines, read)
    return Explanation(at, f"not readable as YAML here: {what}", help_)


def _place(mark: Any) -> TextPlace | None:
    return None if mark is None else TextPlace(mark.line, mark.column)


def _unclosed(error: Any, what: str, at: TextPlace, lines: Sequence[str]) -> Explanation | None:
    """A bracket or quote that has no end."""
    begun = _place(error.context_mark)
    if begun is None or begun.line >= len(lines):
        return None
    sign = lines[begun.line][begun.column : begun.column + 1]
    if "quoted scalar" in str(error.context) and "end of stream" in what:
        return Explanation(begun, "this quote is not closed", f"end the text with `{sign}`")
    here = lines[at.line][at.column : at.column + 1] if at.line < len(lines) else ""
    ends_elsewhere = begun.line != at.line or here in "]}"
    if sign in _FLOW and _UNCLOSED.search(what) and ends_elsewhere:
        help_ = f"close it with `{_FLOW[sign]}`"
        if here and here in "]}":
            help_ += f" before the `{here}` in line {at.line + 1}"
        return Explanation(begun, f"this `{sign}` is not closed", help_)
    return None


def _misplaced(error: Any, what: str, at: TextPlace, lines: Sequence[str]) -> Explanation | None:
    """A line whose indentation differs from those it belongs to, or that lacks a sign."""
    begun = _place(error.context_mark)
    if "unknown escape" in what:
        escape = lines[at.line][at.column : at.column + 2]
        return Explanation(at, f"`{escape}` is not an escape of double quotes", "use single quotes")
    above = lines[at.line - 1] if at.line else ""
    if "mapping values" in what and _DASH_AND_WORD.match(above):
        column = above.index("-")
        help_ = f"write `- {above.strip()[1:]}`"
        return Explanation(TextPlace(at.line - 1, column), "a `-` without a space after it", help_)
    if begun is None:
        return None
    if "expected '-' indicator" in what or "expected key" in what:
        return Explanation(
            at,
            "this line has another indentation than the lines it belongs to",
            f"start it in column {begun.column + 1}, as line {begun.line + 1} does, or further in",
        )
    if "expected ':'" in what and begun.line < len(lines):
        word = lines[begun.line].strip()
        if re.fullmatch(r"[\w.-]{1,60}", word):
            return Explanation(begun, f"expected `:` after `{word}`", f"write `{word}:`")
    return None


def _quotes(
    at: TextPlace, lines: Sequence[str], read: Callable[[Callable[[], Any]], object]
) -> str | None:
    """The line with quotes in place, if that makes it readable."""
    text = lines[at.line] if at.line < len(lines) else ""
    for candidate in reversed(lines[max(0, at.line - 1) : at.line + 1]):
        shown = quoted_line(candidate, at.column if candidate is text else None)
        if shown is not None and not re.search(r'[:-] "[\[{]', shown):
            return f"quote the value: `{shown}`"
    for shown in quoted_in_flow(text, at.column):
        try:
            over_events(shown, read)
        except YAMLError:
            continue
        return f"quote the value: `{shown}`"
    return None
