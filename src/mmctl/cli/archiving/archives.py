"""An archive of an environment, found by its logical name, its live name or its id."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.changes.change import open_change
from mmctl.errors import UsageError
from mmctl.model.kinds import Kind, Noun
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.live.aws.mail_manager import AwsMailManager
    from mmctl.operate.archive.searching import Patience

_ID: Final = re.compile(r"a-\w{1,64}", re.ASCII)
_ACTIVE: Final = "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenArchives:
    """The archives of an environment: the service behind it, and one of them if one is meant."""

    change: LiveEnvironment
    service: AwsMailManager
    name: str
    """As a person calls it: the logical name, else the live name or id."""
    id: str

    @property
    def place(self) -> dict[str, Any]:
        """Where it is, for documents."""
        identity = self.service.identity
        return {
            "environment": self.change.project.environment.name,
            "account": identity.account,
            "region": identity.region,
            "archive": self.name or None,
            "archive_id": self.id or None,
        }

    def patience(self, run: Run) -> Patience:
        """How to wait for searches and exports."""
        from mmctl.operate.archive.searching import Patience

        return Patience(
            sleep=world.sleep,
            say=self.change.means.say if not run.verbose else run.say,
            poll_seconds=0.2 if self.service.identity.embedded else 2.0,
        )


def open_archives(
    run: Run, archive: str | None, endpoint_url: str | None, *, must: bool
) -> OpenArchives:
    """The archives of an environment; `must`: one of them is needed, and the only one is it.

    Raises:
        UsageError: there is no such archive, or none is named and there are several.
        CouldNot, Refused: the service cannot be reached.
    """
    change = open_change(run, endpoint_url=endpoint_url)
    reached: Any = change.means.service
    service: AwsMailManager = reached
    opened = partial(OpenArchives, change=change, service=service)
    if archive is None and not must:
        return opened(name="", id="")
    live = {
        str(each["ArchiveId"]): str(each["ArchiveName"])
        for each in service.list(Noun.ARCHIVE)
        if each.get("ArchiveState") == _ACTIVE
    }
    names = _logical_names(change)
    by_name = {names.get(name, name): id_ for id_, name in live.items()}
    if archive is None:
        ours = {name: id_ for name, id_ in by_name.items() if name in names.values()}
        if len(ours) == 1:
            name, id_ = next(iter(ours.items()))
            return opened(name=name, id=id_)
        listed = ", ".join(sorted(by_name)) or "none"
        raise UsageError("got no `--archive`", help=f"name one; this account has: {listed}")
    if archive in by_name:
        return opened(name=archive, id=by_name[archive])
    if _ID.fullmatch(archive) and archive in live:
        name = live[archive]
        return opened(name=names.get(name, name), id=archive)
    live_names = {name: id_ for id_, name in live.items()}
    if archive in live_names:
        return opened(name=names.get(archive, archive), id=live_names[archive])
    listed = ", ".join(sorted(by_name)) or "none"
    raise UsageError(
        f"there is no archive `{archive}` in {service.identity.region}",
        help=f"this account has: {listed}"
        if archive not in names.values()
        else f"it is not live yet: mmctl apply{change.words}",
    )


def _logical_names(change: LiveEnvironment) -> dict[str, str]:
    """The logical names of the project's archives, by their live names."""
    return {each.live_name: each.name for each in change.desired().of_kind(Kind.ARCHIVE)}
