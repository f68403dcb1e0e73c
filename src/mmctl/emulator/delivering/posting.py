"""Where bounces and reports go: into their Maildir, or to the server that `--deliver` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.files import put_file
from mmctl.emulator.delivering.letters import Letter, LetterKind
from mmctl.emulator.delivering.maildir import envelope_lines
from mmctl.emulator.journal import ReportWritten, instant
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.emulator.delivering.means import DeliveryMeans

OUTGOING: Final = "outgoing"
"""The folder of notices on their way to a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A notice that was written: into a Maildir, or as a letter."""

    file: str
    report: ReportWritten
    letter: Letter | None


def post(
    means: DeliveryMeans,
    *,
    target: str,
    accepted_id: str,
    key: str,
    to: str,
    about: tuple[str, ...],
    content: bytes,
    place: tuple[int, int],
) -> Posted:
    """Put a notice on its way, with the null sender.

    Raises:
        OSError: it cannot be written.
    """
    server = means.settings.server_of(target)
    if server is None:
        whole = envelope_lines("", (to,)) + content
        file = means.maildirs.put(target, f"{accepted_id}.{key}.{target}.mmctl", whole)
        return Posted(file=file, report=ReportWritten(to=to, about=about, file=file), letter=None)
    file = f"{OUTGOING}/{accepted_id}.{key}.{target}.eml"
    put_file(means.folder.root, file, content)
    letter = Letter(
        key=f"{key}.{target}",
        kind=LetterKind.MAIL,
        target=target,
        server=server,
        recipients=(to,),
        file=file,
        rule_index=place[0],
        action_index=place[1],
        since=instant(means.clock()),
    )
    return Posted(file=file, report=ReportWritten(to=to, about=about, file=file), letter=letter)
