"""Two configurations in logical rules, for what is said of messages that meet packed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.questions.versions import BothTold, ToldVersion
from mmctl.cli.changes.live_rules import project_of
from mmctl.live.compare.logical import is_packed_in, logical_view
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration, RuleOrigin
    from mmctl.language.project import Project

_NAMED: Final = 3


def told_between(
    before: LiveConfiguration, after: LiveConfiguration, project: Project
) -> BothTold | None:
    """What names the rules of both sides; None: neither is packed."""
    if not (is_packed_in(before) or is_packed_in(after)):
        return None
    return BothTold(before=_told(before, project), after=_told(after, project))


def _told(configuration: LiveConfiguration, project: Project) -> ToldVersion:
    return ToldVersion(
        project=project_of(logical_view(configuration), project),
        names={
            origin.name: one_of(origin)
            for thing in configuration.of_kind(Kind.RULE_SET)
            for origin in thing.origins
            if origin.holds
        },
    )


def one_of(origin: RuleOrigin) -> str:
    """A packed live rule by the rules that it holds: `one of a, b, c and 11 more`."""
    names = origin.logical
    if len(names) == 1:
        return names[0]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"one of {', '.join(names[:_NAMED])}{more}"
