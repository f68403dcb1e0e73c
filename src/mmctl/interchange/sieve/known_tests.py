"""The tests of Sieve, and what each takes; the extensions whose commands and tests are known.

A table: nothing is checked here. Names are in lower case.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mmctl.interchange.sieve.vocabulary import (
    COMMANDS,
    IMAP_FLAGS,
    INDEX,
    MATCH,
    TS,
    CallForm,
    N,
    T,
    TagForm,
    needing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE: Final = {
    "zone": TagForm(takes=T, one_of="zone"),
    "originalzone": TagForm(one_of="zone"),
}
MIME: Final = {
    "mime": TagForm(needs=needing("mime")),
    "anychild": TagForm(needs=needing("mime")),
    "type": TagForm(needs=needing("mime"), one_of="part of a type"),
    "subtype": TagForm(needs=needing("mime"), one_of="part of a type"),
    "contenttype": TagForm(needs=needing("mime"), one_of="part of a type"),
    "param": TagForm(takes=TS, needs=needing("mime"), one_of="part of a type"),
}
PART: Final = {
    "all": TagForm(one_of="address part"),
    "localpart": TagForm(one_of="address part"),
    "domain": TagForm(one_of="address part"),
    "user": TagForm(needs=needing("subaddress"), one_of="address part"),
    "detail": TagForm(needs=needing("subaddress"), one_of="address part"),
}
TESTS: Final[Mapping[str, CallForm]] = MappingProxyType(
    {
        "address": CallForm(takes=(TS, TS), tags={**MATCH, **PART, **INDEX, **MIME}),
        "allof": CallForm(tests="many"),
        "anyof": CallForm(tests="many"),
        "envelope": CallForm(needs=needing("envelope"), takes=(TS, TS), tags={**MATCH, **PART}),
        "exists": CallForm(takes=(TS,), tags=MIME),
        "false": CallForm(),
        "header": CallForm(takes=(TS, TS), tags={**MATCH, **INDEX, **MIME}),
        "not": CallForm(tests="one"),
        "size": CallForm(
            takes=(N,),
            tags={"over": TagForm(one_of="comparison"), "under": TagForm(one_of="comparison")},
        ),
        "true": CallForm(),
        "body": CallForm(
            needs=needing("body"),
            takes=(TS,),
            tags={
                **MATCH,
                "raw": TagForm(one_of="body transform"),
                "content": TagForm(takes=TS, one_of="body transform"),
                "text": TagForm(one_of="body transform"),
            },
        ),
        "date": CallForm(needs=needing("date"), takes=(T, T, TS), tags={**MATCH, **ZONE, **INDEX}),
        "currentdate": CallForm(needs=needing("date"), takes=(T, TS), tags={**MATCH, **ZONE}),
        "environment": CallForm(
            needs=needing("environment", "vnd.dovecot.environment"), takes=(T, TS), tags=MATCH
        ),
        "mailboxexists": CallForm(needs=needing("mailbox"), takes=(TS,)),
        "mailboxidexists": CallForm(needs=needing("mailboxid"), takes=(TS,)),
        "metadata": CallForm(needs=needing("mboxmetadata"), takes=(T, T, TS), tags=MATCH),
        "metadataexists": CallForm(needs=needing("mboxmetadata"), takes=(T, TS)),
        "servermetadata": CallForm(needs=needing("servermetadata"), takes=(T, TS), tags=MATCH),
        "servermetadataexists": CallForm(needs=needing("servermetadata"), takes=(TS,)),
        "specialuse_exists": CallForm(
            needs=needing("special-use"), takes=(T, TS), may_lack=1, lacks_first=True
        ),
        "hasflag": CallForm(
            needs=IMAP_FLAGS, takes=(TS, TS), may_lack=1, lacks_first=True, tags=MATCH
        ),
        "ihave": CallForm(needs=needing("ihave"), takes=(TS,)),
        "string": CallForm(needs=needing("variables"), takes=(TS, TS), tags=MATCH),
        "duplicate": CallForm(
            needs=needing("duplicate", "vnd.dovecot.duplicate"),
            tags={
                "handle": TagForm(takes=T),
                "header": TagForm(takes=T, one_of="identity"),
                "uniqueid": TagForm(takes=T, one_of="identity"),
                "value": TagForm(takes=T, one_of="identity"),
                "seconds": TagForm(takes=N),
                "last": TagForm(),
            },
        ),
        "spamtest": CallForm(
            needs=needing("spamtest", "spamtestplus"),
            takes=(T,),
            tags={**MATCH, "percent": TagForm(needs=needing("spamtestplus"))},
        ),
        "virustest": CallForm(needs=needing("virustest"), takes=(T,), tags=MATCH),
        "valid_ext_list": CallForm(needs=needing("extlists"), takes=(TS,)),
        "valid_notify_method": CallForm(needs=needing("enotify"), takes=(TS,)),
        "notify_method_capability": CallForm(
            needs=needing("enotify"), takes=(T, T, TS), tags=MATCH
        ),
        "execute": CallForm(
            needs=needing("vnd.dovecot.execute"),
            takes=(T, TS),
            may_lack=1,
            tags={"input": TagForm(takes=T), "pipe": TagForm(), "output": TagForm(takes=T)},
        ),
    }
)


COMPARATORS: Final = needing("i;octet", "i;ascii-casemap", "i;ascii-numeric", "i;unicode-casemap")
_ALWAYS: Final = needing("comparator-i;octet", "comparator-i;ascii-casemap")

EXTENSIONS: Final = frozenset(
    {
        *(need for form in COMMANDS.values() for need in form.needs),
        *(need for form in TESTS.values() for need in form.needs),
        *(
            need
            for form in (*COMMANDS.values(), *TESTS.values())
            for tag in form.tags.values()
            for need in tag.needs
        ),
        *_ALWAYS,
        *(f"comparator-{name}" for name in COMPARATORS),
        "enotify",
        "notify",
        "encoded-character",
        "vnd.dovecot.config",
        "imap4flags",
    }
)
"""The extensions whose commands and tests are in the tables."""
