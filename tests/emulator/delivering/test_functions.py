"""Functions: a command takes the event and answers; whatever it does, mail goes on."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import MESSAGE, ROLE, archive, relay, rule
from emulator.delivering.test_relays import sink
from emulator.polling import until
from mmctl.emulator.delivering.commands import LARGEST_ANSWER
from mmctl.emulator.delivering.services import ServiceBusy, Services
from mmctl.emulator.delivering.settings import HowLong, Retries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:sorter"


def calls(**more: Any) -> Any:
    return {
        "InvokeLambda": {
            "FunctionArn": ARN,
            "InvocationType": "REQUEST_RESPONSE",
            "RoleArn": ROLE,
            **more,
        }
    }


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def rules(**more: Any) -> list[Any]:
    return [
        rule(calls(**more), {"Relay": {"Relay": "r-first"}}, name="ask"),
        rule({"Relay": {"Relay": "r-second"}}, name="then"),
    ]


RELAYS = [relay("first"), relay("second")]


def test_the_answer_of_a_command_decides(world: Make, tmp_path: Path) -> None:
    said = {
        '{"disposition": "CONTINUE"}': ["first", "second"],
        '{"disposition": "STOP_RULE"}': ["second"],
        '{"disposition": "stop_rule_set"}': [],
        "": ["first", "second"],
        "null": ["first", "second"],
        "no JSON": ["first", "second"],
        '{"disposition": "ELSEWHERE"}': ["first", "second"],
        "[" * 100_000: ["first", "second"],
    }
    for number, (answer, targets) in enumerate(said.items()):
        file = tmp_path / f"answer{number}"
        file.write_text(answer)
        command = python(f"import shutil; print(open({str(file)!r}).read(), end='')")
        office = world(rules(), RELAYS, functions={"sorter": command})
        office.root = tmp_path / f"mail{number}"
        office.carry()
        assert [each["target"] for each in office.events("delivered")] == targets, answer[:40]
        assert office.waiting() == []
        answers = office.events("judged")[-1]["answers"]
        if len(targets) < 2:
            assert answers == {ARN: json.loads(answer)["disposition"].lower()}


def test_a_command_gets_the_event_of_ses(world: Make, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    command = python(f"import sys; open({str(file)!r}, 'w').write(sys.stdin.read())")
    office = world(rules(), RELAYS, functions={"sorter": command})
    mail = office.carry(MESSAGE, "bob@example.com", "eve@example.com")
    (record,) = json.loads(file.read_text())["Records"]
    assert (record["eventSource"], record["eventVersion"]) == ("aws:ses", "1.0")
    told = record["ses"]["mail"]
    assert told["messageId"] == mail.id
    assert told["source"] == "ann@example.org"
    assert told["destination"] == ["bob@example.com", "eve@example.com"]
    assert told["headers"][0] == {"name": "From", "value": "Ann <ann@example.org>"}
    assert told["commonHeaders"] == {
        "returnPath": "ann@example.org",
        "from": ["Ann <ann@example.org>"],
        "to": ["bob@example.com"],
        "messageId": "<1@example.org>",
        "subject": "Hello",
    }
    receipt = record["ses"]["receipt"]
    assert receipt["recipients"] == ["bob@example.com", "eve@example.com"]
    assert receipt["spfVerdict"] == {"status": "PASS"}
    assert receipt["action"] == {
        "type": "Lambda",
        "functionArn": ARN,
        "invocationType": "RequestResponse",
    }
    assert "body" not in json.dumps(record)


def test_without_a_command_a_function_answers_continue(world: Make) -> None:
    office = world(rules(), RELAYS)
    office.carry()
    assert [each["target"] for each in office.events("delivered")] == ["first", "second"]
    assert office.events("action")[0]["detail"] == "nothing is called: no `--lambda sorter=COMMAND`"


def test_what_a_client_stated_is_the_answer_and_nothing_is_called(
    world: Make, tmp_path: Path
) -> None:
    file = tmp_path / "called"
    command = python(f"open({str(file)!r}, 'w')")
    office = world(rules(), RELAYS, functions={"sorter": command})
    office.carry(answers={"sorter": "stop_rule"})
    assert [each["target"] for each in office.events("delivered")] == ["second"]
    assert not file.exists()


BAD = {
    "ends with 3": ("import sys; print('why not', file=sys.stderr); sys.exit(3)", "3: why not"),
    "prints without an end": ("while True: print('x' * 65536)", f"{LARGEST_ANSWER} bytes"),
    "never ends": ("import time; time.sleep(60)", "did not end in time"),
    "closes and stays": (
        "import os, time; os.close(1); os.close(2); time.sleep(60)",
        "did not end in time",
    ),
    "leaves a child behind": (
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
        "did not end in time",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_command_fails_the_action_and_mail_goes_on(name: str, world: Make) -> None:
    code, why = BAD[name]
    patience = HowLong(function=0.5 if "end in time" in why else 120.0)
    office = world(rules(), RELAYS, functions={"sorter": python(code)}, patience=patience)
    office.carry()
    failed = office.events("action")[0]
    assert failed["status"] == "FAILURE"
    assert why in failed["detail"]
    assert [each["target"] for each in office.events("delivered")] == ["first", "second"]


def test_a_missing_command_fails_the_action(world: Make) -> None:
    office = world(rules(), RELAYS, functions={"sorter": ("/no/such/command",)})
    office.carry()
    failed = office.events("action")[0]
    assert failed["detail"] == "cannot start `/no/such/command`: no such file or directory"


def test_on_failure_drop_is_honored_after_the_minutes_of_the_rule(
    world: Make, tmp_path: Path
) -> None:
    file = tmp_path / "count"
    command = python(f"open({str(file)!r}, 'a').write('x'); 1 / 0")
    policy = {"ActionFailurePolicy": "DROP", "RetryTimeMinutes": 10}
    office = world(rules(**policy), RELAYS, functions={"sorter": command})
    with office.open() as post:
        post.take(office.accept(), office.configuration)
        until(lambda: file.exists() and len(file.read_text()) > 2)
        assert office.events("action") == []
        office.later = timedelta(minutes=11)
        until(lambda: not office.waiting())
    assert office.events("judged")[-1]["recipients"][0]["outcome"] == "dropped"
    assert office.events("delivered") == []
    assert [each["tries"] for each in office.events("waiting")][:2] == [1, 2]


def test_a_slow_function_holds_up_no_other_mail(world: Make) -> None:
    import threading  # noqa: PLC0415

    released = threading.Event()

    def invoke(function_arn: str, event: bytes, *, waits: bool) -> bytes:
        del function_arn, event, waits
        assert released.wait(120)
        return b"{}"

    to_sorter = rule(calls(), name="ask", Conditions=[subject("slow")])
    office = world(
        [to_sorter, rule({"Archive": {"TargetArchive": "vault"}})],
        archives=[archive()],
        services=Services(invoke=invoke),
    )
    with office.open() as post:
        slow = office.accept(MESSAGE.replace(b"Hello", b"slow"))
        post.take(slow, office.configuration)
        for _ in range(20):
            post.take(office.accept(), office.configuration)
        until(lambda: len(office.waiting()) == 1)
        assert office.waiting() == [f"{slow.id}.json"]
        released.set()
        until(lambda: not office.waiting())


def subject(text: str) -> Any:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "EQUALS",
            "Values": [text],
        }
    }


def test_an_event_is_called_at_least_once_and_nobody_waits(world: Make, tmp_path: Path) -> None:
    calls_so_far: list[tuple[str, bytes, bool]] = []

    def invoke(function_arn: str, event: bytes, *, waits: bool) -> bytes:
        calls_so_far.append((function_arn, event, waits))
        if len(calls_so_far) < 3:
            raise ServiceBusy("try later")
        return b""

    del tmp_path
    office = world(
        rules(InvocationType="EVENT", RetryTimeMinutes=5),
        RELAYS,
        services=Services(invoke=invoke),
        retries=Retries(first=0.05, most=0.1),
    )
    with office.open() as post:
        post.take(office.accept(), office.configuration)
        until(lambda: not office.waiting())
    assert [(arn, waits) for arn, _, waits in calls_so_far] == [(ARN, False)] * 3
    assert json.loads(calls_so_far[0][1])["Records"][0]["ses"]["receipt"]["action"] == {
        "type": "Lambda",
        "functionArn": ARN,
        "invocationType": "Event",
    }
    assert [each["target"] for each in office.events("delivered")] == ["first", "second", "sorter"]
    assert office.files("outgoing") == []


def test_an_event_that_fails_for_too_long_is_given_up(world: Make) -> None:
    office = world(rules(InvocationType="EVENT"), RELAYS, functions={"sorter": python("1/0")})
    office.carry()
    (failed,) = office.events("failed")
    assert (failed["target"], failed["host"]) == ("sorter", "function")
    assert office.events("report") == [], "the sender is not concerned"
    assert office.waiting() == []


def test_a_function_that_takes_hours_does_not_hold_back_what_was_relayed_before(
    world: Make,
) -> None:
    def invoke(function_arn: str, event: bytes, *, waits: bool) -> bytes:
        raise ServiceBusy(f"{function_arn[-6:]} {len(event) > 0} {waits}")

    with sink() as (taken, port):
        office = world(
            [rule({"Relay": {"Relay": "r-first"}}), rule(calls(RetryTimeMinutes=60), name="ask")],
            [relay("first", "127.0.0.1", port)],
            services=Services(invoke=invoke),
            retries=Retries(first=3600),
        )
        mail = office.carry()
    assert len(taken.mail) == 1
    assert office.waiting() == [f"{mail.id}.json"]
    entry = json.loads(office.content(f"queue/{mail.id}.json"))
    assert entry["delivering"]["letters"] == []
    office.later = timedelta(hours=2)
    office.resume()
    assert len(taken.mail) == 1
    assert [each["status"] for each in office.events("action")][-1] == "FAILURE"
    assert office.waiting() == []


def test_the_service_log_has_what_was_done_before_a_function_made_mail_wait(
    world: Make, tmp_path: Path
) -> None:
    file = tmp_path / "up"
    command = python(f"print(open({str(file)!r}).read())")
    first = rule({"Archive": {"TargetArchive": "gone"}}, {"Relay": {"Relay": "r-first"}})
    asks = rule(calls(RetryTimeMinutes=60))
    office = world(
        [first, asks],
        RELAYS,
        functions={"sorter": command},
    )
    with office.open() as post:
        post.take(office.accept(), office.configuration)
        until(lambda: bool(office.events("waiting")))
        file.write_text("{}")
        until(lambda: not office.waiting())
    lines = office.content("logs/rule-set-application.jsonl").splitlines()
    told = [
        (each["rule_index"], each["action_metadata"]["action_status"])
        for each in map(json.loads, lines)
    ]
    assert told == [(1, "FAILURE"), (1, "SUCCESS"), (2, "SUCCESS")]
