"""DNS for the doctor: the resolver of this machine, or a zone file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot, UsageError
from mmctl.inputs import FILE_AT_MOST, read_text

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.mail.records import Records


class RecordNames:
    """Mail exchangers and addresses, from records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def records(self) -> Records:
        """The records themselves."""
        return self._records

    def exchanges(self, domain: str) -> tuple[str, ...]:
        """The mail exchangers of a domain, best first.

        Raises:
            CouldNot: no name server answers.
        """
        found = sorted(self._asked(domain, "MX"), key=lambda each: int(each.preference))
        return tuple(each.exchange.to_text(omit_final_dot=True) for each in found)

    def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host.

        Raises:
            CouldNot: no name server answers.
        """
        return tuple(
            str(each.address) for kind in ("A", "AAAA") for each in self._asked(host, kind)
        )

    def _asked(self, name: str, kind: str) -> tuple[Any, ...]:
        from mmctl.mail.records import UnansweredError

        try:
            return self._records.ask(name, kind)
        except UnansweredError:
            raise CouldNot(f"no name server answers for {name}", help="try again") from None


def names_of_run(run: Run, zone: str | None) -> RecordNames:
    """DNS, or a zone file in its place.

    Raises:
        UsageError: the packages for it are not installed, or the file cannot be used.
    """
    try:
        from mmctl.mail.records import DnsRecords, ZoneRecords
    except ImportError as error:
        raise UsageError(
            f"DNS cannot be asked: package `{error.name}` is not installed",
            help="install it: pip install 'mmctl[authenticate]'",
        ) from None
    if zone is None:
        return RecordNames(DnsRecords())
    try:
        return RecordNames(ZoneRecords(read_text(run.directory / zone, at_most=FILE_AT_MOST)))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{zone}`: {(reason or '').lower()}") from None
    except UsageError as error:
        raise UsageError(f"`{zone}` is not a zone file: {error.message}") from None
