"""How mail ends, from what conditions answer: by what rules do alone, or by the evaluator.

The evaluator decides if facts are missing, or if what a rule does changes what later conditions
see. It then tries only the rules that may apply. Whatever was decided is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.evaluator import Memory
from mmctl.judge.index.endings import endings_of
from mmctl.judge.index.layout import bits
from mmctl.judge.judged import Ended
from mmctl.judge.judging import Judging, coupled
from mmctl.judge.texts import Texts
from mmctl.language.project import Outcome
from mmctl.model.actions import added_header, new_recipients
from mmctl.model.conditions import header_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from mmctl.judge.index.admission import Admitting
    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.endings import Endings
    from mmctl.judge.index.entries import Sight
    from mmctl.judge.index.look import Look
    from mmctl.judge.submission import Gateway

Key = TypeVar("Key")

REMEMBERED: Final = 20_000
"""So many endings are remembered."""


@dataclass(slots=True)
class End:
    """How it ended for a recipient, and how much was looked at."""

    ended: Ended
    tried: int
    """How many rules were tried."""
    worlds: int = 1
    """In how many worlds; if there were too many, more than are looked at."""
    others: tuple[tuple[int, Outcome], ...] | None = None
    """Other outcomes, by the number of the variant; None: not asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entangled:
    """The rules that change what conditions of later rules see."""

    replacing: int
    """The columns of those that replace recipients."""
    addresses: tuple[str, ...]
    """By whom."""
    marking: int
    """The columns of those that add a header which a later rule reads."""
    reading: int
    """The slots of the conditions that read it."""

    @classmethod
    def of(cls, context: Context) -> Entangled:
        """The rules of a gateway."""
        layout = context.layout
        replacing = marking = reading = 0
        addresses: dict[str, None] = {}
        adders: dict[str, int] = {}
        for place, rule in enumerate(context.gateway.rules):
            column = 1 << (layout.statements + place)
            for row, condition in enumerate((*rule.conditions, *rule.unless)):
                header = header_of(condition)
                adding = 0 if header is None else adders.get(header.lower(), 0)
                if adding:
                    marking |= adding
                    reading |= layout.slot(layout.statements + place, row)
            for action in actions_in_effect(rule):
                added, others = added_header(action), new_recipients(action)
                if added is not None:
                    adders[added[0].lower()] = adders.get(added[0].lower(), 0) | column
                if others:
                    replacing |= column
                    addresses.update(dict.fromkeys(others))
        return cls(
            replacing=replacing, addresses=tuple(addresses), marking=marking, reading=reading
        )


