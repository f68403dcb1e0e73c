"""The commands and tests of Sieve, and what each takes: RFC 5228 and the extensions of it.

A table: nothing is checked here. Names are in lower case.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping


class ArgumentKind(StrEnum):
    """What an argument is."""

    TEXT = "a string"
    TEXTS = "a string or a list of strings"
    NUMBER = "a number"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagForm:
    """A tagged argument."""

    takes: ArgumentKind | None = None
    """The argument right behind it."""
    needs: frozenset[str] = frozenset()
    """One of these extensions; none: it is always there."""
    one_of: str | None = None
    """At most one tag of such a group may be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForm:
    """What a command or a test takes."""

    needs: frozenset[str] = frozenset()
    tags: Mapping[str, TagForm] = field(default_factory=dict)
    takes: tuple[ArgumentKind, ...] = ()
    may_lack: int = 0
    """So many of the first (`lacks_first`) or last arguments may be left out."""
    lacks_first: bool = False
    tests: str = "none"
    """none, one, many"""
    block: bool = False


def needing(*names: str) -> frozenset[str]:
    """One of these extensions."""
    return frozenset(names)


T, TS, N = ArgumentKind.TEXT, ArgumentKind.TEXTS, ArgumentKind.NUMBER

MATCH: Final = {
    "is": TagForm(one_of="match type"),
    "contains": TagForm(one_of="match type"),
    "matches": TagForm(one_of="match type"),
    "regex": TagForm(needs=needing("regex"), one_of="match type"),
    "list": TagForm(needs=needing("extlists"), one_of="match type"),
    "value": TagForm(takes=T, needs=needing("relational"), one_of="match type"),
    "count": TagForm(takes=T, needs=needing("relational"), one_of="match type"),
    "comparator": TagForm(takes=T, one_of="comparator"),
}
INDEX: Final = {
    "index": TagForm(takes=N, needs=needing("index", "editheader")),
    "last": TagForm(needs=needing("index", "editheader")),
}
_FLAGS: Final = {"flags": TagForm(takes=TS, needs=needing("imap4flags"))}
_COPY: Final = {"copy": TagForm(needs=needing("copy"))}
IMAP_FLAGS: Final = needing("imap4flags", "imapflags")

