"""Members of an address list in a project: the file of members, and the list that names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.files.editing import editing_alone, write_text
from mmctl.counted import counted
from mmctl.errors import MmctlError, UsageError
from mmctl.inputs import FILE_AT_MOST, RULES_AT_MOST, read_file, read_text
from mmctl.interchange.migration.names import file_name
from mmctl.language.parsing.list_files import cells_of, columns_of
from mmctl.language.text.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cli.run import Run
    from mmctl.language.project import LogicalAddressList, Project

_FOLDER: Final = "lists"
_NEW_FILE: Final = "address-lists.yaml"


def into_project(run: Run, name: str, members: tuple[str, ...], *, replaces: bool) -> None:
    """Write the members into the file of a list, and add the list if it is not there.

    `replaces`: members that are not among them go; else they stay.

    Raises:
        UsageError: the members of the list are elsewhere, or a file cannot be written.
        ProblemsFound: the project has errors, before or after.
    """
    with editing_alone(run.root):
        project = run.project()
        listed = project.address_lists.get(name)
        path = _new_file(run, name) if listed is None else _file_of(run, listed)
        before = _read(path)
        after = _merged(before, members, replaces=replaces)
        edits = {} if after == before else {path: (before, after)}
        if listed is None:
            edits |= _declared(run, project, name, path)
        _write(run, name, edits, {member.lower() for member in members})
        had = {member.lower() for member in (() if listed is None else listed.members or ())}
    wanted = {member.lower() for member in members}
    parts = [f"{len(wanted - had):,} new", f"{len(wanted & had):,} known"]
    if replaces:
        parts.append(f"{len(had - wanted):,} removed")
    elif had - wanted:
        parts.append(f"{len(had - wanted):,} kept that the files do not have (--replace removes)")
    for file, (old, _) in edits.items():
        run.say(f"{'edited' if old else 'wrote'} {file.relative_to(run.root.resolve())}")
    run.say(f"address list `{name}`: {', '.join(parts)}")


def _new_file(run: Run, name: str) -> Path:
    path = run.root.resolve() / _FOLDER / f"{file_name(name)}.csv"
    if path.exists():
        raise UsageError(
            f"`{_FOLDER}/{file_name(name)}.csv` exists, and no address list `{name}` names it",
            help=f"define `{name}: {{members_file: …}}` under `address_lists`, or move the file",
        )
    return path


def _file_of(run: Run, listed: LogicalAddressList) -> Path:
    """The file of members of a list.

    Raises:
        UsageError: it has none.
    """
    from mmctl.cli.files.splicing import node_at

    if listed.members is None:
        raise UsageError(
            f"the members of `{listed.name}` are external: no file of this project has them",
            help="choose another name, or add `members_file` to the list",
        )
    path = run.root.resolve() / listed.position.file
    text = read_text(path, at_most=RULES_AT_MOST)
    node = node_at(text, ("address_lists", listed.name, "members_file"))
    if not isinstance(node, Scalar):
        raise UsageError(
            f"address list `{listed.name}` has no `members_file` at {listed.position.file}",
            help=f"move its members to `{_FOLDER}/{file_name(listed.name)}.csv`, or choose "
            "another name",
        )
    return Path(os.path.normpath(path.parent / node.text))


def _read(path: Path) -> str:
    try:
        return read_file(path, at_most=FILE_AT_MOST).decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path.name}` cannot be read: {error}") from None


def _merged(text: str, members: Iterable[str], *, replaces: bool) -> str:
    """The text of a file of members with others; its other columns and comments stay."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and line.strip()[0] != "#"), "")
    header = columns_of(first.strip()) if first else None
    place = header.index("address") if header else 0
    wanted = {member.lower(): member for member in members}
    kept: list[str] = []
    plain = header in (None, ["address"])
    for line in lines:
        written = line.strip()
        if not written or written.startswith("#") or (header and line == first):
            kept.append(line)
            plain = plain and bool(written) and (written[0] != "#")
            continue
        cells = cells_of(line) if header else [written]
        address = cells[place].strip().lower() if place < len(cells) else ""
        if address in wanted:
            del wanted[address]
        elif replaces:
            continue
        kept.append(line)
    if not lines:
        header = ["address"]
        kept.append("address")
    columns = header or ["address"]
    new = sorted(wanted.values(), key=str.lower)
    kept += [",".join(member if name == "address" else "" for name in columns) for member in new]
    if plain:
        top = kept[:1] if header else []
        kept = [*top, *sorted(kept[len(top) :], key=str.lower)]
    return "".join(f"{line}\n" for line in kept)


def _declared(run: Run, project: Project, name: str, members: Path) -> dict[Path, tuple[str, str]]:
    """The edit that adds a list: beside others, or in a file of its own."""
    from mmctl.cli.files.splicing import node_at

    root = run.root.resolve()
    files = {listed.position.file for listed in project.address_lists.values()}
    for file in sorted(files):
        path = root / file
        text = read_text(path, at_most=RULES_AT_MOST)
        node = node_at(text, ("address_lists",))
        if isinstance(node, Mapping) and node.entries and (line := _lead(text, node)) is not None:
            start, lead = line
            entry = f"{lead}{name}: {{members_file: {_relative(members, path)}}}\n"
            return {path: (text, text[:start] + entry + text[start:])}
    beside = next(iter(sorted({each.position.file for each in project.rule_sets.values()})), None)
    folder = root / ("rules" if beside is None else Path(beside).parent)
    path = folder / _NEW_FILE
    if path.exists():
        raise UsageError(
            f"`{path.relative_to(root)}` exists and has no place for the list",
            help=f"write `{name}: {{members_file: …}}` under `address_lists` in a rule file",
        )
    entry = f"{name}: {{members_file: {_relative(members, path)}}}"
    return {path: ("", f"version: 1\n\naddress_lists:\n  {entry}\n")}


def _lead(text: str, node: Mapping) -> tuple[int, str] | None:
    """Where the first list begins, with comments above it, and what is before its name.

    None: the lists are in braces.
    """
    place = node.entries[0][0].position
    lines = text.splitlines(keepends=True)
    lead = lines[place.line - 1][: place.column - 1]
    if lead.strip():
        return None
    number = place.line - 1
    while number and lines[number - 1].strip().startswith("#"):
        number -= 1
    return sum(map(len, lines[:number])), lead


def _relative(members: Path, beside: Path) -> str:
    return Path(os.path.relpath(members, beside.parent)).as_posix()


def _write(run: Run, name: str, edits: dict[Path, tuple[str, str]], members: set[str]) -> None:
    """Write all files, read the project again, and put all back if it is not as wanted."""
    existed = {path for path in edits if path.exists()}
    try:
        for path, (_, after) in edits.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, after)
        listed = run.project().address_lists.get(name)
        if listed is None or not members <= {each.lower() for each in listed.members or ()}:
            raise UsageError(
                f"the files of the project do not lead to `{name}`",
                help="add the list by hand: `address_lists: {NAME: {members_file: …}}`, then "
                f"import again ({counted(len(members), 'member')})",
            )
    except (MmctlError, OSError, KeyboardInterrupt):
        for path, (before, _) in edits.items():
            if path in existed:
                write_text(path, before)
            else:
                path.unlink(missing_ok=True)
        raise
