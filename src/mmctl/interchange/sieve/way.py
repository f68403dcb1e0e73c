"""Where the walk through the scripts is: the tests on the way, and what was done on it.

Mail that has ended is taken by a rule above; so a way needs no exceptions for it. Mail that left a
script without having ended is an exception of what follows in that script.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import Negated
from mmctl.interchange.sieve.simple import all_of, negated
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.source import Action, Deviation
    from mmctl.interchange.migration.tests import Test
    from mmctl.problem import Position

Steps = tuple["Test", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOrigin:
    """The command from which a rule comes."""

    name: str
    place: Position
    text: str


class BlockEnd(Enum):
    """What has become of the mail at the end of a block."""

    GOES_ON = auto()
    ENDED = auto()
    """All of it has ended."""
    LEFT = auto()
    """All of it has ended, or has left the script around and goes on there."""


class MailDeed(StrEnum):
    """What an action does to where mail goes."""

    STORES = "stores"
    KEEPS = "keeps"
    """It stores, and a script that follows is run too."""
    REDIRECTS = "redirects"
    DISCARDS = "discards"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAction:
    """An action on the way: it was done where all of the steps were taken."""

    does: MailDeed
    steps: Steps
    origin: ScriptOrigin
    address: str = ""
    copies: bool = False
    for_all: bool = False
    """It was done for all mail that is still there, and for all that has left the script."""


@dataclass(slots=True, kw_only=True)
class PendingMarks:
    """What is to be written as a rule of its own, or with the end of the mail."""

    actions: list[Action] = field(default_factory=list)
    differences: list[Deviation] = field(default_factory=list)

    def taken(self) -> PendingMarks:
        """What was pending; now nothing is."""
        taken = PendingMarks(actions=self.actions, differences=self.differences)
        self.actions, self.differences = [], []
        return taken

    def __bool__(self) -> bool:
        return bool(self.actions or self.differences)


@dataclass(slots=True, kw_only=True)
class ScriptLevel:
    """A script, or one that another includes: `return` and the end of a script leave it."""

    base: int
    """How many steps there were when it began."""
    left: list[Test] = field(default_factory=list)
    """The mail that has left it, and goes on behind it."""
    parked: list[DoneAction] = field(default_factory=list)
    """What was done to that mail."""


class WayThrough:
    """The steps, effects and levels at one point of the walk."""

    def __init__(self) -> None:
        self.steps: list[Test] = []
        self.effects: list[DoneAction] = []
        """Of all branches whose mail is still there."""
        self.here: list[DoneAction] = []
        """Those that were done to all mail that is here."""
        self.counts: Counter[MailDeed] = Counter()
        """How many effects of each kind there are: a script may have thousands."""
        self.levels: list[ScriptLevel] = []
        self.pending = PendingMarks()

    def add(self, done: DoneAction) -> None:
        """Something is done to all mail that is here."""
        self.effects.append(done)
        self.here.append(done)
        self.counts[done.does] += 1

    def cut(self, length: int) -> list[DoneAction]:
        """Forget the effects after so many: their mail has ended, or is elsewhere."""
        taken = self.effects[length:]
        del self.effects[length:]
        self.counts.subtract(done.does for done in taken)
        return taken

    def begin(self, effects: Iterable[DoneAction]) -> None:
        """Begin with these effects alone, done to all mail if they say so."""
        self.effects = list(effects)
        self.here = [done for done in self.effects if done.for_all]
        self.counts = Counter(done.does for done in self.effects)

    def sure(self) -> Steps:
        """The steps, and the exceptions for mail that left a script on the way."""
        left = tuple(negated(test) for level in self.levels for test in level.left)
        return (*self.steps, *left)

    def beyond(self, steps: Steps) -> Steps | None:
        """Those steps that are not sure here; None: they are surely not taken here."""
        here = set(map(id, self.steps))
        not_here = {id(test.test) for test in self.steps if isinstance(test, Negated)}
        missing = tuple(step for step in steps if id(step) not in here)
        refused = {id(step.test) for step in missing if isinstance(step, Negated)}
        if any(id(step) in not_here for step in missing) or refused & here:
            return None
        return missing

    def enter(self) -> ScriptLevel:
        """Begin a script."""
        level = ScriptLevel(base=len(self.steps))
        self.levels.append(level)
        return level

    def leave(self, level: ScriptLevel) -> None:
        """The mail that is here leaves a script, and goes on behind it."""
        level.left.append(all_of(self.steps[level.base :]))
