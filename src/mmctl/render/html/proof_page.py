"""What is proved of gateways as one page of HTML: each claim, and the message that breaks it.

The page needs no other files and no JavaScript. It shares the style of all pages, in `html/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import Dead, NotProved
from mmctl.analysis.questions.idle import Idle, NotSettled
from mmctl.analysis.questions.phases import OrderMatters, OrderNotProved
from mmctl.counted import counted
from mmctl.render.html.frame import chip, head_of, number
from mmctl.render.html.markup import Markup, element
from mmctl.render.text.blame import (
    any_order,
    gathered,
    part_of,
    place_of,
    rests,
    two_rules,
    why_dead,
    why_idle,
    why_not_swapped,
)
from mmctl.render.text.proofs import ASSUMPTIONS, counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.gateway_proof import (
        Claimed,
        FoundMessage,
        GatewayProof,
        PhaseClaim,
    )
    from mmctl.judge.submission import Gateway
    from mmctl.render.html.markup import Child

_KINDS = {
    "proved": "good",
    "vacuous": "fair",
    "broken": "bad",
    "where order matters": "bad",
    "order matters": "bad",
    "dead": "bad",
    "without effect": "fair",
    "undecided": "unknown",
}
"""How each kind of answer is colored; what is undecided is no yes."""


def page(found: Sequence[GatewayProof]) -> str:
    """The page; the same input gives the same bytes."""
    numbers = [number(f"{count:,}", what, _KINDS[what]) for count, what in counts(found)]
    sections = [
        *(_gateway(each) for each in found),
        _section("What every proof takes for granted", _listed(ASSUMPTIONS)),
    ]
    return _page("proofs", numbers, sections)


def found_page(found: FoundMessage) -> str:
    """The message that was looked for, or that there is none."""
    if found.witness is None or found.kept is None or found.way is None:
        word = "proved" if found.undecided is None else "undecided"
        said = "there is no such message" if found.undecided is None else found.undecided
        answer = element("p", _word(word), " ", said, class_="answer")
        return _page("one message", [], [_section("Answer", element("div", answer))])
    title = f"A message to {found.way.name}"
    return _page("one message", [], [_section(title, _message(found.witness, found.kept, ()))])


def _page(title: str, numbers: Sequence[Markup], sections: Sequence[Markup]) -> str:
    heading = element("h1", title)
    listed = element("ul", numbers, class_="numbers") if numbers else None
    top = element("header", heading, listed, class_="top")
    body = element("body", top, element("main", sections))
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def _section(title: str, *content: Child) -> Markup:
    return element("section", element("h2", title), content)


def _gateway(proof: GatewayProof) -> Markup:
    title = f"{proof.name}: {counted(len(proof.gateway.rules), 'rule')}"
    claims = [
        _claim(claim, kept, proof.gateway)
        for claim, kept in zip(proof.claims, proof.kept, strict=True)
    ]
    phases = [item for claim in proof.phases for item in _phase(claim, proof.gateway)]
    parts = [*_rules(proof), *_parts(proof)]
    return _section(title, claims, phases, parts, _lists(proof))


def _claim(claim: Claimed, kept: KeptMessage | None, gateway: Gateway) -> Markup:
    match claim.answer:
        case Refuted():
            word = "proved" if claim.empty is None else "vacuous"
            why = rests(claim.needs) if claim.empty is None else claim.empty.value
            return _item(word, claim.name, why)
        case Shown(witness=witness):
            shown = _shown(witness, kept, gateway)
            return _item("broken", claim.name, "a message contradicts it", shown)
        case Undecided(why=why):
            return _item("undecided", claim.name, why)
        case never:
            assert_never(never)


def _shown(witness: Witness, kept: KeptMessage | None, gateway: Gateway) -> Markup | None:
    """A message that contradicts a claim, with the rules that apply to it."""
    rules = [gateway.rules[place].name for place in sorted(witness.happened[-1].applied)]
    return None if kept is None else _message(witness, kept, rules)


def _phase(claim: PhaseClaim, gateway: Gateway) -> Iterator[Markup]:
    if not claim.found:
        yield _item("proved", any_order(claim.phase), rests(claim.needs))
    for each, kept in zip(claim.found, claim.kept, strict=True):
        if isinstance(each, OrderMatters):
            at = f"{each.rule.position.file}:{each.rule.position.line}"
            shown = _shown(each.witness, kept, gateway)
            why = why_not_swapped(each)
            yield _item("order matters", two_rules(each), why, shown, place=at)
    open_ = [(each.rule.name, each.why) for each in claim.found if isinstance(each, OrderNotProved)]
    for names, why in gathered(open_):
        yield _item("undecided", f"whether {any_order(claim.phase)}: {names}", why)


def _rules(proof: GatewayProof) -> Iterator[Markup]:
    for each in proof.dead:
        if isinstance(each, Dead):
            at = f"{each.rule.position.file}:{each.rule.position.line}"
            name = f"{each.rule.name} never applies"
            yield _item("dead", name, why_dead(each, proof.gateway), place=at)
    open_ = [(each.rule.name, each.why) for each in proof.dead if isinstance(each, NotProved)]
    for names, why in gathered(open_):
        yield _item("undecided", f"whether these can apply: {names}", why)
    if not proof.dead:
        yield _item("proved", "every rule can apply", None)


def _parts(proof: GatewayProof) -> Iterator[Markup]:
    for each in proof.idle:
        if isinstance(each, Idle):
            at = place_of(each)
            name = f"{part_of(each)} in {each.rule.name}"
            why = why_idle(each, proof.gateway)
            yield _item("without effect", name, why, place=f"{at.file}:{at.line}")
    open_ = [(each.rule.name, each.why) for each in proof.idle if isinstance(each, NotSettled)]
    for names, why in gathered(open_):
        yield _item("undecided", f"whether all conditions and values of these count: {names}", why)


def _item(word: str, name: str, why: str | None, *more: Child, place: str | None = None) -> Markup:
    """One answer: what it is about, and why."""
    head = (
        _word(word),
        " ",
        element("b", name, class_="name"),
        element("span", place, class_="place") if place else None,
    )
    reason = element("p", why, class_="reason") if why else None
    return element("div", element("p", head, class_="head"), reason, more, class_="item answer")


def _word(word: str) -> Markup:
    return element("span", word, class_=f"chip {_KINDS[word]}")


def _message(witness: Witness, kept: KeptMessage, rules: Sequence[str]) -> Markup:
    """A message as it is judged: from whom to whom, what it has, how it ends and why."""
    envelope = witness.submission.envelope
    facts = (
        ("From", envelope.mail_from or "<>"),
        ("To", ", ".join(envelope.recipients)),
        *((("Rules", ", ".join(rules)),) if rules else ()),
        ("File", kept.path),
    )
    return element(
        "div",
        element("p", "ends as ", chip(witness.happened[-1].outcome.value)),
        element("dl", [_fact(*each) for each in facts], class_="facts"),
        element("ul", [element("li", each) for each in kept.facts], class_="about"),
        element("pre", kept.command, class_="suggestion"),
        class_="witness",
    )


def _fact(name: str, value: str) -> Markup:
    return element("div", element("dt", name), element("dd", value))


def _lists(proof: GatewayProof) -> Markup | None:
    if not proof.lists:
        return None
    said = [f"address list {name}: {members}" for name, members in proof.lists.items()]
    return _listed(said)


def _listed(lines: Sequence[str]) -> Markup:
    return element("ul", [element("li", line) for line in lines], class_="about")
