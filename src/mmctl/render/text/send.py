"""Mail that was sent, for people: the dialogue, the answers, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from rich.text import Text

from mmctl.client.dialogue import Speaker
from mmctl.client.load import PERCENTILES
from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.client.became import Became, RecipientBecame
    from mmctl.client.dialogue import SpokenLine
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.results import Loaded, SentAll, SentOne
    from mmctl.client.sending import Sent

EMBEDDED: Final = "EMBEDDED, not AWS"
_MILLI: Final = 1000


def report(result: SentAll) -> Text:
    """Each message with its answers, then the counts."""
    text = Text()
    if result.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    for each in result.messages:
        _one(text, result, each)
    if len(result.messages) > 1:
        text.append(_counts(result) + "\n")
    if result.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    return text


def place(endpoint: Endpoint) -> str:
    """Where it goes: host and port, and the ingress point if it is one of the project."""
    point = endpoint.ingress_point
    name = f" (ingress point {visible(point)})" if point is not None else ""
    return f"{visible(endpoint.place)}{name}"


def _one(text: Text, result: SentAll, each: SentOne) -> None:
    sent = each.sent
    text.append(visible(sent.message.name), "bold")
    sender = visible(sent.message.mail_from) or "<>"
    text.append(f"  from {sender} to {place(result.endpoint)}\n")
    if each.because is not None:
        text.append(f"  {visible(each.because)}\n", "dim")
    if result.shows_dialogue:
        for line in sent.dialogue:
            text.append_text(_line(line))
    if sent.failure is not None:
        text.append(f"  not sent: {visible(sent.failure.message)}\n", "red")
        if sent.failure.help is not None:
            text.append(f"    help: {visible(sent.failure.help)}\n")
    _answers(text, sent)
    if result.shows_dialogue and sent.address is not None:
        spent = (f"{stage} {seconds * _MILLI:.1f}" for stage, seconds in sent.times.items())
        text.append(f"  ms: {', '.join(spent)}\n", "dim")
    if sent.message_id is not None:
        text.append(f"  accepted as {visible(sent.message_id)}\n")
    if each.became is not None:
        _became(text, result, each.became)
        for one in each.unsound:
            ended = f"  UNSOUND: {visible(one.outcome)} for {visible(one.recipient)}"
            text.append(f"{ended}; a sound gateway: {one.sound}\n", "yellow")
            text.append(f"    {one.because}\n", "dim")


def _line(line: SpokenLine) -> Text:
    match line.side:
        case Speaker.CLIENT:
            return Text(f"  -> {visible(line.text)}\n", "cyan")
        case Speaker.SERVER:
            return Text(f"  <- {visible(line.text)}\n")
        case Speaker.NOTE:
            return Text(f"  -- {visible(line.text)}\n", "dim")
        case _:
            assert_never(line.side)


def _answers(text: Text, sent: Sent) -> None:
    for each in sent.recipients:
        word, style = ("accepted", "green") if each.accepted else ("refused", "red")
        if not each.accepted and not sent.has_answer:
            word = "not sent"
        reply = "" if each.reply is None else f"  {visible(each.reply.whole)}"
        text.append(f"  {visible(each.recipient)}  ")
        text.append(word, style)
        text.append(f"{reply}\n")


def _became(text: Text, result: SentAll, became: Became) -> None:
    if not became.recipients:
        text.append(f"  its outcome did not come within {result.waited:g} s\n", "yellow")
        text.append("    help: --wait SECONDS waits longer\n")
        return
    for each in became.recipients:
        text.append_text(_ended(each))
    for done in became.done:
        where = f"  {visible(done.where)}" if done.where else ""
        text.append(f"    {visible(done.what)}: {visible(done.status)}{where}\n", "dim")
    if became.assumed:
        text.append(f"    assumed: {visible(', '.join(became.assumed))}\n", "dim")
    if became.simulated is None:
        return
    if not became.differing:
        text.append("  simulate says the same\n", "dim")
    for each in became.differing:
        text.append("  simulate says differently:", "red").append_text(_ended(each))
    if became.differing:
        text.append("    help: the files differ from what is live: mmctl drift\n")


def _ended(each: RecipientBecame) -> Text:
    by = f" by {visible(each.by)}" if each.by is not None else ""
    rules = f"  rules {visible(', '.join(each.rules))}" if each.rules else ""
    live = f"  live in {visible(', '.join(each.live))}" if each.live else ""
    return Text(f"  {visible(each.recipient)}  {visible(each.outcome)}{by}{rules}{live}\n")


def _counts(result: SentAll) -> str:
    taken = sum(each.sent.accepted for each in result.messages)
    unanswered = sum(not each.sent.has_answer for each in result.messages)
    refused = len(result.messages) - taken - unanswered
    words = [f"{taken:,} accepted", f"{refused:,} refused", f"{unanswered:,} not sent"]
    return f"{counted(len(result.messages), 'message')}: {', '.join(words)}"


def load_report(loaded: Loaded) -> Text:
    """The counts of a load, which add up, and how long answers took."""
    load, text = loaded.load, Text()
    if loaded.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    connections = counted(loaded.concurrency, "connection")
    messages = counted(load.count, "message")
    text.append(f"{messages} to {place(loaded.endpoint)} over {connections}\n", "bold")
    text.append(
        f"  {load.accepted:,} accepted, {load.refused:,} refused, {load.failed:,} failed, "
        f"{load.not_tried:,} not tried\n"
    )
    if load.interrupted:
        text.append("  interrupted\n", "yellow")
    text.append(f"  {load.seconds:.1f} s, {load.per_second:,.0f} messages a second\n")
    if load.latencies:
        spent = (
            f"{'slowest' if percent == PERCENTILES[-1] else f'p{percent}'} "
            f"{load.percentile(percent) * _MILLI:.1f}"
            for percent in PERCENTILES
        )
        text.append(f"  ms a message: {', '.join(spent)}\n")
    for reason, number in load.reasons.most_common():
        text.append(f"  {number:,} times: {visible(reason)}\n", "red")
    if loaded.embedded:
        text.append(f"{EMBEDDED}\n", "bold yellow")
    return text
