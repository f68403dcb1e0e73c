"""The actions of a script → what they do here: to where mail goes, and besides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.interchange.migration.tests import ALWAYS
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, bounce
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.arguments import GivenArguments, given
from mmctl.interchange.sieve.header_values import header_value
from mmctl.interchange.sieve.simple import negated
from mmctl.interchange.sieve.validity import form_of
from mmctl.interchange.sieve.variables import TextValue, modified
from mmctl.interchange.sieve.vocabulary import COMMANDS
from mmctl.interchange.sieve.way import DoneAction, MailDeed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mmctl.interchange.migration.source import Action, Deviation, OtherGateway
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.syntax import QuotedString, Script, ScriptCall
    from mmctl.interchange.sieve.variables import Variables
    from mmctl.interchange.sieve.way import ScriptOrigin, WayThrough
    from mmctl.interchange.sieve.wrong import ScriptProblems

ACTING: Final = frozenset(COMMANDS) - {
    "require",
    "if",
    "elsif",
    "else",
    "stop",
    "set",
    "global",
    "import",
    "export",
    "vacation",
    "notify",
    "denotify",
    "debug_log",
    "report",
    "break",
    "mark",
    "unmark",
}
"""Commands that can change where mail goes, or what is written for it."""
FOLDER: Final = "X-Folder"
_INBOX: Final = "inbox"


class ActionScope(Protocol):
    """What an action needs of the walk."""

    source: OtherGateway
    wrong: ScriptProblems
    way: WayThrough
    script: Script
    variables: Variables

    def values(self, text: QuotedString) -> tuple[TextValue, ...]:
        """The values of a text, with variables."""
        ...

    def origin(self, call: ScriptCall | None) -> ScriptOrigin:
        """The command that a rule comes from."""
        ...

    def mark(self, *actions: Action, differences: Sequence[Deviation] = ()) -> None:
        """Do something besides where mail goes."""
        ...

    def under(self, tests: Sequence[Test], do: Callable[[], None]) -> None:
        """Do something for a part of the mail."""
        ...

    def changes(self, header: str) -> None:
        """From here on, a header is not what rules see."""
        ...

    def unread(self, call: ScriptCall, why: str, instead: str | None = None) -> None:
        """List a command that does not come along."""
        ...


def _given(call: ScriptCall, walk: ActionScope) -> GivenArguments:
    form = form_of(call, walk.script.requires, COMMANDS)
    return GivenArguments() if form is None else given(call, form)


def _effect(
    call: ScriptCall,
    walk: ActionScope,
    does: MailDeed,
    *,
    address: str = "",
    copies: bool = False,
) -> None:
    done = DoneAction(
        does=does,
        steps=tuple(walk.way.steps),
        origin=walk.origin(call),
        address=address,
        copies=copies,
        for_all=not walk.way.steps and not any(level.left for level in walk.way.levels),
    )
    walk.way.add(done)


def for_each_value(
    text: QuotedString, walk: ActionScope, do: Callable[[str], None], lost: str
) -> None:
    """Do something with each value of a text, under its test; `lost` says what else is lost."""
    before: list[Test] = []
    for value in walk.values(text):
        if value.text is None:
            difference = differing.no_constant(text.value)
            walk.mark(differences=(_losing(difference, lost),))
        elif value.test == ALWAYS and not before:
            do(value.text)
        else:
            known = value.text
            walk.under((*before, value.test), lambda known=known: do(known))  # type: ignore[misc]
        before.append(negated(value.test))


def _losing(difference: Deviation, lost: str) -> Deviation:
    return differing.lost_action(difference.code, f"{lost}: {difference.says}", difference.instead)


def _keep(call: ScriptCall, walk: ActionScope) -> None:
    _flags_lost(_given(call, walk), walk)
    _effect(call, walk, MailDeed.KEEPS)


def _discard(call: ScriptCall, walk: ActionScope) -> None:
    _effect(call, walk, MailDeed.DISCARDS)


def _fileinto(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    _flags_lost(found, walk)
    for text in found.texts(0):
        for_each_value(text, walk, lambda name: _folder(name, walk), "file by the message")
    _effect(call, walk, MailDeed.STORES, copies="copy" in found.tags)


def _folder(name: str, walk: ActionScope) -> None:
    if name.lower() == _INBOX:
        return
    value, is_whole = header_value(name)
    cut = () if is_whole else (differing.header_shortened(FOLDER),)
    walk.mark(
        {"add_header": {"name": FOLDER, "value": value.replace("${", "$${") or "?"}},
        differences=(differing.folder(name), *cut),
    )


_HEADER_NAME: Final = re.compile(r"X-[A-Za-z0-9-]{1,62}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_LONGEST_ADDRESS: Final = 254
_LONGEST_REASON: Final = 256


def _flags_lost(found: GivenArguments, walk: ActionScope) -> None:
    if "flags" in found.tags:
        walk.mark(differences=(_FLAGS,))


_FLAGS: Final = differing.lost_action("flags-not-set", "set IMAP flags")


def _redirect(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    copies = "copy" in found.tags
    if "list" in found.tags:
        walk.mark(differences=(differing.lost_action("outside-list", "redirect to a list"),))
        return

    def to(address: str) -> None:
        plain = address.strip()
        if plain.endswith(">") and "<" in plain:
            plain = plain[plain.rindex("<") + 1 : -1]
        plain = "@".join(part.strip() for part in plain.split("@"))
        if _ADDRESS.fullmatch(plain) and len(plain) <= _LONGEST_ADDRESS:
            _effect(call, walk, MailDeed.REDIRECTS, address=plain, copies=copies)
            return
        what = f"redirect to `{differing.cut(plain)}`: it takes letters, digits and . _ + - alone"
        walk.mark(differences=(differing.lost_action("address-not-taken", what),))
        _effect(call, walk, MailDeed.STORES, copies=copies)

    for text in found.texts(0):
        for_each_value(text, walk, to, "redirect to an address of the message")


def _add_header(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    names, values = found.texts(0), found.texts(1)
    if not names or not values:
        return

    def add(name: str) -> None:
        for_each_value(
            values[0], walk, lambda value: _header(name, value, walk), f"add the header `{name}`"
        )

    for_each_value(names[0], walk, add, "add a header")


def _header(name: str, value: str, walk: ActionScope) -> None:
    name = f"X{name[1:]}" if name[:1] == "x" else name
    if not _HEADER_NAME.fullmatch(name):
        walk.changes(name.lower())
        walk.mark(
            differences=(
                differing.lost_action(
                    "header-not-added",
                    f"add the header `{differing.cut(name)}`: only those that start with X-",
                    "add an X- header with that value, and let the mail server read it",
                ),
            )
        )
        return
    kept, is_whole = header_value(value)
    differences = () if is_whole else (differing.header_shortened(name),)
    action = {"add_header": {"name": name, "value": kept.replace("${", "$${") or "-"}}
    walk.mark(action, differences=differences)


def _delete_header(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    for text in found.texts(0):
        walk.changes(text.value.lower())
        what = f"delete the header `{differing.cut(text.value)}`"
        walk.mark(differences=(differing.lost_action("header-not-deleted", what),))


def _set(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    names, texts = found.texts(0), found.texts(1)
    if not names or not texts:
        return
    values = [
        TextValue(
            test=value.test,
            text=None if value.text is None else modified(value.text, found.tags),
        )
        for value in walk.values(texts[0])
    ]
    walk.variables.put(names[0].value, tuple(walk.way.steps), values)


def _global(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    walk.variables.share(text.value for text in found.texts(0))


def _lost(
    code: str, what: str, instead: str | None = None
) -> Callable[[ScriptCall, ActionScope], None]:
    difference = differing.lost_action(code, what, instead)

    def lose(_call: ScriptCall, walk: ActionScope) -> None:
        walk.mark(differences=(difference,))

    return lose


def _nothing(_call: ScriptCall, _walk: ActionScope) -> None:
    """It does nothing to mail."""


def _extract(call: ScriptCall, walk: ActionScope) -> None:
    found = _given(call, walk)
    for text in found.texts(0):
        walk.variables.put(text.value, tuple(walk.way.steps), (TextValue(test=ALWAYS, text=None),))


def _pipe(call: ScriptCall, walk: ActionScope) -> None:
    """A program gets the message; without `:copy`, nobody else does."""
    found = _given(call, walk)
    name = next((text.value for text in found.texts(0)), "")
    walk.mark(
        differences=(
            differing.lost_action(
                "program-not-run",
                f"run the program `{differing.cut(name)}`",
                "`invoke_lambda` or `publish_to_sns` starts a program of yours",
            ),
        )
    )
    if call.name == "pipe":
        _effect(call, walk, MailDeed.STORES, copies="copy" in found.tags)


def _unknown(call: ScriptCall, walk: ActionScope) -> None:
    what = f"do what `{call.name}` does"
    walk.mark(differences=(differing.lost_action("unknown-command", what),))


def refusal(call: ScriptCall, walk: ActionScope) -> tuple[Action, tuple[Deviation, ...]]:
    """What `reject`, `ereject` and `error` do here."""
    walk.source.needed.update(BOUNCE_NEEDS)
    found = _given(call, walk)
    reason = next((v.text for text in found.texts(0) for v in walk.values(text)), None)
    line = " ".join((reason or "").split())
    if reason is not None and line.isascii() and len(line) <= _LONGEST_REASON:
        return bounce(line), ()
    return bounce(line), (differing.reason_shortened(),)


_MAIL: Final = "answer from the mail server or the user's mailbox"
DOES: Final[Mapping[str, Callable[[ScriptCall, Any], None]]] = {
    "keep": _keep,
    "discard": _discard,
    "fileinto": _fileinto,
    "redirect": _redirect,
    "addheader": _add_header,
    "deleteheader": _delete_header,
    "set": _set,
    "global": _global,
    "import": _global,
    "export": _global,
    "extracttext": _extract,
    **dict.fromkeys(
        ("setflag", "addflag", "removeflag", "mark", "unmark"),
        _lost("flags-not-set", "set IMAP flags"),
    ),
    "vacation": _lost("answers-not-sent", "answer mail (vacation)", _MAIL),
    "notify": _lost(
        "notifications-not-sent",
        "notify people",
        "`publish_to_sns` in the rule, and a subscription that notifies",
    ),
    "denotify": _nothing,
    "break": _nothing,
    "debug_log": _nothing,
    "report": _lost("reports-not-sent", "send abuse reports"),
    "replace": _lost("message-not-changed", "change the text of a message"),
    "enclose": _lost("message-not-changed", "change the text of a message"),
    "filter": _pipe,
    "execute": _pipe,
    "pipe": _pipe,
    "unknown": _unknown,
}
