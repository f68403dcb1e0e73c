"""Wait until reads can be relied on: nothing old, and nothing under way.

While an ingress point is UPDATING, the service does not say whether it will be open or closed;
while an import is under way, it does not say which members a list will have.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.errors import CouldNot
from mmctl.live.apply.calls import UNDER_WAY, WentWrong, settled, wait_until_ready
from mmctl.live.apply.members import settle_imports
from mmctl.live.apply.written import recent_writes
from mmctl.live.plan.stale import stale_objects
from mmctl.live.state.read import read_live
from mmctl.model.kinds import WAITED_FOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.apply.effects import Means
    from mmctl.live.apply.written import Written
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.read import LiveState
    from mmctl.live.state.service import MailManager
    from mmctl.model.kinds import Kind

_JOURNAL_SECONDS: Final = 1.0
"""The journal has whole seconds: a write may be so much younger than it says."""


def read_settled(
    means: Means,
    desired: LiveConfiguration,
    known: LiveConfiguration | None = None,
    written: Written | None = None,
) -> LiveState:
    """Read what is live, again if an answer is older than what this project wrote last.

    `written` are the writes of this command; otherwise the journal has those of the last one.

    Raises:
        CouldNot: as in `read_live`.
    """
    writes = written or recent_writes(means.history.store, means.now())
    look = partial(read_live, means.service, desired, known)
    is_old = writes.is_old_state
    return settled(means, look, lambda state: not is_old(state), is_old=is_old)


def read_as_planned(means: Means, plan: Plan, known: LiveConfiguration | None) -> LiveState:
    """Read what a plan was made from; if it differs, read again for some seconds.

    Raises:
        CouldNot: as in `read_live`.
    """
    look = partial(read_settled, means, plan.desired, known)
    return settled(means, look, lambda state: not stale_objects(plan, state))


def settle(means: Means, project: str, *, stop_imports: bool = False) -> None:
    """Wait for the project's objects and imports that an earlier apply left under way.

    `stop_imports`: end them, because a rollback removes what they add.

    Raises:
        CouldNot: one takes too long, or the service cannot be asked.
    """
    _let_answers_catch_up(means)
    settle_imports(means, stop=stop_imports)
    for kind in WAITED_FOR:
        for name, live_id in _under_way(means.service, kind, project):
            try:
                wait_until_ready(means, kind, name, live_id, may_fail=True)
            except WentWrong as error:
                raise CouldNot(str(error), help="nothing was written; try again later") from error


def _under_way(service: MailManager, kind: Kind, project: str) -> Iterator[tuple[str, str]]:
    """Name and id of the objects of a kind that the project has under way."""
    noun = kind.api_noun
    for summary in service.list(noun):
        live_id = summary[noun.id_member]
        if summary.get("Status") not in UNDER_WAY:
            continue
        if service.tags(service.identity.arn(noun, live_id)).get(OWNER_TAG) == project:
            yield summary[noun.name_member], live_id


def _let_answers_catch_up(means: Means) -> None:
    """Wait until the last write of an apply that was just cut off must be visible."""
    entry = means.history.unended()
    journal = means.history.journal(entry.id) if entry is not None else ()
    if not journal or not means.lag_seconds:
        return
    since = (means.now() - datetime.fromisoformat(journal[-1]["at"])).total_seconds()
    lag = means.lag_seconds + _JOURNAL_SECONDS
    if 0 <= since < lag:
        means.say("an apply was interrupted just now: waiting until its last write is visible")
        means.sleep(lag - since)
