"""From what came to the bucket to the choices that the service shows.

The evaluator predicts what each choice of a reading would show; what is seen is compared with the
predictions. A reading is settled where exactly one choice predicts what is seen.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.client.probe.questions import ASKED, HELO, MARK, NOT_BY_MAIL, about
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Envelope, Session
from mmctl.mail.facts import facts_of
from mmctl.mail.reader import read_email
from mmctl.model.rules import S3Action
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.client.probe.questions import ProbeMessage
    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Readings

_ROUNDS: Final = 4
_ADDED: Final = ("x-mmctl-added", "x-mmctl-scope")
_CLIENT: Final = "203.0.113.1"
REST: Final = "rest/"
"""Where every message that goes on leaves a copy: the same key for all copies of one message, so
that only their being there says something.
"""


class ProbeStatus(StrEnum):
    """What the probe says about a reading."""

    SETTLED = "settled"
    UNTOLD = "untold"
    """What was seen fits several choices, or the question could not be asked."""
    CONTRADICTED = "contradicted"
    """What was seen fits no choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSight:
    """What came of one message: copies by prefix with their added headers, and refusals."""

    copies: frozenset[tuple[str, tuple[str, ...]]]
    refused: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        """It, on one line."""
        said = [
            f"{prefix}{''.join(f' with {name}' for name in headers)}"
            for prefix, headers in sorted(self.copies)
        ]
        said += [f"{recipient} refused" for recipient in sorted(self.refused)]
        return "; ".join(said) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFinding:
    """What the probe found out about one reading."""

    reading: str
    status: ProbeStatus
    choice: str | None = None
    why: str = ""
    """Why it is not settled."""
    seen: Mapping[str, str]
    """What came of each message, in words."""
    expected: Mapping[str, Mapping[str, str]]
    """By choice what should have come of each message."""


def seen_in(
    copies: Iterable[tuple[str, bytes]], run: str, refused: Mapping[str, Iterable[str]]
) -> dict[str, ProbeSight]:
    """What came of each message of a run: copies are keys with their contents.

    A message without a copy or a refusal is not in it.
    """
    found: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for key, content in copies:
        email = read_email(content)
        marks = email.header_values(MARK, decoded=False)
        words = marks[-1].split() if marks else []
        if len(words) == 2 and words[0] == run:  # noqa: PLR2004 - the run and the message
            prefix = f"{key.rpartition('/')[0]}/"
            headers = tuple(name for name in _ADDED if email.header_values(name, decoded=False))
            came = found.setdefault(words[1], set())
            if prefix != REST:
                came.add((prefix, headers))
    return {
        name: ProbeSight(
            copies=frozenset(found.get(name, ())), refused=frozenset(refused.get(name, ()))
        )
        for name in {*found, *(name for name, recipients in refused.items() if recipients)}
    }


def findings(
    gateway: Gateway, seen: Mapping[str, ProbeSight], unasked: Mapping[str, str]
) -> tuple[ReadingFinding, ...]:
    """What was seen, reading by reading; `unasked` says why messages were not sent."""
    readings, found = gateway.readings, {}
    for _ in range(_ROUNDS):
        found = {name: _finding(gateway, readings, name, seen, unasked) for name in ASKED}
        chosen = replace(readings)
        for each in found.values():
            if each.choice is not None:
                chosen = chosen.choosing(each.reading, each.choice)
        if chosen == readings:
            break
        readings = chosen
    return tuple(found[name] if name in found else _untold(name) for name in CHOICES)


def _untold(name: str) -> ReadingFinding:
    return ReadingFinding(
        reading=name, status=ProbeStatus.UNTOLD, why=NOT_BY_MAIL[name], seen={}, expected={}
    )


def _finding(
    gateway: Gateway,
    readings: Readings,
    name: str,
    seen: Mapping[str, ProbeSight],
    unasked: Mapping[str, str],
) -> ReadingFinding:
    messages = about(name)
    expected = {
        choice: {
            each.name: predicted(replace(gateway, readings=readings.choosing(name, choice)), each)
            for each in messages
        }
        for choice in CHOICES[name]
    }
    came = {each.name: seen.get(each.name, ProbeSight(copies=frozenset())) for each in messages}
    told: dict[str, object] = {
        "reading": name,
        "seen": {key: value.words for key, value in came.items()},
        "expected": {
            choice: {key: value.words for key, value in each.items()}
            for choice, each in expected.items()
        },
    }
    reason = next((unasked[each.name] for each in messages if each.name in unasked), None)
    fitting = [choice for choice, each in expected.items() if each == came]
    if reason is not None:
        return _made(told, ProbeStatus.UNTOLD, why=reason)
    if not fitting:
        return _made(told, ProbeStatus.CONTRADICTED, why="what came fits no choice")
    if len(fitting) > 1:
        alike = ", ".join(f"`{choice}`" for choice in fitting)
        return _made(told, ProbeStatus.UNTOLD, why=f"{alike} show the same here")
    return _made(told, ProbeStatus.SETTLED, choice=fitting[0])


def _made(
    told: dict[str, object], status: ProbeStatus, *, choice: str | None = None, why: str = ""
) -> ReadingFinding:
    return ReadingFinding(status=status, choice=choice, why=why, **told)  # type: ignore[arg-type] # the members above


def predicted(gateway: Gateway, message: ProbeMessage) -> ProbeSight:
    """What should come of a message under the readings of a gateway."""
    submission = Submission(
        email=read_email(message.content("run")),
        session=Session(source_ip=_CLIENT, helo=HELO, tls=message.tls),
        envelope=Envelope(mail_from=message.mail_from, recipients=message.recipients),
        facts=facts_of(message.verdicts or {}),
    )
    scenario = Scenario(failing=frozenset(failing_labels(gateway, message)))
    trace = judge(gateway, submission, scenario, assume_pass=True)
    copies = set()
    for action in trace.performed:
        value = action.action.value
        if isinstance(value, S3Action) and not action.failed and value.s3_prefix != REST:
            names = {name.lower() for name, _ in action.headers}
            headers = tuple(name for name in _ADDED if name in names)
            copies.add((value.s3_prefix or "", headers))
    refused = (each.recipient for each in trace.recipients if each.outcome is Outcome.REFUSED)
    return ProbeSight(copies=frozenset(copies), refused=frozenset(refused))


def failing_labels(gateway: Gateway, message: ProbeMessage) -> Iterator[str]:
    """The labels of the actions that must fail: by their prefix, which no other action has."""
    prefixes = {label.partition(":")[2] for label in message.failing}
    for rule in gateway.rules:
        for action in rule.actions:
            value = action.value
            if isinstance(value, S3Action) and value.s3_prefix in prefixes:
                yield f"write_to_s3:{value.s3_bucket}/{value.s3_prefix}"
