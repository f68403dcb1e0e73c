"""How a message ends, with all that is done for it: what two versions of rules are compared by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.analysis.questions.equality import Equality
from mmctl.language.project import Outcome
from mmctl.model.actions import CHANGES_MESSAGE, Does, without_defaults
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.judge.copies import Copy
    from mmctl.judge.trace import ActionTrace, AddedHeader
    from mmctl.model.rules import RuleAction


NO_EFFECT: Final = CHANGES_MESSAGE | {Does.ENDS}
"""What these do shows in what is done later, or in the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that was done with a copy, and what traveled with it."""

    action: RuleAction
    label: str
    recipient: str | None
    """None: the recipient whom the envelope names."""
    headers: tuple[AddedHeader, ...]
    """Ordered by name; those of one name stay as they were added."""

    @property
    def described(self) -> str:
        """What is done, for whom, with which added headers."""
        whom = f" for {self.recipient}" if self.recipient is not None else ""
        headers = ", ".join(f"{name}: {value}" for name, value in self.headers)
        return f"{self.label}{whom}{f' with {headers}' if headers else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEnd:
    """How one copy ended."""

    outcome: Outcome
    by: str | None
    effects: tuple[Effect, ...]

    @property
    def described(self) -> str:
        """How it ended, and which rule or statement decided."""
        return f"{self.outcome.value} by `{self.by}`" if self.by else self.outcome.value


_REFUSED: Final = CopyEnd(outcome=Outcome.REFUSED, by=None, effects=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What became of a message for one recipient of its envelope."""

    ends: tuple[CopyEnd, ...]
    """Of each copy: an address in the recipient's place makes another one."""
    effects: tuple[Effect, ...]
    """What was done, for any of the copies; what was done before they parted is there once."""

    @property
    def outcomes(self) -> frozenset[Outcome]:
        """How the copies ended."""
        return frozenset(end.outcome for end in self.ends)

    @property
    def described(self) -> str:
        """How the message ends, and what is done with it."""
        return self._described(effect.label for effect in self.effects)

    @property
    def described_in_full(self) -> str:
        """The same with recipients and added headers, for ends that are alike without them."""
        return self._described(effect.described for effect in self.effects)

    def _described(self, effects: Iterable[str]) -> str:
        ends = " and ".join(dict.fromkeys(end.described for end in self.ends))
        done = ", ".join(dict.fromkeys(effects))
        return f"{ends} ({done})" if done else ends


def described_apart(one: Treated, other: Treated) -> tuple[str, str]:
    """What becomes of a message in two ways, with the headers if these are all that differs."""
    both = one.described, other.described
    return both if both[0] != both[1] else (one.described_in_full, other.described_in_full)


def treatment_of(copies: Sequence[Copy], recipient: str) -> Treated:
    """What became of the copies for a recipient; none: it was refused."""
    done = {id(action): action for copy in copies for action in _done(copy)}
    return Treated(
        ends=tuple(_end(copy, recipient) for copy in copies) or (_REFUSED,),
        effects=tuple(_effect(action, recipient) for action in done.values()),
    )


def _end(copy: Copy, recipient: str) -> CopyEnd:
    outcome, by = copy.outcome()
    effects = tuple(_effect(action, recipient) for action in _done(copy))
    return CopyEnd(outcome=outcome, by=by, effects=effects)


def _done(copy: Copy) -> Iterator[ActionTrace]:
    for step in copy.steps:
        yield from (
            action for action in step.actions if action.done and action.does not in NO_EFFECT
        )


def _effect(action: ActionTrace, recipient: str) -> Effect:
    headers = [(name.lower(), value) for name, value in action.headers]
    return Effect(
        action=without_defaults(action.action),
        label=action.label,
        recipient=None if action.recipient == recipient else action.recipient,
        headers=tuple(sorted(headers, key=lambda header: header[0])),
    )


def are_alike(one: Treated, other: Treated, equality: Equality, *, as_packed: bool = False) -> bool:
    """Whether two ways to treat a message are alike.

    `as_packed`: refused counts as dropped, and of a set of effects, equal headers count once.
    """
    if as_packed:
        one, other = (_as_packed(each, equality) for each in (one, other))
    match equality:
        case Equality.TRACE:
            traces = [{(end.outcome, end.effects) for end in each.ends} for each in (one, other)]
            return traces[0] == traces[1]
        case Equality.MULTISET:
            same = Counter(one.effects) == Counter(other.effects)
            return one.outcomes == other.outcomes and same
        case Equality.SET:
            return one.outcomes == other.outcomes and set(one.effects) == set(other.effects)
        case _:
            assert_never(equality)


def _as_packed(treated: Treated, equality: Equality) -> Treated:
    """A way to treat a message, where what is worth the same is the same."""
    ends = tuple(
        replace(end, outcome=Outcome.DROPPED) if end.outcome is Outcome.REFUSED else end
        for end in treated.ends
    )
    if equality is not Equality.SET:
        return replace(treated, ends=ends)
    effects = tuple(
        replace(effect, headers=tuple(dict.fromkeys(effect.headers))) for effect in treated.effects
    )
    return replace(treated, ends=ends, effects=effects)


def same_effects(one: Treated, other: Treated) -> bool:
    """Whether two ways to treat a message have the same effects, as language.md counts them.

    The outcomes, and what is done once or more; nothing that happens to what is dropped anyway.
    """
    effects = [
        {
            effect
            for end in each.ends
            if end.outcome is not Outcome.DROPPED
            for effect in end.effects
        }
        for each in (one, other)
    ]
    return one.outcomes == other.outcomes and effects[0] == effects[1]
