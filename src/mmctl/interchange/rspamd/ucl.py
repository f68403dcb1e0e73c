"""UCL, the language of rspamd's configuration → sections, lists and texts with their places.

Nothing is evaluated: variables stay as they are written, macros are entries whose key has a dot.
A file is read strictly, and its first fault ends the reading of it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NoReturn

from mmctl.errors import ProblemsFound
from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_NESTED_AT_MOST: Final = 40
_VALUES_AT_MOST: Final = 200_000
_SPACE: Final = Pattern(r"[\s;,]+")
_BLANK: Final = Pattern(r"[ \t]*")
_COMMENT: Final = Pattern(r"#[^\n]*")
_KEY: Final = Pattern(r"[^\s{}\[\]\"'=:;,#()<>]+")
_BARE: Final = Pattern(
    r"(?:\$\{[^{}\n]*\}|/(?!\*)|[^;,\n{}\[\]#\"'/])(?:\$\{[^{}\n]*\}|/(?!\*)|[^;,\n{}\[\]#\"/])*"
)
_DOUBLE: Final = Pattern(r"\"((?:[^\"\\\n]|\\[^\n])*)\"")
_SINGLE: Final = Pattern(r"'((?:[^'\\\n]|\\[^\n])*)'")
_HEREDOC: Final = Pattern(r"<<([A-Z]+)\n")
_AFTER_HEREDOC: Final = Pattern(r"[\n;,]|\Z")
_MACRO: Final = Pattern(r"\.([a-zA-Z_]+)")
_ARGUMENTS: Final = Pattern(r"[ \t]*\([^()\n]*\)")
_ESCAPE: Final = Pattern(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_BRACES: Final = Pattern(r"[{}]")
_STARS: Final = Pattern(r"/\*|\*/")
_DUMPED: Final = Pattern(r"(?m)^\*\*\* Section (\w+) \*\*\*$")
_DUMP_END: Final = Pattern(r"(?m)^\*\*\* End of section \w+ \*\*\*$")
_HALVES: Final = range(0xD800, 0xE000)
"""Code points that are no characters."""
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_QUOTE: Final = 'put quotes around it: `"…"`'


def ucl_entries(file: str, text: str) -> tuple[UclEntry, ...]:
    """The entries of a file, or of what `rspamadm configdump` prints, in order.

    Raises:
        ProblemsFound: it is no UCL, or too large or too deep; at the place of the first fault.
    """
    if _DUMPED.search(text):
        text = _DUMP_END.sub("}", _DUMPED.sub(r"\1 {", text))
    return _UclText(file, text).whole()


class _UclText:
    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._at = 0
        self._nested = 0
        self._values = 0
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def whole(self) -> tuple[UclEntry, ...]:
        self._skip()
        if self._ahead() != "{":
            return self._entries(None)
        found = self._section(self._place(self._at)).entries or ()
        self._skip()
        if self._at < len(self._text):
            self._fault(self._at, "there is something after the end of the configuration")
        return found

    def _entries(self, opened: Position | None) -> tuple[UclEntry, ...]:
        found: list[UclEntry] = []
        while True:
            self._skip()
            ahead = self._ahead()
            if ahead == "" and opened is not None:
                self._fault(self._at, f"the section of line {opened.line} is not closed", "add `}`")
            if ahead == "}" and opened is None:
                self._fault(self._at, "this `}` closes nothing", "remove it")
            if ahead in {"", "}"}:
                return tuple(found)
            found.append(self._entry())

    def _entry(self) -> UclEntry:
        start = self._at
        self._counted(start)
        if (macro := _MACRO.match(self._text, start)) is not None:
            return self._macro(start, macro[1], macro.end())
        key = self._quoted()
        if key is None:
            found = _KEY.match(self._text, start)
            if found is None:
                self._not_a_key(start)
            key, self._at = found[0], found.end()
        self._blank()
        if self._ahead() in {"=", ":"}:
            self._at += 1
            self._skip_space()
            return UclEntry(key=key, place=self._place(start), value=self._value())
        self._skip_space()
        return UclEntry(key=key, place=self._place(start), value=self._named_or_value())

    def _named_or_value(self) -> UclValue:
        """A value, or a section with names before it: `rule "name" { … }`."""
        names: list[tuple[str, int]] = []
        while True:
            start = self._at
            if self._ahead() in {"{", "[", "<"}:
                break
            name = self._quoted()
            if name is None:
                bare = _BARE.match(self._text, start)
                if bare is None:
                    self._not_a_value(start)
                if self._text[bare.end() : bare.end() + 1] not in {"{", '"', "'"}:
                    if names:
                        self._fault(start, "a `;` is missing between two values")
                    return self._bare(start)
                names += [(each, start) for each in bare[0].split()]
                self._at = bare.end()
                continue
            names.append((name, start))
            self._blank()
            if self._ahead() not in {"{", '"', "'"} and not self._is_name():
                if len(names) > 1:
                    self._fault(start, "a `;` is missing between two values")
                self._end_of_value()
                return UclValue(place=self._place(start), text=name)
        value = self._value()
        if names and value.entries is None:
            self._fault(names[0][1], "a `;` is missing between two values")
        for name, at in reversed(names):
            place = self._place(at)
            value = UclValue(place=place, entries=(UclEntry(key=name, place=place, value=value),))
        return value

    def _is_name(self) -> bool:
        """Whether a bare name of a section follows."""
        bare = _BARE.match(self._text, self._at)
        return bare is not None and self._text[bare.end() : bare.end() + 1] == "{"

    def _value(self) -> UclValue:
        start = self._at
        self._counted(start)
        match self._ahead():
            case "{":
                return self._section(self._place(start))
            case "[":
                return self._list(self._place(start))
            case "<":
                return self._heredoc(start)
            case _:
                text = self._quoted()
        if text is None:
            return self._bare(start)
        self._end_of_value()
        return UclValue(place=self._place(start), text=text)

    def _section(self, place: Position) -> UclValue:
        self._no_template(self._at)
        self._deeper()
        entries = self._entries(place)
        self._shallower()
        return UclValue(place=place, entries=entries)

    def _list(self, place: Position) -> UclValue:
        self._deeper()
        items: list[UclValue] = []
        while True:
            self._skip()
            ahead = self._ahead()
            if ahead in {"", "}"}:
                self._fault(self._at, f"the list of line {place.line} is not closed", "add `]`")
            if ahead == "]":
                break
            items.append(self._value())
        self._shallower()
        return UclValue(place=place, items=tuple(items))

    def _deeper(self) -> None:
        self._nested += 1
        if self._nested > _NESTED_AT_MOST:
            self._fault(self._at, f"more than {_NESTED_AT_MOST} sections are nested here")
        self._at += 1

    def _shallower(self) -> None:
        self._nested -= 1
        self._at += 1

    def _heredoc(self, start: int) -> UclValue:
        found = _HEREDOC.match(self._text, start)
        if found is None:
            self._not_a_value(start)
        ending = f"\n{found[1]}"
        at = self._text.find(ending, found.end() - 1)
        while at >= 0 and self._text[at + len(ending) : at + len(ending) + 1] not in {
            "",
            "\n",
            ";",
            ",",
        }:
            at = self._text.find(ending, at + 1)
        if at < 0:
            self._fault(start, f"there is no line `{found[1]}` that ends this text")
        self._at = at + len(ending)
        text = self._text[found.end() : max(at, found.end())]
        return UclValue(place=self._place(start), text=text)

    def _bare(self, start: int) -> UclValue:
        found = _BARE.match(self._text, start)
        if found is None or not found[0].strip():
            self._not_a_value(start)
        self._at = found.end()
        self._end_of_value()
        return UclValue(place=self._place(start), text=found[0].strip())

    def _quoted(self) -> str | None:
        ahead = self._ahead()
        if ahead not in {'"', "'"}:
            return None
        start = self._at
        found = (_DOUBLE if ahead == '"' else _SINGLE).match(self._text, start)
        if found is None:
            self._fault(start, "this text is not closed on its line", "add the quote at its end")
        self._at = found.end()
        return _unescaped(found[1]) if ahead == '"' else found[1].replace("\\'", "'")

    def _macro(self, start: int, name: str, at: int) -> UclEntry:
        arguments = _ARGUMENTS.match(self._text, at)
        self._at = arguments.end() if arguments is not None else at
        self._blank()
        place = self._place(start)
        if self._ahead() == "{":
            value = UclValue(place=self._place(self._at), text="")
            self._skip_braces()
        elif self._ahead() in {"\n", ""}:
            value = UclValue(place=place, text="")
        else:
            value = self._value()
        return UclEntry(key=f".{name}", place=place, value=value)

    def _skip_braces(self) -> None:
        start, open_ones = self._at, 0
        for found in _BRACES.finditer(self._text, start):
            open_ones += 1 if found[0] == "{" else -1
            if open_ones == 0:
                self._at = found.end()
                return
        self._fault(start, "the code of this macro is not closed", "add `}`")

    def _end_of_value(self) -> None:
        self._blank()
        ahead = self._text[self._at : self._at + 2]
        if ahead[:1] not in {"", "\n", ";", ",", "}", "]", "#"} and ahead != "/*":
            self._fault(self._at, "a `;` is missing between two values")

    def _skip(self) -> None:
        """Skip what is between entries: spaces, separators, comments."""
        while self._at < len(self._text):
            found = _SPACE.match(self._text, self._at) or _COMMENT.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
            elif self._text.startswith("/*", self._at):
                self._skip_comment()
            else:
                return

    def _skip_space(self) -> None:
        """Skip what may be between a key and its value, also over lines."""
        while self._ahead() and self._ahead() in " \t\n":
            self._at += 1

    def _skip_comment(self) -> None:
        start, open_ones = self._at, 0
        for found in self._stars(start):
            open_ones += 1 if found == "/*" else -1
            if open_ones == 0:
                return
        self._fault(start, "this comment is not closed", "add `*/`")

    def _stars(self, start: int) -> Iterator[str]:
        for found in _STARS.finditer(self._text, start):
            self._at = found.end()
            yield found[0]

    def _blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at

    def _ahead(self) -> str:
        return self._text[self._at : self._at + 1]

    def _counted(self, at: int) -> None:
        self._values += 1
        if self._values > _VALUES_AT_MOST:
            self._fault(at, f"the file has more than {_VALUES_AT_MOST} values", "split it")

    def _place(self, at: int) -> Position:
        line = bisect_right(self._starts, at)
        return Position(file=self._file, line=line, column=at - self._starts[line - 1] + 1)

    def _no_template(self, at: int) -> None:
        if self._text.startswith(("{%", "{="), at):
            self._fault(at, "this is a template, and templates are not evaluated", _DUMP)

    def _not_a_key(self, at: int) -> NoReturn:
        self._no_template(at)
        self._fault(at, "here a name of an entry is expected")

    def _not_a_value(self, at: int) -> NoReturn:
        self._fault(at, "here a value is expected", _QUOTE)

    def _fault(self, at: int, message: str, instead: str | None = None) -> NoReturn:
        problem = Problem(
            check="wrong-text",
            severity=Severity.ERROR,
            position=self._place(at),
            message=message,
            help=instead or _CHECK,
        )
        raise ProblemsFound(f"cannot read `{self._file}`", (problem,))


_CHECK: Final = "`rspamadm configtest` says whether rspamd takes this file"
_DUMP: Final = "name the output of `rspamadm configdump multimap force_actions settings` instead"


def _unescaped(text: str) -> str:
    """The text of a quoted one: an escape that JSON does not have is the character alone."""
    if "\\" not in text:
        return text

    def char(found: re.Match[str]) -> str:
        if not found[1]:
            return _LETTERS.get(found[2], found[2])
        code = int(found[1], 16)
        return "\ufffd" if code in _HALVES or not code else chr(code)

    return _ESCAPE.sub(char, text)
