"""What became of a message that an embedded endpoint took, and what the project's files say.

Values and their comparison; who reads the endpoint's events hands them in as documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import (
    LambdaAnswer,
    Scenario,
    Submission,
    gateway_of_ingress_point,
)
from mmctl.language.project import Outcome
from mmctl.mail.facts import envelope_of, facts_of, session_of
from mmctl.mail.reader import read_received
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project
    from mmctl.mail.email import Facts

Event = dict[str, Any]
"""One line of the endpoint's events."""
FINISHED: Final = "finished"
JUDGED: Final = "judged"
_PERFORMED: Final = frozenset({"action", "delivered", "waiting", "failed", "report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientBecame:
    """How it ended for one recipient."""

    recipient: str
    outcome: str
    by: str | None
    rules: tuple[str, ...]
    live: tuple[str, ...] = ()
    """The live rules among them that hold several, where rules of the files are named for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that the endpoint did with the message."""

    what: str
    """`archive vault`, `relay exchange`; of a delivery its target, of a report its reader."""
    status: str
    recipients: tuple[str, ...]
    where: str | None
    """The file below the data folder, or the host with its reply and the next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one message."""

    recipients: tuple[RecipientBecame, ...] = ()
    """Empty: it was not judged in time."""
    done: tuple[Done, ...] = ()
    finished: bool = False
    assumed: tuple[str, ...] = ()
    """Facts that nobody stated, and what the endpoint assumed: `spf=PASS`."""
    simulated: tuple[RecipientBecame, ...] | None = None
    """What `simulate` says by the project's files; None: there is no project to ask."""

    @property
    def differing(self) -> tuple[RecipientBecame, ...]:
        """What `simulate` says, for the recipients for whom it says something else."""
        if self.simulated is None:
            return ()
        got = {each.recipient.lower(): each for each in self.recipients}
        return tuple(
            each
            for each in self.simulated
            if each.recipient.lower() in got and not _same(each, got[each.recipient.lower()])
        )


def _same(simulated: RecipientBecame, got: RecipientBecame) -> bool:
    """Whether it ended alike; where live rules hold several, their order is not that of files."""
    if not got.live:
        return (simulated.outcome, simulated.rules) == (got.outcome, got.rules)
    outcomes = simulated.outcome, got.outcome
    dropped_instead = outcomes == (Outcome.REFUSED, Outcome.DROPPED)
    alike = outcomes[0] == outcomes[1] or dropped_instead
    return alike and set(simulated.rules) == set(got.rules)


def in_rules_of_files(
    became: Became, simulated: tuple[RecipientBecame, ...], held: Mapping[str, tuple[str, ...]]
) -> Became:
    """What became of a message beside what `simulate` says, in names of the files.

    `held`: the rules that each live rule holds, of those that are not just the rule of their name.
    A rule that a live rule holds is meant where `simulate` says that it applies.
    """
    said = {each.recipient.lower(): each for each in simulated}
    told = tuple(_told(each, said.get(each.recipient.lower()), held) for each in became.recipients)
    return replace(became, recipients=told, simulated=simulated)


def _told(
    got: RecipientBecame, simulated: RecipientBecame | None, held: Mapping[str, tuple[str, ...]]
) -> RecipientBecame:
    live = tuple(name for name in got.rules if name in held)
    if simulated is None or not live:
        return got

    def meant(name: str) -> tuple[str, ...]:
        rules = held.get(name, (name,))
        return tuple(rule for rule in simulated.rules if rule in rules) or (name,)

    by = got.by
    if by is not None and simulated.by in held.get(by, ()):
        by = simulated.by
    rules = tuple(dict.fromkeys(rule for name in got.rules for rule in meant(name)))
    return replace(got, by=by, rules=rules, live=live)


def became_of(events: Sequence[Event]) -> Became:
    """What the events of one message say; the last judgment counts."""
    judged = [event for event in events if event.get("event") == JUDGED]
    last = judged[-1] if judged else {}
    return Became(
        recipients=tuple(_recipient(each) for each in _list(last.get("recipients"))),
        done=tuple(_done(event) for event in events if event.get("event") in _PERFORMED),
        finished=any(event.get("event") == FINISHED for event in events),
        assumed=tuple(f"{name}={value}" for name, value in _map(last.get("assumed")).items()),
    )


def simulated_as(
    project: Project,
    ingress_point: str,
    content: bytes,
    accepted: Mapping[str, Any],
    events: Sequence[Event],
) -> tuple[RecipientBecame, ...]:
    """What `simulate` says about a message with the facts that the endpoint had."""
    return recipients_of(judged_as(project, ingress_point, content, accepted, events))


def judged_as(
    project: Project,
    ingress_point: str,
    content: bytes,
    accepted: Mapping[str, Any],
    events: Sequence[Event],
) -> Trace:
    """How the files judge a message with the facts that the endpoint had."""
    judged = [event for event in events if event.get("event") == JUDGED]
    last = judged[-1] if judged else {}
    submission = Submission(
        email=read_received(content),
        session=session_of(_map(accepted.get("session"))),
        envelope=envelope_of(_map(accepted.get("envelope"))),
        facts=_with_logical_names(project, facts_of(_map(accepted.get("verdicts")))),
    )
    answers = {**_map(accepted.get("lambda")), **_map(last.get("answers"))}
    failing = (*_list(accepted.get("failing")), *_list(last.get("failing")))
    scenario = Scenario(
        answers={
            str(name): LambdaAnswer(str(answer).lower())
            for name, answer in answers.items()
            if str(answer).lower() in set(LambdaAnswer)
        },
        failing=frozenset(map(str, failing)),
    )
    gateway = gateway_of_ingress_point(project, ingress_point)
    return judge_settled(gateway, submission, going_on(scenario, functions_of(gateway)))


def recipients_of(trace: Trace) -> tuple[RecipientBecame, ...]:
    """How each recipient of a trace ended."""
    return tuple(
        RecipientBecame(
            recipient=each.recipient, outcome=each.outcome.value, by=each.by, rules=each.applied
        )
        for each in trace.recipients
    )


def _with_logical_names(project: Project, facts: Facts) -> Facts:
    """Facts whose add-ons are called as the project calls them, not as AWS does."""
    names = {addon.subscription.addon_name: name for name, addon in project.add_ons.items()}
    found: Mapping[str, Mapping[str, str | bool]] = {
        names.get(product, product): answers for product, answers in facts.add_ons.items()
    }
    return replace(facts, add_ons=found)


def _recipient(document: Mapping[str, Any]) -> RecipientBecame:
    by = document.get("by")
    return RecipientBecame(
        recipient=str(document.get("recipient", "")),
        outcome=str(document.get("outcome", Outcome.UNKNOWN.value)),
        by=None if by is None else str(by),
        rules=tuple(map(str, _list(document.get("rules")))),
    )


def _done(event: Event) -> Done:
    kind = str(event["event"])
    target = event.get("target")
    if kind == "action":
        words = [str(event.get("action", "")).lower()]
    else:
        words = [] if target is not None else [f"report to {event.get('to')}"]
    if target is not None:
        words.append(str(target))
    return Done(
        what=" ".join(words),
        status=str(event.get("status", "written" if kind == "report" else kind)),
        recipients=tuple(map(str, _list(event.get("recipients")))),
        where=_where(event),
    )


def _where(event: Event) -> str | None:
    """The file, or the server with what it said and when it is tried again."""
    if event.get("file"):
        return str(event["file"])
    names = ("host", "reply") if event.get("host") else ("reply", "detail")
    said = [str(event[name]) for name in names if event.get(name)]
    if event.get("next"):
        said.append(f"next try {event['next']}")
    return "  ".join(said) or None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
