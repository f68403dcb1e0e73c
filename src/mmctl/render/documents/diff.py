"""How two versions differ: the document `mmctl/diff@1`, and the title of a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.documents.markdown import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.compare.edits import Edit

SCHEMA: Final = "mmctl/diff@1"


def title(before: str, after: str) -> str:
    """What is compared, as Markdown."""
    return f"mmctl diff: {code(before)} → {code(after)}"


def document(
    before: str, after: str, edits: Sequence[Edit], delta: dict[str, Any]
) -> dict[str, Any]:
    """The difference as JSON; behavior is not compared here."""
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "edits": [edit.document() for edit in edits],
        "delta": delta,
        "behaviour": None,
    }
