"""What becomes of mail at the end of a script: from the actions that were done on the way.

Sieve stores mail unless an action cancels that (RFC 5228, section 2.10.2): what is kept is kept,
however often it is discarded. So actions of other branches decide too, and each of them that may
have been done splits the end.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, Negated, Unseen
from mmctl.interchange.sieve.differing import lost_action
from mmctl.interchange.sieve.simple import all_of, any_of
from mmctl.interchange.sieve.way import DoneAction, MailDeed, ScriptOrigin
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.way import Steps, WayThrough

MOST_REDIRECTS: Final = 3
"""Redirections of other branches that may have been done: each doubles the rules of an end."""


MOST_EFFECTS: Final = 400
"""Actions of all branches; with more, only what a branch itself does decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEnding:
    """How mail ends, if the test is true and those of the endings before are not."""

    test: Test
    stored: bool
    goes_on: bool
    """The next script is run: nothing but `keep` was done."""
    redirects: tuple[str, ...]
    origin: ScriptOrigin | None
    """The action that decided, if it was in another branch."""

    @property
    def is_plain(self) -> bool:
        """Whether mail ends as if no rule had been there."""
        return self.stored and not self.redirects


def endings(way: WayThrough, *, more: bool) -> tuple[list[ScriptEnding], list[DoneAction]]:
    """The endings at a point of the walk, and redirections that are one too many.

    `more`: another script is run for mail that this one keeps.
    """
    if len(way.effects) > MOST_EFFECTS:
        return [_unsure(way)], []
    done: list[tuple[Steps, DoneAction]] = []
    for effect in way.effects:
        steps = way.beyond(effect.steps)
        if steps is not None:
            done.append((steps, effect))
    maybe = [(s, e) for s, e in done if e.does is MailDeed.REDIRECTS and s]
    sure = [e for s, e in done if e.does is MailDeed.REDIRECTS and not s]
    split, rest = maybe[:MOST_REDIRECTS], maybe[MOST_REDIRECTS:]
    found: list[ScriptEnding] = []
    for count in range(len(split), -1, -1):
        for chosen in combinations(split, count):
            by_identity = {id(step): step for steps, _ in chosen for step in steps}
            tests = tuple(by_identity.values())
            if exclude_each_other(tests, tests):
                continue
            redirects = [*sure, *(effect for _, effect in chosen)]
            origin = chosen[-1][1].origin if chosen else None
            possible = [
                (tuple(step for step in steps if id(step) not in by_identity), effect)
                for steps, effect in done
                if not exclude_each_other(steps, tests)
            ]
            made = _Choice(tests=tests, redirects=redirects, origin=origin, more=more)
            found.extend(made.endings(possible))
    return _shortened(found), [effect for _, effect in rest]


def _unsure(way: WayThrough) -> ScriptEnding:
    """The ending by what was surely done; unknown, if that is not enough."""
    moved = [e for e in way.here if e.does is MailDeed.REDIRECTS]
    stored = any(e.does in {MailDeed.STORES, MailDeed.KEEPS} for e in way.here)
    stored = stored or not (moved or way.counts[MailDeed.DISCARDS])
    difference = lost_action(
        "too-many-ways",
        "follow so many actions that go on: other branches decide where this mail goes",
        "write `stop;` behind actions that end the mail",
    )
    is_sure = stored and way.counts[MailDeed.REDIRECTS] == len(moved)
    return ScriptEnding(
        test=ALWAYS if is_sure else Unseen(difference=difference),
        stored=stored,
        goes_on=False,
        redirects=tuple(dict.fromkeys(e.address for e in moved)),
        origin=None,
    )


Done = tuple["Steps", DoneAction]
"""An action, and the steps under which it was done beside those that are sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which of the redirections that may have been done were done."""

    tests: Steps
    redirects: Sequence[DoneAction]
    origin: ScriptOrigin | None
    more: bool

    def endings(self, done: Sequence[Done]) -> Iterator[ScriptEnding]:
        """Whether mail is stored as well."""
        stores = [(s, e) for s, e in done if e.does in {MailDeed.STORES, MailDeed.KEEPS}]
        cancels = [(s, e) for s, e in done if e.does is MailDeed.DISCARDS]
        moved = any(not effect.copies for effect in self.redirects)
        cancelled = moved or any(not s for s, _ in cancels)
        sure = [e for s, e in stores if not s]
        if sure:
            kept = any(e.does is MailDeed.KEEPS for e in sure)
            filed = any(e.does is MailDeed.STORES and not e.copies for e in sure)
            yield self._ending(ALWAYS, stored=True, goes_on=kept or not (filed or cancelled))
            return
        if not cancelled and not self.more:
            stores = [(s, e) for s, e in stores if _meets_any(s, cancels)]
        for goes_on in (True, False):
            these = [(s, e) for s, e in stores if (e.does is MailDeed.KEEPS) is goes_on]
            if these:
                maybe = any_of(all_of(steps) for steps, _ in these)
                yield self._ending(maybe, stored=True, by=these[0][1].origin, goes_on=goes_on)
        if cancelled:
            yield self._ending(ALWAYS, stored=False)
            return
        for steps, effect in cancels:
            yield self._ending(all_of(steps), stored=False, by=effect.origin)
        yield self._ending(ALWAYS, stored=True, goes_on=True)

    def _ending(
        self, test: Test, *, stored: bool, by: ScriptOrigin | None = None, goes_on: bool = False
    ) -> ScriptEnding:
        return ScriptEnding(
            test=all_of((*self.tests, test)),
            stored=stored,
            goes_on=goes_on and self.more,
            redirects=tuple(dict.fromkeys(effect.address for effect in self.redirects)),
            origin=by or self.origin,
        )


def _meets_any(steps: Steps, others: Sequence[Done]) -> bool:
    return any(not exclude_each_other(steps, other) for other, _ in others)


def exclude_each_other(one: Steps, other: Steps) -> bool:
    """Whether mail cannot take both: a step of one is what the other has refused."""
    taken = {id(step) for step in (*one, *other)}
    return any(isinstance(step, Negated) and id(step.test) in taken for step in (*one, *other))


def _shortened(found: list[ScriptEnding]) -> list[ScriptEnding]:
    """Without endings that say what the last one says."""
    while len(found) > 1 and _same(found[-2], found[-1]):
        del found[-2]
    return found


def _same(one: ScriptEnding, other: ScriptEnding) -> bool:
    return (one.stored, one.goes_on, one.redirects) == (
        other.stored,
        other.goes_on,
        other.redirects,
    )
