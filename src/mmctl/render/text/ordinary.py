"""What a plan changes for ordinary mail, in lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.ordinary.values import About

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.ordinary.values import OrdinaryMail, TreatmentDifference

MOST_SHOWN: Final = 10
CASES_SHOWN: Final = 3


def ordinary_lines(found: OrdinaryMail | None, *, always: bool = False) -> Iterator[str]:
    """What differs, each held or meant; nothing if nothing differs, unless `always`."""
    if found is None or not found.judged:
        return
    if not (found.held or found.meant or always):
        return
    count = len(found.held) + len(found.meant)
    left_out = f", {found.left_out:,} names left out" if found.left_out else ""
    differs = f"{count:,} treated differently" if count else "none treated differently"
    yield f"ordinary mail: {found.judged:,} messages judged{left_out}, {differs}"
    yield from _some("held", found.held)
    yield from _some("meant", tuple(each for each in found.meant if each.about is not About.CASE))
    yield from _cases([each for each in found.meant if each.about is About.CASE])


def _some(what: str, found: tuple[TreatmentDifference, ...]) -> Iterator[str]:
    for each in found[:MOST_SHOWN]:
        yield f"  {what}: {each.what}"
    if len(found) > MOST_SHOWN:
        yield f"  … and {len(found) - MOST_SHOWN} more {what}"


def _cases(found: Sequence[TreatmentDifference]) -> Iterator[str]:
    if found:
        shown = "; ".join(f"{each.named}: {each.change_since}" for each in found[:CASES_SHOWN])
        more = f"; and {len(found) - CASES_SHOWN} more" if len(found) > CASES_SHOWN else ""
        yield f"  cases that end differently: {shown}{more}"
