"""What live rules name in other services, with the role that they use for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.model.actions import row_of
from mmctl.model.things import ROLE
from mmctl.operate.doctor.said import NotAsked, tried
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.model.things import Thing
    from mmctl.operate.doctor.said import Said
    from mmctl.operate.doctor.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUse:
    """A thing that an action of a rule names, and its role for it."""

    thing: Thing
    name: str
    role: str | None
    rules: tuple[str, ...]


def uses_of(scene: Scene, thing: Thing) -> Iterator[NamedUse]:
    """What the rules name of one sort, each with a role once."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for _, rule_set in scene.rule_sets():
        for rule in rule_set.rules:
            for action in rule.actions:
                named = dict(row_of(action).named(action))
                if thing in named:
                    key = (named[thing], None if thing is ROLE else named.get(ROLE))
                    found.setdefault(key, []).append(rule.name or "")
    for (name, role), rules in found.items():
        yield NamedUse(thing=thing, name=name, role=role, rules=tuple(dict.fromkeys(rules)))


def looked_at_each(
    scene: Scene,
    thing: Thing,
    noun: str,
    none: str,
    look: Callable[[Scene, NamedUse], Iterable[Said]],
) -> Iterator[Said]:
    """What a look says of everything of one sort that rules name; one that fails ends no other.

    Raises:
        NotAsked: rules name nothing of it; `none` says so.
    """
    used = list(uses_of(scene, thing))
    if not used:
        raise NotAsked(none)
    for each in used:
        yield from tried(f"{noun} {each.name}", partial(look, scene, each))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededAccess:
    """What one role must be allowed for the actions of rules."""

    role: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    rules: tuple[str, ...]


def accesses_of(scene: Scene) -> Iterator[NeededAccess]:
    """What the roles of rules must be allowed, as `plan --iam rules` prints it."""
    from mmctl.live.iam.scope import Place  # noqa: PLC0415 - few looks need it

    identity = scene.service.identity
    place = Place(
        account=identity.account, region=identity.region, project=scene.project.settings.project
    )
    found: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for _, rule_set in scene.rule_sets():
        for rule in rule_set.rules:
            for action in rule.actions:
                row = row_of(action)
                role = dict(row.named(action)).get(ROLE)
                if role is None:
                    continue
                members = {key.member: "" for key in row.keys} | action.value.to_api()
                for need in row.needs:
                    if need.where is None or members[need.where]:
                        arns = tuple(place.filled(arn, **members) for arn in need.on)
                        key = (role, need.sid, need.actions, arns)
                        found.setdefault(key, []).append(rule.name or "")
    for (role, sid, actions, arns), rules in found.items():
        yield NeededAccess(
            role=role,
            sid=sid,
            actions=actions,
            resources=arns,
            rules=tuple(dict.fromkeys(rules)),
        )
