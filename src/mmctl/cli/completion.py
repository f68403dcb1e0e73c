"""Complete the words of a command line for each shell, in the way that typer installs.

The table of words is rendered from typer; names of the project are those that lint kept. What is
unusual is left to typer, and options in PowerShell are.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli import world
from mmctl.cli.at_once import width_of_page
from mmctl.cli.command_lines import COMMAND_LINES, COMMANDS_TO_COMPLETE, COMPLETIONS
from mmctl.cli.completed_names import (
    behind_in_zsh,
    for_bash,
    for_powershell,
    for_zsh,
    names_for,
)
from mmctl.cli.help_layout import TooNarrow, lines_of
from mmctl.cli.shell_words import ShellWords, joined_at_equals, shell_words
from mmctl.cli.well_formed import NotWellFormed, given, placed
from mmctl.cli.words import is_shared

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
_ANY: Final = "lint"
"""A command whose shared options are those of all."""


def completed() -> tuple[str, int] | None:
    """What the shell gets, and the exit code; None: typer has to say, or no shell asks."""
    shell = _SHELLS.get(world.variable(COMPLETE) or "")
    if shell is None:
        return None
    read, answer, answer_names = shell
    try:
        words = read()
        names = _names(words)
        if names:
            return answer_names(names, words)
        return answer(_found(words.plain(), words.begun, words.glued), words)
    except (NotWellFormed, TooNarrow):
        return None


def _names(line: ShellWords) -> list[str]:
    """The names that begin so, where the next word is a name."""
    command, *words = line.before or [""]
    if (command and command not in COMMAND_LINES) or line.begun.startswith("-") or "--" in words:
        return []
    option = words.pop() if words and _takes_value(command, words[-1]) else None
    places = [at for at, word in enumerate(words[:-1]) if word in {"-C", "--directory"}]
    folder = words[places[-1] + 1] if places else "."
    try:
        names = names_for(command, placed(command or _ANY, words), option, folder)
    except OSError:  # the folder was deleted
        return []
    return [name for name in names if name.startswith(line.begun)]


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


def _takes_value(command: str, option: str) -> bool:
    """Whether a word is an option of a command, or of all with "", that a value follows."""
    if command not in COMMAND_LINES and (command or not is_shared(option)):
        return False
    kind = COMMAND_LINES[command or _ANY][0].get(option, ("", "flag"))[1]
    return kind not in {"flag", "help"}


def _found(before: Sequence[str], begun: str, glued: str) -> Found:
    """Words that begin so, each with its help."""
    command, *words = before or [""]
    if (command and command not in COMMAND_LINES) or "--" in words:
        raise NotWellFormed
    if words and _takes_value(command, words[-1]):
        if begun.startswith("-") and not glued:
            raise NotWellFormed
        given(command or _ANY, words[:-1])
        choices = next(
            choices for names, _, _, choices in COMPLETIONS[command or _ANY] if words[-1] in names
        )
        return [(each, "") for each in choices if each.startswith(begun)]
    if "=" in begun:
        raise NotWellFormed
    already = given(command or _ANY, words)
    if command:
        return _options(command, begun, already)
    commands = [each for each in COMMANDS_TO_COMPLETE if each[0].startswith(begun)]
    shared = [each for each in _options(_ANY, begun, already) if is_shared(each[0])]
    return commands + (shared if words else _options("", begun, set()) or shared)


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


def _words_of_bash() -> ShellWords:
    number = _place_in_bash()
    text = world.variable("COMP_WORDS")
    if text is None or number is None:
        raise NotWellFormed
    words = text.split("\n" if "\n" in text else " ")
    if not 0 < number <= len(words):
        raise NotWellFormed
    begun = words[number] if number < len(words) else ""
    line = _ordered(shell_words(joined_at_equals([*words[1:number], begun])))
    if "=" in (begun, words[number - 1]):  # bash replaces what is behind the sign
        line.glued = ""
    return line


def _ordered(words: ShellWords) -> ShellWords:
    """The words with the command first, and `--name=value` as two words."""
    ordered = words.command_first()
    command = ordered.before[0] if ordered.before else ""
    return ordered.value_apart(lambda name: _takes_value(command, name))


def _place_in_bash() -> int | None:
    place = world.variable("COMP_CWORD") or ""
    is_number = place.isascii() and place.isdigit() and len(place) <= _LONGEST
    return int(place) if is_number else None


def _words_of_line() -> ShellWords:
    line = world.variable("_TYPER_COMPLETE_ARGS")
    if line is None:
        raise NotWellFormed
    return _ordered(shell_words([line], skip=1))


def _words_of_powershell() -> ShellWords:
    line = world.variable("_TYPER_COMPLETE_ARGS")
    begun = world.variable("_TYPER_COMPLETE_WORD_TO_COMPLETE") or ""
    if line is None or not line.endswith(begun):
        raise NotWellFormed
    before = line.removesuffix(begun)
    return _ordered(shell_words([before + " " if before else "", begun], skip=1, backslash=False))


def _for_bash(found: Found, words: ShellWords) -> tuple[str, int]:
    return "\n".join(words.glued + name for name, _ in found) + "\n", 0


def _for_zsh(found: Found, words: ShellWords) -> tuple[str, int]:
    lines = "\n".join(
        f'"{_escaped(name)}":"{_folded(_escaped(about))}"' if about else f'"{_escaped(name)}"'
        for name, about in found
    )
    return behind_in_zsh(words, f"_arguments '*: :(({lines}))'" if found else "_files"), 0


def _for_fish(found: Found, words: ShellWords) -> tuple[str, int]:
    if world.variable(_FISH_ACTION) == "is-args":
        return "", 0 if found else 1
    if world.variable(_FISH_ACTION) != "get-args":
        return "\n", 0
    return "\n".join(
        f"{words.glued}{name}\t{_folded(about)}" if about else f"{words.glued}{name}"
        for name, about in found
    ) + "\n", 0


def _for_powershell(found: Found, words: ShellWords) -> tuple[str, int]:
    if not words.glued or not found:
        raise NotWellFormed
    return for_powershell([name for name, _ in found], words), 0


def _names_for_bash(names: list[str], words: ShellWords) -> tuple[str, int]:
    return "\n".join(words.glued + each for each in for_bash(names, words.quote)) + "\n", 0


def _names_for_zsh(names: list[str], words: ShellWords) -> tuple[str, int]:
    return for_zsh(names, words), 0


def _names_for_fish(names: list[str], words: ShellWords) -> tuple[str, int]:
    return _for_fish([(name, "") for name in names], words)


def _names_for_powershell(names: list[str], words: ShellWords) -> tuple[str, int]:
    return for_powershell(names, words), 0


def _escaped(text: str) -> str:
    text = text.replace('"', '""').replace("'", "''").replace("$", "\\$")
    return text.replace("`", "\\`").replace(":", r"\\:")


def _folded(text: str) -> str:
    width = width_of_page()
    if width is None:
        raise TooNarrow
    return "\n".join(lines_of(text, width))


_SHELLS: Final[
    dict[
        str,
        tuple[
            Callable[[], ShellWords],
            Callable[[Found, ShellWords], tuple[str, int]],
            Callable[[list[str], ShellWords], tuple[str, int]],
        ],
    ]
] = {
    "complete_bash": (_words_of_bash, _for_bash, _names_for_bash),
    "complete_zsh": (_words_of_line, _for_zsh, _names_for_zsh),
    "complete_fish": (_words_of_line, _for_fish, _names_for_fish),
    "complete_powershell": (_words_of_powershell, _for_powershell, _names_for_powershell),
}
"""How each shell says the words, and how it takes options and names."""
