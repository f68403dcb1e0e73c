"""Problems that are no checks: what keeps a file from being read or used. No check lives here.

They explain themselves at the place where they are reported; here is what each id stands for.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MISTAKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "capacity": "More rules, conditions, values or actions than the service takes.",
        "case": "A test case that cannot be run as it is written.",
        "duplicate-key": "A key that stands twice in one mapping.",
        "duplicate-name": "A name that is given twice in one section of the project.",
        "empty-value": "Nothing, where a value must be.",
        "include": "A file with rules that no rule set includes, or one that is not there.",
        "left-as-it-is": "A file that `mmctl fmt` cannot write anew without changing what it says.",
        "line-break": "A value with a line break, where a text is one line.",
        "merge-conflict": "A merge conflict that was left in a file.",
        "missing-key": "A key that must be there and is not.",
        "not-expressible": "Something that is imported and has no place in the language.",
        "one-of": "Keys that do not go together, or none of several of which one must be there.",
        "syntax": "A file that is no YAML, or uses what is not read of YAML, such as anchors.",
        "trailing-comment": "A comment behind a value, of which it may have been a part.",
        "unknown-key": "A key that does not exist where it stands.",
        "unknown-name": "A name of something that is nowhere defined.",
        "unknown-variable": "A variable that has no value in the environment.",
        "unread-file": "A file that looks like a rule file, and that nothing takes in.",
        "unreadable-file": "A file that cannot be opened, or is not UTF-8.",
        "wrong-text": "A text that the service would refuse, by its form or its length.",
        "wrong-type": "A value of another kind than is expected there.",
    }
)
"""Errors all: they cannot be ignored by a comment."""
