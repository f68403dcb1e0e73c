"""The same messages judged by another gateway, whose log is a CSV: where both agree, and where not.

A row says what one rule did with one recipient of one message. A recipient may have several rows:
what decides is the order of outcomes that the language has (delivered before bounced, dropped,
stored, lost).
"""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.errors import UsageError
from mmctl.language.project import Outcome
from mmctl.model.actions import ACTIONS, Does
from mmctl.operate.logs.outcomes import endings
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

COLUMNS: Final = ("message_id", "recipient", "rule", "action")
_MARK: Final = "\ufeff"
"""What spreadsheets write before a text in UTF-8."""
_DELIMITERS: Final = (",", ";", "\t")
LONGEST_FIELD: Final = 64 * 1024
NO_RULE: Final = "no rule"
_OUTCOME_OF: Final = {
    Does.DELIVERS: Outcome.DELIVERED,
    Does.BOUNCES: Outcome.BOUNCED,
    Does.ENDS: Outcome.DROPPED,
    Does.STORES: Outcome.STORED,
}
_WORDS: Final = {
    **{row.key.replace("_", ""): _OUTCOME_OF.get(row.does) for row in ACTIONS},
    **dict.fromkeys(
        ("deliver", "delivered", "accept", "allow", "pass", "forward", "permit"), Outcome.DELIVERED
    ),
    **dict.fromkeys(
        ("quarantine", "quarantined", "hold", "held", "stored", "store"), Outcome.STORED
    ),
    **dict.fromkeys(("discard", "dropped", "delete", "deleted", "block"), Outcome.DROPPED),
    **dict.fromkeys(("bounced", "ndr"), Outcome.BOUNCED),
    **dict.fromkeys(("refuse", "refused", "reject", "rejected", "deny"), Outcome.REFUSED),
}
_ORDER: Final = {outcome.value: place for place, outcome in enumerate(Outcome)}


class Decided(NamedTuple):
    """How a gateway treated one recipient, and the rule that decided."""

    outcome: str
    rule: str


class RulePair(NamedTuple):
    """Two rules that decided differently about the same mail."""

    here: str
    there: str
    outcome_here: str
    outcome_there: str


@dataclass(slots=True, kw_only=True)
class Agreement:
    """Two gateways on the same messages."""

    other: str
    both: int = 0
    """Recipients of whom both logs say something certain."""
    same: int = 0
    only_here: int = 0
    only_there: int = 0
    skipped: int = 0
    """Recipients whose outcome this log does not say."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: dict[RulePair, tuple[int, str]] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[RulePair, tuple[int, str]]]:
        """The rules that decided differently, most recipients first, each with an example."""
        return sorted(self.found.items(), key=lambda each: (-each[1][0], each[0]))

    def add(self, id: str, here: Decided, there: Decided) -> None:
        """Count one recipient."""
        self.both += 1
        self.outcomes[here.outcome, there.outcome] += 1
        if here.outcome == there.outcome:
            self.same += 1
            return
        pair = RulePair(here.rule, there.rule, here.outcome, there.outcome)
        count, example = self.found.get(pair, (0, id))
        self.found[pair] = (count + 1, example)


def agree(
    messages: Iterable[LoggedMessage],
    names: LogNames,
    other: Mapping[tuple[str, str], Decided],
    name: str,
) -> Agreement:
    """Compare the outcomes of all recipients of which both logs say something."""
    found = Agreement(other=name)
    met: set[tuple[str, str]] = set()
    for message in messages:
        if message.id is None:
            continue
        for ended in endings(message, names):
            key = (message.id, ended.recipient.lower())
            there = other.get(key)
            if there is None:
                found.only_here += 1
                continue
            met.add(key)
            if ended.outcome is Outcome.UNKNOWN:
                found.skipped += 1
                continue
            found.add(message.id, Decided(ended.outcome.value, ended.by or NO_RULE), there)
    found.only_there = len(other.keys() - met)
    return found


def read_other(text: str, name: str) -> dict[tuple[str, str], Decided]:
    """What another gateway decided, by message id and recipient in lower case.

    Values are separated by commas, semicolons or tabs, as the header line says.

    Raises:
        UsageError: it is no such CSV.
    """
    csv.field_size_limit(LONGEST_FIELD)
    lines = text.removeprefix(_MARK).splitlines(keepends=True)
    header = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        return _read(csv.DictReader(lines, delimiter=delimiter), name)
    except csv.Error as error:
        raise UsageError(f"`{name}` is not a CSV: {error}", help=_help()) from None


def _read(reader: csv.DictReader[str], name: str) -> dict[tuple[str, str], Decided]:
    missing = [column for column in COLUMNS if column not in _cleaned(reader.fieldnames or ())]
    if missing:
        listed = ", ".join(f"`{column}`" for column in missing)
        raise UsageError(f"`{name}` has no column {listed}", help=_help())
    found: dict[tuple[str, str], Decided] = {}
    for number, row in enumerate(_rows(reader), 2):
        if not row["message_id"] or not row["recipient"]:
            raise UsageError(f"{name}:{number}: `message_id` or `recipient` is empty", help=_help())
        key = (row["message_id"], row["recipient"].lower())
        decided = Decided(outcome_of(row["action"]), row["rule"] or NO_RULE)
        known = found.get(key)
        if known is None or _rank(decided) < _rank(known):
            found[key] = decided
    return found


def _rows(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    for row in reader:
        found = dict.fromkeys(COLUMNS, "")
        for column, value in row.items():
            if isinstance(column, str) and isinstance(value, str):
                found[column.strip().lower()] = value.strip()
        yield found


def _cleaned(names: Iterable[str]) -> list[str]:
    return [name.strip().lower() for name in names]


def _rank(decided: Decided) -> int:
    return _ORDER.get(decided.outcome, len(_ORDER))


def outcome_of(action: str) -> str:
    """The outcome that an action's word means; a word that nobody knows stays as it is."""
    folded = "".join(each for each in action.lower() if each.isalnum())
    outcome = _WORDS.get(folded)
    return action.strip().lower() if outcome is None else outcome.value


def _help() -> str:
    return f"expected a header line with the columns {', '.join(COLUMNS)}, in any order"
