"""What anybody may have written reaches no screen, log or page as anything but text.

A hostile text is put into each place of a project, a message and a live answer, and what every
command then writes is read as those would read it who get it.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest
from archived_mail import archived
from arrived_mail import maildir
from markdown_it import MarkdownIt
from result_writers import all_writers, noted_writers
from ruamel.yaml import YAML
from sample_log import sample_csv, sample_log
from sample_trail import sample_trail

from fake_stacks import with_stacks
from mmctl.cases.parsing import cases_of
from mmctl.cli.formats import Format
from mmctl.cli.main import exit_code
from mmctl.emulator import wire
from mmctl.errors import MmctlError
from mmctl.language.parsing.load import read_project, read_text
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.emulator.wire import HttpAnswer

MARK: Final = "FORGED"
HOSTILE: Final = (
    f"x\x1b[2J\x1b]0;t\x07\x9b31m\x7f\u202e\u2066\u200b\ufeff\u3164\r\n{MARK}"
    f"\n::error file=x::{MARK}\n ::notice::{MARK}\u2028{MARK}\x85{MARK}"
    f"##[error]{MARK}##vso[task.complete]{MARK}"
    f"|{MARK}|`{MARK}```{MARK}</td></p></textarea></style></script><script>{MARK}</script>"
    f'<img src=x onerror="{MARK}">[{MARK}](http://{MARK}.example)@{MARK}/team ]]>{MARK}'
)
NO_LINES: Final = HOSTILE.replace("\n", "\r")
"""For places that take no line breaks."""
PRINTABLE: Final = f"::error::{MARK}##[error]|`{MARK}<b>{MARK}</b>[{MARK}](http://a.example)@{MARK}"
"""For places that take printable characters alone."""
NEEDED: Final = {"endpoint", "source_ip", "by", "include", "message", "product"}
"""Places at which any other text would end all commands before they show anything."""
SUBJECT: Final = f"\x1b]0;t\x07\u202e\u2028::error::{MARK}##[error]<b>{MARK}</b>`@{MARK}`|"
KEY: Final = "the name of the member"
UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
PROJECT: Final = {
    "mmctl.yaml": """
version: 1
project: acme
rules: ["rules/*.yaml"]
cases: ["cases/*.yaml"]
environments:
  local:
    endpoint: embedded
    vars: {subject: offer, team: mail}
    stack: {mail_server: {domains: example.com, relay_networks: 192.0.2.0/24}}
  staging: {endpoint: embedded, vars: {subject: offer, team: mail}}
  aws: {account: "111122223333", region: us-east-1, vars: {subject: offer, team: mail}}
default_environment: local
""",
    "rules/gateway.yaml": """
version: 1
rule_sets:
  inbound:
    tags: {team: mail}
    rules:
      - {include: rules.yaml}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: own
        description: ours
        owner: mail
        allow: [{recipient: {ends_with: "@example.com"}}]
ingress_points:
  public-mx: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required}
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none, tags: {team: mail}}
archives:
  vault: {retention: ONE_YEAR}
address_lists:
  partners: {members: ["*@partner.example"]}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
""",
    "rules/rules.yaml": """
version: 1
rules:
  - name: block
    description: what it is for
    owner: security
    ticket: SEC-1
    conditions:
      - subject: {contains: [offer, prize]}
      - header: {name: X-Campaign, equals: spring}
      - from: {starts_with: news}
      - add_on: {name: vade, field: verdict, equals: bad}
    unless: [{mail_from: {in_address_list: partners}}]
    actions:
      - add_header: {name: X-Why, value: offer}
      - bounce:
          sender: postmaster@example.com
          role: arn:aws:iam::000000000000:role/bounce
          status_code: "5.7.1"
          smtp_reply_code: "550"
          diagnostic_message: refused
          message: not wanted
  - name: keep
    conditions: [{to: {ends_with: ["@example.com"]}}]
    actions: [{archive: {to: vault}}]
