"""Judging a message: every recipient, in every world that the missing facts leave open.

The main function of this room: `judge(gateway, submission)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.judge.alike import Alike
from mmctl.judge.copies import Copy
from mmctl.judge.evaluator import Evaluator
from mmctl.judge.remembering import Memory
from mmctl.judge.submission import Scenario
from mmctl.judge.texts import Texts
from mmctl.judge.trace import (
    ActionResult,
    Performed,
    RecipientTrace,
    RuleResult,
    Trace,
    distinct_actions,
)
from mmctl.judge.worlds import World, Worlds, deciding_facts
from mmctl.language.project import Outcome
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import CopyTrace, PolicyTrace, RuleTrace
    from mmctl.language.readings import Readings

_ORDER = list(Outcome)


def judge(
    gateway: Gateway,
    submission: Submission,
    scenario: Scenario | None = None,
    *,
    assume_pass: bool = False,
    among: Sequence[int] | None = None,
) -> Trace:
    """Judge one message; never fails on a message, whatever is in it.

    Every possible value of what nobody stated is tried (`mmctl.judge.worlds`), so that only what
    depends on it is unknown. `assume_pass` assumes good verdicts and add-on answers instead.
    `among` are the places of the rules to try, if the others are known not to apply: the record
    then leaves those out.
    """
    judging = Judgment(
        gateway=gateway,
        among=range(len(gateway.rules)) if among is None else among,
        submission=submission,
        scenario=scenario or Scenario(),
        texts=Texts(submission, gateway.readings),
        memory=Memory(),
        assume_pass=assume_pass,
        assumed={},
    )
    places = range(len(submission.envelope.recipients))
    found = judging.group(places) if coupled(gateway.readings) else judging.apart(places)
    recipients = tuple(each.trace for each in found)
    return Trace(
        recipients=recipients,
        performed=_performed(recipients, gateway.readings),
        assumed=judging.assumed,
        notes=submission.email.notes,
    )


def coupled(readings: Readings) -> bool:
    """Whether the outcome of one recipient can depend on the others.

    Recipients that a replacement makes one do not: an action on both lists the one name.
    """
    return "message" in {readings.added_header_scope, readings.failure_drop_scope}


@dataclass(frozen=True, slots=True, kw_only=True)
class _InWorld:
    """One recipient, in one world."""

    world: World
    known_policy: PolicyTrace
    copies: tuple[Copy, ...]
    outcome: Outcome
    by: str | None
    tried: int
    """How many rules were tried; if copies forked, one of them is enough."""
    applied: frozenset[int]
    """Rules by their places; here too one of the copies is enough."""

    @classmethod
    def of(
        cls,
        world: World,
        policies: tuple[PolicyTrace, PolicyTrace],
        copies: tuple[Copy, ...],
        rules: int,
    ) -> _InWorld:
        known, decided = policies
        outcomes = [copy.outcome() for copy in copies] or [(Outcome.REFUSED, decided.by)]
        outcome, by = min(outcomes, key=lambda ended: _ORDER.index(ended[0]))
        steps = [step for copy in copies for step in copy.steps]
        return cls(
            world=world,
            known_policy=known,
            copies=copies,
            outcome=outcome,
            by=by,
            tried=_tried(copies, rules),
            applied=frozenset(step.index for step in steps if step.result is RuleResult.APPLIED),
        )


def _tried(copies: Iterable[Copy], rules: int) -> int:
    """How many of so many rules were tried: all, or those up to the last that ended a copy."""
    return max(
        (rules if copy.ended_at is None else copy.ended_at + 1 for copy in copies), default=0
    )


class Found(NamedTuple):
    """How it ended for a recipient."""

    trace: RecipientTrace
    tried: int
    """How many rules were tried, in the world in which most were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """Judges one message, recipient by recipient or some of them together."""

    gateway: Gateway
    among: Sequence[int]
    """The places of the rules to try; the others must be known not to apply."""
    submission: Submission
    scenario: Scenario
    texts: Texts
    memory: Memory
    assume_pass: bool
    assumed: dict[MissingFact, str]

    def group(self, places: Sequence[int]) -> list[Found]:
        """Judge recipients together, in every world."""
        seen, complete = self._in_all_worlds(places)
        whole: dict[tuple[bool, ...], dict[int, _InWorld]] = {}
        found: list[Found] = []
        for place in places:
            worlds = seen[place]
            fullest = _fullest(worlds)
            if fullest is not worlds[0]:
                path = fullest.world.answers
                if path not in whole:
                    whole[path] = self._run(places, World(path=path))
                fullest = whole[path][place]
            found.append(self._merged(place, worlds, fullest, complete=complete))
        return found

    def apart(self, places: Iterable[int]) -> list[Found]:
        """Judge each recipient alone; of those who are seen alike, only one in every world."""
        alike = Alike(self._evaluator(World()))
        judged: dict[int, tuple[list[_InWorld], bool]] = {}
        found: list[Found] = []
        for place in places:
            model = alike.model(place)
            if model is None:
                seen, complete = self._in_all_worlds([place])
                judged[place] = seen[place], complete
                if len(seen[place]) > 1:
                    alike.remember(place)
            worlds, complete = judged[place if model is None else model]
            fullest = _fullest(worlds)
            if model is not None or fullest is not worlds[0]:
                fullest = self._run([place], World(path=fullest.world.answers))[place]
            found.append(self._merged(place, worlds, fullest, complete=complete))
        return found

    def _in_all_worlds(self, places: Sequence[int]) -> tuple[dict[int, list[_InWorld]], bool]:
        """How it ends in each world, and whether those are all; only the first has all steps."""
        worlds = Worlds()
        seen: dict[int, list[_InWorld]] = {place: [] for place in places}
        for number, world in enumerate(worlds):
            for place, found in self._run(places, world, brief=number > 0).items():
                seen[place].append(found)
        return seen, worlds.exhausted

    def _evaluator(self, world: World, *, brief: bool = False) -> Evaluator:
        return Evaluator(
            gateway=self.gateway,
            among=self.among,
            submission=self.submission,
            scenario=self.scenario,
            texts=self.texts,
            world=world,
            assume_pass=self.assume_pass,
            assumed=self.assumed,
            memory=self.memory,
            brief=brief,
        )

    def _merged(
        self, place: int, worlds: list[_InWorld], fullest: _InWorld, *, complete: bool
    ) -> Found:
        recipient = self.submission.envelope.recipients[place]
        return _merged(recipient, worlds, fullest, complete=complete)

    def _run(
        self, places: Sequence[int], world: World, *, brief: bool = False
    ) -> dict[int, _InWorld]:
        evaluator = self._evaluator(world, brief=brief)
        recipients = self.submission.envelope.recipients
        policies = {place: evaluator.admit(place, recipients[place]) for place in places}
        admitted = [
            Copy(place=place, address=recipients[place], seen=recipients[place])
            for place in places
            if policies[place][1].admitted.is_true
        ]
        ended = evaluator.run(admitted)
        return {
            place: _InWorld.of(
                world,
                policies[place],
                tuple(copy for copy in ended if copy.place == place),
                len(self.gateway.rules),
            )
            for place in places
        }


