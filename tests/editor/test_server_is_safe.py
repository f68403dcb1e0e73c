"""What a workspace cannot make the server do: an audit hook in its process tells every try."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from lsp_client import Client
from test_server import RULES, about, simulate, write

if TYPE_CHECKING:
    from pathlib import Path

HOOKED = """\
import os, sys

noted = open(sys.argv.pop(1), "a", buffering=1)
home, project = sys.argv.pop(1), sys.argv.pop(1)
FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn",
             "os.startfile", "pty.", "socket.connect", "socket.bind", "socket.getaddrinfo",
             "socket.gethostby", "socket.sendto", "socket.sendmsg", "urllib.", "http.", "smtplib.",
             "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod",
             "shutil.", "os.putenv")
started = False

def hook(event, arguments):
    if not started:
        return
    if event.startswith(FORBIDDEN):
        noted.write(f"{event} {arguments!r}\\n")
    if event == "open" and isinstance(arguments[0], str):
        path, mode, flags = arguments
        path = os.path.abspath(path)
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        inside = path.startswith(project + "/")
        hidden = inside and "/." in path[len(project):]
        if writes or path.startswith(home) or hidden or (inside and path.endswith(".py")):
            noted.write(f"open {path} {mode} {flags}\\n")
    if event == "import" and arguments[1] and str(arguments[1]).startswith(project):
        noted.write(f"import {arguments!r}\\n")

sys.addaudithook(hook)
sys.dont_write_bytecode = True
from mmctl.cli.main import main
started = True
main(sys.argv[1:])
"""


def test_a_workspace_makes_the_server_run_ask_and_write_nothing(tmp_path: Path) -> None:
    home, noted = tmp_path / "home", tmp_path / "noted"
    folder = write(tmp_path / "work")
    for name, text in {
        ".aws/credentials": "[default]\naws_secret_access_key = secret\n",
        ".config/git/config": "[core]\n",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    for name, text in {
        ".git/config": "[core]\n\tfsmonitor = touch ran\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".env": "SECRET=1\n",
        "mmctl.py": "raise SystemExit('ran')\n",
        "sitecustomize.py": "raise SystemExit('ran')\n",
        "mmctl": "#!/bin/sh\ntouch ran\n",
        "rules/answers.yaml": (
            "version: 1\naddress_lists:\n  stolen: {members_file: ../.env}\n"
            "  far: {members_file: ../../home/.aws/credentials}\n"
        ),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    before = sorted(path for path in folder.rglob("*"))
    command = (
        *("env", f"HOME={home}", "PYTHONSAFEPATH=1", sys.executable, "-c", HOOKED),
        *(str(noted), str(home), str(folder)),
    )
    with Client(folder, python=command) as client:
        rules, cases = "rules/security.yaml", "cases/gateway.yaml"
        client.open(rules)
        client.shown(rules)
        client.open("rules/answers.yaml")
        client.shown("rules/answers.yaml")
        client.open(cases)
        client.shown(cases)
        client.edit(rules, RULES.replace('"@exarnple.example"', '"@examp1e.example"'))
        client.shown(rules)
        client.shown(rules)
        options = {"options": {"tabSize": 2, "insertSpaces": True}}
        client.request("textDocument/formatting", {**about(client, rules), **options})
        client.request("textDocument/completion", client.at(rules, 7, 10))
        client.request("textDocument/hover", client.at(rules, 7, 10))
        simulate(client, cases, None)
        client.close(rules)
    assert noted.read_text(encoding="utf-8") == ""
    assert sorted(path for path in folder.rglob("*")) == before
    said = str(client.problems)
    assert "SECRET" not in said
    assert "aws_secret_access_key" not in said


def test_the_hook_would_tell(tmp_path: Path) -> None:
    """The test above fails where something is run: its hook is tried with something that runs."""
    noted = tmp_path / "noted"
    code = HOOKED.replace("main(sys.argv[1:])", "os.system('true'); open(noted.name + '2', 'w')")
    command = [sys.executable, "-c", code, str(noted), "/nowhere", str(tmp_path)]
    subprocess.run(command, check=True)
    told = noted.read_text(encoding="utf-8")
    assert "os.system" in told
    assert "noted2" in told
