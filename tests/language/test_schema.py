from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mmctl.cli.commands.schema import published, text_of
from mmctl.language.dialect import PROJECT
from mmctl.language.dialect.schema import as_editors_see, file_schema, project_schema
from mmctl.language.formatting.format import type_of
from mmctl.language.parsing.values import Reader
from mmctl.language.parsing.variables import VariableScope
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.problem import Problem

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted(
        path
        for folder in ("rules", "cases", "examples", "tests/checks")
        for path in (ROOT / folder).rglob("*.yaml")
        if path.name != "reported-failures.yaml"  # a table of examples
    ),
    ROOT / "mmctl.yaml",
]
RULES = Draft202012Validator(file_schema())
PROJECTS = Draft202012Validator(project_schema())
BEYOND_SCHEMAS = frozenset({"trailing-comment", "duplicate-key", "syntax", "unknown-variable"})
UNSEEN = re.compile(r"`\$?\$\{(?!.*, expected `\{)|^got `(?i:true|false)`, .* without quotes$")
"""Of what problems speak that no schema sees: variables, which are never mappings (a message may
write one that was not replaced as `$${`), and quotes around `true`."""
RESOLVED = re.compile(r"`\[0-9\]\{12\}`|got `(True|TRUE)`, expected a text")
"""What was there before an editor resolved it: zeros in front of an account, capitals of `true`."""
RANGE = "expected a number from "
"""How large a number is that stands there as a text, patterns do not tell."""


class AsWritten(VariableScope):
    def replace(self, node: Node, report: Callable[[Problem], None]) -> Node:  # noqa: ARG002 # none
        return node


def reader_problems(node: Mapping, file: str) -> list[Problem]:
    problems: list[Problem] = []
    Reader(problems, AsWritten()).read(type_of(node, file), node)
    return problems


def reader_takes(node: Mapping, file: str) -> bool:
    """Whether the reader takes a file, but for what no schema can see."""
    problems = reader_problems(node, file)
    return all(p.check in BEYOND_SCHEMAS or UNSEEN.search(p.message) for p in problems)


def schema_takes(node: Mapping, file: str) -> tuple[bool, bool]:
    """Whether the schema takes a file whose texts are all texts, and as an editor resolves it."""
    validator = PROJECTS if type_of(node, file) is PROJECT else RULES
    return validator.is_valid(as_editors_see(node)), validator.is_valid(resolved(node))


def resolved(node: Node) -> Any:
    """The tree with the numbers and booleans of YAML 1.2."""
    match node:
        case Scalar():
            return scalar(node) if node.plain else node.text
        case Sequence():
            return [resolved(item) for item in node.items]
        case Mapping():
            return {key.text: resolved(value) for key, value in node.entries}


def _cases(word: str) -> tuple[str, ...]:
    return word, word.title(), word.upper()


def scalar(node: Scalar) -> Any:
    if node.text in {"", "~", "null", "Null", "NULL"}:
        return None
    if node.text in {*_cases("true"), *_cases("false")}:
        return node.text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+(e[-+]?[0-9]+)?", node.text):
        return float(node.text)
    return node.text


def node_of(text: str, file: str = "a.yaml") -> Mapping:
    node, _ = compose(text, file=file)
    assert isinstance(node, Mapping)
    return node


@pytest.mark.parametrize("schema", [file_schema(), project_schema()], ids=["rules", "project"])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_schema_and_reader_agree_on_every_file_here(path: Path) -> None:
    node = node_of(path.read_text(encoding="utf-8"), path.name)
    wanted = reader_takes(node, path.name)
    assert schema_takes(node, path.name) == (wanted, wanted)


