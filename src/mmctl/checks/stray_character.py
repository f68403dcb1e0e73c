r"""A value with stray characters from copy and paste.

What it does:
    In values that are compared with addresses and server names: spaces, invisible characters,
    typographic quotes, angle brackets, `mailto:`, commas and semicolons between addresses, HTML
    entities, control characters such as NUL. In other texts: control characters, invisible
    characters and no-break spaces in the file (an escape such as "\u200B" is intended), HTML
    entities, encoded words (`=?utf-8?…?=`, which are decoded before they are compared), typographic
    quotes around the whole value, three words and more with commas and no spaces between them, and
    spaces where a header value has none, at its beginning and end.

Why it is bad:
    Values are compared character by character. A character that nobody can see makes the condition
    fail for every message, and nobody knows why.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {equals: "<newsletter@spam.example>"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {equals: newsletter@spam.example}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import (
    ENVELOPE,
    SERVER_NAMES,
    compared_as_addresses,
    text_tests,
)
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.language.formatting.fix import Replace
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import TextTest
    from mmctl.language.project import Project

NAMES: Final = {
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width non-joiner",
    "\u200d": "a zero-width joiner",
    "\u200e": "a left-to-right mark",
    "\u200f": "a right-to-left mark",
    "\u202f": "a narrow no-break space",
    "\u2060": "a word joiner",
    "\ufeff": "a byte order mark",
}
"""Characters that are invisible or look like a space."""
_UNSEEN: Final = Pattern("[" + "".join(NAMES) + "]")
_CONTROL: Final = Pattern("[\\x00-\\x08\\x0b-\\x1f\\x7f]")
_ENTITY: Final = Pattern(r"&(?:[a-zA-Z]{2,8}|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});")
_ENCODED: Final = Pattern(r"=\?[\w-]+\?[bBqQ]\?[^?]*\?=")
_QUOTES: Final = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_QUOTED: Final = Pattern(f"[{_QUOTES}].*[{_QUOTES}]")
_WORDS: Final = Pattern(r"[^\W\d_]{3,}(?:[,;|][^\W\d_]{3,}){2,}")
"""Three words and more with a comma, but no space, between them."""
_NOT_IN_ADDRESSES: Final = Pattern(rf"[\s{_QUOTES}<>,;]")
_SIGNS: Final = {
    True: Pattern(rf"[\s{_QUOTES}{''.join(NAMES)}<>,;&:=\x01-\x08\x0b-\x1f\x7f]"),
    False: Pattern(rf"[{_QUOTES}{''.join(NAMES)}&=\x01-\x08\x0b-\x1f\x7f]|\0 | \0|[,;|][^\W\d_]"),
}
"""What is in everything that is found here, in addresses and in other texts."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values with a character that was hardly intended."""
    names = compared_as_addresses(subject.project) | SERVER_NAMES
    for test in text_tests(subject.project):
        address = test.operand in names
        if not (_SIGNS[address].search(test.at_once) or _has_nul(test)):
            continue
        for index, value in enumerate(test.values):
            found = _fault(test, value, address=address) or _encoded(subject.project, value)
            if found is None or (not address and _escaped(subject.project, test, index, value)):
                continue
            message, meant = found
            certain = address and _whole(test, value)
            yield finding(
                test.owner,
                test.path_of(index),
                message,
                help=_instead(value, meant),
                severity=None if certain else Severity.WARNING,
                fix=_fix(test, index, meant) if certain else None,
            )


def _has_nul(test: TextTest) -> bool:
    """Whether a value has a NUL, as there is one before and after each value."""
    return test.at_once.count("\0") > len(test.values) + 1


def _fix(test: TextTest, index: int, meant: str) -> Replace | None:
    """The fix: only what is around an address or invisible is removed without asking."""
    value = test.values[index]
    bare = _UNSEEN.sub("", value).strip("<>,; \t").removeprefix("mailto:")
    if bare != meant or not meant or _address_fault(meant) is not None:
        return None
    return Replace(at=test.place(index), old=value, new=meant)


