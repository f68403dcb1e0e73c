"""What became of rules of another gateway as Markdown: for the meeting in which it is decided."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.interchange.migration.lowered import Sameness
from mmctl.render.documents.markdown import code, details, prose, table
from mmctl.render.text.migration import MEANS, ends_here, mail_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.report import (
        MigrationReport,
        ReportedRule,
        ShownDifference,
    )

_NO_OWNER: Final = "nobody"


def markdown(report: MigrationReport) -> str:
    """The report: counts, counts by owner, then the rules by status; all foreign text is code."""
    return "\n\n".join(_parts(report)) + "\n"


def _parts(report: MigrationReport) -> Iterator[str]:
    yield f"## Rules from {code(report.system)}"
    left = counted(len(report.left), "rule")
    if report.missing:
        yield f"**{counted(len(report.missing), 'part')} of the source missing.**"
    yield f"**{left} to look at.**" if report.left else "**Nothing to look at.**"
    yield table(
        ("Status", "Rules", "Accepted", "Means"),
        [
            (status.value, f"{len(rules):,}", f"{_accepted(rules):,}", MEANS[status] or "the same")
            for status in reversed(Sameness)
            for rules in (report.of(status),)
        ],
    )
    if report.fit is not None:
        yield prose(report.fit)
    yield from _owners(report)
    for status in Sameness:
        rules = report.of(status)
        if rules and status is not Sameness.SAME:
            yield f"### {status.value.capitalize()}: {counted(len(rules), 'rule')}"
            yield from (_rule(rule) for rule in rules)
    same = report.of(Sameness.SAME)
    if same:
        rows = [(code(rule.name), _place(rule), _became(rule)) for rule in same]
        summary = f"{counted(len(same), 'rule')} the same"
        yield details(summary, table(("Rule", "Place", "Here"), rows))
    yield from _rest(report)


def _owners(report: MigrationReport) -> Iterator[str]:
    """How many rules of each status an owner has, if anybody owns any."""
    if all(rule.owner is None for rule in report.rules):
        return
    by_owner: dict[str, Counter[Sameness]] = {}
    for rule in report.rules:
        by_owner.setdefault(rule.owner or "", Counter())[rule.status] += 1
    statuses = list(reversed(Sameness))
    yield "### By owner"
    yield table(
        ("Owner", *(status.value for status in statuses), "To look at"),
        [
            (
                code(owner) or _NO_OWNER,
                *(f"{by_owner[owner][status]:,}" for status in statuses),
                f"{sum((rule.owner or '') == owner for rule in report.left):,}",
            )
            for owner in sorted(by_owner)
        ],
    )


def _rule(rule: ReportedRule) -> str:
    owner = f", owner {code(rule.owner)}" if rule.owner else ""
    off = "" if rule.enabled else ", disabled there"
    lines = [f"- {code(rule.name)} ({_place(rule)}{owner}{off})"]
    if rule.text:
        lines.append(f"  {code(rule.text)}")
    for difference in rule.differences:
        lines += _difference(difference, rule)
    lines.append(f"  - here: {_became(rule)}")
    if rule.accepted is not None:
        lines.append(f"  - **accepted:** {prose(rule.accepted)}")
    return "\n".join(lines)


def _difference(difference: ShownDifference, rule: ReportedRule) -> Iterable[str]:
    yield f"  - {code(difference.code)}: {prose(difference.says)}"
    example = difference.example
    if example is not None:
        yield f"    - for example: {code(mail_line(example.mail))}"
        yield f"    - there: {prose(example.there)}"
        yield f"    - {ends_here(rule)}: {prose(example.here)}"
    if difference.instead:
        yield f"    - instead: {prose(difference.instead)}"


def _became(rule: ReportedRule) -> str:
    names = ", ".join(map(code, rule.became))
    if rule.status is Sameness.NOT_POSSIBLE:
        return f"{names}, to be written"
    return f"{names}, only marks mail (shadow)" if rule.shadow else names


def _place(rule: ReportedRule) -> str:
    return code(f"{rule.place.file}:{rule.place.line}")


def _accepted(rules: Iterable[ReportedRule]) -> int:
    return sum(rule.accepted is not None for rule in rules)


def _rest(report: MigrationReport) -> Iterator[str]:
    if report.idle:
        yield "### Never applies"
        idle = [
            (code(each.name), code(f"{each.place.file}:{each.place.line}"), prose(each.why))
            for each in report.idle
        ]
        yield table(("Rule here", "Place", "Why"), idle)
    if report.unread:
        yield "### Not taken over"
        yield table(
            ("Place", "What", "Why", "Instead"),
            [
                (
                    code(f"{each.place.file}:{each.place.line}"),
                    code(each.text),
                    prose(f"{'missing: ' if each.is_missing else ''}{each.why}"),
                    prose(each.instead or ""),
                )
                for each in report.unread
            ],
        )
    if report.needed:
        yield "### To fill in"
        rows = [(code(name), prose(each.why)) for name, each in report.needed.items()]
        yield table(("Variable", "What it is"), rows)
    if report.notes:
        yield "### Notes"
        yield "\n".join(f"- {prose(note)}" for note in report.notes)
