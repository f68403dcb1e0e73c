"""When a name must not become another one: why, and what to do instead.

A use that could be missed refuses a rename, and so does one that would change what mail does or
what is kept under the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.counted import plural
from mmctl.editor.key_texts import noun_of
from mmctl.editor.values import variables_of
from mmctl.editor.workspace import LARGE
from mmctl.errors import UsageError
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.words import NAME, RULE_NAME
from mmctl.language.parsing.files import Unreadable
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.project import EMBEDDED
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.model.kinds import Kind
from mmctl.patterns import Pattern
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site
    from mmctl.language.dialect.nouns import Named
    from mmctl.language.text.nodes import Node

FREE_TEXTS: Final = frozenset({FileNoun.CASE, FileNoun.INVARIANT})
"""What has a sentence for its name; nothing else in the files uses it."""
_USE: Final = Pattern(r"\$\{[^}]*\}")
_OF_ENVIRONMENT: Final = Pattern(r"(?<!\$)\$\{env\.name\}")
_VARIABLE_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_REPEATED: Final = frozenset({FileNoun.VARIABLE})
"""What may have several definitions: one for each environment."""
_MARK: Final = "X-Mmctl-Would"
"""The header in which a shadow rule writes its name."""


class NotRenamed(UsageError):
    """A rename that is refused: why, and what to do instead."""


def check_name(names: ProjectNames, named: Named, new: str) -> None:
    """Refuse a new name that is malformed, or taken."""
    if named in FREE_TEXTS:
        if not new.strip() or not new.isprintable():
            raise NotRenamed(f"got the name {shown(new)}, expected a text on one line")
        form = r".*"
    else:
        form = NAME
    if named is FileNoun.RULE:
        form = RULE_NAME
    elif named is FileNoun.VARIABLE:
        form = _VARIABLE_NAME
    if not re.fullmatch(form, new):
        raise NotRenamed(f"got the name {shown(new)}, expected the form `{form}`")
    taken = [each for each in names.sites() if each.defines and each.name == new]
    for each in taken:
        if named in each.names or {named, *each.names} <= {FileNoun.RULE, FileNoun.STATEMENT}:
            at = f"{each.position.file}:{each.position.line}"
            raise NotRenamed(f"{noun_of(each.names[0])} {shown(new)} is already defined at {at}")


def check_files(names: ProjectNames) -> None:
    """Refuse where a file cannot be looked at."""
    unreadable = names.unreadable()
    if unreadable:
        listed = ", ".join(map(shown, unreadable[:3]))
        raise NotRenamed(
            f"cannot look for uses in {listed}: {plural(len(unreadable), 'it is', 'they are')} "
            "no YAML at the moment, or larger than 1 MB",
            help="fix the syntax, or split the file, first",
        )


def check_definitions(defined: tuple[Site, ...], site: Site) -> None:
    """Refuse where it is not clear which of several things a use means."""
    named = defined[0].names[0]
    in_rules = [each for each in defined if each.position.file != PROJECT_FILE]
    if named not in _REPEATED and len(in_rules) > 1:
        places = " and ".join(f"{at.position.file}:{at.position.line}" for at in in_rules[:2])
        raise NotRenamed(
            f"{noun_of(named)} {shown(site.name)} is defined at {places}: which is meant is "
            "not clear where it is used",
        )


def check_written(names: ProjectNames, same: tuple[Site, ...]) -> None:
    """Refuse where the name is in the files in another form."""
    for each in same:
        if not names.is_plain(each):
            at = f"{each.position.file}:{each.position.line}"
            raise NotRenamed(
                f"the name is written with escapes, or on several lines, at {at}: write it "
                "plainly first"
            )


def check_made(names: ProjectNames, defined: Site) -> None:
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
        _check_marks(names, defined.name)
    if isinstance(defined.names[0], Kind) or defined.names[0] is FileNoun.ENVIRONMENT:
        _check_company_rules(names, defined)


def _check_marks(names: ProjectNames, rule: str) -> None:
    """Refuse where the header of a shadow rule is compared with its name."""
    name = re.compile(rf"(?<![\w.-]){re.escape(rule)}(?![\w.-])")
    for path in names.paths:
        for number, line in enumerate(names.text(path).split("\n"), start=1):
            mark = line.casefold().find(_MARK.casefold())
            if mark >= 0 and name.search(line, mark + len(_MARK)):
                raise _compared(path, number)
        node = names.node(path)
        for mapping in _marking(node) if node is not None else ():
            for scalar in _scalars(mapping):
                if name.search(scalar.text):
                    raise _compared(path, scalar.position.line)


def _compared(path: str, line: int) -> NotRenamed:
    return NotRenamed(f"{path}:{line} looks for the name in the header {_MARK}")


def _marking(node: Node) -> Iterator[Mapping]:
    """What says something of the header of shadow rules, on lines of its own."""
    if isinstance(node, Mapping):
        values = [value for _, value in node.entries]
        texts = {value.text.casefold() for value in values if isinstance(value, Scalar)}
        if _MARK.casefold() in texts:
            yield node
            return
    for each in () if isinstance(node, Scalar) else _inside(node):
        yield from _marking(each)


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
    for each in _inside(node):
        yield from _scalars(each)


def _inside(node: Mapping | Sequence) -> Iterable[Node]:
    return [value for _, value in node.entries] if isinstance(node, Mapping) else node.items


def check_environment(names: ProjectNames, defined: Site) -> None:
    """Refuse where something outside of the files has the name of an environment.

    Of a rehearsal inside mmctl nothing has it but commands.
    """
    name = shown(defined.name)
    body = defined.body if isinstance(defined.body, Mapping) else None
    endpoint = body.get("endpoint") if body is not None else None
    if not isinstance(endpoint, Scalar) or endpoint.text != EMBEDDED:
        raise NotRenamed(
            f"environment {name} is an account at AWS: its history, its plans and its stacks have "
            "this name",
            help="only an environment with `endpoint: embedded` is renamed here",
        )
    for path in names.paths:
        found = _OF_ENVIRONMENT.search(names.text(path))
        if found is not None:
            at = f"{path}:{_line(names.text(path), found.start())}"
            raise NotRenamed(f"`${{env.name}}` at {at} would become another text")
    name = rf"""["']?{re.escape(defined.name)}(?![\w.-])"""
    named = re.compile(rf"--env(?:=|\s+){name}|\benvironment:[ \t]+{name}")
    for path, text in _other_yaml(names):
        used = named.search(text) if "mmctl" in text else None
        if used is not None:
            at = f"{path}:{_line(text, used.start())}"
            raise NotRenamed(
                f"a command at {at} names the environment", help="write the new name there first"
            )


def _other_yaml(names: ProjectNames) -> Iterator[tuple[str, str]]:
    """The YAML files of other programs: workflows and the like."""
    files = names.project.files()
    for path in set(files.called_yaml()).difference(names.paths):
        try:
            content = files.read(path)
        except Unreadable:
            continue
        yield path, content[:LARGE].decode(errors="replace")


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def shown(text: str) -> str:
    """A text of a file in a sentence."""
    return f"`{visible(text)}`"
