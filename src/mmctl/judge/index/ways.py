"""How mail ends, from what conditions answer: by what rules do alone, or by the evaluator.

The evaluator decides if facts are missing, or if what a rule does changes what later conditions
see. It then tries only the rules that may apply. Whatever was decided is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.judge.index.endings import endings_of
from mmctl.judge.index.layout import bits
from mmctl.judge.index.reach import Reach
from mmctl.judge.judged import Ended, RuleByRule
from mmctl.judge.judging import Judgment, coupled
from mmctl.judge.remembering import Memory
from mmctl.judge.texts import Texts
from mmctl.language.project import Outcome
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from mmctl.judge.index.admission import Admission, Admitting
    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.endings import Endings
    from mmctl.judge.index.entries import Sight
    from mmctl.judge.index.look import Look
    from mmctl.judge.submission import Gateway

Key = TypeVar("Key")
Kept = TypeVar("Kept")

REMEMBERED: Final = 20_000
"""So many endings are remembered."""


@dataclass(slots=True)
class End:
    """How it ended for a recipient, and how much was looked at."""

    ended: Ended
    tried: int
    """How many rules were tried."""
    asked: RuleByRule | None = None
    """Why the evaluator was asked, for this recipient or for one who is seen alike."""
    others: tuple[tuple[int, Outcome], ...] | None = None
    """Other outcomes, by the number of the variant; None: not asked yet."""


@dataclass(slots=True, kw_only=True)
class Decider:
    """The endings of one gateway under one choice of readings."""

    context: Context
    gateway: Gateway
    endings: Endings
    admitting: Admitting
    plain: dict[int, End]
    """Endings by the columns that apply, if nothing is unknown and no rule meddles."""
    full: dict[Hashable, End] = field(default_factory=dict)
    """Endings by all that they depend on, under any reading of actions."""
    decided: dict[Hashable, End] = field(default_factory=dict)
    """What the evaluator decided, by all that it depended on."""
    groups: dict[Hashable, list[End]] = field(default_factory=dict)
    """What it decided for recipients who are judged together."""
    coupled: bool = field(init=False)
    """Whether recipients are judged together."""
    _reach: Reach = field(init=False)
    _together: int = field(init=False)
    """The rules by which recipients depend on each other."""
    _large: int = field(init=False)
    _admitted: Gateway = field(init=False)

    def __post_init__(self) -> None:
        """Find out which rules need a closer look."""
        readings = self.gateway.readings
        visible = readings.added_headers_visible == "yes"
        self.coupled = coupled(readings)
        self._reach = Reach.of(self.context, self.endings, visible=visible)
        self._together = 0
        if readings.added_header_scope == "message":
            self._together |= self.endings.adds
        if readings.failure_drop_scope == "message":
            self._together |= self.endings.fails
        self._large = self.context.layout.too_large
        self._admitted = replace(self.gateway, policy=None)

    def under(self, variant: Variant, *, about_actions: bool) -> Decider:
        """The endings under another choice of a reading, which is about actions or conditions."""
        endings = self.endings
        if about_actions:
            first = self.context.layout.statements
            endings = endings_of(variant.gateway, self.context.scenario, first)
        return Decider(
            context=self.context,
            gateway=variant.gateway,
            endings=endings,
            admitting=self.admitting,
            plain={} if about_actions else self.plain,
        )

    def ends(self, sights: Sequence[Sight], look: Look) -> Sequence[End]:
        """How it ends for recipients of one message."""
        if self.coupled:
            columns = 0
            for sight in sights:
                columns |= sight.applying | sight.maybe
            if columns & self._together:
                return self._group(sights, look)
            if columns & self._reach.meddling or any(sight.maybe for sight in sights):
                return self._unknown_together(sights, look)
        return [self.end(sight, look) for sight in sights]

    def end(self, sight: Sight, look: Look) -> End:
        """How it ends for one recipient, if recipients are not judged together."""
        if not sight.maybe:
            known = self.plain_end(sight.applying)
            if known is not None:
                return known
        key = self._reach.key(sight, look)
        return self.full.get(key) or kept(self.full, key, self._found(sight, look))

    def plain_end(self, applying: int) -> End | None:
        """How it ends if nothing is unknown; None: what a rule does has to be looked at."""
        known = self.plain.get(applying)
        if known is None and not applying & self._reach.ever_meddling:
            known = self._by_rules(applying, 0)
            if known is not None:
                kept(self.plain, applying, known)
        return known

    def plainly(self, sights: Sequence[Sight]) -> bool:
        """Whether nothing is unknown, and rules that apply end mail by what they do alone."""
        return not self.coupled and not any(
            sight.maybe or sight.applying & self._reach.ever_meddling for sight in sights
        )

    def _by_rules(self, applying: int, maybe: int) -> End | None:
        """How it ends by the policy, and by what each rule does alone; None: these do not tell."""
        admission = self._admission(applying, maybe)
        if admission.refused_by is not None:
            return End(Ended(outcome=Outcome.REFUSED, by=admission.refused_by), 0)
        until = self._reach.until(applying, maybe) & self._reach.rules
        if not admission.known or maybe & until or applying & until & self._reach.meddling:
            return None
        applying &= until
        return End(self.endings.ended(applying), self.endings.tried(applying))

    def _found(self, sight: Sight, look: Look) -> End:
        end = self._by_rules(sight.applying, sight.maybe)
        if end is not None:
            return end
        key = self._reach.key(sight, look, self._reach.until(sight.applying, sight.maybe))
        known = self.decided.get(key)
        if known is None:
            known = kept(self.decided, key, self._evaluated([sight], look)[0])
        # What comes after the end does not count here, but it may under other readings.
        return End(known.ended, known.tried, asked=known.asked)

    def _admission(self, applying: int, maybe: int) -> Admission:
        return self.admitting.admission(applying, maybe, too_large=bool(applying & self._large))

    def _unknown_together(self, sights: Sequence[Sight], look: Look) -> Sequence[End]:
        """How it ends if only missing facts join recipients; those who are seen alike end alike."""
        keys = [self._reach.key(sight, look) for sight in sights]
        alike = dict(zip(reversed(keys), reversed(sights), strict=True))
        if len(alike) == 1:
            return [self.end(sight, look) for sight in sights]
        distinct = dict.fromkeys(keys)
        ends = self._group([alike[key] for key in distinct], look)
        by_key = dict(zip(distinct, ends, strict=True))
        return [by_key[key] for key in keys]

    def _group(self, sights: Sequence[Sight], look: Look) -> Sequence[End]:
        """How it ends for recipients who are judged together."""
        key = tuple([self._reach.key(sight, look) for sight in sights])
        known = self.groups.get(key)
        if known is None:
            known = kept(self.groups, key, self._evaluated(sights, look))
        return known

    def _evaluated(self, sights: Sequence[Sight], look: Look) -> list[End]:
        """Ask the evaluator, about the rules that may apply."""
        columns = self._reach.columns(sights, look) & self._reach.rules
        first = self.context.layout.statements
        admitted = all(
            self._admission(sight.applying, sight.maybe) == (True, None) for sight in sights
        )
        gateway = self._admitted if admitted else self.gateway
        judging = Judgment(
            gateway=gateway,
            among=[column - first for column in bits(columns)],
            submission=look.submission,
            scenario=self.context.scenario,
            texts=Texts(look.submission, gateway.readings),
            memory=Memory(),
            assume_pass=self.context.assume_pass,
            assumed={},
        )
        found = judging.group([sight.place for sight in sights])
        lacking = any(sight.maybe & (columns | ~self._reach.rules) for sight in sights)
        asked = RuleByRule.FACTS if lacking else RuleByRule.ACTIONS
        return [End(Ended.of(each.trace), each.tried, asked=asked) for each in found]


def kept(memory: dict[Key, Kept], key: Key, value: Kept) -> Kept:
    """Remember something, unless too much is remembered: then that is forgotten first."""
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
