"""What the page of `play` shows for one question: the way of the message.

All of it was written by strangers, or by somebody who is still typing; here it is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.records import replace
from mmctl.render.html.markup import Markup, element
from mmctl.render.html.messages_page import message_way
from mmctl.render.text.messages import by_source

if TYPE_CHECKING:
    from mmctl.judge.simulation import Simulated
    from mmctl.render.html.passed_over import PassedOver

IN_FILES: Final = "the files"
"""What the rules without the edits of the page are called."""
MOST_FLOWS: Final = 25
"""Recipients whose way is drawn; the others are named with their outcome."""


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
