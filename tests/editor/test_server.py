"""Sessions with `mmctl lsp`, as an editor has them: over the pipes of a process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from lsp_client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """\
version: 1

rules:
  - name: block-lookalikes
    description: Domains that look like ours.
    owner: security
    conditions:
      - from: {ends_with: ["@examp1e.example", "@exarnple.example"]}
    actions:
      - drop
"""
PROJECT = {
    "mmctl.yaml": "version: 1\nproject: gateway\nrules: [rules/*.yaml]\ncases: [cases/*.yaml]\n",
    "rules/security.yaml": RULES,
    "rules/gateway.yaml": """\
version: 1

rule_sets:
  inbound:
    rules:
      - include: [security.yaml]
      - name: deliver
        description: All other mail goes to the mail server.
        owner: operations
        actions:
          - relay: {to: mail-server}

relays:
  mail-server: {server: mx.example.com, port: 25, authentication: none}
""",
    "cases/gateway.yaml": """\
version: 1

cases:
  - name: a lookalike is dropped
    message: {from: ceo@examp1e.example, to: anna@example.com}
    envelope: {mail_from: ceo@examp1e.example, recipients: [anna@example.com]}
    expect: {anna@example.com: {outcome: dropped, by: block-lookalikes}}

  - name: mail from elsewhere is dropped
    message: {from: anna@example.org, to: anna@example.com}
    envelope: {mail_from: anna@example.org, recipients: [anna@example.com]}
    expect: {anna@example.com: dropped}

  - name: mail to all of us
    message: {from: anna@example.org, to: anna@example.com}
    for_each:
      - envelope: {mail_from: anna@example.org, recipients: [ben@example.com]}
        expect: {ben@example.com: delivered}
      - envelope: {mail_from: anna@example.org, recipients: [cem@example.com]}
        expect: {cem@example.com: delivered}
""",
    ".github/workflows/build.yaml": "on: push\njobs: {}\nversion: 1\n",
}


def write(folder: Path) -> Path:
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One session for all tests, which ends as an editor ends it: its start takes the longest."""
    with Client(write(tmp_path_factory.mktemp("gateway"))) as session:
        yield session
    assert session.process.returncode == 0


@pytest.fixture
def rules(client: Client) -> Iterator[str]:
    """The rule file, open; afterwards it is closed without having been saved."""
    name = "rules/security.yaml"
    client.open(name)
    client.shown(name)
    client.shown(name)  # of the whole project: from now on the names in it are known
    yield name
    client.close(name)


def about(client: Client, name: str) -> dict[str, Any]:
    return {"textDocument": {"uri": client.uri(name)}}


