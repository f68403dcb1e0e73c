"""Entries of the history: one apply or rollback each, and their documents."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.records import asdict, dataclass, field, fields

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = "mmctl/history@1"
ENTRY: Final = ".entry.json"
PINS: Final = "pins.json"
APPLIED: Final = "applied.json"
"""Names, or name endings, in the store of a history."""
_TEXTS_BY_NAME: Final = ("edges", "values", "gate")
_LEFT_OUT: Final = frozenset({"caller", "revision", "overwritten", "rules", *_TEXTS_BY_NAME})
"""Members that a document has only where there is something to say."""


class Doing(StrEnum):
    """What an entry is about."""

    APPLY = "apply"
    ROLLBACK = "rollback"


class EntryResult(StrEnum):
    """How it ended; an entry with `unfinished` belongs to a command that was killed."""

    DONE = "done"
    STOPPED = "stopped part-way"
    UNFINISHED = "unfinished"
    NOTHING = "nothing written"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One apply or rollback."""

    id: str
    kind: Doing
    at: str
    """UTC, ISO 8601."""
    who: str
    """The login name on the machine that ran the command."""
    caller: str | None = None
    """The ARN of the identity that made the calls, as AWS names it; 0.1.0 did not note it."""
    environment: str
    account: str
    region: str
    digest_before: str
    digest_after: str
    result: EntryResult
    reason: str | None = None
    goes_back_to: str | None = None
    """For a rollback: the entry whose snapshot became the desired state."""
    state_before: str
    """The entry whose snapshot is the earlier state: this one, or the unfinished apply that it
    continues."""
    forced: tuple[str, ...] = ()
    """Brakes that were released by a flag."""
    plan: str | None = None
    """The seal of the saved plan that was carried out; None: there was no saved plan."""
    plan_key: str | None = None
    """The key that had to sign plans of the environment; None: there was no such key."""
    summary: Mapping[str, int]
    snapshot: str | None = None
    """The digest of its snapshot; 0.1.0 did not note it."""
    rebuilt: bool = False
    """It was lost or damaged and has been rebuilt from its snapshot."""
    revision: str | None = None
    """The revision of the files in version control, if any."""
    edges: Mapping[str, str] = field(default_factory=dict)
    """Where it led: endpoint, account, role and store, as in the files; empty: not noted."""
    rules: str | None = None
    """The digest of the logical rules that were applied; None: not noted, or only a part was."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The values of variables and bindings, as texts by name; empty: not noted."""
    gate: Mapping[str, str] = field(default_factory=dict)
    """Which evidence was required from where; empty: none was."""
    overwritten: tuple[str, ...] = ()
    """What somebody else wrote at the same time and was overwritten, in lines."""

    @property
    def number(self) -> int:
        """The place in the order of entries, no matter what the clock said."""
        return number_of(self.id)


def number_of(id: str) -> int:
    """The number that an id starts with."""
    return int(id.partition("-")[0])


def entry_of(document: Any, id: str) -> HistoryEntry:
    """The entry of a document, without members that this version does not know.

    Raises:
        KeyError, TypeError, ValueError: it is damaged, or has another id.
    """
    members = {
        each.name: document[each.name] for each in fields(HistoryEntry) if each.name in document
    }
    entry = HistoryEntry(
        **{
            **members,
            "kind": Doing(document["kind"]),
            "result": EntryResult(document["result"]),
            "forced": tuple(document["forced"]),
            "overwritten": tuple(document.get("overwritten", ())),
            **{member: _texts(document.get(member)) for member in _TEXTS_BY_NAME},
            "summary": {str(name): int(count) for name, count in dict(document["summary"]).items()},
        }
    )
    texts = (entry.at, entry.who, entry.environment, entry.account, entry.region)
    digests = (entry.digest_before, entry.digest_after, entry.state_before)
    optional = (entry.reason, entry.goes_back_to, entry.snapshot, entry.plan, entry.plan_key)
    noted = [
        text for text in (*optional, entry.caller, entry.revision, entry.rules) if text is not None
    ]
    known = all(isinstance(text, str) for text in (*texts, *digests, *entry.forced, *noted))
    if entry.id != id or entry.number < 0 or not known:
        raise ValueError("it is not the entry of this id")
    return entry


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in dict(value or {}).items()}


def entry_document(entry: HistoryEntry) -> dict[str, Any]:
    """An entry as JSON, without what was not noted."""
    document = asdict(entry) | {
        "forced": list(entry.forced),
        "overwritten": list(entry.overwritten),
    }
    return {member: value for member, value in document.items() if value or member not in _LEFT_OUT}


def history_document(entries: tuple[HistoryEntry, ...]) -> dict[str, Any]:
    """The history as JSON for machines, oldest first."""
    return {"schema": SCHEMA, "entries": [entry_document(entry) for entry in entries]}
