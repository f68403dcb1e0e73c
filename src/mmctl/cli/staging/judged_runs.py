"""The last run whose mail was judged, in a line: the newest evidence in an environment's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted

if TYPE_CHECKING:
    from mmctl.cli.changes.change import LiveEnvironment


def last_judged_run(change: LiveEnvironment) -> str:
    """When mail was judged last, how it ended, and whether it is about what is applied now.

    Raises:
        CouldNot: the store cannot be read.
    """
    from mmctl.live.history.found_evidence import Origin
    from mmctl.live.history.found_evidence import last_judged_run as newest

    identity, project = change.means.service.identity, change.project
    origin = Origin(
        project=project.settings.project,
        environment=project.environment.name,
        account=identity.account,
        region=identity.region,
    )
    found = newest(change.means.history, origin)
    if found is None:
        return "none"
    if found.unfit is not None:
        return f"not usable: {found.unfit}"
    tried = found.as_stated + found.own_facts
    ended = f"{found.passed} of {counted(tried, 'case')} passed"
    failed = f", {len(found.failed)} failed" if found.failed else ""
    since = "" if found.current else f"; something was applied after {found.history}"
    return f"{found.at}: {ended}{failed}{since}"
