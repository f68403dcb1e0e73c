"""Complete the words of a command line for each shell, in the way that typer installs.

The table of words is rendered from typer; names of the project are those that lint kept. What is
unusual is left to typer: `--name=`, shared options before the command, options in PowerShell.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli import world
from mmctl.cli.at_once import width_of_page
from mmctl.cli.command_lines import COMMAND_LINES, COMMANDS_TO_COMPLETE, COMPLETIONS
from mmctl.cli.completed_names import for_bash, for_powershell, for_zsh, names_for
from mmctl.cli.help_layout import TooNarrow, lines_of
from mmctl.cli.shell_words import ShellWords, shell_words
from mmctl.cli.well_formed import NotWellFormed, given, placed

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
    read, answer, answer_names = shell
    try:
        words = read()
        names = _names(words)
        if names:
            return answer_names(names, words.quote)
        return answer(_found(words.plain(), words.begun))
    except (NotWellFormed, TooNarrow):
        return None


def _names(line: ShellWords) -> list[str]:
    """The names that begin so, where the next word is a name."""
    command, *words = line.before or [""]
    if command not in COMMAND_LINES or line.begun.startswith("-") or "--" in words:
        return []
    options = COMMAND_LINES[command][0]
    option = None
    if words and words[-1] in options and options[words[-1]][1] not in {"flag", "help"}:
        option = words.pop()
    places = [at for at, word in enumerate(words[:-1]) if word in {"-C", "--directory"}]
    folder = words[places[-1] + 1] if places else "."
    try:
        names = names_for(command, placed(command, words), option, folder)
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


def _words_of_bash() -> ShellWords:
    number = _place_in_bash()
    text = world.variable("COMP_WORDS")
    if text is None or number is None:
        raise NotWellFormed
    words = text.split("\n" if "\n" in text else " ")
    if not 0 < number <= len(words):
        raise NotWellFormed
    begun = words[number] if number < len(words) else ""
    return shell_words([*words[1:number], begun])


def _place_in_bash() -> int | None:
    place = world.variable("COMP_CWORD") or ""
    is_number = place.isascii() and place.isdigit() and len(place) <= _LONGEST
    return int(place) if is_number else None


def _words_of_line() -> ShellWords:
    line = world.variable("_TYPER_COMPLETE_ARGS")
    if line is None:
        raise NotWellFormed
    return shell_words([line], skip=1)


def _words_of_powershell() -> ShellWords:
    line = world.variable("_TYPER_COMPLETE_ARGS")
    begun = world.variable("_TYPER_COMPLETE_WORD_TO_COMPLETE") or ""
    if line is None or not line.endswith(begun):
        raise NotWellFormed
    before = line.removesuffix(begun)
    return shell_words([before + " " if before else "", begun], skip=1, backslash=False)


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


def _names_for_bash(names: list[str], quote: str) -> tuple[str, int]:
    return "\n".join(for_bash(names, quote)) + "\n", 0


def _names_for_zsh(names: list[str], _quote: str) -> tuple[str, int]:
    return for_zsh(names), 0


def _names_for_fish(names: list[str], _quote: str) -> tuple[str, int]:
    return _for_fish([(name, "") for name in names])


def _for_powershell(_found: Found) -> tuple[str, int]:
    raise NotWellFormed


def _names_for_powershell(names: list[str], _quote: str) -> tuple[str, int]:
    return for_powershell(names), 0


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
            Callable[[Found], tuple[str, int]],
            Callable[[list[str], str], tuple[str, int]],
        ],
    ]
] = {
    "complete_bash": (_words_of_bash, _for_bash, _names_for_bash),
    "complete_zsh": (_words_of_line, _for_zsh, _names_for_zsh),
    "complete_fish": (_words_of_line, _for_fish, _names_for_fish),
    "complete_powershell": (_words_of_powershell, _for_powershell, _names_for_powershell),
}
"""How each shell says the words, and how it takes options and names."""
