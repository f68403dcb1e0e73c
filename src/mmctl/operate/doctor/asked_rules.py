"""The rules that somebody asks about, with the rule sets they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.said import NotAsked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.operate.doctor.scene import Scene


def all_rules(scene: Scene) -> Iterator[tuple[LogicalRuleSet, LogicalRule]]:
    """The rules of the files, those that live elsewhere or nowhere too."""
    for rule_set in scene.project.rule_sets.values():
        for rule in rule_set.rules:
            yield rule_set, rule


def asked_name(scene: Scene) -> str:
    """The name of `--rule`.

    Raises:
        NotAsked: none was given.
    """
    if scene.asked.rule is None:
        raise NotAsked("no rule was named", "--rule NAME")
    return scene.asked.rule


def asked_rules(scene: Scene) -> Iterator[tuple[LogicalRuleSet, LogicalRule]]:
    """The rules of the name of `--rule`; all of them if none was given."""
    name = scene.asked.rule
    return (each for each in all_rules(scene) if name in {None, each[1].name})
