"""Follows every way through the scripts, and has a rule written where mail ends or is marked.

A branch that ends its mail needs no exception: rules are tried in order. A branch that goes on
leaves its effects with the tests under which they were done, so that nothing is walked twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.migration.tests import ALWAYS, NEVER, Near, Unseen
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.asking import asked
from mmctl.interchange.sieve.differing import not_visible
from mmctl.interchange.sieve.doing import ACTING, DOES
from mmctl.interchange.sieve.following import FEW, WhatFollows, following, names_in
from mmctl.interchange.sieve.including import included
from mmctl.interchange.sieve.known_tests import EXTENSIONS
from mmctl.interchange.sieve.naming import origin_of
from mmctl.interchange.sieve.parser import parsed
from mmctl.interchange.sieve.simple import negated, without_unseen
from mmctl.interchange.sieve.syntax import texts_of
from mmctl.interchange.sieve.variables import TextValue, Variables, decoded_characters
from mmctl.interchange.sieve.way import BlockEnd, MailDeed
from mmctl.interchange.sieve.writing import Writer
from mmctl.interchange.sieve.wrong import ScriptProblems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.interchange.migration.source import OtherGateway, SourceOptions
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.syntax import QuotedString, Script, ScriptCall
    from mmctl.interchange.sieve.way import DoneAction


class Walk(Writer):
    """One walk through the scripts of an import."""

    def __init__(
        self,
        source: OtherGateway,
        asked: SourceOptions,
        wrong: ScriptProblems,
        find: Callable[[str, bool], Script | None],
    ) -> None:
        super().__init__(source, asked)
        self.wrong = wrong
        self.variables = Variables()
        self.open_scripts: list[str] = []
        self.once: set[str] = set()
        self.inclusions = 0
        self._find = find
        self._changed: set[str] = set()

    def run(self, script: Script, *, more: bool = False) -> None:
        """Walk through a script; `more`: another one is run for mail that it keeps."""
        self.script, self.more_scripts = script, more
        self.variables, self.once, self._changed = Variables(), {script.file}, set()
        self.open_scripts = [script.file]
        level = self.way.enter()
        if script.commands and self.block(script.commands, WhatFollows()) is not BlockEnd.ENDED:
            self.end(None, last=True)
        self.way.levels.remove(level)
        self.way.begin([e for e in self.way.effects if more and _stays(e)])

    def finish(self) -> None:
        """End the mail that no script ended: what was redirected for everybody."""
        self.more_scripts = False
        if self.way.effects:
            self.end(None, last=True)

    def values(self, text: QuotedString) -> tuple[TextValue, ...]:
        """The values of a text, with variables and encoded characters."""
        written = text.value
        if "${" in written and "encoded-character" in self.script.requires:
            written = decoded_characters(written)
        if "${" in written and "variables" in self.script.requires:
            return self.variables.values(written, self.way.beyond)
        return (TextValue(test=ALWAYS, text=written),)

    def constant(self, text: QuotedString) -> str | None:
        """A text, if it is the same for every message."""
        values = self.values(text)
        return values[0].text if len(values) == 1 else None

    def find(self, name: str, *, shared: bool) -> Script | None:
        """A script by its name."""
        return self._find(name, shared)

    def is_unseen(self, header: str) -> bool:
        """Whether the script has changed a header in a way that rules cannot."""
        return header in self._changed

    def changes(self, header: str) -> None:
        """From here on, a header is not what rules see."""
        self._changed.add(header)

    def under(self, tests: Sequence[Test], do: Callable[[], None]) -> None:
        """Do something for a part of the mail."""
        self.flush()
        before = len(self.way.steps)
        self.way.steps.extend(test for test in tests if test != ALWAYS)
        do()
        self.flush()
        del self.way.steps[before:]

    def block(self, commands: tuple[ScriptCall, ...], after: WhatFollows) -> BlockEnd:
        """Walk through a block; `after` are the names of commands that may follow it."""
        names = following(commands, after)
        index = 0
        while index < len(commands):
            call = commands[index]
            end = index + 1
            if call.name == "if":
                while end < len(commands) and commands[end].name in {"elsif", "else"}:
                    end += 1
                left = self._chain(commands[index:end], names[end])
            else:
                left = self._command(call, names[end])
            index = end
            if left is not BlockEnd.GOES_ON:
                if any(later.name != "stop" for later in commands[index:]):
                    self.unread(commands[index], "never reached: all mail has ended before")
                return left
        if self.origins and self._is_settled(after):
            return self.end(None)
        if self.origins and after.count > FEW and self._redirects_here():
            self.mark(differences=(differing.later_rules_not_run(),))
            return self.end(None)
        self.flush(commands[-1] if commands else None)
        return BlockEnd.GOES_ON

    def _command(self, call: ScriptCall, after: WhatFollows) -> BlockEnd:
        match call.name:
            case "require":
                self._list_unknown(call)
            case "stop":
                return self.end(call)
            case "return":
                return self._return(call)
            case "include":
                return self._include(call, after)
            case "foreverypart":
                return self._loop(call, after)
            case "reject" | "ereject" | "error":
                return self.refuse(call, self)
            case _:
                DOES.get(call.name, DOES["unknown"])(call, self)
        return BlockEnd.GOES_ON

    def _list_unknown(self, call: ScriptCall) -> None:
        """List the extensions that nobody here knows."""
        for text in (text for argument in call.arguments for text in texts_of(argument)):
            if text.value not in EXTENSIONS:
                self.source.unread.append(
                    Unread(
                        place=text.place,
                        text=f'require "{text.value}"',
                        why="mmctl does not know this extension",
                        instead="look at the rules of commands and tests that belong to it",
                    )
                )

    def _chain(self, branches: tuple[ScriptCall, ...], after: WhatFollows) -> BlockEnd:
        """`if`, `elsif` and `else`: in order, each without the mail of those before."""
        self.flush(branches[0])
        refused: list[tuple[ScriptCall, Test]] = []
        results: list[BlockEnd] = []
        for call in branches:
            step = ALWAYS if call.name == "else" else asked(call.tests[0], self)
            if step == NEVER:
                self._never(call, after)
                continue
            harmless = not names_in(call) & _HARMING
            before = [refusal_of(each, step, harmless=harmless) for each, step in refused]
            left = self._branch(call, (*before, step), after)
            results.append(left)
            if step == ALWAYS:
                break
            if left is BlockEnd.GOES_ON:
                refused.append((call, step))
        else:
            return BlockEnd.GOES_ON
        if BlockEnd.GOES_ON in results:
            return BlockEnd.GOES_ON
        return BlockEnd.LEFT if BlockEnd.LEFT in results else BlockEnd.ENDED

    def _never(self, call: ScriptCall, after: WhatFollows) -> None:
        """A branch that no mail takes: a disabled rule, if its test is in a comment."""
        disabled = disabled_test(call)
        if disabled is None:
            self.unread(call, "never true")
            return
        effects, saved = len(self.way.effects), self.variables.saved()
        self.disabled = True
        self._branch(call, (asked(disabled, self),), after)
        self.disabled = False
        self.way.cut(effects)
        self.variables.restore(saved)

    def _branch(self, call: ScriptCall, steps: Sequence[Test], after: WhatFollows) -> BlockEnd:
        """Walk through the block of one branch."""
        way = self.way
        saved, effects, before = self.variables.saved(), len(way.effects), len(way.steps)
        here = len(way.here)
        way.steps.extend(step for step in steps if step != ALWAYS)
        self.origins.append(origin_of(call))
        left = self.block(call.block or (), after)
        if self.disabled and left is BlockEnd.GOES_ON:
            left = self.end(None)
        self.origins.pop()
        del way.steps[before:]
        del way.here[here:]
        taken = [] if left is BlockEnd.GOES_ON else way.cut(effects)
        if left is BlockEnd.LEFT:
            way.levels[-1].parked.extend(taken)
        if left is not BlockEnd.GOES_ON:
            self.variables.restore(saved)
        return left

    def _loop(self, call: ScriptCall, after: WhatFollows) -> BlockEnd:
        """A loop over the parts of a message, which rules do not see."""
        self.flush(call)
        parts = Unseen(difference=not_visible("body-not-visible", "the parts of a message"))
        self._branch(call, (parts,), after)
        return BlockEnd.GOES_ON

    def _return(self, call: ScriptCall) -> BlockEnd:
        """Leave an included script; in the outermost one, the same as `stop`."""
        if len(self.open_scripts) == 1:
            return self.end(call)
        self.flush(call)
        self.way.leave(self.way.levels[-1])
        return BlockEnd.LEFT

    def _include(self, call: ScriptCall, after: WhatFollows) -> BlockEnd:
        """Walk through a script that this one includes (RFC 6609)."""
        self.flush(call)
        script, why = included(call, self)
        if script is None:
            if why:
                self.unread(
                    call, why, "name the script on the command line as well", is_missing=True
                )
            return BlockEnd.GOES_ON
        around, variables = self.script, self.variables
        self.script, self.variables = script, variables.of_included()
        self.open_scripts.append(script.file)
        level = self.way.enter()
        left = self.block(script.commands, after)
        self.way.levels.remove(level)
        here = list(self.way.here)
        for done in level.parked:
            self.way.add(done)
        self.way.here = here
        self.open_scripts.pop()
        self.script, self.variables = around, variables
        return BlockEnd.ENDED if left is BlockEnd.ENDED and not level.left else BlockEnd.GOES_ON

    def _redirects_here(self) -> bool:
        """Whether this branch redirects its mail."""
        depth = len(self.way.steps)
        return any(e.does is MailDeed.REDIRECTS and len(e.steps) == depth for e in self.way.here)

    def _is_settled(self, after: WhatFollows) -> bool:
        """Whether nothing that follows could change where the mail of this branch goes."""
        here, depth = self.way.here, len(self.way.steps)
        own = any(len(effect.steps) == depth for effect in here)
        done = {effect.does for effect in here}
        if not own or (self.more_scripts and done & {MailDeed.KEEPS, MailDeed.STORES}):
            return False
        acting = after.names & ACTING
        if not acting:
            return True
        if done & {MailDeed.STORES, MailDeed.KEEPS}:
            return acting <= {"discard", "keep"}
        if MailDeed.REDIRECTS in done and all(
            e.copies for e in here if e.does is MailDeed.REDIRECTS
        ):
            return MailDeed.DISCARDS in done and acting <= {"discard"}
        return acting <= {"discard"}


_HARMING: Final = frozenset({"discard", "redirect", "reject", "ereject", "include"})
"""What must not be done to mail that a branch before would have taken."""


def _stays(effect: DoneAction) -> bool:
    """Whether an action counts in the next script, too: it has left mail to be kept."""
    if effect.does is MailDeed.STORES:
        return effect.copies
    return effect.does is MailDeed.REDIRECTS and effect.for_all


def refusal_of(call: ScriptCall, step: Test, *, harmless: bool) -> Test:
    """That a branch did not take the mail; `harmless`: close is enough where rules do not see it.

    Mail that the unseen part would take is then taken by the branches after it as well.
    """
    seen = without_unseen(step)
    if seen is step or not harmless:
        return negated(step)
    difference = differing.branch_not_visible(call.place.line)
    return Near(test=negated(seen), difference=difference)


def disabled_test(call: ScriptCall) -> ScriptCall | None:
    """The test of a rule that Roundcube has disabled: `if false # header …`."""
    if call.aside is None or not call.tests or call.tests[0].name != "false":
        return None
    wrong = ScriptProblems()
    commands = parsed(call.place.file, f"if {call.aside} {{}}", wrong)
    if wrong.problems or len(commands) != 1 or not commands[0].tests:
        return None
    return commands[0].tests[0]
