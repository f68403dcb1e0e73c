"""What a condition may look at for one recipient, and how it asks for facts that may be missing.

`mmctl.model.facts` declares the facts. The conditions themselves are
in `mmctl.judge.conditions` (rules) and `mmctl.judge.policy` (traffic policies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.judge.answers import FALSE, Answer, MissingFact, depending, known
from mmctl.judge.compare import client_address, networks_around, same_family, values_met
from mmctl.judge.compared import is_long
from mmctl.judge.vocabulary import vocabulary_of
from mmctl.mail.email import NoPolicy, Tls
from mmctl.mail.facts import value_of
from mmctl.model.comparisons import NEGATED
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import DMARC_POLICY, FACTS, SOURCE_IP, HeaderName, MessageFact
from mmctl.model.operands import Holds
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mmctl.judge.compare import IpAddress
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.texts import Texts
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleStringOperator
    from mmctl.model.facts import Fact, FactName
    from mmctl.model.operands import Operand

YES: Final = "yes"
NO: Final = "no"
OTHER_FAMILY: Final = "other family"
NO_VALUE: Final = "no value"
_TRUE: Final = "true"
_FALSE: Final = "false"
_NOT: Final = frozenset({NO, _FALSE, Tls.NONE.value})
"""Choices of facts that are not true."""


def missing_fact(
    fact: Fact, *, name: str | None = None, about: str = "", choices: tuple[str, ...] = (NO, YES)
) -> MissingFact:
    """A fact that nobody stated; `name` and `about` say what is asked about it."""
    option = fact.option
    return MissingFact(
        fact=fact.name.value if name is None else name,
        about=about,
        states=fact.states,
        in_case=fact.in_case,
        option=None if option is None else option.name,
        argument="" if option is None else option.example or fact.passing or choices[0],
        choices=choices,
        passing=fact.passing,
    )


_MISSING: Final[Mapping[FactName, MissingFact]] = {
    fact.name: missing_fact(fact, choices=fact.choices or (NO, YES)) for fact in FACTS
}
"""The missing facts that are the same for every question about them."""


class Lookup(NamedTuple):
    """What a condition found: the operands as people name them, and the answer."""

    operand: str
    operator: str
    values: tuple[str, ...]
    compared: tuple[str, ...]
    answer: Answer
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Everything that a condition may look at."""

    gateway: Gateway
    submission: Submission
    texts: Texts
    recipient: str
    """The recipient as conditions see it."""
    added: tuple[AddedHeader, ...] = ()
    """The added headers that conditions see."""
    narrowed: Mapping[MissingFact, frozenset[str]] = field(default_factory=dict)
    """What missing facts could still be, in one world."""
    assume_pass: bool = False
    assumed: dict[MissingFact, str] = field(default_factory=dict)
    """Collects what `assume_pass` assumed."""

    @property
    def readings(self) -> Readings:
        """The readings of the gateway."""
        return self.gateway.readings

    def could_be(self, fact: MissingFact) -> tuple[str, ...]:
        """What a missing fact could be in this world."""
        if self.assume_pass and fact.passing is not None:
            self.assumed.setdefault(fact, fact.passing)  # an answer may be asked in two forms
            return (fact.passing,)
        left = self.narrowed.get(fact)
        return fact.choices if left is None else tuple(c for c in fact.choices if c in left)

    def depending(self, fact: MissingFact, holds: Callable[[str], bool]) -> Answer:
        """The answer to a question about a missing fact."""
        supposed = fact.passing or "" if self.assume_pass else ""
        return depending(fact, self.could_be(fact), holds, supposed)

    def address(self, fact: Fact = SOURCE_IP) -> IpAddress | None:
        """The address that a fact holds, by default the client's; None: not stated."""
        if isinstance(fact.name, (HeaderName, MessageFact)):
            return None
        stated = value_of(fact.name, self.submission)
        return client_address(stated) if isinstance(stated, str) else None

    def word(self, fact: Fact) -> str | None:
        """The choice that a fact holds; None: not stated, or not a fact with choices."""
        if isinstance(fact.name, (HeaderName, MessageFact)):
            return None
        value = value_of(fact.name, self.submission)
        return value if isinstance(value, str) else None

    def about(self, fact: Fact, holds: Callable[[str], bool]) -> Answer:
        """The answer to a question about a fact with choices."""
        stated = self.word(fact)
        return (
            self.depending(_MISSING[fact.name], holds) if stated is None else known(holds(stated))
        )

    def flag(self, fact: Fact) -> tuple[Answer, tuple[str, ...]]:
        """Whether a fact is true, and what it is; for a TLS version, whether there is one."""
        if isinstance(fact.name, (HeaderName, MessageFact)):
            texts = self.texts.of(fact, self.recipient)
            if texts is None:
                return self.depending(_MISSING[fact.name], lambda could_be: could_be == YES), ()
            return known(any(text != _FALSE for text in texts)), texts
        match value_of(fact.name, self.submission):
            case None if fact.within_tls and self.submission.session.tls is Tls.NONE:
                return FALSE, (_FALSE,)
            case None:
                missing = _MISSING[fact.name]
                return self.depending(missing, lambda could_be: could_be not in _NOT), ()
            case bool() as true:
                return known(true), (_TRUE if true else _FALSE,)
            case str() as word:
                return known(word not in _NOT), (str(word),)
            case values:
                return known(bool(values)), ()


