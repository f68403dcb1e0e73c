"""Files are written whole, and what is no regular file is written through."""

from __future__ import annotations

import ast
import errno
import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import pytest

from mmctl.cli.main import exit_code
from mmctl.cli.results import ResultFile
from mmctl.writing import opened_whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src" / "mmctl"
NULL = os.makedev(1, 3)


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A device of our own that swallows what is written, as /dev/null does."""
    path = tmp_path / "device"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, NULL)
        path.chmod(0o666)
        path.write_bytes(b"")
    except (OSError, AttributeError):
        pytest.skip("devices cannot be made here")
    return path


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


class Reader(threading.Thread):
    """Reads a named pipe to its end."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path, self.got = path, b""
        self.start()

    def run(self) -> None:
        self.got = self.path.read_bytes()

    def all(self) -> bytes:
        self.join(120)
        return self.got


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_device_stays_a_device_with_its_mode(device: Path) -> None:
    write_whole(device, "text", mode=0o600)
    status = device.stat()
    assert stat.S_ISCHR(status.st_mode)
    assert status.st_rdev == NULL
    assert stat.S_IMODE(status.st_mode) == 0o666
    assert names(device.parent) == ["device"]


@pytest.mark.parametrize(
    "words",
    [
        ["schema", "plan", "-o", "{}"],
        ["schema", "plan", "-o", "link"],
        ["plan", "--save", "{}"],
        ["plan", "--format", "json", "-o", "{}", "--save", "{}"],
        ["export", "--to", "api-json", "-o", "{}"],
        ["simulate", "a.eml", "--assume", "pass", "-o", "{}"],
        ["simulate", "a.eml", "--assume", "pass", "--format", "html", "-o", "{}"],
        ["simulate", "a.eml", "--assume", "pass", "--record", "{}"],
        ["lint", "-o", "{}"],
        ["history", "-o", "{}"],
        ["apply", "--yes", "-o", "{}"],
    ],
    ids=" ".join,
)
def test_no_command_takes_a_device_away(
    words: list[str], device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = device.parent
    monkeypatch.chdir(folder)
    (folder / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\nenvironments:\n  local: {endpoint: embedded}\n"
        "default_environment: local\n"
    )
    (folder / "rules").mkdir()
    (folder / "rules/a.yaml").write_text(
        "version: 1\nrule_sets:\n  inbound: {rules: [{name: all, actions: [drop]}]}\n"
    )
    (folder / "a.eml").write_bytes(b"From: a@example.com\nTo: b@example.org\nSubject: x\n\nhello\n")
    (folder / "link").symlink_to(device)
    exit_code([word.format(device.name) for word in words])
    assert stat.S_ISCHR(device.lstat().st_mode)
    assert stat.S_IMODE(device.stat().st_mode) == 0o666
    assert (folder / "link").is_symlink()


def test_a_named_pipe_gets_it_and_stays(pipe: Path) -> None:
    reader = Reader(pipe)
    write_whole(pipe, "text é")
    assert reader.all() == "text é".encode()
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(pipe.parent) == ["pipe"]


def test_a_named_pipe_gets_every_part_of_a_result_once(pipe: Path) -> None:
    reader, result = Reader(pipe), ResultFile()
    for part in ("one\n", "two\n", "three\n"):
        result.write(pipe, part)
    result.close()
    assert reader.all() == b"one\ntwo\nthree\n"


def test_a_file_holds_every_part_of_a_result(tmp_path: Path) -> None:
    result, path = ResultFile(), tmp_path / "result"
    for part in ("one\n", "two\n"):
        result.write(path, part)
    assert path.read_text() == "one\ntwo\n"


def test_an_open_descriptor_is_written_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb", buffering=0) as file:
        file.write(b"before ")
        write_whole(Path(f"/dev/fd/{file.fileno()}"), "and after")
        file.write(b", then more")
    assert path.read_bytes() == b"before and after, then more"


@pytest.mark.parametrize("name", ["/dev/stdout", "link"])
def test_standard_output_is_standard_output(tmp_path: Path, name: str) -> None:
    """Also where it is a file: the shell's own place in it counts."""
    (tmp_path / "link").symlink_to("/dev/stdout")
    command = f"(echo before; mmctl schema plan -o {name}; echo after) > out"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, env=environment, check=True)
    first, *_, last = (tmp_path / "out").read_text().splitlines()
    assert (first, last) == ("before", "after")
    assert names(tmp_path) == ["link", "out"]


