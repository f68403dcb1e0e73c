"""How two versions treat mail, for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.analysis.questions.equality import Equality
from mmctl.counted import counted
from mmctl.render.text.paragraphs import STYLES, wrapped, wrapped_in_color
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import (
        Behavior,
        EveryMessage,
        FoundEnvelope,
        KeptMessage,
        KindOfDifference,
        WhatBecomes,
    )
    from mmctl.analysis.questions.counting import CorpusCount, CountedChange
    from mmctl.mail.email import Envelope

SAME: Final = {
    Equality.TRACE: "the same is done in the same order",
    Equality.MULTISET: "the same is done as often",
    Equality.SET: "the same is done, once or more",
}

_SHOWN: Final = 3
"""Kinds of difference whose messages a plan shows."""


def behavior_lines(found: Sequence[Behavior], corpus: CorpusCount | None = None) -> Text:
    """For each gateway that it is proved alike, or a message for each kind of difference."""
    text = Text()
    for each in found:
        text.append(visible(each.way.name), "bold")
        text.append(f": {headline(each)}\n").append(_shown(each, corpus))
    if corpus is not None:
        text.append(wrapped(visible(corpus_total(corpus)), ""), "bold")
        for other in corpus.others(found):
            text.append(wrapped(visible(counted_change(other)), "  "))
    text.rstrip()
    return text


def corpus_total(corpus: CorpusCount) -> str:
    """How many messages of a corpus are treated differently."""
    undecided = f", {corpus.undecided:,} undecided" if corpus.undecided else ""
    return (
        f"mail: {corpus.differing:,} of {counted(corpus.messages, 'message')} of {corpus.corpus} "
        f"treated differently{undecided}"
    )


def counted_change(found: CountedChange) -> str:
    """How many messages of a corpus are of a kind that no proof showed."""
    return f"{found.way.name}: {found.change.described}: {_many(found)}"


def concerned(corpus: CorpusCount, found: CountedChange) -> str:
    """How many messages of a corpus are of a kind."""
    if not found.messages:
        return f"0 of {counted(corpus.messages, 'message')} of {corpus.corpus}"
    return f"{_many(found, corpus)}"


def _many(found: CountedChange, corpus: CorpusCount | None = None) -> str:
    of = f" of {counted(corpus.messages, 'message')} of {corpus.corpus}" if corpus else " messages"
    copies = counted(found.copies, "copy", "copies")
    return f"{found.messages:,}{of} ({copies}), e.g. {found.example}"


def every_lines(found: EveryMessage | None, *, verbose: bool = False) -> Text:
    """What a plan does to every message, as a part of it; of many kinds the first message.

    `verbose`: the message of each kind, however many there are.
    """
    text = Text()
    if found is not None and found.unknown is not None:
        said = f"nothing is proved of every message: {found.unknown}"
        text.append(wrapped(visible(said), ""), "yellow")
    for each in () if found is None else found.gateways:
        brief = not verbose and len(each.differences) > _SHOWN
        text.append(wrapped(visible(summed_up(each)), "")).append(_shown(each, brief=brief))
    text.rstrip()
    return text


def _shown(found: Behavior, corpus: CorpusCount | None = None, *, brief: bool = False) -> Text:
    """What is wrong now, and the message of each kind of difference; `brief`: of the first."""
    text = Text()
    for harm in found.harms:
        text.append(wrapped(visible(f"! {harm.what}"), "  "), "bold red")
        text.append(envelope_lines(harm.message))
    for claim in found.unproved:
        text.append(wrapped(visible(f"? undecided: {claim}"), "  "), "yellow")
    for place, difference in enumerate(found.differences):
        text.append(wrapped_in_color(ends(difference), "  "))
        text.append(_changes(difference))
        if brief and place:
            continue
        text.append(envelope_lines(difference.message))
        if corpus is not None:
            said = concerned(corpus, corpus.of(found.way, difference))
            text.append(wrapped(visible(said), "    "))
    if brief:
        text.append("  -v shows a message of each kind\n", "dim")
    return text


def summed_up(found: Behavior) -> str:
    """What is known of every message, in one line of a plan."""
    known = "undecided" if found.undecided is not None else "proved"
    count = len(found.differences)
    kinds = f"{count} {'kind' if count == 1 else 'kinds'} of difference"
    if found.undecided is not None:
        what = f"{kinds}; {found.undecided}" if count else found.undecided
    else:
        what = f"{kinds}, no others" if count else "every message is treated alike"
    return f"{known}: {found.way.name}: {what}"


def headline(found: Behavior) -> str:
    """What was proved or found, in one line."""
    if found.alike:
        return f"proved alike for every message: {SAME[found.equality]}"
    count = len(found.differences)
    kinds = f"{count} {'kind' if count == 1 else 'kinds'} of difference"
    if found.undecided is None:
        return f"{kinds}; all other mail is proved alike"
    undecided = f"undecided: {found.undecided}"
    return f"{kinds}; {undecided}" if count else undecided


def wrongs(found: Behavior) -> list[str]:
    """What the change makes wrong, and what of that stays undecided."""
    return [
        *(f"{each.what}, {each.message.told}" for each in found.harms),
        *(f"undecided: {name}" for name in found.unproved),
    ]


def ends(difference: KindOfDifference) -> Text:
    """How it ended, and how it ends: `delivered by deliver -> dropped by block`."""
    return _ends(difference.before).append(" -> ").append(_ends(difference.after))


_SIGNS: Final = {"+": "green", "-": "red", "~": "yellow"}


def _changes(difference: KindOfDifference) -> Text:
    text = Text()
    for line in changes(difference):
        style = _SIGNS[line[0]]
        text.append(wrapped(visible(line), "    "), style)
    return text


def envelope_lines(message: FoundEnvelope) -> Text:
    """A message with everything that it needs, and how to judge it again."""
    text = Text(wrapped(visible(message.whom), "    "))
    if message.kept is not None:
        text.append(_facts(message.kept, "    "))
    return text


def message_lines(envelope: Envelope, kept: KeptMessage, indent: str = "    ") -> Text:
    """Who sent a message to whom, everything that it needs, and how to judge it again."""
    others = len(envelope.recipients) - 1
    more = f" and {others} more" if others else ""
    sender, recipient = visible(envelope.mail_from or "<>"), visible(envelope.recipients[0])
    text = Text(wrapped(f"from {sender} to {recipient}{more}", indent))
    text.append(_facts(kept, indent))
    return text


def _facts(kept: KeptMessage, indent: str) -> Text:
    text = Text()
    if kept.facts:
        text.append(wrapped("; ".join(kept.facts), indent))
    text.append(f"{indent}{visible(kept.command)}\n", "dim")
    return text


def _ends(becomes: WhatBecomes) -> Text:
    text = Text()
    for place, end in enumerate(becomes.ends):
        text.append(" and " if place else "")
        text.append(end.outcome.value, STYLES[end.outcome])
        text.append(f" by {visible(end.by)}" if end.by else "")
    return text


def changes(difference: KindOfDifference) -> list[str]:
    """What is done more or less often afterwards: `+ relay:exchange, 2 times`."""
    more = Counter(difference.after.effects)
    more.subtract(difference.before.effects)
    counted_changes = [
        f"{'+' if count > 0 else '-'} {effect.described}"
        + (f", {abs(count)} times" if abs(count) > 1 else "")
        for effect, count in more.items()
        if count
    ]
    same_ends = difference.before.ends == difference.after.ends
    return counted_changes or ([_UNSEEN] if same_ends else [])


_UNSEEN: Final = "~ the same, with other settings or in another order: see the edits"
"""What is said where neither outcome nor targets show the difference."""
