"""`--authenticate` and `--zone FILE`: SPF, DKIM and DMARC, computed from DNS or a zone file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.mail.authenticate import Authenticator


def authenticator_of(run: Run, zone: str | None) -> Authenticator:
    """What authenticates messages, by a zone file or by DNS.

    Raises:
        UsageError: the packages for it are not installed, or the zone file cannot be used.
    """
    return authenticator_by(None if zone is None else run.directory / zone, shown=zone or "")


def authenticator_by(path: Path | None, *, shown: str) -> Authenticator:
    """What authenticates messages, by a zone file or by DNS; `shown` names the file in errors.

    Raises:
        UsageError: the packages for it are not installed, or the zone file cannot be used.
    """
    try:
        from mmctl.mail.authenticate import Authenticator
        from mmctl.mail.records import DnsRecords, ZoneRecords
    except ImportError as error:
        raise UsageError(
            f"SPF, DKIM and DMARC cannot be computed: package `{error.name}` is not installed",
            help="install them: pip install 'mmctl[authenticate]'",
        ) from None
    if path is None:
        return Authenticator(DnsRecords())
    try:
        text = read_text(path, at_most=FILE_AT_MOST)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{shown}`: {(reason or '').lower()}") from None
    try:
        return Authenticator(ZoneRecords(text))
    except UsageError as error:
        raise UsageError(
            f"`{shown}` is not a zone file: {error.message}",
            help='write one record per line: `example.org. TXT "v=spf1 -all"`',
        ) from None
