r"""A wildcard or regular expression where Mail Manager compares literally.

What it does:
    Finds `*`, `^`, `$` and regular expressions such as `.*`, `\.`, `(a|b)` in values that are
    compared with addresses and server names, and unmistakable ones (`.*`, `\d`, `[a-z]`,
    `*word*`, `^word$`, `w[o0]rd`) in other texts; one star before or after a word is an info there.
    It does not look at address lists, which accept one `*`.

Why it is bad:
    Conditions have no patterns. The service looks for exactly these characters, and no message has
    them.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {equals: "*@spam.example"}}]
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
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import SERVER_NAMES, compared_as_addresses, text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import TextTest

_IN_ADDRESSES: Final = Pattern(r"\*|\\|\.\+|\(.*\)|\[[^\]]*\w-\w[^\]]*\]|^\^|.\$$|\?$")
_IN_TEXTS: Final = Pattern(
    r"\.\*|\\[.dswb]|\[(?:a-z|A-Z|0-9)|\(\?i\)|\([^)|]+\|[^)]+\)|^\*[\w ]+\*$|^\^.+\$$"
    r"|[a-z]\[\w+\][a-z]"
)
_PERHAPS: Final = Pattern(r"\*[\w ]*\w|\w[\w ]*\*")
"""A star in a text that may be meant literally."""
_SIGNS: Final = Pattern(r"[*\\+(\[^$?]")
"""One of these is in everything that is found here; nearly all values have none."""
_SIMPLE: Final = Pattern(r"^\^?(?:\.?\*)?(?P<text>[^*^$()\[\]|?]+?)(?:\.?\*)?\$?$")


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that are written as patterns."""
    names = compared_as_addresses(subject.project) | SERVER_NAMES
    for test in text_tests(subject.project):
        if not _SIGNS.search(test.at_once):
            continue
        named = test.operand in names
        pattern = _IN_ADDRESSES if named else _IN_TEXTS
        for index, value in enumerate(test.values):
            perhaps = not named and _PERHAPS.fullmatch(value) is not None
            if perhaps or pattern.search(value):
                mild = Severity.INFO if perhaps else Severity.WARNING
                yield finding(
                    test.owner,
                    test.path_of(index),
                    f"`{value}` is compared literally, there are no patterns",
                    help=_instead(test, value),
                    severity=None if named else mild,
                )


def _instead(test: TextTest, value: str) -> str:
    if not re.search(r"\w", value):
        return "nothing means any text: remove the value, and the condition where it has no other"
    simple = _SIMPLE.match(value)
    text = re.sub(r"\\([.@+_-])", r"\1", simple["text"]) if simple is not None else "\\"
    if "\\" in text:
        return "write each text in full; `starts_with`, `ends_with` and `contains` take lists"
    # A wildcard stands for a whole address; a regular expression is searched for in a text.
    wildcard = test.about_addresses and re.fullmatch(r"\*?[^*^$]+\*?", value)
    inside = frozenset[str]() if wildcard else _INSIDE
    before = value.startswith(("*", ".*", "^.*", "^*")) or (
        test.operator in inside - {"starts_with"} and not value.startswith("^")
    )
    after = value.endswith(("*", "*$")) or (
        test.operator in inside - {"ends_with"} and not value.endswith("$")
    )
    return f'write `{_OPERATORS[before, after]}: "{text}"`'


_INSIDE: Final = frozenset({"contains", "starts_with", "ends_with"})
_OPERATORS: Final = {
    (True, True): "contains",
    (True, False): "ends_with",
    (False, True): "starts_with",
    (False, False): "equals",
}
"""By whether other text may come before it, and after it."""


CHECK = Check(
    id="pattern-in-literal",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_value=AboutValue.NOT_MEANT_LITERALLY,
)
