from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmctl.language.formatting.format import formatted, sizes
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence
from mmctl.language.text.quoting import quoted, scalar

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("rules", "cases", "examples", "tests")
    for path in (ROOT / folder).rglob("*.yaml")
)


def fmt(text: str, file: str = "rules/a.yaml") -> str:
    result = formatted(text, file=file)
    assert not result.problems, result.problems
    assert formatted(result.text, file=file).text == result.text
    return result.text


def rules(*lines: str) -> str:
    return "version: 1\nrules:\n" + "".join(f"  {line}".rstrip() + "\n" for line in lines)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            'version: "1"\nrules:\n- name: a\n  actions: [ drop ]\n',
            "version: 1\nrules:\n  - name: a\n    actions: [drop]\n",
            id="two spaces a level, items below their key",
        ),
        pytest.param(
            "rules:\n    -  name:   'a'\n       actions:\n       -   drop : {}\n       - drop:\n",
            "rules:\n  - name: a\n    actions:\n      - drop\n      - drop\n",
            id="an action without anything is a word",
        ),
        pytest.param(
            rules("- actions: [stop]", "  owner: x", "  name: a"),
            rules("- name: a", "  owner: x", "  actions: [stop]"),
            id="keys in the order of the manual",
        ),
        pytest.param(
            "rules: []\nversion: 1\n", "version: 1\nrules: []\n", id="the version comes first"
        ),
        pytest.param(
            "version: 1\nrelays: {}\nrule_sets: {}\n",
            "version: 1\nrelays: {}\nrule_sets: {}\n",
            id="sections stay in their order",
        ),
        pytest.param(
            rules(
                "- name: a", "  conditions:", "    - spf:", "        equals: pass", "  actions: []"
            ),
            rules("- name: a", "  conditions:", "    - spf: {equals: PASS}", "  actions: []"),
            id="a condition on one line, verdicts in upper case",
        ),
        pytest.param(
            rules("- name: a", "  actions:", "    - {relay: {mail_from: REPLACE, to: x}}"),
            rules("- name: a", "  actions:", "    - relay: {to: x, mail_from: replace}"),
            id="an action without braces around it, other words in lower case",
        ),
        pytest.param(
            rules("- name: a", "  conditions:", "    - from:", "        equals:", "          - b"),
            rules("- name: a", "  conditions:", "    - from:", "        equals:", "          - b"),
            id="a list over several lines stays so",
        ),
        pytest.param(
            rules("- name: no", "  owner: 12:30", "  ticket: 'x'", "  enabled: True"),
            rules('- name: "no"', '  owner: "12:30"', "  ticket: x", "  enabled: true"),
            id="quotes where other tools would read no text, and only there",
        ),
        pytest.param(
            "relays:\n  a: {port: 25, server: x, authentication: NONE}\n",
            "relays:\n  a: {server: x, port: 25, authentication: none}\n",
            id="numbers and words stay plain",
        ),
        pytest.param(
            "traffic_policies: {edge: {default: DENY, max_message_size: 25 mb}}\n",
            "traffic_policies: {edge: {default: deny, max_message_size: 25MB}}\n",
            id="units as in the manual",
        ),
        pytest.param(
            rules("- name: a", "  description: |", "      One", "        two", "", "      three"),
            rules("- name: a", "  description: |", "    One", "      two", "", "    three"),
            id="a text over several lines stays so",
        ),
        pytest.param(
            rules("- name: a", "  description: >-", "     One", "     two", "  owner: b"),
            rules("- name: a", "  description: >-", "    One", "    two", "  owner: b"),
            id="a folded text stays so",
        ),
        pytest.param("version: 1\r\nrules: []\r\n", "version: 1\nrules: []\n", id="line feeds"),
        pytest.param("version: 1", "version: 1\n", id="a line feed at the end"),
        pytest.param(
            "\n\nversion: 1\n\n\n\nrules: []\n\n\n",
            "version: 1\n\nrules: []\n",
            id="one empty line is enough",
        ),
        pytest.param("# nothing here\n", "# nothing here\n", id="nothing but a comment"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_layout(before: str, after: str) -> None:
    assert fmt(before) == after


COMMENTED = """\
# The gateway's rules.

# About the version.
rules:   # these
    # above the first
  -   # beside the dash
      # above the actions
      actions: [drop,   # for good
                # and then
                stop]   # the end
      # above the name
      name: a  # beside the name
      description: |   # beside the bar
          # no comment
          text
      # below the first
  # above the second
  - name: b
    conditions:
      - from: {equals: x}   # beside the condition
      # below the conditions
    # below the second

# below the rules
version: 1   # one
# the end
"""


def test_comments_move_with_what_they_stand_at() -> None:
    result = fmt(COMMENTED)
    assert Counter(comments(result)) == Counter(comments(COMMENTED))
    head = result.splitlines()
    assert head[0] == "# The gateway's rules."
    for pair in (
        "  # above the name\n  - name: a  # beside the name\n",
        "    # above the actions\n    actions:  # the end\n",
        "      # for good\n      - drop\n      # and then\n      - stop\n",
        "    # below the first\n  # above the second\n  - name: b\n",
        "      - from: {equals: x}  # beside the condition\n      # below the conditions\n",
        "    description: |  # beside the bar\n      # no comment\n      text\n",
        "    # below the second\n",
    ):
        assert pair in result


def comments(text: str) -> list[str]:
    found = [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]
    return [comment for comment in found if comment != "# no comment"]


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nrules: [\n",
        "version: 1\nversion: 1\n",
        "a: &anchor b\n",
        "a: *alias\n",
        "a: !tag b\n",
        "\ta: b\n",
        "a: b\n--- \nc: d\n",
        "version: 1\nrules: [a\u2028b]\n",
    ],
)
def test_what_cannot_be_read_is_left_as_it_is_and_reported(text: str) -> None:
    result = formatted(text, file="a.yaml")
    assert result.text == text
    assert result.problems


