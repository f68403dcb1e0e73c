"""What rules believe because the sender wrote it: From, To, HELO, headers. No check lives here.

A claim gets mail past a rule that would end it: by an exception, or by a delivery that ends with
`stop` above the rule. Mail that others vouch for (`mmctl.analysis.vouching`) is not taken on the
sender's word. How a rule is written does not count: a negative condition is an exception, and a
negative exception is a condition.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import bounces, delivers, ends, unconditional
from mmctl.analysis.implication import follows, opposite, text_follows
from mmctl.analysis.own_domains import is_within, own_domains, takes_from_strangers
from mmctl.analysis.project_conditions import Same, rule_conditions, text_test
from mmctl.analysis.verdicts import asks_for_failed, asks_for_passed
from mmctl.analysis.vouching import doubts_sender, fails_spf, is_decision, selects, vouches
from mmctl.model.actions import Does, added_header
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import header_of, listed_by, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.model.operands import DKIM, DMARC_POLICY, FROM, MAIL_FROM, SUBJECT, Party
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.project_conditions import PlacedCondition, TextTest
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.operands import Operand
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

_ALL_SENDERS: Final = frozenset({"@", "."})
"""Values that all senders have: nobody claims anything by them."""


class Bypassed(IntEnum):
    """What a claim gets mail past, the gravest last."""

    THE_REST = 0
    """A rule for all mail that no other rule is for."""
    CONTENT = 1
    """A rule about what the sender writes, or about the recipient."""
    DECISION = 2
    """A rule about a verdict, a list, a network or an add-on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One condition by which a sender gets past a rule."""

    placed: PlacedCondition
    rule: LogicalRule
    operand: Operand
    header: str | None
    bypassed: Bypassed
    spared: LogicalRule | None
    """The rule below that the mail never meets; None for an exception of the rule itself."""
    only_forged: bool = False
    """Whether it is an exception from a rule that is only for mail that did not pass SPF."""
    own: tuple[tuple[Path, str], ...] = ()
    """Values, and members of the named list, that are the project's own domains."""

    @property
    def what(self) -> str:
        """`from`, `sender`, `mail_from`, `helo`, `subject` or the name of a header."""
        return self.header or self.operand.key

    @property
    def is_grave(self) -> bool:
        """Whether it is more than a hint."""
        if self.bypassed is Bypassed.CONTENT:
            # By these, rules select far more often than they let anybody in.
            return bool(self.own) or self.operand not in {MAIL_FROM, SUBJECT}
        return self.bypassed is Bypassed.DECISION


def claims(project: Project) -> tuple[Claim, ...]:
    """Every claim in the rule sets that mail from strangers goes through."""
    return _claims_of(Same(project))


@lru_cache(maxsize=1)
def _claims_of(same: Same) -> tuple[Claim, ...]:
    # Three checks in a row need these for the same project.
    project = same.project
    own = _Own.of(project)
    return tuple(
        claim
        for rule_set in project.rule_sets.values()
        if takes_from_strangers(project, rule_set)
        for claim in _among(rule_set.live_rules(project.environment.name), own)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """The domains of a project, and the members of its address lists that belong to them."""

    domains: frozenset[str]
    members: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, project: Project) -> _Own:
        domains = own_domains(project)
        members = {
            # One is enough as an example: a list may have many.
            name: tuple(islice((m for m in listed.members or () if is_within(m, domains)), 1))
            for name, listed in (project.address_lists.items() if domains else ())
        }
        return cls(domains=domains, members=members)

    def within(self, placed: PlacedCondition, test: TextTest | None) -> Iterator[tuple[Path, str]]:
        """The own domains in a condition, each with its place."""
        for index, value in enumerate(test.values if test is not None else ()):
            if test is not None and is_within(value, self.domains):
                yield test.path_of(index), value
        listed = listed_by(placed.condition)
        for name in listed.address_lists if listed is not None else ():
            yield from ((placed.path, member) for member in self.members.get(name, ()))


