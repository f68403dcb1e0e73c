"""Mail is accepted that no rule delivers or keeps.

Looked at:
    A proof over all mail that each ingress point admits, as `mmctl prove` makes it.
Corrected by:
    A rule for that mail, or a traffic policy that admits less; `mmctl explain lost-mail` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.of_project import LossAnswer
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Ask the proofs for mail that is lost."""
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415 - slow to import

    proofs = proofs_of(scene.project)
    answers = proofs.lost()
    if proofs.missing is not None:
        yield NotLookedAt(what="whether mail is lost", why=proofs.missing)
    for answer in answers:
        point = answer.at.way.ingress_point
        if point is not None and scene.asked.ingress_point in {None, point}:
            yield _said(scene, answer, point)


def _said(scene: Scene, answer: LossAnswer, point: str) -> Said:
    from mmctl.analysis.encoding.proof import Refuted, Shown  # noqa: PLC0415 - slow to import
    from mmctl.analysis.encoding.telling import told  # noqa: PLC0415 - the same

    if isinstance(answer.answer, Shown):
        return FoundFault(
            text=f"mail {told(answer.answer.witness)}, which `{point}` admits, is accepted and "
            "lost by the rules of the files",
            why="its sender saw it accepted, and nobody sends it again",
            commands=(scene.command("prove"), scene.command("explain", "lost-mail")),
            place=place_of(answer.at.rule_set.position),
        )
    if isinstance(answer.answer, Refuted):
        return SoundPart(
            text=f"no mail that `{point}` admits is lost by the rules of the files: proved"
        )
    return NotLookedAt(what=f"whether mail of `{point}` is lost", why=answer.answer.why)


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
