"""A domain with letters that are not ASCII, or that imitate others.

What it does:
    Looks at the domains in values for `mail_from`, `recipient` and `helo`, and in members of
    address lists. Names a letter that only looks like a Latin one or like those of the alphabet
    around it, also in addresses for `from`, `sender`, `to` and `cc`.

Why it is bad:
    On the wire an international domain is encoded: `xn--mnchen-3ya.example` for
    `münchen.example`. The value matches nothing. A Cyrillic or Greek letter that came with a copied
    address looks right and is another domain.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@münchen.example"}}]
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
            conditions: [{mail_from: {ends_with: "@xn--mnchen-3ya.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import ENVELOPE, SERVER_NAMES, text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.problem import Path, Placed

_WHOLE: Final = frozenset({"equals", "not_equals", "ends_with"})
_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
_DOUBLES: Final = frozenset(
    # Cyrillic, Greek and Armenian letters that are drawn as Latin ones are
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04cf\u051b\u051d\u04bb"
    "\u03bf\u03bd\u03b1\u03c1\u0585\u057d\u0578\u0570" + "".join(map(chr, range(0xFF41, 0xFF5B)))
    # full width
)


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the domains that are not encoded."""
    for test in text_tests(subject.project):
        if test.at_once.isascii() or not (test.about_addresses or test.about_server_names):
            continue
        for index, value in enumerate(test.values):
            whole, path = test.operator in _WHOLE, test.path_of(index)
            if test.operand in ENVELOPE | SERVER_NAMES:
                yield from _found(test.owner, path, value, whole=whole)
            elif "@" in value and _imitated(value) is not None:
                yield _imitation(test.owner, path, value, whole=whole)
    for listed in subject.project.address_lists.values():
        for index, member in enumerate(listed.members or ()):
            if not member.isascii():
                yield from _found(listed, ("members", index), member, whole=True)


def _found(where: Placed, path: Path, value: str, *, whole: bool) -> Iterator[Finding]:
    before, at, domain = value.rpartition("@")
    if domain.isascii() or not _is_letters(domain):
        return
    if _imitated(value) is not None:
        yield _imitation(where, path, value, whole=whole)
        return
    encoded = _encoded(domain) if whole else None
    yield finding(
        where,
        path,
        f"the envelope has domains in their encoded form, never `{domain}`",
        help=f"write `{before}{at}{encoded}`"
        if encoded
        else "write a part of its encoded form, which begins with `xn--`",
    )


def _imitation(where: Placed, path: Path, value: str, *, whole: bool) -> Finding:
    import unicodedata  # noqa: PLC0415 - only a mistake needs it

    before, at, domain = value.rpartition("@")
    letter, encoded = _imitated(value) or "", _encoded(domain) if whole else None
    return finding(
        where,
        path,
        f"`{letter}` in `{value}` is {unicodedata.name(letter)}, and only looks like another"
        " letter",
        help="write the letter of the alphabet around it"
        + (f"; if the domain is meant, `{before}{at}{encoded}`" if encoded else ""),
    )


def _is_letters(domain: str) -> bool:
    """Whether only letters are not ASCII; other characters came with a copy (`stray-character`)."""
    return all(c.isascii() or c.isalpha() for c in domain)


def _imitated(value: str) -> str | None:
    """The first letter of an address or name that only looks like another one; None: there is none.

    A label of one foreign alphabet is an imitation if each of its letters has a Latin double.
    """
    domain = value.rpartition("@")[2]
    for label in domain.split("."):
        letters = [c for c in label if c.isalpha() and not c.isascii()]
        if letters and all(c in _DOUBLES for c in letters):
            return letters[0]
        if foreign := _foreign(label):
            return foreign
    return None


def _foreign(label: str) -> str | None:
    """The first letter of a label that is of another alphabet than most of them; None: no mix."""
    import unicodedata  # noqa: PLC0415 - only such domains need it

    of = [(c, unicodedata.name(c, "").split(" ")[0]) for c in label if c.isalpha()]
    known = [alphabet for _, alphabet in of if alphabet in _ALPHABETS]
    most = max(_ALPHABETS, key=known.count)
    return next((c for c, alphabet in of if alphabet in _ALPHABETS and alphabet != most), None)


def _encoded(domain: str) -> str | None:
    """A domain, or the end of one, as the envelope has it; None if there is no such domain."""
    try:
        return ".".join(
            label.encode("idna").decode("ascii") if label.strip("*") else label
            for label in domain.split(".")
        )
    except UnicodeError:
        return None


CHECK = Check(
    id="unencoded-domain",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_NOTHING,
)
