"""Company rules, `lint: {forbid, require}`: what files must not say, or must say.

The keys of what they describe are taken from the records of rules and resources, so that a key that
is added there can be described here at once.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.dialect.grammar import (
    Anything,
    Choice,
    Count,
    Deferred,
    Either,
    Flag,
    Forms,
    Leaf,
    Member,
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.resources import STATEMENT, record_of
from mmctl.language.dialect.rules import RULE
from mmctl.language.dialect.words import may, need
from mmctl.model.actions import ACTIONS, STOP, WORDS
from mmctl.model.enums import RuleClientCertificateAttribute
from mmctl.model.kinds import Kind
from mmctl.model.operands import POLICY_OPERANDS, RULE_OPERANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.model.actions import ActionRow, Key
    from mmctl.model.operands import Operand

WHEN: Final = "when"
RULES: Final = "rules"
STATEMENTS: Final = "statements"
NEGATION: Final = "not"
EVERY: Final = "only"
EXISTS: Final = "exists"
PARTS: Final = ("starts_with", "ends_with", "contains")
"""How a part of a text is compared: no patterns, so nothing in a file can take long to compare."""
CONDITIONS: Final = "conditions"
UNLESS: Final = "unless"
ID: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
_LEFT_OUT: Final = frozenset(
    {"rules", "statements", "mtls", "members_file", "sample_file", *STATEMENT.one_of[0]}
)
"""Keys whose values are described by other keys, or are not in a project once it is read."""
_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "conditions": "write `condition: {field: …}`",
        "unless": "write `condition: {under: unless, field: …}`",
        "actions": "write `action: …`",
    }
)
_NO_PATTERNS: Final = "there are no patterns: `starts_with`, `ends_with` or `contains`"
_TEST_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equals": "write the text itself",
        "not_equals": "write `{not: …}`",
        "regex": _NO_PATTERNS,
        "matches": _NO_PATTERNS,
        "any": "write a list: any of its items",
    }
)
_FIELD_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(
        (*(operand.key for operand in RULE_OPERANDS), *PARTS),
        "write `field: …`, `operator: …` and `value: …`",
    )
)


def _tests(type_: Leaf, doc: str = "") -> Several:
    """What may be said of a value: the value, a list of such (any of them), or one test."""
    # What is only about writing it in its own place is left out.
    bare = Word(pattern=type_.pattern) if isinstance(type_, Word) else type_
    names = type_.names if isinstance(type_, Word) else ()
    return Several(item=_item(bare), single=True, minimum=1, doc=doc or type_.doc, names=names)


@cache
def _item(word: Leaf) -> Either:
    again = _several(Deferred(make=lambda: _item(word)))
    parts: dict[str, Type] = dict.fromkeys(PARTS, _TEXTS) if isinstance(word, Word) else {}
    tests = {NEGATION: again, EVERY: again, EXISTS: Flag(doc=_GIVEN), **parts}
    other = OneKey(title="test", options=tests, advice=_TEST_ADVICE)
    return Either(word=word, other=other, title="value or test")


def _several(item: Type, doc: str = "") -> Several:
    return Several(item=item, single=True, minimum=1, doc=doc)


_TEXTS: Final = _several(Word())
_GIVEN: Final = "`true`: there is a value; `false`: there is none."


def _described(members: Mapping[str, Member]) -> dict[str, Member]:
    """The keys of a record, with tests in place of values."""
    found = ((key, _description(member.type)) for key, member in members.items())
    return {key: may(type_) for key, type_ in found if type_ is not None and key not in _LEFT_OUT}


def _description(type_: Type) -> Type | None:
    """What describes a value of a type; None: it cannot be described."""
    if isinstance(type_, Leaf):
        return _tests(type_)
    match type_:
        case Several(item=Word() | Choice() as item):
            return _tests(item, type_.doc)
        case Named(value=Word() as item):
            return Named(value=_tests(item), doc=type_.doc)
        case Either(other=Several(item=Word())):
            return _tests(Word(), type_.doc)
        case Either(word=word, other=Record() as record):
            described = Record(title=record.title, members=_described(record.members))
            return Either(word=word, other=described, doc=type_.doc)
        case Record():
            return Record(title=type_.title, members=_described(type_.members), doc=type_.doc)
        case Several() | Named() | Either() | OneKey() | Forms() | Anything() | Deferred():
            return None
        case _:
            assert_never(type_)


def _action(row: ActionRow[Any]) -> Type:
    if row.bare is not None:
        return _tests(Word(), row.doc)
    members = {key.word: may(_tests(_value(key), key.doc)) for key in row.words}
    return Record(title=row.key, key=True, doc=row.doc, members=members, empty=True)


def _value(key: Key) -> Word | Choice | Count:
    if key.choices:
        return Choice(values=key.choices)
    if key.most is not None:
        return Count(maximum=key.most)
    return Word(names=() if key.names is None else (key.names,))


_ACTIONS: Final[Mapping[str, Type]] = {
    **{row.key: _action(row) for row in ACTIONS},
    STOP: _action(WORDS[STOP]),
}


@cache
def _described_action() -> Several:
    again = Deferred(make=_described_action)
    return _several(
        OneKey(
            title="described action",
            words=tuple(_ACTIONS),
            options={**_ACTIONS, NEGATION: again, EVERY: again},
        ),
        "An action, with its keys if they matter: `relay`, or `{relay: {to: exchange}}`.",
    )


def _condition(operands: tuple[Operand, ...], *, under: bool) -> Forms:
    """What describes the conditions of rules, or of statements."""
    fields = tuple(operand.key for operand in operands)
    operators = dict.fromkeys(
        operator
        for operand in operands
        for comparison in operand.comparisons
        for operator in comparison.operators
    )
    members: dict[str, Member] = {
        "field": may(_tests(Choice(values=fields), "What is compared: `from`, `source_ip`, …")),
        "operator": may(_tests(Choice(values=tuple(operators)), "How it is compared.")),
        "value": may(_tests(Word(), "What it is compared with; a list has several values.")),
        "name": may(_tests(Word(), "The name of the header or add-on.")),
        "add_on_field": may(_tests(Word(), "The field of the add-on.")),
    }
    if under:
        attributes = tuple(each.value.lower() for each in RuleClientCertificateAttribute)
        place = Choice(values=(CONDITIONS, UNLESS), doc="Where it stands. Default: anywhere.")
        members["under"] = may(place)
        members["attribute"] = may(_tests(Choice(values=attributes), "The certificate's field."))
    record = Record(
        title="described condition", doc="One condition.", members=members, advice=_FIELD_ADVICE
    )
    again = Deferred(make=lambda: described)
    described = Forms(
        title="condition, or a test of all of them",
        doc="A condition: its field, operator and value, as far as they matter.",
        forms=(
            (NEGATION, _test(NEGATION, again, "No condition is so.")),
            (EVERY, _test(EVERY, again, "Every condition is so.")),
            (EXISTS, _test(EXISTS, Flag(), "There are conditions, or none.")),
            ("field", record),
        ),
    )
    return described


def _test(key: str, type_: Type, doc: str) -> Record:
    return Record(title=f"test `{key}`", members={key: need(type_)}, doc=doc)


_PLACE: Final[dict[str, Member]] = {
    "file": may(_tests(Word(names=(FileNoun.FILE,)), "The file that it is written in."))
}
_RULE: Final[dict[str, Member]] = {
    **_described({key: RULE.members[key] for key in RULE.members if key != UNLESS}),
    "phase": may(_tests(Word(names=(FileNoun.PHASE,)), "The phase of the rule.")),
    "rule_set": may(_tests(Word(names=(Kind.RULE_SET,)), "The rule set of the rule.")),
    **_PLACE,
    "condition": may(_condition(RULE_OPERANDS, under=True)),
    "action": may(_described_action()),
}
_OTHER_RULE: Final = Record(
    title="description of another rule", members=_RULE, advice=_ADVICE, doc="Another rule."
)
_ORDER: Final = Forms(
    title="another rule",
    doc="Another live rule of the rule set.",
    forms=((NEGATION, _test(NEGATION, _OTHER_RULE, "No rule is so.")), ("name", _OTHER_RULE)),
)
_STATEMENT: Final[dict[str, Member]] = {
    "name": may(_tests(Word(names=(FileNoun.STATEMENT,)), "The name of the statement.")),
    "owner": may(
        _tests(Word(names=(FileNoun.OWNER,)), "The team that is responsible for the statement.")
    ),
    "policy": may(
        _tests(Word(names=(Kind.TRAFFIC_POLICY,)), "The traffic policy of the statement.")
    ),
    "effect": may(_tests(Choice(values=("allow", "deny")), "What the statement does.")),
    **_PLACE,
    "condition": may(_condition(POLICY_OPERANDS, under=False)),
}


def _description_of(about: str, members: Mapping[str, Member]) -> Record:
    title = f"description of {about.replace('_', ' ')}"
    return Record(title=title, members=members, advice=_ADVICE, doc="All of these must fit.")


def _name_of(kind: Kind) -> Member:
    return may(_tests(Word(names=(kind,)), "The logical name."))


DESCRIPTIONS: Final[Mapping[str, Record]] = {
    RULES: _description_of(RULES, {**_RULE, "before": may(_ORDER), "after": may(_ORDER)}),
    STATEMENTS: _description_of(STATEMENTS, _STATEMENT),
    **{
        kind.value: _description_of(
            kind.value, {"name": _name_of(kind), **_described(record_of(kind).members), **_PLACE}
        )
        for kind in Kind
    },
}
"""What a company rule may say of each thing that it can be about."""


def _entry(title: str, doc: str, about: str, *, then: bool) -> Record:
    """A company rule about one kind of thing."""
    description = DESCRIPTIONS[about]
    key = WHEN if about == RULES else about
    members: dict[str, Member] = {
        "id": need(Word(pattern=ID, doc="Its name in reports: lower case, with `-`.")),
        key: Member(type=description, required=not (then and about == RULES)),
    }
    if then:
        several = Several(item=description, single=True, minimum=1, doc="What it must be.")
        members["then"] = need(several)
    severity = Choice(values=("error", "warning", "info"), doc="How bad it is. Default: error.")
    return Record(
        title=title,
        doc=doc,
        members={
            **members,
            "message": need(Word(doc="What is wrong, for the person who wrote it.")),
            "severity": may(severity),
        },
    )


def _entries(key: str, doc: str, *, then: bool) -> Several:
    title = f"entry of `{key}`"
    others = tuple(about for about in DESCRIPTIONS if about != RULES)
    forms = [(about, _entry(f"{title} about {about}", doc, about, then=then)) for about in others]
    rules = (WHEN, _entry(title, doc, RULES, then=then))
    return Several(item=Forms(title=f"{title} of any kind", forms=(*forms, rules)), doc=doc)


def forbidden() -> Several:
    """What `lint: {forbid: …}` takes."""
    return _entries("forbid", "What no file may say.", then=False)


def required() -> Several:
    """What `lint: {require: …}` takes."""
    return _entries("require", "What files must say.", then=True)
