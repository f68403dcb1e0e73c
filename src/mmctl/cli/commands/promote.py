"""`mmctl promote RULE`: a shadow rule becomes one that acts, in the file; then the plan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of
from mmctl.cli.files.editing import edit_of, edited, editing_alone
from mmctl.cli.result_table import PROMOTED, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.cli.options.annotated import PasswordEnv
    from mmctl.language.project import LogicalRule, Project


def promote(
    run: Run,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule with `shadow: true`.")],
    force: Annotated[
        list[str] | None, typer.Option("--force", help="`lint`: plan in spite of errors.")
    ] = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
    password_env: PasswordEnv = None,
) -> int:
    """Take `shadow: true` off a rule in its file, and show the plan that makes it act."""
    from mmctl.cli.changes.gate import forced_in_plan, pass_gates
    from mmctl.cli.files.splicing import without_shadow
    from mmctl.render.documents.review import Review

    run = run.with_passwords_of(password_env)
    gates = partial(pass_gates, forced=forced_in_plan(force or ()))
    with editing_alone(run.root):
        found = _shadow(run.project(), rule)
        path = run.root.resolve() / found.position.file
        edit = edit_of(path, lambda text: without_shadow(text, found.position), f"rule `{rule}`")
        with edited(run, edit, lambda after: not _rules(after)[rule].shadow):
            change = open_change(run, endpoint_url=endpoint_url)
            made = plan_of(change, gates)
    write(run, PROMOTED, Review(plan=made))
    run.say(f"changed {found.position.file}; to make the rule act: mmctl apply{change.words}")
    return 0


def _rules(project: Project) -> dict[str, LogicalRule]:
    return {rule.name: rule for found in project.rule_sets.values() for rule in found.rules}


def _shadow(project: Project, name: str) -> LogicalRule:
    from mmctl.language.text.suggest import did_you_mean

    rules = _rules(project)
    if name not in rules:
        raise UsageError(f"there is no rule `{name}`", help=did_you_mean(name, rules))
    if not rules[name].shadow:
        raise UsageError(f"rule `{name}` has no `shadow: true`: it acts once it is applied")
    return rules[name]