def string_found(
    asking: Asking,
    *,
    operand: Operand,
    name: str,
    operator: RuleStringOperator,
    values: Sequence[str],
    texts: tuple[str, ...] | None,
    missing: Callable[[str], MissingFact] | None = None,
) -> Lookup:
    """Compare texts with values: any may match, for `NOT_EQUALS` none (API, RuleStringExpression).

    `name` says which operand, if there are several; `missing` makes the missing fact from a
    question, if the operand's own will not do.
    """
    negative = operator in NEGATED
    met: tuple[str, ...] = ()
    if texts is None:
        positive = "equals" if negative else operator.lower()
        about = f"{positive} {list(values)}"
        fact = (
            missing_fact(operand.fact, name=name, about=about, choices=(YES, NO))
            if missing is None
            else missing(about)
        )
        wanted = NO if negative else YES
        answer = asking.depending(fact, lambda could_be: could_be == wanted)
    elif not texts:
        answer = known(without_text(operand, asking.readings) == "matches") if negative else FALSE
    else:
        case = case_of(operand, asking.readings)
        if is_long(texts):
            compared, vocabulary = asking.submission.compared, vocabulary_of(asking.gateway)
            met = compared.values_met(vocabulary, operator, texts, values, case)
        else:
            met = values_met(operator, texts, values, case)
        answer = known(bool(met) is not negative)
    return Lookup(
        operand=name,
        operator=operator.lower(),
        values=tuple(values),
        compared=texts or (),
        answer=answer,
        matched=met,
    )


def case_of(operand: Operand, readings: Readings) -> Case:
    """Subject and X-headers are free text, everything else is names and addresses."""
    return readings.text_case if operand.holds is Holds.FREE_TEXT else readings.string_case


def without_text(operand: Operand, readings: Readings) -> str:
    """The reading for `NOT_EQUALS` if the message has no such text."""
    return readings.null_sender if operand.fact.empty_is_none else readings.missing_header


def ip_found(
    asking: Asking, *, operand: Operand, negative: bool, values: Sequence[str], version: int | None
) -> Lookup:
    """Compare the client's address with networks; `version` is the only family that counts.

    Without `version`, the families of the networks count (rules have one condition for both).
    """
    address = asking.address(operand.fact)
    around: tuple[str, ...] = ()

    def holds(where: str) -> bool:
        if where == OTHER_FAMILY:
            return negative and asking.readings.ip_family_mismatch == "matches"
        return (where == YES) is not negative

    if address is None:
        fact = missing_fact(operand.fact, about=str(list(values)), choices=(YES, NO, OTHER_FAMILY))
        answer = asking.depending(fact, holds)
    else:
        around = networks_around(address, values)
        counts = address.version == version if version else same_family(address, values)
        answer = known(holds((YES if around else NO) if counts else OTHER_FAMILY))
    return Lookup(
        operand=operand.key,
        operator="not_cidr_matches" if negative else "cidr_matches",
        values=tuple(values),
        compared=() if address is None else (str(address),),
        answer=answer,
        matched=around,
    )


