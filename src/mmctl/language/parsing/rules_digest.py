"""The digest of the logical rules: what is promoted from one environment to the next.

It is the same in all environments of one revision of the files, and another one as soon as a rule
says something else. Values of variables and bindings, and all of `mmctl.yaml`, are not in it.
"""

from __future__ import annotations

import json
import posixpath
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.list_files import entries_of
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.plain import plain
from mmctl.model.kinds import Kind
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Project
    from mmctl.language.text.nodes import Node

_LINE: Final = r"[^\r\n\x85\u2028\u2029]*"
_OF_CASES: Final = rf"(?:version|cases)[ ]*:{_LINE}"
_CASES_ALONE: Final = Pattern(
    rf"(?:#{_LINE}\n|[ ]*\n)*{_OF_CASES}(?:\r?\n(?:(?:[ #]|-[ ]){_LINE}|{_OF_CASES})?)*\n?"
)
"""What a file is whole if nothing but cases is in it: each key of the first level starts a line.

Any other file is read; so no layout keeps a rule out of the digest.
"""
_VERSION: Final = 1
"""Of the form: another form gives other digests, and evidence for them has to be made again."""
_USE: Final = "${"
_OF_NO_RULE: Final = frozenset({"description", "owner", "ticket", "expires", "final"})
"""What a rule or statement says to people and to lint."""
_OF_NO_RESOURCE: Final = frozenset({"was", "must_reach", "sample_file"})
_DEFAULTS: Final = {
    "enabled": "true",
    "shadow": "false",
    "refuse": "false",
    "count": "any",
    "on_overlap": "error",
    "per_ingress_point": "false",
    "duplicates": "keep",
}
_CONDITIONS: Final = ("conditions", "unless", "allow", "deny")
_OFF: Final = "false"
_NOTHING: Final = ("", "~", "null")
_CERTIFICATES: Final = ("ca_file", "crl_file")


