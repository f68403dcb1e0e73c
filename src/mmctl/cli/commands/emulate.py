"""`mmctl emulate`: the embedded Mail Manager as a server on this machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mmctl.cli import world
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run
from mmctl.emulator.references import References
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.emulator.faults import Fault
    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer

_IN_MEMORY = ":memory:"
_SETTLE_SECONDS = 2.0
_LONGEST_SETTLE = 86_400.0
_PORT = 4579
_A_LONG_TIME = 3600
_NO_SMTP = "Serve only the API; mail is not served yet in any case."


def emulate(
    run: Run,
    no_smtp: Annotated[bool, typer.Option("--no-smtp", help=_NO_SMTP)] = False,
    api_port: Annotated[
        int, typer.Option("--api-port", help="The port; 0 takes a free one.", metavar="N")
    ] = _PORT,
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
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            help="KIND[=SECONDS][:OPERATION][@CALLS], such as cut-after:Create*@2; repeatable.",
            metavar="SPEC",
        ),
    ] = None,
) -> int:
    """Serve the embedded Mail Manager for boto3, the aws command and others, until Ctrl-C."""
    from mmctl.emulator.core import EmbeddedMailManager
    from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
    from mmctl.emulator.http import HttpFace

    del no_smtp  # mail is not served yet, as the greeting says
    if not 0 <= settle <= _LONGEST_SETTLE:
        raise UsageError(
            f"got `--settle {settle:g}`", help=f"expected seconds from 0 to {_LONGEST_SETTLE:g}"
        )
    faults = tuple(parse_fault(spec) for spec in fault or ())
    place = _place(run, state)
    stopping = threading.Event()
    with stoppable(by_hangup=True), ExitStack() as stack:
        embedded = stack.enter_context(
            EmbeddedMailManager(
                place,
                clock=run.now,
                settle_seconds=settle,
                references=references,
                on_note=_note(run) if run.verbose else None,
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
            )
        )
        with suppress(KeyboardInterrupt):
            run.write(_greeting(face.url, place, faults))
            sys.stdout.flush()
            while True:
                world.sleep(_A_LONG_TIME)
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


def _greeting(url: str, place: str, faults: Sequence[Fault]) -> str:
    """What a user needs at the start; 80 columns. The account is the one of a new project."""
    from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION

    where = "kept in memory, lost at the end" if place == _IN_MEMORY else f"in {place}"
    broken = "".join(f"fault: {fault}\n" for fault in faults)
    return (
        f"the embedded Mail Manager answers at {url}\n"
        f"state: {where}\n"
        f"{broken}"
        "\n"
        "In another shell:\n"
        f"  export AWS_ENDPOINT_URL_MAILMANAGER={url}\n"
        f"  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS={url}\n"
        f"  export AWS_ENDPOINT_URL_STS={url}\n"
        f"  export AWS_ACCESS_KEY_ID={EMBEDDED_ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
        f"  aws mailmanager list-rule-sets --region {EMBEDDED_REGION}\n"
        "\n"
        "Bounds:\n  - it serves the API; mail by SMTP is not served yet\n  - it listens only on "
        "this machine (loopback)\n  - it verifies no signature; an access key of 12 digits is "
        "the account,\n"
        "    any other key is account 000000000000\n"
        "  - the state is plain text\n"
        "  - it is for trying things out, not for production mail\n"
        "\n"
        "Ctrl-C stops it.\n"
    )
