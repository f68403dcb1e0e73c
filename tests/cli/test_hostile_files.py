"""Files that are none, or that no memory holds: a clear error with the name, and the rest goes on.

What cannot be made here (devices need privileges) is left out.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.main import exit_code
from mmctl.inputs import DEEPEST, parse_json, read_file, resolved

if TYPE_CHECKING:
    from collections.abc import Callable

    Ran = tuple[int, str]

GATEWAY = Path(__file__).parent / "gateway"
CASE = """version: 1
cases:
  - name: {name}
    message: messages/z.eml
    envelope: {{mail_from: a@example.org, recipients: [b@example.com]}}
    expect: {{b@example.com: {{outcome: lost}}}}
"""
BAD = "version: 1\nrule_sets:\n  inbound:\n    rules:\n      - {name: x, actions: [nothing]}\n"

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")


@pytest.fixture(name="mmctl")
def mmctl_fixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `mmctl` in a project: exit code, and all that it says."""
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def mmctl(*arguments: str) -> Ran:
        code = exit_code(list(arguments))
        printed = capsys.readouterr()
        said = printed.out + printed.err
        assert "mmctl is at fault" not in said
        return code, said

    return mmctl


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # as /dev/zero
    except OSError:
        pytest.skip("devices cannot be made here")


def unconnected(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = os.open(path.parent, os.O_RDONLY)
        before = Path.cwd()
        os.chdir(path.parent)  # the whole path may be too long for a socket
        bound.bind(path.name)
        os.chdir(before)
        os.close(here)


def self_link(path: Path) -> None:
    path.symlink_to(path.name)


def link_out(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def directory(path: Path) -> None:
    path.mkdir()


HOSTILE: dict[Callable[[Path], None], str] = {
    pipe: "this is a named pipe, expected a file",
    endless: "this is a device, expected a file",
    unconnected: "this is a socket, expected a file",
    self_link: "too many levels of symbolic links",
    link_out: "outside",
    directory: "this is a folder, expected a file",
}
MAKERS = pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)


@MAKERS
def test_what_is_no_file_among_the_rules_is_named_and_the_rest_is_linted(
    mmctl: Callable[..., Ran], make: Callable[[Path], None]
) -> None:
    make(Path("rules/z.yaml"))
    Path("rules/bad.yaml").write_text(BAD, encoding="utf-8")
    for command in (("lint", "--no-cache"), ("lint",)):
        code, said = mmctl(*command)
        assert code == 1
        assert "rules/bad.yaml:5" in said
        if make is not directory:
            assert "rules/z.yaml:1:1: error: " in said
            assert HOSTILE[make] in said


@MAKERS
def test_what_is_no_file_is_not_formatted_and_not_waited_for(
    mmctl: Callable[..., Ran], make: Callable[[Path], None]
) -> None:
    make(Path("rules/z.yaml"))
    code, said = mmctl("fmt", "rules", "--check")
    passed = make in {directory, link_out}  # neither is a file of the language
    assert (code, HOSTILE[make] in said) == ((0, False) if passed else (64, True))
    code, said = mmctl("lint", "rules/z.yaml")
    assert code != 0 or make in {directory, link_out}


@MAKERS
def test_members_and_messages_that_are_no_files_are_named(
    mmctl: Callable[..., Ran], make: Callable[[Path], None]
) -> None:
    make(Path("rules/members.csv"))
    text = "version: 1\naddress_lists:\n  vips: {members_file: members.csv}\n"
    Path("rules/list.yaml").write_text(text, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert "rules/list.yaml:3" in said
    assert "`rules/members.csv`" in said
    Path("rules/list.yaml").unlink()
    make(Path("cases/messages/z.eml"))
    Path("cases/odd.yaml").write_text(CASE.format(name="odd"), encoding="utf-8")
    code, said = mmctl("simulate", "--run", "odd")
    assert code == 1
    assert "messages/z.eml" in said


@MAKERS
@pytest.mark.parametrize(
    "words",
    [
        ("apply", "{}", "--yes"),
        ("lint", "--baseline", "{}"),
        ("simulate", "{}"),
        ("import", "--from", "api-json", "{}"),
        ("simulate", "cases/messages/lookalike.eml", "--zone", "{}"),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_a_file_that_is_named_and_is_none_is_refused_at_once(
    mmctl: Callable[..., Ran], make: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    Path("z").mkdir()
    make(Path("z/odd"))
    code, said = mmctl(*(word.format("z/odd") for word in words))
    assert code != 0
    assert "z/odd" in said


def test_what_an_answer_was_kept_for_may_be_a_pipe_later(mmctl: Callable[..., Ran]) -> None:
    assert mmctl("lint")[0] == 0
    Path("rules/gateway.yaml").unlink()
    pipe(Path("rules/gateway.yaml"))
    assert mmctl("lint")[0] == 1


@pytest.mark.parametrize(
    "pattern", ["/etc/*.yaml", "../*.yaml", "rules/../../*.yaml", "/**/*.yaml", "..", "\\0*.yaml"]
)
def test_patterns_that_leave_the_project_are_named_and_the_rest_is_linted(
    mmctl: Callable[..., Ran], pattern: str
) -> None:
    file = Path("mmctl.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("rules/*.yaml", f'rules/*.yaml", "{pattern}'), encoding="utf-8")
    Path("rules/bad.yaml").write_text(BAD, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert "leaves the project" in said
    assert "rules/bad.yaml:5" in said


def test_a_folder_of_rules_that_is_a_link_out_of_the_project_is_not_walked(
    mmctl: Callable[..., Ran],
) -> None:
    Path("else").symlink_to("/")
    text = Path("mmctl.yaml").read_text(encoding="utf-8")
    text = text.replace("rules/*.yaml", 'rules/*.yaml", "else/**/*.x')
    Path("mmctl.yaml").write_text(text, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert "no file matches `else/**/*.x`" in said


def test_a_file_of_rules_that_is_too_large_is_named_and_the_rest_is_linted(
    mmctl: Callable[..., Ran],
) -> None:
    with Path("rules/large.yaml").open("wb") as file:
        file.write(b"version: 1\n")
        file.truncate(17 * 1024 * 1024)
    Path("rules/bad.yaml").write_text(BAD, encoding="utf-8")
    with Path("rules/members.csv").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    text = "version: 1\naddress_lists:\n  vips: {members_file: members.csv}\n"
    Path("rules/list.yaml").write_text(text, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert "rules/large.yaml:1:1: error: larger than 16 MiB" in said
    assert "`rules/members.csv` cannot be read: it has more than 67,108,864 bytes" in said
    assert "rules/bad.yaml:5" in said


@pytest.mark.parametrize("shape", ["[", '{"a":'])
def test_a_document_that_is_nested_too_deep_is_no_traceback(
    mmctl: Callable[..., Ran], shape: str
) -> None:
    for levels in (DEEPEST + 1, 200_000):
        Path("deep.json").write_text(shape * levels, encoding="utf-8")
        for words in (("apply", "deep.json"), ("lint", "--baseline", "deep.json")):
            code, said = mmctl(*words)
            assert code == 64
            assert "deep.json" in said
        code, said = mmctl("import", "--from", "api-json", "deep.json")
        assert code == 64
    closing = {"[": "]", "{": "}"}[shape[0]]
    whole = shape * DEEPEST + ("0" if shape[0] == "{" else "") + closing * DEEPEST
    parse_json(whole)
    with pytest.raises(ValueError, match=f"nested deeper than {DEEPEST} levels"):
        parse_json(f"[{whole}]")


def test_more_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_file(path, at_most=5) == b"12345"
    with pytest.raises(OSError, match="it has more than 4 bytes"):
        read_file(path, at_most=4)
    path.unlink()
    path.symlink_to("file")
    assert resolved(path) == path


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    command = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments)
    return subprocess.run(command, cwd=folder, input=given, check=True, capture_output=True).stdout


@pytest.fixture
def repository(mmctl: Callable[..., Ran], tmp_path: Path) -> Path:
    del mmctl
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_a_revision_is_read_as_it_is_whatever_its_attributes_and_links_say(
    mmctl: Callable[..., Ran], repository: Path
) -> None:
    (repository / ".gitattributes").write_text("rules/* export-ignore\n", encoding="utf-8")
    (repository / "out").symlink_to("/etc")
    (repository / "rules" / "out.txt").symlink_to("../../../../etc/hostname")
    (repository / "loop.yaml").symlink_to("loop.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "second")
    code, said = mmctl("diff", "git:HEAD~1", "git:HEAD")
    assert (code, "no difference" in said or "+" not in said) == (0, True)


def test_a_revision_with_names_that_lead_elsewhere_writes_nothing_there(
    mmctl: Callable[..., Ran], repository: Path
) -> None:
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"version: 1\n").strip()
    entry = b"100644 ../escaped.yaml\0" + bytes.fromhex(blob.decode())
    tree = git(repository, "hash-object", "-w", "--literally", "-t", "tree", "--stdin", given=entry)
    commit = git(repository, "commit-tree", "-m", "odd", tree.decode().strip()).decode().strip()
    code, said = mmctl("diff", f"git:{commit}")
    assert code == 64
    assert "no rule file" in said
    assert not list(Path(repository).parent.glob("escaped*"))


def test_a_revision_that_is_too_large_is_refused(
    mmctl: Callable[..., Ran], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.is_dir()
    for limit in ("REVISION_AT_MOST", "LISTING_AT_MOST"):
        with monkeypatch.context() as context:
            context.setattr(f"mmctl.cli.changes.revisions.{limit}", 50)
            code, said = mmctl("diff", "git:HEAD")
        assert code == 64
        assert "is too large to read" in said


def test_a_pattern_for_cases_is_never_slow(mmctl: Callable[..., Ran]) -> None:
    cases = Path("cases/slow.yaml")
    name = "a" * 60
    cases.write_text(CASE.format(name=f"{name}!"), encoding="utf-8")
    code, said = mmctl("simulate", "--run", "(a+)+$")
    assert code == 0
    assert name not in said
    assert mmctl("simulate", "--run", "(?=a)")[0] == 64


def test_what_a_shell_puts_in_place_of_a_command_is_read() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"12345")
    os.close(write_end)
    try:
        assert read_file(f"/dev/fd/{read_end}", at_most=5) == b"12345"
    finally:
        os.close(read_end)


@pytest.mark.parametrize("link", ["members.csv", "folder"])
def test_no_link_leads_to_a_hidden_file_whose_lines_would_be_shown(
    mmctl: Callable[..., Ran], link: str
) -> None:
    Path(".secrets").mkdir()
    Path(".secrets/config").write_text("token = c2VjcmV0\n", encoding="utf-8")
    Path("rules", link).symlink_to("../.secrets" + ("" if link == "folder" else "/config"))
    file = "folder/config" if link == "folder" else link
    text = f"version: 1\naddress_lists:\n  vips: {{members_file: {file}}}\n"
    Path("rules/list.yaml").write_text(text, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert f"`rules/{file}` cannot be read" in said or "leads to a hidden file" in said
    assert "c2VjcmV0" not in said


def test_a_cell_of_a_list_that_never_ends_is_a_problem_of_its_line(
    mmctl: Callable[..., Ran],
) -> None:
    members = 'address\na@example.org\n"' + "x" * 200_000 + "\n"
    Path("rules/members.csv").write_text(members, encoding="utf-8")
    text = "version: 1\naddress_lists:\n  vips: {members_file: members.csv}\n"
    Path("rules/list.yaml").write_text(text, encoding="utf-8")
    code, said = mmctl("lint", "--no-cache")
    assert code == 1
    assert "rules/members.csv:3:1: error: " in said
    words = ("list", "remove", "vips", "a@example.org", "--reason", "over", "--yes")
    assert mmctl(*words)[0] != 70
