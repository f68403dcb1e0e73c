"""Nodes → placed values, by the grammar: types, required and unknown keys, variables.

What does not fit becomes a problem and is left out; reading goes on, so that all mistakes are
reported at once. No key of mmctl's language may be named here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, assert_never, cast

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
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.parsing.scalars import (
    BOOLEANS,
    MISSING,
    NOTHING,
    Missing,
    ScalarReader,
    one_of,
    short,
)
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence
from mmctl.language.text.placed import Items, Table, Text
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.language.parsing.variables import VariableScope

_WHOLE_VARIABLE: Final = Pattern(r"\$\{[^}]*\}")


@dataclass(slots=True)
class Reader(ScalarReader):
    """Reads nodes in one scope of variables and collects the problems."""

    scope: VariableScope

    def read(self, type_: Type, node: Node) -> Any:
        """The placed value of a node, or `MISSING` if it does not fit its type."""
        replaced = node
        if isinstance(node, Scalar) and "${" in node.text:
            found = self.scope.replace(node, self.problems.append)
            if found is None:
                return MISSING
            replaced = found
        # What there is most of comes first.
        match type_:
            case Word():
                return self.word(type_, replaced)
            case Record():
                return self._record(type_, replaced)
            case OneKey():
                return self._one_key(type_, replaced)
            case Several():
                return self._several(type_, replaced)
            case Either():
                word = isinstance(replaced, Scalar)
                return self.read(type_.word if word else type_.other, _literal(replaced))
            case Forms():
                return self._forms(type_, replaced)
            case Choice():
                return self.choice(type_, replaced)
            case Named():
                return self._named(type_, replaced)
            case Flag():
                return self.flag(replaced)
            case Count():
                return self.count(type_, replaced)
            case Bytes():
                return self.bytes(type_, replaced)
            case Day():
                return self.day(replaced)
            case Anything():
                return self._anything(replaced)
            case Deferred():
                return self.read(type_.type, _literal(replaced))
            case _:
                assert_never(type_)

    def _several(self, type_: Several, node: Node) -> Items | Missing:
        if not isinstance(node, Sequence):
            if not type_.single:
                return self.wrong(node, "a list", "write `- ` before each item")
            node = Sequence(node.position, (_literal(node),))
        if isinstance(type_.item, Word) and len(node.items) >= type_.minimum:
            words = _plain_words(type_.item, node.items)
            if words is not None:
                return Items.at(words, node.position)
        nodes = self._spliced(node)
        read = [self.read(type_.item, item) for item in nodes]
        if len(node.items) < type_.minimum:
            return self.wrong(node, f"a list of at least {type_.minimum}")
        items = [value for value in read if value is not MISSING]
        if len(items) < len(nodes) and isinstance(type_.item, Word | Choice):
            return MISSING
        return Items.at(items, node.position, whole=len(items) == len(nodes))

    def _spliced(self, node: Sequence) -> list[Node]:
        """The items, with the lists in variables spliced in."""
        items: list[Node] = []
        for item in node.items:
            replaced = item
            if isinstance(item, Scalar) and _WHOLE_VARIABLE.fullmatch(item.text):
                # What is not a list is replaced, or reported, when the item is read.
                replaced = self.scope.replace(item, lambda _: None) or item
            if isinstance(replaced, Sequence) and replaced is not item:
                items.extend(_literal(value) for value in replaced.items)
            else:
                items.append(item)
        return items

    def _named(self, type_: Named, node: Node) -> Table | Missing:
        if not isinstance(node, Mapping):
            return self.wrong(node, "names with values")
        table = Table.at(node.position)
        astray = _without_a_name(type_, node)
        if astray:
            table.failed |= {key.text for key, _ in node.entries}
            title = cast("Record", type_.value).title
            self.report(
                "wrong-type",
                astray[0].position,
                f"got {listed([key.text for key in astray])}, expected the name of {_a(title)}",
                f"the line with the name of the {title} is missing above",
            )
            return table
        for key, value_node in node.entries:
            if type_.pattern is not None and not re.fullmatch(type_.pattern, key.text):
                self.report(
                    "wrong-text",
                    key.position,
                    f"got the name `{short(key.text)}`, expected the form `{type_.pattern}`",
                )
                table.failed.add(key.text)
                continue
            value = self.read(type_.value, value_node)
            if value is MISSING:
                table.failed.add(key.text)
            else:
                table.put(key.text, value, key_at=key.position, value_at=value_node.position)
        return table

    def _record(self, type_: Record, node: Node) -> Table | Missing:
        if type_.empty and isinstance(node, Scalar) and node.plain and node.text in NOTHING:
            return Table.at(node.position)
        if not isinstance(node, Mapping):
            if not type_.members:
                return self.wrong(node, "nothing")
            keys = [name for name, member in type_.members.items() if member.required]
            like = "" if keys else "keys and values such as "
            keys = keys or [group[0] for group in type_.one_of]
            shown = ", ".join(f"{key}: …" for key in keys)
            return self.wrong(node, f"{like}`{{{shown}}}`" if keys else "`{…}`")
        table = Table.at(node.position)
        if _is_something_else(type_, node):
            others = listed([key.text for key, _ in node.entries])
            message = f"{_called(type_)} has none of the keys {others}"
            known = f"known keys: {', '.join(type_.members)}"
            self.report("unknown-key", node.entries[0][0].position, message, known)
            table.failed |= type_.members.keys()
            return table if type_.partial else MISSING
        for key, value_node in node.entries:
            member = type_.members.get(key.text)
            if member is None:
                self._unknown_key(key, _called(type_), tuple(type_.members), type_.advice)
                table.failed.add(key.text)
                continue
            value = self.read(member.type, value_node)
            if value is MISSING:
                table.failed.add(key.text)
            else:
                table.put(key.text, value, key_at=key.position, value_at=value_node.position)
        if not (table.failed or _lacks(type_, table)):
            return table
        self._report_keys(type_, node)
        if not _lacks(type_, table):
            return table
        if not type_.partial:
            return MISSING
        table.failed |= type_.required - table.keys()
        return table

    def _report_keys(self, type_: Record, node: Mapping) -> None:
        """Report which keys are missing, and which exclude each other."""
        there = {key.text for key, _ in node.entries}
        unknown = [key for key in there if key not in type_.members]
        for name, member in type_.members.items():
            misspelt = any(did_you_mean(key, (name,)) for key in unknown)
            if member.required and name not in there and not misspelt:
                message = f"`{name}` is missing in {_this(type_)}"
                self.report("missing-key", node.position, message)
        for group in type_.one_of:
            found = [name for name in group if name in there]
            if len(found) > 1 or (not found and not unknown):
                self._not_one(node, type_, group, found)
        for group in type_.at_most_one:
            found = [name for name in group if name in there]
            if len(found) > 1:
                self._not_one(node, type_, group, found)

    def _not_one(
        self, node: Mapping, type_: Record, group: tuple[str, ...], found: list[str]
    ) -> None:
        got = " and ".join(f"`{name}`" for name in found) or "none"
        position = next(
            (key.position for key, _ in node.entries if key.text in found[1:]), node.position
        )
        self.report(
            "one-of", position, f"got {got} in {_this(type_)}, expected one of {one_of(group)}"
        )

    def _one_key(self, type_: OneKey, node: Node) -> Table | Missing:
        if isinstance(node, Scalar) and node.text in type_.words:
            table = Table.at(node.position)
            table.put(node.text, None, key_at=node.position, value_at=node.position)
            return table
        if isinstance(node, Scalar):
            return self._one_word(type_, node)
        if not isinstance(node, Mapping) or not node.entries:
            return self.wrong(node, f"{_a(type_.title)} such as `{next(iter(type_.options))}: …`")
        if len(node.entries) > 1:
            second = node.entries[1][0]
            known = second.text in type_.options
            self.report(
                "one-of",
                second.position,
                f"`{second.text}` beside `{node.entries[0][0].text}`: "
                f"{_a(type_.title)} has one key",
                "start a new list item with `- `"
                if known
                else f"write it inside, `{node.entries[0][0].text}: {{…, {second.text}: …}}`",
            )
            return MISSING
        key, value_node = node.entries[0]
        option = type_.options.get(key.text)
        if option is None:
            self._unknown_key(key, _called(type_), tuple(type_.options), type_.advice)
            return MISSING
        value = None if self._bare(type_, key, value_node) else self.read(option, value_node)
        if isinstance(value, Missing):
            return MISSING
        table = Table.at(node.position)
        table.put(key.text, value, key_at=key.position, value_at=value_node.position)
        return table

    @staticmethod
    def _bare(type_: OneKey, key: Scalar, value: Node) -> bool:
        """Whether a key that needs no value has none (`- drop:`)."""
        return (
            key.text in type_.words
            and isinstance(value, Scalar)
            and value.plain
            and value.text in NOTHING
        )

    def _one_word(self, type_: OneKey, node: Scalar) -> Missing:
        if node.text in type_.options:
            return self.wrong(node, f"`{node.text}: …`")
        if node.plain and node.text in NOTHING:
            return self.wrong(node, _a(type_.title))
        words = tuple(dict.fromkeys((*type_.words, *type_.options)))
        self._unknown_key(node, _called(type_), words, type_.advice)
        return MISSING

    def _forms(self, type_: Forms, node: Node) -> Table | Missing:
        if not isinstance(node, Mapping):
            return self.wrong(node, _a(type_.title))
        keys = {key.text for key, _ in node.entries}
        *others, (own, usual) = type_.forms
        unknown = () if own in keys else keys - usual.members.keys()
        for key, record in others:
            if key in keys or any(did_you_mean(each, (key,)) for each in unknown):
                return self._record(record, node)
        return self._record(usual, node)

    def _anything(self, node: Node) -> Any:
        match node:
            case Scalar():
                if node.plain and node.text in BOOLEANS:
                    return BOOLEANS[node.text]
                return self.word(Word(multiline=True), node)
            case Sequence():
                return self._several(Several(item=Anything()), node)
            case Mapping():
                return self._named(Named(value=Anything()), node)
            case _:
                assert_never(node)

    def _unknown_key(self, key: Scalar, what: str, known: tuple[str, ...], advice: Any) -> None:
        help_ = advice.get(key.text) or advice.get(key.text.lower())
        help_ = help_ or did_you_mean(key.text, known) or f"known keys: {', '.join(known)}"
        self.report("unknown-key", key.position, f"{what} has no key `{short(key.text)}`", help_)


def _plain_words(type_: Word, nodes: tuple[Node, ...]) -> list[Text] | None:
    """The texts of a list in which nothing has to be looked at closely; None: read each by itself.

    Most of a project is lists of texts, so this is what reading it costs.
    """
    if type_.pattern is not None or type_.multiline:
        return None
    words: list[Text] = []
    for node in nodes:
        if not isinstance(node, Scalar) or node.commented:
            return None
        text = node.text
        if (node.plain and text in NOTHING) or "${" in text or "\n" in text:
            return None
        word = Text(text)
        word.position = node.position
        words.append(word)
    return words


def _lacks(type_: Record, table: Table) -> bool:
    """Whether something required could not be read, or keys are there that exclude each other."""
    if not type_.required <= table.keys():
        return True
    for group in type_.one_of:
        if sum(map(table.__contains__, group)) != 1:
            return True
    return any(sum(map(table.__contains__, group)) > 1 for group in type_.at_most_one)


def _literal(node: Node) -> Node:
    """A value with its variables already replaced: what looks like one in it is text."""
    if isinstance(node, Scalar) and "${" in node.text:
        return Scalar(node.position, node.text.replace("${", "$${"), node.plain, node.commented)
    return node


def _without_a_name(type_: Named, node: Mapping) -> list[Scalar]:
    """The keys where names are expected, because the name above them is missing."""
    if not isinstance(type_.value, Record):
        return []
    found = [(key, value) for key, value in node.entries if key.text in type_.value.members]
    return [key for key, _ in found] if any(isinstance(value, Scalar) for _, value in found) else []


def _is_something_else(type_: Record, node: Mapping) -> bool:
    """Whether a mapping has several keys, none of them known or close to a known one."""
    if len(node.entries) <= 1 or node.entries[0][0].text in type_.members:
        return False
    keys = [key.text for key, _ in node.entries]
    if any(key in type_.members for key in keys):
        return False
    known = {*type_.members, *type_.advice}
    return not any(key in known or did_you_mean(key, known) for key in keys)


def _called(type_: Record | OneKey) -> str:
    """What is being read: the key that it is under, or its title with an article."""
    by_key = isinstance(type_, Record) and type_.key
    return f"`{type_.title}`" if by_key else _a(type_.title)


def _this(type_: Record) -> str:
    return f"`{type_.title}`" if type_.key else f"this {type_.title}"


def _a(title: str) -> str:
    """A title with its article."""
    return f"an {title}" if title[0] in "aeiou" else f"a {title}"
