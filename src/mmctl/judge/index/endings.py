"""What each rule does by itself, found by the evaluator's own code, and how mail ends by several.

If it is known which rules apply to a recipient, and nothing that one of them does changes what the
conditions of later ones see, then the end follows from what each does alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.copies import Copy, Ending
from mmctl.judge.evaluator import Evaluator
from mmctl.judge.index.layout import bits
from mmctl.judge.judged import Ended
from mmctl.judge.remembering import Memory
from mmctl.judge.submission import Submission
from mmctl.judge.texts import Texts
from mmctl.judge.trace import ActionResult
from mmctl.judge.worlds import World
from mmctl.language.project import Outcome
from mmctl.mail.email import Email, Envelope, Facts, Session, Size
from mmctl.mail.headers import Headers
from mmctl.model.actions import CHANGES_MESSAGE, STOP, Does, new_recipients
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.judge.judged import Effect
    from mmctl.judge.submission import Gateway, Scenario
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.project import LogicalRule

_SOMEBODY: Final = "somebody@example.com"
_NOTHING: Final = Submission(
    email=Email(headers=Headers({}), length=Size(0)),
    session=Session(),
    envelope=Envelope(recipients=(_SOMEBODY,)),
    facts=Facts(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What one rule does with a message that it applies to."""

    name: str
    depends: bool
    """Whether that depends on facts, or it replaces the recipient."""
    fails: bool
    """Whether one of its actions fails."""
    ending: Ending | None
    does: frozenset[Does]
    """What took effect."""
    labels: tuple[str, ...]
    effects: tuple[Effect, ...]
    headers: tuple[AddedHeader, ...]


@dataclass(slots=True, kw_only=True)
class Endings:
    """How a message ends for a recipient by the rules that apply; rules are columns."""

    first: int
    """The column of the first rule."""
    rules: tuple[Alone, ...]
    ends: int = 0
    """Those that surely end the rule set."""
    refuses: int = 0
    drops: int = 0
    delivers: int = 0
    bounces: int = 0
    stores: int = 0
    depends: int = 0
    fails: int = 0
    adds: int = 0
    """The rules that add headers."""

    def __post_init__(self) -> None:
        """Collect the rules by what they do."""
        self.ends = self._columns(lambda rule: rule.ending is not None and not rule.depends)
        self.refuses = self._columns(lambda rule: rule.ending is Ending.REFUSED)
        self.drops = self._columns(lambda rule: rule.ending is Ending.DROPPED)
        self.delivers = self._columns(lambda rule: Does.DELIVERS in rule.does)
        self.bounces = self._columns(lambda rule: Does.BOUNCES in rule.does)
        self.stores = self._columns(lambda rule: Does.STORES in rule.does)
        self.depends = self._columns(lambda rule: rule.depends)
        self.fails = self._columns(lambda rule: rule.fails)
        self.adds = self._columns(lambda rule: bool(rule.headers))

    def _columns(self, wanted: Callable[[Alone], bool]) -> int:
        columns = 0
        for place, rule in enumerate(self.rules):
            if wanted(rule):
                columns |= 1 << (self.first + place)
        return columns

    def ended(self, applying: int) -> Ended:
        """How it ends if these rules apply, of which only the last ends."""
        outcome, by = self._outcome(applying)
        names: dict[str, None] = {}
        labels: list[str] = []
        effects: set[Effect] = set()
        headers: tuple[AddedHeader, ...] = ()
        for column in bits(applying):
            rule = self.rules[column - self.first]
            names[rule.name] = None
            labels += rule.labels
            if headers:
                effects.update(
                    (label, whom, (*headers, *added)) for label, whom, added in rule.effects
                )
            else:
                effects.update(rule.effects)
            headers = (*headers, *rule.headers) if rule.headers else headers
        return Ended(
            outcome=outcome,
            by=by,
            rules=tuple(names),
            actions=tuple(labels),
            effects=frozenset(effects),
        )

    def outcome(self, applying: int) -> Outcome:
        """The outcome if these rules apply, of which only the last ends."""
        return self._outcome(applying)[0]

    def _outcome(self, applying: int) -> tuple[Outcome, str | None]:
        """As `Copy.outcome`, from what each rule does alone."""
        ender = applying & self.ends
        if found := applying & self.refuses:
            return Outcome.REFUSED, self._last(found)
        if found := applying & self.delivers:
            return Outcome.DELIVERED, self._last(found)
        if found := applying & self.bounces:
            return Outcome.BOUNCED, self._last(found)
        if found := applying & self.drops:
            return Outcome.DROPPED, self._last(found)
        if found := applying & self.stores:
            return Outcome.STORED, self._last(found)
        return Outcome.LOST, self._last(ender) if ender else None

    def _last(self, columns: int) -> str:
        return self.rules[columns.bit_length() - 1 - self.first].name

    def tried(self, applying: int) -> int:
        """How many rules are tried if these apply, of which only the last ends."""
        ender = applying & self.ends
        return ender.bit_length() - self.first if ender else len(self.rules)


def endings_of(gateway: Gateway, scenario: Scenario, first: int) -> Endings:
    """What each rule of a gateway does alone."""
    return Endings(
        first=first, rules=tuple(alone(rule, gateway, scenario) for rule in gateway.rules)
    )


def alone(rule: LogicalRule, gateway: Gateway, scenario: Scenario) -> Alone:
    """Carry out one rule as the evaluator does if its conditions match."""
    always = replace(rule, rule=rule.rule.changed(conditions=None, unless=None))
    only = replace(gateway, rules=(always,), policy=None)
    world = World()
    copies = Evaluator(
        gateway=only,
        among=(0,),
        submission=_NOTHING,
        scenario=scenario,
        texts=Texts(_NOTHING, only.readings),
        world=world,
        memory=Memory(),
        assume_pass=False,
        assumed={},
    ).run([Copy(place=0, address=_SOMEBODY, seen=_SOMEBODY)])
    actions = copies[0].steps[-1].actions
    done = [action for action in actions if action.done]
    replaces = any(new_recipients(action) for action in actions_in_effect(rule))
    return Alone(
        name=rule.name,
        depends=replaces or bool(world.decided),
        fails=any(action.result is ActionResult.FAILED for action in actions),
        ending=copies[0].ending,
        does=frozenset(action.does for action in done),
        labels=tuple(action.label for action in done if action.kind != STOP),
        effects=tuple(
            (action.label, None, action.headers)
            for action in done
            if action.kind != STOP and action.does not in CHANGES_MESSAGE
        ),
        headers=copies[0].headers,
    )
