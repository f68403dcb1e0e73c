"""Commands by Systems Manager, against a client that answers as AWS's pages say."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mmctl.errors import CouldNot
from mmctl.live.aws.systems_manager import MachineCommands


def refused(operation: str, code: str) -> ClientError:
    """An error of the service."""
    answer: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(answer, operation)


class FakeClient:
    """Answers a command with what it is given, one after the other."""

    def __init__(self, *answers: Any, sending: Exception | None = None) -> None:
        self.answers = list(answers)
        self.sending = sending
        self.sent: list[dict[str, Any]] = []

    def send_command(self, **parameters: Any) -> dict[str, Any]:
        """Take a command."""
        self.sent.append(parameters)
        if self.sending is not None:
            raise self.sending
        return {"Command": {"CommandId": "c-1"}}

    def get_command_invocation(self, **parameters: Any) -> Any:
        """How far it is."""
        assert parameters == {"CommandId": "c-1", "InstanceId": "i-1"}
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def commands(client: FakeClient) -> tuple[MachineCommands, list[float]]:
    """Commands with a clock of their own."""
    slept: list[float] = []
    return MachineCommands(client, slept.append, lambda: sum(slept), seconds=60), slept


def test_the_output_of_a_command_is_waited_for() -> None:
    client = FakeClient(
        refused("GetCommandInvocation", "InvocationDoesNotExist"),
        {"Status": "Pending"},
        {"Status": "InProgress"},
        {"Status": "Success", "StandardOutputContent": "done\n"},
    )
    machine, slept = commands(client)
    assert machine.run("i-1", "echo done") == "done\n"
    assert len(slept) == 3
    (sent,) = client.sent
    assert sent["DocumentName"] == "AWS-RunShellScript"
    assert sent["Parameters"] == {"commands": ["echo done"], "executionTimeout": ["60"]}


def test_what_goes_wrong_is_told_with_what_to_do() -> None:
    failed = {"Status": "Failed", "StandardErrorContent": "first\nsha256sum: WARNING\n"}
    found = {}
    for name, client in (
        ("failed", FakeClient(failed)),
        ("timed out", FakeClient({"Status": "TimedOut"})),
        ("never", FakeClient({"Status": "InProgress"})),
        ("denied", FakeClient({}, sending=refused("SendCommand", "AccessDeniedException"))),
        ("asleep", FakeClient({}, sending=refused("SendCommand", "InvalidInstanceId"))),
        ("gone", FakeClient(refused("GetCommandInvocation", "AccessDeniedException"))),
    ):
        with pytest.raises(CouldNot) as error:
            commands(client)[0].run("i-1", "x")
        found[name] = error.value.message
        assert error.value.help
    assert found == {
        "failed": "the command on instance `i-1` ended as Failed: sha256sum: WARNING",
        "timed out": "the command on instance `i-1` ended as TimedOut",
        "never": "instance `i-1` has not answered within 60 seconds",
        "denied": "SendCommand: access to `i-1` is denied",
        "asleep": "instance `i-1` does not answer Systems Manager",
        "gone": "GetCommandInvocation: access to `i-1` is denied",
    }
