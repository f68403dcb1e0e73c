"""What may be written at a place: keys that are not there yet, words, and names."""

from __future__ import annotations

import posixpath
from itertools import islice
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.editor.expected import expected_at, unwrapped
from mmctl.editor.key_texts import after_key, doc_of, noun_of, summary_of
from mmctl.editor.standing import WordRole, standing
from mmctl.language.dialect.grammar import (
    Anything,
    Bytes,
    Choice,
    Count,
    Day,
    Deferred,
    Either,
    Flag,
    Forms,
    Leaf,
    Named,
    OneKey,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.variables import OF_ENVIRONMENT
from mmctl.language.text.quoting import scalar
from mmctl.model.actions import WORDS
from mmctl.model.kinds import Kind
from mmctl.patterns import Pattern
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.editor.expected import Expected
    from mmctl.editor.names import ProjectNames
    from mmctl.editor.standing import WordInFile
    from mmctl.language.dialect.grammar import Type
    from mmctl.language.dialect.nouns import Named as Called

MOST: Final = 1000
"""Suggestions for one place."""
_IN_VARIABLE: Final = Pattern(r"(?<!\$)\$\{([^}\s\"']*)$")
_IN_IGNORE: Final = Pattern(r"#\s*mmctl:\s*ignore\[(?:[^\]]*,\s*)?([^\],]*)$")
_GOES_ON: Final = Pattern(r"(?<!\\)\$[0-9]")
"""A place in a snippet where the person goes on."""
_SIZES: Final = ("25MB", "10MiB")
_MESSAGES: Final = (".eml", ".msg", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Something that may be written at a place."""

    label: str
    kind: str
    """`key`, `word`, `name`, `check`, `file` or `variable`."""
    insert: str
    """With `$1`, `$2` where the person goes on, and `$` written `\\\\$`: a snippet."""
    start: int
    end: int
    """What it replaces, in characters from the start of the text."""
    detail: str = ""
    doc: str = ""
    first: bool = False
    """Before others: it must be there."""


def suggestions(
    text: str, path: str, offset: int, names: ProjectNames, checks: Mapping[str, str]
) -> tuple[Completion, ...]:
    """What may be written at a place of a file.

    `checks` are the ids of checks with their summaries.
    """
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    at = standing(text, offset)
    found: Iterable[Completion]
    if (ignoring := _IN_IGNORE.search(before)) is not None:
        found = _checks(checks, offset - len(ignoring[1]), offset)
    elif at.part is WordRole.COMMENT:
        found = ()
    elif path != PROJECT_FILE and (use := _IN_VARIABLE.search(before)) is not None:
        found = _variables(names, text, offset - len(use[1]), offset)
    elif at.part is WordRole.TEXT:
        found = ()
    else:
        found = _Expecting(at, path, names).all()
    kept: dict[str, Completion] = {}
    for each in islice(found, MOST):
        kept.setdefault(each.label, each)
    return tuple(kept.values())


def _checks(checks: Mapping[str, str], start: int, end: int) -> Iterator[Completion]:
    for check, doc in checks.items():
        yield Completion(
            label=check, kind="check", insert=check, start=start, end=end, detail="check", doc=doc
        )


def _variables(names: ProjectNames, text: str, start: int, end: int) -> Iterator[Completion]:
    closing = "" if text[end : end + 1] == "}" else "}"
    known = {f"vars.{name}": "variable" for name in names.known((FileNoun.VARIABLE,))}
    known |= {f"env.{name}": "of the environment" for name in OF_ENVIRONMENT}
    for name, detail in known.items():
        insert = escaped(name + closing)
        yield Completion(
            label=name, kind="variable", insert=insert, start=start, end=end, detail=detail
        )


def escaped(text: str) -> str:
    """A text as part of a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")


@dataclass(frozen=True, slots=True)
class _Expecting:
    """A place, and what is expected there."""

    at: WordInFile
    path: str
    names: ProjectNames

    def all(self) -> Iterator[Completion]:
        expected = expected_at(self.path, self.at.steps)
        if expected is None:
            return
        if self.at.part is WordRole.KEY:
            yield from self._keys(expected.type)
        else:
            yield from self._values(expected.type, expected)

    def _one(self, label: str, kind: str, insert: str, **more: str | bool) -> Completion:
        return Completion(
            label=label,
            kind=kind,
            insert=insert,
            start=self.at.start,
            end=self.at.end,
            **more,  # type: ignore[arg-type]
        )

    # -- keys

    def _keys(self, type_: Type) -> Iterator[Completion]:
        """The keys that a mapping may have besides those that it has."""
        for form in _mappings(type_, self.at.keys):
            match form:
                case Record():
                    yield from self._members(form)
                case OneKey() if not self.at.keys:
                    for key, option in form.options.items():
                        yield self._key(key, option, required=False)
                case Named():
                    yield from self._names(form.names, after=": ") if not form.defines else ()
                case OneKey():
                    pass
                case _:
                    assert_never(form)

    def _members(self, record: Record) -> Iterator[Completion]:
        taken = set(self.at.keys)
        for group in (*record.one_of, *record.at_most_one):
            if not taken.isdisjoint(group):
                taken |= set(group)
        for key, member in record.members.items():
            if key not in taken:
                yield self._key(key, member.type, required=member.required)

    def _key(self, key: str, type_: Type, *, required: bool) -> Completion:
        followed = self.names.text(self.path)
        colon = followed[self.at.end :].lstrip(" ")[:1] == ":"
        return self._one(
            key,
            "key",
            escaped(key) if colon else escaped(key) + after_key(type_, flow=self.at.flow),
            detail="required" if required else summary_of(type_),
            doc=doc_of(type_),
            first=required,
        )

    # -- values

    def _values(self, type_: Type, expected: Expected) -> Iterator[Completion]:
        match type_:
            case Choice():
                for value in type_.values:
                    yield self._one(value, "word", escaped(value), doc=type_.doc)
            case Flag():
                for value in ("true", "false"):
                    yield self._one(value, "word", value, doc=type_.doc)
            case Bytes():
                for value in _SIZES:
                    yield self._one(value, "word", value, doc=type_.doc)
            case Word():
                for value in type_.examples:
                    yield self._one(value, "word", escaped(value), doc=type_.doc)
                if not type_.defines:
                    yield from self._names(type_.names or expected.named)
            case Either():
                yield from self._values(type_.word, expected)
                yield from self._values(type_.other, expected)
            case Deferred():
                yield from self._values(type_.type, expected)
            case Anything():
                if type_.like is not None:
                    yield from self._values(type_.like, expected)
            case Several():
                yield from self._items(
                    type_, replace(expected, named=type_.names or expected.named)
                )
            case OneKey():
                for word in type_.words:
                    yield self._one(word, "word", word, doc=doc_of(type_.options[word]))
                yield from self._wrapped(type_)
            case Record() | Forms() | Named():
                yield from self._wrapped(type_)
            case Count() | Day():
                return
            case _:
                assert_never(type_)

    def _items(self, type_: Several, expected: Expected) -> Iterator[Completion]:
        """The items of a list, with the dash or brackets that make it one."""
        inside = tuple(self._values(type_.item, expected))
        if self.at.below and not self.at.flow:
            yield from (replace(each, insert=f"- {each.insert}") for each in inside)
        elif type_.single:
            yield from inside
        else:
            yield from (replace(each, insert=f"[{each.insert}]") for each in inside)

    def _wrapped(self, type_: Type) -> Iterator[Completion]:
        """The keys of a mapping that does not exist yet."""
        if self.at.below:
            yield from self._keys(type_)
            return
        flow = _Expecting(replace(self.at, flow=True), self.path, self.names)
        for each in flow._keys(type_):
            more = "" if _GOES_ON.search(each.insert) else "$1"
            yield replace(each, insert=f"{{{each.insert}{more}\\}}")

    # -- names

    def _names(self, named: tuple[Called, ...], *, after: str = "") -> Iterator[Completion]:
        if FileNoun.FILE in named:
            yield from self._files()
        elif FileNoun.ACTION in named:
            for word, row in WORDS.items():
                yield self._one(word, "word", word, doc=row.doc)
        elif FileNoun.FAILING in named:
            yield from self._failing()
        elif named:
            for name, site in self.names.known(named).items():
                if "${" in name or not name:
                    continue
                shown = name if self.at.quote else scalar(name, flow=self.at.flow)
                at = site.position
                detail = f"{noun_of(site.names[0])}, {at.file}:{at.line}"
                yield self._one(name, "name", escaped(shown) + after, detail=detail)

    def _failing(self) -> Iterator[Completion]:
        for word, row in WORDS.items():
            if isinstance(row.place, Kind):
                for name in self.names.known((row.place,)):
                    label = f"{word}:{name}"
                    shown = label if self.at.quote else scalar(label, flow=self.at.flow)
                    yield self._one(label, "name", escaped(shown), detail=row.place.noun)

    def _files(self) -> Iterator[Completion]:
        """The files that a member may name, relative to the file that it is in."""
        folder = posixpath.dirname(self.path)
        key = next((step.key for step in reversed(self.at.steps) if step.key is not None), "")
        yaml = key in {"include", "file"}
        for each in self.names.project.files().matching(posixpath.join(folder, "**/*")):
            is_yaml = each.endswith((".yaml", ".yml"))
            if each == self.path or is_yaml != yaml:
                continue
            if key == "message" and not each.endswith(_MESSAGES):
                continue
            shown = posixpath.relpath(each, folder or ".")
            yield self._one(shown, "file", escaped(scalar(shown, flow=self.at.flow)))


def _mappings(type_: Type, keys: frozenset[str]) -> Iterator[Record | OneKey | Named]:
    """The mappings that a value may be; several where it is not yet clear which."""
    if isinstance(type_, Leaf):
        return
    match type_:
        case Forms():
            if not any(key in keys for key, _ in type_.forms):
                yield from (record for _, record in reversed(type_.forms))
                return
        case Several() if type_.single:
            yield from _mappings(type_.item, keys)
            return
        case Several() | Named() | Record() | OneKey() | Either() | Anything() | Deferred():
            pass
        case _:
            assert_never(type_)
    found = unwrapped(type_, keys)
    if isinstance(found, Record | OneKey | Named):
        yield found
