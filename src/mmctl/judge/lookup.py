"""What a condition may look at, for one recipient; and how it asks for facts that may be missing.

Here is every fact that can be unknown, with the option that states it. Conditions themselves are
in `mmctl.judge.conditions` (rules) and `mmctl.judge.policy` (traffic policies).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.judge.answers import FALSE, Answer, MissingFact, depending, known
from mmctl.judge.compare import client_address, networks_around, same_family, values_met
from mmctl.mail.email import NoPolicy, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mmctl.judge.compare import IpAddress
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.texts import Texts
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleStringOperator

YES: Final = "yes"
NO: Final = "no"
OTHER_FAMILY: Final = "other family"
NO_VALUE: Final = "no value"

TLS: Final = MissingFact(fact="tls", states="--tls", choices=tuple(Tls))
TLS_WRAPPED: Final = MissingFact(
    fact="tls_wrapped", states="session: {tls_wrapped: …} in a case", choices=(NO, YES)
)
SPF: Final = MissingFact(
    fact="spf", states="--spf", choices=tuple(RuleVerdict), passing=RuleVerdict.PASS
)
DKIM: Final = MissingFact(
    fact="dkim", states="--dkim", choices=tuple(RuleVerdict), passing=RuleVerdict.PASS
)


class Found(NamedTuple):
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
    assumed: dict[str, str] = field(default_factory=dict)
    """Filled with what `assume_pass` took for granted."""

    @property
    def readings(self) -> Readings:
        """The readings of the gateway."""
        return self.gateway.readings

    def could_be(self, fact: MissingFact) -> tuple[str, ...]:
        """What a missing fact could be, as far as this world narrows it down."""
        if self.assume_pass and fact.passing is not None:
            self.assumed[fact.fact] = fact.passing
            return (fact.passing,)
        left = self.narrowed.get(fact)
        return fact.choices if left is None else tuple(c for c in fact.choices if c in left)

    def depending(self, fact: MissingFact, holds: Callable[[str], bool]) -> Answer:
        """The answer to a question about a missing fact."""
        supposed = fact.passing or "" if self.assume_pass else ""
        return depending(fact, self.could_be(fact), holds, supposed)

    def source_ip(self) -> IpAddress | None:
        """The client's address; None: not stated."""
        stated = self.submission.session.source_ip
        return None if stated is None else client_address(stated)

    def about_tls(self, holds: Callable[[Tls], bool]) -> Answer:
        """The answer to a question about the session's encryption."""
        stated = self.submission.session.tls
        if stated is not None:
            return known(holds(stated))
        return self.depending(TLS, lambda tls: holds(Tls(tls)))


def string_found(
    asking: Asking,
    *,
    operand: str,
    operator: RuleStringOperator,
    values: Sequence[str],
    texts: tuple[str, ...] | None,
    states: str,
    case: Case,
    without_text: str = "matches",
) -> Found:
    """Compare texts with values: any may match, for `NOT_EQUALS` none (API, RuleStringExpression).

    `without_text` is the reading for `NOT_EQUALS` where the message has no such text.
    """
    negative = operator == "NOT_EQUALS"
    met: tuple[str, ...] = ()
    if texts is None:
        positive = "equals" if negative else operator.lower()
        fact = MissingFact(
            fact=operand, about=f"{positive} {list(values)}", states=states, choices=(YES, NO)
        )
        answer = asking.depending(fact, lambda met: (met == YES) is not negative)
    elif not texts:
        answer = known(without_text == "matches") if negative else FALSE
    else:
        met = values_met(operator, texts, values, case)
        answer = known(bool(met) is not negative)
    return Found(
        operand=operand,
        operator=operator.lower(),
        values=tuple(values),
        compared=texts or (),
        answer=answer,
        matched=met,
    )


