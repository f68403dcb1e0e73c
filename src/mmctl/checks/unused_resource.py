"""A relay, archive, address list, add-on or traffic policy that nothing refers to.

What it does:
    Looks for every resource by name in all rules (those of other environments and disabled ones
    too), policies and ingress points. A project without any rule set, or for policies without any
    ingress point, counts as a library of resources and is not reported; nor are kinds with a
    reference by id, or by an unknown name (`unknown-name`: it may be the missing one).

Why it is bad:
    Usually a reference is missing: a list that blocks nobody, a policy that guards nothing. Add-ons
    cost money from the day of their subscription.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    address_lists:
      blocked: {members: ["*@spam.example"]}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {in_address_list: blocked}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    address_lists:
      blocked: {members: ["*@spam.example"]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.references import is_raw, references
from mmctl.model.kinds import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Project

IN_RULES: Final = tuple(kind for kind in Kind if kind.row.named_by)


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the resources that nothing names."""
    project = subject.project
    looked_at = (*IN_RULES,) if project.rule_sets else ()
    if project.ingress_points:
        looked_at = (*looked_at, Kind.TRAFFIC_POLICY)
    used = frozenset(_used(project))
    unclear = {kind for kind, name in used if is_raw(name) or not _is_known(project, kind, name)}
    for kind in (kind for kind in looked_at if kind not in unclear):
        for name, resource in project.of_kind(kind).items():
            if (kind, name) not in used:
                yield finding(
                    resource,
                    (),
                    f"nothing refers to the {kind.noun} `{name}`",
                    help=_advice(kind),
                    # Mail in an archive stays readable only while the archive exists.
                    severity=Severity.INFO if kind.row.loses else None,
                )


def _used(project: Project) -> Iterator[tuple[Kind, str]]:
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            yield from ((reference.kind, reference.name) for reference in references(rule.rule))
    for policy in project.traffic_policies.values():
        yield from ((reference.kind, reference.name) for reference in references(policy.policy))
    for point in project.ingress_points.values():
        for reference in references(point.ingress_point):
            yield reference.kind, reference.name


def _is_known(project: Project, kind: Kind, name: str) -> bool:
    environments = project.settings.environments.values()
    return name in project.of_kind(kind) or any(
        name in environment.bindings.get(kind, {}) for environment in environments
    )


def _advice(kind: Kind) -> str:
    loses = kind.row.loses
    if loses is not None:
        return f"to keep it for {loses}, add an ignore comment; otherwise remove it"
    return "name it where it should be used, or remove it"


CHECK = Check(
    id="unused-resource", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
