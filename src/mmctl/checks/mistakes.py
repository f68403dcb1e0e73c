"""Problems that no check reports: why a file cannot be read or used. No check lives here.

Each explains itself where it is reported; here is what each id means.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MISTAKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "broken-export": "A file of another gateway or tool that is cut off, or not of its form.",
        "capacity": "A rule set that does not fit into what the service takes, however its rules "
        "are packed.",
        "case": "A test case that cannot be run.",
        "client-address": "A network in a list of senders, which an address list cannot hold.",
        "duplicate-key": "A key that occurs twice in one mapping.",
        "duplicate-name": "A name, or a live name, that two things of a kind have.",
        "empty-value": "A missing value.",
        "include": "A file with rules that no rule set includes, or an included file that does "
        "not exist.",
        "left-as-it-is": "A file that `mmctl fmt` cannot format without changing its meaning.",
        "line-break": "A value with a line break, where only one line is possible.",
        "merge-conflict": "A merge conflict that was left in a file.",
        "missing-key": "A required key that is missing.",
        "not-expressible": "An imported member that the language cannot express.",
        "not-imported": "A part of a template or of Terraform's files that an import leaves out.",
        "not-read": "A part of another tool's file that is not Mail Manager's, or that this "
        "version of mmctl does not understand.",
        "one-of": "Keys that exclude each other, or none of several keys of which one is required.",
        "refuse": "A rule of `refuse: true` that says what a traffic policy cannot say.",
        "syntax": "A file that is not valid YAML, or uses unsupported parts of YAML, such as "
        "anchors.",
        "trailing-comment": "A comment after a value that may belong to the value.",
        "unknown-key": "A key that does not exist in this place.",
        "unknown-name": "A reference to a name that is not defined.",
        "unknown-value": "A value that another tool's file does not have, such as a parameter "
        "without a default; a condition with such a value is unknown.",
        "unknown-variable": "A variable that has no value in the environment.",
        "unread-file": "A file that looks like a rule file, but that no pattern includes.",
        "unreadable-file": "A file that cannot be opened, or is not UTF-8.",
        "wrong-text": "A text whose form or length the service would refuse.",
        "wrong-type": "A value of the wrong type.",
    }
)
"""A comment cannot ignore them; all but `not-read` and `unknown-value` are errors."""
