"""No message reaches the rule, or none meets its conditions.

Looked at:
    A proof over all mail, as `mmctl prove` makes it: rules above that take all of its mail,
    conditions that contradict each other, a traffic policy that refuses it.
Corrected by:
    The order of the rules or the conditions; `mmctl explain unreachable-rule` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import unconditional
from mmctl.analysis.hiding import hidden
from mmctl.operate.doctor.asked_rules import asked_rules
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import (
    FoundFault,
    NotAsked,
    NotLookedAt,
    Said,
    SoundPart,
    Symptom,
)
from mmctl.operate.doctor.scene import names_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.of_project import RuleAnswer
    from mmctl.language.project import LogicalRule
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Ask the proofs about each rule, or the one that is named."""
    from mmctl.analysis.questions.dead import NotProved  # noqa: PLC0415 - slow to import
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    asked, environment = scene.asked.rule, scene.project.environment.name
    if not any(rule.lives_in(environment) for _, rule in asked_rules(scene)) and asked is not None:
        raise NotAsked(f"`{asked}` does not live in {environment}, so there is no proof about it")
    proofs = proofs_of(scene.project)
    found = 0
    for each in hidden(scene.project):
        if each.by is not None and scene.asked.rule in {None, each.rule.name}:
            found += 1
            yield _fault(scene, each.rule, f"`{each.by.name}` above ends all of its mail")
    for answer in proofs.dead():
        rule = answer.found.rule
        if scene.asked.rule not in {None, rule.name}:
            continue
        if isinstance(answer.found, NotProved):
            yield NotLookedAt(what=f"whether mail reaches `{rule.name}`", why=answer.found.why)
            continue
        why = _why(answer)
        if why is not None:
            found += 1
            yield _fault(scene, rule, why)
    if proofs.missing is not None:
        yield NotLookedAt(what="which rules mail reaches", why=proofs.missing)
    elif not found:
        which = "every rule" if scene.asked.rule is None else f"`{scene.asked.rule}`"
        yield SoundPart(text=f"mail can reach {which}: proved, or a message was found")


def _fault(scene: Scene, rule: LogicalRule, why: str) -> FoundFault:
    return FoundFault(
        text=f"no mail reaches rule `{rule.name}`",
        why=why,
        commands=(scene.command("prove"), scene.command("explain", "unreachable-rule")),
        place=place_of(rule.position),
    )


def _why(answer: RuleAnswer) -> str | None:
    """What makes a rule dead; None: it is there for mail that the policy does not admit yet."""
    found = answer.found
    by = getattr(found, "by", ())
    if getattr(found, "refused", False) and unconditional(found.rule):
        return None
    if by:
        names = names_of([answer.gateway.rules[place].name for place in by])
        return f"{names} above end all of its mail"
    if answer.refused_by is not None:
        return f"traffic policy `{answer.refused_by}` refuses all mail that meets its conditions"
    return "its conditions contradict each other"


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
