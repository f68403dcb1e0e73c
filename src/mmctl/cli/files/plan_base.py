"""What the plans of `mmctl watch` are against: what `--against` names, else the last commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.revisions import git
from mmctl.cli.changes.versions import GIT, HERE, version_of
from mmctl.errors import ProblemsFound, UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.cli.changes.versions import Version
    from mmctl.cli.run import Run

_HEAD: Final = "HEAD"


class PlanBase:
    """A state that is read once, unless it is the last commit: that is looked for each time."""

    def __init__(self, run: Run, against: str | None) -> None:
        """`against` names the state; None: the last commit, else the first files that can be read.

        Raises:
            UsageError: there is no such state.
            ProblemsFound, CouldNot: it cannot be used or read.
        """
        self._run = run
        self._named = None if against is None else version_of(run, against)
        self._committed: Version | None = None
        self._commit = b""
        self._files: Version | None = None
        self._files_are = "the files at the start"
        self.now()
        self._files_are = "the first files that could be read"

    def now(self) -> Version | None:
        """The state; None: nothing that can be read was there yet."""
        if self._named is not None:
            return self._named
        self._look_for_commit()
        if self._committed is None and self._files is None:
            self._files = self._read(HERE, self._files_are)
        return self._committed or self._files

    def _look_for_commit(self) -> None:
        try:
            commit = git(self._run.root, _HEAD, "rev-parse", "--verify", "--end-of-options", _HEAD)
        except UsageError:  # no git, no repository, or no commit yet
            return
        if commit == self._commit:
            return
        self._commit = commit
        read = self._read(GIT + _HEAD, "the last commit")
        if read is None and self._committed is not None:
            read = replace(self._committed, name="the last commit that could be read")
        self._committed = read

    def _read(self, text: str, name: str) -> Version | None:
        try:
            return replace(version_of(self._run, text), name=name)
        except (UsageError, ProblemsFound):
            return None
