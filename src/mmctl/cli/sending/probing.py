"""`mmctl send --probe init|run|done`: which reading of AWS's text a service follows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mmctl.cli.formats import FORMATS
from mmctl.cli.result_table import PROBE, write
from mmctl.cli.sending.probe_places import refuse_protected
from mmctl.client.probe.project_files import STACK, bucket_of, project_files
from mmctl.client.probe.results import ProbeDone, ProbeWritten
from mmctl.errors import Refused, UsageError
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION
from mmctl.writing import write_together

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.cli.sending.options import SendOptions

DEFAULT_FOLDER: Final = "mmctl-probe"
_VERBS: Final = ("init", "run", "done")


def probe(run: Run, verb: str, options: SendOptions, *, keep: bool) -> int:
    """Do one step of a probe; `keep`: write what it finds.

    Raises:
        UsageError: it is no step, or an option is not for it.
        Refused: an environment is protected.
    """
    if verb not in _VERBS:
        raise UsageError(f"got `--probe {verb}`", help="--probe init, --probe run, --probe done")
    if run.format not in PROBE.writers:
        raise UsageError(f"a probe has no {FORMATS[run.format].what}", help="text or JSON")
    _check(options)
    if len(options.paths) > 1:
        raise UsageError("`--probe` takes one folder", help=f"mmctl send --probe {verb} FOLDER")
    if keep and verb != "run":
        raise UsageError("`--write` is for `--probe run`")
    folder = run.directory / (options.paths[0] if options.paths else DEFAULT_FOLDER)
    if verb == "init":
        return _init(run, folder)
    if not (folder / "mmctl.yaml").exists():
        raise UsageError(
            f"there is no probe in `{folder}`", help="mmctl send --probe init writes one"
        )
    if verb == "done":
        return _done(run, folder)
    from mmctl.cli.sending.probe_run import run_probe

    return run_probe(run, folder, options, keep=keep)


def _check(options: SendOptions) -> None:
    """Refuse options for messages: the messages of a probe are its own."""
    given = {
        "--scenario": options.scenario is not None,
        "--mail-from": options.mail_from is not None,
        "--rcpt": bool(options.rcpt),
        "--header": bool(options.header),
        "--helo": options.helo is not None,
        "--ingress-point": options.ingress_point is not None,
        "--count": options.count is not None,
        "--logs": bool(options.logs),
    }
    for name, is_given in given.items():
        if is_given:
            raise UsageError(
                f"`{name}` is for messages, and a probe sends its own",
                help="mmctl send --probe run FOLDER",
            )


def _init(run: Run, folder: Path) -> int:
    from mmctl.language.formatting.format import formatted

    project = run.project()
    environment = project.environment
    refuse_protected(project, environment)
    account = environment.account or (EMBEDDED_ACCOUNT if environment.endpoint else None)
    if account is None:
        raise UsageError(
            f"environment `{environment.name}` names no account",
            help=f"add `account:` and `region:` to `{environment.name}` in mmctl.yaml",
        )
    region = environment.region or EMBEDDED_REGION
    texts = project_files(environment.name, account, region, environment.endpoint)
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise Refused(
            f"{', '.join(f'`{name}`' for name in there)} exist in `{folder}`",
            why="mmctl does not overwrite files",
            help="name another folder: mmctl send --probe init FOLDER",
        )
    laid = {
        name: text if name == "bucket.yaml" else formatted(text, file=name).text
        for name, text in texts.items()
    }
    try:
        for name in laid:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_together({folder / name: text.encode() for name, text in laid.items()})
    except OSError as error:
        raise UsageError(f"cannot write to `{folder}`: {error.strerror}") from None
    here = os.path.relpath(folder, run.directory)
    embedded = environment.endpoint is not None
    steps = (
        () if embedded else (f"cd {here} && {_deploy(region)}",),
        (f"mmctl -C {here} plan", f"mmctl -C {here} apply"),
        (f"mmctl -C {here} emulate --accept-facts --smtp-port 0   # in another shell",)
        if embedded
        else (),
        (f"mmctl send --probe run {here} --env {environment.name}",),
        (f"mmctl send --probe done {here}",),
    )
    answer = ProbeWritten(
        folder=here, files=tuple(laid), steps=tuple(step for group in steps for step in group)
    )
    write(run, PROBE, answer)
    return 0


def _deploy(region: str) -> str:
    return (
        f"aws cloudformation deploy --stack-name {STACK} --template-file bucket.yaml "
        f"--capabilities CAPABILITY_NAMED_IAM --region {region}"
    )


def _done(run: Run, folder: Path) -> int:
    from mmctl.cli.run import Run as Runs

    probe_run = Runs(directory=folder, environment=run.environment, today=run.today)
    project = probe_run.project()
    environment = project.environment
    here = os.path.relpath(folder, run.directory)
    account = environment.account or EMBEDDED_ACCOUNT
    region = environment.region or EMBEDDED_REGION
    names = ", ".join(f"{kind.noun} {resource.name}" for kind, resource in project.resources())
    words = f"mmctl -C {here} apply --env {environment.name} --allow-delete --force size"
    steps = [
        (
            f"what the probe made in Mail Manager ({names}): empty its rules, then apply",
            f"echo 'version: 1' > {here}/rules/probe.yaml && {words}",
        )
    ]
    if environment.endpoint is None:
        bucket = bucket_of(account, region)
        steps += [
            ("the copies in its bucket", f"aws s3 rm s3://{bucket} --recursive --region {region}"),
            (
                "the bucket and the role",
                f"aws cloudformation delete-stack --stack-name {STACK} --region {region}",
            ),
        ]
    steps.append(("the folder of the probe; the evidence stays in your project", f"rm -r {here}"))
    write(run, PROBE, ProbeDone(steps=tuple(steps)))
    return 0
