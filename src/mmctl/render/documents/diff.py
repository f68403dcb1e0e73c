"""How two versions differ: the document `mmctl/diff@1`, and the title of a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.questions.behavior_json import behavior_document
from mmctl.render.documents.markdown import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.analysis.questions.counting import CorpusCount, CountedChange
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
    corpus: CorpusCount | None = None,
) -> dict[str, Any]:
    """The difference as JSON; behavior is null where it is not compared."""
    treated: dict[str, Any] = {"gateways": [_gateway(each, corpus) for each in behavior or ()]}
    if corpus is not None:
        treated["corpus"] = {
            "name": corpus.corpus,
            "messages": corpus.messages,
            "differing": corpus.differing,
            "undecided": corpus.undecided,
            "kinds": [_kind(each) for each in corpus.changes],
        }
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "edits": [edit.document() for edit in edits],
        "delta": delta,
        "behaviour": None if behavior is None else treated,
    }


def _gateway(found: Behavior, corpus: CorpusCount | None) -> dict[str, Any]:
    """How every message is treated at one gateway, with what of a corpus is of each kind."""
    document = behavior_document(found)
    if corpus is not None:
        for written, difference in zip(document["differences"], found.differences, strict=True):
            counted = corpus.of(found.way, difference)
            written["corpus"] = {
                "messages": counted.messages,
                "copies": counted.copies,
                "example": counted.example or None,
            }
    return document


def _kind(found: CountedChange) -> dict[str, Any]:
    return {
        "ingress_point": found.way.ingress_point,
        "rule_set": found.way.rule_set,
        "kind": found.change.described,
        "messages": found.messages,
        "copies": found.copies,
        "example": found.example,
    }
