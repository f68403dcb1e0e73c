"""`mmctl logs --compare`: a log against simulation, or against another gateway's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import AGREEMENT, COMPARISON, write
from mmctl.errors import UsageError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.cli.run import Run
    from mmctl.judge.simulation import Authenticate
    from mmctl.language.project import Project
    from mmctl.mail.partial import Message
    from mmctl.operate.comparing.gateways import LoggedGateways
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

DIFFERENT: Final = 2
"""The log and the evaluator, or another gateway, do not agree."""
_OF_MESSAGES: Final = frozenset({"--messages", "--authenticate", "--zone"})
"""Options that need no comparison: messages decide which rule a record means."""
SUFFIX: Final = ".csv"
"""The name of another gateway's log ends so: no log of Mail Manager is a CSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingOptions:
    """The options of a comparison, as they were written."""

    stored: tuple[str, ...] = ()
    against: str | None = None
    authenticate: bool = False
    zone: str | None = None
    assume: str | None = None
    strict: bool = False

    def given(self) -> list[str]:
        """The options that were given."""
        options = {
            "--messages": bool(self.stored),
            "--against": self.against is not None,
            "--authenticate": self.authenticate,
            "--zone": self.zone is not None,
            "--assume": self.assume is not None,
            "--strict": self.strict,
        }
        return [name for name, is_given in options.items() if is_given]

    def refuse(self, mode: str | None = None) -> None:
        """Refuse those that need a comparison; messages say which rules are meant without it.

        `mode` is an option under which messages say nothing.

        Raises:
            UsageError: one is given, or messages are and the mode has no use for them.
        """
        for name in self.given():
            if name not in _OF_MESSAGES:
                raise UsageError(f"got `{name}` without `--compare`", help="add --compare")
            if mode is not None:
                raise UsageError(
                    f"got `{name}` and `{mode}`",
                    help="it is for messages, `--stats`, `--never-hit` and `--compare`",
                )
        self.check()

    def check(self) -> None:
        """Refuse what needs messages where there are none.

        Raises:
            UsageError: an option makes no sense.
        """
        if self.assume not in {None, "pass"}:
            raise UsageError(
                f"got `--assume {self.assume}`", help="the only choice is `--assume pass`"
            )
        if not self.stored and (self.authenticate or self.zone is not None):
            name = "--authenticate" if self.authenticate else "--zone"
            raise UsageError(f"got `{name}` without messages", help="name them: --messages SOURCE")


def other_log(sources: list[str] | None) -> tuple[list[str] | None, str | None]:
    """The sources, and the CSV of another gateway among them.

    Raises:
        UsageError: there are two of these.
    """
    others = [each for each in sources or () if each.lower().endswith(SUFFIX)]
    if len(others) > 1:
        raise UsageError(
            f"got two logs of other gateways: `{others[0]}` and `{others[1]}`", help="name one"
        )
    left = [each for each in sources or () if each not in others]
    return left or None, others[0] if others else None


def compare_with_simulation(
    run: Run, options: ComparingOptions, messages: Iterable[LoggedMessage]
) -> int:
    """Compare what was read of a log with the project; return the exit code.

    Raises:
        UsageError: an option makes no sense, or a source cannot be read.
        ProblemsFound: the project, or other rules, have errors.
        CouldNot: live rules or a bucket cannot be read.
    """
    options.check()
    from mmctl.mail.facts import Stated
    from mmctl.operate.comparing.run import Comparing, compare_log

    project = run.project()
    against, rules = None, project
    if options.against is not None:
        from mmctl.cli.messages.against import other_project

        against, rules = other_project(run, project, options.against)
    comparing = Comparing(
        gateways=_gateways(run, rules),
        against=against,
        stated=Stated(assume_pass=options.assume is not None),
        authenticate=authenticate_of(run, options),
    )
    with Progress(run, "message") as progress:
        found = compare_log(
            comparing,
            list(messages),
            stored_messages(run, project, options) if options.stored else None,
            watch=progress.count,
        )
    write(run, COMPARISON, found)
    if not found.messages and not found.asked:
        raise UsageError("the log has no message of this project to compare")
    if found.differences:
        return DIFFERENT
    return UNKNOWN if options.strict and found.nothing_told else 0


def _gateways(run: Run, project: Project) -> LoggedGateways:
    """The gateways of a project, as they are live: its rule sets may be packed."""
    from mmctl.cli.packed_rules import as_live
    from mmctl.operate.comparing.gateways import LoggedGateways

    live, packed = as_live(run, project)
    if not packed:
        return LoggedGateways.of(project)
    return replace(LoggedGateways.of(live, packed), as_written=LoggedGateways.of(project))


def authenticate_of(run: Run, options: ComparingOptions) -> Authenticate | None:
    """Computes verdicts of messages, if that is asked for.

    Raises:
        UsageError: the zone file cannot be read.
    """
    if not options.authenticate and options.zone is None:
        return None
    from mmctl.cli.options.authenticate import authenticator_of

    return authenticator_of(run, options.zone)


def stored_messages(run: Run, project: Project, options: ComparingOptions) -> Iterator[Message]:
    """The messages that were stored; their bodies are needed to verify signatures alone."""
    from mmctl.cli.messages.messages import messages_of
    from mmctl.mail.partial import Needs

    verifies = options.authenticate or options.zone is not None
    return messages_of(run, project, options.stored, Needs(body=verifies))


def compare_with_other(
    run: Run,
    options: ComparingOptions,
    path: str,
    messages: Iterable[LoggedMessage],
    names: LogNames,
) -> int:
    """Compare what was read of a log with that of another gateway; return the exit code.

    Raises:
        UsageError: it cannot be read, or an option makes no sense.
    """
    from mmctl.inputs import FILE_AT_MOST, read_text
    from mmctl.operate.comparing.other_gateway import agree, read_other

    for name in options.given():
        if name != "--strict":
            raise UsageError(
                f"got `{name}` and `{path}`", help="it is for a comparison with simulation"
            )
    try:
        text = read_text(run.directory / path, at_most=FILE_AT_MOST)
    except FileNotFoundError:
        raise UsageError(
            f"`{path}` does not exist", help="expected the CSV of another gateway's log"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{path}`: {(reason or '').lower()}") from None
    other = read_other(text, path)
    found = agree(messages, names, other, path)
    write(run, AGREEMENT, found)
    if found.same < found.both:
        return DIFFERENT
    return UNKNOWN if options.strict and not found.both else 0
