"""What an `up` would do, shown before anybody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.staging.place import StackPlace
    from mmctl.cli.staging.wanted_stacks import StackAndTemplate
    from mmctl.operate.stacks.preparing import PreparedStack


def show_changes(
    place: StackPlace, prepared: Sequence[PreparedStack], stacks: Sequence[StackAndTemplate]
) -> None:
    """Print to stderr what is made, changed and removed, and what it costs by the hour."""
    identity = place.identity
    say = place.run.warn
    say(f"environment {place.environment.name}, account {identity.account}, {identity.region}")
    say(f"as {identity.caller}")
    for line in _lines(prepared):
        say(line)
    if any(each.change_set is not None for each in prepared):
        for line in _costs(place, stacks):
            say(line)
    for stack in stacks:
        for note in stack.notes:
            say(f"note: {note}")


def refuse_destruction(
    place: StackPlace, prepared: Sequence[PreparedStack], *, allowed: bool
) -> None:
    """Refuse, in a protected environment, what removes a resource or replaces it.

    Raises:
        Refused: nobody allowed it.
    """
    destroyed = [each for one in prepared for each in one.destroys]
    if not destroyed or allowed or not place.environment.protected:
        return
    listed = tuple(f"{each.name} ({each.type})" for each in destroyed)
    raise Refused(
        f"{counted(len(destroyed), 'resource')} of {place.environment.name} would be removed or "
        "replaced",
        why="the environment is protected, and what is in them may be lost",
        help="--allow-delete",
        details=listed,
    )


def _costs(place: StackPlace, stacks: Sequence[StackAndTemplate]) -> Iterator[str]:
    """What all of it costs by the hour, as an estimate, and what has no known price."""
    from mmctl.operate.costs.prices import usual_prices
    from mmctl.operate.costs.resources import hourly_of
    from mmctl.render.text.costs import hourly_lines

    templates = [each.template for each in stacks]
    yield from hourly_lines(hourly_of(place.environment.name, templates, usual_prices()))


def _lines(prepared: Sequence[PreparedStack]) -> Iterator[str]:
    from mmctl.render.text.stacks import change_lines

    for each in prepared:
        new = each.stack is None or each.stack.status == "REVIEW_IN_PROGRESS"
        name = each.wanted.name
        if each.change_set is None:
            yield f"{name}: nothing to do"
            continue
        yield from change_lines(name, new=new, changes=each.changes)
        if each.then is not None:
            later = len(each.then.document["Resources"]) - len(each.changes)
            yield f"  then {later} more: its template is read from the bucket above"