""",
    "cases/cases.yaml": """
version: 1
cases:
  - name: an offer is blocked
    message: messages/offer.eml
    session: {source_ip: 198.51.100.7, helo: mail.example.org, tls: TLS1_3}
    envelope: {mail_from: news@example.org, recipients: [someone@example.com]}
    verdicts: {spf: PASS, dkim: PASS, add_ons: {vade: {verdict: bad}}}
    expect: {someone@example.com: delivered}
  - name: another message
    message:
      from: a@example.org
      to: b@example.com
      subject: hello
      headers: {X-Campaign: spring}
      body: text
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    todo: it is not ready
    expect:
      b@example.com:
        {outcome: bounced, by: block, rules_include: [keep], actions: ["archive:vault"]}
""",
}
OFFER: Final = """From: {0} <news@example.org>
To: someone@example.com
Subject: {0}
X-Campaign: {0}
Message-ID: <{0}@example.org>
Received: from {0} (mail.example.org [198.51.100.7]) by mx.example.com; {0}
Authentication-Results: mx.example.com; spf=pass smtp.mailfrom={0}

{0}
"""
COMMANDS: Final = {
    "lint": ("human", "json", "sarif", "github", "junit"),
    "simulate": ("human", "json", "junit", "html", "github", "markdown"),
    "simulate --coverage": ("human", "lcov"),
    "simulate --coverage --mutate --trace -v": ("human", "html"),
    "simulate cases/messages": ("human", "json", "html", "markdown"),
    "simulate cases/messages --show-mail": ("html", "markdown"),
    "simulate cases/messages --rcpt someone@example.com --trace -v": ("human", "html"),
    "simulate cases/messages --rcpt someone@example.com --against git:HEAD": ("human", "html"),
    "simulate cases/messages --rcpt someone@example.com --record -": ("human",),
    "simulate cases/messages --results human": ("human",),
    "simulate cases/messages --results json": ("json",),
    "why MESSAGE --rcpt someone@example.com": ("human", "json"),
    "why MESSAGE --rcpt someone@example.com --rule keep --against git:HEAD": ("human",),
    "send MESSAGE --to 127.0.0.1:1 --mail-from b@example.com --rcpt a@example.com": (
        "human",
        "json",
    ),
    "send MESSAGE --to 127.0.0.1:1 --mail-from b@example.com --rcpt a@example.com --count 2": (
        "human",
        "json",
    ),
    "send --expect --run nothing": ("human", "json", "junit"),
    "plan": ("human", "markdown", "html"),
    "plan --force lint": ("human", "json", "markdown", "html"),
    "plan --force lint -v --messages --corpus cases/messages": (
        "human",
        "json",
        "markdown",
        "html",
    ),
    "plan --force lint --show-mail --messages --corpus cases/messages": ("markdown", "html"),
    "plan --iam rules": ("human",),
    "drift": ("human", "json"),
    "doctor": ("human", "json"),
    "doctor --rule keep --message MESSAGE --rcpt someone@example.com": ("human", "json"),
    "doctor --logs log.jsonl --message-id m1": ("human", "json"),
    "prove -v": ("human", "json", "sarif", "html"),
    "prove --find delivered": ("human", "json", "sarif", "html"),
    "budget -v": ("human", "json", "markdown", "html"),
    "budget RULE": ("human", "json", "markdown", "html"),
    "budget --cost --messages 1000 --size 75 -v": ("human", "json"),
    "dns --offline": ("human", "json", "zone"),
    "send --probe init probe-human": ("human",),
    "send --probe init probe-json": ("json",),
    "send --probe done probe-json": ("human", "json"),
    "cases list": ("human", "json"),
    "cases show domain-spoof": ("human", "json"),
    "cases missing": ("human", "json"),
    "cases add domain-spoof": ("human",),
    "cases add newsletter": ("json",),
    "diff git:HEAD": ("human", "json", "markdown", "html"),
    "export --to api-json": ("human",),
    "checks": ("human", "json"),
    "version --report": ("human",),
    "explain unreachable-rule": ("human", "json"),
    "explain deliver": ("human", "json"),
    "export --to cloudformation": ("human", "json"),
    "export --to terraform": ("human",),
    "foundation status": ("human", "json"),
    "foundation template": ("human", "yaml", "json"),
    "fmt --check": ("human", "json"),
    "history": ("human", "json"),
    "logs log.jsonl": ("human", "json", "jsonl"),
    "logs log.jsonl --stats": ("human", "json"),
    "logs log.jsonl --never-hit": ("human",),
    "logs log.jsonl --shadow": ("human", "json"),
    "logs log.jsonl --compare": ("human", "json"),
    "logs log.jsonl --compare --messages cases/messages": ("human", "json"),
    "logs log.jsonl --compare other.csv": ("human", "json"),
    "where --to @example.com --logs log.jsonl --around 2026-11-28 --within 8000": (
        "human",
        "json",
    ),
    "where --from ann --logs log.jsonl --around 2026-11-28": ("human", "json"),
    "apply --yes": ("human",),
    "apply --yes --force lint --force cases --force size --force ordinary-mail": ("human",),
    "history show 0002": ("human", "json"),
    "history diff 0001 0002": ("human", "json"),
    "archive search --archive held": ("human", "json"),
    "archive show ARCHIVED": ("human", "json"),
    "archive show ARCHIVED --source": ("human",),
    "archive export --archive held --to exported": ("human", "json"),
    "archive release ARCHIVED --via file:released --reason SUBJECT --again": ("human", "json"),
    "history --releases": ("human", "json"),
    "staging mail --maildir box": ("human", "json"),
    "staging template": ("human", "yaml", "json"),
    "monitor template --env aws": ("yaml", "json"),
    "watchdog --logs log.jsonl --since 2020-01-01": ("human", "json"),
    "history --trail trail.json": ("human", "json"),
    "drift --trail trail.json": ("human", "json"),
    "import": ("human",),
    "import --from exchange transport.json -v": ("human", "json", "markdown"),
    "import --from exchange transport.json -v --into there": ("human",),
    "rollback --yes --allow-delete": ("human", "json"),
    "simulate cases/messages --rcpt someone@example.com --against live": ("human",),
}
HOSTILE_SENDER: Final = "a\x1b[31m\u202e@example.org"
TRANSPORT_RULES: Final = [
    {"State": "Enabled", "Mode": "Enforce", **members}
    for members in (
        {"Name": HOSTILE, "SubjectContainsWords": [HOSTILE, "pay"], "DeleteMessage": True},
        {"Name": "a", "SubjectMatchesPatterns": [HOSTILE], "Comments": HOSTILE, HOSTILE: HOSTILE},
        {"Name": "b", "AttachmentNameMatchesPatterns": [HOSTILE], "DeleteMessage": True},
        {"Name": "c", "FromScope": HOSTILE, "RejectMessageReasonText": HOSTILE},
    )
]
"""Rules of another gateway."""
SILENT: Final = {
    "plan": "lint",
    "apply --yes": "lint",
    "simulate cases/messages --rcpt someone@example.com --record -": "",
}
"""Commands that are stopped, by what."""


def ran(*words: str) -> tuple[str, str]:
    """What a command writes to standard output and standard error."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = exit_code(list(words))
    assert code != 70, errors.getvalue()
    return out.getvalue(), errors.getvalue()


