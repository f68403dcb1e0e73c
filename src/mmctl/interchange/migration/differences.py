"""How what is written here differs from what a source says, and messages that show it."""

from __future__ import annotations

from typing import Any

from mmctl.records import dataclass, field

Data = dict[str, Any]
"""A part of a rule file or of a case, as people write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message that shows a difference.

    `mail` has the members `message`, `envelope`, `session` and `verdicts` of a case.
    How it ends here is not stated but judged; `there` says how the source ends it.
    """

    mail: Data = field(hash=False)
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One way in which what is written here differs from what the source says."""

    code: str
    """The kind of difference, in kebab-case: `words-are-substrings`; the manual explains each."""
    says: str
    """What differs, and for which mail: a sentence without full stop."""
    instead: str | None = None
    """What people do instead."""
    loses: bool = False
    """Whether a part of the rule is not here at all; else it is here, and comes close."""
    example: Example | None = None
