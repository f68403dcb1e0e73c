"""Which other readings would change an outcome: judges again for each choice that could matter.

A choice is tried only if the gateway and the message have something that it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.judge.actions import actions_in_effect, drops_on_failure
from mmctl.judge.judging import judge
from mmctl.judge.readings.asked import Answers, questions_of
from mmctl.judge.readings.met import readings_not_met
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.model.actions import Does, row_of
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.readings.asked import Choices
    from mmctl.judge.submission import Gateway, Scenario, Submission
    from mmctl.judge.trace import Trace

AGAINST_THE_GUIDE: Final = ("first_match", "yes")
"""A reading that AWS's own text contradicts, and that changes nearly all mail."""
LIST_IS_GONE: Final = "deleted_address_list"
"""The reading with a choice that makes an outcome unknown."""


class Dependence(NamedTuple):
    """An outcome that another reading would change."""

    recipient: str
    reading: str
    chosen: str
    other: str
    """The choice that would change it."""
    outcome: Outcome
    """The outcome under the chosen reading."""
    outcome_if_other: Outcome

    def __str__(self) -> str:
        return (
            f"outcome depends on `{self.reading}`: "
            f"{self.outcome}, but {self.outcome_if_other} if {self.other}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """How a message ends under another choice of one reading."""

    reading: str
    chosen: str
    other: str
    trace: Trace


def readings_that_matter(
    gateway: Gateway,
    submission: Submission,
    trace: Trace,
    scenario: Scenario | None = None,
    *,
    assume_pass: bool = False,
    asked: Choices | None = None,
) -> tuple[Dependence, ...]:
    """The outcomes of a judged message that one other choice of one reading would change.

    An outcome that is unknown because facts are missing depends on these first, so it is left out;
    one that is unknown because an address list is gone depends on the reading that says so.
    """
    ways = other_ways(gateway, submission, trace, scenario, assume_pass=assume_pass, asked=asked)
    return tuple(
        Dependence(
            recipient=before.recipient,
            reading=way.reading,
            chosen=way.chosen,
            other=way.other,
            outcome=before.outcome,
            outcome_if_other=after.outcome,
        )
        for way in ways
        for before, after in zip(trace.recipients, way.trace.recipients, strict=True)
        if before.outcome is not after.outcome
        and (before.outcome is not Outcome.UNKNOWN or way.reading == LIST_IS_GONE)
    )


def other_ways(
    gateway: Gateway,
    submission: Submission,
    trace: Trace,
    scenario: Scenario | None = None,
    *,
    assume_pass: bool = False,
    asked: Choices | None = None,
) -> Iterator[OtherWay]:
    """How a judged message ends under each choice of a reading that could matter to it.

    `asked` says which can matter, by default after evaluating conditions again.
    """
    questions = questions_of(gateway)
    about_answers = questions.policy | questions.conditions.keys()
    in_question = (about_answers | about_actions(gateway)) - readings_not_met(
        submission, trace, gateway.readings
    )
    if all(recipient.outcome is Outcome.UNKNOWN for recipient in trace.recipients):
        in_question &= {LIST_IS_GONE}
    answers = asked or Answers(gateway, submission, assume_pass=assume_pass)
    for reading in CHOICES:
        if reading not in in_question:
            continue
        chosen = gateway.readings.choice(reading)
        for other in CHOICES[reading]:
            if other == chosen or (
                reading in about_answers and not answers.would_change(reading, other)
            ):
                continue
            changed = replace(gateway, readings=gateway.readings.choosing(reading, other))
            again = judge(
                changed,
                submission,
                scenario,
                assume_pass=assume_pass,
                among=answers.may_apply(reading, other),
            )
            yield OtherWay(reading=reading, chosen=chosen, other=other, trace=again)


def about_actions(gateway: Gateway) -> frozenset[str]:
    """The readings about anything in a gateway that is not a condition."""
    return frozenset(_of_rules(gateway))


def _of_rules(gateway: Gateway) -> Iterator[str]:
    if len(gateway.rules) > 1:
        yield "first_match"
    if questions_of(gateway).added:
        yield from ("added_headers_visible", "added_header_scope")
    for rule in gateway.rules:
        for action in actions_in_effect(rule):
            row = row_of(action)
            if row.does is not Does.MARKS:  # that matters only if a condition reads the mark
                yield from row.readings
            if drops_on_failure(action):
                yield "failure_drop_scope"
