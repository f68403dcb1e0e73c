"""`mmctl promote RULE`: a shadow rule becomes one that acts, in the file; then the plan."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of
from mmctl.cli.files.editing import edit_of, edited, editing_alone
from mmctl.cli.result_table import PROMOTED, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    logs: Annotated[
        list[str] | None,
        typer.Option(
            "--logs",
            help="First show what it would have hit by a log: as SOURCE of `mmctl logs`; "
            "repeatable.",
            metavar="SOURCE",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="With --logs: from this time on.", metavar="TIME")
    ] = None,
    password_env: PasswordEnv = None,
) -> int:
    """Take `shadow: true` off a rule in its file, and show the plan that makes it act."""
    from mmctl.cli.changes.gate import forced_in_plan, pass_gates
    from mmctl.cli.files.splicing import without_shadow
    from mmctl.render.documents.review import Review

    run = run.with_passwords_of(password_env)
    gates = partial(pass_gates, forced=forced_in_plan(force or ()))
    if since is not None and not logs:
        raise UsageError("got `--since` without `--logs`", help="--logs SOURCE")
    if logs:
        _shadow(run.project(), rule)
        _show_hits(run, rule, logs, since)
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


def _show_hits(run: Run, rule: str, sources: Sequence[str], since: str | None) -> None:
    """Show what a shadow rule would have hit; beside a document, on stderr."""
    from mmctl.cli.formats import FORMATS, Format
    from mmctl.cli.messages.logged import marked, opened, say_damage
    from mmctl.operate.logs.asked import AskedMessages
    from mmctl.operate.logs.times import moment
    from mmctl.render.text.logs import shadow

    start = None if since is None else moment(since, run.now(), option="--since")
    logs = opened(run, sources, AskedMessages(since=start))
    found = marked(logs, rule)
    text = shadow(found)
    say_damage(logs)
    if any(each.examples for each in found):
        named = shlex.join(sources)
        run.say(f"cases of these: mmctl logs {named} --shadow --rule {rule} --cases FILE")
    if run.format is Format.HUMAN:
        run.write_passed(run.let_out(text, FORMATS[run.format].gate))
        return
    for line in text.plain.splitlines():
        run.say(line)


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
