"""Two environments that write to the same place.

What it does:
    Compares account, region and endpoint of the environments in `mmctl.yaml`. Where no account is
    written, it uses the profile or the account in `role_arn`; embedded environments without an
    account share one, and are a warning. It does not report environments without a difference in
    variables, bindings or rules, because they write the same.

Why it is bad:
    mmctl marks its objects with the project, not with the environment. An apply of one environment
    overwrites objects with the same name in the other, and removes the rest.

Bad:
    version: 1
    project: example
    environments:
      staging: {account: "111122223333", region: us-east-1, vars: {domain: test.example.com}}
      prod: {account: "111122223333", region: us-east-1, vars: {domain: example.com}}

Good:
    version: 1
    project: example
    environments:
      staging: {account: "111122223333", region: us-east-1, vars: {domain: test.example.com}}
      prod: {account: "444455556666", region: us-east-1, vars: {domain: example.com}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject
from mmctl.language.formatting.fix import plain
from mmctl.language.project import EMBEDDED
from mmctl.problem import Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from mmctl.language.project import Environment, Project

_ACCOUNT: Final = 4
"""The index of the account in an ARN, between colons."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield each environment that has the same target as one above it."""
    first: dict[Hashable, Environment] = {}
    for environment in subject.project.settings.environments.values():
        target = _target(environment)
        above = environment if target is None else first.setdefault(target, environment)
        if above is not environment and _differ(subject.project, above, environment):
            embedded = environment.endpoint == EMBEDDED
            yield Finding(
                positions=Positions({(): environment.position}),
                path=(),
                message=f"`{environment.name}` writes to the same place as `{above.name}`"
                f" (line {above.position.line}): each apply of one undoes the other's",
                help="give it a separate account; for embedded, any 12 digits will do"
                if embedded
                else "give it a separate account, region or project",
                severity=Severity.WARNING if embedded else None,
            )


def _differ(project: Project, one: Environment, other: Environment) -> bool:
    """Whether the files say different things for two environments."""
    named = any("${env." in text for text in project.files.values())
    return named or _written(project, one) != _written(project, other)


def _written(project: Project, environment: Environment) -> tuple[object, ...]:
    variables = {name: plain(node) for name, node in environment.variables.items()}
    lives = [
        rule.environments is None or environment.name in rule.environments
        for rule_set in project.rule_sets.values()
        for rule in rule_set.rules
    ]
    return (variables, environment.bindings, lives)


def _target(environment: Environment) -> Hashable | None:
    """A key that is equal for two environments exactly when they have the same target, if known."""
    account = environment.account
    if account is None and environment.role_arn is not None:
        parts = environment.role_arn.split(":")
        account = parts[_ACCOUNT] if len(parts) > _ACCOUNT else None
    if account is None and environment.endpoint is None:
        if environment.profile is None:
            return None
        account = f"of profile {environment.profile}"
    return (environment.endpoint, account, environment.region)


CHECK = Check(id="shared-target", severity=Severity.ERROR, text=__doc__, run=run)
