"""Judging accepted mail, with the evaluator that `mmctl simulate` judges with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.journal import Judged, RecipientEnd
from mmctl.emulator.records.rule_sets import RuleSetPieces
from mmctl.judge.facts_asked import facts_asked
from mmctl.judge.index.index import index_of
from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.mail.reader import read_received
from mmctl.model.facts import VerdictFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.emulator.delivering.progress import DoneSoFar
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal import Accepted
    from mmctl.judge.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is the same for all messages of one configuration."""

    configured: Configured
    functions: tuple[str, ...]
    """The functions whose answers its rules wait for."""
    pieces: RuleSetPieces
    assumes: bool
    """Whether anything is asked that may have to be assumed."""

    @classmethod
    def of(cls, configured: Configured) -> Prepared:
        """Prepare a configuration."""
        rules = configured.gateway.rules
        return cls(
            configured=configured,
            functions=functions_of(configured.gateway),
            pieces=RuleSetPieces.of(configured.rule_set_arn, configured.rule_set.name, rules),
            assumes=not facts_asked(configured.gateway).isdisjoint(VerdictFact),
        )

    def judge(self, submission: Submission, accepted: Accepted, progress: DoneSoFar) -> Trace:
        """Judge a message with what its functions answered and what failed so far.

        What nobody stated or computed is assumed to be good, and where nothing is good or bad, to
        be absent: mail must end somewhere. A function that was not asked yet answers `continue`.
        """
        gateway = self.configured.gateway
        stated = {name: LambdaAnswer(answer) for name, answer in accepted.answers.items()}
        scenario = Scenario(
            answers={**stated, **progress.answers},
            failing=frozenset((*self._labels(accepted), *progress.failing)),
        )
        index = index_of(gateway, assume_pass=True)
        among = index.survey(submission).rules
        scenario = going_on(scenario, self.functions)
        trace = judge_settled(gateway, submission, scenario, among=among)
        if self.assumes:  # rules that do not apply because of what is assumed are not among them
            assumed = index.judge(submission).assumed
            trace = replace(trace, assumed={**assumed, **trace.assumed})
        return trace

    def judged(self, trace: Trace, accepted: Accepted, progress: DoneSoFar) -> Judged:
        """What the journal says of a judgment: enough to judge the same again."""
        answers = {
            **accepted.answers,
            **{name: str(each) for name, each in progress.answers.items()},
        }
        return Judged(
            recipients=tuple(
                RecipientEnd(
                    recipient=each.recipient,
                    outcome=each.outcome.value,
                    by=each.by,
                    rules=each.applied,
                )
                for each in trace.recipients
            ),
            assumed={fact.fact: value for fact, value in trace.assumed.items()},
            answers=answers,
            failing=(*self._labels(accepted), *progress.failing),
        )

    def _labels(self, accepted: Accepted) -> Iterator[str]:
        """What fails by statement of the client, who knows the names: rules have the ids."""
        for label in accepted.failing:
            yield label
            kind, colon, name = label.partition(":")
            for body in self._named(kind.strip(), name.strip()) if colon else ():
                yield f"{kind.strip()}:{body}"

    def _named(self, kind: str, name: str) -> Iterator[str]:
        match kind:
            case "relay":
                bodies = self.configured.relays.values()
                yield from {each["RelayId"] for each in bodies if each["RelayName"] == name}
            case "archive":
                bodies = self.configured.archives.values()
                yield from {each["ArchiveId"] for each in bodies if each["ArchiveName"] == name}
            case _:
                return


def submission_of(accepted: Accepted, content: bytes) -> Submission:
    """What is judged: the message, its session and envelope, and what is known of it."""
    return Submission(
        email=read_received(content),
        session=accepted.session,
        envelope=accepted.envelope,
        facts=accepted.verdicts,
    )
