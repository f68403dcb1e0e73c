"""What plan, apply, rollback, drift and history have in common: project, service and history.

It passes the run's clock, environment variables and terminal to `mmctl.live` as parameters.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mmctl.cli import world
from mmctl.cli.formats import Format
from mmctl.cli.processes import process_space
from mmctl.cli.result_table import ENTRY, write
from mmctl.errors import ProblemsFound, UsageError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rich.text import Text

    from mmctl.cli.changes.trusted_base import Base
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.parsing.seen import Seen
    from mmctl.language.project import Project
    from mmctl.live.apply.effects import Means
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Target
    from mmctl.live.plan.trust import Trust
    from mmctl.live.state.service import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEnvironment:
    """One environment of one project, with the service behind it."""

    run: Run
    project: Project
    means: Means
    seen: Seen
    """The files and folders that were seen when the project was read."""
    trust: Trust | None = None
    """Whether the environment leads to the same place as in the base."""
    base: Base | None = None
    """The revision that was compared with, if there is one."""

    @property
    def target(self) -> Target:
        """The environment and its identity."""
        from mmctl.live.plan.plan import target_of

        project = self.project
        known = project.settings.lint.known_members
        return target_of(project.environment, self.means.service.identity, known)

    @property
    def words(self) -> str:
        """The option that selects the same environment in another command, after a space."""
        return environment_words(self.project)

    def desired(self) -> LiveConfiguration:
        """The desired configuration of the files.

        Raises:
            ProblemsFound: the service does not accept as much as they want.
        """
        from mmctl.compiler.compile import compile_project

        configuration, problems = compile_project(self.project, self.run.packings)
        if problems:
            raise ProblemsFound(
                "the rules exceed the quotas of the service", problems, self.project.files
            )
        return configuration


def open_change(
    run: Run,
    *,
    endpoint_url: str | None = None,
    project: Project | None = None,
    base: str | None = None,
    forced: Collection[str] = (),
    compared: bool = True,
    to_plan: bool = False,
) -> LiveEnvironment:
    """Read the project unless it is given, and connect to the service of its environment.

    The place that the environment leads to is compared with `base`, or else with what a CI server
    or the history knows. Not if `compared` is false: then the command line states the place.
    `forced` are the brakes that a flag released. To plan, its region must have Mail Manager.

    Raises:
        ProblemsFound, UsageError: the project cannot be used.
        CouldNot, Refused: the service cannot be reached, or belongs to another account.
    """
    from mmctl.cli.changes.stack_outputs import with_outputs
    from mmctl.language.parsing.seen import Seen

    seen = Seen()
    if project is None:
        run = with_outputs(run)
        project = run.project(seen)
    if to_plan:
        from mmctl.cli.changes.regions import pass_region

        pass_region(run, project, forced)
    import secrets

    from mmctl.cli.changes.reaching import reach, reach_compared
    from mmctl.cli.changes.trusted_base import revision_of
    from mmctl.live.apply.effects import Means
    from mmctl.live.plan.trust import edges_of

    if compared:
        found = reach_compared(run, project, endpoint_url, base=base, forced=forced)
    else:
        found = reach(run, project, endpoint_url)
    project = found.project
    means = Means(
        service=found.service,
        history=found.history,
        now=run.now,
        sleep=world.sleep,
        random_bytes=secrets.token_bytes,
        environ=world.variable,
        say=_progress(run),
        who=world.person(),
        host=world.machine(),
        space=process_space(),
        process=world.process_id(),
        password_variables=run.password_variables,
        revision=partial(revision_of, run.root),
        edges=edges_of(project.settings, project.environment) if compared else {},
        poll_seconds=0.2 if found.service.identity.embedded else 5.0,
        lag_seconds=0.0 if _is_here(found.service.identity) else 6.0,
    )
    return LiveEnvironment(
        run=run,
        project=project,
        means=means,
        seen=seen,
        trust=found.trust,
        base=found.base,
    )


def _is_here(identity: Identity) -> bool:
    """Whether the service is on this machine, where answers never lag."""
    from mmctl.model.endpoints import is_loopback

    return identity.embedded or is_loopback(identity.endpoint)


def open_history(
    run: Run, project: Project | None = None
) -> tuple[Project, History, tuple[str, str]]:
    """The history of a project, read from its project file unless it is given.

    If account and region are known, the service is not asked for them.
    """
    from mmctl.cli.changes.stores import history_of
    from mmctl.language.project import EMBEDDED
    from mmctl.live.aws.sessions import DEFAULT_REGION
    from mmctl.model.endpoints import EMBEDDED_ACCOUNT

    project = run.read_alone() if project is None else project
    environment = project.environment
    account = environment.account
    if account is None and environment.endpoint == EMBEDDED:
        account = EMBEDDED_ACCOUNT
    if account is None:
        change = open_change(run, project=project)
        identity = change.means.service.identity
        return project, change.means.history, (identity.account, identity.region)
    region = environment.region or DEFAULT_REGION
    return project, history_of(run, project, account, region), (account, region)


@contextmanager
def screen(change: LiveEnvironment) -> Iterator[Callable[[Text], None]]:
    """A function that shows parts of one result, between lines that name the embedded endpoint."""
    from mmctl.render.text.plan import banner

    run = change.run
    if run.format is not Format.HUMAN:
        yield lambda _part: None
        return
    around = banner(change.means.service.identity)
    for part in around:
        run.show(part)
    try:
        yield run.show
    finally:
        for part in around:
            run.show(part)


def environment_words(project: Project) -> str:
    """The option that names the environment of a project if it is not the default one."""
    name = project.environment.name
    return "" if name == project.settings.default_environment else f" --env {name}"


def applied_as(change: LiveEnvironment, entry: HistoryEntry) -> str:
    """What was applied, and the command that rolls it back."""
    return f"applied as {entry.id}; back to the state before: mmctl rollback{change.words}"


def write_entry(change: LiveEnvironment, entry: HistoryEntry | None) -> None:
    """Write what was done, which people have already seen; warn about what was overwritten."""
    for line in entry.overwritten if entry is not None else ():
        change.run.say(
            f"warning: somebody else wrote at the same time, and this is overwritten: {line}"
        )
    if change.run.format is not Format.HUMAN:
        write(change.run, ENTRY, entry)


def entry_document(_run: Run, entry: HistoryEntry | None) -> dict[str, Any]:
    """What was done, as a history of one entry or none."""
    from mmctl.live.history.entries import history_document

    return history_document((entry,) if entry else ())


def in_environment(run: Run, environment: str) -> Run:
    """The run in the environment of a saved plan.

    Raises:
        UsageError: the command line names another environment.
    """
    if run.environment not in {None, environment}:
        raise UsageError(
            f"the plan is for environment `{environment}`, got `--env {run.environment}`",
            help="leave out --env",
        )
    return replace(run, environment=environment)


def _progress(run: Run) -> Callable[[str], None]:
    """Print lines of progress; an apply does not stop if nobody reads them."""

    def say(text: str) -> None:
        if run.verbose or world.is_terminal(sys.stderr):
            with suppress(OSError):
                run.say(text)

    return say
