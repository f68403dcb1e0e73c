"""How two versions treat mail, for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.analysis.questions.equality import Equality
from mmctl.render.text.paragraphs import STYLES, wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.alike import TreatedDifferently
    from mmctl.analysis.questions.behavior import Behavior, KeptMessage
    from mmctl.analysis.questions.ends import Effect, Treated
    from mmctl.mail.email import Envelope

SAME: Final = {
    Equality.TRACE: "the same is done in the same order",
    Equality.MULTISET: "the same is done as often",
    Equality.SET: "the same is done, once or more",
}


def behavior_lines(found: Sequence[Behavior]) -> Text:
    """For each gateway that it is proved alike, or a message for each kind of difference."""
    text = Text()
    for each in found:
        text.append(visible(each.way.name), "bold")
        text.append(f": {headline(each)}\n")
        for difference, kept in zip(each.comparison.differences, each.kept, strict=True):
            _difference(text, difference)
            text.append(message_lines(difference.witness.submission.envelope, kept))
    text.rstrip()
    return text


def headline(found: Behavior) -> str:
    """What was proved or found, in one line."""
    comparison = found.comparison
    if comparison.alike:
        return f"proved alike for every message: {SAME[comparison.equality]}"
    count = len(comparison.differences)
    kinds = f"{count} {'kind' if count == 1 else 'kinds'} of difference"
    if comparison.undecided is None:
        return f"{kinds}; all other mail is proved alike"
    undecided = f"undecided: {comparison.undecided}"
    return f"{kinds}; {undecided}" if count else undecided


def _difference(text: Text, difference: TreatedDifferently) -> None:
    before, after = difference.before, difference.after
    text.append("  ")
    _ends(text, before)
    text.append(" -> ")
    _ends(text, after)
    text.append("\n")
    for effect, count in changes(before, after):
        often = f", {abs(count)} times" if abs(count) > 1 else ""
        line = f"{'+' if count > 0 else '-'} {described(effect)}{often}"
        text.append(wrapped(visible(line), "    "), "green" if count > 0 else "red")


def message_lines(envelope: Envelope, kept: KeptMessage, indent: str = "    ") -> Text:
    """Who sent a message to whom, everything that it needs, and how to judge it again."""
    others = len(envelope.recipients) - 1
    more = f" and {others} more" if others else ""
    sender, recipient = visible(envelope.mail_from or "<>"), visible(envelope.recipients[0])
    text = Text(wrapped(f"from {sender} to {recipient}{more}", indent))
    if kept.facts:
        text.append(wrapped("; ".join(kept.facts), indent))
    text.append(f"{indent}{visible(kept.command)}\n", "dim")
    return text


def _ends(text: Text, treatment: Treated) -> None:
    for place, end in enumerate(dict.fromkeys((end.outcome, end.by) for end in treatment.ends)):
        outcome, by = end
        text.append(" and " if place else "")
        text.append(outcome.value, STYLES[outcome])
        text.append(f" by {visible(by)}" if by else "")


def changes(before: Treated, after: Treated) -> list[tuple[Effect, int]]:
    """What is done more or less often afterwards, and by how much."""
    change = Counter(after.effects)
    change.subtract(before.effects)
    return [(effect, count) for effect, count in change.items() if count]


def described(effect: Effect) -> str:
    """What was done, for whom, with which added headers."""
    whom = f" for {effect.recipient}" if effect.recipient is not None else ""
    headers = ", ".join(f"{name}: {value}" for name, value in effect.headers)
    return f"{effect.label}{whom}{f' with {headers}' if headers else ''}"
