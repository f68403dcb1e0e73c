"""`mmctl emulate`: the embedded Mail Manager as a server on this machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from mmctl.cli import world
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run
from mmctl.emulator.references import References
from mmctl.errors import CouldNot, UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer

_IN_MEMORY = ":memory:"
_SETTLE_SECONDS = 2.0
_LONGEST_SETTLE = 86_400.0
_PORT = 4579
_A_LONG_TIME = 3600
_SMTP_PORT = 2525
_NO_SMTP = "Serve only the API; take no mail."


def emulate(
    run: Run,
    no_smtp: Annotated[bool, typer.Option("--no-smtp", help=_NO_SMTP)] = False,
    api_port: Annotated[
        int, typer.Option("--api-port", help="The port; 0 takes a free one.", metavar="N")
    ] = _PORT,
    smtp_port: Annotated[
        int,
        typer.Option(
            "--smtp-port",
            help="The port of the first ingress point; others count up. 0 takes free ones.",
            metavar="N",
        ),
    ] = _SMTP_PORT,
    data: Annotated[
        str | None,
        typer.Option("--data", help="The folder of the mail. Default: .mmctl/mail.", metavar="DIR"),
    ] = None,
    no_page: Annotated[
        bool, typer.Option("--no-page", help="Serve no page that shows the mail.")
    ] = False,
    host: Annotated[
        str, typer.Option("--host", help="127.0.0.1, localhost or ::1.", metavar="HOST")
    ] = "127.0.0.1",
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            help="The state, or `:memory:`. Default: .mmctl/embedded.db.",
            metavar="FILE",
        ),
    ] = None,
    settle: Annotated[
        float,
        typer.Option(
            "--settle", help="How long an ingress point takes to change.", metavar="SECONDS"
        ),
    ] = _SETTLE_SECONDS,
    references: Annotated[
        References,
        typer.Option(
            "--references",
            help="Rules that name missing resources: loose accepts (-v shows them), strict "
            "refuses.",
            metavar="MODE",
        ),
    ] = References.LOOSE,
    accept_facts: Annotated[
        bool,
        typer.Option("--accept-facts", help="Let clients state facts, by the command XMMFACTS."),
    ] = False,
    add_on: Annotated[
        str | None,
        typer.Option(
            "--add-on",
            help="What add-ons answer, by recipient, sender or header. Default: good answers.",
            metavar="FILE",
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            help="Authenticate mail by the records of a zone file. Default: all passes.",
            metavar="FILE",
        ),
    ] = None,
    dns: Annotated[bool, typer.Option("--dns", help="Authenticate mail by the DNS.")] = False,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading",
            help="Choose a reading. Default: as the project chooses; repeatable.",
            metavar="NAME=CHOICE",
        ),
    ] = None,
    ingress_secret: Annotated[
        list[str] | None,
        typer.Option(
            "--ingress-secret",
            help="The password of an ingress point that has it in a secret: POINT=FILE or "
            "POINT=env:VARIABLE; repeatable.",
            metavar="SPEC",
        ),
    ] = None,
    deliver: Annotated[
        list[str] | None,
        typer.Option(
            "--deliver",
            help="Send the mail of a relay, `send`, `bounces` or `reports` to a server. Default: "
            "relays on this machine as they are, all else into a Maildir; repeatable.",
            metavar="NAME=HOST:PORT",
        ),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret",
            help="A file with the user name and password for a relay, as its secret holds them; "
            "repeatable.",
            metavar="NAME=FILE",
        ),
    ] = None,
    function: Annotated[
        list[str] | None,
        typer.Option(
            "--lambda",
            help="The command to run for a function, with the event on its standard input; "
            "repeatable.",
            metavar="NAME=COMMAND",
        ),
    ] = None,
    lambda_endpoint: Annotated[
        str | None,
        typer.Option(
            "--lambda-endpoint",
            help="Where functions without a command are called, on this machine.",
            metavar="URL",
        ),
    ] = None,
    s3: Annotated[
        str | None,
        typer.Option(
            "--s3", help="An S3 endpoint on this machine. Default: a folder.", metavar="URL"
        ),
    ] = None,
    sns: Annotated[
        str | None,
        typer.Option(
            "--sns", help="An SNS endpoint on this machine. Default: files.", metavar="URL"
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            help="KIND[=SECONDS][:OPERATION][@CALLS], such as cut-after:Create*@2; repeatable.",
            metavar="SPEC",
        ),
    ] = None,
) -> int:
    """Serve the embedded Mail Manager: API for boto3 and the aws command, and mail by SMTP."""
    from mmctl.cli.emulated_mail import (
        MailOptions,
        data_folder,
        greeting,
        pages,
        refuse_no_port,
        smtp_settings,
    )
    from mmctl.cli.local_services import objects_of
    from mmctl.cli.options.delivering import delivery_settings
    from mmctl.cli.smtp_child import SmtpChild
    from mmctl.emulator.core import EmbeddedMailManager
    from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
    from mmctl.emulator.http import HttpFace

    refuse_no_port("--api-port", api_port)
    if not 0 <= settle <= _LONGEST_SETTLE:
        raise UsageError(
            f"got `--settle {settle:g}`", help=f"expected seconds from 0 to {_LONGEST_SETTLE:g}"
        )
    faults = tuple(parse_fault(spec) for spec in fault or ())
    mail = MailOptions(
        port=smtp_port,
        data=data,
        accept_facts=accept_facts,
        add_on=add_on,
        zone=zone,
        dns=dns,
        readings=tuple(reading or ()),
        secrets=tuple(ingress_secret or ()),
        delivering=delivery_settings(
            run.directory,
            deliver=deliver or (),
            secret=secret or (),
            function=function or (),
            s3=s3,
            sns=sns,
            lambda_endpoint=lambda_endpoint,
        ),
    )
    if no_smtp:
        mail.refuse_any()
    token = None if no_smtp or no_page else world.new_token()
    stopping, ended = threading.Event(), threading.Event()
    with stoppable(by_hangup=True), ExitStack() as stack:
        shown = _place(run, state)
        place = shown
        if shown == _IN_MEMORY and not no_smtp:
            # Two processes share the state: it is a file that goes away with them.
            place = str(Path(stack.enter_context(TemporaryDirectory())) / "embedded.db")
        embedded = stack.enter_context(
            EmbeddedMailManager(
                place,
                clock=run.now,
                settle_seconds=settle,
                references=references,
                on_note=_note(run) if run.verbose else None,
                data=data_folder(run, mail),
                put_object=objects_of(mail.delivering),
            )
        )
        faulty = stack.enter_context(
            closing(
                FaultyMailManager(embedded, Faults(faults), wait=stopping.wait, copy=embedded.copy)
            )
        )
        face = stack.enter_context(
            HttpFace(
                faulty,
                clock=run.now,
                host=host,
                port=api_port,
                on_served=_log(run) if run.verbose else None,
                stopping=stopping,
                page=None if token is None else pages(run, data_folder(run, mail), token, stopping),
            )
        )
        with suppress(KeyboardInterrupt):
            settings, points = None, []
            if not no_smtp:
                settings = smtp_settings(
                    run,
                    mail,
                    state=place,
                    host=host,
                    api=face.url,
                    page=None if token is None else f"{face.url}/",
                )
                child = SmtpChild(settings, on_note=_said(run), on_ended=ended.set)
                points = stack.enter_context(child).points
            run.write(greeting(face.url, shown, faults, settings, points, token))
            sys.stdout.flush()
            while not ended.wait(_A_LONG_TIME):
                pass
            raise CouldNot(
                "the SMTP process ended unexpectedly",
                help="start again: mail that was accepted is still there",
            )
    run.say("stopped")
    return 0


def _place(run: Run, state: str | None) -> str:
    """The file of the state, relative to the user's folder if possible."""
    from mmctl.cli.embedded import EMBEDDED_STATE

    if state == _IN_MEMORY:
        return state
    file = Path(state) if state else run.root / EMBEDDED_STATE
    with suppress(ValueError):
        file = file.resolve().relative_to(Path.cwd())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot create `{file.parent}`: {(error.strerror or '').lower()}"
        ) from None
    return str(file)


def _note(run: Run) -> Callable[[str], None]:
    """Warn on stderr about a call that leaves rules naming something that does not exist."""

    def note(text: str) -> None:
        run.say(f"{run.now():%H:%M:%S} done, refused by `--references strict`: {text}")

    return note


def _said(run: Run) -> Callable[[str], None]:
    """Pass on what the SMTP process reports."""

    def said(text: str) -> None:
        run.say(f"{run.now():%H:%M:%S} {text}")

    return said


def _log(run: Run) -> Callable[[Request, HttpAnswer], None]:
    """Report each request on stderr: time, account, region, operation, status."""
    from mmctl.emulator.delivery import Delivery

    def log(request: Request, answer: HttpAnswer) -> None:
        caller = request.caller
        where = f"{caller.account} {caller.region}" if caller else "nobody"
        how = "" if answer.delivery is Delivery.WHOLE else f" ({answer.delivery})"
        # The query after a path can hold a signature.
        what = request.operation or request.path.partition("?")[0]
        run.say(f"{run.now():%H:%M:%S} {where} {what} {answer.status}{how}")

    return log
