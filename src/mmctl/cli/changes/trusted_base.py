"""The base that an environment is compared with, and the comparison.

It is the revision of `--base`, else the branch that a CI server merges into, else what the last
apply noted. Only this module asks git and the variables of CI servers.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.changes.revisions import GitSays, git
from mmctl.cli.target_branch import target_branch
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project, Settings
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.plan.trust import Trust

COMMITS: Final = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "BUILDKITE_COMMIT",
    "GIT_COMMIT",
)
_REMOTE: Final = "refs/remotes/origin/"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*")
_NO_SUCH_REVISION: Final = "Needed a single revision"
"""What git says about a revision that it does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A revision to compare with."""

    name: str
    """As people call it: `main`, `HEAD~1`."""
    commit: str | None = None
    """The commit that it is; None: it cannot be read."""
    settings: Settings | None = None
    """None: it cannot be read, or it has no project here."""
    unreadable: str | None = None
    """Why it cannot be read."""
    fetch: str | None = None
    """The command that fetches it."""

    @property
    def readable(self) -> bool:
        """Whether it could be compared with."""
        return self.unreadable is None


def base_of(root: Path, named: str | None) -> Base | None:
    """The base of `--base`, else the CI server's target branch; None: there is none.

    A branch of a CI server is looked up where a fetch puts it, so that no tag hides it.
    """
    if named is not None:
        return _read(root, named, named)
    branch = target_branch()
    return None if branch is None else _read(root, branch, _REMOTE + branch)


def _read(root: Path, name: str, revision: str) -> Base:
    try:
        wanted = f"{revision}^{{commit}}"
        commit = git(root, name, "rev-parse", "--verify", "--end-of-options", wanted)
    except UsageError as error:
        return Base(name=name, unreadable=_reason(name, error), fetch=_fetch(revision))
    text, found = None, commit.decode().strip()
    with suppress(UsageError):
        text = git(root, name, "show", f"{found}:./{PROJECT_FILE}")
    try:
        settings = None if text is None else _settings(text, root.resolve().name)
    except ProblemsFound as error:
        return Base(name=name, unreadable=f"the base `{name}` cannot be used: {error.message}")
    return Base(name=name, commit=found, settings=settings)


def _settings(text: bytes, name: str) -> Settings:
    from mmctl.language.parsing.load import read_settings

    return read_settings(text, name)


def _reason(name: str, error: UsageError) -> str:
    said = error.said if isinstance(error, GitSays) else error.help or error.message
    said = said.partition("\n")[0]
    said = "it is not in this clone" if said == _NO_SUCH_REVISION else said
    return f"the base `{name}` cannot be read ({said})"


def _fetch(revision: str) -> str | None:
    """The command that puts a branch where it is looked up, also in a clone of depth 1.

    None: nobody should paste such a name.
    """
    branch = revision.removeprefix("refs/remotes/").removeprefix("origin/")
    if not _PLAIN.fullmatch(branch):
        return None
    into = "" if branch == revision else f":{_REMOTE}{branch}"
    return f"git fetch --depth=1 origin {branch}{into}"


def compared_with_revision(project: Project, base: Base, *, forced: bool) -> tuple[Project, Trust]:
    """The project compared with a revision; what is protected there is protected here too."""
    from mmctl.live.plan.trust import Trust, edges_of, guards, weigh, with_edges

    if base.unreadable is not None:
        return project, Trust(held=base.unreadable, fetch=base.fetch, unreadable=True)
    environment, before = project.environment, base.settings
    after = edges_of(project.settings, environment)
    protected = environment.protected or (before is not None and guards(before, environment))
    project = _protected(project, protected=protected)
    there = None if before is None else before.environments.get(environment.name)
    if before is None or there is None:
        found = weigh(base.name, {}, after, protected=False, forced=forced)
        held = f"`{base.name}` has no environment `{environment.name}`"
        return project, replace(found, held=None if _is_embedded(project) else held)
    edges = edges_of(before, there)
    found = weigh(base.name, edges, after, protected=protected, forced=forced)
    return (with_edges(project, edges) if found.base_taken else project), found


def compared_with_history(
    project: Project, history: History, *, forced: bool
) -> tuple[Project, Trust]:
    """The project compared with what the last apply noted."""
    from mmctl.live.plan.trust import Trust, edges_of, weigh, with_edges

    environment = project.environment
    last = _last_that_notes(history, environment.name)
    if last is None:
        no_base = "no apply has recorded its target yet"
        project = protected_as_before(project, history)
        held = project.environment.protected and not _is_embedded(project)
        return project, Trust(held=no_base if held else None)
    after = edges_of(project.settings, environment)
    project = protected_as_before(project, history)
    name = f"{last.id} (revision {last.revision[:12]})" if last.revision else last.id
    protected = project.environment.protected
    found = weigh(name, last.edges, after, protected=protected, forced=forced)
    return (with_edges(project, last.edges) if found.base_taken else project), found


def protected_as_before(project: Project, history: History) -> Project:
    """The project, with its environment protected if the last apply noted that it was.

    A name that was never applied may be a new name for an environment that led to the same
    account and region: the history belongs to the place.
    """
    from mmctl.live.plan.trust import says_protected

    own = _last_that_notes(history, project.environment.name)
    others = {entry.environment for entry in history.entries()} if own is None else set()
    last = [own, *(_last_that_notes(history, other) for other in others)]
    before = any(entry is not None and says_protected(entry.edges) for entry in last)
    return _protected(project, protected=project.environment.protected or before)


def _last_that_notes(history: History, environment: str) -> HistoryEntry | None:
    from mmctl.live.history.entries import EntryResult

    noted = [
        entry
        for entry in history.entries()
        if entry.environment == environment
        and entry.edges
        and entry.result is not EntryResult.NOTHING
    ]
    return noted[-1] if noted else None


def _protected(project: Project, *, protected: bool) -> Project:
    return replace(project, environment=replace(project.environment, protected=protected))


def _is_embedded(project: Project) -> bool:
    """Whether it leads nowhere, so there is nothing to protect."""
    from mmctl.language.project import EMBEDDED

    return project.environment.endpoint == EMBEDDED


def revision_of(root: Path) -> str | None:
    """The revision of the files, with `-dirty` if they differ from it; None: git knows none."""
    with suppress(UsageError):
        described = git(
            root, "HEAD", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"
        )
        return described.decode().strip()
    return next((found for found in map(world.variable, COMMITS) if found), None)
