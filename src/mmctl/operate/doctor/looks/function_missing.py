"""A function that a rule calls is gone, or does not run.

Looked at:
    Each function of the rules: that it exists, and its state.
Corrected by:
    `mmctl foundation up`, or deploying the function again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.model.things import FUNCTION
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import uses_of
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, line_of, tried
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.named import NamedUse
    from mmctl.operate.doctor.scene import Scene

_RUNS = ("Active", "Inactive")
"""An inactive function is started by the next call."""


def run(scene: Scene) -> Iterator[Said]:
    """Look at each function."""
    used = list(uses_of(scene, FUNCTION))
    if not used:
        raise NotAsked("no rule calls a function")
    for each in used:
        yield from tried(f"function {each.name}", partial(_look, scene, each))


def _look(scene: Scene, use: NamedUse) -> Iterator[Said]:
    function, rules = scene.services.things.function(use.name), names_of(use.rules)
    if function is None:
        yield FoundFault(
            text=f"rules {rules} call the function {use.name}, which does not exist",
            why="the action fails for every message",
            commands=(scene.command("foundation", "up"), "aws lambda list-functions"),
        )
    elif function.state not in _RUNS:
        why = f": {function.why}" if function.why else ""
        yield FoundFault(
            text=f"the function {use.name} of rules {rules} is {function.state}{why}",
            why="calls fail until it is Active",
            commands=(line_of("aws", "lambda", "get-function", "--function-name", use.name),),
        )
    else:
        yield SoundPart(text=f"the function {use.name} is {function.state}")


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
