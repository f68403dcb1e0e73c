"""The sendable cases of an environment, sent as real mail after an `up`, with evidence of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli import world
from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.operate.stacks.report import PartRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDone:
    """How the cases ended."""

    part: PartRow
    code: int


def send_all(run: Run) -> MailDone:
    """Send every case that can be sent, compare, and keep evidence; what goes wrong is a result."""
    from mmctl.cli.sending.evidence import EvidenceKeeper
    from mmctl.cli.sending.expected import chosen_cases, exit_code_of, expected_of
    from mmctl.cli.sending.options import SendOptions
    from mmctl.operate.stacks.report import PartRow
    from mmctl.records import replace
    from mmctl.render.text.send_cases import report

    started = world.elapsed()

    def done(result: str, code: int) -> MailDone:
        part = PartRow(name="mail", result=result, seconds=world.elapsed() - started)
        return MailDone(part=part, code=code)

    try:
        project, cases, broken = chosen_cases(run, pattern=None, files=None)
        if not cases:
            return done("no case to send", 0)
        keeper = EvidenceKeeper(run, project)
        sent, points = expected_of(run, SendOptions(), project, cases)
        if any(each.sent is not None for each in sent.results):
            sent = replace(sent, evidence=keeper.keep(sent, points))
    except MmctlError as error:
        run.warn(f"error: mail could not be sent: {error.message}")
        if error.help is not None:
            run.warn(f"help: {error.help}")
        return done(f"not sent: {error.message}", error.exit_code)
    run.errors().print(report(sent))
    counts = ", ".join(f"{count} {name}" for name, count in sent.counts.items() if count)
    return done(counts or "nothing was sent", 1 if broken else exit_code_of(sent))
