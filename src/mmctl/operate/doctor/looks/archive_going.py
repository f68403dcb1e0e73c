"""An archive that rules write to is missing, or is being deleted.

Looked at:
    The archives of the files beside those of the account, and their state.
Corrected by:
    `mmctl apply` with another `live_name`: an archive that is PENDING_DELETION cannot be kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.state.inventory import listed
from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

_ID: Final = "id:"
"""Before the id of an archive that a live rule names, where no file does."""


def run(scene: Scene) -> Iterator[Said]:
    """Compare the archives that rules name with those of the account."""
    plan = scene.read_plan()
    named = {
        action.archive.target_archive
        for thing in (*plan.desired.of_kind(Kind.RULE_SET), *plan.live.of_kind(Kind.RULE_SET))
        if isinstance(thing.shape, RuleSet)
        for rule in thing.shape.rules
        for action in rule.actions
        if action.archive is not None
    }
    if not named:
        raise NotAsked("no rule archives mail")
    lines = list(listed(scene.service, Kind.ARCHIVE))
    going = {line.id: line.live_name for line in lines if line.going}
    there = {line.live_name for line in lines if not line.going}
    sound, told = [], set[str]()
    for name in sorted(named, key=lambda each: (each.startswith(_ID), each)):
        wanted = plan.desired.find(Kind.ARCHIVE, name)
        id_ = name.removeprefix(_ID)
        live_name = going.get(id_, id_) if wanted is None else wanted.live_name
        if id_ in going and live_name in told:
            continue
        if id_ in going or (live_name in going.values() and live_name not in there):
            told.add(live_name)
            yield FoundFault(
                text=f"archive `{name}`, which rules write to, is PENDING_DELETION",
                why="new mail is not kept in it, and it goes with all of its mail",
                commands=(
                    scene.command("archive", "export", "--archive", name, "--to", "FOLDER"),
                    "give the archive another `live_name`",
                    scene.applying(),
                ),
                place=None if wanted is None else wanted.place,
            )
        elif wanted is not None and live_name not in there:
            yield FoundFault(
                text=f"archive `{name}`, which rules write to, does not exist",
                why="the action fails for every message",
                commands=(scene.applying(),),
                place=wanted.place,
            )
        else:
            sound.append(name)
    if sound:
        yield SoundPart(text=f"archives {names_of(sound)} are there")


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