def a_rule(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"version: 1\nrules:\n  - name: a\n{body}" + (
        "" if "actions:" in body else "    actions: [drop]\n"
    )


def condition(text: str) -> str:
    return a_rule(f"conditions: [{text}]")


OK = [
    "version: 1\n",
    a_rule(),
    a_rule("enabled: false", "expires: 2027-01-31", "ticket: 550", "owner: true"),
    a_rule("enabled: TRUE", "description: 1.5"),
    a_rule("enabled: ${vars.on}", "expires: ${vars.day}", "environments: ${vars.all}"),
    a_rule("actions: [drop, stop, {drop: }, {stop: {}}, replace_recipient]"),
    a_rule("actions: [{archive: {to: x, on_failure: Continue}}]"),
    a_rule("actions: [{replace_recipient: a@example.com}, {replace_recipient: [550, true]}]"),
    condition("{subject: {contains: 550}}"),
    condition("{subject: {equals: [no, 1e3, '']}}"),
    condition("{spf: {equals: pass}}"),
    condition("{tls: true}"),
    condition("{message_size: {less_than: 1.5KB}}, {message_size: {equals: 1048576}}"),
    condition("{header: {name: X-A, contains: b}}"),
    condition("{add_on: {name: a, field: b, is: false}}"),
    "version: 1\narchives: {a: , b: {}, c: {retention: one_year}}\n",
    "version: 1\naddress_lists: {a: {members: external}, b: {members: [x]}, c: }\n",
    "version: 1\nrelays: {a: {server: x, port: 25, authentication: none}}\n",
    "version: 1\nrelays: {a: {server: x, port: 25, authentication: {secret_arn: y}}}\n",
    "version: 1\ncases: [{name: a, message: b.eml, expect: {a@example.com: delivered}}]\n",
    "version: 1\nrules: [{phase: a, rules: []}, {include: x.yaml}]\n",
    "version: 1\ninvariants: [{name: a, never: dropped}, {name: b, only: {relay: x}}]\n",
]
BAD = [
    "rules: []\n",
    "version: 2\n",
    "version: 1\nrule: []\n",
    "version: 1\nrules: {}\n",
    "version: 1\nrules: [drop]\n",
    "version: 1\nrules: [{actions: [drop]}]\n",
    "version: 1\nrules: [{phase: a}]\n",
    "version: 1\nrules: [{phase: a, rules: [], include: x}]\n",
    a_rule("actions: []"),
    a_rule("actions: [relay]"),
    a_rule("actions: [{drop: {a: b}}]"),
    a_rule("actions: [{deliver: {to: x}}]"),
    a_rule("actions: [{archive: {to: x}, relay: {to: y}}]"),
    a_rule("actions: [{archive: {}}]"),
    a_rule("priority: 1"),
    a_rule("enabled: yes"),
    a_rule("expires: soon"),
    a_rule("owner: "),
    a_rule("owner: ~"),
    a_rule("owner: [a]"),
    a_rule("conditions: {tls: true}"),
    condition("{subject: text}"),
    condition("{subject: {contains: []}}"),
    condition("{subject: {contains: a, equals: b}}"),
    condition("{subject: {}}"),
    condition("{}"),
    condition("{spf: {equals: NEUTRAL}}"),
    condition("{message_size: {less_than: 25 apples}}"),
    condition("{message_size: {less_than: -1}}"),
    condition("{add_on: {name: a, is: false}}"),
    condition("{body: {contains: a}}"),
    "version: 1\nrelays: {a: {server: x, port: many, authentication: none}}\n",
    "version: 1\nrelays: {'a b': {server: x, port: 25, authentication: none}}\n",
    "version: 1\ningress_points: {a: {type: auth, traffic_policy: b, rule_set: c, "
    "auth: {smtp_password: x}}}\n",
    "version: 1\nadd_ons: {a: {product: vade}}\n",
    "version: 1\ncases: [{name: a, ingress_point: b, rule_set: c}]\n",
    "version: 1\ninvariants: [{name: a, never: dropped, only: {relay: x}}]\n",
]


@pytest.mark.parametrize("text", OK)
def test_what_is_right_is_taken_by_schema_and_reader(text: str) -> None:
    node = node_of(text)
    assert (reader_takes(node, "a.yaml"), *schema_takes(node, "a.yaml")) == (True, True, True)


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_refused_by_schema_and_reader(text: str) -> None:
    node = node_of(text)
    assert (reader_takes(node, "a.yaml"), *schema_takes(node, "a.yaml")) == (False, False, False)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("version: 1\nproject: a\n", True),
        ("version: 1\nproject: a\nenvironments: {local: {endpoint: embedded}}\n", True),
        ("version: 1\nproject: a\nvars: {a: [b, {c: true}], d: 550}\n", True),
        ("version: 1\nproject: a\nenvironments: {prod: {account: '1111'}}\n", False),
        ("version: 1\nproject: a\nlint: {expired: never}\n", False),
        ("version: 1\nproject: a\nrelays: {}\n", False),
        ("version: 1\n", False),
    ],
)
def test_schema_and_reader_agree_on_project_files(text: str, taken: bool) -> None:
    node = node_of(text, "mmctl.yaml")
    found = (reader_takes(node, "mmctl.yaml"), *schema_takes(node, "mmctl.yaml"))
    assert found == (taken, taken, taken)


# -- mutations


