"""`mmctl watchdog`: what no metric filter sees, looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.options.store import elsewhere
from mmctl.cli.result_table import WATCHED, write
from mmctl.cli.run import Run
from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    import typer

    from mmctl.cli.messages.watching import WatchRun
    from mmctl.cli.options.annotated import Account, Profile, ProjectName, Region, Store
    from mmctl.live.aws.metrics import Metrics
    from mmctl.render.text.styled_parts import StyledParts

FINDINGS = 1
COULD_NOT = 5


def watchdog(
    run: Run,
    publish: Annotated[
        bool, typer.Option("--publish", help="Put the numbers into CloudWatch.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="Mail from then on. Default: two hours and a quarter.", metavar="TIME"
        ),
    ] = None,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            "--logs",
            help="Where the records are; repeatable. Default: the environment's own.",
            metavar="SOURCE",
        ),
    ] = None,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Look for lost mail, changes by hand, silence, quotas; exit 1 when there is any."""
    from mmctl.cli.messages.watching import watched
    from mmctl.operate.logs.times import moment

    named = elsewhere(store, account, region, profile, project)
    found = watched(
        run,
        named,
        logs=logs,
        since=None if since is None else moment(since, run.now(), option="--since"),
        endpoint_url=endpoint_url,
    )
    try:
        if publish:
            _publish(run, found)
    except MmctlError:
        write(run, WATCHED, WatchdogResult(run=found, published=False))
        raise
    write(run, WATCHED, WatchdogResult(run=found, published=publish))
    if found.report.findings:
        return FINDINGS
    return COULD_NOT if any(each.fault for each in found.report.not_looked) else 0


def _metrics(run: WatchRun) -> Metrics:
    from mmctl.cli.changes.around import open_around
    from mmctl.live.aws.metrics import Metrics

    client = open_around(
        run.change.project.environment,
        "cloudwatch",
        why="its numbers go to no CloudWatch",
        help="without --publish, or name a CloudWatch here by AWS_ENDPOINT_URL_CLOUDWATCH",
    )
    return Metrics(client)


def _publish(run: Run, found: WatchRun) -> None:
    numbers = {each.value: number for each, number in found.report.numbers.items()}
    _metrics(found).put(found.namespace, numbers, run.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchdogResult:
    """A run, and whether its numbers were published."""

    run: WatchRun
    published: bool


def human(_run: Run, found: WatchdogResult) -> StyledParts:
    """What was found, for people."""
    from mmctl.render.text.watchdog import report

    of = found.run
    identity = of.change.means.service.identity
    return report(of.report, environment=of.environment, identity=identity)


def document(_run: Run, found: WatchdogResult) -> dict[str, Any]:
    """The same as `mmctl/watchdog@1`."""
    from mmctl.render.documents.watchdog import document as written

    of = found.run
    identity = of.change.means.service.identity
    return {
        "schema": "mmctl/watchdog@1",
        "environment": of.environment,
        "account": identity.account,
        "region": identity.region,
        "namespace": of.namespace,
        "published": found.published,
        "since": f"{of.since:%Y-%m-%dT%H:%M:%S}Z",
        "until": f"{of.until:%Y-%m-%dT%H:%M:%S}Z",
        **written(of.report, of.environment),
    }
