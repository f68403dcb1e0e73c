"""What the probe answers, as the document `mmctl/probe@1`; of a run it is the evidence file too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.client.probe.results import ProbeDone, ProbeRun, ProbeWritten

if TYPE_CHECKING:
    from mmctl.client.probe.results import ProbeAnswer
    from mmctl.client.probe.settling import ReadingFinding

SCHEMA: Final = "mmctl/probe@1"


def document(answer: ProbeAnswer) -> dict[str, Any]:
    """The document."""
    match answer:
        case ProbeWritten():
            return {
                "schema": SCHEMA,
                "folder": answer.folder,
                "files": list(answer.files),
                "steps": list(answer.steps),
            }
        case ProbeRun():
            return evidence(answer) | {
                "difference": answer.difference,
                "files": list(answer.written),
            }
        case ProbeDone():
            return {"schema": SCHEMA, "steps": [command for _, command in answer.steps]}
        case never:
            assert_never(never)


def evidence(run: ProbeRun) -> dict[str, Any]:
    """What a run found out, and on what grounds."""
    return {
        "schema": SCHEMA,
        "run": run.run,
        "at": run.at,
        "environment": run.environment,
        "account": run.account,
        "region": run.region,
        "endpoint": run.endpoint,
        "readings": [_finding(each, run.chosen.get(each.reading)) for each in run.findings],
        "cases": [
            {
                "name": each.name,
                "place": each.place,
                "before": each.before,
                "after": each.after,
                "passes": each.passes,
            }
            for each in run.cases
        ],
    }


def _finding(found: ReadingFinding, chosen: str | None) -> dict[str, Any]:
    return {
        "reading": found.reading,
        "status": found.status.value,
        "choice": found.choice,
        "project": chosen,
        "why": found.why,
        "seen": dict(found.seen),
        "expected": {choice: dict(each) for choice, each in found.expected.items()},
    }
