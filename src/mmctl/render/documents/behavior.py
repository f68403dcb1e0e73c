"""How two versions treat mail, as Markdown: for the comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.render.documents.markdown import code
from mmctl.render.text.behavior import (
    changes,
    concerned,
    corpus_total,
    counted_change,
    headline,
    wrongs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import Behavior, WhatBecomes
    from mmctl.analysis.questions.counting import CorpusCount


def behavior_markdown(
    behavior: Sequence[Behavior] | None, corpus: CorpusCount | None = None
) -> str:
    """How mail is treated, as Markdown; empty where it is not compared."""
    lines = []
    for found in behavior or ():
        lines.append(f"\n**{code(found.way.name)}**: {headline(found)}\n\n")
        lines += [f"- **{code(line)}**\n" for line in wrongs(found)]
        for difference in found.differences:
            done = "; ".join(map(code, changes(difference)))
            ends = f"{_ends(difference.before)} → {_ends(difference.after)}"
            message = code(difference.message.told)
            if corpus is not None:
                message += f"; {code(concerned(corpus, corpus.of(found.way, difference)))}"
            lines.append(f"- {ends}{f' ({done})' if done else ''}: {message}\n")
    if corpus is not None:
        lines.append(f"\n{code(corpus_total(corpus))}\n\n")
        lines += [f"- {code(counted_change(each))}\n" for each in corpus.others(behavior or ())]
    return "".join(lines)


def _ends(becomes: WhatBecomes) -> str:
    return ", ".join(
        end.outcome.value + (f" by {code(end.by)}" if end.by else "") for end in becomes.ends
    )
