"""Names in a real session: what an editor asks, and what comes back over the pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lsp_client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GATEWAY = """\
version: 1
rule_sets:
  inbound:
    rules:
      # The smiley takes two units of an editor: 😀
      - name: deliver
        description: "😀 to Exchange"
        actions: [{add_header: {name: X-Way, value: "😀"}}, {relay: {to: exchange}}]
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
"""
CASES = """\
version: 1
cases:
  - name: ordinary mail arrives
    rule_set: inbound
    message: {from: a@example.org, to: b@example.com}
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    expect: {b@example.com: {outcome: delivered, by: deliver}}
"""
RULES_FILE, CASES_FILE = "rules/gateway.yaml", "cases/mail.yaml"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A session with one file open; the other one is only on disk."""
    folder: Path = tmp_path_factory.mktemp("names")
    files = {
        "mmctl.yaml": "version: 1\nproject: example\n",
        RULES_FILE: GATEWAY,
        CASES_FILE: CASES,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with Client(folder) as client:
        client.open(RULES_FILE)
        yield client


def _at(client: Client, needle: str) -> dict[str, Any]:
    """The place of a text in the rules, as an editor counts."""
    before = GATEWAY[: GATEWAY.index(needle)]
    line = before.rpartition("\n")[2]
    units = len(line.encode("utf-16-le")) // 2
    return client.at(RULES_FILE, before.count("\n"), units)


def _marked(text: str, range_: dict[str, Any]) -> str:
    """What an editor marks in a text, by UTF-16."""
    units: bytes = text.split("\n")[range_["start"]["line"]].encode("utf-16-le")
    start, end = (2 * int(range_[each]["character"]) for each in ("start", "end"))
    return str(units[start:end], "utf-16-le")


def test_a_completion_replaces_the_word_behind_wide_characters(client: Client) -> None:
    found = client.request("textDocument/completion", _at(client, "exchange}"))
    edits = [item["textEdit"] for item in found["items"]]
    assert [edit["newText"] for edit in edits] == ["exchange"]
    assert _marked(GATEWAY, edits[0]["range"]) == "exchange"


def test_a_client_without_snippets_gets_plain_text(client: Client) -> None:
    client.open(CASES_FILE, CASES + "    ")
    place = client.at(CASES_FILE, CASES.count("\n"), 4)
    found = client.request("textDocument/completion", place)
    client.close(CASES_FILE)
    keys = {item["label"]: item["textEdit"]["newText"] for item in found["items"]}
    assert keys["todo"] == "todo: "
    assert keys["failing"] == "failing: "
    assert not any("$" in text for text in keys.values())


def test_a_hover_shows_the_relay(client: Client) -> None:
    found = client.request("textDocument/hover", _at(client, "exchange}"))
    assert "mail.example.com" in found["contents"]["value"]
    assert _marked(GATEWAY, found["range"]) == "exchange"


def test_a_definition_and_the_uses_are_found_in_files_that_are_not_open(client: Client) -> None:
    place = {**_at(client, "deliver"), "context": {"includeDeclaration": False}}
    uses = client.request("textDocument/references", place)
    assert [use["uri"] for use in uses] == [client.uri(CASES_FILE)]
    assert _marked(CASES, uses[0]["range"]) == "deliver"
    there = client.request("textDocument/definition", _at(client, "exchange}"))
    assert _marked(GATEWAY, there[0]["range"]) == "exchange"


def test_a_rename_comes_as_edits_and_a_refusal_as_a_sentence(client: Client) -> None:
    place = _at(client, "deliver")
    edit = client.request("textDocument/rename", {**place, "newName": "to-exchange"})
    assert {uri: len(edits) for uri, edits in edit["changes"].items()} == {
        client.uri(RULES_FILE): 1,
        client.uri(CASES_FILE): 1,
    }
    with pytest.raises(AssertionError, match="got the name `two words`, expected the form"):
        client.request("textDocument/rename", {**place, "newName": "two words"})