def check(command: str, form: str, out: str, errors: str) -> None:
    """Hold what was written against what its reader would take it for."""
    where = f"{command} --format {form}"
    for text in (out, errors):
        for character in set(text) - {"\n", "\t"}:
            assert unicodedata.category(character) not in UNSEEN, f"{where}: {character!a}"
        for line in text.splitlines():
            assert not line.lstrip().startswith(MARK), f"{where}: {line!a}"
            assert "##[" not in line, f"{where}: {line!a}"
            assert "##vso[" not in line, f"{where}: {line!a}"
            if line.lstrip().startswith("::"):
                assert form == "github", f"{where}: {line!a}"
                assert re.match(r"::(error|warning|notice) file=", line), f"{where}: {line!a}"
    if out:
        READERS[Format(form)](out, where)


def as_text(_out: str, _where: str) -> None:
    """Whatever a text holds has been looked at line by line."""


def as_json(out: str, _where: str) -> None:
    json.loads(out)


def as_json_lines(out: str, _where: str) -> None:
    for line in out.splitlines():
        json.loads(line)


def as_sarif(out: str, where: str) -> None:
    for result in json.loads(out)["runs"][0]["results"]:
        assert not re.search(r"(?<!\\)\]\(", result["message"]["text"]), where


def as_xml(out: str, _where: str) -> None:
    ET.fromstring(out)  # noqa: S314 - our own output


