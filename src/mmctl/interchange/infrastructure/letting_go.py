"""The steps by which another tool lets go of resources without destroying them, in a safe order.

At no moment does mail meet other rules: no step changes what is live before mmctl does, and none
deletes anything. Sources: "DeletionPolicy attribute" (AWS CloudFormation User Guide: it cannot be
updated by itself), "removed block" and "state rm" (Terraform documentation).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.interchange.infrastructure.found import FoundResource
    from mmctl.interchange.infrastructure.taking import ReferenceLeft, Taking

_INDEX: Final = re.compile(r"\[[^\]]*\]")


def steps_of(tool: str, made: Taking, folder: str) -> list[str]:
    """The steps in lines, numbered; `folder` is where the rule files were written."""
    steps = _of_terraform(made) if tool == "terraform" else _of_cloudformation(made)
    if made.unbound:
        steps.insert(0, _bindings(made.unbound, tool))
    steps.append(_adopt(tool, made, folder))
    lines = []
    for number, (first, *more) in enumerate(steps, 1):
        lines += [f"{number}. {first}", *(f"   {line}".rstrip() for line in more)]
    return [visible(line) for line in lines]


def _bindings(unbound: Sequence[FoundResource], tool: str) -> list[str]:
    command = (
        "terraform state show ADDRESS"
        if tool == "terraform"
        else "aws cloudformation describe-stack-resources --stack-name STACK"
    )
    return [
        "write the ids of what stays under `bindings` of each environment in mmctl.yaml:",
        *(f"{each.kind.value}: {each.name} (there {each.label})" for each in unbound),
        f"found by: {command}",
    ]


def _literal(references: Sequence[ReferenceLeft], what: str) -> list[str]:
    return [
        f"where the rest names them, write {what}, which changes nothing live:",
        *(
            f"{each.position.file}:{each.position.line}: {each.member} of {each.by.label} "
            f"names {each.to.label}"
            for each in references
        ),
    ]


def _of_cloudformation(made: Taking) -> list[list[str]]:
    kept = [each for each in made.taken if not each.retained]
    steps = []
    if kept:
        steps.append(
            [
                "give these `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain`; deploy;",
                "a policy alone is no change for CloudFormation: change their `Metadata` too",
                *(f"{_place(each)} {each.label}" for each in kept),
            ]
        )
    if made.references:
        steps.append(_literal(made.references, "the physical id or a parameter with it"))
    steps.append(
        [
            "take the resources out of the template, make a change set, and read it: it must only",
            "remove them, and nothing else; then execute it",
            *(f"{_place(each)} {each.label}" for each in made.taken),
        ]
    )
    return steps


def _of_terraform(made: Taking) -> list[list[str]]:
    steps = []
    if made.references:
        steps.append(_literal(made.references, "the id itself or a variable with it"))
    steps.append(
        [
            "replace their resource blocks with these (Terraform 1.7 or newer):",
            *(line for each in _addresses(made.taken) for line in _removed(each)),
        ]
    )
    addresses = " ".join(f"'{each}'" for each in _addresses(made.taken))
    steps.append(
        [
            "`terraform plan` must say `0 to add, 0 to change, 0 to destroy`; then apply it;",
            "an older Terraform knows no such block: with it, before any block is deleted,",
            f"terraform state rm {addresses}",
        ]
    )
    return steps


def _addresses(taken: Sequence[FoundResource]) -> list[str]:
    """Their addresses without the keys of instances, which a `removed` block cannot have."""
    return list(dict.fromkeys(_INDEX.sub("", each.label) for each in taken))


def _removed(address: str) -> Iterator[str]:
    yield "removed {"
    yield f"  from = {address}"
    yield "  lifecycle {"
    yield "    destroy = false"
    yield "  }"
    yield "}"


def _place(resource: FoundResource) -> str:
    at = resource.positions.at(())
    return f"{at.file}:{at.line}:"


def _adopt(tool: str, made: Taking, folder: str) -> list[str]:
    count = counted(len(made.taken), "object")
    flag = " --adopt-from cloudformation:STACK" if tool == "cloudformation" else ""
    return [
        f"mmctl -C {folder} plan --env ENV: it must only adopt {count}; then",
        f"mmctl -C {folder} apply --env ENV --adopt{flag}",
    ]
