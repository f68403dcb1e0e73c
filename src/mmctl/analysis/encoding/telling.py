"""A witness in words: who writes to whom, and what makes it end as it does."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.mail.email import NoPolicy, Tls
from mmctl.mail.facts import STATED, shown, value_of
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import FACT_OF, EnvelopeFact
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.mail.facts import Value

LONGEST: Final = 60
"""The most characters of a text that are shown."""
_ORDINARY: Final = frozenset(
    {RuleVerdict.PASS, RuleDmarcPolicy.NONE, NoPolicy.NO_POLICY, Tls.TLS1_2, Tls.TLS1_3}
)


def told(witness: Witness) -> str:
    """Sender, recipient, and the facts that make it another message than an ordinary one."""
    envelope = witness.submission.envelope
    sender = f"`{_short(envelope.mail_from)}`" if envelope.mail_from else "the null sender"
    others = len(envelope.recipients) - 1
    facts = [
        *((f"{others} more recipients" if others > 1 else "one more recipient",) if others else ()),
        *facts_told(witness, ordinary=False),
    ]
    more = f" ({'; '.join(facts)})" if facts else ""
    return f"from {sender} to `{_short(envelope.recipients[0])}`{more}"


def facts_told(witness: Witness, *, ordinary: bool = True) -> Iterator[str]:
    """What is in the message and known of it; `ordinary`: also what most mail has."""
    for line in witness.content.decode("utf-8", "replace").replace("\r\n ", " ").splitlines():
        if line.partition(":")[2].strip():
            yield _short(line)
    if witness.size is not None:
        yield f"{witness.size:,} bytes"
    for fact in STATED:
        value = value_of(fact, witness.submission)
        if isinstance(fact, EnvelopeFact) or value is None or value == {}:
            continue
        if ordinary or not _is_ordinary(value):
            yield _short(f"{FACT_OF[fact].on_page or fact.value} {shown(value)}")
    for function, answer in witness.scenario.answers.items():
        yield f"{visible(function.rpartition(':')[2])} answers {answer.value}"
    yield from (f"{visible(action)} fails" for action in sorted(witness.scenario.failing))
    for name, addresses in witness.listed.items():
        listed = ", ".join(map(visible, addresses)) or "none of these addresses"
        yield f"if address list {visible(name)} has {listed}"
    for name, includes in witness.deleted.items():
        yield f"if deleted address list {visible(name)} has {'everybody' if includes else 'nobody'}"
    for name, choice in witness.readings.items():
        yield f"under {name}: {choice}"


def _is_ordinary(value: Value) -> bool:
    """Whether most mail has this: good verdicts, and a session with TLS."""
    return value is False or (isinstance(value, StrEnum) and value in _ORDINARY)


def _short(text: str) -> str:
    said = visible(text)
    return said if len(said) <= LONGEST else said[:LONGEST] + "..."