UNKNOWN_CONDITION: Final = "unknown--"
"""How the name of a list begins that stands for a condition with a value that nobody knows."""
IN_ITS_FILE: Final = "the value, in the file that has the condition"


def list_found(asking: Asking, *, operand: Operand, name: str, wanted: bool) -> Lookup:
    """Look addresses up in an address list; one that is in it is enough."""
    addresses = asking.texts.addresses_of(operand.fact, asking.recipient)
    matched: tuple[str, ...] = ()
    if name not in asking.gateway.lists:
        answer = _deleted_list(asking, name, wanted=wanted)
    elif addresses is None:
        fact = missing_fact(operand.fact, name=operand.key, about=f"in {name}", choices=(YES, NO))
        answer = asking.depending(fact, lambda found: (found == YES) is wanted)
    else:
        answer, matched = _looked_up(asking, name, addresses, wanted=wanted)
    return Lookup(
        operand=operand.key,
        operator="in_address_list" if wanted else "not_in_address_list",
        values=(name,),
        compared=addresses or (),
        answer=answer,
        matched=matched,
    )


def _looked_up(
    asking: Asking, name: str, addresses: tuple[str, ...], *, wanted: bool
) -> tuple[Answer, tuple[str, ...]]:
    members = asking.gateway.lists[name]
    if not addresses:
        return known(not wanted), ()
    if members is None:
        fact = _missing_list(name, f"has {list(addresses)}", "{sample_file: …}")
        return asking.depending(fact, lambda found: (found == YES) is wanted), ()
    readings = asking.readings
    if is_long(addresses):
        compared, vocabulary = asking.submission.compared, vocabulary_of(asking.gateway)
        included = compared.included(vocabulary, name, addresses, readings)
    else:
        included = members.include_any(
            addresses,
            case=readings.address_list_case,
            bare_domain=readings.bare_domain_entry,
            star_domain=readings.star_domain_entry,
        )
    return known(included is wanted), (name,) if included else ()


def _deleted_list(asking: Asking, name: str, *, wanted: bool) -> Answer:
    """The answer for a list that does not exist, or no longer: what the service says is unknown."""
    if asking.readings.deleted_address_list == "does_not_match":
        return FALSE
    fact = _missing_list(name, "does not exist", "…")
    return asking.depending(fact, lambda found: (found == YES) is wanted)


def _missing_list(name: str, about: str, written: str) -> MissingFact:
    """What is unknown about an address list; the project states it, for cases too."""
    if name.startswith(UNKNOWN_CONDITION):
        return MissingFact(
            fact=f"condition {name}", states=IN_ITS_FILE, in_case=IN_ITS_FILE, choices=(YES, NO)
        )
    in_project = f"address_lists: {{{name}: {written}}}"
    return MissingFact(
        fact=f"address list {name}",
        about=about,
        states=f"{in_project} in the project",
        in_case=in_project,
        choices=(YES, NO),
    )


def about_dmarc_policy(asking: Asking, holds: Callable[[str], bool]) -> tuple[Answer, str | None]:
    """The answer to a question about the DMARC policy that a condition sees, and what it is.

    If DMARC is known to have passed, the reading `policy_when_dmarc_failed` says that there is
    no value: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
    """
    facts = asking.submission.facts
    only_failed = asking.readings.dmarc_policy_means == "policy_when_dmarc_failed"
    if only_failed and facts.dmarc is RuleVerdict.PASS:
        return known(holds(NO_VALUE)), NO_VALUE
    if facts.dmarc_policy is None:
        fact = replace(
            missing_fact(DMARC_POLICY, choices=(*RuleDmarcPolicy, NO_VALUE)),
            passing=NO_VALUE if only_failed else None,
        )
        return asking.depending(fact, holds), None
    policy: str = facts.dmarc_policy.value
    if isinstance(facts.dmarc_policy, NoPolicy):
        counts_as_none = asking.readings.dmarc_policy_without_record == "none"
        policy = RuleDmarcPolicy.NONE.value if counts_as_none else NO_VALUE
    return known(holds(policy)), policy
