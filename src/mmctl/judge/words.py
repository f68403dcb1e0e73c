"""Traces in words: one line for a condition, and how a missing fact is stated.

Plain texts, without color or layout: those are the matter of `mmctl.render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.answers import Truth

if TYPE_CHECKING:
    from mmctl.judge.answers import MissingFact
    from mmctl.judge.trace import ConditionTrace

_SHOWN: Final = 3
_LONGEST: Final = 60
_IN_SESSION: Final = frozenset({"source_ip", "helo", "tls"})
_IN_VERDICTS: Final = frozenset({"spf", "dkim", "dmarc_policy"})


def condition_line(asked: ConditionTrace) -> str:
    """A condition and what it was compared with: `from ends_with "@a.example"; it is "b@c.org"`."""
    wanted, met = condition_parts(asked)
    return f"{wanted}; {met}" if met else wanted


def condition_parts(asked: ConditionTrace) -> tuple[str, str]:
    """What a condition wants, and what it was compared with; the latter may be empty."""
    values = asked.matched if asked.answer.is_true and asked.matched else asked.values
    wanted = f"{asked.operand} {asked.operator} {_quoted(values)}"
    supposed = asked.answer.supposed
    if asked.answer.truth is Truth.UNKNOWN or supposed == "":
        return wanted, "not known"
    if supposed is not None:
        return wanted, f"assumed {_quoted((supposed,))}"
    if not asked.compared:
        return wanted, "" if asked.matched else "there is none"
    return wanted, f"it is {_quoted(asked.compared)}"


def stated_in_case(fact: MissingFact) -> str:
    """The member of a case that states a fact."""
    if fact.fact in _IN_SESSION:
        return f"session: {{{fact.fact}: …}}"
    if fact.fact in _IN_VERDICTS:
        return f"verdicts: {{{fact.fact}: …}}"
    if fact.fact == "mail_from":
        return "envelope: {mail_from: …}"
    if fact.states.startswith("--add-on"):
        name, _, result = fact.fact.partition(".")
        return f"verdicts: {{add_ons: {{{name}: {{{result}: …}}}}}}"
    return fact.states.removesuffix(" in a case").removesuffix(" in the project")


def _quoted(values: tuple[str, ...]) -> str:
    shown = [f'"{_shortened(value)}"' for value in values[:_SHOWN]]
    if len(values) > _SHOWN:
        shown.append(f"… ({len(values)} values)")
    return ", ".join(shown)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
