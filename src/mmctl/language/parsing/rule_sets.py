"""Lists of rules, includes and phases → logical rules in their order."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.language.parsing.actions import action_members
from mmctl.language.parsing.conditions import condition_members
from mmctl.language.parsing.files import leaves_project
from mmctl.language.parsing.log_destinations import destinations
from mmctl.language.parsing.refusing import CHECK as REFUSE
from mmctl.language.parsing.refusing import refusing_problems
from mmctl.language.parsing.resources import common, live_name
from mmctl.language.project import LogicalRule, LogicalRuleSet, OnOverlap, Outcome, Phase
from mmctl.language.text.placed import Table, complete
from mmctl.model.actions import STOP, WORDS
from mmctl.model.rules import Rule, RuleAction, RuleCondition, RuleSet
from mmctl.model.shape import ShapeError
from mmctl.problem import Path, Position, Positions
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.placed import Text
    from mmctl.model.shape import Shape

_PARTS: Final[dict[str, type[Shape]]] = {
    "Conditions": RuleCondition,
    "Unless": RuleCondition,
    "Actions": RuleAction,
}
_DEEPEST: Final = 40
"""How deep includes may nest."""
_UNREAD: Final = "unread"
"""Replaces the name of a rule whose name could not be read."""


class RuleFileSource(Protocol):
    """What rule sets need from the rule lists of other files."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files that a pattern matches, relative to the project."""

    def rules_of(self, file: str, position: Position) -> list[Table] | None:
        """The items of a file's `rules`, or None (and a problem at `position`)."""


@dataclass(slots=True)
class RuleSetBuilder:
    """Builds rule sets and remembers which rule files they include."""

    builder: Builder
    files: RuleFileSource
    environment: str
    included: dict[str, Position] = field(default_factory=dict)

    def build(self, name: str, table: Table, at: Position) -> LogicalRuleSet | None:
        """The rule set under a name, or None if the service would refuse its name."""
        members = {"RuleSetName": live_name(name, table, at), "Rules": []}
        shape, positions = self.builder.build(RuleSet, members, otherwise=at)
        walk = _RuleWalk(self)
        walk.items(table["rules"], at.file)
        self._refuse_repeated_names(walk.rules)
        if shape is None:
            return None
        must_reach = table.get("must_reach")
        return LogicalRuleSet(
            rules=tuple(walk.rules),
            phases=tuple(walk.phases),
            must_reach=None if must_reach is None else Outcome(must_reach),
            per_ingress_point=table.get("per_ingress_point", False),
            duplicates_ignored=table.get("duplicates") == "ignore",
            logging=destinations(self.builder, table),
            **common(name, table, at, positions),
        )

    def lone(self, name: str, items: list[Table], at: Position) -> LogicalRuleSet:
        """The rules of a single file outside of a project, as a rule set with that name."""
        walk = _RuleWalk(self)
        walk.items(items, at.file)
        self._refuse_repeated_names(walk.rules)
        return LogicalRuleSet(
            name=name,
            live_name=name,
            rules=tuple(walk.rules),
            phases=tuple(walk.phases),
            position=at,
            positions=Positions({(): at}),
        )

    def _refuse_repeated_names(self, rules: list[LogicalRule]) -> None:
        first: dict[str, LogicalRule] = {}
        for rule in rules:
            if not rule.lives_in(self.environment):
                continue
            above = first.setdefault(rule.name, rule)
            if above is not rule:
                at, there = rule.positions.at(("name",)), above.positions.at(("name",))
                message = f"rule `{rule.name}` is already defined at {there}"
                self.builder.report("duplicate-name", at, message, "give it another name")


