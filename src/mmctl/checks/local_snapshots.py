"""A protected environment keeps its snapshots on one machine.

What it does:
    Finds environments with `protected: true` in AWS whose `snapshots` are a folder.

Why it is bad:
    Snapshots, history, pins and the lock then exist only on the machine of the last apply. The next
    person, or a new CI runner, can neither roll back nor see that another apply is running.

Bad:
    version: 1
    project: example
    environments:
      prod: {account: "444455556666", region: us-east-1, protected: true}

Good:
    version: 1
    project: example
    environments:
      prod:
        account: "444455556666"
        region: us-east-1
        protected: true
        snapshots: s3://example-mmctl/prod
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the protected environments whose snapshots are on one machine."""
    settings = subject.project.settings
    for environment in settings.environments.values():
        where = environment.snapshots or settings.snapshots
        # An environment with its own endpoint is a rehearsal, whose snapshots may be lost.
        live = environment.protected and environment.endpoint is None
        if live and not where.startswith("s3://"):
            yield Finding(
                positions=Positions({(): environment.position}),
                path=(),
                message=f"`{environment.name}` is protected, and its snapshots are in the folder"
                f" `{where}` of one machine",
                help="write `snapshots: s3://BUCKET/PREFIX`",
            )


CHECK = Check(id="local-snapshots", severity=Severity.WARNING, text=__doc__, run=run)
