"""What the builds of a CodePipeline run, as text in the template: no pull request changes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmctl.live.iam.trusting import Job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.operate.pipelines.stages import PipelineStage

_PYTHON: Final = "3.12"
NONE: Final = "none"
"""What a variable of the pipeline says where it says nothing: it must say something."""
_OPTIONS: Final = f"""\
set -f
options=()
if [ "$ALLOW_DELETE" = true ]; then options+=(--allow-delete); fi
if [ "$FORCE" != {NONE} ]; then for brake in $FORCE; do options+=(--force "$brake"); done; fi
if [ "$REASON" != {NONE} ]; then options+=(--reason "$REASON"); fi
"""
_FETCH: Final = """\
if [ -n "${CODEBUILD_WEBHOOK_BASE_REF:-}" ]; then
  branch=${CODEBUILD_WEBHOOK_BASE_REF#refs/heads/}
  git fetch --quiet --depth=1 origin "$branch:refs/remotes/origin/$branch"
fi
"""
_CHECK: Final = """\
failed=0
mmctl fmt --check || failed=$?
mmctl lint || failed=$?
mmctl simulate --format junit --output cases.xml || failed=$?
mmctl simulate{coverage} || failed=$?
mmctl prove || test $? -eq 4 || failed=1 # 4: a question stayed undecided
if [ -n "${{branch:-}}" ]; then
  mmctl diff "git:origin/$branch" || test $? -eq 2 || failed=1
fi
exit "$failed"
"""
_PLAN: Final = """\
code=0
mmctl plan --env {environment} --save {environment}.plan{sign} --detailed-exitcode || code=$?
# 2: something changes. The approval shows the digest of the plan.
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then exit "$code"; fi
export SHA256=$(sha256sum {environment}.plan | cut -c 1-64)
echo "plan for {environment}: sha256 $SHA256"
"""
_APPLY_PLAN: Final = """\
plan="$CODEBUILD_SRC_DIR_{artifact}/{environment}.plan"
echo "$SHA256  $plan" | sha256sum --check --strict
{options}mmctl apply "$plan" --env {environment} --yes{require} "${{options[@]}}"
"""
_PROFILE: Final = """\
printf '[profile %s]\\nrole_arn = %s\\nregion = %s\\ncredential_source = EcsContainer\\n' \\
  {environment} {role} {region} >> "$HOME/.aws/config"
"""
_WATCH: Final = """\
failed=0
by_hand='import json, sys; sys.exit(bool(json.load(open("drift.json"))["by_hand"]))'
{each}exit "$failed"
"""
_WATCH_ONE: Final = """\
mmctl drift --env {environment} --format json --output drift.json || test $? -eq 2 || failed=1
mmctl drift --env {environment} || true
python3 -c "$by_hand" || failed=1
mmctl watchdog --env {environment} || failed=$?
"""


def check_spec(coverage: str) -> str:
    """Format, lint, cases, coverage and proofs; of a pull request also what it changes."""
    commands = [_FETCH + _CHECK.format(coverage=coverage)]
    reports = {"reports": {"cases": {"files": ["cases.xml"], "file-format": "JUNITXML"}}}
    return _spec(commands, env={"git-credential-helper": "yes"}, more=reports)


def plan_spec(
    stages: Sequence[PipelineStage], stage: PipelineStage, profiles: Mapping[str, str]
) -> str:
    """The plan that a person approves, as an artifact, and its digest as a variable."""
    sign = f" --sign {stage.plan_key}" if stage.plan_key else ""
    commands = [
        _sign_in(dict.fromkeys(stages, Job.PLAN)),
        _PLAN.format(environment=stage.environment, sign=sign),
    ]
    return _spec(
        commands,
        env={"variables": profiles, "exported-variables": ["SHA256"]},
        more={"artifacts": {"files": [f"{stage.environment}.plan"]}},
    )


def apply_spec(
    stages: Sequence[PipelineStage],
    stage: PipelineStage,
    profiles: Mapping[str, str],
    artifact: str | None,
) -> str:
    """The apply: of the plan in an artifact, or of a plan made now; then the cases as mail."""
    jobs = dict.fromkeys(stages, Job.PLAN) | {stage: Job.APPLY}
    if artifact is None:
        apply = f'{_OPTIONS}mmctl apply --env {stage.environment} --yes "${{options[@]}}"\n'
    else:
        require = f" --require-signature {stage.plan_key}" if stage.plan_key else ""
        apply = _APPLY_PLAN.format(
            artifact=artifact, environment=stage.environment, require=require, options=_OPTIONS
        )
    commands = [_sign_in(jobs), apply]
    if stage.sends:
        via = " --via staging" if stage.sender else ""
        commands.append(f"mmctl send --env {stage.environment} --expect --record-evidence{via}\n")
    secrets = {name: f"{stage.prefix}/{name}" for name in stage.passwords}
    return _spec(
        commands,
        env={"variables": profiles, **({"secrets-manager": secrets} if secrets else {})},
    )


def watch_spec(stages: Sequence[PipelineStage], profiles: Mapping[str, str]) -> str:
    """Drift and watchdog of every environment; what waits for an approval is no drift."""
    each = "".join(_WATCH_ONE.format(environment=stage.environment) for stage in stages)
    commands = [_sign_in(dict.fromkeys(stages, Job.WATCH)), _WATCH.format(each=each)]
    return _spec(commands, env={"variables": profiles})


def _sign_in(jobs: Mapping[PipelineStage, Job]) -> str:
    """A profile for each environment, whose role the role of the build assumes."""
    lines = ['mkdir -p "$HOME/.aws"\n']
    lines += [
        _PROFILE.format(environment=stage.environment, role=stage.role(job), region=stage.region)
        for stage, job in jobs.items()
    ]
    return "".join(lines)


def _spec(
    commands: Sequence[str],
    *,
    env: Mapping[str, object],
    more: Mapping[str, object] | None = None,
) -> str:
    """A buildspec in YAML: what is nested is written as JSON, commands as blocks."""
    lines = ["version: 0.2", f"env: {json.dumps({'shell': 'bash', **env})}", "phases:"]
    lines += [
        "  install:",
        f'    runtime-versions: {{python: "{_PYTHON}"}}',
        "    commands:",
        '      - pip install --quiet "$MMCTL_REQUIREMENT"',
        "  build:",
        "    commands:",
    ]
    for command in commands:
        lines += ["      - |", "        set -e"]
        lines += [f"        {line}" for line in command.splitlines()]
    lines += [f"{name}: {json.dumps(value)}" for name, value in (more or {}).items()]
    return "\n".join(lines) + "\n"