def as_page(out: str, where: str) -> None:
    Page(where).feed(out)


class Page(HTMLParser):
    """A page in which nothing hostile is an element, an attribute or a script."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        assert tag != "img", self.where
        for name, value in attrs:
            assert not name.startswith("on"), f"{self.where}: {name}"
            assert not (value or "").startswith(("http", "javascript")), f"{self.where}: {value}"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as it is called
        self.inside = ""

    def handle_data(self, data: str) -> None:
        assert self.inside != "script" or not data.startswith(MARK), self.where


def as_markdown(text: str, where: str) -> None:
    """Markdown in which everything hostile is code, and each table has its columns."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for token in tokens:
        if token.type == "html_block":
            assert MARK not in token.content, f"{where}: {token.content!a}"
        in_code = False
        for child in token.children or ():
            if child.type == "text" and not in_code:
                assert MARK not in child.content, f"{where}: {child.content!a}"
            if child.type in {"link_open", "image"}:
                raise AssertionError(f"{where}: {child.attrs}")
            if child.type == "html_inline":
                assert child.content in {"<code>", "</code>"}, f"{where}: {child.content!a}"
                in_code = child.content == "<code>"


READERS: Final = {
    Format.HUMAN: as_text,
    Format.JSON: as_json,
    Format.JSONL: as_json_lines,
    Format.SARIF: as_sarif,
    Format.JUNIT: as_xml,
    Format.LCOV: as_text,
    Format.GITHUB: as_text,
    Format.MARKDOWN: as_markdown,
    Format.HTML: as_page,
    Format.YAML: as_text,
    Format.HCL: as_text,
    Format.ZONE: as_text,
}
"""What those look at who get a format, beyond its lines."""


Place = tuple[str | int, ...]


def places(document: Any, path: Place = ()) -> Iterator[Place]:
    """Every text of a document; the name of a member is the place `(…, name, KEY)`."""
    match document:
        case str():
            yield path
        case dict():
            for key, value in document.items():
                yield from places(value, (*path, key))
                yield (*path, key, KEY)
        case list():
            for number, value in enumerate(document):
                yield from places(value, (*path, number))


def put(document: Any, place: Place, text: str) -> Any:
    """The document with another text at a place."""
    match place:
        case ():
            return text
        case (key, name) if name == KEY:
            return {(text if each == key else each): value for each, value in document.items()}
        case (step, *rest):
            whole: Any = dict(document) if isinstance(document, dict) else list(document)
            whole[step] = put(document[step], tuple(rest), text)
            return whole


