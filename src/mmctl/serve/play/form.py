"""What the form of the page says about a message: texts as people type them, and facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.compare import client_address
from mmctl.mail.email import Facts, Session
from mmctl.mail.facts import Stated, bare, bare_address, stating, written_facts
from mmctl.model.facts import FACT_OF, EnvelopeFact, Form, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.mail.facts import Parts
    from mmctl.model.facts import Fact, StatedFact

FIELDS: Final[tuple[StatedFact, ...]] = tuple(
    name for name in (*EnvelopeFact, *SessionFact, *VerdictFact) if FACT_OF[name].option is not None
)
"""The facts that the form has: those that options of `simulate` state."""
_BETWEEN: Final = re.compile(r"[\n,;]+")
MOST_RECIPIENTS: Final = 100
"""Recipients that the page judges a message for."""
_ADDRESS: Final = "expected an IPv4 or IPv6 address"
_ANSWER: Final = "expected NAME.FIELD=VALUE, such as vade.isPassed=false"


class Unusable(ValueError):
    """A text of the form that is no value of its fact; the message says what was expected."""


def form_of(parts: Parts) -> dict[str, str]:
    """The texts of the form for what is known of a message; what is unknown is empty."""
    written = written_facts(FIELDS, parts)
    return {name.value: _text(FACT_OF[name], written.get(name.value)) for name in FIELDS}


def stated_in(form: Mapping[str, str], rest: Parts | None = None) -> tuple[Stated, dict[str, str]]:
    """What a form states, and for each field that is unusable what was expected.

    `rest` has what the form cannot show: fields of a certificate, the result of DMARC.
    """
    stated = Stated() if rest is None else _without_form(rest)
    wrong: dict[str, str] = {}
    for name in FIELDS:
        text = form.get(name.value, "").strip()
        if text:
            try:
                stated = stating(stated, name, _value(FACT_OF[name], text))
            except Unusable as error:
                wrong[name.value] = str(error)
    return stated, wrong


def _without_form(rest: Parts) -> Stated:
    session, facts = rest.session, rest.facts
    return Stated(
        session=Session(
            tls_wrapped=session.tls_wrapped, client_certificate=session.client_certificate
        ),
        facts=Facts(dmarc=facts.dmarc),
    )


def _text(fact: Fact, written: Any) -> str:
    if written is None:
        return ""
    if fact.form is Form.TEXTS:
        return "\n".join(written)
    if fact.form is Form.ANSWERS:
        return "\n".join(
            f"{add_on}.{name}={str(answer).lower() if isinstance(answer, bool) else answer}"
            for add_on, answers in written.items()
            for name, answer in answers.items()
        )
    return str(written)


def _value(fact: Fact, text: str) -> object:
    """What a text says, as a case writes it.

    Raises:
        Unusable: it says nothing that the fact can be.
    """
    if fact.form is Form.TEXTS:
        found = [each.strip() for each in _BETWEEN.split(text) if each.strip()]
        if len(found) > MOST_RECIPIENTS:
            raise Unusable(f"expected at most {MOST_RECIPIENTS} recipients, got {len(found):,}")
        return bare(found)
    if fact.form is Form.ANSWERS:
        return _answers(text)
    if fact.form is Form.ADDRESS and client_address(text) is None:
        raise Unusable(_ADDRESS)
    if fact.form is Form.CHOICE:
        for choice in fact.choices:
            if choice.lower() == text.lower():
                return choice
        raise Unusable(f"expected one of {', '.join(fact.choices)}")
    return bare_address(text) if isinstance(fact.name, EnvelopeFact) else text


def _answers(text: str) -> dict[str, dict[str, str | bool]]:
    found: dict[str, dict[str, str | bool]] = {}
    for each in _BETWEEN.split(text):
        if not each.strip():
            continue
        place, equals, value = each.strip().partition("=")
        name, dot, member = place.strip().partition(".")
        if not (equals and dot and name and member):
            raise Unusable(_ANSWER)
        boolean = {"true": True, "false": False}.get(value.strip().lower())
        found.setdefault(name, {})[member] = value.strip() if boolean is None else boolean
    return found
