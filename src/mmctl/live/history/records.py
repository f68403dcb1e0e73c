"""The texts of a store: snapshots and journals, and the warnings about damaged ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.inputs import parse_json
from mmctl.live.history.snapshots import snapshot_of
from mmctl.live.history.store import Damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.live.history.snapshots import Snapshot
    from mmctl.live.history.store import Store

SNAPSHOT: Final = ".snapshot.json"
JOURNAL: Final = ".journal.jsonl"
_TO_ANOTHER: Final = "choose another one: mmctl history, then mmctl rollback ID"


class HistoryRecords:
    """The texts of a store by the ids of their entries; damage is reported once."""

    def __init__(self, store: Store, warn: Callable[[str], None] | None = None) -> None:
        self.store = store
        self._warn = warn
        self._warned: set[str] = set()

    def tell(self, name: str, instead: str) -> None:
        """Warn once about a damaged text."""
        if name not in self._warned:
            self._warned.add(name)
            self.warn(f"`{name}` in {self.store.place} is damaged: {instead}")

    def warn(self, text: str) -> None:
        """Report something about the store that does not stop the command."""
        if self._warn is not None:
            self._warn(f"warning: {text}")

    def snapshot(self, id: str) -> Snapshot:
        """The state before an entry.

        Raises:
            CouldNot: the snapshot is missing or damaged.
        """
        try:
            document = self.json_of(id + SNAPSHOT)
        except CouldNot as error:
            error.help = error.help or _TO_ANOTHER
            raise
        try:
            return snapshot_of(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Damaged(
                f"snapshot `{id}` in {self.store.place} is damaged: {error}", help=_TO_ANOTHER
            ) from error

    def note(self, id: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines to the journal of an entry, on disk when this returns."""
        text = "\n".join(map(_line_text, lines))
        try:
            self.store.append(id + JOURNAL, text)
        except Damaged:
            self.mend_journal(id)
            self.store.append(id + JOURNAL, text)

    def journal(self, id: str) -> tuple[dict[str, Any], ...]:
        """The journal of an entry, without lines that are cut off or damaged."""
        try:
            lines = (self.store.get(id + JOURNAL) or "").splitlines()
        except Damaged:
            lines = ["?"]
        found = [_line_of(line) for line in lines]
        if None in found:
            self.tell(id + JOURNAL, "the readable part is used")
        return tuple(line for line in found if line is not None)

    def mend_journal(self, id: str) -> None:
        """Set a damaged journal aside and keep its readable part in its place."""
        lines = self.journal(id)
        if id + JOURNAL in self._warned:
            self.set_aside(id + JOURNAL)
            self.store.put(id + JOURNAL, "".join(f"{_line_text(line)}\n" for line in lines))

    def set_aside(self, name: str) -> None:
        """Keep a damaged text under a name that nothing reads, and report it."""
        self.warn(f"`{name}` was damaged: it is kept as `{self.store.set_aside(name)}`")

    def json_of(self, name: str) -> Any:
        """The JSON value of a text.

        Raises:
            CouldNot: it is missing.
            Damaged: it is not JSON.
        """
        found = self.json_or_none(name)
        if found is None:
            raise CouldNot(f"there is no `{name}` in {self.store.place}")
        return found

    def json_or_none(self, name: str) -> Any:
        """The JSON value of a text; None: there is no text.

        Raises:
            Damaged: it is not JSON, or `null`, which is never written.
        """
        text = self.store.get(name)
        if text is None:
            return None
        try:
            found = parse_json(text)
        except ValueError as error:
            raise Damaged(f"`{name}` in {self.store.place} is damaged: {error}") from error
        if found is None:
            raise Damaged(f"`{name}` in {self.store.place} is damaged: it is null")
        return found


def _line_text(line: Mapping[str, Any]) -> str:
    return json.dumps(line, sort_keys=True, ensure_ascii=False)


def _line_of(line: str) -> dict[str, Any] | None:
    """A line of a journal; None: it is damaged."""
    try:
        found = parse_json(line)
    except ValueError:
        return None
    whole = isinstance(found, dict) and {"at", "moment", "operation", "subject"} <= found.keys()
    return found if whole else None


def text_of(document: object) -> str:
    """A document as the text of a file."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
