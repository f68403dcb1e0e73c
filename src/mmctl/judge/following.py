"""Following a record of what became of a message: the evaluator, told by a log which rules applied.

Each rule is evaluated as ever, with every fact that is known. Where the log says something else,
or where missing facts leave it open, evaluation goes on as the log says: one disagreement does
not hide, and does not cause, another.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.judge.copies import Copy, Step
from mmctl.judge.evaluator import Evaluator
from mmctl.judge.judging import coupled
from mmctl.judge.policy import ADMITTED, refused_by, refused_outright
from mmctl.judge.remembering import Memory
from mmctl.judge.submission import Scenario
from mmctl.judge.texts import Texts
from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.worlds import Worlds
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.remembering import AskedConditions
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import PolicyTrace
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAction:
    """One action as it was recorded."""

    kind: str
    """Its key in the language; a word that no action has stays as it was recorded."""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRule:
    """What was recorded of one rule for one message."""

    recipients: frozenset[str]
    """Whom it applied to, in lower case; empty: it was tried and applied to nobody."""
    actions: Mapping[int, HeardAction] = field(default_factory=dict)
    """What was done, by the place of the action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was recorded of one message."""

    rules: Mapping[int, HeardRule]
    """By the place of the rule in the gateway."""
    whole: bool = True
    """Whether no more records can come: then a rule without a record was not tried."""


class Disagreement(StrEnum):
    """How a record and the evaluator disagree, whatever the missing facts are."""

    REFUSED = "refused"
    """The policy refuses a recipient who was accepted."""
    APPLIED = "applied"
    """The rule applied, and cannot apply."""
    NOT_APPLIED = "not applied"
    """The rule was tried and did not apply, and must apply."""
    NOT_TRIED = "not tried"
    """The rule must apply, and there is no record of it."""
    ENDED = "ended"
    """The rule applied to a recipient who had ended before."""
    STRANGER = "stranger"
    """The rule applied to somebody whom the message was not for."""
    NOT_DONE = "not done"
    """An action that is part of the rule was not recorded."""
    DONE = "done"
    """An action was recorded that the rule does not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the evaluator and the record say of one rule for one recipient."""

    place: int
    """Which recipient of the envelope."""
    index: int
    seen: str
    """The recipient as conditions saw it."""
    asked: AskedConditions
    applied: bool | None
    """What the record says; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One disagreement."""

    kind: Disagreement
    place: int | None
    """Which recipient of the envelope; None: all whom the rule applied to."""
    index: int | None = None
    """The rule; None: the policy."""
    asked: AskedConditions | None = None
    policy: PolicyTrace | None = None
    address: str | None = None
    """The recipient in the record, if the envelope has another or none."""
    action: tuple[int, str] | None = None
    """Place and kind of an action."""
    ended_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A record, followed to its end."""

    found: tuple[Found, ...]
    said: tuple[Said, ...]
    """What was said of each rule for each recipient, in the order of trying."""
    policies: tuple[PolicyTrace, ...]
    """What is known of the policy's answer, for each recipient."""
    copies: tuple[Copy, ...]


def follow(
    gateway: Gateway, submission: Submission, heard: Heard, *, assume_pass: bool = False
) -> Followed:
    """Follow what was recorded of a message; never fails on a message.

    Answers of functions are not recorded: of those that are possible, the ones that disagree
    least with what was recorded afterwards are taken.
    """
    best: Followed | None = None
    memory, texts = Memory(), Texts(submission, gateway.readings)
    for world in Worlds():
        follower = _Follower(
            gateway=gateway,
            among=range(len(gateway.rules)),
            submission=submission,
            scenario=Scenario(),
            texts=texts,
            world=world,
            memory=memory,
            assume_pass=assume_pass,
            assumed={},
            heard=heard,
        )
        followed = follower.follow()
        if best is None or len(followed.found) < len(best.found):
            best = followed
        if not best.found:
            break
    assert best is not None  # noqa: S101 - there is one world at least
    return best


