"""`mmctl logs --compare`: a log against simulation, or against another gateway's log."""

from __future__ import annotations

from contextlib import suppress
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
_LOOKED_AT: Final = 64 * 1024


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


def other_log(run: Run, sources: list[str] | None) -> tuple[list[str] | None, str | None]:
    """The sources, and the log of another gateway among them: a CSV, or a mail log of Postfix.

    Raises:
        UsageError: there are two of these.
    """
    others = [each for each in sources or () if _is_of_another(run, each)]
    if len(others) > 1:
        raise UsageError(
            f"got two logs of other gateways: `{others[0]}` and `{others[1]}`", help="name one"
        )
    left = [each for each in sources or () if each not in others]
    return left or None, others[0] if others else None


def _is_of_another(run: Run, source: str) -> bool:
    if source.lower().endswith(SUFFIX):
        return True
    path = run.directory / source
    if not path.is_file():
        return False
    from mmctl.operate.comparing.postfix_log import is_postfix_log

    with suppress(OSError), path.open("rb") as file:
        return is_postfix_log(file.read(_LOOKED_AT).decode("utf-8", "replace"))
    return False


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
    project: Project | None,
) -> int:
    """Compare what was read of a log with that of another gateway; return the exit code.

    Raises:
        UsageError: it cannot be read, or an option makes no sense.
    """
    from mmctl.operate.comparing.other_gateway import agree
    from mmctl.operate.comparing.other_log import read_other

    for name in options.given():
        if name not in {"--strict", "--messages"}:
            raise UsageError(
                f"got `{name}` and `{path}`", help="it is for a comparison with simulation"
            )
    other = read_other(_text_of(run, path), path, run.now())
    logged = list(messages)
    headers: dict[str, str] = {}
    if options.stored:
        from mmctl.operate.logs.stored import message_ids

        if project is None:
            raise UsageError("`--messages` needs the project of the log", help="-C DIR")
        headers = message_ids(stored_messages(run, project, options), logged)
    found = agree(logged, names, other, headers=headers, source_of=_sources(project))
    write(run, AGREEMENT, found)
    if found.same < found.both:
        return DIFFERENT
    return UNKNOWN if options.strict and not found.both else 0


def _text_of(run: Run, path: str) -> str:
    """The text of another gateway's log; what Windows writes is UTF-16."""
    from mmctl.inputs import FILE_AT_MOST, read_file
    from mmctl.interchange.migration.decoding import decoded

    try:
        return decoded(path, read_file(run.directory / path, at_most=FILE_AT_MOST))
    except FileNotFoundError:
        raise UsageError(
            f"`{path}` does not exist", help="expected the log of another gateway"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {(error.strerror or '').lower()}") from None


def _sources(project: Project | None) -> dict[str, str]:
    """The rules of the other gateway, by the names of the rules here that were imported."""
    from mmctl.interchange.migration.origin import origin_of

    found = {}
    sets = () if project is None else project.rule_sets.values()
    for rule in (rule for each in sets for rule in each.rules):
        origin = origin_of(rule.description or "")
        if origin is not None:
            found[rule.name] = origin.name or origin.place
    return found
