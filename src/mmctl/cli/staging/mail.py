"""`mmctl staging mail`: what arrived at the internal mail server, beside what `simulate` says."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.cli.formats import FORMATS, Format
from mmctl.cli.interruptions import stoppable
from mmctl.cli.result_table import STAGING_MAIL, write
from mmctl.errors import UsageError
from mmctl.operate.staging.arrived import LocalMailbox, RemoteMailbox
from mmctl.operate.staging.beside import ArrivalJudge, ArrivedReport
from mmctl.records import dataclass
from mmctl.visible import visible_json

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.operate.staging.arrived import Mailbox

_DIFFERS: Final = 1
_LOOK_HERE: Final = 0.5
_LOOK_IN_CLOUD: Final = 5.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMail:
    """What the command line asks for."""

    maildir: Path | None = None
    """A Maildir on this machine; None: that of the environment's mail server."""
    data: Path | None = None
    """The data folder of the embedded Mail Manager."""
    ingress_point: str | None = None
    follow: bool = False
    limit: int | None = None


def show_mail(run: Run, asked: AskedMail) -> int:
    """Show what arrived; exit 1 when something was not to arrive."""
    project = run.project()
    if asked.ingress_point is not None and asked.ingress_point not in project.ingress_points:
        listed = ", ".join(project.ingress_points) or "none"
        raise UsageError(
            f"there is no ingress point `{asked.ingress_point}`", help=f"the project has: {listed}"
        )
    if asked.limit is not None and asked.limit < 1:
        raise UsageError(f"got `--limit {asked.limit}`", help="expected a number from 1")
    mailbox = _mailbox(run, project, asked)
    judge = ArrivalJudge(
        project=project,
        ingress_point=asked.ingress_point or project.usual_ingress_point,
        noted=_noted(run, project, asked),
    )
    if asked.follow:
        return _follow(run, mailbox, judge)
    found = list(mailbox.after(""))
    kept = found if asked.limit is None else found[-asked.limit :]
    report = ArrivedReport(
        environment=project.environment.name,
        mail=tuple(judge.of(each) for each in kept),
        left_out=len(found) - len(kept),
    )
    write(run, STAGING_MAIL, report)
    return _DIFFERS if report.differing else 0


def _mailbox(run: Run, project: Project, asked: AskedMail) -> Mailbox:
    if asked.maildir is not None:
        return LocalMailbox(folder=run.directory / asked.maildir)
    stack = project.environment.stack
    name = project.environment.name
    if stack is None or stack.mail_server is None:
        raise UsageError(
            f"environment `{name}` has no mail server",
            help="write `stack: {mail_server: …}` in `mmctl.yaml`, or name a Maildir: "
            "--maildir FOLDER",
        )
    return _remote(project)


def _remote(project: Project) -> Mailbox:
    from mmctl.cli.staging.outputs import stack_output
    from mmctl.live.aws.connect import open_service
    from mmctl.live.aws.systems_manager import MachineCommands
    from mmctl.operate.staging.mail_server import INBOX

    instance = stack_output(project, "MailServerInstanceId")
    client = open_service(project.environment, "ssm")
    commands = MachineCommands(client, world.sleep, world.elapsed)
    return RemoteMailbox(machine=commands, instance=instance, folder=INBOX)


def _noted(run: Run, project: Project, asked: AskedMail) -> Any:
    """What the gateway noted: the embedded one keeps a journal."""
    from mmctl.cli.staging.noted import NotedMail

    if asked.data is None and not project.environment.on_this_machine:
        return lambda *_: None
    return NotedMail(project=project, data=asked.data or run.root / EMBEDDED_MAIL)


def _follow(run: Run, mailbox: Mailbox, judge: ArrivalJudge) -> int:
    """Show messages as they arrive, until somebody ends it."""
    from mmctl.render.documents.staging_mail import mail_document
    from mmctl.render.text.staging_mail import one

    last, differs = "", False
    every = _LOOK_HERE if isinstance(mailbox, LocalMailbox) else _LOOK_IN_CLOUD
    run.say("following; Ctrl-C ends it")
    with stoppable(), suppress(KeyboardInterrupt):
        while True:
            for each in mailbox.after(last):
                last = each.name
                found = judge.of(each)
                differs |= found.says is not None and not found.says.agrees
                if run.format is Format.HUMAN:
                    run.write_passed(run.let_out(one(found), FORMATS[run.format].gate))
                else:
                    line = json.dumps(mail_document(found), sort_keys=True, ensure_ascii=False)
                    run.write_passed(visible_json(line) + "\n")
            sys.stdout.flush()
            world.sleep(every)
    return _DIFFERS if differs else 0