def test_a_closed_descriptor_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["schema", "plan", "-o", "/dev/fd/987"]) == 64
    assert capsys.readouterr().err == "error: cannot write `/dev/fd/987`: Bad file descriptor\n"


def test_a_link_stays_a_link_and_leads_to_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far/file").write_text("before")
    (tmp_path / "hop").symlink_to("far/file")
    (tmp_path / "link").symlink_to(tmp_path / "hop")
    write_whole(tmp_path / "link", "after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "hop").is_symlink()
    assert (tmp_path / "far/file").read_text() == "after"
    assert names(tmp_path / "far") == ["file"]


def test_a_link_that_leads_nowhere_yet_makes_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "text"


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        write_whole(tmp_path / "link", "text")


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o755, 0o664])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    path.chmod(mode)
    write_whole(path, "after")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "file", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    os.chown(path, 1234, 4321)
    write_whole(path, "after")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_file_whose_owner_cannot_be_kept_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    was = path.stat()
    others = os.stat_result((*was[:4], was.st_uid + 1, *was[5:]))
    monkeypatch.setattr("mmctl.writing._status", lambda _path: others)

    def refused(*_arguments: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("mmctl.writing.os.fchown", refused)
    write_whole(path, "after")
    assert path.read_text() == "after"
    assert path.stat().st_ino == was.st_ino
    assert names(tmp_path) == ["file"]


def test_a_file_in_a_folder_that_takes_no_new_ones_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before, and longer")

    def refused(*_arguments: object) -> tuple[int, Path]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("mmctl.writing._made_beside", refused)
    write_whole(path, "after")
    assert path.read_text() == "after"
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "new", "text")


def test_a_file_that_is_mounted_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def busy(_self: Path, _target: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    write_whole(path, "after")
    assert path.read_text() == "after"
    assert names(tmp_path) == ["file"]


def test_a_full_disk_leaves_what_was_there_and_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("before")
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from mmctl.cli.main import main\n"
        "main(['schema', 'plan', '-o', 'out'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (64, "error: cannot write `out`: File too large\n")
    assert (tmp_path / "out").read_text() == "before"
    assert names(tmp_path) == ["out"]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "file").write_text("before")
    yield tmp_path / "file"
    assert (tmp_path / "file").read_text() == "before"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, BrokenPipeError])
def test_what_stops_half_way_leaves_what_was_there(
    failing: Path, stop: type[BaseException]
) -> None:
    def write() -> None:
        with opened_whole(failing) as file:
            file.write(b"half")
            raise stop

    with pytest.raises(stop):
        write()


def test_a_rename_that_fails_leaves_nothing_beside(
    failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Path, _target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="Input/output error"):
        write_whole(failing, "after")


def test_a_file_called_new_is_somebodys(tmp_path: Path) -> None:
    (tmp_path / "out.new").write_text("mine")
    write_whole(tmp_path / "out", "text")
    assert (tmp_path / "out.new").read_text() == "mine"


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["schema", "plan", "-o", str(tmp_path)]) == 64
    assert "Is a directory" in capsys.readouterr().err


OTHERWISE = {
    "cli/commands/init.py": "files that must not be there yet",
    "cli/commands/lint.py": "the summary of a job, which is added to",
    "cli/main.py": "the report of a fault, in a file of its own",
    "cli/changes/revisions.py": "a checkout, in a folder of its own",
    "cli/messages/result_folder.py": "a lock, which holds nothing",
    "live/history/store.py": "a journal, which is added to",
    "emulator/delivering/maildir.py": "a new message, put beside and renamed as a Maildir says",
    "emulator/smtp/storing.py": "a new message, put beside and renamed, synced in groups",
    "emulator/records/log_file.py": "a log, which is added to",
    "client/errand_runner.py": "on the sender, in a folder that its command has just made",
}


def test_files_are_written_here_and_nowhere_else() -> None:
    """Everything else would be one more place that takes a device away."""
    elsewhere = [
        f"{path.relative_to(SOURCE).as_posix()}:{node.lineno} {ast.unparse(node)}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path.name != "writing.py" and path.relative_to(SOURCE).as_posix() not in OTHERWISE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _renames(node) or _opens_to_write(node)
    ]
    assert elsewhere == []


def _renames(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and (
        node.attr in {"write_text", "write_bytes"}
        or ast.unparse(node) in {"os.replace", "os.rename", "shutil.move"}
    )


def _opens_to_write(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("open"):
        return False
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    modes = [value.value for value in values if isinstance(value, ast.Constant)]
    return any(isinstance(mode, str) and re.fullmatch("[wxa]b?", mode) for mode in modes)
