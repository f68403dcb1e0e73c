"""Traces for programs: everything that happened to one message, as parts of JSON documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from mmctl.judge.answers import MissingFact
    from mmctl.judge.comparison import Difference
    from mmctl.judge.judged import Ended
    from mmctl.judge.simulation import Known, Simulated
    from mmctl.judge.tally import Tally
    from mmctl.judge.trace import (
        ConditionTrace,
        Performed,
        PolicyTrace,
        RecipientTrace,
        RuleTrace,
        StatementTrace,
        Trace,
    )


def message_document(message: Simulated) -> dict[str, Any]:
    """What happens to one message, with what was known about it."""
    return {
        "message": message.message,
        "known": [known_document(known) for known in message.known],
        **trace_document(message.trace),
        "differences": [difference_document(found) for found in message.differences],
        "depends_on": [
            {
                "recipient": dependence.recipient,
                "reading": dependence.reading,
                "chosen": dependence.chosen,
                "other": dependence.other,
                "outcome": dependence.outcome.value,
                "outcome_if_other": dependence.outcome_if_other.value,
            }
            for dependence in message.dependences
        ],
    }


def known_document(known: Known) -> dict[str, Any]:
    """One thing that is known about a message, and its source."""
    document = {"name": known.name, "value": known.value, "source": known.source}
    return document if known.detail is None else document | {"detail": known.detail}


def difference_document(found: Difference) -> dict[str, Any]:
    """One recipient who is treated differently under other rules."""
    return {
        "recipient": found.recipient,
        "before": _ended(found.before),
        "after": _ended(found.after),
    }


def _ended(ended: Ended) -> dict[str, Any]:
    return {
        "outcome": ended.outcome.value,
        "by": ended.by,
        "rules": list(ended.rules),
        "actions": list(ended.actions),
    }


def trace_document(trace: Trace) -> dict[str, Any]:
    """How one message was judged."""
    return {
        "recipients": [_recipient(got) for got in trace.recipients],
        "performed": [_performed(performed) for performed in trace.performed],
        "assumed": {fact.fact: value for fact, value in trace.assumed.items()},
        "notes": list(trace.notes),
    }


def _recipient(got: RecipientTrace) -> dict[str, Any]:
    return {
        "recipient": got.recipient,
        "outcome": got.outcome.value,
        "by": got.by,
        "rules": list(got.applied),
        "actions": [action.label for action in got.actions],
        "possible": [outcome.value for outcome in got.possible],
        "missing": [missing_document(fact) for fact in got.missing],
        "policy": None if got.policy is None else policy_document(got.policy),
        "copies": [
            {
                "address": copy.address,
                "headers": [list(header) for header in copy.headers],
                "outcome": copy.outcome.value,
                "by": copy.by,
                "ended_by": copy.ended_by,
                "rules": [rule_document(rule) for rule in copy.rules],
            }
            for copy in got.copies
        ],
    }


def missing_document(fact: MissingFact) -> dict[str, str]:
    """A fact that nobody stated, and what states it."""
    return {"fact": fact.fact, "about": fact.about, "states": fact.states}


def policy_document(policy: PolicyTrace) -> dict[str, Any]:
    """What the traffic policy decided for one recipient."""
    return {
        "admitted": policy.admitted.truth.value,
        "by": policy.by,
        "statements": [statement_document(statement) for statement in policy.statements],
    }


def statement_document(statement: StatementTrace) -> dict[str, Any]:
    """How one statement of the policy ended for one recipient."""
    return {
        "name": statement.name,
        "action": "allow" if statement.allows else "deny",
        "answer": statement.answer.truth.value,
        "conditions": [condition_document(asked) for asked in statement.conditions],
    }


def rule_document(rule: RuleTrace) -> dict[str, Any]:
    """How one rule ended for one copy of the message."""
    return {
        "rule": rule.rule,
        "index": rule.index,
        "file": rule.position.file,
        "line": rule.position.line,
        "result": rule.result.value,
        "recipient": rule.recipient,
        "conditions": [condition_document(asked) for asked in rule.conditions],
        "unless": [condition_document(asked) for asked in rule.unless],
        "actions": [
            {
                "action": action.label,
                "result": action.result.value,
                "recipient": action.recipient,
                "headers": [list(header) for header in action.headers],
            }
            for action in rule.actions
        ],
    }


def condition_document(asked: ConditionTrace) -> dict[str, Any]:
    """One condition with what it was compared with."""
    return {
        "operand": asked.operand,
        "operator": asked.operator,
        "values": list(asked.values),
        "compared": list(asked.compared),
        "matched": list(asked.matched),
        "answer": asked.answer.truth.value,
    }


def _performed(performed: Performed) -> dict[str, Any]:
    return {
        "rule": performed.rule,
        "action": performed.kind,
        "target": performed.target,
        "recipients": list(performed.recipients),
        "headers": [list(header) for header in performed.headers],
        "failed": performed.failed,
    }


def tally_document(tally: Tally) -> dict[str, Any]:
    """The counts of many messages."""
    skipped = {why.value.replace(" ", "_"): count for why, count in tally.left_out.items()}
    return {
        **({"skipped": skipped} if skipped else {}),
        **({"judged_rule_by_rule": tally.evaluated} if tally.evaluated else {}),
        "messages": tally.messages,
        "recipients": tally.recipients,
        "without_recipients": tally.without_recipients,
        "outcomes": {kind.value: tally.outcomes[kind] for kind in Outcome if tally.outcomes[kind]},
        "decided": [
            {"by": by, "outcome": outcome.value, "recipients": count}
            for (by, outcome), count in tally.decided.most_common()
        ],
        "differing": tally.differing,
        "differences": dict(tally.differences),
        "missing": [
            {"fact": fact, "states": states, "recipients": count}
            for (fact, states), count in tally.missing.items()
        ],
        "depends_on": [
            {
                "reading": reading.reading,
                "chosen": reading.chosen,
                "other": reading.other,
                "outcome": reading.outcome.value,
                "outcome_if_other": reading.outcome_if_other.value,
                "recipients": count,
            }
            for reading, count in tally.readings.items()
        ],
    }
