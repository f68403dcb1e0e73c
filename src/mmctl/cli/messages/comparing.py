"""`mmctl logs --compare`: a log against simulation, or against another gateway's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import AGREEMENT, COMPARISON, write
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.cli.options.stated_facts import MessageOptions
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.mail.partial import Message
    from mmctl.operate.logs.messages import LoggedMessage

DIFFERENT: Final = 2
"""The log and the evaluator, or another gateway, do not agree."""
SIMULATION: Final = "simulation"
"""What `--compare` names instead of a file: the project's own evaluator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingOptions:
    """The options of a comparison, as they were written."""

    compare: str
    """`simulation`, or the CSV of another gateway."""
    stored: tuple[str, ...] = ()
    against: str | None = None
    zone: str | None = None
    authenticate: bool = False
    options: MessageOptions
    strict: bool = False


def compare_logs(run: Run, options: ComparingOptions, messages: Iterable[LoggedMessage]) -> int:
    """Compare what was read of a log; return the exit code.

    Raises:
        UsageError: an option makes no sense, or a source cannot be read.
        ProblemsFound: the project, or other rules, have errors.
        CouldNot: live rules or a bucket cannot be read.
    """
    if options.compare != SIMULATION:
        return _with_other(run, options, messages)
    from mmctl.operate.comparing.gateways import Gateways
    from mmctl.operate.comparing.run import Comparing, compare_log

    project = run.project()
    against, rules = None, project
    if options.against is not None:
        from mmctl.cli.messages.against import other_project

        against, rules = other_project(run, project, options.against)
    authenticate = None
    if options.authenticate or options.zone is not None:
        from mmctl.cli.options.authenticate import authenticator_of

        authenticate = authenticator_of(run, options.zone)
    comparing = Comparing(
        gateways=Gateways.of(rules),
        against=against,
        stated=options.options.stated,
        authenticate=authenticate,
    )
    with Progress(run, "message") as progress:
        found = compare_log(
            comparing,
            list(messages),
            _stored(run, project, options) if options.stored else None,
            watch=progress.count,
        )
    write(run, COMPARISON, found)
    if not found.messages and not found.asked:
        raise UsageError("the log has no message of this project to compare")
    if found.differences:
        return DIFFERENT
    return UNKNOWN if options.strict and found.nothing_told else 0


def _stored(run: Run, project: Project, options: ComparingOptions) -> Iterator[Message]:
    """The messages that were stored; their bodies are needed to verify signatures alone."""
    from mmctl.cli.messages.messages import messages_of
    from mmctl.mail.partial import Needs

    verifies = options.authenticate or options.zone is not None
    return messages_of(run, project, options.stored, Needs(body=verifies))


def _with_other(run: Run, options: ComparingOptions, messages: Iterable[LoggedMessage]) -> int:
    from mmctl.cli.messages.log_sources import project_of_logs
    from mmctl.inputs import FILE_AT_MOST, read_text
    from mmctl.operate.comparing.other_gateway import agree, read_other
    from mmctl.operate.logs.names import LogNames

    given = {
        "--messages": bool(options.stored),
        "--against": options.against is not None,
        "--zone": options.zone is not None,
        "--authenticate": options.authenticate,
        **{name: True for name, _ in options.options.written()},
    }
    for name, is_given in given.items():
        if is_given:
            raise UsageError(
                f"`{name}` is for `--compare {SIMULATION}`", help="two logs say it themselves"
            )
    path = options.compare
    try:
        text = read_text(run.directory / path, at_most=FILE_AT_MOST)
    except FileNotFoundError:
        raise UsageError(
            f"`--compare {path}`: there is no such file",
            help=f"`--compare {SIMULATION}`, or a CSV of another gateway",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{path}`: {(reason or '').lower()}") from None
    other = read_other(text.splitlines(keepends=True), path)
    found = agree(messages, LogNames.of(project_of_logs(run)), other, path)
    write(run, AGREEMENT, found)
    if found.same < found.both:
        return DIFFERENT
    return UNKNOWN if options.strict and not found.both else 0
