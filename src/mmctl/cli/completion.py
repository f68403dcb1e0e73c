"""Complete the words of a command line for bash, zsh and fish, in the way that typer installs.

The table of words is rendered from typer. What is unusual is left to it: quotes, `--name=`, shared
options before the command. Names of the project (environments, rules) complete nothing yet.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli import world
from mmctl.cli.at_once import width_of_page
from mmctl.cli.command_lines import COMMAND_LINES, COMMANDS_TO_COMPLETE, COMPLETIONS
from mmctl.cli.help_layout import TooNarrow, lines_of
from mmctl.cli.well_formed import NotWellFormed, given

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final, TypeAlias

    Found: TypeAlias = "list[tuple[str, str]]"

COMPLETE: Final = "_MMCTL_COMPLETE"
"""The variable by which a shell asks for completion."""
_LONGEST: Final = 6
"""The digits of the number of a word."""
_FISH_ACTION: Final = "_TYPER_COMPLETE_FISH_ACTION"


def completed() -> tuple[str, int] | None:
    """What the shell gets, and the exit code; None: typer has to say, or no shell asks."""
    shell = _SHELLS.get(world.variable(COMPLETE) or "")
    if shell is None:
        return None
    words, answer = shell
    try:
        return answer(_found(*words()))
    except (NotWellFormed, TooNarrow):
        return None


def refuse_what_no_shell_asks() -> None:
    """Refuse to complete for bash where it does not say what: typer would fail.

    Raises:
        UsageError: a variable is not set, or is no number.
    """
    from mmctl.errors import UsageError

    if world.variable(COMPLETE) != "complete_bash":
        return
    if world.variable("COMP_WORDS") is None:
        wrong = "`COMP_WORDS`, the words to complete, is not set"
    elif _place_in_bash() is None:
        wrong = "`COMP_CWORD`, the number of the word to complete, is not a number"
    else:
        return
    raise UsageError(wrong, help="bash sets it: mmctl --install-completion")


def _found(words: Sequence[str], begun: str) -> Found:
    """Words that begin so, each with its help."""
    if "=" in begun or "--" in words:
        raise NotWellFormed
    if not words:
        commands = [each for each in COMMANDS_TO_COMPLETE if each[0].startswith(begun)]
        return commands + _options("", begun, set())
    if words[0] not in COMMAND_LINES:
        raise NotWellFormed
    options, _ = COMMAND_LINES[words[0]]
    if words[-1] in options and options[words[-1]][1] not in {"flag", "help"}:
        if begun.startswith("-"):
            raise NotWellFormed
        given(words[0], words[1:-1])
        choices = next(
            choices for names, _, _, choices in COMPLETIONS[words[0]] if words[-1] in names
        )
        return [(each, "") for each in choices if each.startswith(begun)]
    return _options(words[0], begun, given(words[0], words[1:]))


def _options(command: str, begun: str, already: set[str]) -> Found:
    if not begun.startswith("-"):
        return []
    keys = COMMAND_LINES[command][0] if command else {}
    return [
        (name, about)
        for names, many, about, _ in COMPLETIONS[command]
        if many or keys.get(names[0], ("",))[0] not in already
        for name in names
        if name.startswith(begun)
    ]


def _words_of_bash() -> tuple[list[str], str]:
    words = _split(world.variable("COMP_WORDS"))
    number = _place_in_bash()
    if number is None:
        raise NotWellFormed
    return words[1:number], words[number] if number < len(words) else ""


def _place_in_bash() -> int | None:
    place = world.variable("COMP_CWORD") or ""
    is_number = place.isascii() and place.isdigit() and len(place) <= _LONGEST
    return int(place) if is_number else None


def _words_of_line() -> tuple[list[str], str]:
    line = world.variable("_TYPER_COMPLETE_ARGS")
    words = _split(line)[1:]
    if not words or (line or "").endswith(" "):
        return words, ""
    return words[:-1], words[-1]


def _split(line: str | None) -> list[str]:
    if line is None or not line.isascii() or any(each in line for each in "'\"\\"):
        raise NotWellFormed
    if not line.replace("\n", " ").replace("\t", " ").isprintable():
        raise NotWellFormed
    return line.split()


def _for_bash(found: Found) -> tuple[str, int]:
    return "\n".join(name for name, _ in found) + "\n", 0


def _for_zsh(found: Found) -> tuple[str, int]:
    lines = "\n".join(
        f'"{_escaped(name)}":"{_folded(_escaped(about))}"' if about else f'"{_escaped(name)}"'
        for name, about in found
    )
    return f"_arguments '*: :(({lines}))'\n" if found else "_files\n", 0


def _for_fish(found: Found) -> tuple[str, int]:
    if world.variable(_FISH_ACTION) == "is-args":
        return "", 0 if found else 1
    if world.variable(_FISH_ACTION) != "get-args":
        return "\n", 0
    return "\n".join(
        f"{name}\t{_folded(about)}" if about else name for name, about in found
    ) + "\n", 0


def _escaped(text: str) -> str:
    text = text.replace('"', '""').replace("'", "''").replace("$", "\\$")
    return text.replace("`", "\\`").replace(":", r"\\:")


def _folded(text: str) -> str:
    width = width_of_page()
    if width is None:
        raise TooNarrow
    return "\n".join(lines_of(text, width))


_SHELLS: Final[
    dict[str, tuple[Callable[[], tuple[list[str], str]], Callable[[Found], tuple[str, int]]]]
] = {
    "complete_bash": (_words_of_bash, _for_bash),
    "complete_zsh": (_words_of_line, _for_zsh),
    "complete_fish": (_words_of_line, _for_fish),
}
