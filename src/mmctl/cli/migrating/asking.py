"""`mmctl import --from KIND`: what is asked, checked, and handed to what does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.migrating.kinds import Imports, ListsOfSenders, kind_of
from mmctl.cli.options.parameters import values_of
from mmctl.errors import UsageError
from mmctl.interchange.migration.source import SourceOptions
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run

_DOMAIN = Pattern(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """What the command line says about an import from files."""

    kind: str
    files: tuple[Path, ...]
    into: Path | None = None
    force: bool = False
    domains: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    deliver_to: str | None = None
    shadow: bool = False
    owners: Path | None = None
    accept: Path | None = None
    list_name: str | None = None
    columns: tuple[str, ...] = ()
    only: str | None = None
    replace: bool = False
    subdomains: bool = False


def import_files(run: Run, wanted: FileImport) -> int:
    """Import files of a kind.

    Raises:
        UsageError: an option has no meaning, or a file cannot be read or written.
        ProblemsFound: a file is broken, or something of it is left out.
    """
    kind = kind_of(wanted.kind)
    if isinstance(kind, ListsOfSenders):
        from mmctl.cli.migrating.csv_lists import ListImport, import_list

        _refuse_options(wanted)
        return import_list(
            run,
            ListImport(
                name=wanted.list_name,
                files=wanted.files,
                into=wanted.into,
                columns=wanted.columns,
                only=wanted.only,
                replace=wanted.replace,
                subdomains=wanted.subdomains,
            ),
        )
    _refuse_list_options(wanted)
    asked = _asked(run, wanted)
    if isinstance(kind, Imports):
        from mmctl.cli.migrating.lossless import import_lossless
        from mmctl.cli.migrating.opening import contents_of

        _refuse_options(wanted)
        files = contents_of(run, wanted.files)
        if wanted.take:
            from mmctl.cli.migrating.taking_over import TakingOver, take_over

            taking = TakingOver(
                tool=wanted.kind, kinds=wanted.take, into=wanted.into, force=wanted.force
            )
            return take_over(run, kind, files, asked, taking)
        return import_lossless(run, kind, files, asked, wanted.into, force=wanted.force)
    from mmctl.cli.migrating.migration import Migration, migrate

    if wanted.take:
        raise UsageError(
            f"got `--take` with `--from {wanted.kind}`",
            help="it is for resources of Mail Manager: --from cloudformation, --from terraform",
        )

    return migrate(
        run,
        asked,
        Migration(
            kind=kind,
            files=wanted.files,
            into=wanted.into,
            force=wanted.force,
            deliver_to=wanted.deliver_to,
            shadow=wanted.shadow,
            owners=wanted.owners,
            accept=wanted.accept,
        ),
    )


def _asked(run: Run, wanted: FileImport) -> SourceOptions:
    """What the person says about the source."""
    domains = tuple(domain.lower().lstrip("@") for domain in wanted.domains)
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise UsageError(f"got `--domain {domain}`", help="expected one such as `example.com`")
    options = {f"parameter:{name}": value for name, value in values_of(wanted.parameters).items()}
    if wanted.recipients:
        options["recipient"] = "\n".join(wanted.recipients)
    return SourceOptions(domains=domains, options=options, today=run.today.isoformat())


def _refuse_options(wanted: FileImport) -> None:
    """Refuse options of other gateways where Mail Manager's own resources come over.

    Raises:
        UsageError: one is given.
    """
    given = {
        "--domain": wanted.domains,
        "--recipient": wanted.recipients,
        "--deliver-to": wanted.deliver_to,
        "--shadow": wanted.shadow,
        "--owners": wanted.owners,
        "--accept": wanted.accept,
    }
    for option, value in given.items():
        if value:
            raise UsageError(
                f"got `{option}` with `--from {wanted.kind}`",
                help="it is for rules of other gateways; these resources come over as they are",
            )


def _refuse_list_options(wanted: FileImport) -> None:
    """Refuse options of lists of senders where rules or resources come over.

    Raises:
        UsageError: one is given.
    """
    given = {
        "--list": wanted.list_name,
        "--column": wanted.columns,
        "--only": wanted.only,
        "--replace": wanted.replace,
        "--subdomains": wanted.subdomains,
    }
    for option, value in given.items():
        if value:
            raise UsageError(
                f"got `{option}` with `--from {wanted.kind}`", help="it is for `--from csv`"
            )
