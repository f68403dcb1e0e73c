"""The schemas in a real editor's language server: what it completes, shows and complains of.

A `|` in a text is the cursor.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from language_server import LanguageServer

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORBID = "project: a\nlint:\n  forbid:\n    - id: a\n      "
SERVER = shutil.which("yaml-language-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SERVER is None, reason="no yaml-language-server (npm install yaml-language-server)"
    ),
]
OFFLINE = {"schemaStore": {"enable": False}, "kubernetesCRDStore": {"enable": False}}
"""No schema of the public store is looked up: the tests need no network."""


class Editor:
    """A project made by `mmctl init`, open in an editor; names of files are relative to it."""

    def __init__(self, folder: Path, *, modelines: bool) -> None:
        assert SERVER is not None
        self.folder = folder
        self.modelines = modelines
        found = json.loads((folder / ".vscode" / "settings.json").read_text())
        settings = OFFLINE | {"validate": True, "completion": True, "hover": True}
        if not modelines:
            settings |= {key.removeprefix("yaml."): value for key, value in found.items()}
        self.server = LanguageServer([SERVER, "--stdio"], folder, settings)

    def _text(self, name: str, body: str) -> str:
        """The body below the modeline that `init` writes into such files."""
        template = {"mmctl.yaml": "mmctl.yaml", "cases": "cases/gateway.yaml"}
        file = self.folder / template.get(name.split("/", maxsplit=1)[0], "rules/gateway.yaml")
        modeline = file.read_text().splitlines()[0]
        assert modeline.startswith("# yaml-language-server: $schema=")
        return f"{modeline if self.modelines else '# no modeline'}\nversion: 1\n{body}"

    def problems(self, name: str, body: str) -> list[tuple[str, str]]:
        """The text that each problem is about, and what is said about it."""
        text = self._text(name, body)
        lines = text.splitlines()
        found = self.server.problems(self.folder / name, text)
        return [(_under(lines, problem["range"]), problem["message"]) for problem in found]

    def completions(self, name: str, body: str) -> list[str]:
        """What is proposed at the cursor."""
        answer = self._at("textDocument/completion", name, body)
        return [item["label"] for item in answer["items"]]

    def hover(self, name: str, body: str) -> str:
        """What is shown about the word under the cursor."""
        answer = self._at("textDocument/hover", name, body)
        return str(answer["contents"]["value"])

    def fixes(self, name: str, body: str) -> list[str]:
        """The replacements that are offered for the first problem."""
        text = self._text(name, body)
        path = self.folder / name
        problem, *_ = (p for p in self.server.problems(path, text) if "data" in p)
        actions = self.server.ask(
            "textDocument/codeAction",
            textDocument={"uri": path.as_uri()},
            range=problem["range"],
            context={"diagnostics": [problem]},
        )
        return [action["title"] for action in actions]

    def _at(self, method: str, name: str, body: str) -> Any:
        before, after = self._text(name, body).split("|")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return self.server.at(method, self.folder / name, before + after, line, column)


def _under(lines: list[str], place: dict[str, Any]) -> str:
    start, end = place["start"], place["end"]
    line = lines[start["line"]]
    last = end["character"] if end["line"] == start["line"] else len(line)
    return str(line[start["character"] : last])


@pytest.fixture(scope="module", params=["modelines", "settings"])
def editor(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("project") / "gateway"
    assert exit_code(["init", str(folder), "--no-input", "-q"]) == 0
    editor = Editor(folder, modelines=request.param == "modelines")
    yield editor
    editor.server.close()


RULE = "rules:\n  - name: block\n    "
POLICY = "traffic_policies:\n  edge:\n    default: deny\n    statements:\n"


def test_the_files_that_init_writes_have_no_problems(editor: Editor) -> None:
    for file in ("mmctl.yaml", "rules/gateway.yaml", "rules/security.yaml", "cases/gateway.yaml"):
        text = (editor.folder / file).read_text()
        assert editor.server.problems(editor.folder / file, text) == []


@pytest.mark.parametrize(
    ("file", "body", "proposed"),
    [
        ("rules/a.yaml", "|", {"rule_sets", "rules", "traffic_policies", "cases"}),
        ("rules/a.yaml", RULE + "|", {"conditions", "unless", "actions", "expires", "owner"}),
        (
            "rules/a.yaml",
            RULE + "conditions:\n      - |",
            {"recipient", "mail_from", "subject", "header", "spf", "dmarc_policy", "add_on"},
        ),
        (
            "rules/a.yaml",
            RULE + "conditions:\n      - subject:\n          |",
            {"equals", "not_equals", "starts_with", "ends_with", "contains"},
        ),
        (
            "rules/a.yaml",
            RULE + "conditions:\n      - spf: {equals: |}",
            {"PASS", "FAIL", "GRAY", "PROCESSING_FAILED"},
        ),
        ("rules/a.yaml", RULE + "actions:\n      - |", {"drop", "stop", "relay", "archive"}),
        (
            "rules/a.yaml",
            RULE + "actions:\n      - relay:\n          to: exchange\n          mail_from: |",
            {"preserve", "replace"},
        ),
        ("rules/a.yaml", POLICY + "      - deny:\n          - |", {"recipient", "sender_ip"}),
        ("rules/a.yaml", "archives:\n  mail:\n    retention: |", {"ONE_YEAR", "PERMANENT"}),
        ("cases/a.yaml", "cases:\n  - name: a\n    |", {"message", "envelope", "expect"}),
        (
            "cases/a.yaml",
            "cases:\n  - name: a\n    expect:\n      a@example.com: |",
            {"delivered", "dropped", "stored", "lost"},
        ),
        ("mmctl.yaml", "project: a\nsemantics:\n  |", {"string_case", "first_match"}),
        (
            "mmctl.yaml",
            "project: a\nsemantics:\n  string_case: |",
            {"insensitive", "sensitive"},
        ),
        ("mmctl.yaml", "project: a\nenvironments:\n  local:\n    |", {"account", "region"}),
        ("mmctl.yaml", FORBID + "when:\n        |", {"action", "condition", "owner", "phase"}),
        ("mmctl.yaml", FORBID + "relays:\n        |", {"server", "port", "tags"}),
        ("mmctl.yaml", FORBID + "when:\n        action: |", {"relay", "drop", "stop"}),
        ("mmctl.yaml", FORBID + "when:\n        owner: {no|}", {"not"}),
    ],
)
def test_keys_and_values_are_completed(
    editor: Editor, file: str, body: str, proposed: set[str]
) -> None:
    found = editor.completions(file, body)
    assert proposed <= set(found)
    assert len(found) == len(set(found))


def test_what_does_not_exist_is_not_proposed(editor: Editor) -> None:
    assert "body" not in editor.completions("rules/a.yaml", RULE + "conditions:\n      - |")
    assert "priority" not in editor.completions("rules/a.yaml", RULE + "|")


@pytest.mark.parametrize(
    ("file", "body", "shown"),
    [
        ("rules/a.yaml", RULE + "exp|ires: 2027-01-31\n", "last day (UTC)"),
        ("rules/a.yaml", RULE + "conditions:\n      - sub|ject: {contains: a}\n", "Subject:"),
        ("rules/a.yaml", RULE + "actions:\n      - rel|ay: {to: a}\n", "SMTP relay"),
        ("cases/a.yaml", "cases:\n  - name: a\n    fail|ing: [relay]\n", "Actions that fail"),
        (
            "mmctl.yaml",
            "project: a\nsemantics:\n  string_c|ase: sensitive\n",
            "Whether letter case matters",
        ),
    ],
)
def test_what_a_key_means_is_shown(editor: Editor, file: str, body: str, shown: str) -> None:
    assert shown in editor.hover(file, body)


OPERATORS = "`equals`, `not_equals`, `starts_with`, `ends_with` or `contains`"


@pytest.mark.parametrize(
    ("file", "body", "problems"),
    [
        (
            "rules/a.yaml",
            RULE + "conditions: [{spf: {equals: PAS}}]\n    actions: [drop]\n",
            [("PAS", "Valid values: "), ("PAS", '"PASS", "FAIL"')],
        ),
        (
            "rules/a.yaml",
            RULE + "condition: []\n    actions: [drop]\n",
            [("[]", "write `conditions`, a list")],
        ),
        (
            "rules/a.yaml",
            RULE + "ownr: a\n    actions: [drop]\n",
            [("ownr", "ownr is not allowed")],
        ),
        (
            "rules/a.yaml",
            RULE + "conditions: [{body: {contains: a}}]\n    actions: [drop]\n",
            [("body", "rules do not see the body")],
        ),
        (
            "rules/a.yaml",
            RULE + "conditions: [{MailFrom: {equals: a}}]\n    actions: [drop]\n",
            [("MailFrom", "write `mail_from`")],
        ),
        (
            "rules/a.yaml",
            RULE + "actions: [{Archive: {to: a}}]\n",
            [("Archive", "write `archive`")],
        ),
        ("rules/a.yaml", RULE + "actions: [dropp]\n", [("dropp", '"drop", "stop"')]),
        (
            "rules/a.yaml",
            RULE + "conditions: [{subject: {contains: a, equals: b}}]\n    actions: [drop]\n",
            [("subject", f"expected one of {OPERATORS}, got several")],
        ),
        (
            "rules/a.yaml",
            RULE + "conditions: [{subject: {}}]\n    actions: [drop]\n",
            [("subject", f"expected one of {OPERATORS}")],
        ),
        (
            "rules/a.yaml",
            POLICY + "      - deny: [{source_ip: {cidr_matches: [192.0.2.0/24]}}]\n",
            [("source_ip", "in traffic policies it is `sender_ip`")],
        ),
        ("rules/a.yaml", "archive: {}\n", [("archive", "archive is not allowed")]),
        (
            "cases/a.yaml",
            "cases: [{name: a, expect: {a@example.com: delivred}}]\n",
            [("delivred", '"delivered"')],
        ),
        ("cases/a.yaml", "cases: [{name: a, expct: {}}]\n", [("expct", "expct is not allowed")]),
        (
            "mmctl.yaml",
            "project: a\nsemantics: {string_case: insensitiv}\n",
            [("insensitiv", '"insensitive", "sensitive"')],
        ),
        (
            "mmctl.yaml",
            "project: a\nenvironments: {prod: {acount: a}}\n",
            [("acount", "acount is not allowed")],
        ),
        (
            "mmctl.yaml",
            FORBID + "when: {actoin: drop}\n      message: no\n",
            [("actoin", "actoin is not allowed")],
        ),
    ],
)
def test_a_mistake_is_shown_once_and_where_it_is(
    editor: Editor, file: str, body: str, problems: list[tuple[str, str]]
) -> None:
    found = editor.problems(file, body)
    assert len(found) == 1, found
    for where, message in problems:
        assert found[0][0] == where
        assert message in found[0][1]


@pytest.mark.parametrize(
    ("file", "body", "right"),
    [
        ("rules/a.yaml", RULE + "ownr: a\n    actions: [drop]\n", "owner"),
        (
            "rules/a.yaml",
            RULE + "conditions: [{spf: {equals: PAS}}]\n    actions: [drop]\n",
            "PASS",
        ),
        ("mmctl.yaml", "project: a\nenvironmnts: {}\n", "environments"),
    ],
)
def test_the_right_word_is_offered_for_a_wrong_one(
    editor: Editor, file: str, body: str, right: str
) -> None:
    assert right in editor.fixes(file, body)


def test_numbers_and_booleans_are_texts_in_the_editor_too(editor: Editor) -> None:
    body = RULE + (
        "ticket: 4711\n    conditions: [{subject: {contains: [550, true, 5.10]}}]\n"
        "    actions: [drop]\n"
    )
    assert editor.problems("rules/a.yaml", body) == []
