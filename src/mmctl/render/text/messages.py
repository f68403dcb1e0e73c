"""What happens to single messages, for people: a block for each, and a summary of many.

The lines of many are in `mmctl.render.text.message_lines`, the timeline of `--trace` is in
`mmctl.render.text.trace`, documents are in `mmctl.render.documents.trace`.
"""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.counted import counted
from mmctl.judge.readings.matter import AGAINST_THE_GUIDE
from mmctl.language.project import Outcome
from mmctl.mail.facts_in_headers import RECIPIENT_HEADERS
from mmctl.render.text.message_lines import lacking
from mmctl.render.text.paragraphs import OUTCOME_WIDTH, STYLES, WIDTH, some_of, wrapped
from mmctl.render.text.trace import sent, timeline
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.comparison import Difference
    from mmctl.judge.readings.matter import Dependence
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.tally import Reading, Tally
    from mmctl.judge.trace import RecipientTrace

_PLACES_SHOWN: Final = 5
_PATHS_SHOWN: Final = 3
_MORE_PATHS: Final = "…"
_WIDEST: Final = 40


def block(
    message: Simulated,
    *,
    trace: bool = False,
    verbose: bool = False,
    other: str | None = None,
    live: Mapping[str, str] | None = None,
) -> Text:
    """What happens to one message, with what was known about it; `other` names the other rules.

    `live` says where rules of a packed rule set are live, by their names.
    """
    report = Text(f"{visible(message.message)}\n", "bold")
    for source, known in by_source(message).items():
        report.append(wrapped(f"{source}: {', '.join(known)}", "  "), "dim")
    if not message.trace.recipients:
        report.append("  the recipients are unknown\n", STYLES[Outcome.UNKNOWN])
    differences = {difference.recipient: difference for difference in message.differences}
    width = max((len(visible(got.recipient)) for got in message.trace.recipients), default=0)
    for got in message.trace.recipients:
        if trace:
            report.append_text(timeline(got, all_rules=verbose, live=live))
        else:
            _recipient(report, got, min(width, _WIDEST))
        if got.recipient in differences:
            _other(report, differences[got.recipient], other or "")
    if trace:
        report.append_text(sent(message.trace.performed))
    _about(report, message, verbose=verbose, compared=other)
    return report


def _about(report: Text, message: Simulated, *, verbose: bool, compared: str | None) -> None:
    """What holds for the whole message: readings, assumptions, defects."""
    if compared is not None and message.trace.recipients and not message.differences:
        report.append(wrapped(f"against {visible(compared)}: the same for all recipients", "  "))
    for line in depends_lines(message, verbose=verbose):
        report.append(wrapped(line, "  "), "yellow")
    for fact, value in message.trace.assumed.items():
        report.append(f"  assumed: {fact.fact} {value} (--assume pass)\n", "yellow")
    for note in message.trace.notes:
        report.append(wrapped(f"note: {visible(note)}", "  "), "dim")


def summary(tally: Tally, *, other: str | None, verbose: bool) -> Text:
    """The counts of many messages."""
    parts = [f"{tally.outcomes[kind]:,} {kind}" for kind in Outcome if tally.outcomes[kind]]
    report = Text(wrapped(f"{counted(tally.messages, 'message')}: {', '.join(parts)}", ""))
    if tally.without_recipients:
        whom = counted(tally.without_recipients, "message")
        report.append(f"recipients unknown: {whom}\n", STYLES[Outcome.UNKNOWN])
    report.append(_by_rule(tally, None if verbose else _PLACES_SHOWN))
    if other is not None:
        report.append(wrapped(_differences(tally, other), ""), "bold")
    for reading, count in tally.readings.items():
        if verbose or (reading.reading, reading.other) != AGAINST_THE_GUIDE:
            line = f"{_depends(reading)}, {_such_as(count, tally.examples[reading])}"
            report.append(wrapped(line, ""), "yellow")
    for (name, value), count in tally.assumed.items():
        where = counted(count, "message")
        report.append(f"assumed: {name} {value} (--assume pass), {where}\n", "yellow")
    missing = tally.missing.most_common(None if verbose else _PLACES_SHOWN)
    for (fact, _), count in missing:
        whom = counted(count, "recipient")
        report.append(f"unknown: {visible(fact)}, {whom}\n", STYLES[Outcome.UNKNOWN])
    if len(missing) < len(tally.missing):
        more = len(tally.missing) - len(missing)
        report.append(f"and {more:,} more; -v lists them\n", "dim")
    if tally.with_notes:
        which = "" if verbose else "; -v shows which"
        report.append(f"defects in {counted(tally.with_notes, 'message')}{which}\n", "dim")
    if verbose and tally.evaluated:
        which = counted(tally.evaluated, "message")
        why = ", ".join(f"{count:,} because {asked}" for asked, count in tally.asked.most_common())
        because = f" ({why})" if why else ""
        report.append(f"judged rule by rule, which takes longer: {which}{because}\n", "dim")
    return report


def _by_rule(tally: Tally, most: int | None) -> str:
    """For how many recipients each rule or statement decided, the busiest first."""
    rules: dict[str, Counter[Outcome]] = {}
    for (rule, outcome), count in tally.decided.items():
        rules.setdefault(rule, Counter())[outcome] += count
    busiest = sorted(rules.items(), key=lambda found: -found[1].total())
    lines = [
        wrapped(
            f"by {visible(rule)}: "
            + ", ".join(f"{counts[kind]:,} {kind}" for kind in Outcome if counts[kind]),
            "",
        )
        for rule, counts in busiest[:most]
    ]
    if len(lines) < len(busiest):
        lines.append(f"and {counted(len(busiest) - len(lines), 'more rule')}; -v lists them\n")
    return "".join(lines)


