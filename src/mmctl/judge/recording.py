"""What happened to a message → the members of a case that expects just that.

Values as the language writes them; layout and files are elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.project import Outcome
from mmctl.mail.email import NoPolicy
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.readings import Readings
    from mmctl.mail.email import Facts

_ABSENT: Final = "absent"
_VERDICTS: Final = ("spf", "dkim")
_ASSUMED: Final = {"yes": True, "no": False}


def recorded(simulated: Simulated, readings: Readings) -> dict[str, Any]:
    """Session, envelope, verdicts and expectations of a case; only what is known.

    What `--assume pass` took for granted is stated. Recipients whose outcome is unknown are left
    out of `expect`, which is empty where there are no others.
    """
    submission, trace = simulated.submission, simulated.trace
    session, envelope = submission.session, submission.envelope
    verdicts = _verdicts(submission.facts, readings)
    _assume(verdicts, trace.assumed)
    members = {
        "session": _without_none(
            source_ip=session.source_ip,
            helo=session.helo,
            tls=None if session.tls is None else session.tls.value,
        ),
        "envelope": _without_none(
            mail_from=None if envelope.mail_from is None else envelope.mail_from or "<>",
            recipients=list(envelope.recipients) or None,
        ),
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
    if got.outcome is not Outcome.REFUSED:
        expected["rules"] = list(got.applied)
        expected["actions"] = [action.label for action in got.actions]
    return expected


def _verdicts(facts: Facts, readings: Readings) -> dict[str, Any]:
    verdicts: dict[str, Any] = {
        name: value.value for name in _VERDICTS if (value := getattr(facts, name)) is not None
    }
    passed = facts.dmarc is RuleVerdict.PASS
    if passed and readings.dmarc_policy_means == "policy_when_dmarc_failed":
        # A case states the value that conditions see, and there is none.
        verdicts["dmarc_policy"] = _ABSENT
    elif facts.dmarc_policy is not None:
        none = isinstance(facts.dmarc_policy, NoPolicy)
        verdicts["dmarc_policy"] = _ABSENT if none else facts.dmarc_policy.value
    if facts.add_ons:
        verdicts["add_ons"] = {name: dict(fields) for name, fields in facts.add_ons.items()}
    return verdicts


def _assume(verdicts: dict[str, Any], assumed: Any) -> None:
    """State what was assumed: verdicts, and fields of add-ons (`vade.isPassed`)."""
    for fact, value in assumed.items():
        name, dot, field = fact.rpartition(".")
        if dot:
            add_ons = verdicts.setdefault("add_ons", {})
            add_ons.setdefault(name, {}).setdefault(field, _ASSUMED.get(value, value))
        elif fact in _VERDICTS:
            verdicts.setdefault(fact, value)
        else:
            verdicts.setdefault(fact, _ABSENT)


def _without_none(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
