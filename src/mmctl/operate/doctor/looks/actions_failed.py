"""Actions of rules fail, and mail goes on without them.

Looked at:
    The log records of the last day: actions that failed, with the failure in the service's words.
Corrected by:
    What the failure names: role, bucket, key, relay. The looks at those name the command.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom
from mmctl.operate.logs.sources import WantedRecords
from mmctl.operate.logs.statistics import statistics_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

DAY: Final = timedelta(days=1)
_MOST: Final = 20


def run(scene: Scene) -> Iterator[Said]:
    """Count failures by rule and action."""
    log, names = scene.read_log()
    since = scene.now - DAY
    records = (each for each in log.records(WantedRecords(since=since)) if each.at >= since)
    found = statistics_of(records, names)
    for (rule, action, failure), number in found.failures.most_common(_MOST):
        yield FoundFault(
            text=f"`{action}` of rule `{rule}` failed {counted(number, 'time')} in the last day: "
            f"{failure or 'no reason given'}",
            why="`on_failure` decided what became of the mail",
            commands=(scene.command("logs", "--rule", rule, "--since", "24h"),),
        )
    if not found.failures:
        if found.first is None:
            raise NotAsked("the log of the last day has no record")
        text = f"{counted(found.messages, 'message')} of the last day, no action failed"
        yield SoundPart(text=text)


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
