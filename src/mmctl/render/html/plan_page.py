"""A plan as one page of HTML: what would change, and what argues against it.

The page needs no other files and no JavaScript. It shares the style of all pages, in `html/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted, plural
from mmctl.render.documents.review import COMPARE, NOT_COMPARED
from mmctl.render.html.behavior import gateway_behavior
from mmctl.render.html.frame import head_of, number
from mmctl.render.html.markup import Markup, element
from mmctl.render.html.tables import edits_table, items, section, table
from mmctl.render.text.behavior import summed_up
from mmctl.render.text.counts import summary
from mmctl.render.text.ordinary import ordinary_lines
from mmctl.render.text.plan import EMBEDDED_BANNER, behaviour_line, told, totals
from mmctl.render.text.promotion import promotion_lines, value_lines
from mmctl.render.text.trust import trust_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.behavior import EveryMessage
    from mmctl.cases.result import CaseResult
    from mmctl.problem import Problem
    from mmctl.render.documents.review import Review


def page(review: Review) -> str:
    """The page; the same input gives the same bytes."""
    plan = review.plan
    identity = plan.target.identity
    title = f"plan: {plan.target.environment}, account {identity.account}, {identity.region}"
    environment = element("span", plan.target.environment, class_="environment")
    body = element(
        "body",
        element(
            "header",
            element("h1", "plan ", environment),
            element("p", f"account {identity.account}, {identity.region}, {identity.endpoint}"),
            element("ul", list(_numbers(review)), class_="numbers"),
            class_="top",
        ),
        element("main", list(_sections(review))),
    )
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def stopped_page(environment: str, why: str, problems: Sequence[Problem]) -> str:
    """The page in place of a plan when the files have errors."""
    name = element("span", environment, class_="environment")
    body = element(
        "body",
        element("header", element("h1", "plan ", name), class_="top"),
        element(
            "main",
            section("No plan", element("p", f"{why}.")),
            section("Lint", _problems(problems)),
        ),
    )
    title = f"plan: {environment}"
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def _numbers(review: Review) -> Iterator[Markup]:
    plan = review.plan
    if not review.compared:
        yield number("?", "not compared", "fair")
    for count, words in (
        (plan.summary.add, "to add"),
        (plan.summary.change, "to change"),
        (plan.summary.move, "to move"),
        (plan.summary.delete, "to delete"),
    ):
        if count and review.compared:
            yield number(f"{count:,}", words, "bad" if words == "to delete" else "fair")
    failed = len(review.failed)
    yield number(f"{failed:,}", plural(failed, "failed case"), "bad" if failed else "good")
    if plan.behaviour:
        differing = plan.behaviour.differing
        words = f"of {counted(plan.behaviour.messages, 'message')} treated differently"
        yield number(f"{differing:,}", words, "fair" if differing else "good")


def _sections(review: Review) -> Iterator[Markup]:
    plan = review.plan
    if plan.target.identity.embedded:
        yield section("Where", element("p", EMBEDDED_BANNER))
    said = [element("li", line.strip()) for line in trust_lines(plan.trust)]
    if said:
        yield section("Another target", element("ul", said, class_="about"))
    if changed := [element("li", line.strip()) for line in value_lines(plan)]:
        yield section("Changed values", element("ul", changed, class_="about"))
    if review.failed:
        yield section("Failed cases", _cases(review.failed))
    if review.compared:
        nothing = element("p", f"{totals(plan.summary)}.", class_="nothing")
        shown = told(plan.edits, verbose=False)
        yield section("What would change", edits_table(shown) if shown else nothing)
    else:
        advice = f"{NOT_COMPARED}. What a branch changes: {COMPARE}"
        yield section("What would change", element("p", advice, class_="nothing"))
    lines = [f"warning: {each}" for each in plan.warnings]
    lines += [f"{'error' if each.certain else 'warning'}: {each.text}" for each in review.findings]
    lines += promotion_lines(plan.promotion)
    lines += [f"note: {each}" for each in plan.notes]
    if lines:
        yield section("Notes", element("ul", items(lines), class_="about"))
    mail = [behaviour_line(plan.behaviour)] if plan.behaviour else []
    mail += ordinary_lines(plan.ordinary)
    if mail:
        rows = [
            (each.message, ", ".join(each.kinds), ", ".join(each.by)) for each in review.messages
        ]
        listed = table(("Message", "Change", "By"), rows) if rows else None
        yield section("Mail", [element("ul", items(mail), class_="about"), listed])
    if plan.every_message is not None:
        yield section("Every message", list(_every_message(plan.every_message)))
    if review.problems:
        yield section("Lint", _problems(review.problems))
    digests = f"digest {plan.digest_before[:12]} → {plan.digest_after[:12]}"
    yield element("p", digests, class_="nothing")


def _every_message(found: EveryMessage) -> Iterator[Markup]:
    """What the plan does to every message, gateway by gateway."""
    if found.unknown is not None:
        yield element("p", f"nothing is proved of every message: {found.unknown}")
    for gateway in found.gateways:
        yield from gateway_behavior(gateway, summed_up(gateway))


def _cases(failed: Sequence[CaseResult]) -> Markup:
    rows: list[tuple[str, ...]] = []
    for result in failed:
        at = result.case.position
        place = f"{at.file}:{at.line}"
        if result.problem is not None:
            rows.append((result.case.name, place, "", "", result.problem.message))
        rows += [
            (result.case.name, place, each.recipient, f"{each.member}: {each.expected}", each.got)
            for each in result.failures
        ]
    return table(("Case", "Where", "For", "Expected", "Got"), rows)


def _problems(problems: Sequence[Problem]) -> list[Markup]:
    rows = [
        (str(each.position), each.severity.value, each.message, each.check) for each in problems
    ]
    listed = table(("Where", "Severity", "Problem", "Check"), rows)
    return [element("p", summary(problems)), listed]
