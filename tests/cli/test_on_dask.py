"""Batches on a Dask cluster: the same results as alone, also where a worker is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

GATEWAY = Path(__file__).parent / "gateway"
FACTS = ("--tls", "TLS1_3", "--ip", "203.0.113.9")
SMALL_BATCHES = """
import os, signal, sys
from mmctl.cli.messages import manifest, result_folder
from mmctl.cli.main import main
manifest.STORED_BATCH = 4
keep = result_folder.ResultFolder.keep
def killing(self, manifest, batch, *more):
    if batch.number == 1 and os.environ.get("KILL"):
        os.kill(int(os.environ["KILL"]), signal.SIGKILL)
    keep(self, manifest, batch, *more)
result_folder.ResultFolder.keep = killing
main(sys.argv[1:])
"""


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small gateway and 120 messages."""
    monkeypatch.chdir(shutil.copytree(GATEWAY, tmp_path / "gateway"))
    Path("mail").mkdir()
    for number in range(120):
        sender = ("ceo@examp1e.example", "ann@example.org")[number % 2]
        Path(f"mail/{number:03}.eml").write_text(
            f"Return-Path: <{sender}>\nDelivered-To: cfo@example.com\nFrom: {sender}\n\n",
            encoding="utf-8",
        )
    return tmp_path


def mmctl(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SMALL_BATCHES, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **environment},
    )


@contextmanager
def cluster(
    folder: Path, workers: int, code: str = ""
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers on loopback: its address, and the workers.

    `code` runs in each worker before it starts.
    """
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    starts = f"{code}\nimport sys\nfrom distributed.cli import {{0}}\n{{0}}.main()"
    base = ["--scheduler-file", str(told), "--host", "127.0.0.1", "--no-dashboard"]
    ways = [("dask_scheduler", ["--port", "0"])]
    ways += workers * [("dask_worker", ["--no-nanny", "--nthreads", "2"])]
    # Workers are not in the folder of the gateway: names that are relative have to be found.
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", starts.format(name), *base, *more],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, more in ways
    ]
    try:
        yield address(told, processes[0]), processes[1:]
    finally:
        for each in processes:
            each.kill()
        for each in processes:
            each.wait()


def address(told: Path, scheduler: subprocess.Popen[bytes]) -> str:
    while scheduler.poll() is None:
        if told.exists() and (text := told.read_text(encoding="utf-8")).endswith("}"):
            return str(json.loads(text)["address"])
    raise AssertionError("the scheduler ended")


def files(folder: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_results_of_a_cluster_are_complete_and_equal(folder: Path) -> None:
    alone = mmctl("simulate", "mail", *FACTS, "--results", "alone")
    assert alone.returncode == 0, alone.stderr
    with cluster(folder, 2) as (at, workers):
        words = ("simulate", "mail", *FACTS, "--engine", "dask", "--scheduler", at)
        there = mmctl(*words, "--results", "there")
        assert (there.returncode, there.stdout) == (0, alone.stdout), there.stderr
        assert files("there") == files("alone")

        killed = mmctl(*words, "--results", "killed", KILL=str(workers[0].pid))
        assert (killed.returncode, killed.stdout) == (0, alone.stdout), killed.stderr
        assert files("killed") == files("alone")
        assert workers[0].poll() == -signal.SIGKILL
        assert workers[1].poll() is None


def test_workers_read_their_messages_of_a_bucket_themselves(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="gateway-mail")
        for path in Path("mail").iterdir():
            client.put_object(Bucket="gateway-mail", Key=path.name, Body=path.read_bytes())
        alone = mmctl("simulate", "s3://gateway-mail/", *FACTS, "--results", "alone")
        assert alone.returncode == 0, alone.stderr
        with cluster(folder, 2) as (at, _):
            words = ("simulate", "s3://gateway-mail/", *FACTS, "--engine", "dask")
            there = mmctl(*words, "--scheduler", at, "--results", "there")
        assert (there.returncode, there.stdout) == (0, alone.stdout), there.stderr
        assert files("there") == files("alone")
    finally:
        server.stop()


OTHER_VERSION = "from importlib import metadata\nmetadata.version = lambda name: '9.9.9'"
BLIND = """
import genericpath
exists = genericpath.exists
genericpath.exists = lambda path: "mail" not in str(path) and exists(path)
"""


def test_what_a_cluster_cannot_do_is_said_in_time(folder: Path) -> None:
    words = ("simulate", "mail", *FACTS, "--results", "out", "--engine", "dask", "--scheduler")
    nobody = mmctl(*words, "tcp://127.0.0.1:9")
    assert nobody.returncode == 5
    assert "no Dask scheduler answers at `tcp://127.0.0.1:9`" in nobody.stderr
    said = {
        (0, ""): (5, "has no workers"),
        (1, OTHER_VERSION): (64, "has mmctl 9.9.9, and this is mmctl"),
        (1, BLIND): (64, f"does not see `{Path('mail').resolve()}`"),
    }
    wrong = {}
    for (workers, code), (exit_code, expected) in said.items():
        shutil.rmtree("out", ignore_errors=True)
        with cluster(folder, workers, code) as (at, _):
            ran = mmctl(*words, at)
        if ran.returncode != exit_code or expected not in ran.stderr or ran.stdout:
            wrong[workers, code] = (ran.returncode, ran.stdout, ran.stderr)
    assert wrong == {}
