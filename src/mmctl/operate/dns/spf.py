"""Whether SES may send by an SPF record, and by the records that it includes (RFC 7208)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.operate.dns.records import host_of

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LOOKUPS: Final = 10
"""Terms that ask the DNS, in a record and all that it includes (§4.6.4)."""
SES: Final = "amazonses.com"
_PLUS: Final = "+"
_QUALIFIERS: Final = "+-~?"
_ASKING: Final = frozenset({"include", "a", "mx", "ptr", "exists"})
_REDIRECT: Final = "redirect="


class SpfAnswer(NamedTuple):
    """For whom mail passes by a record."""

    ses: bool = False
    everybody: bool = False


class SpfRecords:
    """One record with those that it includes; `texts` gives the SPF records of a name."""

    def __init__(self, texts: Callable[[str], tuple[str, ...]]) -> None:
        self._texts = texts
        self.lookups = 0

    def answer(self, text: str) -> SpfAnswer:
        """Who passes: what comes after `all` counts for nobody (§5.1), nor does its `redirect`."""
        ses = False
        redirect = None
        for term in text.lower().split()[1:]:
            if term.startswith(_REDIRECT):
                redirect = term.removeprefix(_REDIRECT)
                continue
            passes = term[0] not in _QUALIFIERS or term[0] == _PLUS
            name, _, target = term.lstrip(_QUALIFIERS).partition(":")
            name = name.partition("/")[0]
            if name == "all":
                return SpfAnswer(ses=ses, everybody=passes)
            self.lookups += name in _ASKING
            found = self._included(target) if name == "include" else SpfAnswer()
            ses = ses or (passes and found.ses)
            if passes and found.everybody:
                return SpfAnswer(ses=ses, everybody=True)
        if redirect is None:
            return SpfAnswer(ses=ses)
        self.lookups += 1
        further = self._included(redirect)
        return SpfAnswer(ses=ses or further.ses, everybody=further.everybody)

    def _included(self, target: str) -> SpfAnswer:
        """Who passes by the record of another name; a name with macros is not looked for."""
        name = host_of(target)
        if name == SES:
            return SpfAnswer(ses=True)
        found = self._texts(name) if name is not None and self.lookups <= MOST_LOOKUPS else ()
        return self.answer(found[0]) if len(found) == 1 else SpfAnswer()
