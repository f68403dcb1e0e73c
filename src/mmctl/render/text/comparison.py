"""A log compared with simulation or with another gateway, for people."""

from __future__ import annotations

from datetime import UTC
from shlex import quote
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.comparing.compared import Told
from mmctl.operate.comparing.other_gateway import BLOCKING, JoinedBy
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.comparing.compared import (
        ComparedMessage,
        Discrepancy,
        ExplainingReading,
        LogComparison,
    )
    from mmctl.operate.comparing.other_gateway import Agreement

_MESSAGES_SHOWN: Final = 20
_PAIRS_SHOWN: Final = 20
_RULES_SHOWN: Final = 60
_FACTS_SHOWN: Final = 12
_IN_COUNTS: Final = {Told.DIFFERS: "different"}


def text(found: LogComparison) -> str:
    """The comparison in lines."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: LogComparison) -> Iterator[str]:
    for message in found.differing[:_MESSAGES_SHOWN]:
        yield from _message(message)
    more = found.differences and len(found.differing) - _MESSAGES_SHOWN
    if more > 0:
        yield f"… {counted(more, 'further message')} with differences: --format json has them"
    if found.by_rule:
        yield "differences by rule:"
        for rule, count in sorted(found.by_rule.items(), key=lambda each: (-each[1], each[0])):
            yield f"  {count:>9,}  {visible(rule)}"
    yield from _missing(found)
    yield from _readings(found)
    for name, count in sorted(found.unknown_gateways.items()):
        yield (
            f"warning: {counted(count, 'message')} came in at `{visible(name)}`, which the "
            "project does not have"
        )
    yield _summary(found)


def _summary(found: LogComparison) -> str:
    parts = [f"{count:,} {_IN_COUNTS.get(told, told)}" for told, count in found.told.items()]
    whom = "" if found.against is None else f" under {visible(found.against)}"
    read = f" ({found.read:,} with the message itself)" if found.explained else ""
    asked = "" if not found.asked else f", {counted(found.asked, 'answer')} of the policy alone"
    return (
        f"compared{whom}: {counted(found.messages, 'message')}{read}{asked}; "
        f"recipients: {', '.join(parts)}"
    )


def _message(message: ComparedMessage) -> Iterator[str]:
    sender = "?" if message.mail_from is None else f"<{visible(message.mail_from)}>"
    name = "refused mail" if message.id is None else visible(message.id)
    yield f"{message.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  {name}  from {sender}"
    for each in message.recipients:
        if each.told is Told.DIFFERS:
            yield f"  <{visible(each.recipient)}>"
            for discrepancy in each.discrepancies:
                yield from _discrepancy(discrepancy, "    ")


def _discrepancy(found: Discrepancy, indent: str) -> Iterator[str]:
    place = "" if found.at is None else f"  {visible(found.at)}"
    rule = "traffic policy" if found.rule is None else f"rule `{visible(found.rule)}`"
    yield f"{indent}{rule}{place}"
    yield f"{indent}  log:        {visible(found.log)}"
    yield f"{indent}  simulation: {visible(found.simulation)}"
    if found.because is not None:
        yield f"{indent}  because:    {visible(found.because)}"


def _missing(found: LogComparison) -> Iterator[str]:
    untold = found.told[Told.UNTOLD]
    if not untold:
        return
    yield f"cannot be told from the log for {counted(untold, 'recipient')}, by missing fact:"
    ordered = sorted(found.missing.items(), key=lambda each: (-each[1], each[0]))
    for name, count in ordered[:_FACTS_SHOWN]:
        yield f"  {count:>9,}  {visible(name)}"
    if len(ordered) > _FACTS_SHOWN:
        yield f"             and {counted(len(ordered) - _FACTS_SHOWN, 'further fact')}"
    if not found.explained:
        yield "  help: with the messages themselves more can be told: --messages SOURCE"


def _readings(found: LogComparison) -> Iterator[str]:
    if not found.explained or not found.differences:
        return
    if not found.explanations:
        yield "no other reading explains a difference"
        return
    for each in found.explanations:
        yield from _reading(each, found.differences)


def _reading(each: ExplainingReading, differences: int) -> Iterator[str]:
    against = f", but {each.against:,} that are the same would differ" if each.against else ""
    yield (
        f"`{each.reading}: {each.choice}` explains {each.explains:,} of "
        f"{counted(differences, 'difference')}{against}"
    )
    yield f"  evidence: message {visible(each.example)}"
    yield from _discrepancy(each.evidence, "    ")
    if not each.against:
        yield f"  help: in mmctl.yaml: semantics: {{{each.reading}: {each.choice}}}"


def agreement(found: Agreement) -> str:
    """The agreement of two gateways in lines."""
    return "".join(f"{line}\n" for line in _agreement_lines(found))


def _agreement_lines(found: Agreement) -> Iterator[str]:
    if found.outcomes:
        yield "recipients  here        there"
        for (here, there), count in sorted(
            found.outcomes.items(), key=lambda each: (-each[1], each[0])
        ):
            mark = "" if here == there else f"  {_difference(found, here, there)}"
            yield f"  {count:>8}  {visible(here):<10}  {visible(there):<10}{mark}".rstrip()
    if found.found:
        yield "differences by rule:"
        for pair, (count, example) in found.pairs[:_PAIRS_SHOWN]:
            yield (
                f"  {count:>8}  `{visible(pair.here)}` {visible(pair.outcome_here)}, there "
                f"`{visible(pair.there)}` {visible(pair.outcome_there)}  e.g. {visible(example)}"
            )
        if len(found.found) > _PAIRS_SHOWN:
            yield f"            and {counted(len(found.found) - _PAIRS_SHOWN, 'further pair')}"
    yield from _by_rule(found)
    for count, words in (
        (found.only_here, "is in this log alone"),
        (found.only_there, f"is in `{visible(found.other)}` alone"),
        (found.skipped, "is not certain in this log"),
    ):
        if count:
            yield f"{counted(count, 'recipient')} {_plural(count, words)}"
    how = ", ".join(f"{count} by {by}" for by, count in sorted(found.joined.items()))
    if how and set(found.joined) != {JoinedBy.ID}:
        yield f"recipients found: {how}"
    what = ", by what shadow rules would have done" if found.shadows else ""
    yield f"compared with `{visible(found.other)}`: {found.same} of {found.both} agree{what}"


def _difference(found: Agreement, here: str, there: str) -> str:
    both_block = found.blocked and here in BLOCKING and there in BLOCKING
    return "both block" if both_block else "differs"


def _by_rule(found: Agreement) -> Iterator[str]:
    """The rules that decided, by owner: whether they may act is decided by these numbers."""
    if not found.shadows:
        return
    yield "recipients      same  differ  owner         rule"
    for each in found.tallies[:_RULES_SHOWN]:
        differ = each.recipients - each.same
        owner = visible(each.owner or "-")
        numbers = f"{each.recipients:>10}  {each.same:>8}  {differ:>6}"
        yield f"{numbers}  {owner:<12}  {visible(each.source)}"
    if len(found.tallies) > _RULES_SHOWN:
        yield f"            and {counted(len(found.tallies) - _RULES_SHOWN, 'further rule')}"
    for owner in found.agreeing_owners:
        yield f"no difference for {visible(owner)}: mmctl promote --owner {quote(visible(owner))}"


def _plural(count: int, words: str) -> str:
    return words if count == 1 else f"are{words.removeprefix('is')}"
