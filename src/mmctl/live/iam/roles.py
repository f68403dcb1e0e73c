"""What the roles in rules need: the row of each action says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.iam.scope import actions_of, statement
from mmctl.model.actions import row_of
from mmctl.model.things import ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.scope import Place, Statement
    from mmctl.model.rules import RuleAction


def roles_of(desired: LiveConfiguration) -> set[str]:
    """The ARNs of the roles that rules name."""
    return {role for action in actions_of(desired) for role in _roles(action)}


def role_statements(desired: LiveConfiguration, role: str, place: Place) -> list[Statement]:
    """What the actions that name a role need."""
    found: list[Statement] = []
    for action in actions_of(desired):
        if role in _roles(action):
            found += [each for each in _needs(action, place) if each not in found]
    return _with_own_sids(found)


def _roles(action: RuleAction) -> list[str]:
    return [name for what, name in row_of(action).named(action) if what is ROLE]


def _needs(action: RuleAction, place: Place) -> Iterator[Statement]:
    members = {key.member: "" for key in row_of(action).keys} | action.value.to_api()
    for need in row_of(action).needs:
        if need.where is None or members[need.where]:
            arns = [place.filled(arn, **members) for arn in need.on]
            yield statement(need.sid, need.actions, arns)


def _with_own_sids(found: list[Statement]) -> list[Statement]:
    """The statements under unique names: a document takes each name once."""
    seen: dict[str, int] = {}
    for each in found:
        sid = each["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        each["Sid"] = sid if seen[sid] == 1 else f"{sid}{seen[sid]}"
    return found
