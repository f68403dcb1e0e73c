"""What `mmctl foundation` and `mmctl staging` have in common: the verbs and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.run import Run

UP, STATUS, DOWN = "up", "status", "down"
TAKES: Final = {
    UP: frozenset({"--yes", "--allow-delete"}),
    STATUS: frozenset[str](),
    DOWN: frozenset({"--yes", "--with-data"}),
}
"""The options of each verb that both commands have."""


def check_verb(
    command: str, verb: str, takes: Mapping[str, frozenset[str]], given: Mapping[str, object]
) -> None:
    """Refuse a verb that there is not, and options that the verb does not take.

    Raises:
        UsageError: it is so.
    """
    if verb not in takes:
        raise UsageError(
            f"got `{command} {verb}`",
            help=f"expected {', '.join(f'{command} {each}' for each in takes)}",
        )
    for option, value in given.items():
        if value not in (None, False, []) and option not in takes[verb]:
            raise UsageError(f"`{option}` is not for `{command} {verb}`")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedTo:
    """What the options of a command line agree to."""

    yes: bool = False
    allow_delete: bool = False
    force: tuple[str, ...] = ()
    with_data: bool = False
    install_from: str | None = None
    """The requirement of pip that installs mmctl in the watchdog."""


def run_verb(run: Run, layer: str, verb: str, agreed: AgreedTo) -> int:
    """Do what a verb says with the stacks of one layer and those below."""
    from mmctl.cli.staging.down import DownOptions, down
    from mmctl.cli.staging.stacks_up import UpOptions, foundation_up
    from mmctl.cli.staging.staging_up import staging_up
    from mmctl.cli.staging.status import status
    from mmctl.cli.staging.wanted_stacks import STAGING

    if verb == STATUS:
        return status(run, layer)
    if verb == DOWN:
        return down(run, layer, DownOptions(yes=agreed.yes, with_data=agreed.with_data))
    options = UpOptions(
        yes=agreed.yes,
        allow_delete=agreed.allow_delete,
        force=agreed.force,
        install_from=agreed.install_from,
    )
    return staging_up(run, options) if layer == STAGING else foundation_up(run, options)
