"""The account that an environment's stacks are in: its services, and what stacks need of a run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.run import ALL
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cli.run import Run
    from mmctl.language.project import Environment, Project
    from mmctl.live.state.service import Identity
    from mmctl.operate.stacks.service import StackMeans, StackService

_S3: Final = "s3://"
_POLL: Final = 5.0
_POLL_HERE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """Where the stacks of an environment are."""

    run: Run
    project: Project
    """With stand-ins for what stacks say: its templates are made of it."""
    identity: Identity
    means: StackMeans

    @property
    def environment(self) -> Environment:
        """The environment."""
        return self.project.environment

    @property
    def service(self) -> StackService:
        """CloudFormation."""
        return self.means.service

    def open(self, service: str) -> Any:
        """A client of another service there."""
        from mmctl.live.aws.connect import open_service

        return open_service(self.environment, service)


def stack_place(run: Run, *, check: Callable[[Project], None] | None = None) -> StackPlace:
    """The place of the environment of a run; `check` is made before anything is asked of AWS.

    Raises:
        ProblemsFound, UsageError: the project cannot be used, or its environment has no stacks.
        CouldNot, Refused: there are no credentials, or those of another account.
    """
    from mmctl.cli.changes.stack_outputs import has_stacks
    from mmctl.live.aws.cloudformation import CloudFormation
    from mmctl.live.aws.connect import caller_of, open_service
    from mmctl.operate.stacks.service import StackMeans

    run.said.add(ALL)
    project = run.project()
    environment = project.environment
    if not has_stacks(environment):
        raise UsageError(
            f"environment {environment.name} is on this machine: it has no stacks",
            help="--env NAME, or name a CloudFormation here by AWS_ENDPOINT_URL_CLOUDFORMATION",
        )
    if check is not None:
        check(project)
    identity = caller_of(environment)
    service = CloudFormation(open_service(environment, "cloudformation"))
    means = StackMeans(
        service=service,
        say=run.say,
        sleep=world.sleep,
        elapsed=world.elapsed,
        store=partial(_stored, project, identity, _own_bucket(project, service)),
        poll_seconds=_POLL_HERE if _is_here() else _POLL,
    )
    return StackPlace(run=run, project=project, identity=identity, means=means)


def with_what_is_known(place: StackPlace) -> Run:
    """The run with what the stacks still say, and stand-ins for the rest: some may be gone."""
    from mmctl.cli.changes.stack_outputs import with_outputs
    from mmctl.language.parsing.stack_outputs import stand_ins_of
    from mmctl.records import replace

    environment = place.environment
    if not environment.stack_outputs:
        return place.run
    known = with_outputs(place.run).outputs or {}
    outputs = {**stand_ins_of(environment), **known.get(environment.name, {})}
    return replace(place.run, outputs={**known, environment.name: outputs})


def _is_here() -> bool:
    """Whether CloudFormation is on this machine."""
    from mmctl.model.endpoints import is_loopback

    named = (world.variable(f"AWS_ENDPOINT_URL{end}") for end in ("_CLOUDFORMATION", ""))
    return any(url is not None and is_loopback(url) for url in named)


def _own_bucket(project: Project, service: StackService) -> Callable[[], str | None]:
    """Names the bucket that the foundation stack made for snapshots, if it did."""
    from mmctl.language.stack import foundation_stack
    from mmctl.operate.stacks.body import BUCKET_OUTPUT

    environment = project.environment
    name = foundation_stack(project.settings.project, environment.name, environment.stack)

    def found() -> str | None:
        stack = service.stack(name)
        return None if stack is None else stack.outputs.get(BUCKET_OUTPUT)

    return found


def _stored(
    project: Project,
    identity: Identity,
    own_bucket: Callable[[], str | None],
    name: str,
    text: str,
) -> str | None:
    """Store a large template where snapshots are kept; return its URL, None: there is no bucket."""
    from mmctl.live.aws.connect import open_bucket

    where = project.environment.snapshots or project.settings.snapshots
    if where.startswith(_S3):
        bucket, _, prefix = where.removeprefix(_S3).partition("/")
    else:
        bucket, prefix = own_bucket() or "", ""
    if not bucket:
        return None
    store = open_bucket(project.environment, bucket)
    if not store.exists():
        return None
    key = "/".join(part for part in (prefix.strip("/"), "templates", name) if part)
    store.put(key, text)
    ending = "amazonaws.com.cn" if identity.partition == "aws-cn" else "amazonaws.com"
    if "." in bucket:
        return f"https://s3.{identity.region}.{ending}/{bucket}/{key}"
    return f"https://{bucket}.s3.{identity.region}.{ending}/{key}"
