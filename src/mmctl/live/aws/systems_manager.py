"""Commands on machines in AWS, by Systems Manager: sent, waited for, their output read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, unreadable, writing
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

_DOCUMENT: Final = "AWS-RunShellScript"
_WAITS: Final = frozenset({"Pending", "InProgress", "Delayed"})
_POLL_SECONDS: Final = 1.0
_NOT_YET: Final = "InvocationDoesNotExist"
"""What is answered until the machine has heard of a command."""
_GRACE_SECONDS: Final = 30
"""Seconds that Systems Manager needs beside the command itself."""
_SHOWN: Final = 600
_DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied"})
_ACTIONS: Final = {
    "SendCommand": "ssm:SendCommand",
    "GetCommandInvocation": "ssm:GetCommandInvocation",
}
_ERRORS: Final = {
    "InvalidInstanceId": (
        "instance `{instance}` does not answer Systems Manager",
        "it starts for some minutes; then look at it: mmctl staging status",
    ),
}


class MachineCommands:
    """Runs commands on machines of one account and region.

    `sleep` waits some seconds, `elapsed` tells the seconds since some moment.
    """

    def __init__(
        self,
        client: Any,
        sleep: Callable[[float], None],
        elapsed: Callable[[], float],
        *,
        seconds: int = 120,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._elapsed = elapsed
        self._seconds = seconds

    def run(self, instance: str, command: str) -> str:
        """The output of a shell command.

        Raises:
            CouldNot: it could not be run, failed, or took too long.
        """
        id_ = self._send(instance, command)
        until = self._elapsed() + self._seconds + _GRACE_SECONDS
        while self._elapsed() < until:
            found = self._invocation(instance, id_)
            status = "Pending" if found is None else str(found.get("Status"))
            if found is not None and status not in _WAITS:
                return _output(instance, status, found)
            self._sleep(_POLL_SECONDS)
        raise CouldNot(
            f"instance `{instance}` has not answered within {self._seconds} seconds",
            help="look at it: mmctl staging status",
        )

    def _send(self, instance: str, command: str) -> str:
        try:
            with writing("SendCommand"):
                answer = self._client.send_command(
                    InstanceIds=[instance],
                    DocumentName=_DOCUMENT,
                    Parameters={"commands": [command], "executionTimeout": [str(self._seconds)]},
                    TimeoutSeconds=60,
                )
        except ServiceAnswer as answered:
            raise _could_not(answered, instance) from answered
        except OutcomeUnknown as unknown:
            raise CouldNot(
                f"{unknown.operation}: {unknown.message}",
                help="what it does can be done twice: try again",
            ) from unknown
        return str(answer["Command"]["CommandId"])

    def _invocation(self, instance: str, id_: str) -> Any:
        try:
            with reading("GetCommandInvocation"):
                return self._client.get_command_invocation(CommandId=id_, InstanceId=instance)
        except ServiceAnswer as answered:
            if answered.code == _NOT_YET:
                return None
            raise _could_not(answered, instance) from answered


def _output(instance: str, status: str, found: Any) -> str:
    output = str(found.get("StandardOutputContent") or "")
    if status == "Success":
        return output
    said = str(found.get("StandardErrorContent") or output).strip().splitlines()
    why = f": {said[-1][:_SHOWN]}" if said else ""
    raise CouldNot(
        f"the command on instance `{instance}` ended as {status}{why}",
        help="look at the machine: mmctl staging status",
    )


def _could_not(answered: ServiceAnswer, instance: str) -> CouldNot:
    if answered.code in _ERRORS:
        message, advice = _ERRORS[answered.code]
        return CouldNot(message.format(instance=instance), help=advice)
    if answered.code in _DENIED:
        action = _ACTIONS[answered.operation]
        return CouldNot(
            f"{answered.operation}: access to `{instance}` is denied",
            help=f"allow {action}, or check `profile:` and `role_arn:` of the environment",
        )
    return unreadable(answered)
