"""The names of a project for the completion of a command line: what lint kept among the user's own.

Anybody may have committed a name, and a shell shows it where nobody asked for it: names that have
invisible characters are not kept. Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import os

from mmctl.cli.own_folder import make_own, own_folder
from mmctl.language.parsing.root import root_of
from mmctl.language.parsing.seen import digest

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

ENVIRONMENTS: Final = "environment"
RULES: Final = "rule"
CASES: Final = "case"
CHECKS: Final = "check"
LISTS: Final = "list"
RELAYS: Final = "relay"
ARCHIVES: Final = "archive"
RULE_SETS: Final = "rule set"
INGRESS_POINTS: Final = "ingress point"
SNAPSHOTS: Final = "snapshot"
PROJECT: Final = "project"
STORES: Final = "store"
"""Folders in which the project has snapshots: they are looked up when they are asked for."""
_ENTRY: Final = ".entry.json"
_LONGEST: Final = 200
"""The characters of a name; longer ones are not kept."""
_MOST: Final = 5_000
"""The names of each kind."""
_AT_MOST: Final = 8_000_000
"""Bytes of the file."""


def keep_names(root: str, names: Mapping[str, Iterable[str]]) -> None:
    """Keep the names of these kinds in place of those before; other kinds stay."""
    from pathlib import Path

    from mmctl.cli.remembered import delete_oldest
    from mmctl.visible import visible
    from mmctl.writing import write_whole

    file = _file(root)
    if file is None:
        return
    before = _kept(file)
    known = dict(before)
    for kind, found in names.items():
        plain = [each for each in dict.fromkeys(found) if each and visible(each) == each]
        known[kind] = [each for each in plain if len(each) <= _LONGEST][:_MOST]
    lines = [f"{kind}\t{name}\n" for kind, found in known.items() for name in found]
    try:
        make_own(os.path.dirname(file))
        if os.path.islink(file):
            os.remove(file)
        if known != before:
            write_whole(Path(file), "".join(lines))
            delete_oldest(file)
    except (OSError, UnicodeEncodeError):
        return


def names_of(folder: str, kind: str) -> list[str]:
    """The names of a kind that were kept for the project around a folder; none if none were."""
    root = root_of(os.path.abspath(folder))
    file = None if root is None else _file(root)
    if file is None:
        return []
    known = _kept(file)
    found = known.get(kind, [])
    if kind == SNAPSHOTS:
        project = next(iter(known.get(PROJECT, [])), "")
        stores = known.get(STORES, [])
        found = [*(each for store in stores for each in _ids_in(store, project)), *found]
    return list(dict.fromkeys(found))


def _file(root: str) -> str | None:
    folder = own_folder(root)
    if folder is None:
        return None
    name = digest(os.path.realpath(root).encode("utf-8", "surrogateescape"))
    return os.path.join(folder, f"names-{name}.txt")


def _kept(file: str) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    try:
        if os.stat(file).st_size > _AT_MOST or not os.path.isfile(file):
            return known
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                kind, tab, name = line.rstrip("\n").partition("\t")
                if tab and name.isprintable():
                    known.setdefault(kind, []).append(name)
    except (OSError, ValueError):
        return {}
    return known


def _ids_in(store: str, project: str) -> list[str]:
    """The ids of a project's history in a folder, the newest first."""
    found: list[str] = []
    try:
        for folder in os.listdir(store):
            if folder.endswith(f"-{project}"):
                found += os.listdir(os.path.join(store, folder))
    except OSError:
        return []
    return [
        name.removesuffix(_ENTRY)
        for name in sorted(found, reverse=True)[:_MOST]
        if name.endswith(_ENTRY) and name.isprintable() and name.isascii()
    ]
