"""What plan, apply, rollback, drift and history have in common: project, service and history.

Here the run's clock, environment variables and terminal become the parameters of `mmctl.live`.
"""

from __future__ import annotations

import getpass
import os
import platform
import secrets
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mmctl.cli.processes import process_space
from mmctl.errors import ProblemsFound, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rich.text import Text

    from mmctl.cli.changes.gate import Gate, Passed
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.parsing.seen import Seen
    from mmctl.language.project import Environment, Project
    from mmctl.live.apply.effects import Means, Permissions
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Plan, Target
    from mmctl.live.plan.preflight import Finding
    from mmctl.live.plan.trust import Trust
    from mmctl.live.state.service import Identity

REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One environment of one project, with the service behind it."""

    run: Run
    project: Project
    means: Means
    seen: Seen
    """What was seen of the folder when the project was read."""
    trust: Trust | None = None
    """Whether the environment leads where the base says."""

    @property
    def target(self) -> Target:
        """The environment and its identity."""
        from mmctl.live.plan.plan import target_of

        project = self.project
        known = project.settings.lint.known_members
        return target_of(project.environment, self.means.service.identity, known)

    @property
    def words(self) -> str:
        """The option that a command needs to be about the same environment, after a space."""
        return environment_words(self.project)

    def desired(self) -> LiveConfiguration:
        """What the files want live.

        Raises:
            ProblemsFound: they want more than the service takes.
        """
        from mmctl.compiler.compile import compile_project

        configuration, problems = compile_project(self.project)
        if problems:
            raise ProblemsFound(
                "the rules are more than the service takes", problems, self.project.files
            )
        return configuration

    def plan(self, gate: Gate | None = None, *, at_once: bool = False) -> Plan:
        """What the files would change, once they have passed the gate where there is one.

        `at_once`: it is to be carried out now, so what is under way is waited for first.
        """
        from mmctl.live.apply.settling import read_settled, settle
        from mmctl.live.history.by_hand import with_marks
        from mmctl.live.history.past import past_of
        from mmctl.live.plan.plan import make_plan

        passed = gate(self) if gate else None
        desired = self.desired()
        if at_once:
            settle(self.means, desired.project)
        state = read_settled(self.means, desired, self.means.history.known())
        passwords = self.means.passwords
        passwords.check(desired)
        made = make_plan(
            self.target,
            desired,
            state,
            serial=len(self.means.history.entries()),
            new_passwords=passwords.changed(desired, state.configuration),
        )
        made = replace(made, past=past_of(self.means.history), trust=self.trust)
        made = with_marks(made, self.means.history)
        return made if passed is None else _with_warnings(self, made, passed)


def _with_warnings(change: Change, made: Plan, passed: Passed) -> Plan:
    """The plan with what the gates let pass, and with what an earlier environment lacks."""
    from mmctl.cli.changes.environment_before import not_run_before

    warnings = [*made.warnings, *not_run_before(change, made)]
    if passed.lint_errors:
        many = "s" * (passed.lint_errors > 1)
        warnings.append(f"lint found {passed.lint_errors} error{many}, passed over: --force lint")
    return replace(
        made,
        failed_cases=passed.failed_cases,
        lint_errors=passed.lint_errors,
        warnings=tuple(warnings),
    )


def preflight(change: Change, made: Plan) -> tuple[Finding, ...]:
    """Look, without writing, whether the service would take a plan; what was found is said."""
    from mmctl.live.aws.surroundings import Surroundings
    from mmctl.live.plan.preflight import preflight as look

    service = change.means.service
    clients = getattr(service, "clients", None)
    found = look(made, service, Surroundings(clients) if clients else None)
    for finding in found:
        change.run.say(f"preflight: {'error' if finding.certain else 'warning'}: {finding.text}")
    return found


def open_change(
    run: Run,
    *,
    endpoint_url: str | None = None,
    project: Project | None = None,
    base: str | None = None,
    forced: Collection[str] = (),
    compared: bool = True,
) -> Change:
    """Read the project, unless it is given, and connect to the service of its environment.

    Where the environment leads is compared with `base`, else with what a CI server or the history
    know; not `compared`, where the command line says it. `forced` are brakes that a flag released.

    Raises:
        ProblemsFound, UsageError: the project cannot be used.
        CouldNot, Refused: the service cannot be reached, or is another account's.
    """
    from mmctl.cli.changes.reaching import reach, reach_compared
    from mmctl.cli.changes.trusted_base import revision_of
    from mmctl.language.parsing.seen import Seen
    from mmctl.live.apply.effects import Means
    from mmctl.live.plan.trust import edges_of

    seen = Seen()
    project = run.project(seen) if project is None else project
    if compared:
        found = reach_compared(run, project, endpoint_url, base=base, forced=forced)
    else:
        found = reach(run, project, endpoint_url)
    project = found.project
    means = Means(
        service=found.service,
        history=found.history,
        now=run.now,
        sleep=time.sleep,
        random_bytes=secrets.token_bytes,
        environ=os.environ.get,
        say=_progress(run),
        who=_who(),
        host=platform.node(),
        space=process_space(),
        process=os.getpid(),
        password_variables=run.password_variables,
        revision=partial(revision_of, run.root),
        edges=edges_of(project.settings, project.environment) if compared else {},
        poll_seconds=0.2 if found.service.identity.embedded else 5.0,
        lag_seconds=0.0 if _is_here(found.service.identity) else 6.0,
    )
    return Change(run=run, project=project, means=means, seen=seen, trust=found.trust)


def _is_here(identity: Identity) -> bool:
    """Whether the service is on this machine, where no answer lags."""
    from mmctl.model.endpoints import is_loopback

    return identity.embedded or is_loopback(identity.endpoint)


def open_history(
    run: Run, project: Project | None = None
) -> tuple[Project, History, tuple[str, str]]:
    """The history of a project, read from its project file unless it is given.

    The service is not asked where account and region are known.
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
def screen(change: Change) -> Iterator[Callable[[Text], None]]:
    """A function that shows parts of one result, between lines that name the embedded endpoint."""
    from mmctl.render.text.plan import banner

    run = change.run
    if run.format != "human":
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
    """The option that names the environment of a project, where it is not the default one."""
    name = project.environment.name
    return "" if name == project.settings.default_environment else f" --env {name}"


