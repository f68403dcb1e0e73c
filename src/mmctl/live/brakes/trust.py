"""The brake that holds while it is unknown where a protected environment led before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def trust(plan: Plan) -> Iterator[Grip]:
    """Hold a protected environment whose endpoint, role and store cannot be compared.

    While the base cannot be read, what the files say about `protected` is not trusted either.
    """
    found = plan.trust
    if found is None or found.held is None:
        return
    if plan.target.protected or (found.unreadable and not plan.target.identity.embedded):
        yield Grip(
            brake=Brake.TRUST,
            what=f"environment {plan.target.environment}: {found.held}",
            why="whoever can change endpoint, account, role or store in a file chooses where "
            "secrets go",
            instead=found.fetch and f"fetch it: {found.fetch}",
        )
