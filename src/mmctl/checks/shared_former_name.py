"""Two resources with the same former name.

What it does:
    Compares `was` of the resources of a kind: each former name may occur only once.

Why it is bad:
    One live object can become only one of them. The other is created: an archive without its mail,
    an ingress point with another A record.

Bad:
    version: 1
    archives:
      mail: {was: mail-v1}
      copies: {was: mail-v1}

Good:
    version: 1
    archives:
      mail: {was: mail-v1}
      copies: {retention: SEVEN_YEARS}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.model.kinds import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Resource


def run(subject: Subject) -> Iterator[Finding]:
    """Yield each resource that has the same former name as one above it."""
    for kind in Kind:
        first: dict[str, Resource] = {}
        for resource in subject.project.of_kind(kind).values():
            if resource.was is None:
                continue
            above = first.setdefault(resource.was, resource)
            if above is not resource:
                yield Finding(
                    positions=resource.positions,
                    path=("was",),
                    message=f"{kind.noun} `{resource.name}` was `{resource.was}`, and so was "
                    f"`{above.name}` (line {above.position.line})",
                    help="keep `was` only at the one that the live object becomes",
                )


CHECK = Check(id="shared-former-name", severity=Severity.ERROR, text=__doc__, run=run)
