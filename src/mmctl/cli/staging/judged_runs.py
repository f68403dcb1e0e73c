"""The last run whose mail was judged: the newest evidence in the store of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import DOCUMENT_AT_MOST, parse_json

if TYPE_CHECKING:
    from mmctl.live.history.store import Store

_ENDING: Final = ".json"
_BEGINNING: Final = "evidence-"
_READ_AT_MOST: Final = 200
_TOLD: Final = ("as_stated", "own_facts")


def last_judged_run(store: Store) -> str:
    """When mail was judged last, and how many cases ended as expected."""
    names = [name for name in store.names(_ENDING) if name.startswith(_BEGINNING)]
    found = [each for name in sorted(names)[-_READ_AT_MOST:] if (each := _document(store, name))]
    if not found:
        return "none"
    last = max(found, key=lambda each: str(each.get("at", "")))
    tried = [case for part in _TOLD for case in last.get(part, ()) if isinstance(case, dict)]
    same = sum(case.get("result") == "same" for case in tried)
    return f"{last.get('at', 'some time')}: {same} of {len(tried)} cases ended as expected"


def _document(store: Store, name: str) -> dict[str, Any] | None:
    """One piece of evidence; None: it cannot be read as that."""
    text = store.get(name)
    if text is None or len(text) > DOCUMENT_AT_MOST:
        return None
    try:
        found = parse_json(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
