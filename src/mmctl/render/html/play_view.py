"""What the page of `play` shows for one question: the way of the message, and problems of rules.

All of it was written by strangers, or by somebody who is still typing; here it is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.records import replace
from mmctl.render.html.markup import Markup, element, markup
from mmctl.render.html.messages_page import message_way
from mmctl.render.text.messages import by_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.simulation import Simulated
    from mmctl.problem import Problem
    from mmctl.render.html.passed_over import PassedOver

IN_FILES: Final = "the files"
"""What the rules without the edits of the page are called."""
MOST_FLOWS: Final = 25
"""Recipients whose way is drawn; the others are named with their outcome."""
MOST_PROBLEMS: Final = 50


def way_view(message: Simulated, passed_over: PassedOver) -> Markup:
    """The way of a message, with what the edits change for it."""
    drawn = replace(
        message, trace=replace(message.trace, recipients=message.trace.recipients[:MOST_FLOWS])
    )
    others = [f"{got.recipient}: {got.outcome}" for got in message.trace.recipients[MOST_FLOWS:]]
    found = {
        source: known
        for source, known in by_source(message).items()
        if any(each.source == source for each in message.known if not each.by_option)
    }
    return element(
        "article",
        element("header", _changed(message), class_="ends") if message.against else None,
        element(
            "dl",
            [
                element("div", element("dt", source), element("dd", ", ".join(known)))
                for source, known in found.items()
            ],
            class_="facts",
        )
        if found
        else None,
        message_way(drawn, passed_over, None if message.against is None else IN_FILES),
        element("ul", [element("li", each) for each in others], class_="about") if others else None,
        class_="mail",
    )


def _changed(message: Simulated) -> Markup | None:
    """What the edits change for this message, in one line."""
    if message.against is None:
        return None
    count = len(message.differences)
    every = len(message.trace.recipients)
    if not count:
        return element("p", "your edits change nothing for this message", class_="same")
    whom = "" if every == 1 else f" for {count:,} of {counted(every, 'recipient')}"
    return element("p", f"your edits change what happens{whom}", class_="differs")


def problems_view(problems: Sequence[Problem], said: str = "") -> Markup:
    """The problems of the rules, each leading to its place; `said` is about all of them."""
    left = len(problems) - MOST_PROBLEMS
    return markup(
        [
            element("p", said, class_="failure") if said else None,
            element("ol", [_problem(each) for each in problems[:MOST_PROBLEMS]])
            if problems
            else None,
            element("p", f"and {left:,} more", class_="nothing") if left > 0 else None,
        ]
    )


def _problem(problem: Problem) -> Markup:
    place = problem.position
    return element(
        "li",
        element(
            "button",
            str(place),
            type="button",
            data_file=place.file,
            data_line=str(place.line),
            data_column=str(place.column),
            data_length=str(place.length),
        ),
        " ",
        element("b", problem.severity.value),
        f" {problem.message} ",
        element("small", f"[{problem.check}]"),
        element("p", f"help: {problem.help}") if problem.help else None,
        class_=problem.severity.value,
    )
