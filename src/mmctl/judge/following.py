"""Following a record of what became of a message: the evaluator, told by a log which rules applied.

Each rule is evaluated as ever, with every fact that is known. Where the log says something else,
or where missing facts leave it open, evaluation goes on as the log says: one disagreement does
not hide, and does not cause, another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.answers import Lack, MissingFact, known
from mmctl.judge.copies import Copy, Step
from mmctl.judge.evaluator import Evaluator
from mmctl.judge.heard import Disagreement, Followed, FoundDisagreement, RuleSaid
from mmctl.judge.lookup import NO, YES
from mmctl.judge.remembering import Memory
from mmctl.judge.submission import Scenario
from mmctl.judge.texts import Texts
from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.worlds import Worlds
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.heard import Heard, HeardRule
    from mmctl.judge.remembering import AskedConditions
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import PolicyTrace
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


def followed(
    gateway: Gateway, submission: Submission, heard: Heard, *, assume_pass: bool = False
) -> Iterator[Followed]:
    """Follow what was recorded of a message, in one world after the other.

    Answers of functions are not recorded, nor which of two copies for one address is meant: there
    is a world for each. Never fails on a message.
    """
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
        yield follower.follow()


def answer_of_policy(
    gateway: Gateway, submission: Submission, place: int = 0, *, assume_pass: bool = False
) -> PolicyTrace:
    """What is certain of the traffic policy's answer for one recipient, in every world."""
    recipient = submission.envelope.recipients[place]
    texts, memory = Texts(submission, gateway.readings), Memory()
    answers: set[bool] = set()
    worlds = Worlds()
    first: PolicyTrace | None = None
    for world in worlds:
        evaluator = Evaluator(
            gateway=gateway,
            among=(),
            submission=submission,
            scenario=Scenario(),
            texts=texts,
            world=world,
            memory=memory,
            assume_pass=assume_pass,
            assumed={},
        )
        asked, decided = evaluator.admit(place, recipient)
        first = first or asked
        answers.add(decided.admitted.is_true)
        if len(answers) > 1:
            break
    assert first is not None  # noqa: S101 - there is one world at least
    if len(answers) == 1 and worlds.exhausted:
        return replace(first, admitted=known(answers.pop()))
    return first


