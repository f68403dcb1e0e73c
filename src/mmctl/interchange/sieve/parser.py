"""Tokens → commands (RFC 5228, section 8.2), with all errors at once.

After an error the parser goes on behind the next `;` or block, so that one slip is one problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from mmctl.interchange.sieve.lexer import Lexer, ScriptToken, SieveTokenKind
from mmctl.interchange.sieve.syntax import (
    NumberArgument,
    QuotedString,
    ScriptCall,
    StringList,
    TagArgument,
)

if TYPE_CHECKING:
    from mmctl.interchange.sieve.syntax import Argument
    from mmctl.interchange.sieve.wrong import ScriptProblems

DEEPEST: Final = 32
"""Levels of blocks, and of tests, as in Pigeonhole; it refuses more."""
MOST_ARGUMENTS: Final = 32
_STARTS_ARGUMENT: Final = frozenset(
    {SieveTokenKind.STRING, SieveTokenKind.NUMBER, SieveTokenKind.TAG}
)


class _BrokenError(Exception):
    """The command cannot be read on; the problem is in `wrong`."""


def parsed(file: str, text: str, wrong: ScriptProblems) -> tuple[ScriptCall, ...]:
    """The commands of one file; what is broken is put into `wrong` and left out."""
    return _Parser(Lexer(file, text, wrong), wrong).script()


class _Parser:
    def __init__(self, lexer: Lexer, wrong: ScriptProblems) -> None:
        self._lexer, self._tokens = lexer, lexer.tokens()
        self._wrong = wrong
        self._now = next(self._tokens)

    def script(self) -> tuple[ScriptCall, ...]:
        commands: list[ScriptCall] = []
        while True:
            commands.extend(self._commands(0))
            if self._now.kind is SieveTokenKind.END:
                return tuple(commands)
            self._wrong.at(self._now.place, "unexpected `}`, no block is open")
            self._next()

    def _next(self) -> ScriptToken:
        """Take the token."""
        taken = self._now
        if taken.kind is not SieveTokenKind.END:
            self._now = next(self._tokens)
        return taken

    def _is(self, mark: str) -> bool:
        return self._now.kind is SieveTokenKind.MARK and self._now.text == mark

    def _commands(self, depth: int) -> list[ScriptCall]:
        """Commands up to the end of the block, which is not taken."""
        commands: list[ScriptCall] = []
        while self._now.kind is not SieveTokenKind.END and not self._is("}"):
            try:
                commands.append(self._command(depth))
            except _BrokenError:
                self._recover()
        return commands

    def _command(self, depth: int) -> ScriptCall:
        start = self._now
        if start.kind is not SieveTokenKind.WORD:
            self._fail("a command")
        self._next()
        arguments, tests, listed = self._given(0)
        if self._is(";"):
            self._next()
            block, aside = None, None
        elif self._is("{"):
            aside = self._now.comment
            block = self._block(depth + 1)
        else:
            self._fail("`;` or a block" if start.text in _WITH_BLOCK else "`;`", after=start)
        return ScriptCall(
            name=start.text,
            place=start.place,
            arguments=arguments,
            tests=tests,
            listed=listed,
            block=block,
            comment=start.comment,
            aside=aside,
        )

    def _block(self, depth: int) -> tuple[ScriptCall, ...]:
        opened = self._next()
        if depth > DEEPEST:
            self._wrong.at(opened.place, f"blocks of more than {DEEPEST} levels")
            self._skip_block()
            return ()
        commands = self._commands(depth)
        if self._is("}"):
            self._next()
        elif not self._lexer.cut:
            self._wrong.at(opened.place, "block without an end, expected `}`")
            self._lexer.cut = True  # so are the blocks around
        return tuple(commands)

    def _given(self, depth: int) -> tuple[tuple[Argument, ...], tuple[ScriptCall, ...], bool]:
        """The arguments of a command or test, then its tests."""
        arguments: list[Argument] = []
        while self._now.kind in _STARTS_ARGUMENT or self._is("["):
            if len(arguments) == MOST_ARGUMENTS:
                self._fail(f"at most {MOST_ARGUMENTS} arguments")
            arguments.append(self._argument())
        if self._now.kind is SieveTokenKind.WORD:
            return tuple(arguments), (self._test(depth + 1),), False
        if self._is("("):
            return tuple(arguments), self._tests(depth + 1), True
        return tuple(arguments), (), False

    def _argument(self) -> Argument:
        if self._is("["):
            return self._list()
        token = self._next()
        if token.kind is SieveTokenKind.TAG:
            return TagArgument(name=token.text, place=token.place)
        if token.kind is SieveTokenKind.NUMBER:
            return NumberArgument(value=token.number, place=token.place)
        return QuotedString(value=token.text, place=token.place)

    def _list(self) -> StringList:
        place = self._next().place
        items: list[QuotedString] = []
        while True:
            if self._now.kind is not SieveTokenKind.STRING:
                self._fail("a string")
            token = self._next()
            items.append(QuotedString(value=token.text, place=token.place))
            if self._is("]"):
                self._next()
                return StringList(items=tuple(items), place=place)
            if not self._is(","):
                self._fail("`,` or `]`")
            self._next()

    def _test(self, depth: int) -> ScriptCall:
        if self._now.kind is not SieveTokenKind.WORD:
            self._fail("a test")
        start = self._next()
        if depth > DEEPEST:
            self._wrong.at(start.place, f"tests of more than {DEEPEST} levels")
            raise _BrokenError
        arguments, tests, listed = self._given(depth)
        return ScriptCall(
            name=start.text, place=start.place, arguments=arguments, tests=tests, listed=listed
        )

    def _tests(self, depth: int) -> tuple[ScriptCall, ...]:
        self._next()
        tests: list[ScriptCall] = []
        while True:
            tests.append(self._test(depth))
            if self._is(")"):
                self._next()
                return tuple(tests)
            if not self._is(","):
                self._fail("`,` or `)`")
            self._next()

    def _fail(self, wanted: str, *, after: ScriptToken | None = None) -> NoReturn:
        """Report the token that is wrong, unless it is already, and give the command up."""
        token = self._now
        if token.kind is not SieveTokenKind.BROKEN and not (
            token.kind is SieveTokenKind.END and self._lexer.cut
        ):
            found = _named(token)
            place = token.place
            if after is not None and token.kind is SieveTokenKind.END:
                place = after.place
            self._wrong.at(place, f"unexpected {found}, expected {wanted}")
        raise _BrokenError

    def _recover(self) -> None:
        """Go behind the next `;` or block; a `}` of the block around is left."""
        while self._now.kind is not SieveTokenKind.END and not self._is("}"):
            if self._is(";"):
                self._next()
                return
            if self._is("{"):
                self._next()
                self._skip_block()
                return
            self._next()

    def _skip_block(self) -> None:
        open_blocks = 1
        while open_blocks and self._now.kind is not SieveTokenKind.END:
            open_blocks += self._is("{") - self._is("}")
            self._next()


_WITH_BLOCK: Final = frozenset({"if", "elsif", "else", "foreverypart"})


def _named(token: ScriptToken) -> str:
    match token.kind:
        case SieveTokenKind.STRING:
            return "string"
        case SieveTokenKind.TAG:
            return f"`:{token.text}`"
        case SieveTokenKind.END:
            return "end of file"
        case _:
            return f"`{token.text}`"
