"""Ordinary mail, judged by the live rules and by the desired ones, and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.judging import judge
from mmctl.language.project import Outcome
from mmctl.live.ordinary.clients import let_in_by_name
from mmctl.live.ordinary.ingress import (
    add_ons_find_nothing,
    functions_answer,
    gateway_of,
    live_ingress,
)
from mmctl.live.ordinary.meant import Meant, Side
from mmctl.live.ordinary.messages import (
    MOST_CASES,
    MOST_CLIENTS,
    from_network,
    of_case,
    standing_set,
)
from mmctl.live.ordinary.touched import Touched
from mmctl.live.ordinary.treatment import difference, relay_names, treatment_of
from mmctl.live.ordinary.values import About, OrdinaryMail, ProjectMail, TreatmentDifference
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.judge.submission import Gateway, LambdaAnswer, Scenario, Submission
    from mmctl.live.ordinary.ingress import LiveIngress
    from mmctl.live.ordinary.messages import StandingMessage, StandingSet
    from mmctl.live.ordinary.treatment import Treatment

MANY: Final = 10
MANY_PERCENT: Final = 30
"""More named addresses than this, and more than this share, are not daily work anymore."""


@dataclass(slots=True, kw_only=True)
class _FoundDifferences:
    judged: int = 0
    addresses: int = 0
    held: dict[tuple[About, str], TreatmentDifference] = field(default_factory=dict)
    meant: dict[tuple[About, str], TreatmentDifference] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedState:
    """One state of an ingress point, ready to judge."""

    side: Side
    gateway: Gateway

    def treat(
        self, submission: Submission, scenario: Scenario, base: LiveConfiguration
    ) -> Treatment:
        trace = judge(self.gateway, submission, scenario, assume_pass=True)
        names = relay_names(base, self.side.configuration)
        return treatment_of(trace.recipients[0], names)


def ordinary_mail(
    before: LiveConfiguration,
    after: LiveConfiguration,
    *,
    past: LiveConfiguration | None = None,
    project: ProjectMail | None = None,
    large: Sequence[str] = (),
) -> OrdinaryMail:
    """Judge the standing set by two states; `past` is an earlier one to compare `after` with.

    `large` are the large public domains whose mail is judged.
    """
    project = project or ProjectMail()
    messages = standing_set(before, after, project, large)
    found = _FoundDifferences()
    old, new = live_ingress(before), live_ingress(after)
    then = {} if past is None else live_ingress(past)
    for name in old.keys() & new.keys():
        states = [(before, old[name]), (after, new[name])]
        if past is not None and name in then:
            states.append((past, then[name]))
        _compare(found, name, states, messages, project)
    return _weighed(found, messages.left_out)


def _compare(
    found: _FoundDifferences,
    name: str,
    states: list[tuple[LiveConfiguration, LiveIngress]],
    messages: StandingSet,
    project: ProjectMail,
) -> None:
    """Judge what comes in through one ingress point."""
    before, after, *past = (
        _JudgedState(
            side=Side.behind(configuration, way),
            gateway=gateway_of(configuration, way, project.readings, messages.recipients),
        )
        for configuration, way in states
    )
    meant = Meant.between(before.side, after.side)
    touched = Touched.between(meant, before.gateway, after.gateway)
    answers = functions_answer(*(configuration for configuration, _ in states))
    for message in _messages(name, before, after, messages, project):
        found.judged += 1
        found.addresses += message.about is About.ADDRESS
        if not touched.may_differ(message.submission):
            continue
        was, now = _both(before, after, message, answers)
        if was.same(now):
            continue
        _note(found, meant, message, was, now)
        for former in past:
            then, now = _both(former, after, message, answers)
            if not then.same(now):
                between = Meant.between(former.side, after.side)
                _note(found, between, message, then, now, since="within 24 hours")


def _both(
    before: _JudgedState,
    after: _JudgedState,
    message: StandingMessage,
    answers: Mapping[str, LambdaAnswer],
) -> tuple[Treatment, Treatment]:
    """What happens to a message in two states, with relays named as in the first."""
    stated = message.scenario
    scenario = replace(stated, answers={**answers, **stated.answers})
    base = before.side.configuration
    return (
        before.treat(message.submission, scenario, base),
        after.treat(message.submission, scenario, base),
    )


def _messages(
    name: str,
    before: _JudgedState,
    after: _JudgedState,
    messages: StandingSet,
    project: ProjectMail,
) -> Iterator[StandingMessage]:
    found = add_ons_find_nothing(before.side.configuration, after.side.configuration)
    for message in _of_everybody(before, after, messages):
        submission = message.submission
        facts = replace(submission.facts, add_ons=found)
        yield replace(message, submission=replace(submission, facts=facts))
    for case in project.cases[:MOST_CASES]:
        if case.ingress_point == name:
            yield from of_case(case)


def _of_everybody(
    before: _JudgedState, after: _JudgedState, messages: StandingSet
) -> Iterator[StandingMessage]:
    yield from messages.messages
    old, new = before.side.policy, after.side.policy
    if old is not None and new is not None:
        domain = messages.messages[0].subject
        for client in let_in_by_name(old, new)[:MOST_CLIENTS]:
            yield from_network(domain, client)


def _note(
    found: _FoundDifferences,
    meant: Meant,
    message: StandingMessage,
    before: Treatment,
    after: Treatment,
    *,
    since: str = "",
) -> None:
    """Keep a difference if it counts."""
    if not _counts(message, before, after, meant):
        return
    key = (message.about, message.subject)
    how = f" {message.how}" if message.how else ""
    difference_ = TreatmentDifference(
        about=message.about,
        subject=message.subject,
        named=message.subject + how,
        whose=_WORDS[message.about].format(message.subject) + how,
        change=difference(before, after),
        since=since,
    )
    holds = message.about in _NEVER_MEANT or (
        message.about is not About.CASE and not meant.is_meant(message, before, after)
    )
    if holds:
        found.held.setdefault(key, difference_)
    elif not since:
        found.meant.setdefault(key, difference_)


_NEVER_MEANT: Final = frozenset({About.DOMAIN, About.LARGE_SENDER, About.STRANGER})
_WORDS: Final = {
    About.DOMAIN: "mail for {}",
    About.LARGE_SENDER: "mail from {}",
    About.ADDRESS: "mail for {}",
    About.SENDER: "mail from {}",
    About.STRANGER: "mail for any other domain, such as {}",
    About.CASE: "case {}",
}


def _counts(message: StandingMessage, before: Treatment, after: Treatment, meant: Meant) -> bool:
    """Whether a difference can harm somebody who got mail before, or admits strangers."""
    if message.about is About.STRANGER:
        policies = [side.policy for side in (meant.before, meant.after)]
        said = len({None if each is None else each.default_action for each in policies}) > 1
        return before.refused and not after.refused and not said
    if before.refused and message.about is not About.CASE:
        return False
    blocked = before.outcome is after.outcome is Outcome.DROPPED
    return before.outcome is not Outcome.LOST and not (blocked and message.about is About.SENDER)


def _weighed(found: _FoundDifferences, left_out: int) -> OrdinaryMail:
    """Hold very many addresses at once, even if each is intended."""
    held, meant = dict(found.held), dict(found.meant)
    for key in held:
        meant.pop(key, None)
    addresses = [key for key in meant if key[0] is About.ADDRESS]
    if len(addresses) > MANY and len(addresses) * 100 > found.addresses * MANY_PERCENT:
        held.update((key, meant.pop(key)) for key in addresses)
    everybody = [each for each in held.values() if each.about is About.DOMAIN]
    return OrdinaryMail(
        judged=found.judged,
        left_out=left_out,
        held=tuple(each for each in held.values() if not _is_said(each, everybody)),
        meant=tuple(meant.values()),
    )


def _is_said(one: TreatmentDifference, everybody: Sequence[TreatmentDifference]) -> bool:
    """Whether it follows from a difference for all mail of a domain."""
    if one.about is About.DOMAIN or not everybody:
        return False
    if one.about is About.ADDRESS:
        domain = one.subject.rpartition("@")[2]
        return any(each.subject == domain and each.change == one.change for each in everybody)
    return True
