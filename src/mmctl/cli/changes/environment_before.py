"""The environment that another one is `after`: what a plan adds that does not run there yet.

`after: NAME` warns; `after: {environment: NAME, min_cases: N}` requires evidence from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import MmctlError
from mmctl.live.plan.promotion_values import Promotion
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import After
    from mmctl.live.history.promoting import EarlierEnvironment
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.promotion import Subject

_NAMED: Final = 5


def with_promotion(change: LiveEnvironment, made: Plan) -> Plan:
    """A plan of whole files, with its rules and values, and what the environment before says."""
    from mmctl.language.parsing.environment_values import environment_values
    from mmctl.language.parsing.rules_digest import rules_digest

    values = environment_values(change.project)
    made = replace(made, rules=rules_digest(change.project), values=values)
    made = _with_changed_values(change, made)
    after = change.project.environment.after
    if after is None:
        return made
    if after.gate:
        return replace(made, promotion=_promotion(change, made, after))
    return replace(made, warnings=(*made.warnings, *_not_run_before(change, made, after)))


def _with_changed_values(change: LiveEnvironment, made: Plan) -> Plan:
    """The plan with the values that are others than when whole files were last applied."""
    from mmctl.live.plan.promotion_values import value_changes

    noted = [entry.values for entry in change.means.history.entries() if entry.rules is not None]
    changed = value_changes(noted[-1], made.values) if noted else ()
    return replace(made, changed_values=changed)


def with_promotion_again(change: LiveEnvironment, made: Plan, *, signed: bool) -> Plan:
    """A saved plan, with what the environment before says now; what the file says is not believed.

    The digest of the rules in the file is believed where the plan is signed, else only if the
    files here still give the same rules and the same desired state.
    """
    from mmctl.language.parsing.rules_digest import rules_digest

    after, made = change.project.environment.after, _with_changed_values(change, made)
    if after is None or not after.gate:
        return replace(made, promotion=None)
    same = made.rules == rules_digest(change.project) and _wants_the_same(change, made)
    promotion = _promotion(change, made, after, same_files=same)
    if not (same or signed or promotion.missing):
        sentence = (
            "the files here are not those that the plan was made from, so it is unknown whether "
            "its rules are those that were tried; make a new plan, or sign plans"
        )
        promotion = replace(promotion, evidence=None, missing=(sentence,))
    return replace(made, promotion=promotion)


def _wants_the_same(change: LiveEnvironment, made: Plan) -> bool:
    """Whether the files here give the desired state of a saved plan."""
    from mmctl.live.plan.plan import object_digests
    from mmctl.live.state.names import Names, named_desired

    try:
        desired = change.desired()
    except MmctlError:
        return False
    ids = {thing.key: thing.id for thing in made.live.objects if thing.id is not None}
    names = Names(identity=made.target.identity, ids=ids, bindings=desired.bindings)
    objects = tuple(named_desired(thing, names) for thing in desired.objects)
    return object_digests(replace(desired, objects=objects)) == object_digests(made.desired)


def _promotion(
    change: LiveEnvironment, made: Plan, after: After, *, same_files: bool = True
) -> Promotion:
    """Whether the environment before holds evidence for the rules of a plan."""
    from mmctl.live.history.promoting import applied_here, evidence_for
    from mmctl.live.plan.promotion import coming, not_live, subject_text

    found = Promotion(
        environment=after.environment,
        account=None,
        region=None,
        min_cases=after.min_cases,
        rules=made.rules or "",
        applied=applied_here(made.rules, change.means.history),
    )
    if made.empty:
        return found
    try:
        there = _opened(change, after.environment, same_files=same_files)
        used, missing = evidence_for(found.rules, there.earlier, after.min_cases)
    except MmctlError as error:
        if found.applied:
            return found
        help_ = f" ({error.help})" if error.help else ""
        return replace(found, missing=(f"it cannot be read: {error.message}{help_}",))
    subjects = coming(made.edits, made.desired)
    untested = not_live(subjects, there.wanted, there.earlier.live)[1]
    origin = there.earlier.origin
    return replace(
        found,
        account=origin.account,
        region=origin.region,
        evidence=used,
        missing=() if found.applied else (*there.elsewhere, *missing),
        untested=tuple(map(subject_text, untested)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """The environment before, read by its own role."""

    earlier: EarlierEnvironment
    wanted: LiveConfiguration
    elsewhere: tuple[str, ...]
    """That it leads to another place than in the base, in a sentence."""


def _opened(change: LiveEnvironment, name: str, *, same_files: bool) -> _Opened:
    """Read the environment before: its files, history and live state.

    Raises:
        MmctlError: it cannot be read.
    """
    from mmctl.cli.changes.reaching import reach_compared
    from mmctl.cli.changes.stack_outputs import with_outputs
    from mmctl.compiler.compile import compile_project
    from mmctl.live.history.found_evidence import Origin
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.history.promoting import EarlierEnvironment
    from mmctl.live.plan.plan import named, plan_between, target_of
    from mmctl.live.state.read import read_live

    run = with_outputs(replace(change.run, environment=name))
    project = run.project()
    base = None if change.base is None else change.base.commit
    reached = reach_compared(run, project, None, base=base, forced=())
    identity, history = reached.service.identity, reached.history
    wanted = compile_project(project, run.packings)[0]
    state = read_live(reached.service, wanted, history.known())
    state = with_logical_rules(state, history, wanted)
    wanted, live = named(wanted, state), state.configuration
    target = target_of(project.environment, identity, project.settings.lint.known_members)
    differences = len(plan_between(target, wanted, live).edits)
    trust = reached.trust
    moved = () if trust is None or reached.base is None else trust.shifts
    shifts = ", ".join(shift.text for shift in moved)
    return _Opened(
        earlier=EarlierEnvironment(
            origin=Origin(
                project=project.settings.project,
                environment=name,
                account=identity.account,
                region=identity.region,
            ),
            history=history,
            live=live,
            differences=differences if same_files else None,
        ),
        wanted=wanted,
        elsewhere=(f"it leads elsewhere than in {change.base.name}: {shifts}",)
        if shifts and change.base is not None
        else (),
    )


def _not_run_before(change: LiveEnvironment, made: Plan, after: After) -> Iterator[str]:
    """Warnings about what reaches an environment before it ran in the earlier one."""
    from mmctl.live.plan.promotion import coming, not_live

    subjects, before = coming(made.edits, made.desired), after.environment
    if not subjects:
        return
    try:
        wanted, there = _earlier(replace(change.run, environment=before))
    except MmctlError as error:
        yield f"what runs in {before} is unknown: {error.message}"
        return
    if there is None:
        missing = f"nothing was applied in {before} from this store"
        yield f"{missing}; first run: mmctl apply --env {before}"
        return
    pending, elsewhere = not_live(subjects, wanted, there)
    if pending:
        yield f"not live in {before} yet: {_listed(pending)}; first run: mmctl apply --env {before}"
    if elsewhere:
        yield f"not for {before}, so never tested there: {_listed(elsewhere)}"


def _earlier(run: Run) -> tuple[LiveConfiguration, LiveConfiguration | None]:
    """The desired state of an environment, and its live state if the service can be asked.

    Otherwise the state that was last applied there, with a note; None: nothing was applied.

    Raises:
        MmctlError: neither is known.
    """
    from mmctl.cli.changes.change import open_history
    from mmctl.cli.embedded import embedded_in
    from mmctl.compiler.compile import compile_project
    from mmctl.live.aws.connect import connect
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.plan.plan import named
    from mmctl.live.state.read import read_live

    project, history, _where = open_history(run, run.read()[0])
    wanted, applied = compile_project(project, run.packings)[0], history.applied()
    try:
        service = connect(project.environment, embedded_in(run.root, clock=run.now))
        state = with_logical_rules(read_live(service, wanted, applied), history, wanted)
    except MmctlError as error:
        if applied is not None:
            run.say(
                f"{run.environment} cannot be read ({error.message}): compared with the last "
                f"state applied there"
            )
        return wanted, applied
    if applied is None and not any(thing.project for thing in state.configuration.objects):
        return wanted, None
    return named(wanted, state), state.configuration


def _listed(subjects: Sequence[Subject]) -> str:
    from mmctl.live.plan.promotion import subject_text

    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    return ", ".join(map(subject_text, subjects[:_NAMED])) + more
