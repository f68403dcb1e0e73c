"""What the page of `play` answers: the same as the files say, and nothing is written for it."""

from __future__ import annotations

import base64
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from mmctl.cli.main import exit_code
from mmctl.cli.playing import play_page
from mmctl.cli.run import Run
from mmctl.emulator.http import HttpFace
from mmctl.serve.page.entry import PageEntry
from mmctl.serve.page.page import MailPage
from mmctl.serve.play.pages import BothPages
from serve.conftest import TOKEN
from serve.data_folder import Folder
from serve.playing import GATEWAY, Playing, playing, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = ("/play/judge", "/play/diff", "/play/save")
GETS = ("/", "/play/state", "/play/changes?since=-1", "/play/case?name=x", "/play/script.js")
RULES = "rules/rules.yaml"
MESSAGE = "From: Ann <ann@example.org>\nTo: ben@example.com\nSubject: Hello\n\nHello Ben,\n"
FORM = {
    "mail_from": "ann@example.org",
    "recipients": "ben@example.com",
    "source_ip": "198.51.100.7",
    "tls": "TLS1_3",
    "spf": "PASS",
}
OWN: dict[str, Any] = {"message": {"text": MESSAGE}, "form": FORM}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """The page of a project that no test of this module changes."""
    with playing(tmp_path_factory.mktemp("play") / "gateway") as found:
        yield found


def dropping(text: str) -> str:
    """The rules with one that drops mail of a sender before all others."""
    return text.replace(
        "rules:\n",
        "rules:\n  - name: block-ann\n    conditions:\n"
        "      - mail_from: {equals: ann@example.org}\n    actions: [drop]\n",
        1,
    )


def test_every_case_ends_on_the_page_as_its_file_expects(page: Playing) -> None:
    written = YAML(typ="safe").load((GATEWAY / "cases" / "cases.yaml").read_text())["cases"]
    expected = {
        f"{case['name']} [{number}]" if "for_each" in case else case["name"]: {
            each["outcome"] for each in row["expect"].values()
        }
        for case in written
        for number, row in enumerate(case.get("for_each", [case]), 1)
    }
    assert len(expected) == 4
    for name, outcomes in expected.items():
        shown = page.case(name)
        played = page.judge(case=name, form=shown["form"], way=shown["way"])
        assert set(played["ends"]) == outcomes, name


@pytest.mark.slow
def test_the_command_starts_as_the_manual_says_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    shutil.copytree(GATEWAY, tmp_path / "gateway")
    with subprocess.Popen(
        [sys.executable, "-m", "mmctl", "play", "--port", "0"],
        cwd=tmp_path / "gateway",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(8)]
            process.send_signal(signal.SIGINT)
            rest, said = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, rest, said) == (0, "", "stopped\n")
    page = re.sub(r":[0-9]+/\?token=\S+", ":4580/?token=oM3…", "".join(lines))
    manual = Path(__file__).parents[2] / "docs" / "play.md"
    assert f"```text\n$ mmctl play\n{page}```" in manual.read_text(encoding="utf-8")


def test_an_edit_changes_the_way_and_no_file(page: Playing) -> None:
    before = tree(page.folder)
    rules = (page.folder / RULES).read_text()
    assert page.judge(**OWN)["ends"] == ["delivered"]
    edited = page.judge(**OWN, edits={RULES: dropping(rules)})
    assert edited["ends"] == ["dropped"]
    assert "your edits change what happens" in edited["html"]
    assert "against the files: delivered by deliver" in edited["html"]
    assert edited["marks"][RULES]["3"] == "applied"
    same = page.judge(**OWN, edits={RULES: rules.replace("[drop]", "[drop] ")})
    assert "your edits change nothing for this message" in same["html"]
    assert tree(page.folder) == before


def test_git_applies_the_diff_of_edits(page: Playing, tmp_path: Path) -> None:
    rules = (page.folder / RULES).read_text()
    gateway = (page.folder / "rules" / "gateway.yaml").read_text()
    edits = {RULES: dropping(rules), "rules/gateway.yaml": gateway.rstrip("\n")}
    diff = page.ask("/play/diff", {"edits": edits}).data["diff"]
    shutil.copytree(page.folder, tmp_path / "copy")
    (tmp_path / "edits.diff").write_text(diff)
    words = ["git", "apply", "--unidiff-zero", str(tmp_path / "edits.diff")]
    subprocess.run(words, cwd=tmp_path / "copy", check=True)
    for path, text in edits.items():
        assert (tmp_path / "copy" / path).read_text() == text