COMMANDS: Final[Mapping[str, CallForm]] = MappingProxyType(
    {
        "require": CallForm(takes=(TS,)),
        "if": CallForm(tests="one", block=True),
        "elsif": CallForm(tests="one", block=True),
        "else": CallForm(block=True),
        "stop": CallForm(),
        "keep": CallForm(tags=_FLAGS),
        "discard": CallForm(),
        "redirect": CallForm(
            takes=(T,),
            tags={
                **_COPY,
                "list": TagForm(needs=needing("extlists")),
                "notify": TagForm(takes=T, needs=needing("redirect-dsn")),
                "ret": TagForm(takes=T, needs=needing("redirect-dsn")),
                "bytimerelative": TagForm(takes=N, needs=needing("redirect-deliverby")),
                "bytimeabsolute": TagForm(takes=T, needs=needing("redirect-deliverby")),
                "bymode": TagForm(takes=T, needs=needing("redirect-deliverby")),
                "bytrace": TagForm(needs=needing("redirect-deliverby")),
            },
        ),
        "fileinto": CallForm(
            needs=needing("fileinto"),
            takes=(T,),
            tags={
                **_COPY,
                **_FLAGS,
                "create": TagForm(needs=needing("mailbox")),
                "specialuse": TagForm(takes=T, needs=needing("special-use")),
                "mailboxid": TagForm(takes=T, needs=needing("mailboxid")),
                "fcc": TagForm(takes=T, needs=needing("fcc")),
            },
        ),
        "reject": CallForm(needs=needing("reject"), takes=(T,)),
        "ereject": CallForm(needs=needing("ereject"), takes=(T,)),
        "addheader": CallForm(needs=needing("editheader"), takes=(T, T), tags={"last": TagForm()}),
        "deleteheader": CallForm(
            needs=needing("editheader"), takes=(T, TS), may_lack=1, tags={**MATCH, **INDEX}
        ),
        "set": CallForm(
            needs=needing("variables"),
            takes=(T, T),
            tags={
                "lower": TagForm(one_of="modifier of letter case"),
                "upper": TagForm(one_of="modifier of letter case"),
                "lowerfirst": TagForm(one_of="modifier of the first letter"),
                "upperfirst": TagForm(one_of="modifier of the first letter"),
                "quotewildcard": TagForm(one_of="modifier that quotes"),
                "quoteregex": TagForm(needs=needing("regex"), one_of="modifier that quotes"),
                "length": TagForm(),
                "encodeurl": TagForm(needs=needing("enotify")),
            },
        ),
        "include": CallForm(
            needs=needing("include"),
            takes=(T,),
            tags={
                "personal": TagForm(one_of="location"),
                "global": TagForm(one_of="location"),
                "once": TagForm(),
                "optional": TagForm(),
            },
        ),
        "return": CallForm(needs=needing("include")),
        "global": CallForm(needs=needing("include"), takes=(TS,)),
        "import": CallForm(needs=needing("include"), takes=(TS,)),
        "export": CallForm(needs=needing("include"), takes=(TS,)),
        "setflag": CallForm(needs=IMAP_FLAGS, takes=(T, TS), may_lack=1, lacks_first=True),
        "addflag": CallForm(needs=IMAP_FLAGS, takes=(T, TS), may_lack=1, lacks_first=True),
        "removeflag": CallForm(needs=IMAP_FLAGS, takes=(T, TS), may_lack=1, lacks_first=True),
        "mark": CallForm(needs=needing("imapflags", "notify")),
        "unmark": CallForm(needs=needing("imapflags", "notify")),
        "vacation": CallForm(
            needs=needing("vacation", "vacation-seconds"),
            takes=(T,),
            tags={
                "days": TagForm(takes=N),
                "seconds": TagForm(takes=N, needs=needing("vacation-seconds")),
                "subject": TagForm(takes=T),
                "from": TagForm(takes=T),
                "addresses": TagForm(takes=TS),
                "mime": TagForm(),
                "handle": TagForm(takes=T),
                "fcc": TagForm(takes=T, needs=needing("fcc")),
            },
        ),
        "denotify": CallForm(
            needs=needing("notify"),
            tags={
                "is": TagForm(takes=T),
                "contains": TagForm(takes=T),
                "matches": TagForm(takes=T),
                "low": TagForm(),
                "normal": TagForm(),
                "high": TagForm(),
            },
        ),
        "foreverypart": CallForm(
            needs=needing("foreverypart"), tags={"name": TagForm(takes=T)}, block=True
        ),
        "break": CallForm(needs=needing("foreverypart"), tags={"name": TagForm(takes=T)}),
        "replace": CallForm(
            needs=needing("replace"),
            takes=(T,),
            tags={
                "mime": TagForm(),
                "subject": TagForm(takes=T),
                "from": TagForm(takes=T),
            },
        ),
        "enclose": CallForm(
            needs=needing("enclose"),
            takes=(T,),
            tags={"subject": TagForm(takes=T), "headers": TagForm(takes=TS)},
        ),
        "extracttext": CallForm(
            needs=needing("extracttext"),
            takes=(T,),
            tags={
                "first": TagForm(takes=N),
                "lower": TagForm(),
                "upper": TagForm(),
                "lowerfirst": TagForm(),
                "upperfirst": TagForm(),
                "quotewildcard": TagForm(),
                "quoteregex": TagForm(needs=needing("regex")),
                "length": TagForm(),
                "encodeurl": TagForm(needs=needing("enotify")),
            },
        ),
        "error": CallForm(needs=needing("ihave"), takes=(T,)),
        "pipe": CallForm(
            needs=needing("vnd.dovecot.pipe"),
            takes=(T, TS),
            may_lack=1,
            tags={**_COPY, "try": TagForm()},
        ),
        "filter": CallForm(needs=needing("vnd.dovecot.filter"), takes=(T, TS), may_lack=1),
        "execute": CallForm(
            needs=needing("vnd.dovecot.execute"),
            takes=(T, TS),
            may_lack=1,
            tags={
                "input": TagForm(takes=T),
                "pipe": TagForm(),
                "output": TagForm(takes=T),
            },
        ),
        "report": CallForm(
            needs=needing("vnd.dovecot.report"), takes=(T, T, T), tags={"headers_only": TagForm()}
        ),
        "debug_log": CallForm(needs=needing("vnd.dovecot.debug"), takes=(T,)),
    }
)

NOTIFY: Final = CallForm(
    needs=needing("enotify"),
    takes=(T,),
    tags={
        "from": TagForm(takes=T),
        "importance": TagForm(takes=T),
        "options": TagForm(takes=TS),
        "message": TagForm(takes=T),
        "fcc": TagForm(takes=T, needs=needing("fcc")),
    },
)
"""The command `notify` of RFC 5435."""
OLD_NOTIFY: Final = CallForm(
    needs=needing("notify"),
    tags={
        "method": TagForm(takes=T),
        "id": TagForm(takes=T),
        "options": TagForm(takes=TS),
        "message": TagForm(takes=T),
        "low": TagForm(),
        "normal": TagForm(),
        "high": TagForm(),
    },
)
"""The command `notify` of its first draft, which some servers still have."""
