"""Test cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.dialect.grammar import (
    Anything,
    Bytes,
    Choice,
    Either,
    Flag,
    Named,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.rules import ENVIRONMENTS
from mmctl.language.dialect.words import OUTCOMES, may, need
from mmctl.model.facts import FACTS, Form, MessageFact
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.language.dialect.grammar import Member, Type
    from mmctl.model.facts import Fact


def _stated(fact: Fact) -> Type:
    """How a case states a fact."""
    match fact.form:
        case Form.TEXT | Form.ADDRESS | Form.DERIVED:
            return Word(doc=fact.doc)
        case Form.TEXTS:
            return Several(item=Word(), single=True, minimum=1, doc=fact.doc)
        case Form.FLAG:
            return Flag(doc=fact.doc)
        case Form.CHOICE:
            return Choice(values=fact.choices, doc=fact.doc)
        case Form.FIELDS | Form.HEADERS:
            return Named(value=Several(item=Word(), single=True), doc=fact.doc)
        case Form.ANSWERS:
            answer = Anything(doc="true, false or a text.")
            return Named(value=Named(value=answer), doc=fact.doc, names=(Kind.ADD_ON,))
        case Form.BYTES:
            return Bytes(doc=fact.doc)
        case never:
            assert_never(never)


def _facts(part: str) -> dict[str, Member]:
    """The facts that a part of a case states."""
    stated = (fact for fact in FACTS if fact.part == part and fact.form is not Form.DERIVED)
    return {fact.name.value: may(_stated(fact)) for fact in stated}


_RULE: Final = Word(names=(FileNoun.RULE,))
_EXPECTED = Record(
    title="expectation",
    doc="What is expected for one recipient; what is left out is not tested.",
    members={
        "outcome": may(Choice(values=OUTCOMES)),
        "by": may(
            Word(
                doc="The rule or statement that decides.", names=(FileNoun.RULE, FileNoun.STATEMENT)
            )
        ),
        "rules": may(Several(item=_RULE, doc="Exactly the rules that apply, in order.")),
        "rules_include": may(Several(item=_RULE, single=True, doc="Some rules that apply.")),
        "actions": may(
            Several(
                item=Word(names=(FileNoun.ACTION,)), doc="Exactly the actions that run, in order."
            )
        ),
    },
)
_MESSAGE_FACTS = _facts("message")
_WRITTEN_MESSAGE = Record(
    title="message",
    doc="A message written in the case.",
    members={
        **{name: member for name, member in _MESSAGE_FACTS.items() if name != MessageFact.SIZE},
        "body": may(Word(multiline=True)),
        MessageFact.SIZE.value: _MESSAGE_FACTS[MessageFact.SIZE],
    },
)
_CASE_FACTS = {
    "message": may(
        Either(
            word=Word(doc="A message file, beside this file.", names=(FileNoun.FILE,)),
            other=_WRITTEN_MESSAGE,
        )
    ),
    "session": may(Record(title="session", doc="The SMTP session.", members=_facts("session"))),
    "envelope": may(Record(title="envelope", doc="The SMTP envelope.", members=_facts("envelope"))),
    "verdicts": may(
        Record(
            title="verdicts",
            doc="What the service would know of the message; facts not stated are unknown.",
            members=_facts("verdicts"),
        )
    ),
    "lambda": may(
        Named(
            value=Choice(values=("continue", "stop_rule", "stop_rule_set")),
            doc="The answer of each invoked function, by name.",
        )
    ),
    "failing": may(
        Several(
            item=Word(names=(FileNoun.FAILING,)),
            single=True,
            doc="Actions that fail, such as `archive:NAME`.",
        )
    ),
    "expect": may(
        Named(
            value=Either(word=Choice(values=OUTCOMES), other=_EXPECTED),
            doc="The expectations, by recipient.",
        )
    ),
}
CASE: Final = Record(
    title="case",
    doc="A test case: a message, its facts, and what is expected.",
    members={
        "name": need(Word(doc="What the case shows.", names=(FileNoun.CASE,), defines=True)),
        "message": _CASE_FACTS["message"],
        "ingress_point": may(
            Word(
                doc="The ingress point of the message. Default: the only one.",
                names=(Kind.INGRESS_POINT,),
            )
        ),
        "rule_set": may(
            Word(
                doc="The rule set to judge it by, without a traffic policy.",
                names=(Kind.RULE_SET,),
            )
        ),
        "environments": ENVIRONMENTS,
        **_CASE_FACTS,
        "for_each": may(
            Several(
                item=Record(title="row", members=_CASE_FACTS),
                doc="One case per row; a row's values override those of the case.",
            )
        ),
        "todo": may(Word(doc="The reason why the case is expected to fail.")),
        "smoke": may(Flag(doc="Sent to the ingress point after an apply.")),
    },
    at_most_one=(("ingress_point", "rule_set"),),
)
