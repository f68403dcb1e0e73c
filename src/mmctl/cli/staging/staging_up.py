"""`mmctl staging up`: stacks, rules, ingress points and real mail, one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.change import environment_words
from mmctl.cli.exit_codes import REFUSED
from mmctl.counted import counted, plural
from mmctl.errors import Refused, StoppedPartWay, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.cli.run import Run
    from mmctl.cli.staging.place import StackPlace
    from mmctl.cli.staging.stacks_up import UpOptions
    from mmctl.language.project import Project
    from mmctl.operate.stacks.report import AddressRow

_SERVER: Final = (
    ("mail server", "MailServerAddress"),
    ("mail server's name", "MailServerName"),
    ("sender", "SenderInstanceId"),
)


def staging_up(run: Run, options: UpOptions) -> int:
    """Bring an environment for staging up, send its cases as mail, and report all of it."""
    from mmctl.cli.interruptions import stoppable

    with stoppable():
        return _up(run, options)


def _up(run: Run, options: UpOptions) -> int:
    from mmctl.cli.changes.stack_outputs import with_outputs
    from mmctl.cli.result_table import STACKS, write
    from mmctl.cli.staging.awaited import check_awaited
    from mmctl.cli.staging.mailing import send_all
    from mmctl.cli.staging.place import stack_place
    from mmctl.cli.staging.rules import addresses_of, rules_up
    from mmctl.cli.staging.stacks_up import deploy, report_of
    from mmctl.cli.staging.wanted_stacks import foundation_wanted, staging_wanted
    from mmctl.records import replace

    place = stack_place(run, check=partial(_check_project, run, options))
    foundation, staging = foundation_wanted(place, options.install_from), staging_wanted(place)
    if staging is None:
        raise UsageError(
            f"environment {place.environment.name} is not one for staging",
            help="write `stack: {mail_server: {…}}` or `stack: {sender: true}` in mmctl.yaml",
        )
    wanted = [each for each in (foundation, staging) if each is not None]
    deployed = deploy(place, wanted, options)
    if deployed is None:
        return REFUSED
    check_awaited(place)
    live = with_outputs(run)
    rules = rules_up(live, options)
    if not rules.agreed:
        return REFUSED
    points = addresses_of(rules.change)
    _check_active(place, points)
    mail = send_all(live)
    outputs = {name: value for each in deployed for name, value in each.stack.outputs.items()}
    report = report_of(place, deployed)
    report = replace(
        report,
        addresses=(*points, *server_rows(outputs)),
        parts=(*report.parts, rules.part, mail.part),
        good=mail.code == 0,
    )
    write(run, STACKS, report)
    return mail.code


def _check_project(run: Run, options: UpOptions, project: Project) -> None:
    """Refuse staging where it can never be.

    Raises:
        Refused: the environment is protected.
        ProblemsFound: Mail Manager is not in its region.
    """
    from mmctl.cli.changes.regions import pass_region

    pass_region(run, project, options.force)
    environment = project.environment
    if environment.protected:
        raise Refused(
            f"environment {environment.name} is protected",
            why="staging sends test mail and can be taken away: neither is for production",
            help="mmctl foundation up makes what its rules need",
        )


def _check_active(place: StackPlace, points: Sequence[AddressRow]) -> None:
    from mmctl.cli.staging.rules import not_active

    idle = not_active(tuple(points))
    if idle:
        raise StoppedPartWay(
            f"{counted(len(idle), 'ingress point')} {plural(len(idle), 'takes', 'take')} no mail: "
            f"{idle[0].name} is {idle[0].state}",
            help=f"mmctl staging status{environment_words(place.project)}; run this again later",
        )


def server_rows(outputs: Mapping[str, str]) -> Iterator[AddressRow]:
    """The mail server and the sender, as the stacks say them."""
    from mmctl.operate.stacks.report import AddressRow

    for name, output in _SERVER:
        if output in outputs:
            yield AddressRow(name=name, address=outputs[output], state="made")