@dataclass(slots=True, kw_only=True)
class Way:
    """The endings of one gateway under one choice of readings."""

    context: Context
    gateway: Gateway
    endings: Endings
    entangled: Entangled
    admitting: Admitting
    plain: dict[int, End]
    """Endings by the columns that apply, if nothing is unknown and rules do not meddle."""
    full: dict[Hashable, End] = field(default_factory=dict)
    """Endings by all that they depend on."""
    decided: dict[Hashable, End] = field(default_factory=dict)
    """What the evaluator decided, by all that it depended on."""
    groups: dict[Hashable, dict[Hashable, End]] = field(default_factory=dict)
    """Endings of recipients who are judged together."""
    evaluated: int = 0
    """How often the evaluator was asked."""
    _meddling: int = field(init=False)
    """The rules whose effects on others have to be followed."""
    _ever_meddling: int = field(init=False)
    """The same under any choice of readings."""
    _rules: int = field(init=False)
    _marking: int = field(init=False)
    _together: int = field(init=False)
    _large: int = field(init=False)
    _admitted: Gateway = field(init=False)

    def __post_init__(self) -> None:
        """Find out which rules need a closer look."""
        readings = self.gateway.readings
        visible = readings.added_headers_visible == "yes"
        self._marking = self.entangled.marking if visible else 0
        self._meddling = self.entangled.replacing | self._marking | self.endings.depends
        self._ever_meddling = self._meddling | self.entangled.marking
        layout = self.context.layout
        self._rules = layout.columns & ~((1 << layout.statements) - 1)
        self._together = 0
        if readings.added_header_scope == "message":
            self._together |= self.endings.adds
        if readings.failure_drop_scope == "message":
            self._together |= self.endings.fails
        self._large = 1 << layout.width
        self._admitted = replace(self.gateway, policy=None)

    def under(self, variant: Variant, *, about_actions: bool) -> Way:
        """The endings under another choice of a reading, which is about actions or conditions."""
        endings = self.endings
        if about_actions:
            first = self.context.layout.statements
            endings = endings_of(variant.gateway, self.context.scenario, first)
        return Way(
            context=self.context,
            gateway=variant.gateway,
            endings=endings,
            entangled=self.entangled,
            admitting=self.admitting,
            plain={} if about_actions else self.plain,
        )

    @property
    def coupled(self) -> bool:
        """Whether recipients are judged together."""
        return coupled(self.gateway.readings)

    def ends(self, sights: Sequence[Sight], look: Look) -> list[End]:
        """How it ends for recipients of one message."""
        if self.coupled:
            reach = 0
            for sight in sights:
                reach |= sight.applying | sight.maybe
            if reach & (self._meddling | self._together):
                return self._together_ends(sights, look)
            if any(sight.maybe for sight in sights):
                return self._unknown_together(sights, look)
        return [self.end(sight, look) for sight in sights]

    def _unknown_together(self, sights: Sequence[Sight], look: Look) -> list[End]:
        """How it ends if only missing facts join recipients; those who are seen alike end alike."""
        keys = [(sight.applying, *self._unknown(sight, look)) for sight in sights]
        alike = dict(zip(keys, sights, strict=True))
        group = frozenset(alike)
        known = self.groups.get(group)
        if known is None:
            ends = self._together_ends(list(alike.values()), look)
            known = dict(zip(alike, ends, strict=True))
            if len(self.groups) >= REMEMBERED:
                self.groups.clear()
            self.groups[group] = known
        return [known[key] for key in keys]

    def end(self, sight: Sight, look: Look) -> End:
        """How it ends for one recipient, if recipients are not judged together."""
        if not sight.maybe:
            known = self.plain.get(sight.applying)
            if known is not None:
                return known
        reach = sight.applying | sight.maybe
        if reach & self.entangled.marking:
            return self._found(sight, look)
        if not sight.maybe and not reach & self._ever_meddling:
            return _remembered(self.plain, sight.applying, self._found(sight, look))
        key = (sight.applying, *self._unknown(sight, look), *self._replaced(reach, sight, look))
        return self.full.get(key) or _remembered(self.full, key, self._found(sight, look))

    def _unknown(self, sight: Sight, look: Look) -> tuple[Hashable, ...]:
        """All that unknown answers depend on."""
        if not sight.unknown:
            return (0,)
        return sight.unknown, look.states(sight.unknown, sight.recipient)

    def _replaced(self, reach: int, sight: Sight, look: Look) -> tuple[Hashable, ...]:
        """All that answers about new recipients depend on."""
        if not reach & self.entangled.replacing:
            return ()
        found: list[Hashable] = []
        for address in self.entangled.addresses:
            other = look.sight(sight.place, address)
            found += [other.applying, *self._unknown(other, look), address == sight.recipient]
        return tuple(found)

    def _found(self, sight: Sight, look: Look) -> End:
        admission = self.admitting.admission(
            sight.applying, sight.maybe, too_large=bool(sight.applying & self._large)
        )
        if admission.refused_by is not None:
            return End(Ended(outcome=Outcome.REFUSED, by=admission.refused_by), 0)
        applying, maybe = self._reached(sight)
        rules = self._rules
        if admission.known and not maybe & rules and not applying & self._meddling:
            return End(self.endings.ended(applying & rules), self.endings.tried(applying & rules))
        if (applying | maybe) & (self.entangled.replacing | self._marking):
            return self._evaluated([sight], look)[0]
        unknown = sight.unknown & self.context.layout.every_row(maybe)
        key = (applying, unknown, look.states(unknown, sight.recipient))
        return self.decided.get(key) or _remembered(
            self.decided, key, self._evaluated([sight], look)[0]
        )

    def _reached(self, sight: Sight) -> tuple[int, int]:
        """The columns that apply or may, up to the first rule that surely ends the rule set."""
        until = self.endings.until_end(sight.applying)
        applying, maybe = sight.applying & until, sight.maybe & until
        if (applying | maybe) & (self.entangled.replacing | self._marking):
            return sight.applying, sight.maybe
        return applying, maybe

    def _together_ends(self, sights: Sequence[Sight], look: Look) -> list[End]:
        """How it ends for recipients who are judged together."""
        ends: dict[int, End] = {}
        admitted = []
        for sight in sights:
            admission = self.admitting.admission(
                sight.applying, sight.maybe, too_large=bool(sight.applying & self._large)
            )
            if admission.refused_by is None:
                admitted.append(sight)
            else:
                refused = Ended(outcome=Outcome.REFUSED, by=admission.refused_by)
                ends[sight.place] = End(refused, 0)
        evaluated = self._evaluated(admitted, look) if admitted else []
        ends.update((sight.place, end) for sight, end in zip(admitted, evaluated, strict=True))
        return [ends[sight.place] for sight in sights]

    def _evaluated(self, sights: Sequence[Sight], look: Look) -> list[End]:
        """Ask the evaluator, about the rules that may apply; nobody is known to be refused."""
        self.evaluated += 1
        columns = self._among(sights, look)
        statements = self.context.layout.statements
        unsure = any(sight.maybe & ((1 << statements) - 1) for sight in sights)
        gateway = self.gateway if unsure else self._admitted
        judging = Judging(
            gateway=gateway,
            among=[column - statements for column in bits(columns & self._rules)],
            submission=look.submission,
            scenario=self.context.scenario,
            texts=Texts(look.submission, gateway.readings),
            memory=Memory(),
            assume_pass=self.context.assume_pass,
            assumed={},
        )
        return [
            End(Ended.of(found.trace), found.tried, found.worlds)
            for found in judging.group([sight.place for sight in sights])
        ]

    def _among(self, sights: Sequence[Sight], look: Look) -> int:
        """The columns that may apply to somebody at some time."""
        columns = 0
        for sight in sights:
            applying, maybe = self._reached(sight)
            columns |= applying | maybe
        seen = [(sight.place, sight.recipient) for sight in sights]
        if columns & (self.entangled.replacing | self._marking):
            seen += [(sights[0].place, address) for address in self.entangled.addresses]
            for place, address in seen:
                sight = look.sight(place, address)
                columns |= sight.applying | sight.maybe
        if columns & self._marking:
            for _, address in seen:
                columns |= look.fitting_without(self.entangled.reading, address)
        return columns


def _remembered(memory: dict[Key, End], key: Key, end: End) -> End:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = end
    return end
