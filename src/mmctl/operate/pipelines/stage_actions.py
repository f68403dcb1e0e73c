"""The stages of a CodePipeline: source, checks, then an environment each, with approvals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.naming import logical_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.operate.pipelines.stages import PipelineStage

_SOURCE: Final = "Source"
_GIVEN: Final = ("ALLOW_DELETE", "FORCE", "REASON")


def build_id(job: str, environment: str = "") -> str:
    """The logical id of a CodeBuild project: `PlanProdBuild`."""
    return logical_id(job, environment, "Build")


def plan_artifact(environment: str) -> str:
    """The name of the artifact that holds a plan: letters and digits."""
    return logical_id("Plan", environment)


def pipeline_stages(stages: Sequence[PipelineStage]) -> list[dict[str, Any]]:
    """The stages as CloudFormation takes them."""
    source = {
        "Name": _SOURCE,
        "ActionTypeId": _type("Source", "AWS", "CodeStarSourceConnection"),
        "Configuration": {
            "ConnectionArn": ref("ConnectionArn"),
            "FullRepositoryId": ref("Repository"),
            "BranchName": ref("Branch"),
            "OutputArtifactFormat": "CODE_ZIP",
        },
        "OutputArtifacts": [{"Name": _SOURCE}],
    }
    found = [_stage(_SOURCE, source), _stage("Check", _build("Check", "CheckBuild", order=1))]
    return [*found, *map(_environment, stages)]


def _environment(stage: PipelineStage) -> dict[str, Any]:
    name = stage.environment
    if not stage.approval:
        given = [_variable(each, f"#{{variables.{each}}}") for each in _GIVEN]
        apply = _build("Apply", build_id("Apply", name), order=1, variables=given)
        return _stage(logical_id("To", name), apply)
    space = plan_artifact(name)
    plan = _build("Plan", build_id("Plan", name), order=1)
    plan |= {"Namespace": space, "OutputArtifacts": [{"Name": space}]}
    approval = {
        "Name": "Approve",
        "RunOrder": 2,
        "ActionTypeId": _type("Approval", "AWS", "Manual"),
        "Configuration": {
            "CustomData": f"The plan for {name} is in the log of the action Plan: "
            f"sha256 #{{{space}.SHA256}}"
        },
    }
    given = [_variable(each, f"#{{variables.{each}}}") for each in _GIVEN]
    given.append(_variable("SHA256", f"#{{{space}.SHA256}}"))
    apply = _build("Apply", build_id("Apply", name), order=3, variables=given)
    apply["InputArtifacts"] = [{"Name": _SOURCE}, {"Name": space}]
    apply["Configuration"]["PrimarySource"] = _SOURCE
    return _stage(logical_id("To", name), plan, approval, apply)


def _build(
    name: str, project: str, *, order: int, variables: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    configuration: dict[str, Any] = {"ProjectName": ref(project)}
    if variables:
        configuration["EnvironmentVariables"] = json.dumps(list(variables))
    return {
        "Name": name,
        "RunOrder": order,
        "ActionTypeId": _type("Build", "AWS", "CodeBuild"),
        "Configuration": configuration,
        "InputArtifacts": [{"Name": _SOURCE}],
    }


def _variable(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "type": "PLAINTEXT"}


def _type(category: str, owner: str, provider: str) -> dict[str, str]:
    return {"Category": category, "Owner": owner, "Provider": provider, "Version": "1"}


def _stage(name: str, *actions: dict[str, Any]) -> dict[str, Any]:
    return {"Name": name, "Actions": list(actions)}
