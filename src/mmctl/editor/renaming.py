"""A new name for something, in all files at once; refused where a use could be missed.

A rename must not change what mail does: a resource keeps its live object by `was`, or by its live
name where the service cannot rename it; a name that variables make, or that is in a file which
cannot be read, is not renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.compiler.lowered import names_taken
from mmctl.editor.key_texts import noun_of
from mmctl.editor.rename_refusals import (
    FREE_TEXTS,
    NotRenamed,
    check_definitions,
    check_environment,
    check_files,
    check_made,
    check_name,
    check_written,
    shown,
)
from mmctl.errors import MmctlError
from mmctl.language.dialect.nouns import FileNoun, is_managed
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.references import is_raw
from mmctl.language.text.nodes import Mapping
from mmctl.language.text.quoting import needs_quotes, scalar
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site


class Replacement(NamedTuple):
    """A part of a file, and what replaces it."""

    file: str
    start: int
    end: int
    text: str


def renamed_span(names: ProjectNames, path: str, offset: int) -> tuple[Site, int, int]:
    """The name at a place that can be renamed, and where it is.

    Raises:
        NotRenamed: there is none, or it must not be renamed.
    """
    site = names.at(path, offset)
    if site is None or not any(map(is_managed, site.names)):
        raise NotRenamed("no name that files define is here", help="point to a name")
    defined = _definitions(names, site)
    named = defined[0].names[0]
    if named is FileNoun.ENVIRONMENT:
        check_environment(names, defined[0])
    return (site, *names.span(site))


def _goes_on() -> None:
    """Where nobody wants to stop."""


def replacements(
    names: ProjectNames,
    path: str,
    offset: int,
    new: str,
    between: Callable[[], object] = _goes_on,
) -> tuple[Replacement, ...]:
    """What replaces what where the name at a place becomes another one.

    `between` is called before each file that is read, and may raise to stop.

    Raises:
        NotRenamed: the new name cannot be used, or a use of the old one could be missed.
    """
    site, _, _ = renamed_span(names, path, offset)
    if new == site.name:
        return ()
    defined = _definitions(names, site)
    named = defined[0].names[0]
    check_name(names, named, new)
    same = names.same(site)
    check_files(names)
    check_definitions(defined, site)
    check_written(names, same)
    check_made(names, defined[0])
    replaced = _replaced_text if named in FREE_TEXTS else _replaced
    found = {replaced(names, each, new) for each in same}
    for each in defined:
        if isinstance(named, Kind):
            found |= set(_kept_live(names, each, named))
    edits = tuple(sorted(found))
    _check_after(names, edits, (site.name, new), between)
    return edits


def _definitions(names: ProjectNames, site: Site) -> tuple[Site, ...]:
    if is_raw(site.name):
        raise NotRenamed(f"{shown(site.name)} is an id of the service, not a name of a file")
    defined = names.definitions(site.names, site.name)
    if not defined:
        raise NotRenamed(f"no file defines {noun_of(site.names[0])} {shown(site.name)}")
    return defined


def _replaced(names: ProjectNames, site: Site, new: str) -> Replacement:
    start, end = names.span(site)
    text = names.text(site.position.file)
    inside = text[start - 1 : start] in {'"', "'"} or start != _start(names, site)
    inside = inside or (FileNoun.VARIABLE in site.names and not site.defines)
    shown = new if inside or not needs_quotes(new, flow=True) else f'"{new}"'
    return Replacement(site.position.file, start, end, shown)


def _replaced_text(names: ProjectNames, site: Site, new: str) -> Replacement:
    """A sentence, with quotation marks where it needs them."""
    start, end = names.span(site)
    text = names.text(site.position.file)
    if text[start - 1 : start] in {'"', "'"} and start != _start(names, site):
        start, end = start - 1, end + 1
    return Replacement(site.position.file, start, end, scalar(new, flow=True))


def _start(names: ProjectNames, site: Site) -> int:
    return names.lines(site.position.file).offset(site.position)


def _kept_live(names: ProjectNames, defined: Site, kind: Kind) -> Iterator[Replacement]:
    """What keeps the live object of a resource: never is it deleted and created again."""
    file, body = defined.position.file, defined.body
    if file == PROJECT_FILE or body is None:
        return  # a binding: its object is managed elsewhere
    given = body if isinstance(body, Mapping) else None
    if given is not None and given.get("live_name") is not None:
        return
    if given is not None and given.get("was") is not None:
        raise NotRenamed(
            f"{kind.noun} {shown(defined.name)} still has `was` of an earlier rename",
            help="remove `was` once that is live in every environment",
        )
    key = "live_name" if kind.row.name_is_fixed else "was"
    value = f'"{defined.name}"' if needs_quotes(defined.name, flow=True) else defined.name
    text = names.text(file)
    lines = names.lines(file)
    if given is None or not given.entries:
        end = _start(names, defined) + defined.position.length
        colon = text.index(":", end) + 1
        stop = text.find("}", colon) if given is not None else colon
        filled = f"{key}: {value}" if given is not None else f" {{{key}: {value}}}"
        yield Replacement(file, stop, stop, filled)
        return
    first = lines.offset(given.entries[0][0].position)
    begin = text.rfind("\n", 0, first) + 1
    block = not text[begin:first].strip()
    after = "\n" + text[begin:first] if block else ", "
    yield Replacement(file, first, first, f"{key}: {value}{after}")


def _check_after(
    names: ProjectNames,
    edits: tuple[Replacement, ...],
    renamed: tuple[str, str],
    between: Callable[[], object],
) -> None:
    """Refuse where the project would have problems that it does not have now."""
    after = set() if names.project.lone else _problems(names, edits, between)
    if not after:
        return
    known = {(check, said.replace(*renamed)) for check, said in _problems(names, (), between)}
    for check, said in sorted(after):
        if (check, said.replace(*renamed)) not in known:
            raise NotRenamed(f"afterwards, lint would report: {said} [{check}]")


def _problems(
    names: ProjectNames, edits: tuple[Replacement, ...], between: Callable[[], object]
) -> set[tuple[str, str]]:
    """What is wrong with the project after some edits, in any of its environments."""
    texts = {edit.file: names.text(edit.file) for edit in edits}
    for edit in sorted(edits, reverse=True):
        text = texts[edit.file]
        texts[edit.file] = text[: edit.start] + edit.text + text[edit.end :]
    after = replace(names.project, texts={**names.project.texts, **texts})
    sources = after.sources(between)
    try:
        first, wrong = sources.read()
        read = [(first, wrong)]
        others = first.settings.environments.keys() - {first.environment.name}
        read += [sources.read(name) for name in others]
    except MmctlError as error:
        return {("", error.message)}
    return {
        (each.check, each.message)
        for project, problems in read
        for each in (*problems, *names_taken(project))
    }
