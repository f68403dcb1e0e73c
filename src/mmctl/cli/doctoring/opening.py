"""Opens what the doctor looks at: each part is read when a look first needs it."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.errors import UsageError
from mmctl.operate.doctor.said import NotAsked
from mmctl.operate.doctor.scene import AroundIt, AskedDoctor, JudgedFile, Once, Scene
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.language.project import Environment
    from mmctl.live.history.drift import Drift
    from mmctl.live.plan.plan import Plan
    from mmctl.operate.doctor.scene import NameService, Prober
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.reading import Log

_SERVICES: Final = (
    "EC2",
    "IAM",
    "S3",
    "SNS",
    "LAMBDA",
    "KMS",
    "SECRETS_MANAGER",
    "SESV2",
    "SERVICE_QUOTAS",
    "CLOUDWATCH_LOGS",
)
_ENDPOINT: Final = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions:
    """What the command line says."""

    asked: AskedDoctor
    rcpt: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


def scene_of(
    run: Run,
    change: LiveEnvironment,
    options: DoctorOptions,
    prober: Callable[[Callable[[], Plan]], Prober | None],
) -> Scene:
    """All that looks may look at; `prober` gets what is live, and asks before it connects.

    Raises:
        UsageError: an option names something that is not there.
    """
    project, asked = change.project, options.asked
    if asked.ingress_point is not None and asked.ingress_point not in project.ingress_points:
        from mmctl.language.text.suggest import did_you_mean, listed

        names = list(project.ingress_points)
        raise UsageError(
            f"there is no ingress point `{asked.ingress_point}`",
            help=did_you_mean(asked.ingress_point, names) or f"the project has {listed(names)}",
        )
    _check_files(run, asked)
    read_plan = Once(partial(_plan, change))
    read_log = Once(partial(_log, run, change, options.logs))
    around, why = _around(change)
    return Scene(
        project=project,
        asked=asked,
        service=change.means.service,
        history=change.means.history,
        now=run.now(),
        words=change.words,
        read_plan=read_plan,
        read_drift=Once(partial(_drift, change, read_plan)),
        read_message=_message(run, change, options),
        read_log=read_log,
        read_logged=_logged(asked, read_log),
        around=around,
        why_nothing_around=why,
        prober=prober(read_plan),
        read_names=_names(run, change, asked),
    )


def _check_files(run: Run, asked: AskedDoctor) -> None:
    """Say at once that a file that is named is not there, and not in the middle of the looks.

    Raises:
        UsageError: it is not.
    """
    for option, named in (("--message", asked.message), ("--zone", asked.zone)):
        if named is not None and not (run.directory / named).exists():
            raise UsageError(f"got `{option} {named}`: there is no such file")


def _plan(change: LiveEnvironment) -> Plan:
    from mmctl.cli.changes.planning import plan_of

    return plan_of(change)


def _drift(change: LiveEnvironment, read_plan: Callable[[], Plan]) -> Drift:
    from mmctl.live.history.drift import drift_of

    return drift_of(read_plan(), change.means.history)


def _log(run: Run, change: LiveEnvironment, named: Sequence[str]) -> tuple[Log, LogNames]:
    """The log of the environment, or the sources that are named.

    Raises:
        NotAsked: the environment has no logs.
        UsageError, CouldNot: a source cannot be read.
    """
    from mmctl.cli.messages.log_sources import log_sources
    from mmctl.cli.packed_rules import log_names
    from mmctl.operate.logs.reading import Log

    try:
        sources = log_sources(run, change.project, named)
    except UsageError as error:
        if named:
            raise
        raise NotAsked(error.message, "--logs SOURCE") from None
    return Log(sources=sources), log_names(run, change.project)


def _logged(
    asked: AskedDoctor, read_log: Callable[[], tuple[Log, LogNames]]
) -> Callable[[], LoggedMessage | None] | None:
    """What finds the records of `--message-id`; None: it is not given."""
    if asked.message_id is None:
        return None
    id_ = asked.message_id

    def find() -> LoggedMessage | None:
        from mmctl.operate.logs.asked import AskedMessages

        log, names = read_log()
        return next(iter(log.messages(AskedMessages(message_ids=(id_,)), names)), None)

    return Once(find)


def _message(
    run: Run, change: LiveEnvironment, options: DoctorOptions
) -> Callable[[], JudgedFile] | None:
    """What judges the file of `--message`; None: it is not given."""
    path = options.asked.message
    if path is None:
        return None

    def judge() -> JudgedFile:
        from mmctl.cli.messages.messages import judging_of, messages_of
        from mmctl.cli.messages.wanted import Wanted
        from mmctl.cli.options.stated_facts import MessageOptions
        from mmctl.judge.ingress import Way

        way = Way(ingress_point=options.asked.ingress_point)
        wanted = Wanted(paths=(path,), options=MessageOptions(rcpt=options.rcpt, way=way))
        judging = judging_of(run, change.project, wanted)
        first = next(messages_of(run, change.project, (path,), judging.needs), None)
        if first is None:
            raise UsageError(f"`{path}` has no readable message")
        return JudgedFile(gateway=judging.gateway, simulated=judging.simulated(first))

    return Once(judge)


def _names(
    run: Run, change: LiveEnvironment, asked: AskedDoctor
) -> Callable[[], NameService] | None:
    """What reads the zone file, or asks DNS for hosts in AWS; None: nobody asks for it."""
    in_aws = getattr(change.means.service, "clients", None) is not None
    if asked.zone is None and not (asked.probe and in_aws):
        return None
    from mmctl.cli.doctoring.names import names_of_run

    return Once(partial(names_of_run, run, asked.zone))


def _around(change: LiveEnvironment) -> tuple[AroundIt | None, str]:
    """The services around Mail Manager, or why there are none."""
    from mmctl.live.aws.ec2 import VpcNetwork
    from mmctl.live.aws.log_events import LogGroup
    from mmctl.live.aws.roles import IamRoles
    from mmctl.live.aws.sending_account import SesSending
    from mmctl.live.aws.things import AwsThings

    environment = change.project.environment
    clients: Callable[[str], Any] | None = getattr(change.means.service, "clients", None)
    if clients is None:
        if not _has_endpoint():
            return None, f"environment {environment.name} is on this machine, without AWS around it"
        clients = partial(_opened, environment)
    made = cache(clients)
    around = AroundIt(
        network=VpcNetwork(made),
        roles=IamRoles(made),
        things=AwsThings(made),
        sending=SesSending(made),
        log_group=lambda name: LogGroup(made("logs"), name),
    )
    return around, ""


def _opened(environment: Environment, service: str) -> Any:
    from mmctl.live.aws.connect import open_service

    return open_service(environment, service)


def _has_endpoint() -> bool:
    """Whether somebody names other endpoints for AWS: only then a local environment has some."""
    names = (_ENDPOINT, *(f"{_ENDPOINT}_{service}" for service in _SERVICES))
    return any(world.variable(name) for name in names)
