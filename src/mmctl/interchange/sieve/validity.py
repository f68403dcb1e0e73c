"""Whether commands and tests are used as their documents say: names, arguments, places, `require`.

What belongs to an extension that nobody here knows is not wrong: `walking` lists it.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from mmctl.interchange.sieve.arguments import GivenArguments, given
from mmctl.interchange.sieve.known_tests import COMPARATORS, EXTENSIONS, TESTS
from mmctl.interchange.sieve.syntax import QuotedString, Script, texts_of
from mmctl.interchange.sieve.vocabulary import (
    COMMANDS,
    NOTIFY,
    OLD_NOTIFY,
    CallForm,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.interchange.sieve.syntax import ScriptCall
    from mmctl.interchange.sieve.wrong import ScriptProblems

_ADDRESS_HEADERS: Final = frozenset(
    {
        "apparently-to",
        "bcc",
        "cc",
        "delivered-to",
        "disposition-notification-to",
        "envelope-from",
        "envelope-to",
        "errors-to",
        "from",
        "list-post",
        "mail-followup-to",
        "mail-reply-to",
        "reply-to",
        "resent-bcc",
        "resent-cc",
        "resent-from",
        "resent-reply-to",
        "resent-sender",
        "resent-to",
        "return-path",
        "return-receipt-to",
        "sender",
        "to",
        "x-beenthere",
        "x-delivered-to",
        "x-envelope-from",
        "x-envelope-to",
        "x-forwarded-for",
        "x-forwarded-to",
        "x-from",
        "x-original-to",
        "x-sender",
        "x-to",
    }
)
"""Headers that Pigeonhole does not let `address` look at are an error there."""
_PARTS: Final = frozenset({"from", "to", "orig_to", "auth", "notify", "orcpt"})
_FIELD: Final = re.compile(r"[!-9;-~]+")
_VARIABLE: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*\.)*[A-Za-z_][A-Za-z0-9_]*")
_RELATIONS: Final = frozenset({"gt", "ge", "lt", "le", "eq", "ne"})


def script_of(file: str, commands: tuple[ScriptCall, ...], wrong: ScriptProblems) -> Script:
    """The script that a file is; what is wrong in it is added to `wrong`."""
    check = _Check(wrong)
    check.commands(commands, outermost=True)
    return Script(file=file, commands=commands, requires=frozenset(check.requires))


def form_of(
    call: ScriptCall, requires: Iterable[str], table: Mapping[str, CallForm]
) -> CallForm | None:
    """The form of a command or test; None: there is none of this name."""
    if table is COMMANDS and call.name == "notify":
        return OLD_NOTIFY if "notify" in requires else NOTIFY
    return table.get(call.name)


class _Check:
    def __init__(self, wrong: ScriptProblems) -> None:
        self._wrong = wrong
        self.requires: set[str] = set()
        self._reported: set[str] = set()

    def commands(self, commands: tuple[ScriptCall, ...], *, outermost: bool = False) -> None:
        """Check a block; blocks are at most 32 levels deep."""
        before = ""
        requiring = outermost
        for call in commands:
            if call.name == "require":
                if not requiring:
                    message = "`require` is behind another command"
                    self._wrong.at(call.place, message, "write it at the start of the script")
                self._call(call, COMMANDS)
                self.requires.update(text.value for a in call.arguments for text in texts_of(a))
                continue
            requiring = False
            if call.name in {"elsif", "else"} and before not in {"if", "elsif"}:
                self._wrong.at(call.place, f"`{call.name}` without `if` before it")
            before = call.name
            self._call(call, COMMANDS)

    def _call(self, call: ScriptCall, table: Mapping[str, CallForm]) -> None:
        form = form_of(call, self.requires, table)
        if form is not None and form.tests == "none" and call.tests:
            behind = call.tests[0]
            missing = ", expected `;` before it" if table is COMMANDS else ""
            message = f"unexpected `{behind.name}` behind `{call.name}`{missing}"
            self._wrong.at(behind.place, message)
            return
        if form is None:
            self._unknown(call, table)
        else:
            self._needs(call, form.needs, f"`{call.name}`")
            self._arguments(call, form)
            self._tests(call, form)
            if form.block and call.block is None:
                self._wrong.at(call.place, f"`{call.name}` without a block")
            elif call.block is not None and not form.block:
                self._wrong.at(call.place, f"`{call.name}` takes no block")
        for test in call.tests:
            self._call(test, TESTS)
        if call.block is not None:
            self.commands(call.block)

    def _unknown(self, call: ScriptCall, table: Mapping[str, CallForm]) -> None:
        if "ihave" in self.requires or self.requires - EXTENSIONS or call.name in self._reported:
            return
        self._reported.add(call.name)
        kind = "command" if table is COMMANDS else "test"
        close = get_close_matches(call.name, table, 1)
        advice = f"did you mean `{close[0]}`?" if close else None
        self._wrong.at(call.place, f"unknown {kind} `{call.name}`", advice)

    def _needs(self, call: ScriptCall, needs: frozenset[str], what: str) -> None:
        if not needs or needs & self.requires or "ihave" in self.requires or what in self._reported:
            return
        self._reported.add(what)
        extension = min(needs, key=lambda name: (name.startswith("vnd."), len(name)))
        if what == "`notify`":
            extension = "enotify"
        message = f"{what} needs an extension that the script does not require"
        self._wrong.at(call.place, message, f'add `require "{extension}";` at the start')

    def _tests(self, call: ScriptCall, form: CallForm) -> None:
        if form.tests == "one" and (len(call.tests) != 1 or call.listed):
            self._wrong.at(call.place, f"`{call.name}` takes one test")
        elif form.tests == "many" and not call.tests:
            self._wrong.at(call.place, f"`{call.name}` takes a list of tests in parentheses")

    def _arguments(self, call: ScriptCall, form: CallForm) -> None:
        found = given(call, form)
        if found.wrong is not None:
            if not (self.requires - EXTENSIONS):
                self._wrong.at(found.place or call.place, found.wrong)
            return
        for name in found.tags:
            self._needs(call, form.tags[name].needs, f"`:{name}`")
        self._values(call, found)

    def _values(self, call: ScriptCall, found: GivenArguments) -> None:
        """Check values that are constant and have a vocabulary of their own."""
        self._comparison(call, found)
        texts = [text for text in found.texts(0) if "${" not in text.value]
        match call.name:
            case "size" if not found.tags:
                self._wrong.at(call.place, "`size` without `:over` or `:under`")
            case "envelope":
                self._named(texts, _PARTS, "part of the envelope")
            case "address":
                self._named(texts, _ADDRESS_HEADERS, "header with addresses")
            case "redirect" if "list" not in found.tags:
                self._each(texts, _is_address, "address")
            case "addheader" | "deleteheader":
                self._each(texts, _FIELD.fullmatch, "name of a header")
            case "set":
                self._each(texts, _VARIABLE.fullmatch, "name of a variable")
            case _:
                pass

    def _comparison(self, call: ScriptCall, found: GivenArguments) -> None:
        comparator = found.tagged.get("comparator")
        if isinstance(comparator, QuotedString) and comparator.value not in COMPARATORS:
            self._wrong.at(comparator.place, f"unknown comparator `{comparator.value}`")
        if call.name == "duplicate":
            return
        for name in ("value", "count"):
            relation = found.tagged.get(name)
            if isinstance(relation, QuotedString) and relation.value.lower() not in _RELATIONS:
                known = ", ".join(f"`{each}`" for each in sorted(_RELATIONS))
                message = f"unknown relation `{relation.value}`, expected one of {known}"
                self._wrong.at(relation.place, message)

    def _named(self, texts: list[QuotedString], known: frozenset[str], what: str) -> None:
        self._each(texts, lambda value: value.lower() in known, what)

    def _each(self, texts: list[QuotedString], fits: Callable[[str], object], what: str) -> None:
        for text in texts:
            if not fits(text.value):
                self._wrong.at(text.place, f"`{text.value}` is no {what}")


_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+|\"[^\"]*\"@[^\s@<>]+")


_AROUND_AT: Final = re.compile(r"\s*@\s*")


def _is_address(text: str) -> bool:
    """Whether a text is an address, with or without a name."""
    stripped = _AROUND_AT.sub("@", text.strip())
    if stripped.endswith(">") and "<" in stripped:
        stripped = stripped[stripped.rindex("<") + 1 : -1]
    return _ADDRESS.fullmatch(stripped) is not None
