"""Disagreements of a log and the evaluator in words, in the names of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.judge.heard import Disagreement
from mmctl.judge.texts import Texts
from mmctl.operate.comparing.compared import Discrepancy
from mmctl.operate.logs.deciding import KnownMessage, MeantRules
from mmctl.operate.logs.deciding import together as together_meant
from mmctl.operate.logs.packed import all_of, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.heard import FoundDisagreement, RuleSaid
    from mmctl.judge.remembering import AskedConditions
    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import ConditionTrace, PolicyTrace
    from mmctl.language.project import LogicalRule
    from mmctl.operate.comparing.gateways import NamedGateway
    from mmctl.operate.logs.packed import HeldRules
    from mmctl.operate.logs.records import PolicyRecord, RuleRecord

TOGETHER: Final = "together"
"""Several rules of a message of which the log says what cannot be so together."""
NO_RULE: Final = "no such rule"
ADMITTED: Final = "admitted"
_VALUES_SHOWN: Final = 3
_LONGEST: Final = 80


class Sentences:
    """Says what the log and the evaluator say of one message."""

    def __init__(self, named: NamedGateway, submission: Submission) -> None:
        self._named = named
        self._submission = submission

    def of(self, found: FoundDisagreement) -> Discrepancy:
        """One disagreement, both sides of it."""
        log, simulation = self._both(found)
        name, at = (None, None) if found.index is None else self._called(found.index, found.place)
        return Discrepancy(
            kind=found.kind,
            rule=name,
            at=at,
            log=log,
            simulation=simulation,
            because=_because(found),
        )

    def _ender(self, name: str | None) -> str | None:
        """What the rule is called that ended it."""
        place = self._named.places.get(name or "")
        return name if place is None else called(self._named, place)[0]

    def _called(self, index: int, place: int | None) -> tuple[str, str | None]:
        """What a rule is called, and its place in the files; a live rule by what it holds."""
        held = self._named.held(index)
        if held is None or self._named.packed is None:
            return called(self._named, index)
        gateway, recipients = self._named.packed.gateway, self._submission.envelope.recipients
        known = KnownMessage(
            gateway=gateway,
            submission=self._submission,
            texts=Texts(self._submission, gateway.readings),
        )
        asked = recipients if place is None else recipients[place : place + 1]
        return _meant(held, together_meant(known.meant(held, each) for each in asked))

    def _both(self, found: FoundDisagreement) -> tuple[str, str]:
        match found.kind:
            case Disagreement.REFUSED:
                by = "" if found.policy is None else f" by `{found.policy.by}`"
                return "accepted", f"refused{by}"
            case Disagreement.APPLIED:
                return "applied", "cannot apply"
            case Disagreement.NOT_APPLIED:
                return "did not apply", "applies"
            case Disagreement.NOT_TRIED:
                return "has no record of it", "applies"
            case Disagreement.ENDED:
                return "applied", f"is not tried after `{self._ender(found.ended_by)}`"
            case Disagreement.STRANGER:
                return f"applied to `{found.address}`", "the message is not for this address"
            case Disagreement.NOT_DONE:
                return f"has no record of action {_action(found)}", "does it"
            case Disagreement.DONE:
                return f"did action {_action(found)}", "does not do it"
            case _:
                assert_never(found.kind)


def _action(found: FoundDisagreement) -> str:
    place, kind = found.action or (0, "")
    return f"{place + 1} `{kind}`"


def _because(found: FoundDisagreement) -> str | None:
    """The condition that decides for the evaluator."""
    if found.policy is not None:
        return _of_policy(found.policy)
    asked = found.asked
    if asked is None:
        return None
    if asked.answer.is_true:
        shown = [each for each in asked.conditions if each.answer.is_true]
        return "; ".join(map(condition_in_words, shown[:1])) or "it has no conditions"
    failed = next((each for each in asked.conditions if each.answer.is_false), None)
    if failed is not None:
        return f"not so: {condition_in_words(failed)}"
    held = next((each for each in asked.unless if each.answer.is_true), None)
    return None if held is None else f"held back by unless: {condition_in_words(held)}"


def _of_policy(policy: PolicyTrace) -> str | None:
    decided = next((each for each in policy.statements if each.name == policy.by), None)
    if decided is None or not decided.conditions:
        return None
    return condition_in_words(decided.conditions[0])


def condition_in_words(asked: ConditionTrace) -> str:
    """A condition with what the message has: `recipient equals a; it has b`."""
    values = _some(asked.matched or asked.values)
    has = _some(asked.compared) if asked.compared else "nothing"
    return f"{asked.operand} {asked.operator} {values}; it has {has}"


def _some(texts: Sequence[str]) -> str:
    shown = ", ".join(f"`{_short(text)}`" for text in texts[:_VALUES_SHOWN])
    more = len(texts) - _VALUES_SHOWN
    return shown if more <= 0 else f"{shown} and {more} more"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def recorded_elsewhere(record: RuleRecord) -> Discrepancy:
    """A rule that applied and that the rules compared with do not have."""
    name = record.rule or f"rule {record.index or 0}"
    return Discrepancy(
        kind=NO_RULE, rule=name, at=None, log="applied", simulation="there is no such rule"
    )


def together(clash: Sequence[RuleSaid], named: NamedGateway) -> Discrepancy:
    """Rules of which the log says what cannot be so together."""
    name, at = called(named, clash[0].index)
    return Discrepancy(
        kind=TOGETHER,
        rule=name,
        at=at,
        log=_listed((called(named, each.index)[0], _said(each)) for each in clash),
        simulation="this cannot be so together, whatever the message holds",
        because="; ".join(filter(None, (_open(each.asked) for each in clash[:2]))) or None,
    )


def called(named: NamedGateway, index: int) -> tuple[str, str | None]:
    """What a rule is called, and its place in the files, without a message."""
    held, rule = named.held(index), named.gateway.rules[index]
    if held is None:
        return rule.name, place_in_files(rule)
    return _meant(held, MeantRules(held.sources, decided=not held.holds_several))


def _meant(held: HeldRules, meant: MeantRules) -> tuple[str, str | None]:
    names = tuple(rule.name for rule in meant.rules)
    if len(names) == 1:
        return names[0], place_in_files(meant.rules[0])
    return all_of(names) if meant.decided else one_of(names, held.name), None


def _said(said: RuleSaid) -> str:
    return "applied" if said.applied else "did not apply"


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"`{name}` {said}" for name, said in pairs)


def _open(asked: AskedConditions) -> str | None:
    """The first condition of a rule that is open."""
    both = (*asked.conditions, *asked.unless)
    found = next((each for each in both if each.answer.is_unknown), None)
    return None if found is None else f"{found.operand} {found.operator} {_some(found.values)}"


def answer_discrepancy(record: PolicyRecord, trace: PolicyTrace) -> Discrepancy:
    """A recipient about whom the log and the evaluator say something else."""
    by = record.decided
    what = "the size of the message" if by is not None and by[1].kind == "size" else "the policy"
    return Discrepancy(
        kind=ADMITTED if trace.admitted.is_true else Disagreement.REFUSED,
        rule=None,
        at=None,
        log="admitted" if record.accepted else f"refused by {what}",
        simulation=f"{'admitted' if trace.admitted.is_true else 'refused'} by `{trace.by}`",
        because=_of_policy(trace),
    )


def place_in_files(rule: LogicalRule) -> str | None:
    """File and line of a rule; None: it is live, and in no file."""
    position = rule.position
    return None if position.line == 0 else f"{position.file}:{position.line}"
