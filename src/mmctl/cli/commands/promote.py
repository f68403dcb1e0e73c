"""`mmctl promote RULE`: shadow rules become ones that act, in their files; then the plan."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of
from mmctl.cli.files.editing import edit_of, edited, editing_alone
from mmctl.cli.result_table import PROMOTED, write
from mmctl.cli.run import Run
from mmctl.counted import counted
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import typer

    from mmctl.cli.options.annotated import PasswordEnv
    from mmctl.language.project import LogicalRule, Project


def promote(
    run: Run,
    rule: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="A rule with `shadow: true`.")
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", help="Instead: all shadow rules of this owner at once.", metavar="TEAM"
        ),
    ] = None,
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
    """Take `shadow: true` off a rule in its file, and show the plan that makes it act.

    With --owner, off all shadow rules of a team; rules with `enabled: false` are left alone.
    """
    from mmctl.cli.changes.gate import forced_in_plan, pass_gates
    from mmctl.render.documents.review import Review

    if (rule is None) == (owner is None):
        raise UsageError(
            "got no rule and no owner" if rule is None else "got both a rule and an owner",
            help="`mmctl promote RULE`, or `mmctl promote --owner TEAM`",
        )
    run = run.with_passwords_of(password_env)
    gates = partial(pass_gates, forced=forced_in_plan(force or ()))
    if since is not None and not logs:
        raise UsageError("got `--since` without `--logs`", help="--logs SOURCE")
    if logs:
        for each in _asked(run.project(), rule, owner):
            _show_hits(run, each.name, logs, since)
    with editing_alone(run.root), ExitStack() as edits:
        found = _asked(run.project(), rule, owner)
        for file, rules in _by_file(found).items():
            edits.enter_context(_acting(run, file, rules))
        change = open_change(run, endpoint_url=endpoint_url)
        made = plan_of(change, gates)
    write(run, PROMOTED, Review(plan=made))
    files = ", ".join(_by_file(found))
    act = "the rule act" if len(found) == 1 else f"the {len(found)} rules act"
    run.say(f"changed {files}; to make {act}: mmctl apply{change.words}")
    return 0


def _by_file(rules: Sequence[LogicalRule]) -> dict[str, list[LogicalRule]]:
    """The rules by their file, in the order of the files."""
    found: dict[str, list[LogicalRule]] = {}
    for rule in rules:
        found.setdefault(rule.position.file, []).append(rule)
    return found


def _acting(run: Run, file: str, rules: Sequence[LogicalRule]) -> AbstractContextManager[Project]:
    """The edit that makes rules of one file act, undone if what follows is refused."""
    names = [rule.name for rule in rules]

    def change(text: str) -> str | None:
        return without_shadows(text, rules)

    what = f"rule `{names[0]}`" if len(names) == 1 else f"one of {counted(len(names), 'rule')}"
    edit = edit_of(run.root.resolve() / file, change, what)
    return edited(run, edit, lambda after: not any(_rules(after)[name].shadow for name in names))


def without_shadows(text: str, rules: Sequence[LogicalRule]) -> str | None:
    """The text of a file in which none of these rules is a shadow; None: one has no place for it.

    From the last rule to the first, so that the places of the others stay as they are.
    """
    from mmctl.cli.files.splicing import without_shadow

    changed: str | None = text
    for rule in sorted(rules, key=lambda rule: rule.position.line, reverse=True):
        changed = None if changed is None else without_shadow(changed, rule.position)
    return changed


def _asked(project: Project, rule: str | None, owner: str | None) -> list[LogicalRule]:
    """The shadow rules that are meant.

    Raises:
        UsageError: there is no such rule or owner, or no shadow rule of theirs.
    """
    if rule is not None:
        return [_shadow(project, rule)]
    from mmctl.language.text.suggest import did_you_mean

    known = _rules(project).values()
    owners = dict.fromkeys(each.owner for each in known if each.owner is not None)
    if owner not in owners:
        raise UsageError(f"no rule has the owner `{owner}`", help=did_you_mean(owner or "", owners))
    found = [each for each in known if each.owner == owner and each.shadow and each.enabled]
    if not found:
        raise UsageError(
            f"owner `{owner}` has no enabled rule with `shadow: true`",
            help="all of its rules act once they are applied",
        )
    return found


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
