"""The arguments of a command or test, each under its tag or by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.sieve.syntax import (
    NumberArgument,
    QuotedString,
    StringList,
    TagArgument,
    texts_of,
)
from mmctl.interchange.sieve.vocabulary import ArgumentKind, CallForm
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.sieve.syntax import Argument, ScriptCall
    from mmctl.problem import Position


@dataclass(slots=True, kw_only=True)
class GivenArguments:
    """The arguments of one call."""

    tags: list[str] = field(default_factory=list)
    tagged: dict[str, Argument] = field(default_factory=dict)
    """What is behind a tag that takes something."""
    positional: list[Argument | None] = field(default_factory=list)
    """By place; None: it may be left out, and is."""
    wrong: str | None = None
    """The first thing that does not fit."""
    place: Position | None = None

    def texts(self, index: int) -> tuple[QuotedString, ...]:
        """The strings of an argument by its place."""
        argument = self.positional[index] if index < len(self.positional) else None
        return () if argument is None else texts_of(argument)

    def value(self, tag: str) -> str | None:
        """The string behind a tag."""
        argument = self.tagged.get(tag)
        return argument.value if isinstance(argument, QuotedString) else None

    def fail(self, message: str, place: Position) -> None:
        """Note the first thing that does not fit."""
        if self.wrong is None:
            self.wrong, self.place = message, place


def given(call: ScriptCall, form: CallForm) -> GivenArguments:
    """Tell the arguments of a call apart; `wrong` says what does not fit."""
    found = GivenArguments()
    by_place: list[Argument] = []
    groups: dict[str, str] = {}
    waiting: str | None = None
    for argument in call.arguments:
        if waiting is not None:
            if not _fits(argument, form.tags[waiting].takes):
                found.fail(f"`:{waiting}` takes {form.tags[waiting].takes}", argument.place)
            found.tagged[waiting], waiting = argument, None
        elif isinstance(argument, TagArgument):
            waiting = _tag(argument, call, form, found, groups)
            if by_place:
                found.fail(f"`:{argument.name}` is behind other arguments", argument.place)
        else:
            by_place.append(argument)
    if waiting is not None:
        found.fail(f"`:{waiting}` takes {form.tags[waiting].takes}", call.place)
    _by_place(by_place, call, form, found)
    return found


def _tag(
    tag: TagArgument,
    call: ScriptCall,
    form: CallForm,
    found: GivenArguments,
    groups: dict[str, str],
) -> str | None:
    """Take a tag; the tag itself, if it takes the next argument."""
    known = form.tags.get(tag.name)
    if known is None:
        found.fail(f"`{call.name}` has no `:{tag.name}`", tag.place)
        return None
    group = known.one_of or tag.name
    if group in groups:
        found.fail(f"`:{tag.name}` after `:{groups[group]}`", tag.place)
    groups[group] = tag.name
    found.tags.append(tag.name)
    return tag.name if known.takes is not None else None


def _by_place(
    arguments: list[Argument], call: ScriptCall, form: CallForm, found: GivenArguments
) -> None:
    lacking = len(form.takes) - len(arguments)
    if not 0 <= lacking <= form.may_lack:
        most = len(form.takes)
        wanted = str(most) if not form.may_lack else f"{most - form.may_lack} to {most}"
        noun = "argument" if wanted == "1" else "arguments"
        found.fail(f"`{call.name}` takes {wanted} {noun}, not {len(arguments)}", call.place)
        return
    absent: list[Argument | None] = [None] * lacking
    found.positional = [*absent, *arguments] if form.lacks_first else [*arguments, *absent]
    for argument, takes in zip(found.positional, form.takes, strict=True):
        if argument is not None and not _fits(argument, takes):
            found.fail(f"`{call.name}` takes {takes} here", argument.place)


def _fits(argument: Argument, takes: ArgumentKind | None) -> bool:
    match takes:
        case ArgumentKind.TEXT:
            return isinstance(argument, QuotedString)
        case ArgumentKind.TEXTS:
            return isinstance(argument, (QuotedString, StringList))
        case _:
            return isinstance(argument, NumberArgument)