def test_a_file_with_other_line_ends_keeps_them(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        file = page.folder / RULES
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        shown = dropping(file.read_bytes().decode().replace("\r\n", "\n"))
        diff = page.ask("/play/diff", {"edits": {RULES: shown}}).data["diff"]
        added = [line for line in diff.splitlines(keepends=True) if line.startswith("+  ")]
        assert len(added) == 4
        assert all(line.endswith("\r\n") for line in added)
        assert page.judge(**OWN, edits={RULES: shown})["ends"] == ["dropped"]


def test_problems_of_an_edit_have_their_places_and_nothing_is_judged(page: Playing) -> None:
    rules = (page.folder / RULES).read_text()
    played = page.judge(**OWN, edits={RULES: rules.replace("to: compliance-7y", "to: complianc")})
    assert played["html"] is None
    column = rules.splitlines()[4].index("compliance-7y") + 1
    assert f"{RULES}:5:{column}" in played["problems"]
    assert played["problems"].count("<li") == 1
    assert "there is no archive `complianc`" in played["problems"]
    broken = page.judge(**OWN, edits={"mmctl.yaml": "version: [\n"})
    assert broken["html"] is None
    assert "mmctl.yaml:" in broken["problems"]
    gone = page.judge(**OWN, edits={"rules/gateway.yaml": "version: 1\n"})
    assert gone["html"] is None


def test_a_field_that_makes_no_sense_says_what_it_expects(page: Playing) -> None:
    form = {**FORM, "source_ip": "300.1.1.1", "spf": "GOOD", "add_ons": "vade"}
    played = page.judge(message={"text": MESSAGE}, form=form)
    assert played["html"] is None
    assert played["wrong"] == {
        "source_ip": "expected an IPv4 or IPv6 address",
        "spf": "expected one of PASS, FAIL, GRAY, PROCESSING_FAILED",
        "add_ons": "expected NAME.FIELD=VALUE, such as vade.isPassed=false",
    }
    many = "\n".join(f"b{number}@example.com" for number in range(101))
    played = page.judge(message={"text": MESSAGE}, form={**FORM, "recipients": many})
    assert played["wrong"] == {"recipients": "expected at most 100 recipients, got 101"}


def test_facts_in_headers_count_where_the_form_says_nothing(page: Playing) -> None:
    eml = f"Return-Path: <eve@example.net>\nDelivered-To: ben@example.com\n{MESSAGE}"
    packed = base64.b64encode(eml.encode()).decode()
    played = page.judge(message={"base64": packed}, form={"tls": "TLS1_3"}, assume_pass=True)
    assert played["found"]["mail_from"] == "eve@example.net"
    assert played["found"]["recipients"] == "ben@example.com"
    assert "Return-Path" in played["html"]


def test_a_change_on_disk_reaches_the_page(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        version = page.ask("/play/state").data["version"]
        file = page.folder / RULES
        file.write_text(dropping(file.read_text()))
        assert page.ask(f"/play/changes?since={version}").data["version"] == version + 1
        assert page.judge(**OWN)["ends"] == ["dropped"]
        (page.folder / "mmctl.yaml").write_text("version: 7\n")
        assert "mmctl.yaml:1:10" in page.judge(**OWN)["problems"]
        assert page.ask("/").status == 200


def test_a_saved_case_passes_and_is_new_below_the_cases(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        before = tree(page.folder)
        asked = {**OWN, "file": "cases/hello.yaml", "called": "hello is delivered"}
        written = page.ask("/play/save", asked).data["written"]
        assert written == ["cases/hello.yaml", "cases/messages/written-message.eml"]
        after = tree(page.folder)
        assert sorted(after.keys() - before.keys()) == sorted(written)
        assert {path: after[path] for path in before} == before
        assert (
            YAML(typ="safe").load(after["cases/hello.yaml"])["cases"][0]["name"]
            == "hello is delivered"
        )
        ran = ["-C", str(page.folder), "simulate", "--run", "hello is delivered"]
        assert exit_code([*ran, "--fail-on-empty"]) == 0
        again = page.ask("/play/save", asked)
        assert (again.status, "exists" in again.text) == (409, True)
        assert tree(page.folder) == after


def test_two_cases_of_one_message_share_its_file(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        asked = {**OWN, "file": "cases/one.yaml", "called": "one"}
        written = page.ask("/play/save", asked).data["written"]
        assert written == ["cases/one.yaml", "cases/messages/written-message.eml"]
        again = page.ask("/play/save", {**asked, "file": "cases/two.yaml", "called": "two"})
        assert again.data["written"] == ["cases/two.yaml"]
        ran = ["-C", str(page.folder), "simulate", "--run", "one|two"]
        assert exit_code([*ran, "--fail-on-empty"]) == 0


def test_an_edit_of_the_project_file_does_not_say_where_cases_are_saved(page: Playing) -> None:
    before = tree(page.folder)
    text = before["mmctl.yaml"]
    edited = text.decode() if isinstance(text, bytes) else text
    assert "cases/" in edited
    edits = {"mmctl.yaml": edited.replace("cases/", "rules/")}
    asked = {**OWN, "edits": edits, "file": "rules/hello.yaml", "called": "hello"}
    answer = page.ask("/play/save", asked)
    assert (answer.status, "is not below a folder of cases" in answer.text) == (409, True)
    assert tree(page.folder) == before


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb", "\x1b[31m", "\ud800"])
def test_a_name_of_a_case_can_be_seen_and_is_one_line(page: Playing, name: str) -> None:
    before = tree(page.folder)
    for asked in ({"file": "cases/a.yaml", "called": name}, {"file": f"cases/{name}.yaml"}):
        answer = page.ask("/play/save", {**OWN, "called": "hello", **asked})
        assert answer.status == 409, answer.text
        assert "please report it" not in answer.text
    assert tree(page.folder) == before


@pytest.mark.parametrize(
    "file",
    [
        "", "hello.yaml", "rules/hello.yaml", "../hello.yaml", "/etc/hello.yaml", "cases/hello.txt",
        "cases/../rules/hello.yaml", "cases/.hello.yaml", "cases\\hello.yaml", "cases/a\0.yaml",
        "cases//hello.yaml", "cases/cases.yaml", "cases", "cases/linked/hello.yaml", "mmctl.yaml",
    ],
)  # fmt: skip
def test_a_case_is_saved_nowhere_else(page: Playing, file: str) -> None:
    link = page.folder / "cases" / "linked"
    if not link.is_symlink():
        link.symlink_to(page.folder / "rules")
    before = tree(page.folder)
    answer = page.ask("/play/save", {**OWN, "file": file, "called": "hello"})
    assert answer.status == 409
    assert "help: " in answer.text
    assert tree(page.folder) == before
    link.unlink()


def test_without_the_cookie_or_from_another_page_nothing_is_answered(page: Playing) -> None:
    body = {**OWN, "file": "cases/stolen.yaml", "called": "stolen"}
    refused: list[dict[str, str | None]] = [
        {"Cookie": None},
        {"Cookie": f"{page.cookie.partition('=')[0]}={TOKEN}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
    ]
    before = tree(page.folder)
    for headers in refused:
        for path in POSTS:
            assert page.ask(path, body, **headers).status == 403, (path, headers)
        for path in GETS:
            assert page.ask(path, **headers).status == 403, (path, headers)
    for path in POSTS:
        assert page.ask(path, body, Origin=None).status == 403
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            assert page.ask(path, body, Content_Type=kind).status == 415
    assert "`mmctl play` printed" in page.ask("/", Cookie=None).text
    assert tree(page.folder) == before


def test_what_is_no_request_of_the_page_gets_nothing(page: Playing) -> None:
    for path in ("/", "/play", "/play/state", "/service/MailManagerSvc/operation/ListRelays"):
        assert page.ask(path, OWN).status == 404, path
    for path in ("/play/judge", "/list", "/message/x/source", "/play/../mmctl.yaml", "/no"):
        assert page.ask(path).status == 404, path
    assert page.ask("/play/judge", OWN, method="PUT").status == 405
    assert page.ask("/play/case?name=no-such-case").status == 404


def test_odd_questions_get_an_answer_at_once(page: Playing) -> None:
    odd: list[bytes] = [
        b"", b"[]", b"{", b"null", b"\xff", b'{"edits": []}', b'{"edits": {"a": 1}}',
        b'{"message": 7}', b'{"message": {"base64": "!"}}', b'{"form": {"spf": {}}}',
        b'{"case": 1}', b"[" * 100_000,
        b'{"edits": {' + b",".join(b'"%d": ""' % number for number in range(300)) + b"}}",
    ]  # fmt: skip
    for body in odd:
        start = time.perf_counter()
        assert page.ask("/play/judge", body).status == 400, body[:40]
        assert time.perf_counter() - start < 5
    for text in ("\ud800", "a: &a [*a]\n", "- " * 5_000, "&a [" * 2_000, "\0", "!!python/x {}"):
        played = page.judge(**OWN, edits={RULES: text})
        assert played["html"] is None, text[:20]
    for message in (
        "",
        "\n",
        "\0\0",
        ":" * 5000,
        "From: " + "<" * 5000,
        "Subject: =?utf-8?b?" * 500,
    ):
        assert page.judge(message={"text": message}, form=FORM)["html"], message[:20]


def test_edits_count_for_the_files_that_the_page_shows_alone(page: Playing) -> None:
    shown = [path for path, _ in page.ask("/play/state").data["files"]]
    assert shown == ["rules/gateway.yaml", "rules/rules.yaml", "mmctl.yaml"]
    edits = {"cases/cases.yaml": "x", "../x": "x", "rules/new.yaml": "x", "": "x", ".env": "x"}
    assert page.judge(**OWN, edits=edits)["ends"] == ["delivered"]
    assert page.ask("/play/diff", {"edits": edits}).data["diff"] == ""


def test_no_text_becomes_markup(page: Playing) -> None:
    evil = "<img src=x onerror=alert(1)>"
    rules = (page.folder / RULES).read_text()
    message = f"From: {evil} <a@example.org>\nSubject: {evil}\n\n{evil}\n"
    named = rules.replace("{equals: FAIL}", f'{{equals: "{evil}"}}')
    for edits in ({}, {RULES: rules.replace("mark-external", f'"{evil}"')}, {RULES: named}):
        played = page.judge(
            message={"text": message},
            name=evil,
            form={**FORM, "mail_from": f"{evil}@x", "helo": evil},
            edits=edits,
        )
        assert "<img" not in f"{played['html']}{played['problems']}"
    raw = page.ask("/play/judge", {**OWN, "name": "\x1b[31m\u202e"}).text
    assert "\x1b" not in raw
    html = page.ask("/").text
    assert "<style" not in html
    assert "https://" not in html


def test_a_message_that_was_sent_is_played_with_what_was_known_of_it(tmp_path: Path) -> None:
    """The two pages of `emulate` on one server, behind one cookie."""
    shutil.copytree(GATEWAY, tmp_path / "gateway")
    folder = Folder(tmp_path / "mail")
    key = folder.put(MESSAGE.encode(), sender="ann@example.org", ip="192.0.2.9")
    stopping = threading.Event()
    mail = MailPage(
        folder.path,
        token=TOKEN,
        gateway_of=folder.gateway_of,
        wait=stopping.wait,
        with_play=True,
    )
    run = Run(directory=tmp_path / "gateway", today=date(2026, 3, 2))
    play = play_page(run, entry=PageEntry(token=TOKEN), wait=stopping.wait, mail=mail.mail)
    face = HttpFace(
        None,
        clock=lambda: datetime(2026, 3, 2, tzinfo=UTC),
        port=0,
        page=BothPages(mail, play),
        stopping=stopping,
    )
    with face:
        page = Playing(folder.path, face.url)
        page.cookie = page.ask(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]
        for path in ("/", "/play"):
            assert '<a href="/play"' in page.ask(path).text
        assert page.ask("/list").data["total"] == 1
        assert f'href="/play#mail={key}"' in page.ask(f"/view/{key}").data["html"]
        sent = page.ask(f"/play/mail?key={key}").data
        assert (sent["way"], sent["form"]["source_ip"]) == ("point:public-mx", "192.0.2.9")
        assert sent["text"].replace("\r\n", "\n") == MESSAGE
        played = page.judge(message={"text": sent["text"]}, form=sent["form"], assume_pass=True)
        assert played["ends"] == ["dropped"]
        assert page.ask("/play/mail?key=../../secret").status == 404
        assert page.ask("/play", OWN).status == 404
