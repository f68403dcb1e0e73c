"""Verify SPF: may this client send for this sender? (RFC 7208, by pyspf)."""

from __future__ import annotations

import warnings
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from mmctl.mail.records import UnansweredError

with warnings.catch_warnings():
    # Since 3.12 Python warns of a string in pyspf when it compiles the module: at the first use.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import spf  # type: ignore[import-untyped] # pyspf has no types

if TYPE_CHECKING:
    from mmctl.mail.records import Record, Records

SECONDS: Final = 20
"""How long one verification may take (RFC 7208 §4.6.4)."""
_LONGEST_LABEL: Final = 63


def spf_result(records: Records, ip: str, mail_from: str, helo: str) -> str:
    """`pass`, `fail`, `softfail`, `neutral`, `none`, `temperror` or `permerror`; never fails.

    The null sender counts as postmaster of the HELO name (§2.4).
    """
    try:
        result: str = _Query(records, ip, mail_from, helo).check()[0]
    except spf.TempError:
        return "temperror"
    except Exception:  # noqa: BLE001 - pyspf fails on odd records and senders in many ways
        return "permerror"
    return result


class _Query(spf.query):  # type: ignore[misc] # pyspf has no types
    """A query that gets its records from the given source."""

    def __init__(self, records: Records, ip: str, mail_from: str, helo: str) -> None:
        super().__init__(i=ip, s=mail_from, h=helo)
        self._records = records
        self._until = monotonic() + SECONDS

    def dns(
        self, name: object, qtype: str, cnames: object = None, ignore_void: bool = False
    ) -> list[Any]:
        """What pyspf queries the DNS for; CNAMEs are already followed."""
        del cnames
        asked = str(name).rstrip(".").lower()
        if not all(0 < len(label) <= _LONGEST_LABEL for label in asked.split(".")):
            return []
        if monotonic() > self._until:
            raise spf.TempError("out of time")
        try:
            found = [_value(record, qtype) for record in self._records.ask(asked, qtype)]
        except UnansweredError as error:
            raise spf.TempError("no answer") from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names without records")
        return found


def _value(record: Record, kind: str) -> object:
    """A record in the form that pyspf takes."""
    match kind:
        case "A" | "AAAA":
            return record.address
        case "MX":
            return record.preference, record.exchange.to_text(omit_final_dot=True)
        case "PTR":
            return record.target.to_text(omit_final_dot=True)
        case "TXT":
            return record.strings
        case _:
            return record.to_text()
