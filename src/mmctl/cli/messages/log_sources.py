"""Sources of log records as the command line names them, and what an environment has by itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.errors import ProblemsFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.language.project import Environment, Project
    from mmctl.operate.logs.sources import RecordSource

GROUPS: Final = "cloudwatch:"
BUCKETS: Final = "s3://"
PIPE: Final = "-"
_FORMS: Final = "a file, a folder, `-`, `cloudwatch:GROUP` or `s3://BUCKET/PREFIX`"
_LOG_GROUP: Final = ":log-group:"
_S3: Final = ":s3:::"


def project_of_logs(run: Run, *, asks: bool = False) -> Project | None:
    """The project whose names are used; None: there is none, or it cannot be read.

    `asks`: its stacks are asked for what its files use of them.
    """
    from mmctl.cli.changes.stack_outputs import with_outputs

    try:
        project, _ = (with_outputs(run) if asks else run).read()
    except ProblemsFound as error:
        run.warn(f"warning: {error.message}; rules are named as in the log")
        return None
    except UsageError:
        if run.environment is not None:
            raise
        return None
    return project


def log_sources(
    run: Run, project: Project | None, named: Sequence[str] | None
) -> list[RecordSource]:
    """The sources that are named, else those of the environment.

    Raises:
        UsageError: there is no such source, or the environment has none.
        CouldNot: there are no credentials.
    """
    if not named:
        return list(_own(run, project))
    if list(named).count(PIPE) > 1:
        raise UsageError("`-` can be read once", help="name it once")
    return [_source(run, project, each) for each in named]


def _source(run: Run, project: Project | None, text: str) -> RecordSource:
    from mmctl.operate.logs.sources import LogFiles, LogPipe

    if text == PIPE:
        return LogPipe(world.standard_input_bytes())
    if text.startswith(GROUPS):
        return _group(_environment(project), text.removeprefix(GROUPS), text)
    if text.startswith(BUCKETS):
        return _bucket(_environment(project), text)
    path = run.directory / text
    if not text or not path.exists():
        raise UsageError(f"`{text}` does not exist", help=f"expected {_FORMS}")
    return LogFiles(path)


def _group(environment: Environment, name: str, text: str) -> RecordSource:
    from mmctl.live.aws.connect import open_log_group
    from mmctl.operate.logs.sources import LogOfGroup

    group = name.partition(_LOG_GROUP)[2].removesuffix(":*") if _LOG_GROUP in name else name
    if not group:
        raise UsageError(f"`{text}` names no log group", help="cloudwatch:/aws/vendedlogs/…")
    return LogOfGroup(open_log_group(environment, group))


def _bucket(environment: Environment, text: str) -> RecordSource:
    from mmctl.cli.messages.unit_batches import bucket_and_prefix
    from mmctl.live.aws.connect import open_bucket
    from mmctl.operate.logs.sources import LogBucket

    name, prefix = bucket_and_prefix(text)
    return LogBucket(open_bucket(environment, name), prefix)


def _environment(project: Project | None) -> Environment:
    """Where to look: the environment of the project, or the usual profile and region."""
    from mmctl.language.project import Environment
    from mmctl.problem import Position

    if project is not None:
        return project.environment
    return Environment(name="default", position=Position(file="", line=1, column=1))


def _own(run: Run, project: Project | None) -> Iterator[RecordSource]:
    """The sources of an environment: the embedded Mail Manager's files, else its log deliveries."""
    from mmctl.operate.logs.sources import LogFiles

    if project is None:
        raise UsageError("got no source of logs, and there is no project here", help=_FORMS)
    environment = project.environment
    if environment.on_this_machine:
        folder = embedded_logs(run)
        if not folder.is_dir():
            raise UsageError(
                f"environment {environment.name} has no logs yet: `{folder}` does not exist",
                help=f"mmctl emulate writes them when mail comes; or name {_FORMS}",
            )
        # The server may serve several environments, and writes one log.
        yield LogFiles(folder, account=environment.account, region=environment.region)
        return
    found = list(_deliveries(project))
    if not found:
        raise UsageError(
            f"no rule set or ingress point of environment {environment.name} has `logging:` to a "
            "log group or a bucket",
            help=f"name {_FORMS}",
        )
    yield from found


def embedded_logs(run: Run) -> Path:
    """The folder of the logs that `mmctl emulate` writes for the project."""
    from pathlib import Path

    folder = run.root / EMBEDDED_MAIL / "logs"
    with suppress(ValueError):
        return folder.resolve().relative_to(Path.cwd())
    return folder


def _deliveries(project: Project) -> Iterator[RecordSource]:
    """The log groups and buckets that the files send logs to; streams cannot be read again."""
    logs = [each.logging for each in project.ingress_points.values()]
    logs += [each.logging for each in project.rule_sets.values()]
    arns = (arn for each in logs for arn in each.values())
    return sources_of(project.environment, arns)


def sources_of(environment: Environment, arns: Iterable[str]) -> Iterator[RecordSource]:
    """The log groups and buckets among what logs are delivered to, each once.

    Raises:
        CouldNot: there are no credentials.
    """
    for arn in dict.fromkeys(arns):
        if _LOG_GROUP in arn:
            yield _group(environment, arn, f"{GROUPS}{arn}")
        elif _S3 in arn:
            yield _bucket(environment, f"{BUCKETS}{arn.partition(_S3)[2]}")
