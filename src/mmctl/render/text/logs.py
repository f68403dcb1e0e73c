"""What a log says, for people: a block for each message, numbers, shadow rules."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted, plural
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.hits import RuleHits
    from mmctl.operate.logs.names import RuleName
    from mmctl.operate.logs.outcomes import LoggedEnd
    from mmctl.operate.logs.shadow import ShadowHits
    from mmctl.operate.logs.statistics import LogStatistics, NeverHit
    from mmctl.operate.logs.stored import JoinedMessages
    from mmctl.operate.logs.told import ToldMessage, ToldRule

_WIDTH: Final = 80
_FAILURES: Final = 20
_NAMED: Final = 10
"""Rules that a line names without `-v`."""
_STATUS: Final = {"SUCCESS": "done", "FAILURE": "failed", "IN_PROGRESS": "in progress"}
_STYLE: Final = {"SUCCESS": "green", "FAILURE": "red", "IN_PROGRESS": "yellow"}
_ENDS: Final = {
    "delivered": "green",
    "stored": "green",
    "refused": "red",
    "dropped": "red",
    "bounced": "red",
    "lost": "red",
    "unknown": "yellow",
}


def message(told: ToldMessage, *, verbose: bool = False) -> StyledParts:
    """One message: who sent it, how it ended for each recipient, and the rules that matched."""
    parts = StyledParts()
    parts.add(f"{_time(told.at)}  {_shown(told.id or 'not accepted')}\n", "bold")
    _paragraph(parts, _client(told), 2)
    for end in told.ends:
        _end(parts, end)
    for rule in told.rules:
        _rule(parts, rule, told.ends)
    if told.passed:
        number = counted(len(told.passed), "other rule")
        parts.add(f"  {number} did not match\n", "dim")
        if verbose:
            _paragraph(parts, ", ".join(map(_shown, told.passed)), 4)
    return parts


def _client(told: ToldMessage) -> str:
    """The second line: the envelope's sender and the session."""
    said = [f"from {'<>' if told.mail_from == '' else _shown(told.mail_from or 'unknown')}"]
    said += [f"helo {_shown(told.helo)}"] if told.helo is not None else []
    said += [f"ip {_shown(told.source_ip)}"] if told.source_ip is not None else []
    said += [told.tls.value] if told.tls is not None and told.tls.value != "none" else []
    said += [f"{told.size:,} bytes"] if told.size is not None else []
    said += [f"by {_shown(told.point)}"] if told.point is not None else []
    return "  ".join(said)


def _end(parts: StyledParts, end: LoggedEnd) -> None:
    parts.add(f"  {_shown(end.recipient)}: ")
    parts.add(end.outcome.value, _ENDS.get(end.outcome.value, ""))
    if end.by is not None:
        parts.add(f" by {_shown(end.by)}")
    if end.why_unknown is not None:
        parts.add(f" ({end.why_unknown.value})")
    parts.add("\n")


def _rule(parts: StyledParts, rule: ToldRule, ends: Sequence[LoggedEnd]) -> None:
    name = rule.name
    number = "" if name.number is None else f"rule {name.number} "
    parts.add(f"  {number}{_shown(name.name)}", "bold")
    if rule.is_shadow:
        parts.add("  shadow: it only marks", "cyan")
    if name.moved:
        parts.add(f"  now rule {name.number_now}", "yellow")
    elif not name.in_files:
        parts.add(f"  {_missing(name)}", "yellow")
    if name.live is not None and name.live not in name.name:
        parts.add(f"  live in {_shown(name.live)}", "dim")
    if name.position is not None:
        parts.add(f"  {visible(name.position.file)}:{name.position.line}", "dim")
    parts.add("\n")
    if {end.recipient for end in ends} != set(rule.recipients):
        _paragraph(parts, "for " + ", ".join(map(_shown, rule.recipients)), 4)
    for each in rule.actions:
        action = each.action
        index = "" if action.index is None else f"{action.index} "
        parts.add(f"    {index}{_shown(each.kind)}: ")
        status = _STATUS.get(action.status, _shown(action.status or "unknown"))
        parts.add(status, _STYLE.get(action.status, ""))
        if action.failure is not None:
            parts.add(f": {_shown(action.failure)}")
        parts.add("\n")


def _missing(name: RuleName) -> str:
    """Why the files do not have a rule of the log."""
    return "of an earlier packing" if name.is_earlier else "not in the files"


def summary(shown: int, counts: ReadCounts, reach: tuple[datetime, datetime] | None) -> str:
    """The last line: how much was shown and read, and from when to when the log is."""
    read = f"{counted(shown, 'message')} of {counted(counts.records, 'record')}"
    return read if reach is None else f"{read} from {_time(reach[0])} to {_time(reach[1])}"


