"""A password or key that everybody can read who can read the files.

What it does:
    Finds private keys (PEM), ids of AWS access keys, and web addresses with a password in them, in
    all files of the project.

Why it is bad:
    Files are copied, reviewed and kept in the history of a repository for ever. Whoever has them
    can act in your name.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            actions: [{add_header: {name: X-Key, value: AKIAIOSFODNN7EXAMPLE}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Position, Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET: Final = re.compile(
    r"(?P<key>-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|(?P<id>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)"
    r"|(?P<url>\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/:@$]+@)"
)
_SIGNS: Final = ("PRIVATE KEY", "AKIA", "ASIA", "://")
"""One of these is in every secret: nearly all files have none."""
_WHAT: Final = {
    "key": "a private key",
    "id": "the id of an AWS access key",
    "url": "a password in a web address",
}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the places of what should be kept secret; the secret itself is not repeated."""
    for file, text in subject.project.files.items():
        if not any(sign in text for sign in _SIGNS):
            continue
        for found in _SECRET.finditer(text):
            before = text[: found.start()]
            at = Position(
                file=file,
                line=before.count("\n") + 1,
                column=found.start() - before.rfind("\n"),
                length=len(found.group()),
            )
            yield Finding(
                positions=Positions({(): at}),
                path=(),
                message=f"{_WHAT[str(found.lastgroup)]} in a file",
                help="take it out, and make it worthless: the history of the file still has it",
            )


CHECK = Check(id="secret-in-file", severity=Severity.ERROR, text=__doc__, run=run)