def places(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    match node:
        case Scalar():
            return [path]
        case Sequence():
            inner = enumerate(node.items)
        case Mapping():
            inner = enumerate(value for _, value in node.entries)
    return [path, *(p for index, child in inner for p in places(child, (*path, index)))]


def changed(
    node: Node, path: tuple[int, ...], change: Callable[[Node], Node | None]
) -> Node | None:
    if not path:
        return change(node)
    index, *rest = path
    match node:
        case Sequence():
            new = changed(node.items[index], tuple(rest), change)
            items = [*node.items[:index], *([] if new is None else [new]), *node.items[index + 1 :]]
            return Sequence(node.position, tuple(items))
        case Mapping():
            key, value = node.entries[index]
            new = changed(value, tuple(rest), change)
            entry = [] if new is None else [(key, new)]
            entries = [*node.entries[:index], *entry, *node.entries[index + 1 :]]
            return Mapping(node.position, tuple(entries))
        case Scalar():
            return node


def leaf(text: str, node: Node, *, plain: bool = True) -> Scalar:
    return Scalar(node.position, text, plain, False)


def respelt(node: Node, spell: Callable[[str], str]) -> Node:
    """The node with its first key, or its text, spelt in another way."""
    match node:
        case Scalar():
            return Scalar(node.position, spell(node.text), node.plain, node.commented)
        case Mapping():
            entries = [(leaf(spell(key.text), key), value) for key, value in node.entries[:1]]
            return Mapping(node.position, (*entries, *node.entries[1:]))
        case Sequence():
            return node


CHANGES: dict[str, Callable[[Node], Node | None]] = {
    "gone": lambda _: None,
    "nothing": lambda node: leaf("", node),
    "an empty text": lambda node: leaf("", node, plain=False),
    "a word": lambda node: leaf("word", node),
    "a number": lambda node: leaf("7", node),
    "a number in quotes": lambda node: leaf("7", node, plain=False),
    "a negative number": lambda node: leaf("-7", node),
    "a large number": lambda node: leaf("70000", node),
    "a fraction": lambda node: leaf("1.5", node),
    "a size": lambda node: leaf("25 mb", node),
    "a date": lambda node: leaf("2027-01-31", node),
    "no date": lambda node: leaf("2027-1-31", node),
    "true": lambda node: leaf("true", node),
    "true in quotes": lambda node: leaf("true", node, plain=False),
    "True": lambda node: leaf("True", node),
    "two lines": lambda node: leaf("one\ntwo", node, plain=False),
    "an address": lambda node: leaf("info@example.com", node),
    "an empty list": lambda node: Sequence(node.position, ()),
    "an empty mapping": lambda node: Mapping(node.position, ()),
    "in a list": lambda node: Sequence(node.position, (node,)),
    "twice in a list": lambda node: Sequence(node.position, (node, node)),
    "the first of a list": lambda node: (
        node.items[0] if isinstance(node, Sequence) and node.items else node
    ),
    "below a key": lambda node: Mapping(node.position, ((leaf("key", node), node),)),
    "the value of the first key": lambda node: (
        node.entries[0][1] if isinstance(node, Mapping) and node.entries else node
    ),
    "the keys the other way round": lambda node: (
        Mapping(node.position, node.entries[::-1]) if isinstance(node, Mapping) else node
    ),
    "one more key": lambda node: (
        Mapping(node.position, (*node.entries, (leaf("owner", node), leaf("word", node))))
        if isinstance(node, Mapping) and node.get("owner") is None
        else node
    ),
    "misspelt": lambda node: respelt(node, lambda text: text + "x"),
    "in capitals": lambda node: respelt(node, str.upper),
    "in small letters": lambda node: respelt(node, str.lower),
    "as the API spells it": lambda node: respelt(node, lambda t: t.title().replace("_", "")),
    "with a hyphen": lambda node: respelt(node, lambda text: text.replace("_", "-")),
}
SEEDS = [node_of(text) for text in (*OK[1:], *BAD[1:])] + [
    node_of(path.read_text(encoding="utf-8"), path.name) for path in FILES
]


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_schema_and_reader_agree_on_what_slips_of_the_hand_make_of_a_file(
    data: st.DataObject,
) -> None:
    node: Node | None = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 2))):
        assert isinstance(node, Mapping)
        assume(node.entries)
        path = data.draw(st.sampled_from(places(node)[1:]))
        change = data.draw(st.sampled_from(sorted(CHANGES)))
        node = changed(node, path, CHANGES[change])
    assume(isinstance(node, Mapping))
    assert isinstance(node, Mapping)
    wanted = reader_takes(node, "a.yaml")
    said = " ".join(problem.message for problem in reader_problems(node, "a.yaml"))
    as_text, in_editor = schema_takes(node, "a.yaml")
    assert as_text == wanted or RANGE in said
    assert in_editor == wanted or RESOLVED.search(said)


# -- what is published


def test_the_schemas_of_files_are_what_the_grammar_says(*, update: bool) -> None:
    for name, document in (("rules", file_schema()), ("project", project_schema())):
        path = ROOT / "src" / "mmctl" / "render" / "schemas" / f"{name}.schema.json"
        if update:
            path.write_text(text_of(document), encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text_of(document), "run `make rendered`"


def test_the_schemas_in_the_repository_are_what_the_command_prints() -> None:
    found = {
        path.name.removesuffix(".schema.json"): path.read_text(encoding="utf-8")
        for path in (ROOT / "schemas").glob("*.schema.json")
    }
    wanted = {name: text_of(document) for name, document in published().items()}
    assert found == wanted, "run `mmctl schema --into schemas`"


@pytest.mark.parametrize("name", sorted(published()))
def test_every_published_schema_is_one(name: str) -> None:
    document = published()[name]
    Draft202012Validator.check_schema(document)
    assert document["title"]
