"""What add-ons answered, as conditions of rules and policies see it.

An add-on may give no answer, or not in time; nobody says what the service answers then. Here no
condition on it holds, so that nothing is taken for granted: `is: true`, `is: false` and
`not_equals` are all false. What nobody stated may be that, too.

Fields: `isPassed`, `category`, `verdict`, `isListed`, `listedOn`. AWS's pattern allows an `addon.`
before the name and spaces inside, so spellings are compared without them and in lower case.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.judge.answers import FALSE, known
from mmctl.judge.lookup import NO, YES, Lookup, missing_fact, string_found
from mmctl.model.enums import IpType, RuleVerdict
from mmctl.model.facts import ADD_ONS, SOURCE_IP
from mmctl.model.operands import ADD_ON
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.answers import Answer, MissingFact
    from mmctl.judge.lookup import Asking
    from mmctl.mail.email import Facts
    from mmctl.model.enums import RuleStringOperator
    from mmctl.model.policies import IngressAnalysis
    from mmctl.model.rules import Analysis

_PASSING: Final = {"ispassed": YES, "islisted": NO}
_FLAGS: Final = {YES: "true", NO: "false"}
_FAMILY: Final = "over IPv4 or IPv6"
_OVER_IPV4: Final = "IPv4"
_OVER_IPV6: Final = "IPv6"
NO_ANSWER: Final = "absent"
"""How it is stated that an add-on gives no answer."""
TRUE_TEXTS: Final = frozenset({"true", "yes", "1"})
"""Answers that count as true."""


def add_on_value(facts: Facts, analysis: Analysis | IngressAnalysis) -> str | bool | None:
    """What an add-on answered in one field; None: not stated."""
    for name, fields in facts.add_ons.items():
        if is_add_on(name, analysis.analyzer):
            for field, value in fields.items():
                if spelling(field) == spelling(analysis.result_field):
                    return value
    return None


def operand_of(analysis: Analysis | IngressAnalysis) -> str:
    """The add-on and field, as the command line names them: `vade.isPassed`."""
    return f"{_name(analysis)}.{analysis.result_field}"


def _name(analysis: Analysis | IngressAnalysis) -> str:
    """An add-on as cases and options name it: without the rest of its ARN."""
    return analysis.analyzer.rpartition("/")[2]


def boolean_found(asking: Asking, analysis: Analysis | IngressAnalysis, *, wanted: bool) -> Lookup:
    """Evaluate a true-or-false field."""
    value = add_on_value(asking.submission.facts, analysis)
    if value is None:
        passing = _PASSING.get(spelling(analysis.result_field))
        fact = _missing(analysis, (YES, NO, NO_ANSWER), passing=passing)
        wanted_answer = YES if wanted else NO
        answer = asking.depending(fact, lambda could_be: could_be == wanted_answer)
    elif value == NO_ANSWER:
        answer = FALSE
    else:
        true = value if isinstance(value, bool) else reads_as_true(value)
        answer = known(true is wanted)
    return Lookup(
        operand=operand_of(analysis),
        operator="is",
        values=("true" if wanted else "false",),
        compared=() if value is None else (str(value).lower(),),
        answer=answer,
    )


def text_found(
    asking: Asking,
    analysis: Analysis | IngressAnalysis,
    operator: RuleStringOperator,
    values: Sequence[str],
) -> Lookup:
    """Compare a field with texts."""
    value = add_on_value(asking.submission.facts, analysis)
    found = string_found(
        asking,
        operand=ADD_ON,
        name=operand_of(analysis),
        operator=operator,
        values=values,
        texts=None if value is None else (_text(value),),
        missing=lambda about: _missing(analysis, (YES, NO, NO_ANSWER), passing=None, about=about),
    )
    return found._replace(answer=FALSE, matched=()) if value == NO_ANSWER else found


def verdict_found(
    asking: Asking, analysis: Analysis, *, negative: bool, values: Sequence[str]
) -> Lookup:
    """Compare a field with verdicts."""
    value = add_on_value(asking.submission.facts, analysis)
    verdict = None if value is None else reads_as_verdict(_text(value))
    if verdict is None:
        fact = _missing(analysis, (*RuleVerdict, NO_ANSWER), passing=RuleVerdict.PASS)
        answer = asking.depending(
            fact,
            lambda could_be: could_be != NO_ANSWER and (could_be in values) is not negative,
        )
    elif value == NO_ANSWER:
        answer = FALSE
    else:
        answer = known((verdict in values) is not negative)
    return Lookup(
        operand=operand_of(analysis),
        operator="verdict_not_equals" if negative else "verdict_equals",
        values=tuple(values),
        compared=() if verdict is None else (verdict,),
        answer=answer,
        matched=tuple(value for value in values if value == verdict),
    )


def not_asked_over_ipv6(asking: Asking, found: Lookup) -> Lookup:
    """A policy's add-on condition, as it applies to clients on IPv6.

    Add-ons are not used there:
    https://docs.aws.amazon.com/ses/latest/dg/eb-filters.html. A client that is not stated may be
    on IPv6 if the ingress point takes both, and otherwise counts as one on IPv4.
    """
    address = asking.address()
    over_ipv6 = known(asking.readings.add_on_over_ipv6 == "ignored")
    if address is None and asking.gateway.ip_type is IpType.DUAL_STACK:
        return found._replace(answer=_over_either(asking, found.answer, over_ipv6))
    if address is None or address.version == 4:  # noqa: PLR2004 - the IP versions are 4 and 6
        return found
    return Lookup(
        operand=found.operand,
        operator=found.operator,
        values=found.values,
        compared=("not asked over IPv6",),
        answer=over_ipv6,
    )


def _over_either(asking: Asking, over_ipv4: Answer, over_ipv6: Answer) -> Answer:
    """The answer if the client's IP version is not stated."""
    if over_ipv4.is_unknown or over_ipv4.truth is over_ipv6.truth:
        return over_ipv4
    fact = missing_fact(SOURCE_IP, about=_FAMILY, choices=(_OVER_IPV4, _OVER_IPV6))
    return asking.depending(
        fact, lambda family: (over_ipv4 if family == _OVER_IPV4 else over_ipv6).is_true
    )


def _missing(
    analysis: Analysis | IngressAnalysis,
    choices: tuple[str, ...],
    *,
    passing: str | None,
    about: str = "",
) -> MissingFact:
    """An add-on's field that nobody stated."""
    operand = operand_of(analysis)
    add_on, field = _name(analysis), analysis.result_field
    value = _FLAGS.get(passing, passing) if passing is not None else "TEXT"
    return replace(
        missing_fact(ADD_ONS, name=operand, about=about, choices=choices),
        states=f"{ADD_ONS.states} {operand}=…",
        in_case=f"verdicts: {{add_ons: {{{add_on}: {{{field}: …}}}}}}",
        argument=f"{operand}={value}",
        answer=(add_on, field),
        passing=passing,
    )


def is_add_on(stated: str, analyzer: str) -> bool:
    """Whether a case or option means the add-on of a condition: by its name, id or ARN."""
    return stated in {analyzer, analyzer.rpartition("/")[2], analyzer.removeprefix("id:")}


@lru_cache(maxsize=64)
def spelling(field: str) -> str:
    """A field as it is compared: without spaces, letter case and prefix."""
    return "".join(field.split()).lower().removeprefix("addon.")


def reads_as_true(text: str) -> bool:
    """Whether an answer counts as true."""
    return text.strip().lower() in TRUE_TEXTS


def reads_as_verdict(text: str) -> str:
    """An answer as it is compared with verdicts."""
    return text.strip().upper()


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
