"""The pipeline for GitLab CI/CD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.pipelines.filling import filled, indented, template
from mmctl.cli.pipelines.naming import job_id
from mmctl.cli.run_profiles import profile_variable
from mmctl.live.iam.trusting import Job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cli.pipelines.asked import AskedPipeline
    from mmctl.operate.pipelines.stages import PipelineStage

PATH: Final = ".gitlab-ci.yml"
_INSTALL: Final = '    - pip install --quiet "{source}"\n'
_INSTALL_UNKNOWN: Final = """\
    # Where your mmctl comes from: set the variable MMCTL_REQUIREMENT of the project, such as
    # mmctl @ git+https://git.example.com/mail/mmctl@v0.1.0 (or name it here, pinned).
    - pip install --quiet "${MMCTL_REQUIREMENT:?is not set, so where does mmctl come from}"
"""
_SIGN_IN: Final = """\
    - |
      umask 077
      mkdir -p "$HOME/.aws"
      printf '%s' "$AWS_TOKEN" > "$HOME/.aws/token"
      : > "$HOME/.aws/config"
"""
_PROFILE: Final = """\
      printf '[profile %s]\\nrole_arn = %s\\nrole_session_name = gitlab-%s\\nregion = %s\\n' \\
        {environment} {role} "$CI_PIPELINE_ID" {region} >> "$HOME/.aws/config"
      printf 'web_identity_token_file = %s\\n' "$HOME/.aws/token" >> "$HOME/.aws/config"
"""
_PLAN: Final = """\
mmctl plan --env {environment} --format markdown --output report/3-{number}-{environment}.md ||
  failed=$?
"""
_WATCH: Final = """\
mmctl drift --env {environment} --format json --output drift.json || test $? -eq 2 || failed=1
mmctl drift --env {environment} || true
python3 -c "$by_hand" || failed=1
mmctl watchdog --env {environment} || failed=$?
"""


def files_for_gitlab(asked: AskedPipeline) -> dict[str, str]:
    """The file of the pipeline, by its path."""
    install = _INSTALL_UNKNOWN if asked.source is None else _INSTALL.format(source=asked.source)
    head = {
        "STAGES": ", ".join(_stages(asked)),
        "INSTALL": install,
        "COVERAGE": asked.coverage_option,
    }
    parts = [filled(template("gitlab-head.yaml"), head)]
    if asked.stages:
        parts.append(_plan(asked))
        parts += [_stage(asked, stage) for stage in asked.stages]
        parts.append(_watch(asked))
    return {PATH: "".join(parts)}


def _stages(asked: AskedPipeline) -> list[str]:
    found = ["check"]
    if asked.stages:
        found.append("plan")
    for stage in asked.stages:
        job = job_id(stage.environment)
        found += [f"plan-{job}", job] if stage.approval else [job]
    return [*found, "watch"] if asked.stages else found


def _plan(asked: AskedPipeline) -> str:
    plans = "".join(
        _PLAN.format(environment=stage.environment, number=number)
        for number, stage in enumerate(asked.stages, 1)
    )
    values = {
        "AUDIENCE": asked.audience,
        "PROFILES": _profiles(asked.stages),
        "SIGN_IN": _sign_in(dict.fromkeys(asked.stages, Job.PLAN)),
        "PLANS": indented(plans, 6),
    }
    return filled(template("gitlab-plan.yaml"), values)


def _stage(asked: AskedPipeline, stage: PipelineStage) -> str:
    seen = asked.seen(stage)
    reads = dict.fromkeys(seen, Job.PLAN)
    values = {
        "JOB": job_id(stage.environment),
        "ENV": stage.environment,
        "AUDIENCE": asked.audience,
        "PROFILES": _profiles(seen),
        "SIGN_IN": _sign_in(reads | {stage: Job.APPLY}),
        "PLAN_PROFILES": _profiles(seen),
        "PLAN_SIGN_IN": _sign_in(reads),
        "SIGN": f" --sign {stage.plan_key}" if stage.plan_key else "",
        "REQUIRE": f" --require-signature {stage.plan_key}" if stage.plan_key else "",
        "SEND": _send(stage),
    }
    name = "gitlab-approval.yaml" if stage.approval else "gitlab-apply.yaml"
    return filled(template(name), values)


def _watch(asked: AskedPipeline) -> str:
    watches = "".join(_WATCH.format(environment=stage.environment) for stage in asked.stages)
    values = {
        "AUDIENCE": asked.audience,
        "PROFILES": _profiles(asked.stages),
        "SIGN_IN": _sign_in(dict.fromkeys(asked.stages, Job.WATCH)),
        "WATCHES": indented(watches, 6),
    }
    return filled(template("gitlab-watch.yaml"), values)


def _profiles(stages: Iterable[PipelineStage]) -> str:
    lines = [f"{profile_variable(each.environment)}: {each.environment}" for each in stages]
    return indented("\n".join(lines), 4)


def _sign_in(jobs: dict[PipelineStage, Job]) -> str:
    """A profile for each environment, whose role the job's own token assumes."""
    profiles = [
        _PROFILE.format(environment=stage.environment, role=stage.role(job), region=stage.region)
        for stage, job in jobs.items()
    ]
    return _SIGN_IN + "".join(profiles)


def _send(stage: PipelineStage) -> str:
    if not stage.sends:
        return ""
    via = " --via staging" if stage.sender else ""
    return f"    - mmctl send --env {stage.environment} --expect --record-evidence{via}\n"
