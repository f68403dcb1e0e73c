"""What happened to a message → the members of a case that expects exactly that.

Values as the language writes them; layout and files are elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.trace import RuleResult
from mmctl.language.project import Outcome
from mmctl.mail.email import NoPolicy
from mmctl.mail.facts import written_facts
from mmctl.model.enums import RuleVerdict
from mmctl.model.facts import FACT_OF, EnvelopeFact, Form, SessionFact, VerdictFact
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.readings import Readings
    from mmctl.mail.email import Facts

_VERDICTS: Final = tuple(name for name in VerdictFact if FACT_OF[name].form is not Form.DERIVED)
"""The verdicts that a case states."""
_ASSUMED: Final = {"yes": True, "no": False}


def recorded(simulated: Simulated, readings: Readings) -> dict[str, Any]:
    """Session, envelope, verdicts and expectations of a case; only what is known.

    What `--assume pass` assumed is stated. Recipients whose outcome is unknown are left out of
    `expect`, which is empty if there are no others. Where it is unknown of a rule if it applied,
    only the outcome is expected.
    """
    trace = simulated.trace
    submission = replace(simulated.submission, facts=_as_seen(simulated.submission.facts, readings))
    verdicts = written_facts(_VERDICTS, submission)
    _assume(verdicts, trace.assumed)
    members = {
        "session": written_facts(SessionFact, submission),
        "envelope": written_facts(EnvelopeFact, submission),
        "verdicts": verdicts,
    }
    return {
        **{name: value for name, value in members.items() if value},
        "expect": {
            got.recipient: _expected(got)
            for got in trace.recipients
            if got.outcome is not Outcome.UNKNOWN
        },
    }


def _expected(got: RecipientTrace) -> dict[str, Any]:
    expected: dict[str, Any] = {"outcome": got.outcome.value}
    if got.by is not None:
        expected["by"] = got.by
    if got.outcome is not Outcome.REFUSED and not _some_unknown(got):
        expected["rules"] = list(got.applied)
        expected["actions"] = [action.label for action in got.actions]
    return expected


def _some_unknown(got: RecipientTrace) -> bool:
    """Whether it is unknown of a rule if it applied: then no list of rules or actions holds."""
    return any(rule.result is RuleResult.UNKNOWN for rule in got.rules)


def _as_seen(facts: Facts, readings: Readings) -> Facts:
    """A case states the DMARC policy that conditions see: if DMARC passed, there may be none."""
    only_failed = readings.dmarc_policy_means == "policy_when_dmarc_failed"
    if only_failed and facts.dmarc is RuleVerdict.PASS:
        return replace(facts, dmarc_policy=NoPolicy.NO_POLICY)
    return facts


def _assume(verdicts: dict[str, Any], assumed: Mapping[MissingFact, str]) -> None:
    """State what was assumed: verdicts, and fields of add-ons."""
    for fact, value in assumed.items():
        if fact.answer is not None:
            add_on, field = fact.answer
            answers = verdicts.setdefault(VerdictFact.ADD_ONS.value, {}).setdefault(add_on, {})
            answers.setdefault(field, _ASSUMED.get(value, value))
        else:
            # What is assumed without being a choice of the verdict means that there is none.
            choices = FACT_OF[VerdictFact(fact.fact)].choices
            verdicts.setdefault(fact.fact, value if value in choices else choices[-1])
