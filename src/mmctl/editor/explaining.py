"""What is shown about a word under the pointer: the page of a key or a check, what a name means.

Everything shown is Markdown; names and values come from files that anybody may have written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.checks.explained import explained_checks
from mmctl.editor.counting import counted_against
from mmctl.editor.expected import expected_at, unwrapped
from mmctl.editor.key_texts import doc_of, noun_of, summary_of
from mmctl.editor.sites import VARIABLE
from mmctl.editor.standing import KeyStep, WordRole, standing
from mmctl.editor.values import lines_of, shown_values
from mmctl.language.dialect.grammar import (
    Anything,
    Choice,
    Deferred,
    Either,
    Forms,
    Leaf,
    Named,
    OneKey,
    Record,
    Several,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.model.actions import WORDS
from mmctl.patterns import Pattern
from mmctl.records import dataclass
from mmctl.render.documents.markdown import code, fenced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site
    from mmctl.editor.standing import WordInFile
    from mmctl.language.dialect.grammar import Type
    from mmctl.problem import Problem

_IGNORE: Final = Pattern(r"#\s*mmctl:\s*ignore\[([^\]\n]*)\]")
_CHECK: Final = Pattern(r"[A-Za-z0-9-]+")
_KEYS: Final = 24
_LINES: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPage:
    """What is shown about a word, and where the word is."""

    markdown: str
    start: int
    end: int


def explained(
    text: str, path: str, offset: int, names: ProjectNames, problems: Sequence[Problem] = ()
) -> WordPage | None:
    """What is shown about the word at a place; None: there is nothing to show.

    `problems` are those at the place: the pages of their checks follow.
    """
    found = _of_check(text, offset) or _of_word(text, path, offset, names)
    pages = [_check(check) for check in dict.fromkeys(each.check for each in problems)]
    pages = [page for page in pages if page]
    if not pages:
        return found
    shown = "\n\n---\n\n".join([*([found.markdown] if found else []), *pages])
    return WordPage(
        markdown=shown,
        start=found.start if found else offset,
        end=found.end if found else offset,
    )


def _of_word(text: str, path: str, offset: int, names: ProjectNames) -> WordPage | None:
    if path != PROJECT_FILE:
        for use in VARIABLE.finditer(text, text.rfind("\n", 0, offset) + 1):
            if use.start() > offset:
                break
            if use.end() >= offset:
                return _variable(names, use[1], use.start(), use.end())
    at = standing(text, offset)
    if not at.word or at.part not in {WordRole.KEY, WordRole.VALUE}:
        return None
    site = names.at(path, offset)
    shown = _name(names, site) if site is not None else ""
    if not shown:
        shown = _key(path, at, names)
    return WordPage(markdown=shown, start=at.start, end=at.end) if shown else None


# -- checks


def _of_check(text: str, offset: int) -> WordPage | None:
    begin = text.rfind("\n", 0, offset) + 1
    for comment in _IGNORE.finditer(text, begin):
        if comment.start() > offset:
            return None
        for check in _CHECK.finditer(text, comment.start(1), comment.end(1)):
            page = _check(check[0])
            if check.start() <= offset <= check.end() and page:
                return WordPage(markdown=page, start=check.start(), end=check.end())
    return None


def _check(id_: str) -> str:
    """The page of a check; empty: there is no such check."""
    found = next((each for each in explained_checks() if each.id == id_), None)
    if found is None:
        return ""
    page = found.page
    parts = [
        f"**{found.id}** ({found.severity}): {page.summary}",
        page.does,
        page.why,
        "Write, for example:",
        fenced(page.good.rstrip("\n").split("\n"), "yaml"),
    ]
    return "\n\n".join(parts)


# -- names


def _variable(names: ProjectNames, name: str, start: int, end: int) -> WordPage | None:
    values = shown_values(names, name)
    if not values:
        return None
    rows = [f"- {where}: {code(value)}" for where, value in values]
    shown = "\n".join([f"**{code('vars.' + name)}**", "", *rows])
    return WordPage(markdown=shown, start=start, end=end)


def _name(names: ProjectNames, site: Site) -> str:
    """What a name means: the lines of its definition, and how often it is used."""
    if site.names[0] is FileNoun.VARIABLE:
        found = _variable(names, site.name, 0, 0)
        return found.markdown if found is not None else ""
    defined = names.definitions(site.names, site.name)
    if not defined:
        return ""
    parts = []
    for each in defined[:2]:
        at = each.position
        uses = sum(not other.defines for other in names.same(each))
        used = f"used {uses} time{'' if uses == 1 else 's'}"
        head = f"**{noun_of(each.names[0])}** {code(each.name)}, {code(f'{at.file}:{at.line}')}"
        shown = lines_of(names, each, most=_LINES)
        parts.append("\n\n".join([f"{head}, {used}", fenced(shown, "yaml")]))
    return "\n\n".join(parts)


# -- keys


def _key(path: str, at: WordInFile, names: ProjectNames) -> str:
    """The page of the key that a word is, or whose value it is."""
    steps = at.steps
    if at.part is WordRole.KEY:
        around = expected_at(path, steps)
        if around is None or not _has(around.type, at.word, at.keys):
            return ""
        steps = (*steps, _step(at))
    while steps and steps[-1].key is None:
        steps = steps[:-1]
    if not steps:
        return ""
    found = expected_at(path, steps)
    if found is None:
        return ""
    key = steps[-1].key or ""
    lines = [f"**{code(key)}**{' (required)' if found.required else ''}: {doc_of(found.type)}"]
    lines += [f"Takes {summary_of(found.type)}.", *_inside(found.type)]
    if key in WORDS and isinstance(found.type, Record | Several):
        lines.append(f"In the API: {code(WORDS[key].name)}")
    lines += counted_against(names, path, steps, at)
    return "\n\n".join(line for line in lines if line)


def _step(at: WordInFile) -> KeyStep:
    return KeyStep(at.word, at.keys | {at.word})


def _has(type_: Type, key: str, keys: frozenset[str]) -> bool:
    found = unwrapped(type_, keys | {key})
    if isinstance(found, Leaf):
        return False
    match found:
        case Record(members=members):
            return key in members
        case OneKey(options=options):
            return key in options
        case Several(item=item, single=True):
            return _has(item, key, keys)
        case Several() | Named() | Forms() | Either() | Anything() | Deferred():
            return False
        case _:
            assert_never(found)


def _inside(type_: Type) -> Iterator[str]:
    """The keys or the values that there may be."""
    if isinstance(type_, Leaf):
        if isinstance(type_, Choice):
            yield "One of " + ", ".join(map(code, type_.values))
        return
    match type_:
        case Either(word=Choice() as word, other=other):
            yield from _inside(word)
            yield from _inside(other)
        case Either(other=other):
            yield from _inside(other)
        case Several(item=item):
            yield from _inside(item)
        case Record(members=members) if members:
            rows = [
                f"- {code(key)}{' (required)' if member.required else ''}: "
                f"{doc_of(member.type) or summary_of(member.type)}"
                for key, member in members.items()
            ]
            yield "\n".join(rows[:_KEYS])
        case OneKey(options=options):
            rows = [f"- {code(key)}: {doc_of(each)}" for key, each in options.items()]
            yield "\n".join(rows[:_KEYS])
        case Named() | Record() | Forms() | Anything() | Deferred():
            return
        case _:
            assert_never(type_)