def linted(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """What `mmctl lint` says of the files on disk."""
    command = [sys.executable, "-m", "mmctl", "lint", "--format", "json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    problems: list[dict[str, Any]] = json.loads(done.stdout)["problems"]
    return problems


def test_problems_come_at_once_and_then_those_of_lint(
    client: Client, rules: str, tmp_path: Path
) -> None:
    wrong = RULES.replace('"@exarnple.example"', '"@examp1e.example"').replace(
        "      - drop\n", "      - relay: {to: mail-sever}\n"
    )
    client.edit(rules, wrong)
    at_once = client.shown(rules)
    after_all = client.shown(rules)
    assert [each for each in at_once if each not in after_all] == []
    assert [each["code"] for each in at_once] == ["redundant-value", "unknown-name"]
    folder = write(tmp_path)
    (folder / rules).write_text(wrong, encoding="utf-8")
    shown = {**client.problems, rules: after_all}
    assert sorted(
        (name, each["code"], each["range"]["start"]["line"] + 1)
        for name, problems in shown.items()
        for each in problems
    ) == sorted((each["file"], each["check"], each["line"]) for each in linted(folder))


def test_a_problem_is_marked_where_the_editor_shows_it(client: Client, rules: str) -> None:
    """A building is two units of UTF-16, and one character of ours."""
    line = '      - subject: {contains: ["🏢🏢🏢 invoice", "🏢🏢🏢 invoice"]}\n'
    client.edit(rules, RULES.replace("    actions:", f"{line}    actions:"))
    twice = next(each for each in client.shown(rules) if each["code"] == "redundant-value")
    start, end = twice["range"]["start"], twice["range"]["end"]
    marked = line.encode("utf-16-le")[start["character"] * 2 : end["character"] * 2]
    assert (start["line"], end["line"]) == (8, 8)
    assert marked.decode("utf-16-le").strip('"') == "🏢🏢🏢 invoice"


def test_the_last_of_many_edits_counts(client: Client, rules: str) -> None:
    for number in range(30):
        client.edit(rules, RULES.replace("owner:", f"owner{number}:"))
    client.edit(rules, RULES.replace("owner:", "ower:"))
    client.wait(lambda _: any("`ower`" in each["message"] for each in client.problems[rules]))
    client.edit(rules, RULES)
    client.wait(lambda _: client.problems[rules] == [])


def test_half_a_word_leaves_the_problems_of_the_rest(client: Client, rules: str) -> None:
    client.edit(rules, RULES.replace("    owner: security\n", '    owner: "security\n'))
    assert client.shown(rules) != []
    client.edit(rules, RULES)
    assert client.shown(rules) == []


def test_formatting_is_that_of_fmt(client: Client, rules: str, tmp_path: Path) -> None:
    written = RULES.replace("owner: security", "owner:   'security'   # the team")
    client.edit(rules, written)
    options = {"options": {"tabSize": 2, "insertSpaces": True}}
    edits = client.request("textDocument/formatting", {**about(client, rules), **options})
    (tmp_path / "rules.yaml").write_text(written, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mmctl", "fmt", "rules.yaml"], cwd=tmp_path, check=True)
    assert changed(written, edits) == (tmp_path / "rules.yaml").read_text(encoding="utf-8")


def test_a_fix_is_that_of_lint(client: Client, rules: str, tmp_path: Path) -> None:
    twice = RULES.replace('"@exarnple.example"', '"@exarnple.example", "@examp1e.example"')
    client.edit(rules, twice)
    client.shown(rules)
    offered = offers(client, rules)
    (fix,) = (each for each in offered if each["title"].startswith("Fix `redundant-value`"))
    (everything,) = (each for each in offered if each["kind"] == "source.fixAll.mmctl")
    folder = write(tmp_path)
    (folder / rules).write_text(twice, encoding="utf-8")
    linted(folder, "--fix")
    by_lint = (folder / rules).read_text(encoding="utf-8")
    assert by_lint != twice
    for action in (fix, everything):
        assert changed(twice, action["edit"]["changes"][client.uri(rules)]) == by_lint


def test_ignoring_asks_for_a_reason_and_then_is_silent(client: Client, rules: str) -> None:
    twice = RULES.replace('"@exarnple.example"', '"@exarnple.example", "@examp1e.example"')
    client.edit(rules, twice)
    client.shown(rules)
    (ignore,) = (each for each in offers(client, rules) if each["title"].startswith("Ignore"))
    ignored = changed(twice, ignore["edit"]["changes"][client.uri(rules)])
    client.edit(rules, ignored)
    assert [each["code"] for each in client.shown(rules)] == ["ignore-without-reason"]
    client.edit(rules, ignored.replace("value]", "value] it is here to be seen"))
    assert client.shown(rules) == []


def test_names_are_in_the_outline_and_found_in_all_files(client: Client, rules: str) -> None:
    outline = client.request("textDocument/documentSymbol", about(client, rules))
    assert [
        (section["name"], [each["name"] for each in section["children"]]) for section in outline
    ] == [("rules", ["block-lookalikes"])]
    for query, name, file in (
        ("look", "block-lookalikes", rules),
        ("MAIL-SER", "mail-server", "rules/gateway.yaml"),
        ("lookalike is", "a lookalike is dropped", "cases/gateway.yaml"),
        ("deliver", "deliver", "rules/gateway.yaml"),
    ):
        found = client.request("workspace/symbol", {"query": query})
        assert (name, client.uri(file)) in {
            (each["name"], each["location"]["uri"]) for each in found
        }


def test_cases_are_simulated_from_their_lines(client: Client, rules: str) -> None:
    cases = "cases/gateway.yaml"
    client.open(cases)
    lenses = titles(client, cases)
    assert list(lenses.values()) == ["simulate all cases", *["simulate"] * 3]
    answer = simulate(client, cases, list(lenses)[2])
    assert "1 case: 1 failed" in answer["summary"]
    assert "expected" in answer["report"]
    assert "delivered by deliver" in answer["report"]
    assert simulate(client, cases, None)["summary"].startswith("4 cases: 1 failed")
    lenses = titles(client, cases)
    assert [each.split(" | ")[0] for each in lenses.values()][1:] == [
        "passed",
        "failed: anna@example.com: expected dropped, got delivered by `deliver`",
        "2 rows passed",
    ]
    assert titles(client, rules) == {
        3: "applied for 1 recipient of cases, 1 of 2 values not met | simulate all cases again"
    }
    client.edit(rules, RULES.replace("examp1e", "exampel"))
    assert titles(client, rules)[3].startswith("before the last edit: applied for 1")
    assert simulate(client, cases, None)["summary"].startswith("4 cases: 2 failed")
    client.close(cases)


def test_a_project_with_errors_is_not_simulated(client: Client, rules: str) -> None:
    client.edit(rules, RULES.replace("owner:", "ower:"))
    refused = simulate(client, "cases/gateway.yaml", None)["summary"]
    assert refused.startswith("the project has errors: rules/security.yaml:6:5")


def test_files_of_other_programs_are_left_alone(client: Client, rules: str) -> None:
    other = ".github/workflows/build.yaml"
    client.open(other)
    for method in ("documentSymbol", "codeLens"):
        assert client.request(f"textDocument/{method}", about(client, other)) == []
    client.edit(rules, RULES + "\n")
    client.shown(rules)
    assert other not in client.problems
    client.close(other)


def test_a_text_that_was_never_saved_is_read_alone(client: Client) -> None:
    name = "untitled:Untitled-1"
    client.open(name, RULES.replace("owner:", "ower:"))
    assert [each["code"] for each in client.shown(name)] == ["unknown-key"]
    client.close(name)
    client.wait(lambda _: client.problems[name] == [])


def test_hostile_texts_leave_the_server_answering(client: Client, rules: str) -> None:
    for text in (
        "a: &a [x]\n" + "".join(f"b{n}: [*a, *a]\n" for n in range(50)),
        "[" * 5000,
        "version: 1\nrules: !!python/object/apply:os.system ['id']\n",
        "\ud800",
        "\0",
        "",
        "version: 1\nrules:\n  - name: \u202e\n    actions: [drop]\n",
    ):
        client.edit(rules, text)
        client.shown(rules)
        for method in ("documentSymbol", "codeLens"):
            client.request(f"textDocument/{method}", about(client, rules))
        offers(client, rules)
    client.edit(rules, RULES)
    client.wait(lambda _: client.problems[rules] == [])


def test_an_edit_without_changes_and_a_file_without_a_path_are_no_fault(
    client: Client, rules: str
) -> None:
    before = list(client.complaints)
    document = {"uri": client.uri(rules), "version": 7}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": []})
    nowhere = {"textDocument": {"uri": "file:"}, "position": {"line": 0, "character": 0}}
    assert client.request("textDocument/hover", nowhere) is None
    assert client.complaints == before


def test_a_saved_file_changes_the_problems_of_another_one(client: Client, rules: str) -> None:
    gateway = client.folder / "rules/gateway.yaml"
    before = gateway.read_text(encoding="utf-8")

    def unknown() -> bool:
        return "unknown-name" in {each["code"] for each in client.problems[rules]}

    client.edit(rules, RULES.replace("- drop", "- relay: {to: mail-server}"))
    client.shown(rules)
    gateway.write_text(before.replace("mail-server", "mail-servers"), encoding="utf-8")
    client.notify("textDocument/didSave", about(client, "rules/gateway.yaml"))
    client.wait(lambda _: unknown())
    gateway.write_text(before, encoding="utf-8")
    client.notify("textDocument/didSave", about(client, "rules/gateway.yaml"))
    client.wait(lambda _: not unknown())


def refused(client: Client, method: str, params: dict[str, Any]) -> str:
    with pytest.raises(AssertionError) as error:
        client.request(method, params)
    return str(error.value)


def test_a_request_with_malformed_parameters_is_answered(client: Client, rules: str) -> None:
    place = {**about(client, rules), "position": {"line": -1, "character": 0}}
    for method in ("hover", "completion", "definition", "rename"):
        assert "are malformed" in refused(client, f"textDocument/{method}", place)
    assert "are malformed" in refused(client, "textDocument/hover", {})


def test_a_large_text_has_problems_and_no_answers(client: Client, rules: str) -> None:
    client.edit(rules, RULES.replace("owner:", "ower:") + "# a comment\n" * 100_000)
    assert "unknown-key" in {each["code"] for each in client.shown(rules)}
    place = {**about(client, rules), "position": {"line": 3, "character": 6}}
    for method in ("hover", "completion"):
        assert client.request(f"textDocument/{method}", place) is None
    assert client.request("textDocument/documentSymbol", about(client, rules)) == []


def test_an_editor_that_ends_without_shutdown_gets_one(tmp_path: Path) -> None:
    with Client(write(tmp_path)) as session:
        session.open("rules/gateway.yaml")
        place = session.at("rules/gateway.yaml", 0, 0)
        assert "no name" in refused(session, "textDocument/prepareRename", place)
        session.notify("exit", None)
        assert session.process.wait(120) == 1
        assert session.process.stderr is not None
        assert session.process.stderr.read() == b""


def test_an_absurd_length_ends_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mmctl", "lsp"]
    said = b"Content-Length: 99999999999999999999\r\n\r\n"
    done = subprocess.run(command, cwd=tmp_path, input=said, capture_output=True, check=False)
    assert done.returncode == 64
    assert b"the editor announced a message of 99,999" in done.stderr
    assert b"Traceback" not in done.stderr


def offers(client: Client, name: str) -> list[dict[str, Any]]:
    """What the editor offers for a whole file."""
    place = {
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}},
        "context": {"diagnostics": []},
    }
    offered: list[dict[str, Any]] = client.request(
        "textDocument/codeAction", {**about(client, name), **place}
    )
    return offered


def titles(client: Client, name: str) -> dict[int, str]:
    """What stands above the lines of a file."""
    lenses = client.request("textDocument/codeLens", about(client, name))
    return {each["range"]["start"]["line"]: each["command"]["title"] for each in lenses}


def simulate(client: Client, name: str, line: int | None) -> dict[str, str]:
    number = None if line is None else line + 1
    arguments = {"command": "mmctl.simulate", "arguments": [client.uri(name), number]}
    answer: dict[str, str] = client.request("workspace/executeCommand", arguments)
    return answer


def changed(text: str, edits: list[dict[str, Any]]) -> str:
    """A text after the edits of an editor, which counts in UTF-16."""
    (edit,) = edits
    rows = text.split("\n")
    new: str = edit["newText"]

    def offset(at: dict[str, int]) -> int:
        before = "\n".join([*rows[: at["line"]], ""])
        row = rows[at["line"]] if at["line"] < len(rows) else ""
        return len(before) + len(row.encode("utf-16-le")[: at["character"] * 2].decode("utf-16-le"))

    start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
    return text[:start] + new + text[end:]