def rules_digest(project: Project) -> str:
    """SHA-256, in hex, of the logical rules of a project.

    In it: every rule that is not disabled, in its order, with its `environments`; phases; traffic
    policies; ingress points; address lists with their members, also those in files; relays,
    archives and add-ons; trust stores of ingress points.

    Not in it: values of variables and bindings (`${vars.exchange}` is that text); which environment
    the project was read for; layout, comments, the order and names of files, as far as rules keep
    their order and no variable names the files; the order of keys and of values of a condition;
    what only people and lint read (`description`, `owner`, `ticket`, `expires`, `final`, `was`,
    `must_reach`, `sample_file`); cases and invariants.

    Another spelling of the same rule (`25MB`, `25000000`) may have another digest: then it is tried
    again, which does no harm.
    """
    text = json.dumps(rules_form(project), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def rules_form(project: Project) -> dict[str, Any]:
    """What the digest is of, as JSON."""
    return _Form(project).whole()


@dataclass(slots=True)
class _Form:
    """The files of a project on their way to one form."""

    project: Project
    files: MemoryFiles = field(init=False)
    nodes: dict[str, Node | None] = field(default_factory=dict)
    included: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        texts = {
            path: text
            for path, text in self.project.files.items()
            if path != PROJECT_FILE and not _CASES_ALONE.fullmatch(text)
        }
        self.files = MemoryFiles(texts)
        self.nodes = {path: compose(text, file=path)[0] for path, text in texts.items()}

    def whole(self) -> dict[str, Any]:
        form: dict[str, Any] = {"form": _VERSION}
        for kind in Kind:
            found = dict(self._of_kind(kind))
            if found:
                form[kind.value] = found
        # A pattern with a variable may include any file; no rule may be left out.
        left = [path for path in sorted(self.nodes) if path not in self.included]
        # By name: a pattern takes files in the order of their names.
        rest = {path: rules for path in left if (rules := self._rules_in(path))}
        if rest:
            form["rules"] = rest
        return form

    def _of_kind(self, kind: Kind) -> Iterator[tuple[str, Any]]:
        for path, node in self.nodes.items():
            section = node.get(kind.value) if isinstance(node, Mapping) else None
            for key, value in section.entries if isinstance(section, Mapping) else ():
                yield key.text, self._resource(kind, key.text, value, path)

    def _resource(self, kind: Kind, name: str, node: Node, path: str) -> Any:
        if not isinstance(node, Mapping):
            return plain(node)
        form = {
            key.text: plain(value)
            for key, value in node.entries
            if key.text not in _OF_NO_RESOURCE and not _is_default(key.text, value)
        }
        if kind is Kind.RULE_SET:
            form["rules"] = self._rules(node.get("rules"), path)
        elif kind is Kind.TRAFFIC_POLICY:
            form["statements"] = [*map(_rule, _items(node.get("statements")))]
        elif kind is Kind.ADDRESS_LIST:
            form |= self._members(node, path)
        elif kind is Kind.INGRESS_POINT and "mtls" in form:
            form["mtls"] = self._trust(name, form["mtls"])
        return form

    def _members(self, node: Mapping, path: str) -> dict[str, Any]:
        """The members of an address list, wherever they are written."""
        written = node.get("members")
        members = {text for item in _items(written) for text in _texts(item)}
        form: dict[str, Any] = {}
        if isinstance(written, Scalar):
            form["members"] = written.text
        named = node.get("members_file")
        if isinstance(named, Scalar) and _USE not in named.text:
            whole = _beside(path, named.text)
            text = self.project.list_files.get(whole, "")
            members |= {str(entry) for entry in entries_of(text, file=whole)}
            form["members_file"] = None
        if members:
            form["members"] = sorted({each if _USE in each else each.lower() for each in members})
        return form

    def _trust(self, name: str, form: Any) -> Any:
        """The certificates of a trust store in place of the names of their files."""
        point = self.project.ingress_points.get(name)
        files = [form.get(key, "") for key in _CERTIFICATES] if isinstance(form, dict) else [_USE]
        if point is None or any(_USE in each for each in files):
            return form
        store = point.ingress_point.to_api().get("IngressPointConfiguration", {})
        store = store.get("TlsAuthConfiguration", {}).get("TrustStore", {})
        held = {member: store.get(member) for member in ("CAContent", "CrlContent")}
        return {key: value for key, value in form.items() if key not in _CERTIFICATES} | held

    def _rules_in(self, path: str) -> list[Any]:
        node = self.nodes.get(path)
        self.included.add(path)
        return self._rules(node.get("rules") if isinstance(node, Mapping) else None, path)

    def _rules(self, node: Node | None, path: str) -> list[Any]:
        """Rules in their order, with included files in place of `include`."""
        found: list[Any] = []
        for item in _items(node):
            if not isinstance(item, Mapping):
                found.append(plain(item))
            elif item.get("phase") is not None:
                found.append(self._phase(item, path))
            elif item.get("include") is not None:
                found += self._include(item, path)
            elif not _is_off(item):
                found.append(_rule(item))
        return found

    def _phase(self, item: Mapping, path: str) -> dict[str, Any]:
        form = _rule(item)
        form.pop("include", None)
        form["rules"] = [*self._include(item, path), *self._rules(item.get("rules"), path)]
        return form

    def _include(self, item: Mapping, path: str) -> list[Any]:
        found: list[Any] = []
        for pattern in (text for each in _items(item.get("include")) for text in _texts(each)):
            if _USE in pattern:
                found.append({"include": pattern})
                continue
            matching = self.files.matching(_beside(path, pattern))
            for name in matching:
                if name not in self.included and name != path:
                    found += self._rules_in(name)
        return found


def _rule(node: Node) -> dict[str, Any]:
    """A rule, statement or phase, without what only people and lint read."""
    form: dict[str, Any] = {}
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text in _OF_NO_RULE or _is_default(key.text, value):
            continue
        if key.text in _CONDITIONS:
            form[key.text] = [_condition(each) for each in _items(value)]
        elif key.text == "environments":
            form[key.text] = sorted({text for each in _items(value) for text in _texts(each)})
        elif key.text == "actions":
            form[key.text] = [_action(each) for each in _items(value)]
        elif key.text != "rules":
            form[key.text] = plain(value)
    return {key: value for key, value in form.items() if value != [] or key == "environments"}


def _condition(node: Node) -> Any:
    """A condition; its values are a set, and one value is a list of one."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            values = sorted({json.dumps(plain(item), sort_keys=True) for item in node.items})
            return json.loads(values[0]) if len(values) == 1 else values
        case Mapping():
            return {key.text: _condition(value) for key, value in node.entries}
        case _:
            assert_never(node)


def _action(node: Node) -> Any:
    """An action; `- drop` and `- drop:` are the same."""
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, value = node.entries[0]
        if isinstance(value, Scalar) and value.plain and value.text in _NOTHING:
            return key.text
    return plain(node)


def _items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; of a single value that one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text


def _is_default(key: str, value: Node) -> bool:
    """Whether a member says what it would be without it."""
    return isinstance(value, Scalar) and _DEFAULTS.get(key) == value.text.lower()


def _is_off(rule: Mapping) -> bool:
    """Whether a rule is disabled, so that it lives nowhere."""
    enabled = rule.get("enabled")
    return isinstance(enabled, Scalar) and enabled.text.lower() == _OFF


def _beside(path: str, named: str) -> str:
    """The path in the project of a file, relative to the file that names it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