def joined(found: JoinedMessages) -> str:
    """In how many messages it was open which rule is meant, and how many of these were stored."""
    if not found.undecided:
        return "the log says which rules are meant: no message was needed"
    return (
        f"{counted(found.undecided, 'message')} may mean several rules by the log; "
        f"{found.found:,} of them {plural(found.found, 'was', 'were')} stored"
    )


def damage(counts: ReadCounts) -> list[str]:
    """What could not be read, with the first places."""
    lines = [visible(each) for each in (*counts.notes, *counts.named)]
    unread = counts.damaged + counts.other
    if unread > len(counts.named):
        lines.append(f"and {unread - len(counts.named):,} more")
    if unread:
        parts = [f"{counts.damaged:,} damaged"] if counts.damaged else []
        if counts.other:
            are = plural(counts.other, "is no record", "are no records")
            parts.append(f"{counts.other:,} {are} of Mail Manager")
        lines.append(f"not read: {', '.join(parts)}")
    return lines


def statistics(
    found: LogStatistics, never: Sequence[NeverHit] | None, *, verbose: bool = False
) -> StyledParts:
    """The numbers of a log."""
    parts = StyledParts()
    if found.first is None or found.last is None:
        # No numbers of rules: some messages were asked for, and not a time.
        what = "records of this time" if never is not None else "message that is asked for"
        parts.add(f"the log has no {what}\n")
        return parts
    parts.add(f"from {_time(found.first)} to {_time(found.last)}\n", "bold")
    parts.add(
        f"accepted: {counted(found.messages, 'message')} for "
        f"{counted(found.recipients, 'recipient')}, {found.bytes:,} bytes\n"
    )
    _table(parts, "by ingress point", found.points.items())
    refused = sum(found.refusals.values())
    if refused or found.admitted:
        asked = f"{counted(refused, 'recipient')} refused, {found.admitted:,} admitted"
        parts.add(f"traffic policy: {asked}\n")
    _table(parts, "refused by statement", found.refusals.items())
    _hits(parts, found.hits())
    _open_hits(parts, found.open_hits())
    failures = [
        (f"{rule}: {action}: {reason}", number)
        for (rule, action, reason), number in found.failures.items()
    ]
    _table(parts, "failed actions", failures, most=_FAILURES)
    if found.in_progress:
        parts.add(f"in progress: {counted(found.in_progress, 'action')}\n", "yellow")
    metrics = (
        (" ".join((metric.value, *values)), number)
        for (metric, values), number in found.metric_rows(all_of=verbose)
    )
    _table(parts, "as the dashboard counts, by live rule", metrics, in_order=True)
    title = "top senders, as far as they were counted" if found.rare_senders else "top senders"
    _table(parts, title, found.top_senders)
    if never is not None:
        _never(parts, never, found, verbose=verbose)
    return parts


def _hits(parts: StyledParts, hits: Sequence[RuleHits]) -> None:
    if not hits:
        return
    parts.add("rules that matched: messages, share of those tried, last\n", "bold")
    for each in hits:
        tried = each.messages + each.passed + each.perhaps
        share = f"{each.messages / tried:6.1%}"
        last = "" if each.last is None else _time(each.last)
        missing = "" if each.name.in_files else f"  {_missing(each.name)}"
        if each.perhaps:
            missing = f"  and perhaps {each.perhaps:,} more"
        parts.add(f"  {each.messages:>9,}  {share}  {last}  {_shown(each.name.name)}{missing}\n")


def _open_hits(parts: StyledParts, groups: Sequence[RuleHits]) -> None:
    """Hits of live rules of which the log does not say which rule it was."""
    if not groups:
        return
    parts.add("live rules that matched for one of several rules: messages, last\n", "bold")
    for each in groups:
        last = "" if each.last is None else _time(each.last)
        parts.add(f"  {each.messages:>9,}  {last}  {_shown(each.name.name)}\n")


def never_hit(
    never: Sequence[NeverHit], found: LogStatistics, *, verbose: bool = False
) -> StyledParts:
    """The rules that matched nothing."""
    parts = StyledParts()
    _never(parts, never, found, verbose=verbose)
    return parts


