"""HCL tokens → blocks and expressions with places; nothing is evaluated.

Expressions that are more than literals, lists, maps and names are kept as their text. Source: "HCL
Native Syntax Specification" (hashicorp/hcl).
"""

from __future__ import annotations

from typing import Any, Final

from mmctl.inputs import DEEPEST
from mmctl.interchange.terraform.hcl_tokens import HclBroken, HclLines, HclToken, tokens
from mmctl.interchange.terraform.hcl_values import (
    HclBlock,
    HclCall,
    HclCode,
    HclList,
    HclLiteral,
    HclMap,
    HclName,
    HclText,
    HclValue,
)
from mmctl.problem import Position, Problem, Severity

_OPENS: Final = {"{": "}", "[": "]", "(": ")"}
_CLOSES: Final = frozenset(_OPENS.values())


def read_hcl(text: str, file: str) -> tuple[HclBlock, list[Problem]]:
    """The body of a file as a block without type, and its problems."""
    reader = _HclReader(text, file)
    root = HclBlock(type="", labels=(), position=Position(file=file))
    try:
        reader.start()
        reader.body(root, "end", 0)
    except HclBroken as broken:
        reader.problem(broken.at, broken.message)
    return root, reader.problems


def read_expression(text: str, position: Position) -> HclValue:
    """The expression in a template; all of it is at one place."""
    reader = _HclReader(text, position.file, fixed=position)
    try:
        reader.start()
        value = reader.expression(0)
    except HclBroken:
        return HclCode(position, text)
    return value if reader.token.kind in {"end", "line"} else HclCode(position, text)


