"""Which headers a pattern is about, where the source matches whole headers: `Subject: …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.patterns.parsing import tree_of
from mmctl.interchange.patterns.shapes import FINE, shapes_of

if TYPE_CHECKING:
    from mmctl.interchange.patterns.syntax import Flavor


def header_names(
    pattern: str, *, flavor: Flavor, ignores_case: bool, extended: bool = False
) -> tuple[str, ...] | None:
    """The names of the headers that a pattern can match, in lower case; None: of any header.

    `^(From|Sender):.*x` is about two, `x` and `^X-.*: x` about any.

    Raises:
        InvalidPattern: its own system would refuse it, or it is too large to read.
    """
    tree = tree_of(pattern, flavor, ignores_case=ignores_case, extended=extended)
    names: dict[str, None] = {}
    for shape in shapes_of(tree, FINE).shapes:
        first = shape[0] if shape else None
        if first is None or ":" not in first:
            return None
        names[first.partition(":")[0]] = None
    return tuple(names)
