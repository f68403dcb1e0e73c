"""Which words of a command line are names of the project, and how each shell takes a name.

A name may have anything that its writer thought of, such as `$(…)`: what a shell inserts is quoted,
so that it stays a name. Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli import kept_names as kept

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from mmctl.cli.shell_words import ShellWords

LIVE: Final = "live"
VERBS: Final[dict[str, tuple[str, ...]]] = {
    "archive": ("search", "show", "export", "release"),
    "cases": ("list", "show", "add", "missing"),
    "history": ("show", "diff"),
    "list": ("add", "remove"),
}
"""What may come first after these commands."""
OF_OPTION: Final[dict[str, str]] = {
    "--archive": kept.ARCHIVES,
    "--against": kept.SNAPSHOTS,
    "--case": kept.CASES,
    "--env": kept.ENVIRONMENTS,
    "--ingress-point": kept.INGRESS_POINTS,
    "--list": kept.LISTS,
    "--rule": kept.RULES,
    "--rule-set": kept.RULE_SETS,
}
OF_COMMAND: Final[dict[tuple[str, str], str]] = {
    ("init", "--release"): kept.RELAYS,
    ("simulate", "--run"): kept.CASES,
}
"""Options that other commands have with another meaning."""
OF_PLACE: Final[dict[str, tuple[str, ...]]] = {
    "budget": (kept.RULES,),
    "cases show": (kept.CASES,),
    "diff": (kept.SNAPSHOTS, kept.SNAPSHOTS),
    "explain": (kept.CHECKS,),
    "history diff": (kept.SNAPSHOTS, kept.SNAPSHOTS),
    "history show": (kept.SNAPSHOTS,),
    "list add": (kept.LISTS,),
    "list remove": (kept.LISTS,),
    "promote": (kept.RULES,),
    "rollback": (kept.SNAPSHOTS,),
}
"""The arguments, after the verb where there is one."""
_TAKE_LIVE: Final = ("--against", "diff")
_PLAIN: Final = frozenset("-_./@%+,0123456789")
_IN_DOUBLE: Final = frozenset('"$`\\!')
_PATTERN: Final = frozenset("*?[\\")
_OF_REGEX: Final = frozenset("\\^$.|?*+()[]{}")


def names_for(command: str, placed: Sequence[str], option: str | None, folder: str) -> list[str]:
    """The names that fit where the next word goes: the value of an option, or an argument.

    `placed` are the arguments before it, `folder` is where the project is looked for.
    """
    if option is not None:
        kind = OF_COMMAND.get((command, option)) or OF_OPTION.get(option)
        names = _known(folder, kind, live=option in _TAKE_LIVE)
        if option == "--run":  # a pattern: only names that match themselves, all rows at once
            names = list(dict.fromkeys(map(_without_row, names)))
            names = [name for name in names if not _OF_REGEX.intersection(name)]
        return names
    if command in VERBS and not placed:
        return list(VERBS[command])
    before = list(placed)
    key = f"{command} {before.pop(0)}" if command in VERBS else command
    kinds = OF_PLACE.get(key, ())
    kind = kinds[len(before)] if len(before) < len(kinds) else None
    return _known(folder, kind, live=key in _TAKE_LIVE)


def _known(folder: str, kind: str | None, *, live: bool) -> list[str]:
    names = [] if kind is None else kept.names_of(folder, kind)
    return [LIVE, *names] if live else names


def _without_row(name: str) -> str:
    case, found, row = name.rpartition(" [")
    return case if found and row[:-1].isdecimal() and row.endswith("]") else name


def for_bash(names: Sequence[str], quote: str) -> list[str]:
    """Names as bash inserts them, behind the quote that is open, if one is."""
    if quote == "'":
        return [name for name in names if not _PATTERN.union("'").intersection(name)]
    if quote:
        return [name for name in names if not (_PATTERN | _IN_DOUBLE).intersection(name)]
    return ["".join(map(_behind_backslash, name)) for name in names]


def _behind_backslash(sign: str) -> str:
    return sign if sign.isalpha() or sign in _PLAIN else f"\\{sign}"


def for_zsh(names: Sequence[str], words: ShellWords) -> str:
    """The command that zsh evaluates; it quotes what it inserts itself.

    The shell joins words by one space before: no name with two spaces goes that way unchanged.
    """
    quoted = ("'" + name.replace("'", "'\\''") + "'" for name in names if "  " not in name)
    return behind_in_zsh(words, f"compadd -- {' '.join(quoted)}")


def behind_in_zsh(words: ShellWords, command: str) -> str:
    """A command that zsh evaluates: where a value is begun, it completes what is behind `=`."""
    return f"compset -P 1 '*='; {command}\n" if words.glued else f"{command}\n"


def for_powershell(names: Sequence[str], words: ShellWords) -> str:
    """Lines of a value as PowerShell inserts it, and a help that must not be empty."""
    return "".join(
        f"{words.glued}{_in_single_quotes(name)}::: \n" for name in names if ":::" not in name
    )


def _in_single_quotes(name: str) -> str:
    if name.isascii() and all(sign.isalnum() or sign in "-_./" for sign in name):
        return name
    for sign in "'\u2018\u2019\u201a\u201b":  # PowerShell takes these for quotes too
        name = name.replace(sign, sign * 2)
    return f"'{name}'"
