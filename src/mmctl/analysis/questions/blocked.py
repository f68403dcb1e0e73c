"""Which rules end ordinary mail: is there a message of a kind that one drops, bounces or holds?

A message counts only if nothing that others say of it could save it: no answer of an add-on, and no
list of recipients that nobody read. Where it is unknown who hands mail in, no sender may save it.
The recipient is one with a name that is in no rule, if any mail gets to such a one; else one who
gets some, as where rules take mail for known mailboxes alone. So a domain where nobody gets any
mail is blocked as a whole. A rule that was found is left out when further ones are looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.analysis.encoding.fields import ADD_ON, HELO, MAIL_FROM, RECIPIENT
from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.encoding.views import FieldLook
from mmctl.analysis.questions.kinds_of_mail import (
    ROLES,
    MailKind,
    addressed,
    addressed_to,
    client,
    narrow_networks,
    nothing_found,
    of_kind,
    recipient,
    usual_size,
)
from mmctl.analysis.questions.treated_alike import distinct
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.theory import holds
from mmctl.language.project import Outcome
from mmctl.model.actions import Does
from mmctl.model.conditions import analysis_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.facts import FROM, SENDER
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.proof import Answer
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule

RULES_AT_MOST: Final = 20
"""So many rules are named at one gateway."""
_SENDERS: Final = frozenset({MAIL_FROM, FROM.key, SENDER.key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Who hands in mail, for whom, and how well it must end."""

    enough: Outcome
    """`delivered` or `stored`."""
    domains: tuple[str, ...] = ()
    """The domains for which mail is admitted by name."""
    strangers: bool | None = None
    """Whether anybody may hand in mail; None: that is unknown."""
    plain_text: bool = False
    """Whether mail without TLS is admitted."""

    def kinds(self) -> Iterator[MailKind]:
        """The kinds of mail that have to get through."""
        if self.strangers is False:
            yield MailKind.ANY
            return
        yield MailKind.FROM_OUTSIDE
        yield MailKind.REPORT
        yield from ROLES
        if self.domains:
            yield MailKind.OWN
        if self.plain_text:
            yield MailKind.PLAIN_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A rule that ends ordinary mail."""

    rule: LogicalRule
    kind: MailKind
    outcome: Outcome
    witness: Witness


Finding: TypeAlias = Blocked | Undecided


def blocked(proof: Proof, entrance: Entrance) -> Iterator[Finding]:
    """The rules that end ordinary mail without being `final`, each once, with a message."""
    question = _Gateway(proof, entrance)
    can_end = question.can_end()
    if can_end is None:
        yield Undecided(why=Undecided.FORKS)
    if not can_end:
        return
    domains = (*distinct(entrance.domains, proof.gateways[0]), None)
    named = 0
    for kind in entrance.kinds():
        for domain in (None,) if kind is MailKind.ANY else domains:
            if kind is MailKind.OWN and domain is None:
                continue
            while named < RULES_AT_MOST:
                found = question.ask(kind, domain)
                if found is None:
                    break
                yield found
                if isinstance(found, Undecided):
                    return
                named += 1
                question = question.without(found.rule)


def fallen(proof: Proof, entrance: Entrance) -> Answer:
    """Ordinary mail that is kept where it should be delivered, though no rule ends it."""
    return _Gateway(proof, entrance).fallen()


class _Gateway:
    """The question, about one gateway."""

    def __init__(self, proof: Proof, entrance: Entrance) -> None:
        self._proof = proof
        self._entrance = entrance
        self._gateway: Gateway = proof.gateways[0]
        self._fields = proof.fields
        self._all_of, self._any_of = proof.circuit.all_of, proof.circuit.any_of
        self._blocking = frozenset(
            place for place, rule in enumerate(self._gateway.rules) if _ends(rule)
        )
        self._kinds: dict[tuple[MailKind, str | None], tuple[int, ...]] = {}
        self._elsewhere = tuple(client(self._fields, narrow_networks(self._gateway, policy=True)))
        """A client in no network that is named."""
        self._fields.settle()
        self._recipients: dict[str | None, tuple[int, ...]] = {}
        self._meant = self._any_of(
            [
                literals.applies
                for literals, rule in zip(proof.paths[0].rules, self._gateway.rules, strict=True)
                if rule.final
            ]
        )
        """Whether a rule applies that is meant to be the end of its mail."""
        self._well, self._badly = self._ends()

    def without(self, rule: LogicalRule) -> _Gateway:
        """The same about the gateway without a rule."""
        rules = tuple(each for each in self._gateway.rules if each is not rule)
        gateway = replace(self._gateway, rules=rules)
        return _Gateway(Proof(gateway, effort=self._proof.effort), self._entrance)

    def _ends(self) -> tuple[int, int]:
        """Whether mail ends as it should, and whether it is a rule's fault that it does not."""
        outcomes, path = self._proof.outcomes() or {}, self._proof.paths[0]
        if not outcomes or not self._blocking:
            return FALSE, FALSE
        refusing = (place for place in self._blocking if self._gateway.rules[place].refuses)
        bad = [
            outcomes[Outcome.DROPPED],
            outcomes[Outcome.BOUNCED],
            *(path.rules[place].applies for place in refusing),
        ]
        good = [outcomes[Outcome.DELIVERED]]
        (bad if self._entrance.enough is Outcome.DELIVERED else good).append(
            outcomes[Outcome.STORED]
        )
        by_rule = self._any_of([path.rules[place].applies for place in self._blocking])
        well = self._all_of((path.admitted, self._any_of(good), -self._meant))
        return well, self._all_of((self._any_of(bad), by_rule, -self._meant))

    def _view(self) -> FieldView | None:
        return next(
            (view for view in self._fields.views.values() if view.look.field == RECIPIENT), None
        )

    def _recipient(self, kind: MailKind, domain: str | None) -> Iterator[int]:
        for view in tuple(self._fields.views.values()):
            if view.look.field == RECIPIENT:
                yield from recipient(view, kind, domain)

    def _literals_of_recipient(self, kind: MailKind, domain: str | None) -> tuple[int, ...]:
        """Whom mail of a kind is for."""
        if kind in ROLES:
            return tuple(self._recipient(kind, domain))
        if domain not in self._recipients:
            self._recipients[domain] = self._one_who_gets_mail(domain)
        return self._recipients[domain]

    def _one_who_gets_mail(self, domain: str | None) -> tuple[int, ...]:
        """Somebody unknown, if any mail gets to them; else somebody who gets some, if any do."""
        unknown = tuple(self._recipient(MailKind.FROM_OUTSIDE, domain))
        view = self._view()
        if view is None or self._proof.solved([*unknown, self._well]) is Solved.SATISFIABLE:
            return unknown
        within = () if domain is None else (view.test(RuleStringOperator.ENDS_WITH, f"@{domain}"),)
        self._fields.settle()
        if self._proof.solved([*within, self._well]) is not Solved.SATISFIABLE:
            return unknown
        model = self._proof.circuit.solver.model()
        return (*within, *self._as_in(model, (RECIPIENT,)))

    def _is_ours(self, kind: MailKind) -> bool:
        """Whether to look at a domain that nobody named: mail for it gets somewhere.

        Where no domain is known, mail for those whom rules name is looked at too.
        """
        unknown = tuple(self._recipient(MailKind.FROM_OUTSIDE, None))
        return (kind not in ROLES and not self._entrance.domains) or (
            self._proof.solved([*unknown, self._well]) is Solved.SATISFIABLE
        )

    def can_end(self) -> bool | None:
        """Whether a rule may end ordinary mail at all; None: a message becomes too many copies."""
        return None if self._proof.outcomes() is None else self._badly != FALSE

    def ask(self, kind: MailKind, domain: str | None) -> Finding | None:
        """A rule that ends mail of a kind; None: there is none."""
        if kind is MailKind.ANY:
            # Those who hand mail in here are known: no message at all may get through.
            somebody = tuple(addressed(self._fields))
            self._fields.settle()
            through = self._any_of((self._well, self._meant))
            if self._proof.solved([*somebody, through]) is not Solved.UNSATISFIABLE:
                return None
            return self._found(kind, self._proof.ask([*somebody, self._badly]))
        if domain is None and not self._is_ours(kind):
            return None
        fixed = [
            *self._of_kind(kind, domain if kind is MailKind.OWN else None),
            *addressed_to(self._fields, domain),
            *self._literals_of_recipient(kind, domain),
        ]
        return self._found(kind, self._search(kind, domain, fixed, self._badly))

    def fallen(self) -> Answer:
        """A message that is kept where it should be delivered, though no rule ends it."""
        outcomes = self._proof.outcomes()
        if outcomes is None:
            return Undecided(why=Undecided.FORKS)
        rules = self._proof.paths[0].rules
        by_none = [-rules[place].applies for place in self._blocking]
        stored = self._all_of((outcomes[Outcome.STORED], -self._meant, *by_none))
        fixed = self._of_kind(MailKind.FROM_OUTSIDE, None)
        return self._search(MailKind.FROM_OUTSIDE, None, fixed, stored)

    def _search(
        self, kind: MailKind, domain: str | None, wanted: Sequence[int], badly: int
    ) -> Answer:
        """A message of a kind that ends badly, whatever others say of it."""
        fixed = [*wanted, *self._client(wanted)]
        usual = tuple(nothing_found(self._fields))
        found = self._proof.solved([*fixed, *usual, badly])
        if found is Solved.UNDECIDED:
            return Undecided(why=Undecided.EFFORT)
        if found is Solved.UNSATISFIABLE:
            return Refuted(core=self._proof.circuit.solver.core())
        asked = [*fixed, *usual, badly]
        if usual or self._entrance.strangers is None:
            kept = self._kept(kind, self._proof.circuit.solver.model())
            saved = [*kept, self._proof.paths[0].admitted, -badly]
            if self._proof.solved(saved) is not Solved.UNSATISFIABLE:
                return Refuted(core=())
            not_by_answers = [*kept, *fixed, *self._not_by_answers(), badly]
            known = self._proof.solved(not_by_answers) is Solved.SATISFIABLE
            asked = not_by_answers if known else [*kept, *asked]
        plausible = tuple(self._plausible(kind, domain))
        self._fields.settle()
        for each in plausible:
            if self._proof.solved([*asked, each]) is Solved.SATISFIABLE:
                asked.append(each)
        return self._proof.ask(asked)

    def _plausible(self, kind: MailKind, domain: str | None) -> Iterator[int]:
        """What people expect of such mail, whether a rule asks for it or not; the best first."""
        contains, ends = RuleStringOperator.CONTAINS, RuleStringOperator.ENDS_WITH
        sender = domain if kind is MailKind.OWN else None
        if kind is MailKind.REPORT:
            case = self._gateway.readings.string_case
            yield -self._fields.view(FieldLook(MAIL_FROM, case)).present
        for view in tuple(self._fields.views.values()):
            name = view.look.field
            if name == FROM.key and kind is MailKind.REPORT:
                yield view.test(RuleStringOperator.EQUALS, "mailer-daemon@example.org")
            if name in {FROM.key, MAIL_FROM}:
                yield view.test(ends, f"@{sender or 'example.org'}")
                yield view.test(contains, "@")
            elif name == HELO:
                yield view.test(contains, ".")
            elif name == RECIPIENT and kind in ROLES:
                yield view.test(RuleStringOperator.STARTS_WITH, f"{ROLES[kind]}@")
            if name == RECIPIENT and domain is not None:
                yield view.test(ends, f"@{domain}")

    def _not_by_answers(self) -> Iterator[int]:
        """That no rule ends it that looks at what an add-on said."""
        for place in self._blocking:
            rule = self._gateway.rules[place]
            if any(map(analysis_of, (*rule.conditions, *rule.unless))):
                yield -self._proof.paths[0].rules[place].applies

    def _of_kind(self, kind: MailKind, sender: str | None) -> tuple[int, ...]:
        """What mail of a kind is like, with a usual size where any rule asks for one."""
        known = self._kinds.get((kind, sender))
        if known is None:
            rules = self._gateway.rules
            asked = any(
                each.number_expression
                for rule in rules
                for each in (*rule.conditions, *rule.unless)
            )
            size = usual_size(self._fields) if asked else ()
            known = self._kinds[kind, sender] = (*of_kind(self._fields, kind, sender), *size)
        return known

    def _client(self, fixed: Sequence[int]) -> tuple[int, ...]:
        """A client in no network that is named; where the policy admits none, in one of its own."""
        admitted = self._proof.paths[0].admitted
        if self._proof.solved([*fixed, *self._elsewhere, admitted]) is Solved.SATISFIABLE:
            return self._elsewhere
        within = tuple(client(self._fields, narrow_networks(self._gateway, policy=False)))
        self._fields.settle()
        return within

    def _kept(self, kind: MailKind, model: frozenset[int]) -> tuple[int, ...]:
        """All that is so of a message of a model, whatever others say of it, or who sends it."""
        unknown = self._entrance.strangers is None
        fields = tuple(
            view.look.field
            for view in self._fields.views.values()
            if not view.look.field.startswith(ADD_ON)
            and not (unknown and view.look.field in _SENDERS)
        )
        kept = [*self._as_in(model, fields), *self._facts_as_in(model, client=not unknown)]
        if unknown:
            kept += self._any_sender(kind)
            self._fields.settle()
        return tuple(kept)

    def _any_sender(self, kind: MailKind) -> Iterator[int]:
        """A sender as the kind has one, whoever that is."""
        for view in tuple(self._fields.views.values()):
            if view.look.field == FROM.key:
                yield view.present
            elif isinstance(view.theory, AddressTheory) and view.look.field == MAIL_FROM:
                yield -view.present if kind is MailKind.REPORT else view.theory.ordinary()

    def _as_in(self, model: frozenset[int], kept: Sequence[str]) -> Iterator[int]:
        """The answers to all tests of some fields, as in a model."""
        for view in self._fields.views.values():
            if view.look.field in kept:
                listed = (each.literal for each in view.listings.values())
                for literal in (view.present, *view.tests.values(), *listed):
                    yield literal if holds(literal, model) else -literal

    def _facts_as_in(self, model: frozenset[int], *, client: bool) -> Iterator[int]:
        """All other facts but the answers of add-ons and of lists of recipients, as in a model."""
        fields = self._fields
        literals = [each for name, each in fields.flags.items() if not name.startswith(ADD_ON)]
        literals += fields.headers.values()
        for assumed, literal in fields.assumed.items():
            if assumed.address is None and not (assumed.field or "").startswith(RECIPIENT):
                literals.append(literal)
        yield from (each if holds(each, model) else -each for each in literals)
        for name, choice in fields.choices.items():
            if not name.startswith(ADD_ON):
                yield from (-each for each in choice.refused(model))
        yield from (-each for each in fields.size.refused(model))
        if client:
            yield from (-each for each in fields.client.refused(model))

    def _found(self, kind: MailKind, answer: Answer) -> Finding | None:
        """The rule that ends the message that was found."""
        match answer:
            case Undecided():
                return answer
            case Refuted():
                return None
            case Shown(witness=witness):
                happened = witness.happened[0]
                return Blocked(
                    rule=self._gateway.rules[max(happened.applied & self._blocking)],
                    kind=kind,
                    outcome=happened.outcome,
                    witness=witness,
                )
            case _:
                assert_never(answer)


def _ends(rule: LogicalRule) -> bool:
    """Whether a rule ends mail, or answers it, without saying that this is meant to be its end."""
    return not rule.final and not {Does.ENDS, Does.BOUNCES}.isdisjoint(rule.does)
