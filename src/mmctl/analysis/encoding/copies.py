"""Copies of a message on their way through the rules, as literals: see `mmctl.judge.copies`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import RECIPIENT
from mmctl.analysis.encoding.sight import CopySight
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.language.project import Outcome
from mmctl.model.actions import Does
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.analysis.sat.circuit import Circuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What travels with a copy when an action is done for it."""

    headers: tuple[tuple[int, str, str], ...] = ()
    """Headers that rules added where a literal holds: name in lower case, and value."""
    addresses: tuple[tuple[int, str], ...] = ()
    """Addresses that took the recipient's place where a literal holds; the last one counts."""


@dataclass(slots=True, kw_only=True)
class RuleLiterals:
    """One rule and one copy."""

    place: int
    asked: tuple[int, ...]
    """What its conditions demand, one literal each: those under `unless` are negated."""
    sight: CopySight
    """What its conditions see."""
    reached: int
    """Whether the rule is tried."""
    matches: int
    """Whether its conditions hold, tried or not."""
    applies: int
    ends: int = FALSE
    """Whether it ends the way of the copy if it is tried."""
    done: list[int] = field(default_factory=list)
    """For each action in effect, whether it took effect."""
    carried: list[Carried] = field(default_factory=list)
    """For each action in effect, what traveled with the copy by then."""
    adds: dict[int, int] = field(default_factory=dict)
    """For each action that adds a header, by its place, whether the copy got it: perhaps because
    the rule applies to another recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The way of one copy."""

    recipient: str
    """The field of the recipient whom the envelope names."""
    there: int
    admitted: int
    """By the traffic policy; a rule may still refuse it."""
    accepted: int
    """Whether nothing refuses it."""
    rules: tuple[RuleLiterals, ...]
    outcomes: Mapping[Outcome, int]
    """How it ended: exactly one holds, if it is there."""


class EncodedCopy:
    """One copy, while it is encoded."""

    def __init__(self, circuit: Circuit, place: int, *, there: int) -> None:
        self.place = place
        self.sight = CopySight(recipient=f"{RECIPIENT} {place}" if place else RECIPIENT)
        self.rule = RuleLiterals(
            place=-1, asked=(), sight=self.sight, reached=FALSE, matches=FALSE, applies=FALSE
        )
        """The rule that is being tried."""
        self._circuit = circuit
        self._there = there
        self._admitted = FALSE
        self._going = FALSE
        self._refused = FALSE
        self._dropped = FALSE
        self._skips = FALSE
        self._stopped = FALSE
        self.rules: list[RuleLiterals] = []
        self.carried = Carried()

    def admit(self, admitted: int) -> None:
        """Let it in where a literal holds."""
        self._admitted = self._circuit.all_of((self._there, admitted))
        self._going = self._admitted

    def reach(self, asked: tuple[int, ...]) -> None:
        """Try the next rule, whose conditions demand some literals."""
        matches = self._circuit.all_of(asked)
        self.rule = RuleLiterals(
            place=len(self.rules),
            asked=asked,
            sight=self.sight,
            reached=self._going,
            matches=matches,
            applies=self._circuit.all_of((self._going, matches)),
        )
        self.rules.append(self.rule)
        self._skips = self._stopped = FALSE

    def acting(self) -> int:
        """Whether the next action is for this copy, if the rule applies to it."""
        return self._circuit.all_of((-self._stopped, -self._skips, -self.rule.ends))

    def skip_rest(self, condition: int) -> None:
        """The remaining actions are not for this copy where a literal holds."""
        self._skips = self._circuit.any_of((self._skips, condition))

    def stop(self, condition: int, *, dropped: int = FALSE) -> None:
        """End where a literal holds, if the rule applies to it; the first ending counts."""
        any_of, all_of = self._circuit.any_of, self._circuit.all_of
        drops = all_of((self.rule.applies, -self._stopped, condition, dropped))
        self._dropped = any_of((self._dropped, drops))
        self._stopped = any_of((self._stopped, condition))

    def refuse(self, actions: int) -> None:
        """End at RCPT, if the rule applies to it: of so many actions, none is done."""
        self.rule.done += [FALSE] * actions
        self.rule.carried += [self.carried] * actions
        self._refused = self._circuit.any_of((self._refused, self.rule.applies))
        self._stopped = TRUE

    def stop_whatever(self, condition: int) -> None:
        """Drop it where a literal holds, whether the rule applies to it or not."""
        all_of = self._circuit.all_of
        stopped = all_of((self.rule.applies, self._stopped))
        left = all_of((self.rule.reached, -stopped, -self.rule.ends))
        self._dropped = self._circuit.any_of((self._dropped, all_of((left, condition))))
        self.rule.ends = self._circuit.any_of((self.rule.ends, condition))

    def leave(self) -> None:
        """The rule is over."""
        by_actions = self._circuit.all_of((self.rule.matches, self._stopped))
        self.rule.ends = self._circuit.any_of((self.rule.ends, by_actions))
        self._going = self._circuit.all_of((self._going, -self.rule.ends))

    def cancel_earlier(self, condition: int) -> None:
        """Undo what this rule did before its last action where a literal holds."""
        *earlier, last = self.rule.done
        self.rule.done[:] = [
            *(self._circuit.all_of((done, -condition)) for done in earlier),
            last,
        ]

    def carry_header(self, condition: int, name: str, value: str) -> None:
        """Append a header, for the action that was done last, where a literal holds."""
        self.rule.adds[len(self.rule.done) - 1] = condition
        if condition != FALSE:
            headers = (*self.carried.headers, (condition, name, value))
            self.carried = replace(self.carried, headers=headers)

    def see_header(self, condition: int, name: str, value: str) -> None:
        """Let conditions see an appended header where a literal holds."""
        if condition != FALSE:
            self.sight = replace(self.sight, added=(*self.sight.added, (condition, name, value)))

    def send_to(self, condition: int, address: str) -> None:
        """Put another address in the recipient's place where a literal holds."""
        if condition != FALSE:
            addresses = (*self.carried.addresses, (condition, address))
            self.carried = replace(self.carried, addresses=addresses)

    def see_address(self, condition: int, address: str) -> None:
        """Let conditions see another address in the recipient's place where a literal holds."""
        if condition != FALSE:
            replaced = (*self.sight.replaced, (condition, address))
            self.sight = replace(self.sight, replaced=replaced)

    def path(self, did: Mapping[Does, int]) -> Path:
        """Its way, when all rules were tried; `did` says what was done for it, by any of them."""
        return Path(
            recipient=self.sight.recipient,
            there=self._there,
            admitted=self._admitted,
            accepted=self._circuit.all_of((self._admitted, -self._refused)),
            rules=tuple(self.rules),
            outcomes=self._outcomes(did),
        )

    def _outcomes(self, did: Mapping[Does, int]) -> dict[Outcome, int]:
        """The first outcome that applies, as `mmctl.judge.copies` orders them."""
        applies = {
            Outcome.REFUSED: self._circuit.any_of((-self._admitted, self._refused)),
            Outcome.DELIVERED: did[Does.DELIVERS],
            Outcome.BOUNCED: did[Does.BOUNCES],
            Outcome.DROPPED: self._dropped,
            Outcome.STORED: did[Does.STORES],
            Outcome.LOST: TRUE,
        }
        found: dict[Outcome, int] = {}
        left = self._there
        for outcome, literal in applies.items():
            found[outcome] = self._circuit.all_of((left, literal))
            left = self._circuit.all_of((left, -literal))
        return found
