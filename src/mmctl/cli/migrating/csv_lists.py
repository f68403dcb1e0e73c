"""`mmctl import --from csv --list NAME`: allowed or blocked senders of another gateway.

In a project they become members of the list, which is added if it is not there; elsewhere the file
of members is the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.migrating.opening import contents_of
from mmctl.counted import counted
from mmctl.errors import ProblemsFound, UsageError
from mmctl.interchange.sender_lists.reading import AskedOfList, read_list
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.patterns import Pattern
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.interchange.sender_lists.reading import ListRead

_NAME: Final = Pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
_LARGEST: Final = 100_000
"""Members of one list of the service."""
_EXAMPLE: Final = "mmctl import --from csv --list blocked-senders FILE..."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImport:
    """What the command line says about an import of one list."""

    name: str | None
    files: tuple[Path, ...]
    into: Path | None
    columns: tuple[str, ...]
    only: str | None
    replace: bool
    subdomains: bool


def import_list(run: Run, wanted: ListImport) -> int:
    """Import the members of one address list.

    Raises:
        UsageError: an option is missing or has no meaning, or a file cannot be read or written.
        ProblemsFound: nobody said which entries are meant, or some are no members: the others are
            written.
    """
    from mmctl.cli.migrating.list_files import into_project

    name = _name(wanted.name)
    asked = AskedOfList(
        columns=wanted.columns,
        only=_only(wanted.only),
        subdomains=wanted.subdomains,
        today=run.today.isoformat(),
    )
    files = contents_of(run, wanted.files)
    found = read_list(files, asked)
    here = run if wanted.into is None else replace(run, directory=wanted.into)
    in_project = (here.root / PROJECT_FILE).exists()
    if wanted.into is not None and not in_project:
        raise UsageError(
            f"there is no project in `{wanted.into}`",
            help="without --into the members go to stdout; `mmctl init` makes a project",
        )
    if found.members and in_project:
        into_project(here, name, tuple(found.members), replaces=wanted.replace)
    elif found.members:
        run.write_exactly(list_text(found.members))
    _say(run, name, found, asked)
    return _finished(found)


def list_text(members: Iterable[str]) -> str:
    """The text of a file of members."""
    return "".join(f"{line}\n" for line in ("address", *sorted(members, key=str.lower)))


def _name(name: str | None) -> str:
    if name is None:
        raise UsageError("`--from csv` needs the name of an address list", help=_EXAMPLE)
    if not _NAME.fullmatch(name):
        raise UsageError(f"got `--list {name}`", help="letters, digits, `-`, `_` and `.`")
    return name


def _only(only: str | None) -> tuple[str, str] | None:
    if only is None:
        return None
    column, equals, value = only.partition("=")
    if not column or not equals or not value:
        raise UsageError(f"got `--only {only}`", help="expected COLUMN=VALUE, as in the file")
    return column.strip(), value.strip()


# -- what came of the rows


def _say(run: Run, name: str, found: ListRead, asked: AskedOfList) -> None:
    """Count what came of all rows, so that none is missing."""
    parts = [counted(len(found.members), "member")]
    parts += [
        counted(count, what, several)
        for count, what, several in (
            (found.duplicates, "duplicate", "duplicates"),
            (len(found.networks), "client address", "client addresses"),
            (found.other_rows, "row that --only leaves out", "rows that --only leaves out"),
            (found.expired, "expired row", "expired rows"),
            (len(found.faults), "row or entry not taken", "rows or entries not taken"),
        )
        if count
    ]
    run.say(f"{name}: {counted(found.rows, 'row')}: {', '.join(parts)}")
    if found.domains and not asked.subdomains:
        domains = counted(found.domains, "domain")
        run.say(
            f"note: {domains} without sub-domains, as `*@example.com`: "
            "--subdomains adds `*.example.com`"
        )
    if len(found.members) > _LARGEST:
        run.say(f"note: the service takes {_LARGEST} members in one list: split the files")
    for note in found.notes:
        run.say(f"note: {note}")
    if found.networks:
        _say_networks(run, found)


def _say_networks(run: Run, found: ListRead) -> None:
    """Say where client addresses belong: whole, to be copied."""
    run.say("note: client addresses are not members of a list; in a statement of a traffic policy:")
    for operand, sign in (("sender_ip", "."), ("sender_ipv6", ":")):
        networks = [network for network in found.networks if sign in network]
        if networks:
            run.say(f"  - {operand}: {{cidr_matches: [{', '.join(networks)}]}}")


def _finished(found: ListRead) -> int:
    """Name each entry that is not a member.

    Raises:
        ProblemsFound: there are some.
    """
    apart = [
        Problem(
            check="client-address",
            severity=Severity.WARNING,
            position=place,
            message=f"`{visible(network)}` is a client address, and no list has it",
            help="write it in a statement of a traffic policy",
        )
        for network, place in found.networks.items()
    ]
    problems = sorted((*found.faults, *apart), key=lambda problem: problem.sort_key)
    if problems:
        message = f"{counted(len(problems), 'entry is', 'entries are')} not in the list"
        raise ProblemsFound(message, tuple(problems))
    return 0
