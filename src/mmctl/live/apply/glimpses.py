"""Writes of somebody else that one of our writes replaced, as far as an answer still shows them.

The service has no conditional writes: between our last look at an object and our write of it,
somebody else may write, and then only answers that lag behind show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.apply.written import SHAPE, shape_of
from mmctl.live.compare.diff import object_edits
from mmctl.live.compare.wording import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.apply.written import Written

_SHOWN: Final = 5


class Glimpses:
    """Every form in which an object was seen during an apply."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, LiveObject]] = {}

    def see(self, id: str, thing: LiveObject | None) -> None:
        """Keep the form of an object in an answer."""
        if thing is not None:
            self._seen.setdefault(id, {})[shape_of(thing)] = thing

    def overwritten(self, written: Written, now: Mapping[str, LiveObject]) -> Iterator[str]:
        """Lines about what is gone and neither was there before our writes nor came from them.

        `now` are the objects as they are at the end.
        """
        for live_id, forms in self._seen.items():
            final = now.get(live_id)
            if final is None or not written.knows(live_id, SHAPE):
                continue
            first = next(iter(forms.values()))
            for form, theirs in forms.items():
                if form != shape_of(final) and not written.is_old(live_id, SHAPE, form):
                    yield from _lines(theirs, first)


def _lines(theirs: LiveObject, first: LiveObject) -> Iterator[str]:
    """What somebody else had changed in an object that looked like the first form."""
    what = f"{first.kind.noun} {first.name}"
    edits = [each for each in object_edits(theirs, first, "") if each.words != ""]
    for edit in edits[:_SHOWN]:
        rule = f", rule {edit.rule}" if edit.rule is not None else ""
        yield f"{what}{rule}: {edit.kind} {spaced(edit.words or edit.path)}".rstrip()
    if len(edits) > _SHOWN:
        yield f"{what}: {len(edits) - _SHOWN} more"
