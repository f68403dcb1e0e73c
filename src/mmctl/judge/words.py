"""Traces in words: one line for a condition.

Plain texts, without color or layout: `mmctl.render` adds those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.answers import Truth
from mmctl.mail.facts import shown, value_of
from mmctl.model.facts import FACT_OF, EnvelopeFact, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.trace import ConditionTrace
    from mmctl.mail.facts import Parts

_SHOWN: Final = 3
_LONGEST: Final = 60


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


def stated_words(parts: Parts) -> Iterator[tuple[str, str]]:
    """What is stated about a message, by the words of pages; each add-on answer separately."""
    for name in (*EnvelopeFact, *SessionFact, *VerdictFact):
        value, word = value_of(name, parts), FACT_OF[name].on_page
        if word is not None and value is not None:
            yield word, shown(value)
    for add_on, fields in parts.facts.add_ons.items():
        for field, answer in fields.items():
            yield f"{add_on}.{field}", shown(answer)


def _quoted(values: tuple[str, ...]) -> str:
    shown = [f'"{_shortened(value)}"' for value in values[:_SHOWN]]
    if len(values) > _SHOWN:
        shown.append(f"… ({len(values)} values)")
    return ", ".join(shown)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
