"""Rules, written down where mail ends, is marked, or leaves a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import SourceRule, Then, Unread
from mmctl.interchange.migration.tests import ALWAYS, Unseen
from mmctl.interchange.migration.usual import MAILBOXES
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.doing import refusal
from mmctl.interchange.sieve.endings import endings
from mmctl.interchange.sieve.examples import with_examples
from mmctl.interchange.sieve.naming import origin_of
from mmctl.interchange.sieve.simple import all_of
from mmctl.interchange.sieve.syntax import shown
from mmctl.interchange.sieve.way import BlockEnd, WayThrough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import Action, Deviation, OtherGateway, SourceOptions
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.doing import ActionScope
    from mmctl.interchange.sieve.endings import ScriptEnding
    from mmctl.interchange.sieve.syntax import Script, ScriptCall
    from mmctl.interchange.sieve.way import DoneAction, PendingMarks, ScriptOrigin

_RELAY: Final[Action] = {"relay": {"to": MAILBOXES}}


class Writer:
    """Writes the rules of one walk into its source."""

    def __init__(self, source: OtherGateway, asked: SourceOptions) -> None:
        self.source = source
        self.way = WayThrough()
        self.origins: list[ScriptOrigin] = []
        """The branches that are open, the outermost first."""
        self.script: Script
        self.recipient: str | None = None
        """Whose script it is: the first step asks for that; None: everybody's."""
        self.disabled = False
        """The branch is switched off in the source."""
        self.more_scripts = False
        """Another script is run for mail that this one keeps."""
        self._domains = frozenset(domain.lower() for domain in asked.domains)

    def origin(self, call: ScriptCall | None) -> ScriptOrigin:
        """The command that a rule comes from: the branch around, or the command itself."""
        if self.origins:
            return self.origins[-1]
        return origin_of(call or self.script.commands[-1])

    def mark(self, *actions: Action, differences: Sequence[Deviation] = ()) -> None:
        """Do something besides where mail goes."""
        self.way.pending.actions.extend(actions)
        self.way.pending.differences.extend(differences)

    def unread(
        self, call: ScriptCall, why: str, instead: str | None = None, *, is_missing: bool = False
    ) -> None:
        """List a command that does not come along; `is_missing`: rules may be lost with it."""
        self.source.unread.append(
            Unread(
                place=call.place,
                text=shown(call),
                why=why,
                instead=instead,
                is_missing=is_missing,
            )
        )

    def flush(self, call: ScriptCall | None = None) -> None:
        """Write what was done besides where mail goes, as a rule that goes on."""
        if self.way.pending:
            pending = self.way.pending.taken()
            self._write(self.origin(call), ALWAYS, pending.actions, pending.differences, Then.GO_ON)

    def end(self, call: ScriptCall | None, *, last: bool = False) -> BlockEnd:
        """The script ends for the mail that is here; `last`: behind its last command."""
        if last:
            self.flush()
        pending = self.way.pending.taken()
        found, too_many = endings(self.way, more=self.more_scripts)
        for effect in too_many:
            self._lose(effect)
        own = self.origin(call)
        always = {e.address for e in self.way.effects if e.for_all}
        for ending in found:
            if ending.goes_on and set(ending.redirects) <= always:
                if pending:
                    self._rule(own, ending, pending, then=Then.GO_ON)
                if not last:
                    level = self.way.levels[0]
                    level.left.append(all_of((*self.way.steps[level.base :], ending.test)))
            elif (
                not last
                or self.more_scripts
                or pending
                or not (ending is found[-1] and ending.is_plain)
            ):
                self._rule(ending.origin or own, ending, pending)
        return BlockEnd.ENDED

    def refuse(self, call: ScriptCall, walk: ActionScope) -> BlockEnd:
        """`reject` and `ereject` (RFC 5429): the sender gets the mail back."""
        pending = self.way.pending.taken()
        action, differences = refusal(call, walk)
        self._write(
            self.origin(call),
            ALWAYS,
            [*pending.actions, action],
            (*pending.differences, *differences),
            Then.END,
            refuse=call.name == "ereject" and not pending.actions,
        )
        return BlockEnd.ENDED

    def _rule(
        self,
        origin: ScriptOrigin,
        ending: ScriptEnding,
        pending: PendingMarks,
        then: Then | None = None,
    ) -> None:
        """Write a rule for mail that ends here."""
        actions = list(pending.actions)
        differences = list(pending.differences)
        if then is None:
            then = Then.DELIVER
            if ending.redirects:
                around = [_RELAY] if ending.stored else []
                if ending.goes_on:
                    differences.append(differing.later_rules_not_run())
                replaced: Action = {"replace_recipient": list(ending.redirects)}
                actions += [*around, replaced, *around]
                differences += self._redirected(ending.redirects)
            elif not ending.stored:
                actions.append("drop")
                then = Then.END
        self._write(origin, ending.test, actions, differences, then)

    def _redirected(self, addresses: Sequence[str]) -> list[Deviation]:
        """What differs where mail goes to addresses outside."""
        return [
            differing.redirected(address)
            for address in addresses
            if address.rpartition("@")[2].lower() not in self._domains
        ]

    def _lose(self, effect: DoneAction) -> None:
        what = f"redirect to `{effect.address}` as well: too many redirections go on here"
        instead = "write `stop;` behind redirections that end the mail"
        difference = differing.lost_action("too-many-ways", what, instead)
        steps = self.way.beyond(effect.steps) or ()
        test = all_of((*steps, Unseen(difference=difference)))
        replaced: Action = {"replace_recipient": [effect.address]}
        self._write(effect.origin, test, [replaced], (), Then.GO_ON)

    def _write(
        self,
        origin: ScriptOrigin,
        more: Test,
        actions: Sequence[Action],
        differences: Sequence[Deviation],
        then: Then,
        *,
        refuse: bool = False,
    ) -> None:
        steps = self.way.sure()
        own = steps[: 1 if self.recipient else 0]
        asked = with_examples(all_of((*steps[len(own) :], more)), self.recipient)
        self.source.rules.append(
            SourceRule(
                name=origin.name,
                place=origin.place,
                text=origin.text,
                test=all_of((*own, asked)),
                actions=tuple(actions),
                then=then,
                refuse=refuse,
                enabled=not self.disabled,
                differences=tuple(differences),
            )
        )
