"""The project file → settings: environments, variables, readings, where files are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.project import (
    EMBEDDED,
    PROOF_EFFORT,
    After,
    Brakes,
    Environment,
    LintSettings,
    Settings,
)
from mmctl.language.readings import Readings, settled_by
from mmctl.language.stack import SENDER
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Scalar
from mmctl.language.text.nodes import Sequence as SequenceNode
from mmctl.model.kinds import Kind
from mmctl.problem import Position, Severity
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.company_rules import CompanyRule
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.stack import Stack
    from mmctl.language.text.nodes import Node
    from mmctl.language.text.placed import Table

DEFAULT_RULES: Final = ("rules/**/*.yaml",)
DEFAULT_CASES: Final = ("cases/**/*.yaml",)
WITHOUT_A_PROJECT: Final = ("*.yaml", *DEFAULT_RULES)
"""Where to look for rules in a folder without a project file; other folders belong to others."""
DEFAULT_SNAPSHOTS: Final = ".mmctl/snapshots"
LOCAL: Final = "local"
"""The environment of a project that defines none."""


def default_settings(name: str) -> Settings:
    """The settings of a folder without a project file: one embedded environment, `local`."""
    local = _local(Position(file=PROJECT_FILE))
    return Settings(
        project=name,
        rules=WITHOUT_A_PROJECT,
        cases=DEFAULT_CASES,
        snapshots=DEFAULT_SNAPSHOTS,
        variables={},
        readings=Readings(),
        lint=LintSettings(expired=Severity.WARNING),
        environments={local.name: local},
        default_environment=local.name,
        file=None,
    )


def settings_of(
    table: Table, node: Node, builder: Builder, used: Mapping[str, tuple[str, ...]]
) -> Settings:
    """The settings that a project file states, with the defaults for the rest.

    `node` is the file itself, from which variables are taken as written; `used` are the outputs of
    stacks that environments use. What company rules cannot say is reported to the builder.
    """
    position = table.position
    environments = {
        name: _environment(
            name, value, _child(_child(node, "environments"), name), used.get(name, ())
        )
        for name, value in table.get("environments", {}).items()
    } or {LOCAL: _local(position)}
    lint = table.get("lint", {})
    return Settings(
        project=table.get("project", "mmctl"),
        rules=tuple(table.get("rules", DEFAULT_RULES)),
        cases=tuple(table.get("cases", DEFAULT_CASES)),
        snapshots=table.get("snapshots", DEFAULT_SNAPSHOTS),
        variables=_variables(node),
        readings=Readings.of(table.get("semantics", {})),
        settled=settled_by(table.get("semantics", {})),
        lint=LintSettings(
            require_owner=lint.get("require_owner", False),
            require_format=lint.get("require_format", False),
            expired=Severity(lint.get("expired", "warning")),
            known_members=tuple(lint.get("known_members", ())),
            ignore_files=tuple(map(str, lint.get("ignore_files", ()))),
            company_rules=_company_rules(lint, builder),
            proof_effort=lint.get("proof_effort", PROOF_EFFORT),
        ),
        environments=environments,
        default_environment=table.get("default_environment", next(iter(environments))),
        default_ingress_point=table.get("default_ingress_point"),
        file=PROJECT_FILE,
    )


def _company_rules(lint: Table, builder: Builder) -> tuple[CompanyRule, ...]:
    if not ("forbid" in lint or "require" in lint):
        return ()
    from mmctl.language.parsing.company_rules import company_rules  # noqa: PLC0415 - few projects

    return company_rules(lint, builder)


def _environment(
    name: str, table: Table, node: Node | None, outputs: tuple[str, ...]
) -> Environment:
    brakes = table.get("brakes", {})
    stack: Table | None = table.get("stack")
    bindings: dict[str, Any] = table.get("bindings", {})
    return Environment(
        name=name,
        endpoint=table.get("endpoint"),
        account=table.get("account"),
        region=table.get("region"),
        profile=table.get("profile"),
        role_arn=table.get("role_arn"),
        protected=table.get("protected", False),
        after=_after(table.get("after")),
        snapshots=table.get("snapshots"),
        plan_key=table.get("plan_key"),
        brakes=Brakes(
            max_change_percent=brakes.get("max_change_percent", Brakes().max_change_percent),
            max_deletes=brakes.get("max_deletes", Brakes().max_deletes),
            max_behaviour_change=brakes.get("max_behaviour_change"),
        ),
        variables=_variables(node),
        bindings={Kind(kind): dict(ids) for kind, ids in bindings.items()},
        stack=None if stack is None else _stack(stack),
        stack_outputs=(*outputs, *_of_sender(stack)),
        position=table.position,
        region_position=_position(_child(node, "region")),
    )


def _of_sender(stack: Table | None) -> tuple[str, ...]:
    """The output that an environment with a sender uses, whatever else its files use."""
    return (SENDER,) if stack is not None and stack.get("sender", False) else ()


def _stack(table: Table) -> Stack | None:
    from mmctl.language.parsing.stack import stack_of  # noqa: PLC0415 - few projects

    return stack_of(table)


def _after(written: Any) -> After | None:
    """The environment before: its name alone warns, a table with it is a gate."""
    if written is None:
        return None
    if isinstance(written, str):
        return After(environment=str(written))
    return After(
        environment=str(written["environment"]),
        gate=True,
        min_cases=written.get("min_cases", After(environment="").min_cases),
    )


def _position(node: Node | None) -> Position | None:
    return None if node is None else node.position


def _local(position: Position) -> Environment:
    return Environment(name=LOCAL, endpoint=EMBEDDED, position=position)


def _variables(node: Node | None) -> dict[str, Node]:
    variables = _child(node, "vars")
    if not isinstance(variables, MappingNode):
        return {}
    return {key.text: _unescaped(value) for key, value in variables.entries}


def _unescaped(node: Node) -> Node:
    """The value of a variable, in which `$${` is a literal `${`."""
    match node:
        case Scalar():
            return replace(node, text=node.text.replace("$${", "${"))
        case SequenceNode():
            return replace(node, items=tuple(_unescaped(item) for item in node.items))
        case MappingNode():
            return node
        case _:
            assert_never(node)


def _child(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MappingNode) else None
