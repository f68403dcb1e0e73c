"""Two versions as one page of HTML: the edits between them, and what becomes of mail.

The page needs no other files and no JavaScript. It shares the style of all pages, in `html/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.edits import Summary
from mmctl.render.html.behavior import corpus_behavior, gateway_behavior
from mmctl.render.html.frame import head_of, number
from mmctl.render.html.markup import element
from mmctl.render.html.tables import edits_table, section
from mmctl.render.text.behavior import headline
from mmctl.render.text.diff import counts_of, without_advice
from mmctl.render.text.plan import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.analysis.questions.counting import CorpusCount
    from mmctl.live.compare.edits import Edit
    from mmctl.render.html.markup import Markup


def page(
    before: str,
    after: str,
    edits: Sequence[Edit],
    behavior: Sequence[Behavior] | None,
    corpus: CorpusCount | None,
) -> str:
    """The page; the same input gives the same bytes."""
    numbers = [*_edited(edits), *_treated(behavior, corpus)]
    body = element(
        "body",
        element(
            "header",
            element("h1", "diff"),
            element("p", f"from {before} to {after}"),
            element("ul", numbers, class_="numbers") if numbers else None,
            class_="top",
        ),
        element("main", list(_sections(edits, behavior, corpus))),
    )
    title = f"diff: {before} to {after}"
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def _edited(edits: Sequence[Edit]) -> Iterator[Markup]:
    for count, words in counts_of(Summary.of(edits)):
        yield number(f"{count:,}", words, "bad" if words == "removed" else "fair")
    if not edits:
        yield number("0", "edits", "good")


def _treated(behavior: Sequence[Behavior] | None, corpus: CorpusCount | None) -> Iterator[Markup]:
    if behavior is None:
        yield number("?", "mail is not compared", "unknown")
        return
    alike = sum(each.alike for each in behavior)
    wrong = sum(len(each.harms) for each in behavior)
    kinds = sum(len(each.differences) for each in behavior)
    undecided = sum(each.undecided is not None for each in behavior)
    for count, words, kind in (
        (alike, "proved alike", "good"),
        (wrong, "wrong now", "bad"),
        (kinds, "kinds of difference" if kinds != 1 else "kind of difference", "fair"),
        (undecided, "undecided", "unknown"),
    ):
        if count:
            yield number(f"{count:,}", words, kind)
    if corpus is not None:
        words = f"of {corpus.messages:,} messages treated differently"
        yield number(f"{corpus.differing:,}", words, "fair" if corpus.differing else "good")


def _sections(
    edits: Sequence[Edit], behavior: Sequence[Behavior] | None, corpus: CorpusCount | None
) -> Iterator[Markup]:
    nothing = element("p", "no difference", class_="nothing")
    shown = told([without_advice(edit) for edit in edits], verbose=False)
    yield section("Edits", edits_table(shown) if shown else nothing)
    if behavior is None:
        why = "how mail is treated is not compared: that needs a project without errors here"
        yield section("Mail", element("p", why, class_="nothing"))
    for found in behavior or ():
        yield section(found.way.name, list(gateway_behavior(found, headline(found), corpus)))
    if corpus is not None:
        yield section("Corpus", list(corpus_behavior(corpus, behavior or ())))