def _never(
    parts: StyledParts, never: Sequence[NeverHit], found: LogStatistics, *, verbose: bool
) -> None:
    known = [each for each in never if each.is_known]
    tried = [each for each in known if each.tried]
    unseen = [each for each in known if not each.tried]
    if found.first is None or found.last is None:
        parts.add("the log has no records of this time: it tells nothing about rules\n")
        return
    window = f"from {_time(found.first)} to {_time(found.last)}"
    parts.add(f"rules never hit {window}: {len(tried) or 'none'}\n", "bold")
    for each in tried:
        position = each.rule.position
        place = f"{visible(position.file)}:{position.line}"
        parts.add(f"  {_shown(each.rule.name)}  tried for {counted(each.tried, 'message')}")
        parts.add(f"  {place}\n", "dim")
    if unseen:
        parts.add(
            f"rules without a record in this log: {len(unseen)}"
            " (no mail came as far, or they are not live yet)\n",
            "yellow",
        )
        if verbose or not tried:
            for each in unseen:
                parts.add(f"  {_shown(each.rule.name)}\n")
    _not_known(parts, [each for each in never if each.may_be], verbose=verbose)
    _left_out(parts, [each for each in never if each.left_out is not None], verbose=verbose)


def _not_known(parts: StyledParts, never: Sequence[NeverHit], *, verbose: bool) -> None:
    """The rules that may have been hit: their live rule was, for one of several rules."""
    if not never:
        return
    parts.add(
        f"rules of which the log does not say whether they were hit: {len(never)}\n"
        "  (`count: own` keeps a rule in a live rule of its own)\n",
        "yellow",
    )
    by_live: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for each in never:
        by_live.setdefault(each.may_be, []).append(_shown(each.rule.name))
    for may_be, names in by_live.items():
        hit = "; ".join(
            f"{_shown(live)} was hit by {counted(number, 'message')}" for live, number in may_be
        )
        shown = names if verbose or len(names) <= _NAMED else names[:_NAMED]
        more = len(names) - len(shown)
        rules = ", ".join(shown) + (f" and {more} more" if more else "")
        _paragraph(parts, f"{hit}: {rules}", 2)


def _left_out(parts: StyledParts, never: Sequence[NeverHit], *, verbose: bool) -> None:
    """The rules that are in no live rule."""
    if not never:
        return
    parts.add(f"rules that are in no live rule: {len(never)}\n", "yellow")
    for each in never if verbose or len(never) <= _NAMED else never[:_NAMED]:
        parts.add(f"  {_shown(each.rule.name)}  {_shown(each.left_out or '')}\n")


def shadow(found: Sequence[ShadowHits]) -> StyledParts:
    """What shadow rules would have hit."""
    parts = StyledParts()
    if not found:
        parts.add("no rule with `shadow: true` is live in this environment\n")
    for each in found:
        position = each.rule.position
        parts.add(f"{_shown(each.rule.name)}", "bold")
        parts.add(f"  {visible(position.file)}:{position.line}\n", "dim")
        if each.first is None or each.last is None:
            parts.add("  the log has no record of this rule: it tells nothing about it\n")
            continue
        days = counted(each.days, "day")
        parts.add(f"  in the log for {days}, from {_time(each.first)} to {_time(each.last)}\n")
        parts.add(
            f"  would have hit {each.messages:,} of {counted(each.tried, 'message')} "
            f"({counted(each.recipients, 'recipient')})"
        )
        on = len(each.by_day)
        parts.add(f" on {counted(on, 'day')}\n" if on else "\n")
        _table(parts, "top senders", each.top_senders, indent=2)
        _table(parts, "other rules that matched the same mail", each.top_overlap, indent=2)
        ended = sorted(each.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))
        _table(parts, "how its recipients ended without it", ended, indent=2)
    return parts


def _table(
    parts: StyledParts,
    title: str,
    rows: Iterable[tuple[str, int]],
    *,
    indent: int = 0,
    most: int | None = None,
    in_order: bool = False,
) -> None:
    ordered = list(rows) if in_order else sorted(rows, key=lambda row: (-row[1], row[0]))
    if not ordered:
        return
    parts.add(f"{' ' * indent}{title}\n", "bold")
    for name, number in ordered[:most]:
        room = _WIDTH - indent - 13
        parts.add(
            f"{' ' * indent}  {number:>9,}  {textwrap.shorten(_shown(name), max(room, 20))}\n"
        )
    if most is not None and len(ordered) > most:
        rest = sum(number for _, number in ordered[most:])
        parts.add(f"{' ' * indent}  {rest:>9,}  others; --format json has them all\n", "dim")


def _paragraph(parts: StyledParts, text: str, indent: int) -> None:
    space = " " * indent
    filled = textwrap.fill(
        text,
        _WIDTH,
        initial_indent=space,
        subsequent_indent=space + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    parts.add(f"{filled}\n")


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _shown(text: str) -> str:
    return visible(text)