def test_mistakes_in_a_file_do_not_keep_it_from_being_formatted() -> None:
    before = rules("-   Name: a", "    unknown: {b: no, c: 'yes'}", "    enabled: 'true'")
    assert fmt(before) == rules('- enabled: "true"', "  Name: a", '  unknown: {b: no, c: "yes"}')


def test_a_mapping_that_is_too_long_for_a_line_is_written_over_several() -> None:
    line = "  a: {server: " + "s" * 60 + ", port: 25, authentication: none, tags: {b: c}}\n"
    assert fmt("relays:\n" + line) == (
        "relays:\n  a:\n    server: " + "s" * 60 + "\n    port: 25\n"
        "    authentication: none\n    tags: {b: c}\n"
    )


def test_variables_stay_as_they_are() -> None:
    text = rules("- name: a", "  enabled: ${vars.on}", "  environments: ['${vars.all}', '$${x}']")
    assert fmt(text) == rules(
        "- name: a", "  enabled: ${vars.on}", '  environments: ["${vars.all}", "$${x}"]'
    )


def test_plain_true_of_a_variable_stays_a_flag_and_quoted_stays_a_text() -> None:
    text = 'version: 1\nproject: a\nvars: {use: true, not: False, text: "true", port: 25}\n'
    assert 'vars: {use: true, not: False, text: "true", port: "25"}' in fmt(text, "mmctl.yaml")


