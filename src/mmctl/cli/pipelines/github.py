"""The workflow for GitHub Actions, and the settings of the bot that updates its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.pipelines.filling import filled, indented, template
from mmctl.cli.pipelines.naming import job_id
from mmctl.cli.pipelines.pinned import pinned
from mmctl.cli.run_profiles import profile_variable
from mmctl.live.iam.trusting import WORKFLOW, Job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cli.pipelines.asked import AskedPipeline
    from mmctl.operate.pipelines.stages import PipelineStage

PATH: Final = f".github/workflows/{WORKFLOW}"
_BOT: Final = ".github/dependabot.yml"
_ON_MAIN: Final = (
    "github.ref == 'refs/heads/main' && "
    "(github.event_name == 'push' || github.event_name == 'workflow_dispatch')"
)
_SCHEDULE: Final = '  schedule: [{cron: "23 * * * *"}]\n'
_INSTALL: Final = """\
- name: Install mmctl
  run: pip install "{source}"
"""
_INSTALL_UNKNOWN: Final = """\
# Where your mmctl comes from: set the variable MMCTL_REQUIREMENT of the repository, such as
# mmctl @ git+https://git.example.com/mail/mmctl@v0.1.0 (or name it here, pinned).
- name: Install mmctl
  run: pip install "${MMCTL_REQUIREMENT:?is not set, so where does mmctl come from}"
  env:
    MMCTL_REQUIREMENT: ${{ vars.MMCTL_REQUIREMENT }}
"""
_SIGN_IN: Final = """\
- name: Sign in to {environment} to {job}
  uses: aws-actions/configure-aws-credentials@
  with:
    role-to-assume: {role}
    aws-region: {region}
    aws-profile: {environment}
    allowed-account-ids: "{account}"
"""
_PLAN: Final = """\
- name: Plan for {environment}
  if: ${{{{ !cancelled() }}}}
  run: |
    mkdir -p report
    report=report/3-{number}-{environment}.md
    mmctl plan --env {environment} --format markdown --output "$report" && code=0 || code=$?
    if [ -f "$report" ]; then cat "$report" >> "$GITHUB_STEP_SUMMARY"; fi
    exit "$code"
"""
_SEND: Final = """\
- name: Send the cases as real mail, and keep the evidence
  run: mmctl send --env {environment} --expect --record-evidence{via}
"""
_WATCH: Final = """\
# What waits for an approval is no drift: only what was changed by hand is.
- name: Drift of {environment}
  if: ${{{{ !cancelled() }}}}
  run: |
    mmctl drift --env {environment} --format json --output drift.json && code=0 || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then exit "$code"; fi
    mmctl drift --env {environment} || true
    python3 -c 'import json, sys; sys.exit(bool(json.load(open("drift.json"))["by_hand"]))'
- name: Watchdog of {environment}
  if: ${{{{ !cancelled() }}}}
  run: mmctl watchdog --env {environment}
"""
_OPTIONS: Final = (
    "ALLOW_DELETE: ${{ inputs.allow-delete }}",
    "FORCE: ${{ inputs.force }}",
    "REASON: ${{ inputs.reason }}",
)


def files_for_github(asked: AskedPipeline) -> dict[str, str]:
    """The files of the pipeline, by their paths."""
    install = _install(asked)
    parts = [
        filled(
            template("github-head.yaml"),
            {
                "SCHEDULE": _SCHEDULE if asked.stages else "",
                "INSTALL": install,
                "COVERAGE": asked.coverage_option,
            },
        )
    ]
    if asked.stages:
        parts.append(_plan(asked, install))
        parts += [_stage(asked, stage, install) for stage in asked.stages]
        parts.append(_watch(asked, install))
    return {PATH: pinned("".join(parts)), _BOT: template("dependabot.yml")}


def _plan(asked: AskedPipeline, install: str) -> str:
    plans = "".join(
        _PLAN.format(environment=stage.environment, number=number)
        for number, stage in enumerate(asked.stages, 1)
    )
    values = {
        "PROFILES": _profiles(asked.stages),
        "INSTALL": install,
        "SIGN_IN": _sign_in(asked.stages, Job.PLAN),
        "PLANS": indented(plans, 6),
    }
    return filled(template("github-plan.yaml"), values)


def _stage(asked: AskedPipeline, stage: PipelineStage, install: str) -> str:
    seen = asked.seen(stage)
    needs = "check" if stage.before is None else job_id(stage.before)
    before = _sign_in(seen[:-1], Job.PLAN)
    values = {
        "JOB": job_id(stage.environment),
        "ENV": stage.environment,
        "NEEDS": needs,
        "ON_MAIN": _ON_MAIN,
        "INSTALL": install,
        "PROFILES": _profiles(seen),
        "SIGN_IN": before + _sign_in([stage], Job.APPLY),
        "PLAN_PROFILES": _profiles(seen),
        "PLAN_SIGN_IN": _sign_in(seen, Job.PLAN),
        "OPTIONS": indented("\n".join([*_OPTIONS, *_passwords(stage)]), 10),
        "SIGN": f" --sign {stage.plan_key}" if stage.plan_key else "",
        "REQUIRE": f" --require-signature {stage.plan_key}" if stage.plan_key else "",
        "SEND": _send(stage),
    }
    name = "github-approval.yaml" if stage.approval else "github-apply.yaml"
    return filled(template(name), values)


def _watch(asked: AskedPipeline, install: str) -> str:
    watches = "".join(_WATCH.format(environment=stage.environment) for stage in asked.stages)
    values = {
        "PROFILES": _profiles(asked.stages),
        "INSTALL": install,
        "SIGN_IN": _sign_in(asked.stages, Job.WATCH),
        "WATCHES": indented(watches, 6),
    }
    return filled(template("github-watch.yaml"), values)


def _install(asked: AskedPipeline) -> str:
    text = _INSTALL_UNKNOWN if asked.source is None else _INSTALL.format(source=asked.source)
    return indented(text, 6)


def _profiles(stages: Iterable[PipelineStage]) -> str:
    lines = [f"{profile_variable(each.environment)}: {each.environment}" for each in stages]
    return indented("\n".join(lines), 6)


def _sign_in(stages: Iterable[PipelineStage], job: Job) -> str:
    found = [
        _SIGN_IN.format(
            environment=each.environment,
            job=job,
            role=each.role(job),
            region=each.region,
            account=each.account,
        )
        for each in stages
    ]
    return indented("".join(found), 6)


def _passwords(stage: PipelineStage) -> list[str]:
    return [f"{name}: ${{{{ secrets.{name} }}}}" for name in stage.passwords]


def _send(stage: PipelineStage) -> str:
    if not stage.sends:
        return ""
    via = " --via staging" if stage.sender else ""
    return indented(_SEND.format(environment=stage.environment, via=via), 6)
