"""What is said of a file that is no YAML: where the mistake is, and what to write."""

from __future__ import annotations

import pytest

from mmctl.language.text.compose import compose

RULE = "version: 1\nrules:\n  - name: x\n"


@pytest.mark.parametrize(
    ("text", "place", "message", "help_"),
    [
        (
            f"{RULE}    actions: [drop\n    owner: a\n",
            (4, 14),
            "this `[` is not closed",
            "close it with `]`",
        ),
        (
            f"{RULE}    conditions: [{{tls: true]\n    actions: [drop]\n",
            (4, 18),
            "this `{` is not closed",
            "close it with `}` before the `]` in line 4",
        ),
        ('{"version": 1, "rules": [1', (1, 25), "this `[` is not closed", "close it with `]`"),
        (
            '{"version": 1,\n"rules": [\n',
            (2, 10),
            "the file ends too early: did not find expected node content",
            None,
        ),
        (
            'version: 1\nrules:\n  - name: "x\n    actions: [drop]\n',
            (3, 11),
            "this quote is not closed",
            'end the text with `"`',
        ),
        (
            f'{RULE}    description: "a\\d"\n',
            (4, 20),
            "`\\d` is not an escape of double quotes",
            "use single quotes",
        ),
        (
            f"{RULE}   actions: [drop]\n",
            (4, 4),
            "this line has another indentation than the lines it belongs to",
            "start it in column 3, as line 3 does, or further in",
        ),
        (
            f"{RULE}    conditions:\n      - tls: true\n       - tls: false\n    actions: [drop]\n",
            (6, 8),
            "this line has another indentation than the lines it belongs to",
            "start it in column 7, as line 5 does, or further in",
        ),
        (
            "version: 1\nrules:\n  -name: x\n   actions: [drop]\n",
            (3, 3),
            "a `-` without a space after it",
            "write `- name: x`",
        ),
        (
            "version: 1\nrules\n  - name: x\n",
            (2, 1),
            "expected `:` after `rules`",
            "write `rules:`",
        ),
        (
            "version: 1\nrules:\n\t- name: x\n",
            (3, 1),
            "a tab in the indentation",
            "indent with spaces",
        ),
    ],
)
def test_the_mistake_is_named_where_it_is(
    text: str, place: tuple[int, int], message: str, help_: str | None
) -> None:
    node, problems = compose(text, file="a.yaml")
    assert node is None
    (problem,) = problems
    assert (problem.position.line, problem.position.column) == place
    assert (problem.message, problem.help) == (message, help_)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "    conditions: [{subject: {contains: inv[o0]ice}}]",
            'conditions: [{subject: {contains: "inv[o0]ice"}}]',
        ),
        (
            "    conditions: [{subject: {contains: what?}}]",
            'conditions: [{subject: {contains: "what?"}}]',
        ),
        (
            "    conditions: [{subject: {contains: [fine, =?utf-8?q?a?=, b]}}]",
            'conditions: [{subject: {contains: [fine, "=?utf-8?q?a?=", b]}}]',
        ),
        ("    description: a: b", 'description: "a: b"'),
        ("    description: %abc", 'description: "%abc"'),
    ],
)
def test_the_advice_quotes_the_value_and_no_more(line: str, shown: str) -> None:
    _, (problem,) = compose(f"{RULE}{line}\n    actions: [drop]\n", file="a.yaml")
    assert problem.help == f"quote the value: `{shown}`"


def test_quotes_are_not_the_advice_where_they_would_not_help() -> None:
    text = f"{RULE}    conditions:\n      - tls: true\n    - tls: false\n"
    _, (problem,) = compose(text, file="a.yaml")
    assert "quote" not in str(problem.help)