@dataclass(slots=True)
class _RuleWalk:
    """One walk through the rules of a rule set."""

    parent: RuleSetBuilder
    rules: list[LogicalRule] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)

    def items(self, items: list[Table], file: str, phase: Table | None = None) -> None:
        for item in items:
            if "phase" in item:
                self._phase(item, file, phase)
            elif "include" in item:
                self._include(item, file, phase)
            else:
                rule = self._rule(item, phase)
                if rule is not None:
                    self.rules.append(rule)

    def _phase(self, item: Table, file: str, around: Table | None) -> None:
        if around is not None:
            message = f"phase `{item['phase']}` inside phase `{around['phase']}`"
            self.parent.builder.report(
                "include",
                item.position,
                message,
                "write it after the other phase, at the same level",
            )
            return
        first = len(self.rules)
        if "include" in item:
            self._include(item, file, item)
        else:
            self.items(item["rules"], file, item)
        self.phases.append(
            Phase(
                name=item["phase"],
                on_overlap=OnOverlap(item.get("on_overlap", "error")),
                rules=tuple(rule.name for rule in self.rules[first:]),
                position=item.position,
            )
        )

    def _include(self, item: Table, file: str, phase: Table | None) -> None:
        for pattern in item["include"]:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file), pattern))
            if leaves_project(path):
                self._report(pattern, f"`{pattern}` leaves the project")
                continue
            found = [name for name in self.parent.files.matching(path) if name != file]
            if not found:
                self._report(
                    pattern, f"no other file matches `{pattern}`", f"mmctl looked for `{path}`"
                )
            for name in found:
                self._include_file(name, pattern, phase)

    def _include_file(self, name: str, pattern: Text, phase: Table | None) -> None:
        if name in self.stack:
            chain = " → ".join([*self.stack, name])
            self._report(pattern, f"the includes form a circle: {chain}")
            return
        if len(self.stack) >= _DEEPEST:
            message = f"files are included more than {_DEEPEST} levels deep"
            self._report(pattern, message, f"include `{name}` in a rule set")
            return
        first = self.parent.included.get(name)
        if first is not None:
            self._report(pattern, f"`{name}` is included a second time, first at {first}")
            return
        self.parent.included[name] = pattern.position
        items = self.parent.files.rules_of(name, pattern.position)
        if items is not None:
            self.stack.append(name)
            self.items(items, name, phase)
            self.stack.pop()

    def _rule(self, table: Table, phase: Table | None) -> LogicalRule | None:
        environments = table.get("environments")
        elsewhere = environments is not None and self.parent.environment not in environments
        builder = self.parent.builder
        problems, incomplete = len(builder.problems), len(builder.incomplete)
        rule = self._built(table, phase)
        if elsewhere:
            # Problems of a rule for another environment are reported when that one is read.
            del builder.problems[problems:], builder.incomplete[incomplete:]
        return rule

    def _built(self, table: Table, phase: Table | None) -> LogicalRule | None:
        """The rule; None if a part of it could not be read: half a rule means something else.

        The parts that could be read are still checked, so that all mistakes are reported at once.
        """
        at = table.values_at.get("name", table.position)
        shared: dict[str, Any] = phase or {}
        conditions = [*shared.get("conditions", ()), *table.get("conditions", ())]
        unless = [*shared.get("unless", ()), *table.get("unless", ())]
        actions = table.get("actions", [])
        written: Text | str = table.get("live_name") or table.get("name") or _UNREAD
        live = None if written == "none" and "live_name" in table else written
        members: dict[str, Any] = {
            "Conditions": [condition_members(condition) for condition in conditions],
            "Unless": [condition_members(condition) for condition in unless],
            "Actions": [action_members(action) for action in actions] or [{"Drop": {}}],
        }
        if live is not None:
            members["Name"] = live
        places: dict[Path, Position] = {(key,): value for key, value in table.values_at.items()}
        for member, items in (("Conditions", conditions), ("Unless", unless), ("Actions", actions)):
            for index, item in enumerate(items):
                places[member, index] = next(iter(item.keys_at.values()), item.position)
        shape, positions = self.parent.builder.build(Rule, members, otherwise=at, places=places)
        self._check_stop(actions)
        if table.get("refuse", False):
            for problem in refusing_problems(conditions, unless, actions, table.keys_at["refuse"]):
                self.parent.builder.report(REFUSE, *problem)
        if shape is None:
            self._keep_parts(members, positions)
            return None
        if not (complete(table) and _shares_all(shared)):
            self.parent.builder.incomplete.append((shape, positions))
            return None
        return LogicalRule(
            name=str(table["name"]),
            rule=shape,
            stop=any(STOP in action for action in actions),
            phase=shared.get("phase"),
            description=table.get("description"),
            owner=table.get("owner"),
            ticket=table.get("ticket"),
            expires=table.get("expires"),
            enabled=table.get("enabled", True),
            shadow=table.get("shadow", False),
            final=table.get("final", False),
            refuse=table.get("refuse", False),
            count_own=table.get("count") == "own",
            environments=None
            if "environments" not in table
            else tuple(str(name) for name in table["environments"]),
            position=at,
            positions=positions,
        )

    def _keep_parts(self, members: dict[str, Any], positions: Positions) -> None:
        """The valid parts of a rule that the service would refuse: their names are checked."""
        for member, part in _PARTS.items():
            for index, item in enumerate(members[member]):
                with suppress(ShapeError):
                    kept = part.logical(item), positions.below((member, index))
                    self.parent.builder.incomplete.append(kept)

    def _check_stop(self, actions: list[Table]) -> None:
        """Check that `stop` follows an action that delivers or stores; a rule has one end."""
        keeps = False
        for action in actions:
            ((key, _),) = action.items()
            if key == STOP and not keeps:
                self.parent.builder.report(
                    "one-of",
                    action.keys_at[key],
                    "`stop` before anything was delivered or stored",
                    "put it after `relay`, `send`, `archive` …, or write `drop`",
                )
            keeps = keeps or WORDS[key].keeps

    def _report(self, pattern: Text, message: str, help: str | None = None) -> None:
        self.parent.builder.report("include", pattern.position, message, help)


def _shares_all(phase: dict[str, Any]) -> bool:
    """Whether everything that the rules of a phase share could be read."""
    own = {key: value for key, value in phase.items() if key not in {"rules", "include"}}
    failed = isinstance(phase, Table) and phase.failed
    return not failed and all(map(complete, own.values()))
