"""The plan of a change: what the files would change, once they have passed the gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mmctl.cli.changes.change import write_entry
from mmctl.counted import counted
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.changes.passed import Passed
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.preflight import PreflightFinding

    Gate = Callable[[LiveEnvironment], Passed]


def plan_of(
    change: LiveEnvironment,
    gate: Gate | None = None,
    *,
    at_once: bool = False,
    desired: LiveConfiguration | None = None,
) -> Plan:
    """What the files would change, once they have passed the gate, if any.

    `at_once`: the plan is carried out now, so first wait for what is under way. `desired` takes the
    place of what the files say.
    """
    from mmctl.live.apply.settling import read_settled, settle
    from mmctl.live.history.by_hand import with_marks
    from mmctl.live.history.earlier_runs import past_of
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.plan.plan import make_plan

    passed = gate(change) if gate else None
    desired = change.desired() if desired is None else desired
    if at_once:
        settle(change.means, desired.project)
    history, passwords = change.means.history, change.means.passwords
    with history.one_look():
        state = read_settled(change.means, desired, history.known())
        state = with_logical_rules(state, history, desired)
        passwords.check(desired)
        made = make_plan(
            change.target,
            desired,
            state,
            serial=len(history.entries()),
            new_passwords=passwords.changed(desired, state.configuration),
        )
        made = replace(made, past=past_of(history), trust=change.trust)
        made = with_marks(made, history)
    return made if passed is None else _with_warnings(change, made, passed)


def _with_warnings(change: LiveEnvironment, made: Plan, passed: Passed) -> Plan:
    """The plan with what the gates found, and with what an earlier environment lacks."""
    from mmctl.cli.changes.environment_before import with_promotion

    made = with_promotion(change, made)
    warnings = [*made.warnings]
    if passed.lint_errors:
        warnings.append(f"lint found {counted(passed.lint_errors, 'error')}, ignored: --force lint")
    trust = None if made.trust is None else replace(made.trust, loosened=passed.loosened)
    return replace(
        made,
        trust=trust,
        failed_cases=passed.failed_cases,
        lint_errors=passed.lint_errors,
        warnings=tuple(warnings),
    )


def preflight(change: LiveEnvironment, made: Plan) -> tuple[PreflightFinding, ...]:
    """Check, without writing, whether the service would take a plan, and print what was found."""
    from mmctl.live.aws.surroundings import Surroundings
    from mmctl.live.plan.preflight import preflight as look

    service = change.means.service
    clients = getattr(service, "clients", None)
    found = look(made, service, Surroundings(clients) if clients else None)
    for finding in found:
        change.run.say(f"preflight: {'error' if finding.certain else 'warning'}: {finding.text}")
    if found:
        change.run.say(f"help: mmctl doctor{change.words}")
    return found


def nothing_to_do(change: LiveEnvironment, made: Plan, permissions: Permissions) -> int:
    """Say that everything is as desired, and that what was cut off before is done."""
    from mmctl.live.apply.apply import conclude

    change.run.say("nothing to do")
    concluded = conclude(made, change.means, permissions)
    if concluded is not None:
        change.run.say(f"{concluded.id} was interrupted, but its plan is live: marked as done")
    write_entry(change, concluded)
    return 0