def hostile_project() -> dict[str, str]:
    """The project with a hostile text wherever the language takes one."""
    documents = {file: YAML(typ="safe").load(text) for file, text in PROJECT.items()}
    taken = 0
    for file, text in PROJECT.items():
        for place in places(YAML(typ="safe").load(text)):
            for hostile in () if NEEDED & set(place) else (HOSTILE, NO_LINES, PRINTABLE):
                other = put(documents[file], place, hostile)
                if not is_refused({**documents, file: other}):
                    documents[file] = other
                    taken += 1
                    break
    assert taken > 30
    return {file: json.dumps(document, indent=1) for file, document in documents.items()}


def is_refused(documents: dict[str, Any]) -> bool:
    """Whether a project has errors; JSON is YAML, and quicker to write."""
    try:
        files = {file: json.dumps(document) for file, document in documents.items()}
        project, problems = read_text(files)
        problems += cases_of(project)[1]
    except MmctlError:
        return True
    return any(problem.severity is Severity.ERROR for problem in problems)


def written(folder: Path, files: dict[str, str], subject: str) -> None:
    """Write a project, as it was into version control and as it is into the folder."""
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "log.jsonl").write_text(sample_log(HOSTILE), encoding="utf-8")
    (folder / "trail.json").write_text(sample_trail(HOSTILE), encoding="utf-8")
    (folder / "other.csv").write_text(sample_csv(HOSTILE), encoding="utf-8")
    messages = folder / "cases/messages"
    messages.mkdir()
    (messages / "offer.eml").write_text(OFFER.format(subject), encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "as it was"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    ran("apply", "--yes")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


def test_a_project_that_is_hostile_throughout_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert READERS.keys() == set(Format), "a format is read as those read it who get it"
    monkeypatch.chdir(tmp_path)
    written(tmp_path, hostile_project(), SUBJECT)
    name = "cases/messages/" + HOSTILE.replace("/", "")[:120] + ".eml"
    (tmp_path / "cases/messages/offer.eml").rename(tmp_path / name)
    (tmp_path / "cases/messages/offer.eml").write_text(OFFER.format(SUBJECT), encoding="utf-8")
    maildir(tmp_path, OFFER.format(SUBJECT), sender=HOSTILE_SENDER)
    (tmp_path / "transport.json").write_text(json.dumps(TRANSPORT_RULES), encoding="utf-8")
    held = archived(tmp_path, "held", OFFER.format(SUBJECT).encode(), sender=HOSTILE_SENDER)
    project, _ = read_project(tmp_path)
    rule = project.rule_sets[next(iter(project.rule_sets))].rules[0].name
    stands_for = {"MESSAGE": name, "ARCHIVED": held, "SUBJECT": SUBJECT, "RULE": rule}
    with noted_writers() as writers:
        for command, forms in COMMANDS.items():
            words = [stands_for.get(word, word) for word in command.split()]
            with pytest.MonkeyPatch.context() as stacks:
                if command == "foundation status":
                    there = project.settings.project, project.environment.name
                    with_stacks(stacks, *there, said=HOSTILE)
                for form in forms:
                    out, errors = ran(*words, *([] if form == "human" else ["--format", form]))
                    assert out or SILENT[command] in errors, (command, form, errors)
                    check(command, form, out, errors)
    assert sorted(all_writers() - writers) == [], "COMMANDS has every result in every format"


ASKED: Final = ("plan --no-preflight", "plan --no-preflight --format markdown", "drift", "import")


def members_of(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all texts in an answer, whatever their place in lists."""
    match value:
        case str():
            yield path
        case dict():
            for key, inner in value.items():
                yield from members_of(inner, f"{path}.{key}")
        case list():
            for inner in value:
                yield from members_of(inner, path)


def hostile_at(value: Any, wanted: str, text: str, path: str = "") -> Any:
    """An answer with a hostile text wherever a path leads."""
    match value:
        case str() if path == wanted:
            return text
        case dict():
            return {
                key: hostile_at(inner, wanted, text, f"{path}.{key}")
                for key, inner in value.items()
            }
        case list():
            return [hostile_at(inner, wanted, text, path) for inner in value]
        case _:
            return value


class Answers:
    """What the embedded Mail Manager answers, or what somebody between makes of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer = wire.answer
        self.change: Callable[[str, HttpAnswer], HttpAnswer] = lambda _operation, answer: answer
        monkeypatch.setattr(wire, "answer", self._answered)

    def _answered(self, embedded: Any, operation: str, *more: Any, **named: Any) -> HttpAnswer:
        return self.change(operation, self.answer(embedded, operation, *more, **named))


@pytest.fixture(name="answers")
def answers_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, PROJECT, "offer")
    return Answers(monkeypatch)


def test_whatever_a_live_answer_holds_is_shown_as_text(answers: Answers) -> None:
    seen: dict[tuple[str, str], None] = {}

    def noted(operation: str, answer: HttpAnswer) -> HttpAnswer:
        paths = members_of(json.loads(answer.body or b"{}"))
        seen.update(dict.fromkeys((operation, path) for path in paths))
        return answer

    answers.change = noted
    ran("plan", "--no-preflight")
    assert len(seen) > 40
    asked = [*zip(seen, cycle(ASKED)), (("GetAddonSubscription", ".AddonName"), "import")]
    for (operation, path), command in asked:

        def changed(
            asked: str, answer: HttpAnswer, /, of: str = operation, at: str = path
        ) -> HttpAnswer:
            if asked != of:
                return answer
            body = json.dumps(hostile_at(json.loads(answer.body), at, HOSTILE)).encode()
            return replace(answer, body=body)

        answers.change = changed
        out, errors = ran(*command.split())
        check(command, "markdown" if "markdown" in command else "human", out, errors)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_error_of_the_service_is_shown_as_text(answers: Answers, status: int) -> None:
    def refused(_operation: str, answer: HttpAnswer) -> HttpAnswer:
        body = json.dumps({"__type": HOSTILE, "message": HOSTILE, "Message": HOSTILE})
        return replace(answer, status=status, body=body.encode())

    answers.change = refused
    for command in ASKED:
        out, errors = ran(*command.split())
        assert "x\\u001b" in errors
        check(command, "human", out, errors)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--env", HOSTILE),
        ("plan", "--force", HOSTILE),
        ("lint", HOSTILE),
        ("simulate", HOSTILE),
        ("simulate", "--run", f"({HOSTILE}"),
        ("why", HOSTILE, "--rcpt", HOSTILE),
        ("diff", HOSTILE),
        ("history", "show", HOSTILE),
        ("export", "--to", HOSTILE),
        ("explain", HOSTILE),
        ("prove", "--find", HOSTILE),
        ("prove", "--ingress-point", HOSTILE),
        ("rollback", HOSTILE),
        ("list", "add", HOSTILE, HOSTILE),
        ("cases", "show", HOSTILE),
        ("cases", HOSTILE),
        ("promote", HOSTILE),
        ("--today", HOSTILE, "plan"),
        ("--format", HOSTILE, "plan"),
        (f"--{HOSTILE}",),
        (HOSTILE,),
    ],
    ids=lambda words: " ".join(word for word in words if len(word) < 20) or "alone",
)
def test_what_is_typed_is_shown_as_text(answers: Answers, words: tuple[str, ...]) -> None:
    assert answers.answer is not None
    out, errors = ran(*words)
    assert MARK in errors
    check(" ".join(words)[:20], "human", out, errors)


def test_colors_are_ours_alone(answers: Answers, tmp_path: Path) -> None:
    assert answers.answer is not None
    cases = tmp_path / "cases" / "cases.yaml"
    cases.write_text(cases.read_text().replace("an offer is blocked", '"\\e[8mhidden\\e[0m"'))
    out, errors = ran("simulate", "-v", "--color", "always")
    ran("plan", "--color", "always")
    assert "\x1b[" in out
    for text in (out, errors):
        assert "\x1b[8m" not in text
    assert "\\u001b[8mhidden" in out
