"""A new name for something, in all files at once; refused where a use could be missed.

A rename must not change what mail does: a resource keeps its live object by `was`, or by its live
name where the service cannot rename it; a name that variables make, or that is in a file which
cannot be read, is not renamed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.counted import plural
from mmctl.editor.key_texts import a_noun, noun_of
from mmctl.editor.values import variables_of
from mmctl.errors import MmctlError, UsageError
from mmctl.language.dialect.nouns import FileNoun, is_managed
from mmctl.language.dialect.words import NAME, RULE_NAME
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.references import is_raw
from mmctl.language.text.nodes import Mapping, Scalar
from mmctl.language.text.quoting import needs_quotes
from mmctl.model.kinds import Kind
from mmctl.patterns import Pattern
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site
    from mmctl.language.dialect.nouns import Named
    from mmctl.language.text.nodes import Node

_USE: Final = Pattern(r"\$\{[^}]*\}")
_VARIABLE_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_FIXED: Final[dict[Named, str]] = {
    FileNoun.ENVIRONMENT: "its history, its snapshots and its stacks have this name",
    FileNoun.CASE: "nothing else uses it: write another one in its place",
    FileNoun.INVARIANT: "nothing else uses it: write another one in its place",
}
"""What is not renamed, and why."""
_REPEATED: Final = frozenset({FileNoun.VARIABLE})
"""What may have several definitions: one for each environment."""
_MARK: Final = "X-Mmctl-Would"
"""The header in which a shadow rule writes its name."""


class Replacement(NamedTuple):
    """A part of a file, and what replaces it."""

    file: str
    start: int
    end: int
    text: str


class NotRenamed(UsageError):
    """A rename that is refused: why, and what to do instead."""


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
    reason = _FIXED.get(named)
    if reason is not None:
        raise NotRenamed(f"{a_noun(named)} is not renamed here: {reason}")
    return (site, *names.span(site))


def replacements(names: ProjectNames, path: str, offset: int, new: str) -> tuple[Replacement, ...]:
    """What replaces what where the name at a place becomes another one.

    Raises:
        NotRenamed: the new name cannot be used, or a use of the old one could be missed.
    """
    site, _, _ = renamed_span(names, path, offset)
    if new == site.name:
        return ()
    defined = _definitions(names, site)
    named = defined[0].names[0]
    _check_name(names, named, new)
    same = names.same(site)
    _check_files(names)
    _check_definitions(defined, site)
    _check_written(names, same)
    _check_made(names, defined[0])
    found = {_replaced(names, each, new) for each in same}
    for each in defined:
        if isinstance(named, Kind):
            found |= set(_kept_live(names, each, named))
    edits = tuple(sorted(found))
    _check_after(names, edits, site.name, new)
    return edits


def _definitions(names: ProjectNames, site: Site) -> tuple[Site, ...]:
    if is_raw(site.name):
        raise NotRenamed(f"{_shown(site.name)} is an id of the service, not a name of a file")
    defined = names.definitions(site.names, site.name)
    if not defined:
        raise NotRenamed(f"no file defines {noun_of(site.names[0])} {_shown(site.name)}")
    return defined


def _check_name(names: ProjectNames, named: Named, new: str) -> None:
    form = NAME
    if named is FileNoun.RULE:
        form = RULE_NAME
    elif named is FileNoun.VARIABLE:
        form = _VARIABLE_NAME
    if not re.fullmatch(form, new):
        raise NotRenamed(f"got the name {_shown(new)}, expected the form `{form}`")
    taken = [each for each in names.sites() if each.defines and each.name == new]
    for each in taken:
        if named in each.names or {named, *each.names} <= {FileNoun.RULE, FileNoun.STATEMENT}:
            at = f"{each.position.file}:{each.position.line}"
            raise NotRenamed(f"{noun_of(each.names[0])} {_shown(new)} is already defined at {at}")


def _check_files(names: ProjectNames) -> None:
    unreadable = names.unreadable()
    if unreadable:
        shown = ", ".join(map(_shown, unreadable[:3]))
        raise NotRenamed(
            f"cannot look for uses in {shown}: {plural(len(unreadable), 'it is', 'they are')} "
            "no YAML at the moment, or larger than 1 MB",
            help="fix the syntax, or split the file, first",
        )


def _check_definitions(defined: tuple[Site, ...], site: Site) -> None:
    named = defined[0].names[0]
    in_rules = [each for each in defined if each.position.file != PROJECT_FILE]
    if named not in _REPEATED and len(in_rules) > 1:
        places = " and ".join(f"{at.position.file}:{at.position.line}" for at in in_rules[:2])
        raise NotRenamed(
            f"{noun_of(named)} {_shown(site.name)} is defined at {places}: which is meant is "
            "not clear where it is used",
        )


def _check_written(names: ProjectNames, same: tuple[Site, ...]) -> None:
    for each in same:
        if not names.is_plain(each):
            at = f"{each.position.file}:{each.position.line}"
            raise NotRenamed(f"the name is written with escapes at {at}: write it plainly first")


def _check_made(names: ProjectNames, defined: Site) -> None:
    """Refuse where a value that variables make is, or may be, the name."""
    for each in names.sites():
        if "${" in each.name and not set(each.names).isdisjoint(defined.names):
            whole = re.fullmatch(r"\$\{vars\.([A-Za-z0-9_]+)\}", each.name)
            values = [value for _, value in variables_of(names, whole[1])] if whole else []
            texts = {value.text for value in values if isinstance(value, Scalar)}
            pattern = ".*".join(map(re.escape, _USE.split(each.name)))
            if defined.name in texts or (not whole and re.fullmatch(pattern, defined.name)):
                at = f"{each.position.file}:{each.position.line}"
                raise NotRenamed(f"a variable makes the name at {at}: write the name there first")
    if defined.names[0] is FileNoun.RULE:
        marked = re.compile(rf"(?i){_MARK}[^\n]*(?<![\w.-]){re.escape(defined.name)}(?![\w.-])")
        for path in names.paths:
            text = names.text(path)
            found = marked.search(text)
            if found is not None:
                line = text.count("\n", 0, found.start()) + 1
                raise NotRenamed(f"{path}:{line} looks for the name in the header {_MARK}")
    if isinstance(defined.names[0], Kind):
        _check_company_rules(names, defined)


def _check_company_rules(names: ProjectNames, defined: Site) -> None:
    """Refuse where a company rule compares a value with the name, whatever it means by it."""
    node = names.node(PROJECT_FILE)
    lint = node.get("lint") if isinstance(node, Mapping) else None
    known = {each.position for each in names.sites_in(PROJECT_FILE)}
    for scalar in _scalars(lint) if lint is not None else ():
        if scalar.text == defined.name and scalar.position not in known:
            at = f"{PROJECT_FILE}:{scalar.position.line}"
            raise NotRenamed(f"a company rule has this text at {at}, and may mean the name")


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
        return
    inner = node.items if not isinstance(node, Mapping) else [value for _, value in node.entries]
    for each in inner:
        yield from _scalars(each)


def _replaced(names: ProjectNames, site: Site, new: str) -> Replacement:
    start, end = names.span(site)
    text = names.text(site.position.file)
    quoted = text[start - 1 : start] in {'"', "'"} or start != _start(names, site)
    shown = new if quoted or not needs_quotes(new, flow=True) else f'"{new}"'
    return Replacement(site.position.file, start, end, shown)


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
            f"{kind.noun} {_shown(defined.name)} still has `was` of an earlier rename",
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


def _check_after(names: ProjectNames, edits: tuple[Replacement, ...], old: str, new: str) -> None:
    """Refuse where the project would have problems that it does not have now."""
    after = set() if names.project.lone else _problems(names, edits)
    if not after:
        return
    known = {(check, message.replace(old, new)) for check, message in _problems(names, ())}
    for check, message in sorted(after):
        if (check, message.replace(old, new)) not in known:
            raise NotRenamed(f"afterwards, lint would report: {message} [{check}]")


def _problems(names: ProjectNames, edits: tuple[Replacement, ...]) -> set[tuple[str, str]]:
    """What is wrong with the project after some edits."""
    texts = {edit.file: names.text(edit.file) for edit in edits}
    for edit in sorted(edits, reverse=True):
        text = texts[edit.file]
        texts[edit.file] = text[: edit.start] + edit.text + text[edit.end :]
    after = replace(names.project, texts={**names.project.texts, **texts})
    try:
        _, problems = after.sources().read()
    except MmctlError as error:
        return {("", error.message)}
    return {(each.check, each.message) for each in problems}


def _shown(text: str) -> str:
    return f"`{visible(text)}`"
