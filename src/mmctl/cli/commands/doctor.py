"""`mmctl doctor`: what is commonly wrong with a live gateway, and the command that corrects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.result_table import DIAGNOSIS, write
from mmctl.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.doctoring.opening import DoctorOptions
    from mmctl.live.plan.plan import Plan
    from mmctl.operate.doctor.scene import Prober

FOUND: Final = 1
COULD_NOT_LOOK: Final = 5


def doctor(
    run: Run,
    ingress_point: Annotated[
        str | None,
        typer.Option("--ingress-point", help="Only this ingress point.", metavar="NAME"),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", help="The rule that does not take effect.", metavar="NAME"),
    ] = None,
    message: Annotated[
        str | None,
        typer.Option("--message", help="A message that went wrong, as a file.", metavar="FILE"),
    ] = None,
    rcpt: Annotated[
        list[str] | None,
        typer.Option("--rcpt", help="A recipient of that message.", metavar="ADDRESS"),
    ] = None,
    message_id: Annotated[
        str | None,
        typer.Option(
            "--message-id",
            help="The id that the service gave a message: it stands in the reply to its sender.",
            metavar="ID",
        ),
    ] = None,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            "--logs",
            help="Where the logs are: a file, a folder, cloudwatch:GROUP, s3://BUCKET/PREFIX. "
            "Default: the environment's own.",
            metavar="SOURCE",
        ),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Connect to the ingress points, after asking, and use DNS."),
    ] = False,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Read DNS records from a zone file instead.", metavar="FILE"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to the hosts of --probe.")] = False,
) -> int:
    """Look for the common faults of a live gateway, each with the command that corrects it.

    Exit 0: nothing is wrong. Exit 1: something is. Exit 5: nothing was found, but not all could be
    looked at. Connects to nothing but AWS's API without --probe.
    """
    from mmctl.cli.changes.change import open_change
    from mmctl.cli.doctoring.opening import DoctorOptions, scene_of
    from mmctl.operate.doctor.examine import examine
    from mmctl.operate.doctor.scene import AskedDoctor

    options = DoctorOptions(
        asked=AskedDoctor(
            ingress_point=ingress_point,
            rule=rule,
            message=message,
            message_id=message_id,
            probe=probe,
            zone=zone,
        ),
        rcpt=tuple(rcpt or ()),
        logs=tuple(logs or ()),
    )
    change = open_change(run)
    scene = scene_of(run, change, options, _prober(run, change, options, yes=yes))
    found = examine(scene, _progress(run))
    write(run, DIAGNOSIS, found)
    if next(found.faults(), None) is not None:
        return FOUND
    return COULD_NOT_LOOK if next(found.failed(), None) is not None else 0


def _progress(run: Run) -> Callable[[str], None]:
    """Say which look is made, with --verbose."""
    return run.say if run.verbose else lambda _text: None


def _prober(
    run: Run, change: LiveEnvironment, options: DoctorOptions, *, yes: bool
) -> Callable[[Callable[[], Plan]], Prober | None]:
    """What asks before it connects; it gives nothing without --probe, or where somebody says no."""

    def made(read_plan: Callable[[], Plan]) -> Prober | None:
        if not options.asked.probe:
            return None
        from mmctl.cli.doctoring.agreeing import agreed_prober

        return agreed_prober(run, change, read_plan, options, yes=yes)

    return made
