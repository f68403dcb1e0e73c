"""What an error advises can be done: every flag that a `help:` names exists for its command."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import typer

from mmctl.cli.command_table import COMMANDS
from mmctl.cli.face import make_app
from mmctl.live.brakes.brake import Brake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD: Final = re.compile(r"--[a-z][a-z-]*|[^\s`,;()]+|[,;]")
_ENDS: Final = {",", ";", "or", "then"}
_OTHERS: Final = {"git", "aws", "pip", "gh", "python", "chmod", "chgrp", "export"}
_PLANS: Final = {"plan", "promote"}
"""Commands that only plan: there `--force` takes what holds up a plan."""
_IN_PLANS: Final = (Brake.LINT, Brake.TRUST)


@cache
def options_of(command: str) -> frozenset[str]:
    """The options of a command, as they are typed."""
    found = typer.main.get_command(make_app(command))
    named = getattr(found, "commands", {}).get(command, found)
    return frozenset({"--help", *(name for each in named.params for name in each.opts)})


def advice(errors: Sequence[str]) -> Iterator[str]:
    """The lines of help among lines of standard error, as far as the command itself wrote them."""
    yield from (line.removeprefix("help:").strip() for line in errors if line.startswith("help:"))


def wrong_flags(command: str, text: str) -> list[str]:
    """The flags in a text that its command, or the command it names before them, does not have."""
    return list(_wrong(command, _WORD.findall(text)))


def _wrong(command: str, words: Iterable[str]) -> Iterator[str]:
    names = {name for name, _, _ in COMMANDS}
    about: str | None = command
    before = ""
    for word in words:
        if before == "mmctl" and word in names:
            about = word
        elif word in _OTHERS:
            about = None
        elif word in _ENDS and about is None:
            about = command
        elif word.startswith("--") and about is not None and word not in options_of(about):
            yield f"{about} {word}"
        elif before == "--force" and about is not None and not _is_brake(word, about):
            yield f"{about} --force {word}"
        before = word


def _is_brake(word: str, command: str) -> bool:
    known = _IN_PLANS if command in _PLANS else tuple(Brake)
    return word.partition("=")[0] in known or word.isupper()