def _fullest(worlds: list[_InWorld]) -> _InWorld:
    """The world in which most rules were tried: the record shows that one."""
    return max(worlds, key=lambda world: world.tried)


def _merged(recipient: str, worlds: list[_InWorld], fullest: _InWorld, *, complete: bool) -> Found:
    """One recipient in all worlds: what is the same in all of them is known."""
    outcomes = tuple(sorted({world.outcome for world in worlds}, key=_ORDER.index))
    deciders = {world.by for world in worlds}
    known = complete and len(outcomes) == 1
    copies = tuple(copy.trace() for copy in fullest.copies)
    if len(worlds) > 1:
        copies = _uncertain(copies, worlds, known=known, complete=complete)
    trace = RecipientTrace(
        recipient=recipient,
        outcome=outcomes[0] if known else Outcome.UNKNOWN,
        by=next(iter(deciders)) if known and len(deciders) == 1 else None,
        policy=fullest.known_policy,
        copies=copies,
        missing=_missing(worlds, known=known, complete=complete),
        possible=() if known or not complete else outcomes,
    )
    return Found(trace, fullest.tried)


def _missing(worlds: list[_InWorld], *, known: bool, complete: bool) -> tuple[MissingFact, ...]:
    """The facts on which the outcome depends, or if it is known, the rules that apply."""
    if not complete:
        return tuple(
            dict.fromkeys(lack.fact for found in worlds for lack, _ in found.world.decided)
        )
    if known:
        return deciding_facts([(found.world, (found.by, found.applied)) for found in worlds])
    return deciding_facts([(found.world, found.outcome) for found in worlds])


def _uncertain(
    copies: tuple[CopyTrace, ...], worlds: list[_InWorld], *, known: bool, complete: bool
) -> tuple[CopyTrace, ...]:
    """The copies of one world; rules that do not apply in every world are marked unknown."""
    somewhere = frozenset[int]().union(*(world.applied for world in worlds))
    everywhere = worlds[0].applied.intersection(*(world.applied for world in worlds))
    marked: dict[int, RuleTrace] = {}

    def mark(trace: RuleTrace) -> RuleTrace:
        same = complete and (trace.index in everywhere or trace.index not in somewhere)
        if same or not (trace.index in somewhere or trace.missing):
            return trace
        if id(trace) not in marked:
            marked[id(trace)] = replace(trace, result=RuleResult.UNKNOWN)
        return marked[id(trace)]

    return tuple(
        replace(
            copy,
            rules=tuple(mark(trace) for trace in copy.rules),
            outcome=copy.outcome if known else Outcome.UNKNOWN,
            by=copy.by if known else None,
        )
        for copy in copies
    )


def _performed(recipients: Iterable[RecipientTrace], readings: Readings) -> tuple[Performed, ...]:
    """What runs, once for each form of the message, with the recipients it runs for.

    Recipients that a replacement made one are named once, or under `replaced_duplicates: each` as
    often as there were recipients.
    """
    forms: dict[tuple[object, ...], Performed] = {}
    for recipient in recipients:
        for trace, action in distinct_actions(recipient.rules):
            if action.result is ActionResult.CANCELLED:
                continue
            key = (trace.index, action.path, action.headers, action.result)
            performed = forms.get(key) or Performed(
                rule=trace.rule,
                index=trace.index,
                path=action.path,
                kind=action.kind,
                target=action.target,
                action=action.action,
                recipients=(),
                headers=action.headers,
                failed=action.result is ActionResult.FAILED,
            )
            named = action.recipient in performed.recipients
            if not named or readings.replaced_duplicates == "each":
                performed = replace(performed, recipients=(*performed.recipients, action.recipient))
            forms[key] = performed
    return tuple(forms[key] for key in sorted(forms, key=lambda key: key[:2]))
