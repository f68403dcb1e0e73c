"""`mmctl list add|remove`: one address, in the file and live, with snapshot and history.

The emergency block: it runs neither lint nor cases, and nothing else in the files goes live. If the
files cannot be read, it changes only what is live, and says so.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.changes.agreement import agreed_by_name
from mmctl.cli.changes.change import applied_as, environment_words, open_change, screen, write_entry
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.files.editing import FileEdit, edit_of, edited, editing_alone, take_back
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run
from mmctl.errors import ProblemsFound, Refused, UsageError
from mmctl.inputs import RULES_AT_MOST, read_text
from mmctl.language.text.nodes import Scalar
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.errors import MmctlError
    from mmctl.language.project import LogicalAddressList, Project
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.plan.plan import Plan

ADD, REMOVE = "add", "remove"
_ON: Final = {ADD: "on", REMOVE: "not on"}
"""Where an address is when the command is done."""


def list_(
    run: Run,
    verb: Annotated[str, typer.Argument(metavar="add|remove", help="add or remove.")],
    name: Annotated[str, typer.Argument(metavar="LIST", help="An address list of the project.")],
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A member, such as `*@example.net`.")
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", help="The reason, for the history.", metavar="TEXT")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a prompt.")] = False,
    force: Annotated[
        list[str] | None, typer.Option("--force", help="Release a brake.", metavar="BRAKE")
    ] = None,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take over a stale lock.")
    ] = False,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Add an address to a list or take it off, in the file and live, and nothing else."""
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.brakes.brake import brakes_named

    if verb not in {ADD, REMOVE}:
        raise UsageError(f"got `list {verb}`", help="list add LIST ADDRESS, or list remove …")
    if verb == ADD:
        _check_address(address)
    permissions = Permissions(forced=brakes_named(force or ()), break_lock=break_lock)
    carry_out = partial(
        _apply, run, (verb, name, address), endpoint_url, permissions, reason, yes=yes
    )
    with editing_alone(run.root):
        return _in_file_and_live(run, verb, name, address, carry_out)


def _in_file_and_live(
    run: Run, verb: str, name: str, address: str, carry_out: Callable[..., int]
) -> int:
    try:
        project = run.project()
    except (ProblemsFound, UsageError) as error:
        return _live_alone(run, error, carry_out)
    listed = _list(project, name)
    if _has(listed, address) == (verb == ADD):
        run.say(f"`{address}` is {_ON[verb]} the list in the file already")
        return carry_out()
    edit = _edit(run, listed, verb, address)
    with edited(run, edit, lambda after: _is_that(project, after, name, verb, address)):
        code = carry_out()
    if code == REFUSED:
        take_back(edit)
    else:
        run.say(f"edited {edit.path.relative_to(run.root.resolve())}")
    return code


def _list(project: Project, name: str) -> LogicalAddressList:
    from mmctl.language.text.suggest import did_you_mean

    found = project.address_lists.get(name)
    if found is None:
        advice = did_you_mean(name, project.address_lists) or _instead(project)
        raise UsageError(f"there is no address list `{name}`", help=advice)
    if found.members is None:
        raise _external(name)
    return found


def _instead(project: Project) -> str:
    if project.address_lists:
        names = ", ".join(f"`{each}`" for each in sorted(project.address_lists))
        return f"the project has {names}"
    return (
        "the project has none: name one under `address_lists`, and use it in a rule, as"
        " `mail_from: {in_address_list: NAME}`"
    )


def _external(name: str) -> UsageError:
    return UsageError(
        f"the members of `{name}` are external: no file of this project has them",
        help="change them at their source",
    )


def _live_alone(run: Run, error: MmctlError, carry_out: Callable[..., int]) -> int:
    """Change only what is live: an emergency does not wait until the files are valid.

    The change then counts as done by hand, so that the next apply does not undo it unseen.

    Raises:
        ProblemsFound, UsageError: no project file says where the environment is.
    """
    from mmctl.counted import counted

    project = run.read_alone()
    found = counted(len(error.problems), "error") if isinstance(error, ProblemsFound) else error
    run.say(f"the files cannot be used ({found}): no file is changed")
    code = carry_out(alone=project)
    if code != REFUSED:
        words = environment_words(project)
        run.say(f"no file was changed; once the files are fixed: mmctl drift --write{words}")
    return code


def _check_address(address: str) -> None:
    """Refuse what would match nobody, before anything is written."""
    from mmctl.checks.unusable_list_member import fault_of

    fault = fault_of(address)
    if fault is not None:
        message, advice = fault
        raise UsageError(message, help=advice)


def _has(listed: LogicalAddressList, address: str) -> bool:
    return address.lower() in {member.lower() for member in listed.members or ()}