@dataclass(slots=True, kw_only=True)
class _Follower(Evaluator):
    """Evaluates one message in one world, as the record says."""

    heard: Heard
    said: list[Said] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    met: dict[int, set[str]] = field(default_factory=dict)
    """The recipients in the record of each rule who were under way when it was tried."""

    def follow(self) -> Followed:
        """Admit everybody, as happened, and try every rule."""
        recipients = self.submission.envelope.recipients
        policies = [self._policy(place, each) for place, each in enumerate(recipients)]
        places = range(len(recipients))
        groups = [places] if coupled(self.gateway.readings) else [[place] for place in places]
        copies: list[Copy] = []
        for group in groups:
            copies += self.run(
                [
                    Copy(place=place, address=recipients[place], seen=recipients[place])
                    for place in group
                ]
            )
        self._strangers(copies)
        self._compare_actions(copies)
        return Followed(
            found=tuple(self.found),
            said=tuple(self.said),
            policies=tuple(policies),
            copies=tuple(copies),
        )

    def _policy(self, place: int, recipient: str) -> PolicyTrace:
        known = self._known_policy(place, recipient)
        if known.admitted.is_false:
            self.found.append(Found(kind=Disagreement.REFUSED, place=place, policy=known))
        return known

    def _known_policy(self, place: int, recipient: str) -> PolicyTrace:
        refused = refused_outright(self.gateway, self.submission, place)
        if refused is not None:
            return refused_by(refused)
        policy = self.gateway.policy
        return ADMITTED if policy is None else self.policy_in(policy, recipient, ())

    def _applies(self, rule: LogicalRule, index: int, copy: Copy) -> bool:
        """What the record says; without one, what is certain."""
        added = self._visible(copy)
        asked = self.rule_in(copy.seen, (index, added, ()))
        heard = self.heard.rules.get(index)
        applied = None if heard is None else self._is_in(heard, index, copy)
        self.said.append(
            Said(place=copy.place, index=index, seen=copy.seen, asked=asked, applied=applied)
        )
        self._disagreements(index, copy, asked, applied)
        applies = asked.answer.is_true if applied is None else applied
        copy.steps.append(
            Step(
                rule=rule,
                index=index,
                recipient=copy.seen,
                conditions=asked.conditions,
                unless=asked.unless,
                result=RuleResult.APPLIED if applies else RuleResult.NOT_APPLIED,
                missing=asked.answer.missing,
            )
        )
        return applies and applied is not None

    def _is_in(self, heard: HeardRule, index: int, copy: Copy) -> bool:
        """Whether a rule was recorded as applying to a copy: under the name that it saw."""
        names = {copy.seen.lower(), copy.address.lower()} & heard.recipients
        self.met.setdefault(index, set()).update(names)
        return bool(names)

    def _disagreements(
        self, index: int, copy: Copy, asked: AskedConditions, applied: bool | None
    ) -> None:
        answer = asked.answer
        if applied is True and answer.is_false:
            kind = Disagreement.APPLIED
        elif applied is False and answer.is_true:
            kind = Disagreement.NOT_APPLIED
        elif applied is None and answer.is_true and self.heard.whole:
            kind = Disagreement.NOT_TRIED
        else:
            return
        self.found.append(Found(kind=kind, place=copy.place, index=index, asked=asked))

    def _fails(self, index: int, place: int, action: RuleAction) -> bool:  # noqa: ARG002 - as the evaluator has it
        """Whether the record says that an action failed."""
        heard = self.heard.rules.get(index)
        done = None if heard is None else heard.actions.get(place)
        return done is not None and done.failed

    def _strangers(self, copies: Sequence[Copy]) -> None:
        """Recipients in the record whom no copy that was under way is for."""
        ended: dict[str, Copy] = {}
        for copy in copies:
            ended.setdefault(copy.address.lower(), copy)
            ended.setdefault(copy.seen.lower(), copy)
            ended.setdefault(self.submission.envelope.recipients[copy.place].lower(), copy)
        for index, heard in self.heard.rules.items():
            for address in sorted(heard.recipients - self.met.get(index, set())):
                self.found.append(_stranger(index, address, ended.get(address)))

    def _compare_actions(self, copies: Sequence[Copy]) -> None:
        """Compare what the rules that applied did with what was recorded."""
        done: dict[int, dict[int, str]] = {}
        for copy in copies:
            for step in copy.steps:
                for action in step.actions:
                    if action.result is not ActionResult.CANCELLED:
                        place = int(action.path[1])
                        done.setdefault(step.index, {})[place] = _as_recorded(action.kind)
        for index, heard in self.heard.rules.items():
            if not heard.recipients or not self.met.get(index):
                continue
            ours = done.get(index, {})
            theirs = {place: each.kind for place, each in heard.actions.items()}
            if not theirs:
                continue
            for place in sorted({*ours, *theirs}):
                self._compare_action(index, place, ours.get(place), theirs.get(place))

    def _compare_action(self, index: int, place: int, ours: str | None, theirs: str | None) -> None:
        if ours == theirs:
            return
        if ours is not None and (theirs is not None or self.heard.whole):
            found = Found(kind=Disagreement.NOT_DONE, place=None, index=index, action=(place, ours))
            self.found.append(found)
        if theirs is not None:
            found = Found(kind=Disagreement.DONE, place=None, index=index, action=(place, theirs))
            self.found.append(found)


def _stranger(index: int, address: str, copy: Copy | None) -> Found:
    """A recipient in the record of a rule who was not under way; `copy` is one for the address."""
    if copy is None or copy.ended_at is None or copy.ended_at >= index:
        place = None if copy is None else copy.place
        return Found(kind=Disagreement.STRANGER, place=place, index=index, address=address)
    return Found(
        kind=Disagreement.ENDED,
        place=copy.place,
        index=index,
        address=address,
        ended_by=copy.ended_by,
    )


def _as_recorded(kind: str) -> str:
    """The kind as records have it: `stop` is a drop."""
    return "drop" if kind == "stop" else kind
