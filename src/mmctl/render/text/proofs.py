"""What is proved of gateways, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from rich.text import Text

from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import Dead, NotProved
from mmctl.analysis.questions.idle import Idle, NotSettled
from mmctl.analysis.questions.phases import OrderMatters, OrderNotProved
from mmctl.counted import counted
from mmctl.render.text.behavior import message_lines
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
from mmctl.render.text.paragraphs import STYLES, WIDTH, wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.gateway_proof import (
        Claimed,
        FoundMessage,
        GatewayProof,
        PhaseClaim,
    )
    from mmctl.language.project import Outcome
    from mmctl.problem import Position


def human(found: Sequence[GatewayProof], *, verbose: bool = False) -> Text:
    """Each claim with its answer, what never applies or changes nothing, and the assumptions."""
    text = Text()
    for proof in found:
        text.append(visible(proof.name), "bold")
        text.append(f": {counted(len(proof.gateway.rules), 'rule')}\n")
        for claim, kept in zip(proof.claims, proof.kept, strict=True):
            _claim(text, claim, kept)
        for phase in proof.phases:
            _phase(text, phase)
        _rules(text, proof)
        _parts(text, proof)
        _assumptions(text, proof, verbose=verbose)
    text.append(_summary(found), "bold")
    text.append("\n")
    return text


def _claim(text: Text, claim: Claimed, kept: KeptMessage | None) -> None:
    name = visible(claim.name)
    match claim.answer:
        case Refuted() if claim.empty is not None:
            _said(text, "vacuous", "bold yellow", f"{name}: {claim.empty}")
        case Refuted():
            _said(text, "proved", "green", f"{name}{_rests(claim.needs)}")
        case Shown(witness=witness):
            _said(text, "broken", "bold red", name)
            _ends(text, witness.happened[-1].outcome)
            if kept is not None:
                text.append(message_lines(witness.submission.envelope, kept))
        case Undecided(why=why):
            _said(text, "undecided", "bold magenta", f"{name}: {visible(why)}")
        case never:
            assert_never(never)


def _phase(text: Text, claim: PhaseClaim) -> None:
    if not claim.found:
        _said(text, "proved", "green", f"{any_order(claim.phase)}{_rests(claim.needs)}")
    for each, kept in zip(claim.found, claim.kept, strict=True):
        if isinstance(each, OrderMatters):
            _placed(text, "order matters", two_rules(each), each.rule.position)
            text.append(wrapped(why_not_swapped(each), "    "))
            if kept is not None:
                text.append(message_lines(each.witness.submission.envelope, kept))
    open_ = [(each.rule.name, each.why) for each in claim.found if isinstance(each, OrderNotProved)]
    for names, why in gathered(open_):
        told = f"whether {any_order(claim.phase)}: {names}: {visible(why)}"
        _said(text, "undecided", "bold magenta", told)


def _rests(needs: Mapping[str, str]) -> str:
    return f"{';' if needs else ','} {rests(needs)}"


def _said(text: Text, word: str, style: str, told: str) -> None:
    """One answer, wrapped, with its first word in color."""
    lines = wrapped(f"{word}: {told}", "  ")
    text.append(f"  {word}", style)
    text.append(lines.removeprefix(f"  {word}"))


def _ends(text: Text, outcome: Outcome) -> None:
    text.append("    ends as ")
    text.append(f"{outcome.value}\n", STYLES[outcome])


def _rules(text: Text, proof: GatewayProof) -> None:
    for each in proof.dead:
        if isinstance(each, Dead):
            _placed(text, "dead", each.rule.name, each.rule.position)
            text.append(wrapped(why_dead(each, proof.gateway), "    "))
    open_ = [(each.rule.name, each.why) for each in proof.dead if isinstance(each, NotProved)]
    for names, why in gathered(open_):
        told = f"whether these can apply: {names}: {visible(why)}"
        _said(text, "undecided", "bold magenta", told)
    if not proof.dead:
        text.append("  proved: every rule can apply\n", "green")


def _parts(text: Text, proof: GatewayProof) -> None:
    for each in proof.idle:
        if isinstance(each, Idle):
            _placed(text, "no effect", f"{part_of(each)} in {each.rule.name}", place_of(each))
            text.append(wrapped(why_idle(each, proof.gateway), "    "))
    open_ = [(each.rule.name, each.why) for each in proof.idle if isinstance(each, NotSettled)]
    for names, why in gathered(open_):
        told = f"whether all conditions and values of these count: {names}: {visible(why)}"
        _said(text, "undecided", "bold magenta", told)
    if not proof.idle and not proof.dead:
        text.append("  proved: every condition and value counts\n", "green")


def _placed(text: Text, word: str, told: str, at: Position) -> None:
    """What was found, with its place: on a line of its own where both do not fit in one."""
    place = f"{visible(at.file)}:{at.line}"
    first = f"{word}: {visible(told)}"
    fits = len(first) + len(place) + 4 <= WIDTH
    _said(text, word, "bold yellow", f"{visible(told)}  {place}" if fits else visible(told))
    if not fits:
        text.append(wrapped(place, "    "), "dim")


def _assumptions(text: Text, proof: GatewayProof, *, verbose: bool) -> None:
    for name, members in proof.lists.items():
        text.append(wrapped(f"address list {visible(name)}: {members}", "  "), "dim")
    if verbose:
        for each in ASSUMPTIONS:
            text.append(wrapped(each, "  "), "dim")


ASSUMPTIONS = (
    "mail is judged as docs/semantics.md says, under the readings of the project",
    "every fact may have every value: verdicts, networks and sizes do not depend on each other",
    "no action fails; functions may answer anything",
    "headers are any text that can be written in them, and may be repeated",
)
"""What every proof takes for granted."""


def counts(found: Sequence[GatewayProof]) -> list[tuple[int, str]]:
    """How many answers there are of each kind, but for the kinds that have none."""
    claims = [claim for proof in found for claim in proof.claims]
    vacuous = sum(claim.empty is not None for claim in claims)
    phases = [claim for proof in found for claim in proof.phases]
    orders = [each for proof in found for each in proof.orders]
    holding = sum(isinstance(claim.answer, Refuted) for claim in claims) - vacuous
    dead = [each for proof in found for each in proof.dead]
    idle = [each for proof in found for each in proof.idle]
    counted_ = (
        (holding + sum(not claim.found for claim in phases), "proved"),
        (vacuous, "vacuous"),
        (sum(isinstance(claim.answer, Shown) for claim in claims), "broken"),
        (sum(isinstance(each, OrderMatters) for each in orders), "where order matters"),
        (sum(isinstance(each, Dead) for each in dead), "dead"),
        (sum(isinstance(each, Idle) for each in idle), "without effect"),
        (sum(proof.undecided for proof in found), "undecided"),
    )
    return [(count, what) for count, what in counted_ if count]


def _summary(found: Sequence[GatewayProof]) -> str:
    return "prove: " + ", ".join(f"{count:,} {what}" for count, what in counts(found))


def message(found: FoundMessage) -> Text:
    """A message that was looked for, or that there is none."""
    if found.witness is None or found.kept is None or found.way is None:
        if found.undecided is not None:
            return Text(f"undecided: {visible(found.undecided)}\n", "bold magenta")
        return Text("proved: there is no such message\n", "green")
    text = Text(f"{visible(found.way.name)}\n", "bold")
    _ends(text, found.witness.happened[-1].outcome)
    return text.append(message_lines(found.witness.submission.envelope, found.kept))
