"""Entries of address lists that ask two things of one of several texts: how it starts, and ends.

A field with any number of texts answers one test at a time. Where an entry needs two of the same
text (`pre*@example.com`, `*.example.com`), a literal of its own says that there is such a text; it
is linked with the tests that imply it or follow from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.theories.entries import Ends
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILLINGS: Final = (("", "mail"), ("someone", "mail"), ("x", "x"), ("xq", "xq"))


class Pair(NamedTuple):
    """Texts with such a local part, before the last `@`, and such a domain after it."""

    local: Ends | str
    domain: Ends | str

    def test(self) -> tuple[RuleStringOperator, str] | None:
        """The one test that means the same; None: there is none."""
        if isinstance(self.domain, Ends):
            return None
        if isinstance(self.local, str):
            return RuleStringOperator.EQUALS, f"{self.local}@{self.domain}"
        if self.local.start:
            return None
        return RuleStringOperator.ENDS_WITH, f"{self.local.end}@{self.domain}"

    def implied(self) -> Iterator[tuple[RuleStringOperator, str]]:
        """Tests that every such text meets."""
        yield RuleStringOperator.CONTAINS, "@"
        domain, local = self.domain, self.local
        if isinstance(local, str):
            start = domain if isinstance(domain, str) else domain.start
            yield RuleStringOperator.STARTS_WITH, f"{local}@{start}"
        elif local.start:
            yield RuleStringOperator.STARTS_WITH, local.start
        if isinstance(domain, Ends):
            if domain.end:
                yield RuleStringOperator.ENDS_WITH, domain.end
        elif isinstance(local, Ends):
            yield RuleStringOperator.ENDS_WITH, f"{local.end}@{domain}"

    def met_by(self, text: str) -> bool:
        """Whether a text is such a one."""
        local, at, domain = text.rpartition("@")
        return bool(at and domain) and _meets(self.local, local) and _meets(self.domain, domain)

    def follows_from(self, operator: RuleStringOperator, value: str) -> bool:
        """Whether every text that meets a test is such a one; in doubt not."""
        if operator is RuleStringOperator.EQUALS:
            return self.met_by(value)
        if operator is RuleStringOperator.ENDS_WITH and self.local == Ends(start="", end=""):
            return self.met_by(value)
        return False

    def texts(self) -> Iterator[str]:
        """Such texts, the likeliest first."""
        for filling, other in _FILLINGS:
            yield f"{_filled(self.local, filling)}@{_filled(self.domain, other)}"


def _meets(pattern: Ends | str, text: str) -> bool:
    if isinstance(pattern, str):
        return text == pattern
    long_enough = len(text) >= len(pattern.start) + len(pattern.end)
    return long_enough and text.startswith(pattern.start) and text.endswith(pattern.end)


def _filled(pattern: Ends | str, filling: str) -> str:
    return pattern if isinstance(pattern, str) else f"{pattern.start}{filling}{pattern.end}"
