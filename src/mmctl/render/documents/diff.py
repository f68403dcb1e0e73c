"""How two versions differ: the document `mmctl/diff@1`, and the title of a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.questions.behavior_json import behavior_document
from mmctl.render.documents.markdown import code
from mmctl.render.text.behavior import changes, headline, wrongs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import Behavior, WhatBecomes
    from mmctl.live.compare.edits import Edit

SCHEMA: Final = "mmctl/diff@1"


def title(before: str, after: str) -> str:
    """What is compared, as Markdown."""
    return f"mmctl diff: {code(before)} → {code(after)}"


def document(
    before: str,
    after: str,
    edits: Sequence[Edit],
    delta: dict[str, Any],
    behavior: Sequence[Behavior] | None,
) -> dict[str, Any]:
    """The difference as JSON; behavior is null where it is not compared."""
    gateways = [*map(behavior_document, behavior or ())]
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "edits": [edit.document() for edit in edits],
        "delta": delta,
        "behaviour": None if behavior is None else {"gateways": gateways},
    }


def behavior_markdown(behavior: Sequence[Behavior] | None) -> str:
    """How mail is treated, as Markdown; empty where it is not compared."""
    lines = []
    for found in behavior or ():
        lines.append(f"\n**{code(found.way.name)}**: {headline(found)}\n\n")
        lines += [f"- **{code(line)}**\n" for line in wrongs(found)]
        for difference in found.differences:
            done = "; ".join(
                code(f"{'+' if count > 0 else '-'} {effect.described}")
                for effect, count in changes(difference)
            )
            ends = f"{_ends(difference.before)} → {_ends(difference.after)}"
            message = code(difference.message.whom)
            lines.append(f"- {ends}{f' ({done})' if done else ''}: {message}\n")
    return "".join(lines)


def _ends(becomes: WhatBecomes) -> str:
    return ", ".join(
        end.outcome.value + (f" by {code(end.by)}" if end.by else "") for end in becomes.ends
    )
