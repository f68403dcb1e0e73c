"""What the doctor found, for programs, as `mmctl/doctor@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mmctl.operate.doctor.examine import Diagnosis, MadeLook

SCHEMA: Final = "mmctl/doctor@1"


def document(found: Diagnosis) -> dict[str, Any]:
    """The document `mmctl/doctor@1`."""
    return {
        "schema": SCHEMA,
        "environment": found.environment,
        "account": found.account,
        "region": found.region,
        "endpoint": found.endpoint,
        "looks": [_look(made) for made in found.looks],
        "summary": {
            "findings": sum(1 for _ in found.faults()),
            "sound": sum(len(made.sound) for made in found.looks),
            "could_not_look": sum(1 for _ in found.failed()),
        },
        "missing_permissions": list(found.permissions()),
    }


def _look(made: MadeLook) -> dict[str, Any]:
    return {
        "id": made.look.id,
        "symptom": made.look.symptom.value,
        "fault": made.look.fault,
        "sound": [each.text for each in made.sound],
        "findings": [
            {
                "text": each.text,
                "why": each.why,
                "place": each.place,
                "commands": list(each.commands),
            }
            for each in made.faults
        ],
        "not_looked_at": [
            {
                "what": each.what,
                "why": each.why,
                "failed": each.failed,
                "permission": each.permission,
                "help": each.help,
            }
            for each in made.not_looked
        ],
    }
