"""What a change does to every message, on a page: gateway by gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.html.tables import items, table
from mmctl.render.text.behavior import (
    changes,
    concerned,
    corpus_total,
    counted_change,
    ends,
    wrongs,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.behavior import Behavior, KindOfDifference
    from mmctl.analysis.questions.counting import CorpusCount


def gateway_behavior(
    found: Behavior, told: str, corpus: CorpusCount | None = None
) -> Iterator[Markup]:
    """What was proved of one gateway, what is wrong now, and each kind of difference."""
    yield element("p", told)
    wrong = wrongs(found)
    if wrong:
        yield element("ul", [element("li", element("b", each)) for each in wrong])
    if found.differences:
        head = ("Change", "Done", "Message", "File", *(("Corpus",) if corpus is not None else ()))
        yield table(head, [_difference(found, each, corpus) for each in found.differences])


def _difference(
    found: Behavior, difference: KindOfDifference, corpus: CorpusCount | None
) -> Sequence[Child]:
    message = difference.message
    told: tuple[str, ...] = (
        ends(difference).plain,
        "; ".join(changes(difference)),
        message.told,
        message.kept.path if message.kept is not None else "",
    )
    if corpus is None:
        return told
    return (*told, concerned(corpus, corpus.of(found.way, difference)))


def corpus_behavior(corpus: CorpusCount, behavior: Sequence[Behavior]) -> Iterator[Markup]:
    """How many messages of a corpus are treated differently, and kinds that no proof showed."""
    yield element("p", corpus_total(corpus))
    others = [counted_change(each) for each in corpus.others(behavior)]
    if others:
        yield element("ul", items(others), class_="about")
