"""What is proved of gateways, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from rich.text import Text

from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import Dead
from mmctl.counted import counted
from mmctl.render.text.behavior import message_lines
from mmctl.render.text.paragraphs import STYLES, wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.dead import Finding
    from mmctl.analysis.questions.gateway_proof import Claimed, FoundMessage, GatewayProof
    from mmctl.language.project import Outcome


def human(found: Sequence[GatewayProof], *, verbose: bool = False) -> Text:
    """Each claim with its answer, dead rules with what makes them so, and the assumptions."""
    text = Text()
    for proof in found:
        text.append(visible(proof.name), "bold")
        text.append(f": {counted(len(proof.gateway.rules), 'rule')}\n")
        for claim, kept in zip(proof.claims, proof.kept, strict=True):
            _claim(text, claim, kept)
        for each in proof.dead:
            _dead(text, each, proof)
        if not proof.dead:
            text.append("  proved: every rule can apply\n", "green")
        _assumptions(text, proof, verbose=verbose)
    text.append(_summary(found), "bold")
    text.append("\n")
    return text


def _claim(text: Text, claim: Claimed, kept: KeptMessage | None) -> None:
    name = visible(claim.name)
    match claim.answer:
        case Refuted():
            needs = f"; rests on {_chosen(claim.needs)}" if claim.needs else ", under every reading"
            text.append("  proved", "green")
            text.append(f": {name}{needs}\n")
        case Shown(witness=witness):
            text.append("  broken", "bold red")
            text.append(f": {name}\n")
            _ends(text, witness.happened[-1].outcome)
            if kept is not None:
                text.append(message_lines(witness.submission.envelope, kept))
        case Undecided(why=why):
            text.append("  undecided", "bold magenta")
            text.append(f": {name}: {visible(why)}\n")
        case never:
            assert_never(never)


def _ends(text: Text, outcome: Outcome) -> None:
    text.append("    ends as ")
    text.append(f"{outcome.value}\n", STYLES[outcome])


def _dead(text: Text, found: Finding, proof: GatewayProof) -> None:
    rule = found.rule
    name, place = visible(rule.name), f"{visible(rule.position.file)}:{rule.position.line}"
    if not isinstance(found, Dead):
        text.append("  undecided", "bold magenta")
        text.append(f": whether {name} can apply: {visible(found.why)}\n")
        return
    text.append("  dead", "bold yellow")
    text.append(f": {name}")
    text.append(f"  {place}\n", "dim")
    needs = f", if {_chosen(found.needs)}" if found.needs else ""
    text.append(wrapped(f"{blame(found, proof)}{needs}", "    "))


def blame(found: Dead, proof: GatewayProof) -> str:
    """Why a rule never applies."""
    rules = [visible(proof.gateway.rules[place].name) for place in found.by]
    if rules:
        together = " together take" if len(rules) > 1 else " takes"
        mail = "all of its mail that is admitted" if found.refused else "all of its mail"
        return f"{', '.join(rules)}{together} {mail}"
    if found.refused:
        return "no mail that meets its conditions is admitted"
    if len(found.conditions) > 1:
        return "its conditions exclude each other"
    return "one of its conditions is never met"


def _chosen(readings: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {choice}" for name, choice in readings.items())


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


def _summary(found: Sequence[GatewayProof]) -> str:
    answers = [claim.answer for proof in found for claim in proof.claims]
    dead = [each for proof in found for each in proof.dead]
    counts = (
        (sum(isinstance(each, Refuted) for each in answers), "proved"),
        (sum(isinstance(each, Shown) for each in answers), "broken"),
        (sum(isinstance(each, Dead) for each in dead), "dead"),
        (sum(proof.undecided for proof in found), "undecided"),
    )
    return "prove: " + ", ".join(f"{count} {what}" for count, what in counts if count)


def message(found: FoundMessage) -> Text:
    """A message that was looked for, or that there is none."""
    if found.witness is None or found.kept is None or found.way is None:
        if found.undecided is not None:
            return Text(f"undecided: {visible(found.undecided)}\n", "bold magenta")
        return Text("proved: there is no such message\n", "green")
    text = Text(f"{visible(found.way.name)}\n", "bold")
    _ends(text, found.witness.happened[-1].outcome)
    return text.append(message_lines(found.witness.submission.envelope, found.kept))