def ip_found(
    asking: Asking, *, operand: str, negative: bool, values: Sequence[str], version: int | None
) -> Found:
    """Compare the client's address with networks; `version` is the only family that counts.

    Without `version` the families of the networks count (rules have one condition for both).
    """
    address = asking.source_ip()
    around: tuple[str, ...] = ()

    def holds(where: str) -> bool:
        if where == OTHER_FAMILY:
            return negative and asking.readings.ip_family_mismatch == "matches"
        return (where == YES) is not negative

    if address is None:
        fact = MissingFact(
            fact="source_ip",
            about=str(list(values)),
            states="--ip",
            choices=(YES, NO, OTHER_FAMILY),
        )
        answer = asking.depending(fact, holds)
    else:
        around = networks_around(address, values)
        counts = address.version == version if version else same_family(address, values)
        answer = known(holds((YES if around else NO) if counts else OTHER_FAMILY))
    return Found(
        operand=operand,
        operator="not_cidr_matches" if negative else "cidr_matches",
        values=tuple(values),
        compared=() if address is None else (str(address),),
        answer=answer,
        matched=around,
    )


def list_found(
    asking: Asking, *, operand: str, name: str, wanted: bool, addresses: tuple[str, ...] | None
) -> Found:
    """Look addresses up in an address list; one that is in it is enough."""
    matched: tuple[str, ...] = ()
    if name not in asking.gateway.lists:
        answer = _deleted_list(asking, name, wanted=wanted)
    elif addresses is None:
        fact = MissingFact(
            fact=operand,
            about=f"in {name}",
            states=f"--{operand.replace('_', '-')}",
            choices=(YES, NO),
        )
        answer = asking.depending(fact, lambda found: (found == YES) is wanted)
    else:
        answer, matched = _looked_up(asking, name, addresses, wanted=wanted)
    return Found(
        operand=operand,
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
        fact = MissingFact(
            fact=f"address list {name}",
            about=f"has {list(addresses)}",
            states=f"address_lists: {{{name}: {{sample_file: …}}}} in the project",
            choices=(YES, NO),
        )
        return asking.depending(fact, lambda found: (found == YES) is wanted), ()
    readings = asking.readings
    included = any(
        members.include(
            address,
            case=readings.address_list_case,
            bare_domain=readings.bare_domain_entry,
            star_domain=readings.star_domain_entry,
        )
        for address in addresses
    )
    return known(included is wanted), (name,) if included else ()


def _deleted_list(asking: Asking, name: str, *, wanted: bool) -> Answer:
    """The answer for a list that does not exist (any more): what the service says is not known."""
    if asking.readings.deleted_address_list == "does_not_match":
        return FALSE
    fact = MissingFact(
        fact=f"address list {name}",
        about="does not exist",
        states=f"address_lists: {{{name}: …}} in the project",
        choices=(YES, NO),
    )
    return asking.depending(fact, lambda found: (found == YES) is wanted)


def about_dmarc_policy(asking: Asking, holds: Callable[[str], bool]) -> tuple[Answer, str | None]:
    """The answer to a question about the DMARC policy that a condition sees, and what it is.

    Where DMARC is known to have passed, the reading `policy_when_dmarc_failed` says that there is
    no value: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
    """
    facts = asking.submission.facts
    only_failed = asking.readings.dmarc_policy_means == "policy_when_dmarc_failed"
    if only_failed and facts.dmarc is RuleVerdict.PASS:
        return known(holds(NO_VALUE)), NO_VALUE
    if facts.dmarc_policy is None:
        fact = MissingFact(
            fact="dmarc_policy",
            states="--dmarc-policy",
            choices=(*RuleDmarcPolicy, NO_VALUE),
            passing=NO_VALUE if only_failed else None,
        )
        return asking.depending(fact, holds), None
    policy: str = facts.dmarc_policy.value
    if isinstance(facts.dmarc_policy, NoPolicy):
        counts_as_none = asking.readings.dmarc_policy_without_record == "none"
        policy = RuleDmarcPolicy.NONE.value if counts_as_none else NO_VALUE
    return known(holds(policy)), policy
