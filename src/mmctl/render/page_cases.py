"""The cases of the page: what was expected, and each message as a flow.

A flow reads from top to bottom: the traffic policy, the rules that applied or were held back with
what they compared, what they did, and how it ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cases.running import Status
from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.render.markup import Child, Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.expectations import Failure
    from mmctl.cases.running import CaseResult
    from mmctl.judge.trace import (
        ActionTrace,
        ConditionTrace,
        CopyTrace,
        PolicyTrace,
        RecipientTrace,
        RuleTrace,
    )

_MARKS: Final = {
    Status.PASSED: ("✓", "passed"),
    Status.FAILED: ("✗", "failed"),
    Status.TODO: ("○", "to do"),
    Status.TODO_PASSED: ("◉", "to do, but passes"),
}
_RESULTS: Final = {
    ActionResult.DONE: "",
    ActionResult.FAILED: " failed",
    ActionResult.CANCELLED: " cancelled by the drop",
}


def cases_section(results: Sequence[CaseResult]) -> Markup:
    """All cases, the failed ones open."""
    return element(
        "section",
        element("h2", "Cases"),
        [_case(number, result) for number, result in enumerate(results)],
        element("p", "No case is like that.", class_="nothing", hidden=bool(results)),
        id="cases",
    )


def _case(number: int, result: CaseResult) -> Markup:
    recipients = () if result.trace is None else result.trace.recipients
    mark, words = _MARKS[result.status]
    position = result.case.position
    outcomes = dict.fromkeys(got.outcome.value for got in recipients)
    return element(
        "details",
        element(
            "summary",
            element("span", mark, class_="mark", title=words, aria_label=words),
            element("span", result.case.name, class_="name"),
            element("span", [_chip(outcome) for outcome in outcomes], class_="chips"),
            element("span", f"{position.file}:{position.line}", class_="place"),
        ),
        element("p", "To do: ", result.case.todo, class_="todo") if result.case.todo else None,
        _failed(result),
        _facts(result),
        [_recipient(got) for got in recipients],
        id=f"case-{number}",
        class_=f"case {result.status.value}",
        data_status=result.status.value,
        data_outcome=" ".join(outcomes),
        open=result.status is Status.FAILED,
    )


def _chip(outcome: str) -> Markup:
    return element("span", outcome, class_=f"chip {outcome}")


def _failed(result: CaseResult) -> Child:
    if result.problem is not None:
        return element("p", result.problem.message, class_="failure")
    return [_failure(failure) for failure in result.failures]


def _failure(failure: Failure) -> Markup:
    at = failure.decided_at
    return element(
        "div",
        element("h4", f"{failure.recipient}: {failure.member.replace('_', ' ')}"),
        element(
            "dl",
            element("dt", "expected"),
            element("dd", failure.expected, class_="expected"),
            element("dt", "got"),
            element("dd", failure.got, class_="got"),
            element("dt", "decided at") if at else None,
            element("dd", f"{at.file}:{at.line}") if at else None,
        ),
        [element("p", f"because {reason}") for reason in failure.reasons],
        class_="failure",
    )


def _facts(result: CaseResult) -> Markup:
    """What the case says of the message."""
    case = result.case
    facts: dict[str, str | None] = {
        "from": "<>" if case.envelope.mail_from == "" else case.envelope.mail_from,
        "client": case.session.source_ip,
        "helo": case.session.helo,
        "tls": case.session.tls,
        "spf": case.facts.spf,
        "dkim": case.facts.dkim,
        "dmarc policy": case.facts.dmarc_policy,
    }
    for add_on, fields in case.facts.add_ons.items():
        facts |= {f"{add_on}.{field}": _answer(value) for field, value in fields.items()}
    return element(
        "dl",
        [
            element("div", element("dt", name), element("dd", value))
            for name, value in facts.items()
            if value is not None
        ],
        class_="facts",
    )


def _answer(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _recipient(got: RecipientTrace) -> Markup:
    copies: list[Child] = []
    for copy in got.copies:
        if len(got.copies) > 1:
            copies.append(_stage("copy", f"copy for {copy.address}", (), ()))
        copies += list(_rules(copy))
    return element(
        "section",
        element("h3", got.recipient),
        element(
            "ol",
            None if got.policy is None else _policy(got.policy),
            copies,
            _ending(got),
            class_="flow",
        ),
        [_passed_over(copy) for copy in got.copies[:1]],
        class_="recipient",
    )


def _stage(kind: str, title: Child, why: Child, then: Child, place: str = "") -> Markup:
    return element(
        "li",
        element("div", title, " ", element("small", place) if place else None, class_="what"),
        element("div", why, class_="why"),
        element("div", then, class_="then"),
        class_=f"stage {kind}",
    )


def _policy(policy: PolicyTrace) -> Markup:
    word = {"true": "admitted", "false": "refused", "unknown": "unknown"}[policy.admitted.truth]
    deciding = [one for one in policy.statements if one.name == policy.by]
    return _stage(
        f"policy {word}",
        [element("span", "policy", class_="role"), " ", element("b", policy.by)],
        [_line(asked) for statement in deciding[:1] for asked in statement.conditions],
        element("span", word, class_="act"),
    )


def _rules(copy: CopyTrace) -> Iterator[Markup]:
    for rule in copy.rules:
        if rule.result is not RuleResult.NOT_APPLIED:
            yield _rule(rule)


def _rule(rule: RuleTrace) -> Markup:
    held = rule.held_back_by if rule.result is RuleResult.HELD_BACK else None
    why = [_line(held, "unless ")] if held else [_line(asked) for asked in rule.conditions]
    words = {
        RuleResult.HELD_BACK: element("span", "held back", class_="act none"),
        RuleResult.UNKNOWN: element("span", "not known", class_="act none"),
    }
    return _stage(
        f"rule {rule.result.value}",
        [element("span", f"rule {rule.index + 1}", class_="role"), " ", _rule_link(rule)],
        why or element("p", "always", class_="always"),
        [_action(action) for action in rule.actions] if rule.applied else words.get(rule.result),
        f"{rule.position.file}:{rule.position.line}",
    )


def _rule_link(rule: RuleTrace) -> Markup:
    href = f"#{anchor(rule.position.file, rule.position.line)}"
    return element("a", rule.rule, href=href, data_rule=rule.index)


def anchor(file: str, line: int) -> str:
    """The id of a line of a rule file on the page."""
    return f"L-{file}:{line}"


def _action(action: ActionTrace) -> Markup:
    target = f" → {action.target}" if action.target else ""
    words = f"{action.kind}{target}{_RESULTS[action.result]}"
    return element("span", words, class_=f"act {action.kind} {action.result.value}")


def _line(asked: ConditionTrace, before: str = "") -> Markup:
    return element("p", before + condition_line(asked), class_=f"asked {asked.answer.truth.value}")


def _ending(got: RecipientTrace) -> Markup:
    by = f"by {got.by}" if got.by else ""
    if got.outcome is Outcome.UNKNOWN:
        by = " or ".join(got.possible)
    lacks = [element("p", f"not known: {fact.fact}", class_="asked") for fact in got.missing]
    return _stage(
        f"end {got.outcome.value}",
        element("strong", got.outcome.value),
        [by, lacks],
        (),
    )


def _passed_over(copy: CopyTrace) -> Child:
    """The rules that did not apply, with the first condition that failed."""
    others = [rule for rule in copy.rules if rule.result is RuleResult.NOT_APPLIED]
    if not others:
        return None
    noun = "rule" if len(others) == 1 else "rules"
    return element(
        "details",
        element("summary", f"{len(others):,} {noun} did not apply"),
        element(
            "ul",
            [
                element(
                    "li",
                    _rule_link(rule),
                    " ",
                    element("span", condition_line(rule.failed)) if rule.failed else None,
                )
                for rule in others
            ],
        ),
        class_="others",
    )
