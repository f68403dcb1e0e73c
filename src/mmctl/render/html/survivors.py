"""The mutants that no case notices: what was changed, and a case that would notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.render.html.markup import Markup, element
from mmctl.render.html.passed_over import anchor
from mmctl.render.text.mutation import open_words

if TYPE_CHECKING:
    from mmctl.cases.mutants.trial import MutantResult, Mutation


def survivors_section(mutation: Mutation) -> Markup:
    """All survivors, in the order of the rules."""
    nothing = element("p", "Some case notices every mistake in the rules.", class_="nothing")
    return element(
        "section",
        element("h2", "Survivors"),
        [_survivor(result) for result in mutation.survivors] or nothing,
        _equivalent(mutation),
        id="survivors",
    )


def _equivalent(mutation: Mutation) -> Markup | None:
    """The mutants that no message shows: nobody has to write a case for them."""
    if not mutation.equivalent:
        return None
    return element(
        "div",
        element("h3", "Proved: no message shows these"),
        element(
            "ul",
            [
                element("li", f"{each.mutant.name}: {each.mutant.change} ", _link(each))
                for each in mutation.equivalent
            ],
        ),
        class_="equivalent",
    )


def _link(result: MutantResult) -> Markup:
    place = result.mutant.position
    return element("a", str(place), href=f"#{anchor(place.file, place.line)}", class_="place")


def _survivor(result: MutantResult) -> Markup:
    mutant = result.mutant
    return element(
        "article",
        element("h3", f"{mutant.name}: {mutant.change} ", _link(result)),
        element(
            "pre",
            element("del", mutant.before) if mutant.before else None,
            Markup("\n") if mutant.before and mutant.after else None,
            element("ins", mutant.after) if mutant.after else None,
            class_="change",
        ),
        element("p", open_words(result).capitalize() + ".")
        if result.suggestion is None
        else [
            element("p", "This case would notice:"),
            # Lines are split here: escaped text has no line ends.
            element(
                "pre",
                [[line, Markup("\n")] for line in result.suggestion.splitlines()],
                class_="suggestion",
            ),
        ],
        class_="survivor",
    )
