"""What became of rules of another gateway, for people: the hard ones first, in 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted, plural
from mmctl.interchange.migration.lowered import Sameness
from mmctl.patterns import Pattern
from mmctl.render.text.paragraphs import some_of
from mmctl.render.text.paragraphs import wrapped as plainly_wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.report import (
        MigrationReport,
        ReportedRule,
        ShownDifference,
    )
    from mmctl.interchange.migration.source import Unread

MEANS: Final = {
    Sameness.NOT_POSSIBLE: "nothing of it acts here",
    Sameness.PARTLY: "a part of it is lost",
    Sameness.CLOSE: "all of it is here, and some mail is treated differently",
    Sameness.SAME: "",
}
"""What each status means, for those who read the word for the first time."""
_STYLES: Final = {
    Sameness.NOT_POSSIBLE: "bold red",
    Sameness.PARTLY: "bold yellow",
    Sameness.CLOSE: "bold cyan",
    Sameness.SAME: "bold green",
}
_GLUE: Final = "\0"
"""In place of a space at which no line is broken; `visible` leaves none."""
_IN_PARENTHESES: Final = Pattern(r"\([^()]{1,400}\)")
_TEXT: Final = 160
_NAME: Final = 60
_SHOWN: Final = 5
"""So many rules of a group are named; `--verbose` and the report in Markdown have all."""
_NAMES: Final = 3


def wrapped(text: str, indent: str) -> str:
    """A paragraph of 80 columns; values in backticks, in parentheses and in `_glued` stay whole.

    So no line starts with what others wrote.
    """
    pieces = text.split("`")
    kept = "`".join(_glued(each) if at % 2 else each for at, each in enumerate(pieces))
    kept = _IN_PARENTHESES.sub(lambda found: _glued(found[0]), kept)
    return plainly_wrapped(kept, indent).replace(_GLUE, " ")


def _glued(text: str) -> str:
    """A text that is not broken at its spaces."""
    return text.replace(" ", _GLUE)


def _quoted(text: str, indent: str) -> str:
    """Text of the source, with a bar before each line."""
    lines = plainly_wrapped(text, "").splitlines()
    return "".join(f"{indent}| {line.strip()}\n" for line in lines)


def human(report: MigrationReport, *, every_rule: bool) -> StyledParts:
    """The report: counts, then what differs, what is not read, and what is to be filled in.

    Rules that are the same are counted, and what several rules have in common is said once;
    `every_rule` lists them all in full.
    """
    made = StyledParts()
    _counts(made, report)
    for status in Sameness:
        rules = report.of(status)
        if not rules or (status is Sameness.SAME and not every_rule):
            continue
        made.add(f"\n{status.value}: {counted(len(rules), 'rule')}\n", _STYLES[status])
        for group in [[rule] for rule in rules] if every_rule else _groups(rules):
            if len(group) == 1:
                _rule(made, group[0])
            else:
                _group(made, group)
    _idle(made, report)
    _unread(made, report)
    _needed(made, report)
    for note in report.notes:
        made.add(wrapped(f"note: {visible(note)}", ""))
    _project(made, report)
    return made


def _groups(rules: Iterable[ReportedRule]) -> list[list[ReportedRule]]:
    """Rules that differ in the same ways together, at the place of the first one."""
    groups: dict[tuple[str, ...], list[ReportedRule]] = {}
    for rule in rules:
        groups.setdefault(tuple(each.code for each in rule.differences), []).append(rule)
    return list(groups.values())


def _group(made: StyledParts, rules: list[ReportedRule]) -> None:
    """Rules that differ in the same ways: these for the first, then each in a line."""
    first = rules[0]
    made.add(
        wrapped(
            f"{counted(len(rules), 'rule')}, such as {_glued(_cut(visible(first.name), _NAME))}:",
            "  ",
        ),
        "bold",
    )
    if first.text:
        made.add(_quoted(_cut(visible(first.text)), "    "))
    for difference in first.differences:
        _difference(made, difference, first)
    for rule in rules[:_SHOWN]:
        place = _glued(f"{visible(rule.place.file)}:{rule.place.line}")
        names = some_of(list(rule.became), _NAMES)
        line = "  ".join(
            (f"* {_glued(_cut(visible(rule.name), _NAME))}", place, names, *_extra(rule))
        )
        made.add(wrapped(line, "    "))
        if rule.accepted is not None:
            made.add(wrapped(f"accepted: {visible(rule.accepted)}", "        "), "green")
    more = rules[_SHOWN:]
    if more:
        accepted = sum(rule.accepted is not None for rule in more)
        note = f", {accepted:,} of them accepted" if accepted else ""
        made.add(f"    * and {len(more):,} more{note}\n")


def _extra(rule: ReportedRule) -> list[str]:
    """What else a line about a rule says."""
    owner = [f"owner {_glued(visible(rule.owner))}"] if rule.owner else []
    return [*owner, *([] if rule.enabled else ["disabled there"])]


def _counts(made: StyledParts, report: MigrationReport) -> None:
    here = counted(report.live, "rule")
    made.add(f"{visible(report.system)}: {counted(len(report.rules), 'rule')} there, {here} here\n")
    for status in reversed(Sameness):
        rules = report.of(status)
        accepted = sum(rule.accepted is not None for rule in rules)
        note = f", {accepted} accepted" if accepted else ""
        line = f"{len(rules):>8,}  {status.value:<12}  {MEANS[status]}{note}".rstrip(" ,")
        made.add(f"{line}\n", _STYLES[status] if rules else "")


def _rule(made: StyledParts, rule: ReportedRule) -> None:
    name = _glued(_cut(visible(rule.name), _NAME))
    place = _glued(f"{visible(rule.place.file)}:{rule.place.line}")
    made.add(wrapped("  ".join((f"* {name}", place, *_extra(rule))), "  "), "bold")
    if rule.text:
        made.add(_quoted(_cut(visible(rule.text)), "    "))
    for difference in rule.differences:
        _difference(made, difference, rule)
    made.add(wrapped(f"here: {_became(rule)}", "    "))
    if rule.accepted is not None:
        made.add(wrapped(f"accepted: {visible(rule.accepted)}", "    "), "green")


def ends_here(rule: ReportedRule) -> str:
    """What stands before how a message ends: examples are judged by rules that act."""
    return "here" if rule.enabled and not rule.shadow else "here, once the rule acts"


def _difference(made: StyledParts, difference: ShownDifference, rule: ReportedRule) -> None:
    made.add(wrapped(f"- {visible(difference.says)}  [{difference.code}]", "    "))
    example = difference.example
    if example is not None:
        made.add(wrapped(f"for example: {_mail(example.mail)}", "      "))
        made.add(wrapped(f"there: {visible(example.there)}", "        "))
        made.add(wrapped(f"{ends_here(rule)}: {visible(example.here)}", "        "))
    if difference.instead:
        made.add(wrapped(f"instead: {visible(difference.instead)}", "      "), "cyan")


def _became(rule: ReportedRule) -> str:
    names = some_of(list(rule.became), _NAMES)
    if rule.status is Sameness.NOT_POSSIBLE:
        return f"{names}, disabled and to be written"
    notes = [] if rule.enabled else ["disabled"]
    notes += ["only marks mail (shadow)"] if rule.shadow else []
    return ", ".join((names, *notes))


def mail_line(mail: object) -> str:
    """A message of an example in a line: `subject "Hello", from a@example.org`."""
    return ", ".join(_facts(mail, ""))


def _mail(mail: object) -> str:
    """The same, to be wrapped between its members alone."""
    return ", ".join(map(_glued, _facts(mail, "")))


def _facts(value: object, name: str) -> Iterable[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            inner = key if name in _LEFT_OUT else f"{name} {key}"
            yield from _facts(member, inner)
    elif isinstance(value, list):
        yield f"{name} " + ", ".join(_cut(visible(str(each)), 60) for each in value)
    else:
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"{name} {_cut(visible(shown), 60) or chr(34) * 2}"


_LEFT_OUT: Final = frozenset({"", "message", "envelope", "session", "verdicts", "headers"})


def _unread(made: StyledParts, report: MigrationReport) -> None:
    missing = report.missing
    if missing:
        made.add(f"\nmissing: {counted(len(missing), 'part')} of the source that may have rules\n")
        _listed(made, missing)
    rest = [each for each in report.unread if not each.is_missing]
    if rest:
        count = len(rest)
        made.add(f"\nnot taken over: {counted(count, 'thing')} that {plural(count, 'is', 'are')} ")
        made.add("no rule\n" if count == 1 else "no rules\n")
        _listed(made, rest)


def _listed(made: StyledParts, unread: Iterable[Unread]) -> None:
    for each in unread:
        place = f"{visible(each.place.file)}:{each.place.line}"
        made.add(wrapped(f"{place}  {_glued(_cut(visible(each.text), _NAME))}", "  "))
        made.add(wrapped(visible(each.why), "    "))
        if each.instead:
            made.add(wrapped(f"instead: {visible(each.instead)}", "    "), "cyan")


def _needed(made: StyledParts, report: MigrationReport) -> None:
    if not report.needed:
        return
    made.add("\nto fill in: each environment in AWS needs values for these variables\n")
    for name, each in report.needed.items():
        made.add(wrapped(f"{name}  {visible(each.why)}", "  "))


def _idle(made: StyledParts, report: MigrationReport) -> None:
    if not report.idle:
        return
    made.add(f"\nnever applies: {counted(len(report.idle), 'rule')} here\n", "bold")
    for each in report.idle:
        place = f"{visible(each.place.file)}:{each.place.line}"
        made.add(wrapped(f"{visible(each.name)}  {place}: {visible(each.why)}", "  "))


def _project(made: StyledParts, report: MigrationReport) -> None:
    """Whether the rules fit, and what lint says of them."""
    if report.fit is None:
        return
    made.add("\n")
    made.add(wrapped(report.fit, ""), "" if report.is_fitting else "bold red")
    if report.linted is not None:
        made.add(f"lint without proofs: {report.linted}\n")


def _cut(text: str, longest: int = _TEXT) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