class _HclReader:
    def __init__(self, text: str, file: str, fixed: Position | None = None) -> None:
        self.text = text
        self.lines = HclLines(text, file)
        self.fixed = fixed
        self.problems: list[Problem] = []
        self.tokens: list[HclToken] = []
        self.next = 0

    def start(self) -> None:
        """Find the tokens.

        Raises:
            HclBroken: there is something else.
        """
        self.tokens = tokens(self.text)

    @property
    def token(self) -> HclToken:
        """The next token."""
        return self.tokens[self.next]

    def place(self, token: HclToken) -> Position:
        """Where a token is."""
        return self.fixed or self.lines.place(token.at, min(token.end, token.at + 80))

    def problem(self, at: int, message: str) -> None:
        """Report what is broken."""
        self.problems.append(
            Problem(
                check="syntax",
                severity=Severity.ERROR,
                position=self.lines.place(at),
                message=f"not readable as HCL: {message}",
                help="`terraform fmt` shows more of it",
            )
        )

    def take(self) -> HclToken:
        """The next token, which is then behind."""
        token = self.token
        if token.kind != "end":
            self.next += 1
        return token

    def skip_lines(self) -> None:
        """Skip line ends."""
        while self.token.kind == "line":
            self.next += 1

    def expect(self, sign: str) -> HclToken:
        """The sign that must be here."""
        if self.token.kind == "sign" and self.token.text == sign:
            return self.take()
        raise HclBroken(self.token.at, f"expected `{sign}`, got {_shown(self.token)}")

    # -- bodies

    def body(self, block: HclBlock, end: str, depth: int) -> None:
        """Read attributes and blocks up to the end of a body."""
        if depth > DEEPEST:
            raise HclBroken(self.token.at, f"nested deeper than {DEEPEST} levels")
        while True:
            self.skip_lines()
            token = self.take()
            if token.kind == end or (token.kind == "sign" and token.text == end):
                return
            if token.kind != "name":
                raise HclBroken(token.at, f"expected an argument or a block, got {_shown(token)}")
            if self.token.kind == "sign" and self.token.text == "=":
                self.take()
                self.attribute(block, token)
            else:
                block.blocks.append(self.block(token, depth))

    def attribute(self, block: HclBlock, name: HclToken) -> None:
        """Read the value of an attribute."""
        value = self.expression(0)
        if name.text in block.attributes:
            line = block.attributes[name.text][0].line
            self.problem(name.at, f"`{name.text}` is already set at line {line}")
        else:
            block.attributes[name.text] = (self.place(name), value)
        if self.token.kind not in {"line", "end"} and self.token.text != "}":
            raise HclBroken(
                self.token.at, f"expected the end of the line, got {_shown(self.token)}"
            )

    def block(self, name: HclToken, depth: int) -> HclBlock:
        """Read a block after its type."""
        labels = []
        while self.token.kind in {"text", "name"}:
            labels.append(self.take().text)
        block = HclBlock(type=name.text, labels=tuple(labels), position=self.place(name))
        self.expect("{")
        self.body(block, "}", depth + 1)
        return block

    # -- expressions

    def expression(self, depth: int) -> HclValue:
        """Read an expression; one with operators is kept as its text."""
        if depth > DEEPEST:
            raise HclBroken(self.token.at, f"nested deeper than {DEEPEST} levels")
        start = self.token
        value = self.primary(depth)
        if self.token.kind == "sign" and self.token.text not in {
            ",",
            "}",
            "]",
            ")",
            ":",
            "=",
            "=>",
        }:
            return self.rest(start)
        return value

    def rest(self, start: HclToken) -> HclCode:
        """Skip to the end of an expression: a line end, a comma or a closing bracket."""
        closing: list[str] = []
        while self.token.kind != "end":
            token = self.token
            if token.kind == "line" and not closing:
                break
            if token.kind == "sign" and token.text in _OPENS:
                closing.append(_OPENS[token.text])
            elif token.kind == "sign" and token.text in _CLOSES:
                if not closing:
                    break
                if closing.pop() != token.text:
                    raise HclBroken(token.at, f"unexpected `{token.text}`")
            elif token.kind == "sign" and token.text == "," and not closing:
                break
            self.take()
        last = self.tokens[self.next - 1]
        return HclCode(self.place(start), self.text[start.at : last.end])

    def primary(self, depth: int) -> HclValue:
        """Read a literal, a list, a map, a name or a call."""
        token = self.token
        position = self.place(token)
        if token.kind == "text":
            self.take()
            return self.text_of(token, position)
        if token.kind == "number" or token.text in {"true", "false", "null"}:
            self.take()
            return HclLiteral(position, token.text, True)
        if token.kind == "name":
            return self.name(depth)
        if token.kind == "sign" and token.text == "[":
            return self.list(position, depth)
        if token.kind == "sign" and token.text == "{":
            return self.map(position, depth)
        if token.kind == "sign" and token.text in {"(", "-", "!"}:
            return self.rest(token)
        raise HclBroken(token.at, f"expected a value, got {_shown(token)}")

    def text_of(self, token: HclToken, position: Position) -> HclValue:
        """A text, known or with code in it."""
        if token.template is None:
            return HclLiteral(position, token.text, False)
        return HclText(position, token.template)

    def name(self, depth: int) -> HclValue:
        """Read a name with all that follows it, or a call."""
        start = self.take()
        if self.token.kind == "sign" and self.token.text == "(":
            return self.call(start, depth)
        while self.token.kind == "sign" and self.token.text in {".", "["}:
            if self.take().text == ".":
                if self.take().kind not in {"name", "number"}:
                    return self.rest(start)
                continue
            key = self.take()
            if key.kind not in {"text", "number"} or self.token.text != "]":
                self.next -= 1
                self.rest_of_index()
                return self.rest(start)
            self.take()
        return HclName(self.place(start), self.text[start.at : self.tokens[self.next - 1].end])

    def rest_of_index(self) -> None:
        """Skip to the end of an index that is no literal."""
        depth = 1
        while depth and self.token.kind != "end":
            token = self.take()
            if token.kind == "sign":
                depth += (token.text == "[") - (token.text == "]")

    def call(self, start: HclToken, depth: int) -> HclValue:
        """Read the arguments of a function."""
        self.expect("(")
        arguments: list[HclValue] = []
        while True:
            self.skip_lines()
            if self.token.text == ")" and self.token.kind == "sign":
                self.take()
                return HclCall(self.place(start), start.text, tuple(arguments))
            arguments.append(self.expression(depth + 1))
            self.skip_lines()
            if self.token.text in {",", "..."}:
                self.take()
            elif self.token.text != ")":
                raise HclBroken(self.token.at, f"expected `,` or `)`, got {_shown(self.token)}")

    def list(self, position: Position, depth: int) -> HclValue:
        """Read a list; one that is made by `for` is kept as its text."""
        start = self.take()
        self.skip_lines()
        if self.token.text == "for" and self.token.kind == "name":
            return self.made(start, "]")
        items: list[HclValue] = []
        while True:
            self.skip_lines()
            if self.token.text == "]" and self.token.kind == "sign":
                self.take()
                return HclList(position, tuple(items))
            items.append(self.expression(depth + 1))
            self.skip_lines()
            if self.token.text == ",":
                self.take()
            elif self.token.text != "]":
                raise HclBroken(self.token.at, f"expected `,` or `]`, got {_shown(self.token)}")

    def map(self, position: Position, depth: int) -> HclValue:
        """Read a map; one that is made by `for` is kept as its text."""
        start = self.take()
        self.skip_lines()
        if self.token.text == "for" and self.token.kind == "name":
            return self.made(start, "}")
        entries: dict[str, tuple[HclLiteral, HclValue]] = {}
        while True:
            self.skip_lines()
            if self.token.text == "}" and self.token.kind == "sign":
                self.take()
                return HclMap(position, tuple(entries.values()))
            key = self.key(depth)
            if self.token.text not in {"=", ":"}:
                raise HclBroken(self.token.at, f"expected `=`, got {_shown(self.token)}")
            self.take()
            value = self.expression(depth + 1)
            if key.text in entries:
                line = entries[key.text][0].position.line
                at = self.tokens[self.next - 1].at
                self.problem(at, f"`{key.text}` is already set at line {line}")
            entries[key.text] = (key, value)
            if self.token.text == ",":
                self.take()

    def key(self, depth: int) -> HclLiteral:
        """Read the key of a map."""
        token = self.token
        if token.kind == "name":
            self.take()
            return HclLiteral(self.place(token), token.text, False)
        if token.kind == "sign" and token.text == "(":
            made = self.made(self.take(), ")")
            return HclLiteral(self.place(token), made.text[1:-1], True)
        value: Any = self.expression(depth + 1)
        return HclLiteral(self.place(token), getattr(value, "text", "…"), False)

    def made(self, start: HclToken, closing: str) -> HclCode:
        """Skip what is between brackets: a list that is made by `for`, say."""
        closings = [closing]
        while closings:
            token = self.take()
            if token.kind == "end":
                raise HclBroken(start.at, f"expected a `{closing}` that ends this")
            if token.kind == "sign" and token.text in _OPENS:
                closings.append(_OPENS[token.text])
            elif token.kind == "sign" and token.text in _CLOSES and closings.pop() != token.text:
                raise HclBroken(token.at, f"unexpected `{token.text}`")
        return HclCode(self.place(start), self.text[start.at : self.tokens[self.next - 1].end])


def _shown(token: HclToken) -> str:
    if token.kind == "end":
        return "the end of the file"
    return "the end of the line" if token.kind == "line" else f"`{token.text[:40]}`"