@dataclass(slots=True, kw_only=True)
class _Above:
    """What the rules above a rule have done to the mail that gets to it."""

    screened: bool = False
    """Mail that failed something has ended."""
    envelope_screened: bool = False
    """So has mail that failed SPF or that an add-on did not pass."""
    added: dict[str, list[LogicalRule]] = field(default_factory=dict)
    """The rules that add a header, by its name in lower case; a stranger can write it too."""
    guards: dict[str, list[RuleCondition]] = field(default_factory=dict)
    """Conditions on a header that end mail by themselves, by its name."""

    def reached(self, claim: Claim, own: _Own) -> Iterator[Claim]:
        """The claim, if a stranger's gets as far as this; or those by which a rule marked mail."""
        if claim.header is None:
            if not (self.envelope_screened if claim.operand is MAIL_FROM else self.screened):
                yield claim
        elif claim.header.lower() not in self.added or not self._is_guarded(claim):
            yield claim
        else:
            for rule in self.added[claim.header.lower()]:
                yield from _marked(rule, claim, own)

    def _is_guarded(self, claim: Claim) -> bool:
        """Whether mail that arrives with the header of a claim has ended."""
        condition = claim.placed.condition
        positive = opposite(condition) if condition.value.operator in NEGATED else condition
        claimed = None if positive is None else positive.string_expression
        return claimed is not None and any(
            guard.string_expression is not None
            and text_follows(guard.string_expression, claimed, folds=True)
            for guard in self.guards.get((claim.header or "").lower(), ())
        )

    def add(self, rule: LogicalRule) -> None:
        """Add the next rule above."""
        if _blocks(rule):
            about = _screened(rule)
            if about:
                self.screened = True
                self.envelope_screened |= about.isdisjoint({DKIM, DMARC_POLICY})
            elif len(rule.conditions) == 1 and (header := header_of(rule.conditions[0])):
                self.guards.setdefault(header.lower(), []).append(rule.conditions[0])
        for name, _ in filter(None, map(added_header, rule.actions if not rule.shadow else ())):
            self.added.setdefault(name.lower(), []).append(rule)


def _screened(rule: LogicalRule) -> set[Operand]:
    """What the mail that a rule ends has failed; empty if that is not what it is about."""
    failed = [each for each in rule.conditions if asks_for_failed(each)]
    for each in rule.conditions:
        needed = not any(follows(each, narrow, folds=True) for narrow in failed)
        if needed and each not in failed:
            return set()
    passed = (each for each in rule.unless if asks_for_passed(each))
    return {operand_of(each) for each in (*failed, *passed)}


