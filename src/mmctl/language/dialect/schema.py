"""The grammar → JSON Schema (draft 2020-12), for editors that complete and validate files.

A schema sees what a YAML editor sees: `550` is a number to it, so texts may be numbers and
booleans there; words are accepted in any case, as in the reader; and wherever a value may be, a
variable may be. Lint reports what the schemas cannot express (names, comments, quotas).
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.dialect import FILE, PROJECT
from mmctl.language.dialect.grammar import (
    MAX_DIGITS,
    Anything,
    Bytes,
    Choice,
    Count,
    Day,
    Deferred,
    Either,
    Flag,
    Forms,
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_VARIABLE: Final = r"\$\{"
_ANY_LINE: Final = r"^[^\n]*$"
_ANY_TEXT: Final = ""
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_SIZE: Final = rf"^[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]+)? ?([KkMmGg][Ii]?[Bb]|[Bb])?$"


def file_schema() -> Schema:
    """The schema of files with rules, resources, cases and invariants."""
    return _Writer(variables=True).document(FILE, "rules")


def project_schema() -> Schema:
    """The schema of the project file, in which no variables are replaced."""
    return _Writer(variables=False).document(PROJECT, "project")


def as_editors_see(node: Node) -> Any:
    """A file's tree as a YAML editor sees it, except for numbers, which stay texts.

    What is null in YAML is None; everything else is a text, a list or a mapping.
    """
    match node:
        case Scalar():
            return None if node.plain and node.text in _NOTHING else node.text
        case Sequence():
            return [as_editors_see(item) for item in node.items]
        case MappingNode():
            return {key.text: as_editors_see(value) for key, value in node.entries}
        case _:
            assert_never(node)


class _Writer:
    """Writes one schema; what has a title is written once, under `$defs`."""

    def __init__(self, *, variables: bool) -> None:
        self.variables = variables
        self.definitions: dict[str, Schema] = {}
        self.names: dict[int, str] = {}

    def document(self, type_: Record, name: str) -> Schema:
        body = self._record(type_)
        return {
            "$schema": DRAFT,
            "$id": f"urn:mmctl:schema:{name}",
            "title": f"mmctl: {type_.title}",
            **body,
            "$defs": dict(sorted(self.definitions.items())),
        }

    def of(self, type_: Type) -> Schema:
        """The schema of a value of a type."""
        match type_:
            case Record() | OneKey() | Forms():
                return self._defined(type_)
            case Several():
                return self._several(type_)
            case Named():
                return _described(self._named(type_), type_.doc)
            case Either():
                return self._defined(type_) if type_.title else self._either(type_)
            case Anything():
                return _described(self._anything(), type_.doc)
            case Deferred():
                return self.of(type_.type)
            case Word() | Flag() | Count() | Bytes() | Day() | Choice():
                return _described(self._or_variable(_scalar(type_)), type_.doc)
            case _:
                assert_never(type_)

    def _either(self, type_: Either) -> Schema:
        both = {"anyOf": [self.of(type_.word), self.of(type_.other)]}
        return _described(both, type_.doc)

    def _defined(self, type_: Record | OneKey | Forms | Either) -> Schema:
        if id(type_) not in self.names:
            plain = re.sub(r"[^a-z0-9]+", "_", type_.title.lower()).strip("_")
            taken = set(self.names.values())
            name = next(
                n for n in (plain, *(f"{plain}_{i}" for i in range(2, 99))) if n not in taken
            )
            self.names[id(type_)] = name
            self.definitions[name] = {"title": type_.title, **self._titled(type_)}
        return {"$ref": f"#/$defs/{self.names[id(type_)]}"}

    def _titled(self, type_: Record | OneKey | Forms | Either) -> Schema:
        match type_:
            case Either():
                return self._either(type_)
            case Record():
                return self._or_nothing(self._record(type_)) if type_.empty else self._record(type_)
            case OneKey():
                return self._one_key(type_)
            case Forms():
                return self._forms(type_)
            case _:
                assert_never(type_)

    def _record(self, type_: Record) -> Schema:
        properties = {name: self.of(member.type) for name, member in type_.members.items()}
        foreign = {key: text for key, text in type_.advice.items() if key not in type_.members}
        single, several = _advised(foreign)
        schema: Schema = {"type": "object", "properties": properties | single}
        if several:
            schema["patternProperties"] = several
        required = [name for name, member in type_.members.items() if member.required]
        if required:
            schema["required"] = required
        groups = [_one_of(group) for group in type_.one_of]
        for group in (*type_.one_of, *type_.at_most_one):
            groups += _at_most_one(group, type_)
        if groups:
            schema["allOf"] = groups
        return _described({**schema, "additionalProperties": False}, type_.doc)

    def _one_key(self, type_: OneKey) -> Schema:
        properties = {
            name: self._or_nothing(self.of(option)) if name in type_.words else self.of(option)
            for name, option in type_.options.items()
        }
        single, several = _advised(type_.advice)
        mapping: Schema = {
            "type": "object",
            "properties": properties | single,
            "patternProperties": _respelt(type_.options) | several,
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
        if not type_.words:
            return _described(mapping, type_.doc)
        return _described({"anyOf": [{"enum": list(type_.words)}, mapping]}, type_.doc)

    def _forms(self, type_: Forms) -> Schema:
        """The first form whose key is present, else the last one."""
        *told_apart, (_, last) = type_.forms
        schema = self.of(last)
        for key, record in reversed(told_apart):
            schema = {"if": {"required": [key]}, "then": self.of(record), "else": schema}
        return _described({"type": "object", **schema}, type_.doc)

    def _several(self, type_: Several) -> Schema:
        item = self.of(type_.item)
        listed: Schema = {"type": "array", "items": item}
        if type_.minimum:
            listed["minItems"] = type_.minimum
        if type_.single:
            return _described({"anyOf": [item, listed]}, type_.doc)
        return _described(self._or_variable(listed), type_.doc)

    def _named(self, type_: Named) -> Schema:
        schema: Schema = {"type": "object", "additionalProperties": self.of(type_.value)}
        if type_.pattern is not None:
            schema["propertyNames"] = {"pattern": f"^({type_.pattern})$"}
        return schema

    def _anything(self) -> Schema:
        self.definitions["anything"] = {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {"type": "array", "items": {"$ref": "#/$defs/anything"}},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/anything"}},
            ]
        }
        return {"$ref": "#/$defs/anything"}

    def _or_variable(self, schema: Schema) -> Schema:
        if not self.variables or schema.get("pattern") in {_ANY_TEXT, _ANY_LINE}:
            return schema
        return {"anyOf": [schema, {"type": "string", "pattern": _VARIABLE}]}

    @staticmethod
    def _or_nothing(schema: Schema) -> Schema:
        return {"anyOf": [schema, {"type": "null"}]}


def _scalar(type_: Word | Flag | Count | Bytes | Day | Choice) -> Schema:
    match type_:
        case Word():
            pattern = _ANY_TEXT if type_.multiline else _ANY_LINE
            if type_.pattern is not None:
                pattern = f"^({type_.pattern})$"
            schema: Schema = {"type": _types(pattern), "pattern": pattern}
            if len(schema["type"]) > 1 and re.search(pattern, "-7") is None:
                schema["minimum"] = 0
            if type_.examples:
                schema["examples"] = list(type_.examples)
            return schema
        case Flag():
            return {
                "type": ["boolean", "string"],
                "pattern": f"^({_any_case('true')}|{_any_case('false')})$",
            }
        case Count():
            limits = {"minimum": type_.minimum}
            if type_.maximum is not None:
                limits["maximum"] = type_.maximum
            return {
                "type": ["integer", "string"],
                **limits,
                "pattern": rf"^[0-9]{{1,{MAX_DIGITS}}}$",
            }
        case Bytes():
            number = "number" if type_.fraction else "integer"
            examples = ["25MB", "10MiB", 1048576]
            return {
                "type": [number, "string"],
                "minimum": 0,
                "pattern": _SIZE,
                "examples": examples,
            }
        case Day():
            pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
            return {"type": "string", "format": "date", "pattern": pattern}
        case Choice():
            return _choice(type_)
        case _:
            assert_never(type_)


def _types(pattern: str) -> list[str]:
    """The types that editors may see in a text of this form."""
    whole = any(re.search(pattern, digits) for digits in ("7", "7" * 12))
    number = "number" if re.search(pattern, "1.5") else "integer"
    boolean = re.search(pattern, "true") is not None
    return ["string", *([number] if whole else []), *(["boolean"] if boolean else [])]


def _choice(type_: Choice) -> Schema:
    """Completed as the manual spells the words, accepted in any case."""
    values: list[Any] = list(type_.values)
    numbers = [int(value) for value in type_.values if value.isdigit()]
    pattern = "|".join(_any_case(value) for value in type_.values)
    return {
        "anyOf": [{"enum": [*numbers, *values]}, {"type": "string", "pattern": f"^({pattern})$"}]
    }


def _any_case(word: str) -> str:
    return "".join(
        f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else re.escape(letter)
        for letter in word
    )


def _advised(advice: Mapping[str, str]) -> tuple[Schema, Schema]:
    """Keys that do not exist, with what editors say about them; they are not suggested.

    Properties, and patterns for those that share a text.
    """
    keys: dict[str, list[str]] = {}
    for key, text in advice.items():
        keys.setdefault(text, []).append(key)
    single = {each[0]: _no_such_key(text) for text, each in keys.items() if len(each) == 1}
    several = {
        f"^({'|'.join(each)})$": _no_such_key(text) for text, each in keys.items() if len(each) > 1
    }
    return single, several


def _respelt(options: Iterable[str]) -> Schema:
    """The keys in the spellings of the API and of other tools, with the right one."""
    return {
        f"^(?!{key}$){'[-_]?'.join(_any_case(part) for part in key.split('_'))}$": _no_such_key(
            f"write `{key}`"
        )
        for key in options
    }


def _one_of(group: tuple[str, ...]) -> Schema:
    message = f"expected one of {_listed(group)}"
    return {"anyOf": [{"required": [name], "errorMessage": message} for name in group]}


def _at_most_one(group: tuple[str, ...], type_: Record) -> Iterator[Schema]:
    required = [name for name, member in type_.members.items() if member.required]
    if {*group, *required} == set(type_.members):
        several = {"type": "object", "minProperties": len(required) + 2}
        yield {"if": several, "then": _never(f"expected one of {_listed(group)}, got several")}
        return
    for pair in combinations(group, 2):
        both = {"type": "object", "required": list(pair)}
        yield {"if": both, "then": _never(f"expected one of {_listed(pair)}, not both")}


def _no_such_key(text: str) -> Schema:
    return {**_never(text), "doNotSuggest": True}


def _never(text: str) -> Schema:
    """A schema that no value matches. Editors show the text at a mapping's key or at the value."""
    impossible = "(no such key)"
    return {
        "type": "object",
        "properties": {impossible: False},
        "required": [impossible],
        "errorMessage": text,
    }


def _listed(names: Iterable[str]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} or {last}" if first else last


def _described(schema: Schema, doc: str) -> Schema:
    return {"description": doc, **schema} if doc else schema
