"""`mmctl emulate` with its options about deliveries, as a person runs it."""

from __future__ import annotations

import json
import smtplib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import ROLE
from emulator.delivering.test_killed import configure, server
from emulator.delivering.test_relays import sink
from emulator.polling import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:sorter"
SORTER = """\
import json, sys
mail = json.load(sys.stdin)["Records"][0]["ses"]["mail"]
stops = mail["commonHeaders"]["subject"] == "stop"
print(json.dumps({"disposition": "STOP_RULE_SET" if stops else "CONTINUE"}))
"""


def test_a_command_sorts_and_a_server_gets_the_rest(tmp_path: Path) -> None:
    (tmp_path / "sorter.py").write_text(SORTER)
    asks: Any = {
        "InvokeLambda": {
            "FunctionArn": FUNCTION,
            "InvocationType": "REQUEST_RESPONSE",
            "RoleArn": ROLE,
        }
    }
    with (
        sink() as (taken, port),
        server(
            tmp_path,
            *("--deliver", f"exchange=127.0.0.1:{port}"),
            *("--lambda", f"sorter={sys.executable} sorter.py"),
        ) as running,
    ):
        assert f"deliver exchange to 127.0.0.1:{port}\n" in running.said
        assert f"lambda sorter runs {sys.executable} sorter.py\n" in running.said
        configure(running.url, asks)
        with smtplib.SMTP("127.0.0.1", running.port(), timeout=120) as client:
            for subject in ("stop", "go"):
                text = f"Subject: {subject}\r\n\r\n{subject}\r\n"
                client.sendmail("ann@example.org", ["bob@example.com"], text)
        until(lambda: not list((running.data / "queue").glob("*.json")), 30)
    assert running.process.returncode == 0
    ((_, recipients, content),) = taken.mail
    assert recipients == ["bob@example.com"]
    assert content.endswith(b"Subject: go\r\n\r\ngo\r\n")
    events = [json.loads(line) for line in (running.data / "events.jsonl").read_text().splitlines()]
    ends: dict[str, list[str]] = {}
    for each in events:
        if each["event"] == "judged":
            ends.setdefault(each["id"], []).append(each["recipients"][0]["outcome"])
            answers = each["answers"] or {}
            assert answers in ({}, {FUNCTION: "stop_rule_set"})
    assert sorted(ends.values()) == [["delivered"], ["delivered", "lost"]]
    hosts = [each["host"] for each in events if each["event"] == "delivered"]
    assert hosts == [f"127.0.0.1:{port}"]