def test_sizes_are_told_in_bytes() -> None:
    text = (
        "version: 1\ntraffic_policies: {edge: {default: deny, max_message_size: 10MiB}}\n"
        "rules:\n  - name: a\n    conditions: [{message_size: {less_than: 1.5KB}}]\n"
        "    actions: [drop]\n"
    )
    found = [(at.line, written, count) for at, written, count in sizes(text, file="a.yaml")]
    assert found == [(2, "10MiB", 10485760), (5, "1.5KB", 1500)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_here_says_the_same_afterwards_and_is_then_left_alone(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    result = formatted(before, file=path.name)
    assert result.problems != () or formatted(result.text, file=path.name).text == result.text
    assert Counter(words(before, path.name)) == Counter(words(result.text, path.name))


def words(text: str, file: str) -> list[str]:
    node, _ = compose(text, file=file)
    return list(_words(node))


def _words(node: Node | None) -> list[str]:
    match node:
        case Scalar():
            return [node.text.lower()]
        case Sequence():
            return [word for item in node.items for word in _words(item)]
        case Mapping():
            return [w for k, v in node.entries for w in (k.text, *_words(v))]
        case None:
            return []


# -- any file, with comments anywhere


TEXTS = st.one_of(
    st.sampled_from(
        ["a", "no", "12:30", "a: b", "# no", "${vars.x}", "PASS", "true", "", "x#y", "*"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=12),
)
KEYS = st.one_of(
    st.sampled_from(["version", "rules", "name", "conditions", "actions", "from", "equals"]),
    st.sampled_from(["drop", "relay", "to", "description", "owner", "spf", "message_size"]),
    st.sampled_from(["relays", "tags", "enabled", "no", "unknown"]),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    TEXTS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=25,
)


class Scribe:
    """Writes a tree in some layout, with comments in some places."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 # layouts are no secrets
        self.often = self.chance.choice([0.02, 0.2, 0.4])
        self.count = 0

    def maybe(self) -> bool:
        return self.chance.random() < self.often

    def comment(self) -> str:
        self.count += 1
        return f"# comment {self.count}"

    def above(self, indent: int) -> str:
        lines = ""
        while self.maybe():
            deeper = indent + self.chance.randint(0, 8)
            lines += self.chance.choice(["\n", " " * deeper + self.comment() + "\n"])
        return lines

    def beside(self) -> str:
        return f"  {self.comment()}\n" if self.maybe() else "\n"

    def text(self, text: str, *, flow: bool) -> str:
        return quoted(text) if self.chance.random() < 0.5 else scalar(text, flow=flow)

    def flow(self, tree: Any) -> str:
        between = f" {self.comment()}\n       " if self.maybe() else " "
        if isinstance(tree, str):
            return self.text(tree, flow=True)
        if isinstance(tree, list):
            return "[" + between + f",{between}".join(self.flow(item) for item in tree) + " ]"
        pairs = (f"{self.text(k, flow=True)}: {self.flow(v)}" for k, v in tree.items())
        return "{" + between + f",{between}".join(pairs) + " }"

    def block(self, tree: Any, indent: int) -> str:
        """A list or mapping over several lines, each of which starts and ends here."""
        text = ""
        for entry in tree.items() if isinstance(tree, dict) else tree:
            text += self.above(indent) + " " * indent
            if isinstance(tree, dict):
                text += self.text(entry[0], flow=False) + ":"
                entry = entry[1]  # noqa: PLW2901 # the value of the pair
            else:
                text += "-"
            if entry and not isinstance(entry, str) and not self.maybe():
                text += self.beside() + self.block(entry, indent + self.chance.randint(1, 4))
            else:
                shown = self.text(entry, flow=False) if isinstance(entry, str) else self.flow(entry)
                text += " " + shown + self.beside()
        return text + self.above(indent)


@st.composite
def commented_files(draw: st.DrawFn) -> str:
    scribe = Scribe(draw(st.integers(0, 2**32)))
    tree = draw(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
    return scribe.above(0) + scribe.block(tree, 0)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(commented_files())
def test_nothing_is_lost_of_any_file_and_twice_is_once(text: str) -> None:
    node, problems = compose(text, file="a.yaml")
    assert not problems, (text, problems)
    result = formatted(text, file="a.yaml")
    assert not result.problems, (text, result.problems)
    assert formatted(result.text, file="a.yaml").text == result.text
    found = sorted(
        line.split("# comment ")[1] for line in result.text.splitlines() if "# comment " in line
    )
    assert found == sorted(part.split()[0] for part in text.split("# comment ")[1:])
    old, new = node, compose(result.text, file="a.yaml")[0]
    assert Counter(_words(old)) == Counter(_words(new))
