"""A function that a rule calls is gone, or does not run.

Looked at:
    Each function of the rules: that it exists, and its state.
Corrected by:
    `mmctl foundation up`, or deploying the function again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.things import FUNCTION
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import looked_at_each
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.named import NamedUse
    from mmctl.operate.doctor.scene import Scene

_RUNS = ("Active", "Inactive")
"""An inactive function is started by the next call."""


def run(scene: Scene) -> Iterator[Said]:
    """Look at each function."""
    return looked_at_each(scene, FUNCTION, "function", "no rule calls a function", _look)


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
