"""A condition on a header with a value that nobody writes into it.

What it does:
    Compares the values of conditions on a header with those that rules of the set add to it, and
    for `X-Spam-Flag`, `X-MSMail-Priority`, `X-SES-Spam-Verdict` and `X-SES-Virus-Verdict` with the
    values that these headers have. It is an info where rules add other values, and the value is no
    slip of the finger; then it does not report rules that drop, hold or bounce what arrives with
    it.

Why it is bad:
    The condition never holds. Or it holds for whoever writes the value into his message.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-risk
            conditions: [{spf: {equals: FAIL}}, {dkim: {not_equals: PASS}}]
            actions: [{add_header: {name: X-Risk, value: high}}]
          - name: hold-risk
            conditions: [{header: {name: X-Risk, equals: hihg}}]
            actions: [{archive: {to: all-mail}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-risk
            conditions: [{spf: {equals: FAIL}}, {dkim: {not_equals: PASS}}]
            actions: [{add_header: {name: X-Risk, value: high}}]
          - name: hold-risk
            conditions: [{header: {name: X-Risk, equals: high}}]
            actions: [{archive: {to: all-mail}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import bounces, delivers, ends
from mmctl.analysis.project_conditions import rule_conditions, text_test
from mmctl.analysis.slips import is_slip
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.judge.compare import text_matches
from mmctl.model.actions import added_header
from mmctl.model.conditions import header_of
from mmctl.model.enums import RuleStringOperator
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.project_conditions import TextTest
    from mmctl.language.project import LogicalRule

_VERDICTS: Final = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED")
_KNOWN: Final = {
    "x-spam-flag": ("YES", "NO"),
    "x-msmail-priority": ("High", "Normal", "Low"),
    "x-ses-spam-verdict": _VERDICTS,
    "x-ses-virus-verdict": _VERDICTS,
}
"""What others write into headers that have few values."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values of headers that nobody writes."""
    readings = subject.project.settings.readings
    visible, folds = readings.added_headers_visible == "yes", readings.text_case == "insensitive"
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        reading = [rule for rule in live if _reads_header(rule)]
        added = _added(live) if visible and reading else {}
        for rule in reading:
            yield from _unwritten(rule, added, folds=folds)


def _reads_header(rule: LogicalRule) -> bool:
    return any(header_of(each) is not None for each in (*rule.conditions, *rule.unless))


def _added(live: Sequence[LogicalRule]) -> dict[str, tuple[str, ...]]:
    """The values that rules add to headers, by their names in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in live:
        for action in rule.actions if not rule.shadow else ():
            header = added_header(action)
            if header is not None:
                name = header[0].lower()
                found[name] = (*found.get(name, ()), header[1])
    return found


def _unwritten(
    rule: LogicalRule, added: dict[str, tuple[str, ...]], *, folds: bool
) -> Iterator[Finding]:
    blocks = (ends(rule) and not delivers(rule)) or bounces(rule)
    for placed in rule_conditions(rule):
        name = header_of(placed.condition)
        test = text_test(placed) if name is not None else None
        if name is None or test is None:
            continue
        own = added.get(name.lower())
        written = own or _KNOWN.get(name.lower(), ())
        for index, value in enumerate(test.values if written else ()):
            if any(_meets(test, value, each, folds=folds) for each in written):
                continue
            meant = next((each for each in written if is_slip(value, each)), None)
            if own and meant is None and blocks:
                continue
            yield finding(
                rule,
                test.path_of(index),
                _message(name, value, written, own=bool(own)),
                help=f"write `{meant}`" if meant else "write one of these",
                severity=Severity.INFO if own and meant is None else None,
            )


def _meets(test: TextTest, value: str, written: str, *, folds: bool) -> bool:
    """Whether a header with a text meets a value."""
    operator = RuleStringOperator(test.operator.upper())
    if folds:
        return text_matches(operator, written.lower(), value.lower())
    return text_matches(operator, written, value)


def _message(name: str, value: str, written: tuple[str, ...], *, own: bool) -> str:
    known = [f"`{each}`" for each in dict.fromkeys(written)]
    if own:
        return f"no rule writes `{value}` into `{name}`; what rules write is {', '.join(known)}"
    return f"`{name}` is never `{value}`, but {', '.join(known[:-1])} or {known[-1]}"


CHECK = Check(
    id="header-value-nobody-writes",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_NOTHING,
)
