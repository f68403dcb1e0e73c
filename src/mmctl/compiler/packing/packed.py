"""What packing a rule set results in: live rules, the logical rules in them, and what bounds it.

Values only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.actions import row_of
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRule:
    """A live rule, and the logical rules whose work it does."""

    rule: LogicalRule
    """The live rule in the form of a logical one, under its live name."""
    sources: tuple[LogicalRule, ...]
    """In file order; a logical rule may be in several live rules."""
    step: str = ""
    """How it came to be, in a few words: `41 rules, one list`. Empty: as it is written."""

    @property
    def is_written(self) -> bool:
        """Whether it is one logical rule, as it is written."""
        return len(self.sources) == 1 and self.rule is self.sources[0]

    @property
    def is_one(self) -> bool:
        """Whether it is one whole logical rule, under its name."""
        return len(self.sources) == 1 and self.rule.name == self.sources[0].name


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledList:
    """An address list that the compiler makes: named by its content, so it never changes."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutRule:
    """A logical rule that is in no live rule, and why."""

    rule: LogicalRule
    why: str
    """`it never applies`, `it does nothing`, `in the traffic policy`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionBound:
    """What the rules of one list of actions cost at least."""

    actions: tuple[RuleAction, ...]
    stop: bool
    rules: tuple[LogicalRule, ...]
    """The logical rules that do this."""
    least: int
    """No packing has fewer live rules for them."""
    handed_on: int
    """How many relay or send actions are in each of these live rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Below which numbers no packing of a rule set gets, whatever the order of its rules."""

    by_actions: tuple[ActionBound, ...] = ()

    @property
    def rules(self) -> int:
        """Live rules."""
        return sum(each.least for each in self.by_actions)

    @property
    def handed_on(self) -> int:
        """Relay and send actions."""
        return sum(each.least * each.handed_on for each in self.by_actions)

    @property
    def may_fit(self) -> bool:
        """Whether some order of the rules may be within the limits."""
        return self.rules <= RULES.most and self.handed_on <= RELAY_OR_SEND_ACTIONS.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Two live rules that would be one, and what keeps them apart."""

    one: PackedRule
    other: PackedRule
    between: LogicalRule | None
    """The logical rule that must stay between them; None: both may apply to one message, and then
    what they do would be done once."""
    pinned: LogicalRule | None = None
    """The rule of these that cannot pass the one between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingProof:
    """Whether the packed rules were proved to do the same as the logical ones."""

    proved: bool
    why: str = ""
    """What shows a difference, or why it is undecided."""
    equality: str = "multiset"
    readings: Mapping[str, str] = field(default_factory=dict)
    """The readings that it rests on."""
    missing: str = ""
    """What to do so that anything can be proved here; empty: it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """A rule set as it goes live."""

    rule_set: str
    ingress_point: str | None = None
    """The ingress point that it is compiled for; None: all that use the rule set."""
    rules: tuple[PackedRule, ...]
    lists: tuple[CompiledList, ...] = ()
    left_out: tuple[LeftOutRule, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    proof: PackingProof
    survives_first_match: bool | None = None
    """Whether it is alike under `first_match: yes` too; None: nobody asked, or undecided."""
    fits: bool
    """Whether the live rules are within all limits of a rule set."""
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def is_packed(self) -> bool:
        """Whether a live rule is not just a logical one."""
        return not all(each.is_written for each in self.rules) or bool(self.left_out)

    @property
    def is_used(self) -> bool:
        """Whether it may go live: it fits, and it is proved."""
        return self.fits and self.proof.proved

    @property
    def handed_on(self) -> int:
        """Relay and send actions of its live rules."""
        return sum(row_of(action).handed_on for each in self.rules for action in each.rule.actions)

    @property
    def live(self) -> tuple[LogicalRule, ...]:
        """The live rules, for whoever judges or proves."""
        return tuple(each.rule for each in self.rules)

    @property
    def spare_rules(self) -> int:
        """How many live rules are left; less than none: how many are too many."""
        return RULES.most - len(self.rules)

    @property
    def spare_handed_on(self) -> int:
        """How many relay and send actions are left."""
        return RELAY_OR_SEND_ACTIONS.most - self.handed_on
