"""The world of a pipeline on one machine: three accounts of the embedded Mail Manager.

The repository is a git folder, S3 is moto's, and each job runs in a clone of its own, as on a CI
server: what one job leaves on its disk, no other has.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
from moto.server import ThreadedMotoServer

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping

GIT: Final = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
BUCKET: Final = "acme-mmctl"
ENVIRONMENTS: Final = """\
  test:
    account: "111122223333"
    region: us-east-1
    snapshots: s3://acme-mmctl/test
  staging:
    account: "222233334444"
    region: us-east-1
    after: test
    snapshots: s3://acme-mmctl/staging
    stack: {mail_server: {domains: [example.com], relay_networks: [192.0.2.0/24]}}
  prod:
    account: "444455556666"
    region: us-east-1
    role_arn: arn:aws:iam::444455556666:role/people
    protected: true
    after: {environment: staging, min_cases: 2}
    snapshots: s3://acme-mmctl/prod
"""
ACCOUNTS: Final = {"test": "111122223333", "staging": "222233334444", "prod": "444455556666"}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


class PipelineWorld:
    """A repository with a pipeline, and what its jobs reach."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.origin = folder / "origin"
        self.jobs = 0
        self._ends = ExitStack()
        assert exit_code(["init", str(self.origin), "--install-from", "mmctl"]) == 0
        project = self.origin / "mmctl.yaml"
        text = project.read_text()
        start = text.index("  # prod:")
        end = text.index("default_environment")
        project.write_text(text[:start] + ENVIRONMENTS + text[end:])
        (self.origin / ".github/workflows/mail-rules.yaml").unlink()
        words = ["init", "--ci", server, "--install-from", "mmctl"]
        assert exit_code(["-C", str(self.origin), *words]) == 0

    def __enter__(self) -> Self:
        moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        moto.start()
        self._ends.callback(moto.stop)
        host, port = moto.get_host_and_port()
        self.s3 = f"http://{host}:{port}"
        s3 = boto3.client(
            "s3",
            endpoint_url=self.s3,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        s3.create_bucket(Bucket=BUCKET)
        # What another server of this process has stored is this one's too.
        for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            s3.delete_object(Bucket=BUCKET, Key=each["Key"])
        self._emulate()
        project = self.origin / "mmctl.yaml"
        # The pipeline is that of AWS; here its environments are on this machine.
        text = project.read_text()
        for account in ACCOUNTS.values():
            before = f'    account: "{account}"\n'
            text = text.replace(before, f"    endpoint: {self.api}\n{before}")
        project.write_text(text)
        git(self.origin, "init", "-q", "-b", "main")
        git(self.origin, "add", "-A")
        git(self.origin, "commit", "-qm", "first")
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _emulate(self) -> None:
        home = self.folder / "emulated"
        home.mkdir()
        log = home / "log"
        words = ("--state", "state.db", "--data", "mail", "--api-port", "0", "--smtp-port", "0")
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "mmctl", "emulate", *words, "--accept-facts"],
                cwd=home,
                stdout=out,
                stderr=out,
                env={**os.environ, "COLUMNS": "200"},
            )
        self._ends.callback(process.wait, 30)
        self._ends.callback(process.terminate)
        self.mail = home / "mail"
        until = time.monotonic() + 120
        while not (found := re.search(r"http://127\.0\.0\.1:[0-9]+", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        self.api = found[0]

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the main branch, and commit it."""
        file = self.origin / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        git(self.origin, "commit", "-qam", "change")

    def pull_request(self, path: str, old: str, new: str) -> str:
        """A branch with a change, merged into main as CI servers do it: the name of the merge."""
        git(self.origin, "checkout", "-q", "-B", "topic", "main")
        self.change(path, old, new)
        git(self.origin, "checkout", "-q", "-B", "merged", "main")
        git(self.origin, "merge", "-q", "--no-ff", "--no-edit", "topic")
        git(self.origin, "checkout", "-q", "main")
        return "merged"

    def mail_manager(self, environment: str) -> Any:
        """A client of the service in the account of an environment."""
        return boto3.client(
            "mailmanager",
            endpoint_url=self.api,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNTS[environment],
            aws_secret_access_key="any",
        )

    def live_rules(self, environment: str) -> list[dict[str, Any]]:
        """The rules of the only rule set."""
        client = self.mail_manager(environment)
        (one,) = client.list_rule_sets()["RuleSets"]
        found: list[dict[str, Any]] = client.get_rule_set(RuleSetId=one["RuleSetId"])["Rules"]
        return found

    def put_rules(self, environment: str, rules: list[dict[str, Any]]) -> None:
        """Change the only rule set by hand."""
        client = self.mail_manager(environment)
        (one,) = client.list_rule_sets()["RuleSets"]
        client.update_rule_set(RuleSetId=one["RuleSetId"], Rules=rules)

    def clone(self, branch: str, depth: int) -> Path:
        """A new folder with the last commits of a branch, as a job gets it."""
        self.jobs += 1
        there = self.folder / f"job-{self.jobs}"
        where = self.origin.as_uri()
        git(self.folder, "clone", "-q", f"--depth={depth}", "-b", branch, where, there.name)
        (there / ".mmctl").mkdir()
        (there / ".mmctl/mail").symlink_to(self.mail)
        return there

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The variables that a step of a job sees."""
        kept = ("LANG", "TMPDIR", "PYTHONPATH", "COVERAGE_PROCESS_START")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PATH": f"{Path(sys.executable).parent}:{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home),
            "AWS_ENDPOINT_URL_S3": self.s3,
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }


def sign_in(home: Path, environment: str) -> None:
    """Give a profile its credentials: at the embedded service, the key is the account."""
    folder = home / ".aws"
    folder.mkdir(exist_ok=True)
    with (folder / "config").open("a") as file:
        file.write(
            f"[profile {environment}]\nregion = us-east-1\n"
            f"aws_access_key_id = {ACCOUNTS[environment]}\naws_secret_access_key = any\n"
        )


def bash(
    script: str, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """One step, run as CI servers run it."""
    return subprocess.run(
        ["/bin/bash", "-e", "-c", script],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


FAKE_GH: Final = '''\
#!{python}
"""GitHub's command, as far as a comment takes it: comments are kept in a file."""
import json, pathlib, sys
store = pathlib.Path({store!r})
comments = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
named = [word.partition("@")[2] for word in words if word.startswith("body=@")]
body = pathlib.Path(named[0]).read_text() if named else None
if "PATCH" in words:
    url = next(w for w in words if w.startswith("repos/"))
    for each in comments:
        if each["id"] == int(url.rpartition("/")[2]):
            each.update(body=body, edits=each["edits"] + 1)
elif "POST" in words:
    comments.append(dict(id=len(comments) + 1, body=body, edits=0))
else:
    import os
    print("\\n".join(str(c["id"]) for c in comments if c["body"].startswith(os.environ["MARKER"])))
store.write_text(json.dumps(comments))
'''


def with_gh(world: PipelineWorld) -> Path:
    """A `gh` on the PATH of jobs; the file that it keeps comments in."""
    store = world.folder / "comments.json"
    tool = world.folder / "bin" / "gh"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(FAKE_GH.format(python=sys.executable, store=str(store)))
    tool.chmod(0o755)
    return store


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())