def _instead(value: str, meant: str) -> str:
    if meant:
        return f"write `{meant}`"
    if value == "<>":
        return 'for mail without an envelope sender, write `unless: [{mail_from: {contains: "@"}}]`'
    return "write an address, or a part of one; names beside addresses are not compared"


def _whole(test: TextTest, value: str) -> bool:
    """Whether an address was certainly meant, and not the name next to it in a header."""
    return test.operand in ENVELOPE | SERVER_NAMES or "@" in value


def _fault(test: TextTest, value: str, *, address: bool) -> tuple[str, str] | None:
    control = _CONTROL.search(value)
    if control is not None:
        code = f"U+{ord(control.group()):04X}"
        return f"the control character {code}, which no mail has here", _CONTROL.sub("", value)
    unseen = _UNSEEN.search(value)
    if unseen is not None and (address or _UNSEEN.sub("", value).strip()):
        plain = re.sub("[\u00a0\u202f]", " ", value)
        meant = _UNSEEN.sub("", value if address else plain)
        seen = _UNSEEN.sub("", plain)
        return f"{NAMES[unseen.group()]} " + (f"in `{seen}`" if seen else "and nothing else"), meant
    entity = next(filter(_is_entity, _ENTITY.finditer(value)), None)
    if entity is not None:
        return f"`{entity.group()}` is HTML, and mail headers are not", _unescaped(value)
    if test.about_server_names and value.strip("\t ") not in {value, ""}:
        return f"a space in `{value}`, which no server name has", value.strip("\t ")
    return _address_fault(value) if address else _text_fault(test, value)


def _encoded(project: Project, value: str) -> tuple[str, str] | None:
    if project.settings.readings.encoded_words != "decoded" or not _ENCODED.search(value):
        return None
    from mmctl.mail.encoded_words import decode_words

    return "encoded words are decoded before they are compared", decode_words(value).text


def _is_entity(found: re.Match[str]) -> bool:
    return _unescaped(found.group()) != found.group()


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def _text_fault(test: TextTest, value: str) -> tuple[str, str] | None:
    """What is around a value, and not in it."""
    if _QUOTED.fullmatch(value):
        return f"the quotes around `{value[1:-1]}` are compared too", value[1:-1]
    if _WORDS.fullmatch(value):
        meant = ", ".join(re.split("[,;|]", value))
        return f"`{value}` is one value, and all of it is looked for", f"[{meant}]"
    begins = test.operator in {"equals", "not_equals", "starts_with"} and value[:1] == " "
    ends = test.operator in {"equals", "not_equals", "ends_with"} and value[-1:] == " "
    if (begins or ends) and value.strip():
        meant = value.lstrip() if begins else value
        return (
            f"no {test.subject} {'begins' if begins else 'ends'} with a space",
            meant.rstrip() if ends else meant,
        )
    return None


def _address_fault(value: str) -> tuple[str, str] | None:
    stray = _NOT_IN_ADDRESSES.search(value)
    if value == "<>":
        return "the sender of a bounce is empty, and nothing equals `<>`", ""
    if value.lower().startswith("mailto:"):
        return f"`mailto:` is not part of the address in `{value}`", value[len("mailto:") :]
    if stray is None or '"' in value:
        return None
    parts = [part for part in _NOT_IN_ADDRESSES.split(value) if part]
    if len(parts) > 1 and all("@" in part for part in parts):
        return f"`{value}` is one value, and no address has this form", f"[{', '.join(parts)}]"
    address = next((part for part in parts if "@" in part), "")
    character = "a space" if stray.group().isspace() else f"`{stray.group()}`"
    return f"{character} in `{value}`, which no address has", address


def _escaped(project: Project, test: TextTest, index: int, value: str) -> bool:
    """Whether an unseen character is written as an escape, and therefore meant."""
    unseen = _UNSEEN.findall(value)
    if not unseen:
        return False
    at = test.owner.positions.at((*test.path, "Values", index))
    lines = project.files.get(at.file, "").splitlines()
    return at.line <= len(lines) and not any(c in lines[at.line - 1] for c in unseen)


CHECK = Check(
    id="stray-character",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_value=AboutValue.NOT_MEANT_LITERALLY,
)
