"""The sendable cases of an environment, sent as real mail after an `up`, with evidence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli import world
from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.cli.sending.options import SendOptions
    from mmctl.operate.stacks.report import PartRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDone:
    """How the cases ended."""

    part: PartRow
    code: int


def send_all(run: Run) -> MailDone:
    """Send every case that can be sent, compare, and keep evidence; what goes wrong is a result."""
    from mmctl.cli.sending.expected import exit_code_of, judged_cases
    from mmctl.operate.stacks.report import PartRow
    from mmctl.render.text.send_cases import report

    started = world.elapsed()

    def done(result: str, code: int) -> MailDone:
        part = PartRow(name="mail", result=result, seconds=world.elapsed() - started)
        return MailDone(part=part, code=code)

    try:
        options = _way(run)
        if options is None:
            return done("no case to send", 0)
        sent, broken = judged_cases(run, options, pattern=None, files=None, evidence=True)
    except MmctlError as error:
        run.warn(f"error: mail could not be sent: {error.message}")
        if error.help is not None:
            run.warn(f"help: {error.help}")
        return done(f"not sent: {error.message}", error.exit_code)
    run.errors().print(report(sent))
    counts = ", ".join(f"{count} {name}" for name, count in sent.counts.items() if count)
    return done(counts or "nothing was sent", 1 if broken else exit_code_of(sent))


def _way(run: Run) -> SendOptions | None:
    """From inside the network where there is a sender, else from here; None: there are no cases."""
    from mmctl.cli.sending.options import SendOptions

    project = run.project()
    if not project.cases:
        return None
    environment = project.environment
    has_sender = environment.stack is not None and environment.stack.sender
    return SendOptions(via="staging" if has_sender and not environment.on_this_machine else None)
