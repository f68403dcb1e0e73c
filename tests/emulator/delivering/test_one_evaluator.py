"""What the office does is what the evaluator says, for gateways of every kind."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from generated import FUNCTION, gateway_of, submission_of

from emulator.delivering.post_world import MESSAGE, archive, configured, relay
from emulator.polling import until
from mmctl.emulator.delivering.services import Services
from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.delivering.post_world import World
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace

    Make = Callable[..., World]

ROUNDS = 150


def submitted(random: Random) -> Submission:
    """A message whose envelope is known, as SMTP knows it."""
    found = submission_of(random, few_facts=False)
    recipients = found.envelope.recipients[:20] or ("bob@example.com",)
    sender = found.envelope.mail_from or ""
    envelope = replace(found.envelope, recipients=recipients, mail_from=sender)
    return replace(found, envelope=envelope)


def judged_again(gateway: Gateway, submission: Submission, last: Any) -> Trace:
    """The judgment with what the journal says of answers and failures."""
    answers = {name: LambdaAnswer(each) for name, each in last["answers"].items()}
    scenario = Scenario(
        answers={FUNCTION: LambdaAnswer.CONTINUE, **answers}, failing=frozenset(last["failing"])
    )
    return judge(gateway, submission, scenario, assume_pass=True)


def test_every_action_of_the_judgment_is_done_and_no_other(world: Make) -> None:
    random = Random(14)  # noqa: S311 - a test
    said: list[LambdaAnswer] = []

    def invoke(function_arn: str, event: bytes, *, waits: bool) -> bytes:
        del waits
        assert function_arn == FUNCTION
        assert json.loads(event)["Records"]
        return json.dumps({"disposition": said[-1].upper()}).encode()

    office = world([], services=Services(invoke=invoke))
    rounds: dict[str, tuple[Gateway, Submission]] = {}
    with office.open() as post:
        for number in range(ROUNDS):
            said.append(random.choice(tuple(LambdaAnswer)))
            names = random.choice((("exchange",), ("exchange", "legacy"), ()))
            kept = configured(
                [],
                [{**relay(name), "RelayId": name} for name in names],
                [archive()] if random.random() < 0.6 else [],
            )
            rules = gateway_of(random, random.randint(1, 8), entangled=random.random() < 0.6)
            gateway = replace(rules, policy=None)
            submission = submitted(random)
            accepted = office.accept(
                MESSAGE,
                envelope=submission.envelope,
                session=submission.session,
                verdicts=submission.facts,
                gateway=f"{number:032x}",
            )
            post.take(accepted, replace(kept, gateway=gateway), submission)
            until(post.is_idle)
            rounds[accepted.id] = (gateway, submission)
    assert office.troubles == []
    assert office.waiting() == []
    events: dict[str, list[Any]] = {}
    for each in office.events():
        events.setdefault(each["id"], []).append(each)
    compared: list[Any] = []
    for message_id, (gateway, submission) in rounds.items():
        last = [each for each in events[message_id] if each["event"] == "judged"][-1]
        trace = judged_again(gateway, submission, last)
        if trace.missing:
            continue  # what the office takes for such facts is its own choice
        ends = [(each.recipient, each.outcome) for each in trace.recipients]
        assert [(each["recipient"], each["outcome"]) for each in last["recipients"]] == ends
        expected = sorted(
            (each.index + 1, int(each.path[-1]) + 1, list(each.recipients), each.failed)
            for each in trace.performed
        )
        done = {
            json.dumps([each["rule_index"], each["action_index"], each["recipients"]]): (
                each["rule_index"],
                each["action_index"],
                each["recipients"],
                each["status"] == "FAILURE",
            )
            for each in events[message_id]
            if each["event"] == "action"
        }
        assert sorted(done.values()) == expected, message_id
        compared.append(last)
    assert len(compared) > ROUNDS / 2
    assert sum(bool(last["failing"]) for last in compared) > ROUNDS / 15
    assert sum("stop" in str(last["answers"]) for last in compared) > 0