def _marked(rule: LogicalRule, by: Claim, own: _Own) -> Iterator[Claim]:
    """The claims for which a rule adds a header that another one trusts."""
    placed = tuple(rule_conditions(rule))
    for each in placed:
        operand = operand_of(each.condition)
        trusted = _is_written_by_sender(each) and selects(each)
        if trusted and not vouches(placed, operand, whole=True):
            spared = by.spared or by.rule
            block = _Block(rule=spared, asked=(), bypassed=by.bypassed)
            claim = _claim(each, rule, block, own)
            if claim is not None:
                yield claim


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A rule that keeps mail from its recipients, and the conditions that say which."""

    rule: LogicalRule
    asked: tuple[PlacedCondition, ...]
    bypassed: Bypassed


def _among(live: Sequence[LogicalRule], own: _Own) -> Iterator[Claim]:
    above = _Above()
    below: list[_Block] = []
    if any(delivers(rule) and ends(rule) for rule in live):
        below = [_block(rule, rule_conditions(rule)) for rule in live if _diverts(rule)]
    for rule in live:
        if below and below[0].rule is rule:
            below.pop(0)
        if _diverts(rule):
            for claim in _exceptions(rule, own):
                yield from above.reached(claim, own)
        if below and delivers(rule) and ends(rule):
            for claim in _deliveries(rule, below, own):
                yield from above.reached(claim, own)
        above.add(rule)


def _block(rule: LogicalRule, placed: Iterable[PlacedCondition]) -> _Block:
    """What a rule decides about, by all of its conditions but the one that is looked at."""
    listed = tuple(placed)
    asked = tuple(filter(selects, listed))
    bypassed = Bypassed.CONTENT if asked else Bypassed.THE_REST
    if any(map(is_decision, listed)):
        bypassed = Bypassed.DECISION
    return _Block(rule=rule, asked=asked, bypassed=bypassed)


def _exceptions(rule: LogicalRule, own: _Own) -> Iterator[Claim]:
    placed = tuple(rule_conditions(rule))
    for each in placed:
        if not _is_written_by_sender(each) or selects(each):
            continue
        block = _block(rule, (other for other in placed if other is not each))
        claim = _claim(each, rule, block, own)
        if (
            claim is not None
            and not vouches(block.asked, claim.operand, whole=False)
            and not _narrows(each, block, own=bool(claim.own))
        ):
            yield claim


def _deliveries(rule: LogicalRule, below: Sequence[_Block], own: _Own) -> Iterator[Claim]:
    placed = tuple(rule_conditions(rule))
    for each in placed:
        if (
            not _is_written_by_sender(each)
            or not selects(each)
            or vouches(placed, operand_of(each.condition), whole=True)
        ):
            continue
        passed = [block for block in below if not _narrows(each, block, own=False)]
        if passed:
            # The first of the gravest.
            gravest = max(passed, key=lambda block: block.bypassed)
            claim = _claim(each, rule, gravest, own)
            if claim is not None:
                yield claim


def _narrows(placed: PlacedCondition, block: _Block, *, own: bool) -> bool:
    """Whether a condition only says more exactly what a rule is about.

    Who can write it can as well write something else that the rule is not about.
    """
    family = _family(placed)
    others = [each for each in block.asked if family is None or _family(each) != family]
    if len(others) == len(block.asked):
        return False
    return not (others if own else any(map(doubts_sender, others)))


def _claim(placed: PlacedCondition, rule: LogicalRule, block: _Block, own: _Own) -> Claim | None:
    operand, test = operand_of(placed.condition), text_test(placed)
    spared = block.rule if block.rule is not rule else None
    # With a recipient, a subject only selects; by itself it lets any mail in.
    if operand is SUBJECT and spared is not None and _for_recipients(rule):
        return None
    if test is not None and _ALL_SENDERS.issuperset(test.values):
        return None
    own_values = () if operand.is_free_text else tuple(own.within(placed, test))
    if operand.party is Party.RECIPIENT:
        # Our own addresses in To are no claim, and without a recipient To is taken for one.
        named = test is None or all("@" in value for value in test.values)
        if own_values or not named or (delivers(rule) and not _for_recipients(rule)):
            return None
    return Claim(
        placed=placed,
        rule=rule,
        operand=operand,
        header=header_of(placed.condition),
        bypassed=block.bypassed,
        spared=spared,
        only_forged=spared is None and any(map(fails_spf, block.asked)),
        own=own_values,
    )


def _is_written_by_sender(placed: PlacedCondition) -> bool:
    operand = operand_of(placed.condition)
    recipients = operand.party is Party.RECIPIENT and not operand.in_envelope
    return operand.party is Party.SENDER or operand.is_free_text or recipients


def _for_recipients(rule: LogicalRule) -> bool:
    return any(
        operand_of(each.condition).fact is RECIPIENTS and selects(each)
        for each in rule_conditions(rule)
    )


def _family(placed: PlacedCondition) -> str | None:
    """What a condition is about, if the sender writes it; From and Sender count as one."""
    header, operand = header_of(placed.condition), operand_of(placed.condition)
    if header is not None:
        return f"{operand.key} {header.lower()}"
    if operand.party is Party.SENDER and not operand.single:
        return FROM.key
    writes = operand.is_address or operand.is_server_name or operand.is_free_text
    return operand.key if writes else None


def _blocks(rule: LogicalRule) -> bool:
    """Whether mail ends at the rule and the rule delivers it to nobody."""
    return (ends(rule) and not delivers(rule)) or bounces(rule)


def _diverts(rule: LogicalRule) -> bool:
    """Whether a rule keeps mail from those that it was written to: also by sending it elsewhere."""
    if _blocks(rule):
        return True
    if Does.REPLACES in rule.does:
        return not (unconditional(rule) or _for_recipients(rule))
    return delivers(rule) and ends(rule) and any(map(asks_for_failed, rule.conditions))
