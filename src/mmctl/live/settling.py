"""Waiting until nothing is under way before a plan is made that is to be carried out at once.

While an ingress point is UPDATING, the service does not say whether it will be open or closed, and
while an import is under way, not which members a list will have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.errors import CouldNot
from mmctl.live.calls import UNDER_WAY, WentWrong, wait_until_ready
from mmctl.live.members import settle_imports
from mmctl.live.service import Noun

if TYPE_CHECKING:
    from mmctl.live.means import Means


def settle(means: Means, project: str, *, stop_imports: bool = False) -> None:
    """Wait for the project's ingress points and imports that an earlier apply left under way.

    `stop_imports`: end them, as a rollback takes away what they add.

    Raises:
        CouldNot: one takes too long, or the service cannot be asked.
    """
    settle_imports(means, stop=stop_imports)
    service, noun = means.service, Noun.INGRESS_POINT
    for summary in service.list(noun):
        live_id = summary[noun.id_member]
        if summary.get("Status") not in UNDER_WAY:
            continue
        if service.tags(service.identity.arn(noun, live_id)).get(OWNER_TAG) != project:
            continue
        try:
            wait_until_ready(means, summary[noun.name_member], live_id, may_fail=True)
        except WentWrong as error:
            raise CouldNot(str(error), help="nothing was written; try again later") from error
