"""What others read names no mail: messages go by their digests, recipients by their numbers.

The messages here are made up; where there is a corpus of real mail, some of it is judged too, and
nothing of it is ever printed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
from email import message_from_bytes
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from story import REPOSITORY

from mmctl.cli.formats import FORMATS
from mmctl.cli.main import exit_code
from mmctl.cli.result_table import MESSAGES, PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable

GATEWAY: Final = Path(__file__).parent / "gateway"
CORPUS: Final = REPOSITORY.parent / "shared" / "corpus" / "real-mail.tar.xz"
"""Real messages, where there are some, as for `make soak`."""
OF_CORPUS: Final = 200
MAIL: Final = {
    f"{name}@home.example.eml": (
        f"From: {name} <{name}.private@sender.example>\n"
        f"To: {name}.inner@example.com, second.{name}@example.com\n"
        f"Delivered-To: {name}.inner@example.com\n"
        f"Subject: the salary of {name}\n"
        f"Message-ID: <{name}.unique@sender.example>\n"
        f"Received: from host-{name}.example ([192.0.2.{number}]) by mx.example.com\n"
        f"\n\nhello\n"
    ).encode()
    for number, name in enumerate(("alice", "bob", "carol"), 1)
}
ADDRESS: Final = re.compile(rb"[A-Za-z0-9._%+=-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
FOR_OTHERS: Final = {format_ for format_, row in FORMATS.items() if row.for_others}
REPORTS: Final = tuple(
    f"{command} --format {format_}"
    for command, result in (
        ("simulate mail", MESSAGES),
        ("simulate mail --against other", MESSAGES),
        ("simulate mail --trace -v", MESSAGES),
        ("plan --corpus mail --messages", PLAN),
    )
    for format_ in sorted(FOR_OTHERS.intersection(result.writers))
)


MADE_UP: Final = frozenset({"recipient@example.com", "sender@example.org", "someone@example.org"})
"""Addresses of messages that a proof makes up; real mail may have the same."""


def names_in(messages: Iterable[bytes]) -> set[str]:
    """Every address and subject of some messages."""
    found: set[str] = set()
    for content in messages:
        found |= {each.decode().lower() for each in ADDRESS.findall(content)}
        subject = str(message_from_bytes(content).get("Subject", "")).strip().lower()
        found |= {subject} if len(subject) > len("re: no subject") else set()
    return found


def reports(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Everything that the reports hold, and all that is said beside them."""
    (folder / "other").mkdir()
    for name in ("mmctl.yaml", "rules", "cases"):
        source = folder / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / "other" / name)
    assert exit_code(["apply", "--yes", "-q"]) == 0
    rules = folder / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("192.0.2.0/24", "203.0.113.0/24"))
    rules.write_text(rules.read_text() + "  - {name: end, actions: [drop]}\n")
    capsys.readouterr()
    text = ""
    for report in REPORTS:
        exit_code([*report.split(), *more])
        printed = capsys.readouterr()
        assert printed.out, printed.err
        text += printed.out + printed.err
    return text.lower()


def leaked(text: str, names: set[str], folder: Path) -> set[str]:
    """Those of the names that a text holds, and that no file of the project does."""
    files = (*folder.glob("*.yaml"), *folder.glob("rules/*"), *folder.glob("cases/*.yaml"))
    ours = "".join(file.read_text(encoding="utf-8").lower() for file in files)
    return {name for name in names if name in text and name not in ours}


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mail").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_reports_for_others_name_no_mail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in MAIL.items():
        (folder / "mail" / name).write_bytes(content)
    (folder / "mail" / "broken-dave@home.example.gz").write_bytes(b"\x1f\x8bno gzip")
    names = names_in(MAIL.values()) | {"home.example", "host-alice", "dave", "salary"}
    text = reports(folder, capsys)
    assert leaked(text, names, folder) == set()
    for content in MAIL.values():
        assert f"sha256:{hashlib.sha256(content).hexdigest()[:12]}" in text


def test_who_asks_for_it_gets_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in MAIL.items():
        (folder / "mail" / name).write_bytes(content)
    text = reports(folder, capsys, "--show-mail")
    assert "alice.inner@example.com" in text
    assert "bob@home.example.eml" in text


@pytest.mark.skipif(not CORPUS.is_file(), reason="there is no corpus of real mail here")
def test_reports_for_others_name_no_mail_of_a_corpus(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(CORPUS) as archive:
        files = (archive.extractfile(member) for member in archive if member.isfile())
        messages = [file.read() for file in islice(files, OF_CORPUS) if file is not None]
    for number, content in enumerate(messages):
        (folder / "mail" / f"{number}.eml").write_bytes(content)
    found = leaked(reports(folder, capsys), names_in(messages) - MADE_UP, folder)
    assert len(found) == 0, "names of the corpus are shown"