@dataclass(slots=True, kw_only=True)
class _Follower(Evaluator):
    """Evaluates one message in one world, as the record says."""

    heard: Heard
    said: list[RuleSaid] = field(default_factory=list)
    found: list[FoundDisagreement] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    """Everybody under way, and those who have ended."""
    met: dict[int, set[str]] = field(default_factory=dict)
    """The recipients in the record of each rule who were under way when it was tried."""

    def follow(self) -> Followed:
        """Admit everybody, as happened, and try every rule."""
        recipients = self.submission.envelope.recipients
        policies = [self._policy(place) for place in range(len(recipients))]
        self.copies = [
            Copy(place=place, address=address, seen=address)
            for place, address in enumerate(recipients)
        ]
        copies = self.run(self.copies)
        self._strangers(copies)
        self._compare_actions(copies)
        return Followed(
            found=tuple(self.found),
            said=tuple(self.said),
            policies=tuple(policies),
            copies=tuple(copies),
        )

    def _policy(self, place: int) -> PolicyTrace:
        answer = answer_of_policy(
            self.gateway, self.submission, place, assume_pass=self.assume_pass
        )
        if answer.admitted.is_false:
            self.found.append(
                FoundDisagreement(kind=Disagreement.REFUSED, place=place, policy=answer)
            )
        return answer

    def _applies(self, rule: LogicalRule, index: int, copy: Copy) -> bool:
        """What the record says; without one, nothing applies."""
        asked = self._asked(index, copy)
        heard = self.heard.rules.get(index)
        applied = None if heard is None else self._is_in(heard, index, copy)
        open_ = False
        if applied and self._has_namesakes(index, copy):
            # The record names one address: which of the copies for it is meant, facts decide.
            open_ = asked.answer.is_unknown
            applied = self._is_meant(index, copy) if open_ else asked.answer.is_true
        self.said.append(
            RuleSaid(
                place=copy.place,
                index=index,
                seen=copy.seen,
                asked=asked,
                applied=None if open_ else applied,
            )
        )
        self._disagreements(index, copy, asked, applied)
        copy.steps.append(
            Step(
                rule=rule,
                index=index,
                recipient=copy.seen,
                conditions=asked.conditions,
                unless=asked.unless,
                result=RuleResult.APPLIED if applied else RuleResult.NOT_APPLIED,
                missing=asked.answer.missing,
            )
        )
        return bool(applied)

    def _asked(self, index: int, copy: Copy) -> AskedConditions:
        return self.rule_in(copy.seen, (index, self._visible(copy), ()))

    def _is_in(self, heard: HeardRule, index: int, copy: Copy) -> bool:
        """Whether a rule was recorded as applying to a copy: under the name that it saw."""
        names = self._names_of(copy, heard)
        self.met.setdefault(index, set()).update(names)
        return bool(names)

    def _names_of(self, copy: Copy, heard: HeardRule) -> set[str]:
        """The recipients in a record that a copy may be for.

        Letter case counts only between recipients of the envelope that differ in nothing else.
        """
        own = {copy.seen, copy.address}
        names = own & heard.recipients
        if names:
            return names
        folded = {each.lower() for each in own}
        return {
            each
            for each in heard.recipients
            if each.lower() in folded and each not in self.submission.envelope.recipients
        }

    def _is_meant(self, index: int, copy: Copy) -> bool:
        """Whether a record means a copy that it cannot tell from another: each in one world."""
        number = next(place for place, other in enumerate(self.copies) if other is copy)
        fact = MissingFact(
            fact="records that name one address twice",
            about=f"rule {index}, copy {number}",
            states="",
            in_case="",
            choices=(YES, NO),
        )
        self.world.decide(Lack(fact, frozenset({YES})))
        return YES in self.world.could_be[fact]

    def _has_namesakes(self, index: int, copy: Copy) -> bool:
        """Whether another copy is under way that a record cannot tell from this one.

        It counts only if the rule can apply to one of them at least.
        """
        if len(self.copies) == 1:
            return False
        own = {copy.seen, copy.address}
        alike = [
            other
            for other in self.copies
            if other is not copy
            and (other.ending is None or other.ended_at is None)
            and {other.seen, other.address} & own
        ]
        return bool(alike) and any(
            not self._asked(index, other).answer.is_false for other in (copy, *alike)
        )

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
        self.found.append(FoundDisagreement(kind=kind, place=copy.place, index=index, asked=asked))

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
                self.found.append(_stranger(index, address, ended.get(address.lower())))

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
            found = FoundDisagreement(
                kind=Disagreement.NOT_DONE, place=None, index=index, action=(place, ours)
            )
            self.found.append(found)
        if theirs is not None:
            found = FoundDisagreement(
                kind=Disagreement.DONE, place=None, index=index, action=(place, theirs)
            )
            self.found.append(found)


def _stranger(index: int, address: str, copy: Copy | None) -> FoundDisagreement:
    """A recipient in the record of a rule who was not under way; `copy` is one for the address."""
    if copy is None or copy.ended_at is None or copy.ended_at >= index:
        place = None if copy is None else copy.place
        return FoundDisagreement(
            kind=Disagreement.STRANGER, place=place, index=index, address=address
        )
    return FoundDisagreement(
        kind=Disagreement.ENDED,
        place=copy.place,
        index=index,
        address=address,
        ended_by=copy.ended_by,
    )


def _as_recorded(kind: str) -> str:
    """The kind as records have it: `stop` is a drop."""
    return "drop" if kind == "stop" else kind
