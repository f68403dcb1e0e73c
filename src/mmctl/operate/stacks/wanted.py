"""A stack as a project wants it, whose it is, and what its template needs."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import Refused
from mmctl.operate.templates.tagging import ENVIRONMENT_TAG, PROJECT_TAG
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.live.state.stacks import StackState
    from mmctl.operate.stacks.service import StackService

CHANGE_SET: Final = "mmctl-"
"""How the names of change sets of mmctl begin."""
_NAMED: Final = frozenset(
    {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::InstanceProfile"}
)
_NAMES: Final = frozenset({"RoleName", "ManagedPolicyName", "InstanceProfileName"})
_IDENTITY: Final = "AWS::IAM::"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedStack:
    """A stack as it should be."""

    name: str
    document: Mapping[str, Any]
    """The template."""
    tags: Mapping[str, str]
    """Of the stack itself: they say whose it is."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    """Whether CloudFormation itself is to refuse its deletion."""
    down: str
    """The command that takes it away."""

    @property
    def text(self) -> str:
        """The template as it is sent: the same bytes for the same content."""
        return json.dumps(self.document, separators=(",", ":"), sort_keys=True)

    @property
    def change_set(self) -> str:
        """The name of the change set that brings it about."""
        content = json.dumps([self.text, sorted(self.parameters.items())])
        return f"{CHANGE_SET}{sha256(content.encode()).hexdigest()[:24]}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What CloudFormation wants to be told about the template: that it makes roles, by name."""
        resources = [
            each for each in self.document.get("Resources", {}).values() if isinstance(each, dict)
        ]
        if any(_NAMES & set(each.get("Properties") or ()) for each in resources if _is_named(each)):
            return ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
        makes = any(str(each.get("Type", "")).startswith(_IDENTITY) for each in resources)
        return ("CAPABILITY_IAM",) if makes else ()


def check_ours(wanted: WantedStack, service: StackService, stack: StackState) -> None:
    """Refuse a stack that was not made for this environment of this project.

    Raises:
        Refused: its tags do not say that it was.
    """
    tags = dict(stack.tags)
    if not tags and stack.status == "REVIEW_IN_PROGRESS":
        tags = _announced(service, stack)
    theirs = {name: tags.get(name) for name in (PROJECT_TAG, ENVIRONMENT_TAG)}
    if all(value == wanted.tags.get(name) for name, value in theirs.items()):
        return
    said = ", ".join(f"`{name}: {value}`" for name, value in theirs.items() if value is not None)
    raise Refused(
        f"the stack `{stack.name}` is not ours: it has {said or f'no tag `{PROJECT_TAG}`'}",
        why="it was made by somebody else, or for another project or environment",
        help="give ours another name: `stack: {name: …}` of the environment in mmctl.yaml",
    )


def _announced(service: StackService, stack: StackState) -> dict[str, str]:
    """The tags that the change sets of a stack without resources want for it, if all agree."""
    found = [service.change_set(stack.id, name) for name in service.change_sets(stack.id)]
    tags = [dict(each.tags) for each in found if each is not None]
    return tags[0] if tags and all(each == tags[0] for each in tags) else {}


def _is_named(resource: Mapping[str, Any]) -> bool:
    return resource.get("Type") in _NAMED
