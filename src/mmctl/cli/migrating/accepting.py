"""The file of `--accept`: read where it is there, else written with all that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.inputs import RULES_AT_MOST, read_text
from mmctl.records import dataclass, field
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.interchange.migration.acceptance import Acceptances
    from mmctl.interchange.migration.report import MigrationReport
    from mmctl.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFile:
    """What the file says; it need not be there."""

    found: Acceptances | None = None
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons by what they are about."""
        return {} if self.found is None else self.found.reasons

    def problems(self, report: MigrationReport) -> tuple[Problem, ...]:
        """What is wrong with the file, and what of it is about nothing in the report."""
        return () if self.found is None else self.found.problems(report)


def accepted_in(run: Run, file: Path | None) -> AcceptFile:
    """What a file says, if it is there.

    Raises:
        UsageError: it is there, and cannot be read; or it cannot be written, without its folder.
    """
    from mmctl.interchange.migration.acceptance import acceptances

    if file is None:
        return AcceptFile()
    try:
        text = read_text(run.directory / file, at_most=RULES_AT_MOST)
    except FileNotFoundError:
        if not (run.directory / file).parent.is_dir():
            raise UsageError(f"cannot write `{file}`: there is no such folder") from None
        return AcceptFile()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read `{file}`: {reason}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{file}`: it is not UTF-8") from None
    return AcceptFile(found=acceptances(text, str(file)), texts={str(file): text})


def ask_for_reasons(run: Run, file: Path, accepted: AcceptFile, report: MigrationReport) -> None:
    """Write an entry for each open rule that the file has none for: what is there stays.

    Raises:
        UsageError: it cannot be written, or somebody has changed it since it was read.
    """
    from mmctl.counted import counted
    from mmctl.interchange.migration.acceptance import new_entries, skeleton, with_entries

    if accepted_in(run, file).texts != accepted.texts:
        raise UsageError(
            f"`{file}` was changed while the rules were read: it stays as it is now",
            help="run the command again",
        )
    if accepted.found is None:
        _write(run, file, skeleton(report))
        entries = counted(len({rule.differs for rule in report.left}), "entry", "entries")
        run.say(f"wrote {file}: {entries}, each of which needs a reason")
        return
    new = new_entries(accepted.found, report)
    if not new or accepted.found.wrong:
        return
    text = with_entries(accepted.texts[str(file)], str(file), accepted.found, new)
    entries = counted(len(new), "entry", "entries")
    if text is None:
        run.say(f"{file} lacks {entries}: no list of entries ends it, so nothing was added")
        return
    _write(run, file, text)
    run.say(f"edited {file}: {entries} more, each of which needs a reason")


def _write(run: Run, file: Path, text: str) -> None:
    try:
        write_whole(run.directory / file, text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{file}`: {reason}") from None
