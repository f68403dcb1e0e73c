"""Another rule, or a condition that is not met, keeps the rule from the message.

Looked at:
    With --message: the message judged by the files, as `mmctl why` judges it; with --rule also, why
    that rule did not apply, else which rule decided.
Corrected by:
    The condition or the rule that is named; `mmctl why` shows the values that were compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.reasons import reason_for
from mmctl.judge.words import condition_line
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.reasons import Reason
    from mmctl.judge.trace import RecipientTrace
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Ask why, for each recipient of the message."""
    judged = scene.judged()
    recipients = judged.simulated.trace.recipients
    if not recipients:
        yield NotLookedAt(
            what="how the message ends",
            why="its recipients are unknown",
            failed=False,
            help="add a header `X-Original-To`, or use `mmctl why FILE --rcpt ADDRESS`",
        )
    for got in recipients:
        rule = scene.asked.rule
        if rule is None:
            by = f" by `{got.by}`" if got.by else ""
            yield SoundPart(text=f"<{got.recipient}>: {got.outcome}{by}")
        else:
            yield _of_rule(scene, got, rule)


def _of_rule(scene: Scene, got: RecipientTrace, rule: str) -> Said:
    reason = reason_for(got, rule)
    if any(trace.applied for trace in reason.asked):
        return SoundPart(text=f"`{rule}` applies to <{got.recipient}>: {got.outcome}")
    if got.missing:
        facts = list(dict.fromkeys(got.missing))
        stated = [word for fact in facts if fact.option for word in (fact.option, fact.argument)]
        return NotLookedAt(
            what=f"whether `{rule}` applies to <{got.recipient}>",
            why=f"facts are missing: {names_of([fact.fact for fact in facts])}",
            failed=False,
            help=_why_command(scene, got, rule, *stated),
        )
    return FoundFault(
        text=f"rule `{rule}` does not apply to <{got.recipient}> of `{scene.asked.message}`, "
        f"which is {got.outcome}",
        why=_why(reason),
        commands=(_why_command(scene, got, rule),),
    )


def _why_command(scene: Scene, got: RecipientTrace, rule: str, *stated: str) -> str:
    message = scene.asked.message or ""
    return scene.command("why", message, "--rcpt", got.recipient, "--rule", rule, *stated)


def _why(reason: Reason) -> str:
    """The condition that fails, or the rule that ended the message before."""
    for trace in reason.asked:
        for asked in trace.conditions:
            if not asked.answer.is_true:
                return f"condition not met: {condition_line(asked)}"
        return "a condition under `unless` is met"
    if reason.ended_by is not None:
        return f"`{reason.ended_by}` ended it before"
    return (
        "the message does not come as far"
        if reason.got.by is None
        else (f"`{reason.got.by}` decided before")
    )


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
