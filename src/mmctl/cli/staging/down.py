"""`mmctl foundation down` and `mmctl staging down`: in order, and what is left is said."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.change import environment_words
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.staging.left_costs import ARCHIVE, goes_on_to_cost
from mmctl.cli.staging.place import with_what_is_known
from mmctl.cli.staging.wanted_stacks import FOUNDATION, STAGING
from mmctl.counted import counted
from mmctl.errors import CouldNot, Refused
from mmctl.records import dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.run import Run
    from mmctl.cli.staging.place import StackPlace
    from mmctl.cli.staging.rules import RulesDone
    from mmctl.language.project import Project
    from mmctl.live.aws.kept_data import KeptData, KeptThing
    from mmctl.live.state.stacks import StackState
    from mmctl.operate.stacks.removal import Removed
    from mmctl.operate.stacks.report import PartRow, StacksReport

_ORDER: Final = (STAGING, FOUNDATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownOptions:
    """What the person who takes stacks away has agreed to."""

    yes: bool = False
    with_data: bool = False


def down(run: Run, layer: str, options: DownOptions) -> int:
    """Take away an environment's stacks, its rules first; report what is left."""
    from mmctl.cli.interruptions import stoppable

    with stoppable():
        return _down(run, layer, options)


def _down(run: Run, layer: str, options: DownOptions) -> int:
    from mmctl.cli.changes.agreement import agreed
    from mmctl.cli.result_table import STACKS, write
    from mmctl.cli.staging.place import stack_place
    from mmctl.cli.staging.rules import carry_out_rules, plan_rules_down
    from mmctl.cli.staging.wanted_stacks import bare_stack
    from mmctl.operate.stacks.removal import removable, take_away

    place = stack_place(run, check=partial(_refuse_protected, layer))
    layers = _ORDER if layer == STAGING else (FOUNDATION,)
    wanted = [bare_stack(place, each) for each in layers]
    found = [removable(each, place.means) for each in wanted]
    there = [each for each in found if each is not None]
    if layer == FOUNDATION:
        _refuse_under_staging(place)
    for line in _announced(place, there, options):
        run.warn(line)
    planned = plan_rules_down(with_what_is_known(place), with_data=options.with_data)
    where = f"{place.environment.name} (account {place.identity.account})"
    if not agreed(run, f"take this away from {where}? [y/N] ", yes=options.yes):
        run.say("nothing was taken away")
        return REFUSED
    # Mail Manager's objects go first: they use what the stacks made.
    rules = carry_out_rules(planned)
    removed = [take_away(each, place.means) for each in wanted]
    # The history is among the data: it is read before that goes.
    left = (*_archives(rules), *_data(place, options))
    write(run, STACKS, _report(place, rules, removed, left))
    return 0


def _refuse_protected(layer: str, project: Project) -> None:
    name = project.environment.name
    if project.environment.protected:
        raise Refused(
            f"environment {name} is protected",
            why=f"`{layer} down` would take away what its mail needs",
            help=f"take `protected: true` off {name} in mmctl.yaml first, and have that reviewed",
        )


def _refuse_under_staging(place: StackPlace) -> None:
    """The staging stack stands on the foundation.

    Raises:
        Refused: it is still there.
    """
    from mmctl.cli.staging.wanted_stacks import bare_stack

    wanted = bare_stack(place, STAGING)
    if place.service.stack(wanted.name) is not None:
        raise Refused(
            f"the stack `{wanted.name}` stands on the foundation",
            why="its mail server and relays use what the foundation made",
            help=f"mmctl staging down{environment_words(place.project)}: it takes both away",
        )


def _announced(
    place: StackPlace, stacks: Sequence[StackState], options: DownOptions
) -> Iterator[str]:
    identity = place.identity
    yield f"environment {place.environment.name}, account {identity.account}, {identity.region}"
    yield "  - Mail Manager's objects of this project: rule sets, ingress points, relays, policies"
    for stack in stacks:
        resources = place.service.resources(stack.id)
        yield f"  - stack {stack.name}, {counted(len(resources), 'resource')}"
        yield from (f"      {visible(each.name)}  {visible(each.type)}" for each in resources)
    if options.with_data:
        yield "  - for good: archives with their mail, buckets, log groups, tables, keys"
    else:
        yield "  archives, buckets, log groups, tables and keys stay: --with-data deletes them too"


def _data(place: StackPlace, options: DownOptions) -> tuple[str, ...]:
    """Delete the data that outlives the stacks if that is wished; say what is left."""
    from mmctl.live.aws.kept_data import KeptData

    try:
        things = _kept(place)
        kept = KeptData(place.open)
        things = tuple(each for each in things if kept.still_there(each))
    except CouldNot as error:
        return (f"not known: {error.message}",)
    if not options.with_data:
        return tuple(f"{_told(each)}: {goes_on_to_cost(each.kind)}" for each in things)
    return tuple(line for each in things for line in _deleted(place, kept, each))


def _kept(place: StackPlace) -> tuple[KeptThing, ...]:
    from mmctl.cli.staging.wanted_stacks import bare_stack
    from mmctl.live.aws.kept_data import kept_thing
    from mmctl.live.aws.tagged import tagged_arns

    tags = bare_stack(place, FOUNDATION).tags
    arns = tagged_arns(place.open("resourcegroupstaggingapi"), tags)
    return tuple(thing for thing in map(kept_thing, arns) if thing is not None)


def _deleted(place: StackPlace, kept: KeptData, thing: KeptThing) -> Iterator[str]:
    place.run.say(f"deleting {thing.kind} {thing.name}")
    try:
        said = kept.delete(thing)
    except CouldNot as error:
        yield f"{_told(thing)}: {error.message}"
    else:
        if said is not None:
            yield said


def _told(thing: KeptThing) -> str:
    return f"{thing.kind} {thing.name}"


def _report(
    place: StackPlace, rules: RulesDone, removed: Sequence[Removed], left: tuple[str, ...]
) -> StacksReport:
    from mmctl.operate.stacks.report import PartRow, StackRow, StacksReport

    parts: list[PartRow] = [rules.part]
    parts += [
        PartRow(
            name=each.name,
            result="deleted" if each.there else "was not there",
            seconds=each.seconds if each.there else None,
        )
        for each in removed
    ]
    return StacksReport(
        doing="down",
        environment=place.environment.name,
        account=place.identity.account,
        region=place.identity.region,
        stacks=tuple(StackRow(name=each.name, status="absent") for each in removed),
        parts=tuple(parts),
        left=left,
    )


def _archives(rules: RulesDone) -> tuple[str, ...]:
    """The archives that stay, as they are live."""
    from mmctl.live.state.read import read_live
    from mmctl.model.kinds import Kind

    change = rules.change
    desired = change.desired()
    state = read_live(change.means.service, desired, change.means.history.known())
    return tuple(
        f"archive {each.name}: {goes_on_to_cost(ARCHIVE)}"
        for each in state.configuration.of_kind(Kind.ARCHIVE)
        if each.project == desired.project
    )