def applied_as(change: Change, entry: HistoryEntry) -> str:
    """What was applied, and the command that goes back."""
    return f"applied as {entry.id}; back to the state before: mmctl rollback{change.words}"


def write_entry(change: Change, entry: HistoryEntry | None) -> None:
    """Write what was done as JSON, where that is the format; warn of what was written over."""
    for line in entry.overwritten if entry is not None else ():
        change.run.say(f"warning: somebody else wrote at the same time, and it is gone: {line}")
    from mmctl.live.history.entries import history_document

    if change.run.format == "json":
        change.run.write_json(history_document((entry,) if entry else ()))


def nothing_to_do(change: Change, made: Plan, permissions: Permissions) -> int:
    """Say that all is as wanted, and of what was cut off before that it is done."""
    from mmctl.live.apply.apply import conclude

    change.run.say("nothing to do")
    concluded = conclude(made, change.means, permissions)
    if concluded is not None:
        change.run.say(f"{concluded.id} was cut off, but what it wanted is live: done")
    write_entry(change, concluded)
    return 0


def in_environment(run: Run, environment: str) -> Run:
    """The run in the environment of a saved plan.

    Raises:
        UsageError: the command line names another one.
    """
    if run.environment not in {None, environment}:
        raise UsageError(
            f"the plan is for environment `{environment}`, got `--env {run.environment}`",
            help="leave out --env",
        )
    return replace(run, environment=environment)


def agreed(
    run: Run,
    question: str,
    *,
    yes: bool,
    expected: tuple[str, ...] = ("y", "yes"),
    flags: str = "--yes",
) -> bool:
    """Whether a person agrees.

    Raises:
        Refused: nobody can be asked, and no flag answers.
    """
    if yes:
        return True
    if not run.can_ask():
        raise Refused(
            "there is no terminal to ask on",
            why="what is shown must be agreed to before it is done",
            help=f"to agree without being asked: {flags}",
        )
    return run.ask(question).casefold() in expected


def agreed_by_name(change: Change, doing: str, *, yes: bool) -> bool:
    """Whether a person agrees; in a protected environment by typing its name.

    For what must not wait for a saved plan: `doing` is `roll back` or the like.

    Raises:
        Refused: nobody can be asked, and no flag answers.
    """
    environment, run = change.project.environment, change.run
    if not environment.protected:
        return agreed(run, f"{doing} {environment.name}? [y/N] ", yes=yes)
    return agreed(
        run,
        f"{environment.name} is protected; type its name to {doing} it: ",
        yes=run.environment is not None and yes,
        expected=(protected_name(environment),),
        flags=f"--yes --env {environment.name}",
    )


def protected_name(environment: Environment) -> str:
    """What must be typed in a protected environment."""
    return environment.name.casefold()


def _progress(run: Run) -> Callable[[str], None]:
    """Lines of progress; an apply does not stop because nobody reads them."""

    def say(text: str) -> None:
        if run.verbose or sys.stderr.isatty():
            with suppress(OSError):
                run.say(text)

    return say


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
