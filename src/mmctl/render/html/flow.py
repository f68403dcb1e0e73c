"""What happened for one recipient, as a flow on a page; and what goes where.

It reads from top to bottom: the traffic policy, the rules that applied or were held back, what
they compared, what they did, and the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from mmctl.judge.trace import RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.html.passed_over import anchor
from mmctl.render.text.trace import REFUSES, consequence, goes_anywhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.trace import (
        ActionTrace,
        ConditionTrace,
        CopyTrace,
        Performed,
        PolicyTrace,
        RecipientTrace,
        RuleTrace,
    )
    from mmctl.render.html.passed_over import PassedOver


def recipient_flow(
    got: RecipientTrace, passed_over: PassedOver, after: Child = None, *, places: bool = True
) -> Markup:
    """One recipient: what was decided step by step; `after` comes below the end.

    `places`: the rules are in files, whose lines are named.
    """
    copies: list[Child] = []
    for copy in got.copies:
        if len(got.copies) > 1:
            copies.append(_stage("copy", f"copy for {copy.address}", (), ()))
        copies += list(_rules(copy, places=places))
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
        after,
        [passed_over.of(copy) for copy in got.copies[:1]],
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
        element("span", word, class_=f"act {word}"),
    )


def _rules(copy: CopyTrace, *, places: bool) -> Iterator[Markup]:
    for rule in copy.rules:
        if rule.result is not RuleResult.NOT_APPLIED:
            yield _rule(rule, places=places)


def _rule(rule: RuleTrace, *, places: bool) -> Markup:
    held = rule.held_back_by if rule.result is RuleResult.HELD_BACK else None
    why = [_line(held, "unless ")] if held else [_line(asked) for asked in rule.conditions]
    words = {
        RuleResult.HELD_BACK: element("span", "held back", class_="act none"),
        RuleResult.UNKNOWN: element("span", "not known", class_="act none"),
    }
    return _stage(
        f"rule {rule.result.value}",
        [
            element("span", f"rule {rule.index + 1}", class_="role"),
            " ",
            _rule_link(rule, places=places),
        ],
        why or element("p", "always", class_="always"),
        _done(rule) if rule.applied else words.get(rule.result),
        f"{rule.position.file}:{rule.position.line}" if places else "",
    )


def _done(rule: RuleTrace) -> list[Markup]:
    if rule.refuses:
        return [element("span", REFUSES, class_="act refused")]
    return [_action(action) for action in rule.actions]


def _rule_link(rule: RuleTrace, *, places: bool) -> Markup:
    """The name of a rule, which leads to its line, or else to the mail that it applied to."""
    place = anchor(rule.position.file, rule.position.line)
    href = f"#{place}" if places else f"#rule={quote(rule.rule)}"
    return element("a", rule.rule, href=href, data_rule=rule.index)


def _action(action: ActionTrace) -> Markup:
    target = f" → {action.target}" if action.target else ""
    came = consequence(action)
    words = f"{action.kind}{target}{f' ({came})' if came else ''}"
    return element("span", words, class_=f"act {action.does.value} {action.result.value}")


def _line(asked: ConditionTrace, before: str = "") -> Markup:
    return element("p", before + condition_line(asked), class_=f"asked {asked.answer.truth.value}")


def _ending(got: RecipientTrace) -> Markup:
    by = f"by {got.by}" if got.by else ""
    if got.outcome is Outcome.UNKNOWN:
        by = " or ".join(got.possible)
    facts = dict.fromkeys(fact.fact for fact in got.missing)
    lacks = [element("p", f"unknown: {fact}", class_="asked") for fact in facts]
    return _stage(
        f"end {got.outcome.value}",
        element("strong", got.outcome.value),
        [by, lacks],
        (),
    )


def sent_section(performed: Sequence[Performed]) -> Child:
    """What goes where: each action that sends mail somewhere, with the headers added by then."""
    going = [action for action in performed if goes_anywhere(action)]
    if not going:
        return None
    return element(
        "section",
        element("h3", "Destinations"),
        element("ul", [_going(action) for action in going]),
        class_="about sent",
    )


def _going(action: Performed) -> Markup:
    target = f" → {action.target}" if action.target else ""
    failed = " failed" if action.failed else ""
    return element(
        "li",
        element(
            "span",
            f"{action.kind}{target}{failed}",
            class_=f"act {action.does.value}{failed}",
        ),
        f" for {', '.join(action.recipients)}, by {action.rule}",
        [element("code", f"+ {name}: {value}") for name, value in action.headers],
    )