def _such_as(count: int, example: str) -> str:
    return f"{counted(count, 'recipient')}, such as in {visible(example)}"


def _differences(tally: Tally, other: str) -> str:
    if not tally.differing:
        return f"against {visible(other)}: no message is treated differently"
    kinds = [f"{count:,} {kind}" for kind, count in tally.differences.most_common()]
    whom = counted(tally.differences.total(), "recipient")
    share = f"{tally.differing:,} of {counted(tally.messages, 'message')}"
    return f"against {visible(other)}: {share} treated differently ({whom}: {'; '.join(kinds)})"


def depends_lines(message: Simulated, *, verbose: bool = False) -> list[str]:
    """One line for each reading where another choice would change outcomes.

    `first_match` is left out unless `verbose`: AWS documents that rules go on after a match, and
    the other reading changes nearly every message.
    """
    groups: dict[str, dict[str, list[str]]] = {}
    for found in message.dependences:
        if verbose or (found.reading, found.other) != AGAINST_THE_GUIDE:
            changes = groups.setdefault(found.reading, {})
            changes.setdefault(_changed(found), []).append(found.recipient)
    everybody = len(message.trace.recipients)
    return [
        f"outcome depends on `{reading}`: " + "; ".join(_grouped(changes, everybody))
        for reading, changes in groups.items()
    ]


def _grouped(changes: dict[str, list[str]], everybody: int) -> Iterable[str]:
    """Each change with its recipients, unless there is only one or it affects all of them."""
    for change, recipients in changes.items():
        if everybody == 1 or len(recipients) == everybody:
            yield change if everybody == 1 else f"{change} (all {everybody:,} recipients)"
        else:
            yield f"{change} ({some_of([visible(name) for name in recipients], 2)})"


def _changed(found: Dependence | Reading) -> str:
    return f"{found.outcome}, but {found.outcome_if_other} if {found.other}"


def _depends(reading: Reading) -> str:
    return f"outcome depends on `{reading.reading}`: {_changed(reading)}"


def by_source(message: Simulated) -> dict[str, list[str]]:
    """What is known, by the option or header that it comes from."""
    sources: dict[str, list[str]] = {}
    for known in message.known:
        source = "options" if known.by_option else known.source
        told = known.detail is None or known.detail.upper() == known.value
        detail = "" if told else f" ({visible(known.detail or '')})"
        sources.setdefault(visible(source), []).append(
            f"{known.name} {visible(known.value)}{detail}"
        )
    return sources


def _recipient(report: Text, got: RecipientTrace, width: int) -> None:
    report.append(f"  {visible(got.recipient):<{width}}  ")
    report.append(f"{got.outcome:<{OUTCOME_WIDTH}}", STYLES[got.outcome])
    if got.outcome is Outcome.UNKNOWN:
        could_be = " or ".join(got.possible) or "too many possible outcomes"
        why = f"{could_be}; {lacking(got.missing)}"
        fits = width + len(why) + OUTCOME_WIDTH + 6 <= WIDTH
        report.rstrip()
        report.append(f"    {why}\n" if fits else "\n" + wrapped(why, " " * 6))
        return
    report.append(f"  by {visible(got.by)}" if got.by else "")
    actions = ", ".join(visible(action.label) for action in got.actions)
    report.append("\n")
    if actions:
        report.append(wrapped(actions, " " * 6), "dim")


def _other(report: Text, difference: Difference, other: str) -> None:
    before = difference.before
    by = f" by {visible(before.by)}" if before.by else ""
    report.append(f"      against {visible(other)}: {before.outcome}{by}\n", "yellow")
    actions = ", ".join(map(visible, before.actions))
    if actions:
        report.append(wrapped(actions, " " * 10), "dim")


def advice(
    missing: Iterable[MissingFact],
    command: Sequence[str],
    *,
    no_recipients: bool = False,
    many: bool = False,
    verbose: bool = False,
) -> str:
    """The command line that states what is missing, with values to replace.

    Each fact is named once. The recipients of `many` messages are not the same. `command` has its
    paths first; many paths are shortened.
    """
    options: dict[str, None] = {}
    elsewhere: dict[str, None] = {}
    for fact in missing:
        (elsewhere if fact.option is None else options)[_stating(fact)] = None
    if no_recipients and not many:
        options = {"--rcpt b@example.com": None, **options}
    text = ""
    if options:
        words = (word if word == _MORE_PATHS else shlex.quote(word) for word in command)
        line = " ".join((*words, *options))
        text += f"to state the unknown facts, with your values:\n  {visible(line)}\n"
    if no_recipients and many:
        headers = ", ".join(RECIPIENT_HEADERS)
        text += f"to state the recipients: one of {headers} in each message\n"
    places = [visible(place) for place in elsewhere]
    shown = len(places) if verbose else _PLACES_SHOWN
    text += "".join(f"to state the unknown facts: {place}\n" for place in places[:shown])
    if len(places) > shown:
        text += f"and {len(places) - shown:,} more; -v lists them\n"
    return text


def shown_paths(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths of a shown command line: not all, if there are very many."""
    return tuple(paths) if len(paths) <= _PATHS_SHOWN else (paths[0], _MORE_PATHS)


def _stating(fact: MissingFact) -> str:
    """What states a fact: an option with a value to replace, else where it is written."""
    return fact.states if fact.option is None else f"{fact.option} {shlex.quote(fact.argument)}"
