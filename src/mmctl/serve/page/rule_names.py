"""Live rules on the page in names of the files: a live rule may hold several rules.

The list and the events say `one of` them. Where a message is looked at, all of it is known, so that
the rules of the files are asked about it, and the ones that apply are named.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from mmctl.judge.texts import Texts
from mmctl.operate.logs.deciding import KnownMessage
from mmctl.operate.logs.packed import all_of, one_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import CopyTrace, RecipientTrace, RuleTrace, Trace
    from mmctl.operate.logs.packed import HeldRules, PackedRules

    PackedOf: TypeAlias = Callable[[str, datetime], Sequence[PackedRules]]
    """What was packed at a time in which a live rule of some name acted."""


class RulesOnPage:
    """Names live rules as the files do."""

    def __init__(self, packed_of: PackedOf | None = None) -> None:
        """Know whom to ask; None: every rule is live under its own name."""
        self._packed_of = packed_of

    def short(self, name: str, at: str) -> str:
        """A rule in a few words, where nothing of the message is known."""
        found = self._held(name, at)
        if found is None:
            return name
        held, _ = found
        return held.names[0] if not held.holds_several else one_of(held.names, held.name)

    def trace(self, trace: Trace, submission: Submission, at: str) -> Trace:
        """A trace with the rules of the files in place of live ones."""
        if self._packed_of is None:
            return trace
        told = [_InFiles(self, submission, at) for _ in trace.recipients]
        recipients = tuple(
            one.recipient(each) for one, each in zip(told, trace.recipients, strict=True)
        )
        said: dict[str, set[str]] = {}
        for one in told:
            for live, name in one.said.items():
                said.setdefault(live, set()).add(name)
        performed = tuple(
            replace(each, rule=_only(said.get(each.rule)) or self.short(each.rule, at))
            for each in trace.performed
        )
        return replace(trace, recipients=recipients, performed=performed)

    def _held(self, name: str, at: str) -> tuple[HeldRules, PackedRules] | None:
        if self._packed_of is None or not name:
            return None
        try:
            when = datetime.fromisoformat(at)
        except ValueError:
            return None
        for packed in self._packed_of(name, when):
            held = packed.rules.get(name)
            if held is not None:
                return held, packed
        return None

    def decided(self, name: str, at: str, asked: RuleTrace, submission: Submission) -> RuleTrace:
        """What became of a live rule, told of the rules that it holds."""
        found = self._held(name, at)
        if found is None:
            return asked
        held, packed = found
        if not asked.applied:
            return replace(asked, rule=self.short(name, at))
        known = KnownMessage(
            gateway=packed.gateway,
            submission=submission,
            texts=Texts(submission, packed.gateway.readings),
            added=asked.actions[0].headers if asked.actions else (),
        )
        meant = known.meant(held, asked.recipient)
        names = tuple(rule.name for rule in meant.rules)
        if len(names) == 1:
            return replace(asked, rule=names[0], position=meant.rules[0].position)
        said = all_of(names) if meant.decided else one_of(names, held.name)
        return replace(asked, rule=said)


def _only(names: set[str] | None) -> str | None:
    """The one name that all recipients have for a rule; None: they have several, or none."""
    return next(iter(names)) if names is not None and len(names) == 1 else None


class _InFiles:
    """The trace of one recipient, told in rules of the files."""

    def __init__(self, names: RulesOnPage, submission: Submission, at: str) -> None:
        self._names = names
        self._submission = submission
        self._at = at
        self.said: dict[str, str] = {}

    def recipient(self, trace: RecipientTrace) -> RecipientTrace:
        """One recipient."""
        copies = tuple(map(self._copy, trace.copies))
        return replace(trace, copies=copies, by=self._called(trace.by))

    def _copy(self, copy: CopyTrace) -> CopyTrace:
        rules = tuple(map(self._rule, copy.rules))
        return replace(
            copy, rules=rules, by=self._called(copy.by), ended_by=self._called(copy.ended_by)
        )

    def _rule(self, trace: RuleTrace) -> RuleTrace:
        told = self._names.decided(trace.rule, self._at, trace, self._submission)
        if trace.applied:
            self.said[trace.rule] = told.rule
        return told

    def _called(self, name: str | None) -> str | None:
        return None if name is None else self.said.get(name) or self._names.short(name, self._at)
