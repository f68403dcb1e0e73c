"""The counts of a batch as JSON and back, so that counts of files add up to those of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mmctl.judge.answers import MissingFact
from mmctl.judge.tally import Reading, Tally
from mmctl.language.project import Outcome
from mmctl.mail.left_out import Why

if TYPE_CHECKING:
    from collections.abc import Mapping


def counts_document(tally: Tally) -> dict[str, Any]:
    """Counts as JSON; the order in which things were first seen is kept.

    How many messages were judged rule by rule is left out: it depends on how the work was shared.
    """
    return {
        "messages": tally.messages,
        "recipients": tally.recipients,
        "without_recipients": tally.without_recipients,
        "differing": tally.differing,
        "with_notes": tally.with_notes,
        "outcomes": dict(tally.outcomes),
        "decided": [[by, outcome, count] for (by, outcome), count in tally.decided.items()],
        "missing": [[_fact(tally.facts[key]), count] for key, count in tally.missing.items()],
        "readings": [
            [
                each.reading,
                each.chosen,
                each.other,
                each.outcome,
                each.outcome_if_other,
                tally.examples[each],
                count,
            ]
            for each, count in tally.readings.items()
        ],
        "differences": list(tally.differences.items()),
        "assumed": [[fact, value, count] for (fact, value), count in tally.assumed.items()],
        "left_out": dict(tally.left_out),
    }


def tally_of(document: Mapping[str, Any]) -> Tally:
    """The counts that were written.

    Raises:
        KeyError, ValueError, TypeError: it is not such a document.
    """
    tally = Tally(
        messages=_number(document["messages"]),
        recipients=_number(document["recipients"]),
        without_recipients=_number(document["without_recipients"]),
        differing=_number(document["differing"]),
        with_notes=_number(document["with_notes"]),
    )
    outcomes = document["outcomes"].items()
    tally.outcomes = Counter({Outcome(key): _number(count) for key, count in outcomes})
    for by, outcome, count in document["decided"]:
        tally.decided[by, Outcome(outcome)] = _number(count)
    for written, count in document["missing"]:
        fact = _fact_of(written)
        tally.missing[fact.fact, fact.states] = _number(count)
        tally.facts[fact.fact, fact.states] = fact
    for reading, chosen, other, outcome, if_other, example, count in document["readings"]:
        each = Reading(reading, chosen, other, Outcome(outcome), Outcome(if_other))
        tally.readings[each] = _number(count)
        tally.examples[each] = example
    differences = document["differences"]
    tally.differences = Counter({str(kind): _number(count) for kind, count in differences})
    for name, value, count in document["assumed"]:
        tally.assumed[name, value] = _number(count)
    left_out = document["left_out"].items()
    tally.left_out = Counter({Why(key): _number(count) for key, count in left_out})
    return tally


def _number(count: Any) -> int:
    if type(count) is not int or count < 0:
        raise ValueError(count)
    return count


def _fact(fact: MissingFact) -> dict[str, Any]:
    return {
        "fact": fact.fact,
        "about": fact.about,
        "states": fact.states,
        "in_case": fact.in_case,
        "option": fact.option,
        "argument": fact.argument,
        "answer": fact.answer,
        "choices": fact.choices,
        "passing": fact.passing,
    }


def _fact_of(written: Mapping[str, Any]) -> MissingFact:
    answer = written["answer"]
    return MissingFact(
        fact=written["fact"],
        about=written["about"],
        states=written["states"],
        in_case=written["in_case"],
        option=written["option"],
        argument=written["argument"],
        answer=None if answer is None else (answer[0], answer[1]),
        choices=tuple(written["choices"]),
        passing=written["passing"],
    )