def _edit(run: Run, listed: LogicalAddressList, verb: str, address: str) -> FileEdit:
    """The edit of the YAML file, or of the file of members beside it."""
    from mmctl.cli.files.splicing import csv_with, csv_without, with_value, without_value

    path = run.root.resolve() / listed.position.file
    keys = ("address_lists", listed.name)
    beside = _members_file(path, listed.name)
    what = f"address list `{listed.name}`"
    if verb == ADD and beside is None:
        return edit_of(path, lambda text: with_value(text, (*keys, "members"), address), what)
    if verb == ADD and beside is not None:
        return edit_of(beside, lambda text: csv_with(text, address), what)
    places = {member.lower(): place for place, member in enumerate(listed.members or ())}
    number = places[address.lower()]
    written = listed.positions.at(("members", number))
    if beside is not None and written.file != listed.position.file:
        return edit_of(beside, lambda text: csv_without(text, address), what)
    return edit_of(path, lambda text: without_value(text, written, address), what)


def _members_file(path: Path, name: str) -> Path | None:
    from mmctl.cli.files.splicing import node_at

    text = read_text(path, at_most=RULES_AT_MOST)
    node = node_at(text, ("address_lists", name, "members_file"))
    return Path(os.path.normpath(path.parent / node.text)) if isinstance(node, Scalar) else None


def _is_that(before: Project, after: Project, name: str, verb: str, address: str) -> bool:
    """Whether two projects differ in one address of one list and in nothing else."""
    lists = (before.address_lists[name].members, after.address_lists[name].members)
    had, has = ({member.lower() for member in members or ()} for members in lists)
    expected = had | {address.lower()} if verb == ADD else had - {address.lower()}
    others = {key for key, found in before.address_lists.items() if key != name}
    same = all(
        before.address_lists[key].members == after.address_lists[key].members for key in others
    )
    return has == expected and same and after.address_lists.keys() == before.address_lists.keys()


def _apply(
    run: Run,
    words: tuple[str, str, str],
    endpoint_url: str | None,
    permissions: Permissions,
    reason: str | None,
    *,
    yes: bool,
    alone: Project | None = None,
) -> int:
    """Make the change live; `alone` is the project if no rule file can be read."""
    from mmctl.live.apply.apply import apply, check_permitted
    from mmctl.render.text import plan as render

    change = open_change(run, endpoint_url=endpoint_url, project=alone)
    made = _planned(change, *words, alone=alone is not None)
    with screen(change) as show, stoppable():
        show(render.heading(made.target.environment, made.target.identity, change.trust))
        if made.empty:
            run.say(f"nothing to do: it is {_ON[words[0]]} the live list already")
            write_entry(change, None)
            return 0
        show(render.edits_alone(made.edits, width=run.console().width, verbose=run.verbose))
        check_permitted(made, change.means, permissions)
        change.means.history.check_writable()
        if not agreed_by_name(change, "apply this to", yes=yes):
            run.say("not applied")
            return REFUSED
        why = reason or " ".join(words)
        entry = apply(
            made,
            change.means,
            permissions,
            reason=why,
            answers_pins=False,
            by_hand=alone is not None,
        )
        if entry is not None:
            show(render.line(applied_as(change, entry)))
            write_entry(change, entry)
    return 0


def _planned(change: LiveEnvironment, verb: str, name: str, address: str, *, alone: bool) -> Plan:
    """The plan that changes one member of a live list and nothing else.

    `alone`: the history says what the lists are called, not the files.
    """
    from mmctl.language.text.suggest import did_you_mean
    from mmctl.live.apply.settling import read_settled, settle
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.plan.plan import make_plan

    means = change.means
    known = means.history.known()
    desired = (known if alone else None) or change.desired()
    settle(means, desired.project)
    state = read_settled(means, desired, known)
    state = with_logical_rules(state, means.history, desired)
    listed = state.configuration.find(Kind.ADDRESS_LIST, name)
    if listed is None or listed.project != desired.project:
        live = [each.name for each in state.configuration.of_kind(Kind.ADDRESS_LIST)]
        raise Refused(
            f"address list {name} is not live in {change.project.environment.name}",
            why="there is no list to change",
            help=did_you_mean(name, live) or "mmctl plan, then mmctl apply",
        )
    if listed.compiled_for is not None:
        raise Refused(
            f"address list {name} is made by the compiler",
            why=f"its members are values of rules of {listed.compiled_for}, and it never changes",
            help="add the address to a list of the project, or to a rule: mmctl apply",
        )
    if listed.members is None:
        raise _external(name)
    kept = [member for member in listed.members if member.lower() != address.lower()]
    members = tuple(sorted([*kept, address] if verb == ADD else kept))
    if verb == ADD and len(kept) < len(listed.members):
        members = listed.members
    changed = replace(listed, members=members)
    objects = tuple(
        changed if each.key == listed.key else each for each in state.configuration.objects
    )
    wanted = replace(state.configuration, objects=objects)
    return make_plan(
        change.target, wanted, state, partial=True, serial=len(means.history.entries())
    )
