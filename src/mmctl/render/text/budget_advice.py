"""What pins the order of rules, and what to change where a rule set does not fit, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted, plural
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.pins import OrderPin
    from mmctl.compiler.advice.tried import Advice, Tried
    from mmctl.compiler.budget import RuleSetBudget
    from mmctl.compiler.packing.licenses import PinnedPair

_TOLD: Final = 3
"""So many changes of an answer are shown in full; of more, a line each."""
_FIRST: Final = 1
"""So many pairs are on the first screen of a set that fits."""


def pin_lines(rule_set: RuleSetBudget, *, every: bool) -> StyledParts:
    """The pairs that pin the order; of a set that fits only the first, unless all are requested."""
    text = StyledParts()
    if not rule_set.pins:
        return text
    pairs = counted(rule_set.pairs, "pair of rules pins", "pairs of rules pin")
    keeps = plural(rule_set.pairs, "keeps", "keep")
    text.add(wrapped(f"{pairs} the order and {keeps} live rules apart:", "  "))
    shown = rule_set.pins if every or rule_set.cannot_go_live else rule_set.pins[:_FIRST]
    for pin in shown:
        text.extend(pin_text(pin, indent="    "))
    return text


def pin_text(pin: OrderPin, *, indent: str) -> StyledParts:
    """A pair, and the message that shows why its order matters."""
    text, below = StyledParts(), indent + "  "
    text.add(wrapped(pair_of(pin), indent))
    if pin.pin is None:
        text.add(wrapped("undecided whether it matters, so they stay as they are", below), "dim")
        return text
    text.add(wrapped(why_of(pin), below))
    if pin.kept is not None:
        text.add(wrapped(whom_of(pin.pin), below), "dim")
        if pin.kept.facts:
            text.add(wrapped(visible("; ".join(pin.kept.facts)), below), "dim")
        text.add(f"{below}{visible(pin.kept.command)}\n", "dim")
    return text


def whom_of(pin: PinnedPair) -> str:
    """Who sends the message to whom."""
    envelope = pin.witness.submission.envelope
    others = len(envelope.recipients) - 1
    more = f" and {others} more" if others else ""
    sender, recipient = visible(envelope.mail_from or "<>"), visible(envelope.recipients[0])
    return f"from {sender} to {recipient}{more}"


def pair_of(pin: OrderPin) -> str:
    """The two rules, and what they keep apart."""
    one, other = (visible(each.rule.name) for each in (pin.one, pin.other))
    more = f" and {pin.apart - 1:,} more" if pin.apart > 1 else ""
    return (
        f"{visible(pin.above.name)} above {visible(pin.below.name)}"
        f" (keeps {one} and {other}{more} apart)"
    )


def why_of(pin: OrderPin) -> str:
    """What becomes of a message as written and swapped."""
    described = pin.described
    if described is None:
        return ""
    as_written, swapped = map(visible, described)
    return f"as written a message is {as_written}, swapped {swapped}"


def advice_lines(rule_set: RuleSetBudget, *, every: bool = False) -> StyledParts:
    """What to change, each with what it gives and costs; a line a change, or all of it."""
    text = StyledParts()
    advice = rule_set.advice
    if advice is None:
        return text
    for line in advice_texts(rule_set):
        text.add(wrapped(line, "  "), "bold")
    tried = advice.answers or (() if advice.nearest is None else (advice.nearest,))
    for number, each in enumerate(tried, 1):
        text.add(wrapped(f"{number}. {gives(each)}", "  "), "bold")
        text.extend(_changes(each, tried[: number - 1], every=every))
    if not every and any(len(each.changes) > _TOLD for each in tried):
        text.add(wrapped("-v shows how to write each change and what it means", "  "), "dim")
    for line in second_point_lines(advice):
        text.add(wrapped(line, "  "))
    return text


def _changes(tried: Tried, above: Sequence[Tried], *, every: bool) -> StyledParts:
    """What to write: of many changes a line each, those that save most first.

    All changes of an answer above are named by its number.
    """
    text = StyledParts()
    told = every or len(tried.changes) <= _TOLD
    changes = list(tried.changes)
    for number, other in enumerate(above, 1):
        if {*other.changes} < {*changes}:
            text.add(wrapped(f"- all changes of {number}., which fit without this too", "     "))
            changes = [each for each in changes if each not in other.changes]
    without = dict(tried.without)
    for change in sorted(changes, key=lambda each: (-without.get(each, 0), -each.weight)):
        what = change.what if told else change.brief
        if change in without:
            what += f"; without this {counted(without[change], 'live rule')}"
        text.add(wrapped(f"- {what}", "     "))
        if told:
            text.add(wrapped(change.means, "       "), "dim")
    return text


def second_point_lines(advice: Advice) -> Iterator[str]:
    """What a second ingress point gives where it is in no answer."""
    if any(each.has_second_point for each in advice.answers):
        return
    tried = advice.second_point
    if tried is None:
        yield "a second ingress point: the rules do not name recipients of two domains or more"
    else:
        change = tried.changes[0]
        yield f"a second ingress point is not enough: {results_of(tried)}, if you {change.what}"


def advice_texts(rule_set: RuleSetBudget) -> Iterator[str]:
    """What the numbered changes below it are."""
    advice = rule_set.advice
    if advice is None:
        return
    tried = f"{counted(advice.tried, 'packing')} tried"
    if advice.answers:
        yield f"what makes it fit, the cheapest first ({tried}, these proved):"
    elif advice.nearest is not None:
        yield f"nothing found makes it fit; this comes nearest ({tried}, not proved):"
    else:
        yield f"nothing found makes it fit ({tried})"


def gives(tried: Tried) -> str:
    """What changes cost, and what results."""
    touches = {rule.name for change in tried.changes for rule in change.touched}
    settings = sum(change.settings for change in tried.changes)
    costs = [counted(len(touches), "rule")] if touches else []
    costs += [counted(settings, "setting")] if settings else []
    return f"change {' and '.join(costs)}: {results_of(tried)}"


def results_of(tried: Tried) -> str:
    """What packing gave: for one ingress point, or for each of two."""
    return "; and ".join(
        f"{counted(len(each.rules), 'live rule')} and"
        f" {counted(each.handed_on, 'relay or send action')}"
        for each in tried.packings
    )
