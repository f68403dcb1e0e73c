"""The action `invoke_lambda`: a command that the command line names, or an endpoint on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.commands import CommandFails, run_command
from mmctl.emulator.delivering.deed import DoneDeed, NotNow
from mmctl.emulator.delivering.files import put_file
from mmctl.emulator.delivering.letters import Letter, LetterKind
from mmctl.emulator.delivering.services import ServiceBusy, ServiceFails
from mmctl.emulator.delivering.ses_event import function_event
from mmctl.emulator.journal import instant
from mmctl.judge.actions import names_target
from mmctl.judge.submission import LambdaAnswer
from mmctl.model.enums import LambdaInvocationType

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import InvokeLambdaAction

EVENTS: Final = "outgoing"
"""The folder of what still waits for a function, or is no message as received."""
_INVOCATIONS: Final = {
    LambdaInvocationType.EVENT: "Event",
    LambdaInvocationType.REQUEST_RESPONSE: "RequestResponse",
}


def is_called(arn: str, means: DeliveryMeans) -> bool:
    """Whether there is anything to call for a function."""
    return command_of(arn, means) is not None or means.services.invoke is not None


def command_of(arn: str, means: DeliveryMeans) -> tuple[str, ...] | None:
    """The command that the command line names for a function."""
    for name, command in means.settings.functions.items():
        if names_target(name, arn):
            return command
    return None


def function_lane(deed: Deed, action: InvokeLambdaAction, means: DeliveryMeans) -> str | None:
    """Who could keep others waiting; None: nobody, because no answer is waited for."""
    arn = action.function_arn
    waits = action.invocation_type is LambdaInvocationType.REQUEST_RESPONSE
    called = waits and _stated(deed, arn) is None and is_called(arn, means)
    return f"function {arn}" if called else None


def invoke_lambda(deed: Deed, action: InvokeLambdaAction, means: DeliveryMeans) -> DoneDeed:
    """Call the function, or put the call into the queue if nobody waits for its answer.

    Raises:
        NotNow: it failed; `retry_time_minutes` says how long to try.
        OSError: the event cannot be written.
    """
    arn = action.function_arn
    name = arn.rpartition(":")[2]
    stated = _stated(deed, arn)
    if stated is not None:
        return DoneDeed(
            target=name, detail=f"answered {stated}, as the client stated", answer=stated
        )
    if not is_called(arn, means):
        nobody = f"nothing is called: no `--lambda {name}=COMMAND`"
        waits = action.invocation_type is LambdaInvocationType.REQUEST_RESPONSE
        answer = LambdaAnswer.CONTINUE if waits else None
        return DoneDeed(target=name, detail=nobody, answer=answer)
    event = function_event(deed, arn, _INVOCATIONS[action.invocation_type])
    if action.invocation_type is LambdaInvocationType.EVENT:
        return _posted(deed, action, means, event)
    answer, said = _answer_of(call(arn, event, means, waits=True))
    return DoneDeed(target=name, detail=said, answer=answer)


def call(arn: str, event: bytes, means: DeliveryMeans, *, waits: bool) -> bytes:
    """Call a function, and return what it answers.

    Raises:
        NotNow: it failed.
    """
    command = command_of(arn, means)
    try:
        if command is not None:
            return run_command(command, event, means.settings.patience.function)
        if means.services.invoke is not None:
            return means.services.invoke(arn, event, waits=waits)
    except (CommandFails, ServiceFails, ServiceBusy) as error:
        raise NotNow(str(error)) from None
    raise NotNow("there is nothing to call")


def _stated(deed: Deed, arn: str) -> LambdaAnswer | None:
    for name, answer in deed.accepted.answers.items():
        if names_target(name, arn):
            return LambdaAnswer(answer)
    return None


def _posted(deed: Deed, action: InvokeLambdaAction, means: DeliveryMeans, event: bytes) -> DoneDeed:
    file = f"{EVENTS}/{deed.accepted.id}.{deed.key}.json"
    put_file(means.folder.root, file, event)
    letter = Letter(
        key=deed.key,
        kind=LetterKind.EVENT,
        target=action.function_arn,
        recipients=deed.performed.recipients,
        file=file,
        rule_index=deed.performed.index,
        action_index=deed.action_index - 1,
        minutes=action.retry_time_minutes or 0,
        since=instant(means.clock()),
    )
    name = action.function_arn.rpartition(":")[2]
    return DoneDeed(target=name, detail="nobody waits for the answer", letter=letter)


def _answer_of(said: bytes) -> tuple[LambdaAnswer, str]:
    """The disposition in an answer; CONTINUE if it says none that the service knows."""
    try:
        document = json.loads(said) if said.strip() else {}
    except (ValueError, RecursionError):
        return LambdaAnswer.CONTINUE, "answered no JSON, which counts as continue"
    word = document.get("disposition") if isinstance(document, dict) else None
    if word is None:
        return LambdaAnswer.CONTINUE, "answered no disposition, which counts as continue"
    try:
        answer = LambdaAnswer(str(word).lower())
    except ValueError:
        return LambdaAnswer.CONTINUE, "answered an unknown disposition, which counts as continue"
    return answer, f"answered {answer}"
