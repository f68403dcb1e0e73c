"""A deployer of templates, as far as CloudFormation's guide says what one does with a stack.

It compares templates and never what is live; it tags what it makes; it deletes what is taken out of
the template unless the policy that was deployed before says `Retain`; a policy by itself is no
change, and is not deployed. References become the ids of what was made.
"""

from __future__ import annotations

import json
import re
import sqlite3
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

PREFIX: Final = "AWS::SES::MailManager"
ORDER: Final = ("AddressList", "Relay", "Archive", "TrafficPolicy", "RuleSet", "IngressPoint")
POLICIES: Final = ("DeletionPolicy", "UpdateReplacePolicy")


@dataclass
class Deployed:
    """One resource of the stack."""

    noun: str
    id: str
    properties: dict[str, Any]
    about: dict[str, Any]
    policy: str = "Delete"


@dataclass
class Stack:
    """A stack, deployed with a client of the API."""

    name: str
    client: Any
    database: Path
    resources: dict[str, Deployed] = field(default_factory=dict)

    def change_set(self, template: dict[str, Any]) -> list[tuple[str, str]]:
        """What a deploy of the template would do: `Add`, `Modify` or `Remove`, and to what."""
        wanted = template["Resources"]
        changes = [("Remove", name) for name in self.resources if name not in wanted]
        for name, resource in wanted.items():
            there = self.resources.get(name)
            if there is None:
                changes.append(("Add", name))
                continue
            changed = self._given(resource["Properties"]) != there.properties
            if changed or resource.get("Metadata") != there.about.get("Metadata"):
                changes.append(("Modify", name))
        return changes

    def deploy(self, template: dict[str, Any]) -> list[tuple[str, str]]:
        """Carry the changes out, and say what they were; without one, nothing is deployed."""
        changes = self.change_set(template)
        if not changes:
            return []
        wanted = template["Resources"]
        for name in sorted(wanted, key=lambda each: ORDER.index(_noun(wanted[each]))):
            resource = wanted[name]
            given, noun = self._given(resource["Properties"]), _noun(resource)
            there = self.resources.get(name)
            if there is None:
                made = self._call("create", noun, given)[f"{noun}Id"]
                self.resources[name] = Deployed(noun, made, given, deepcopy(resource))
                self._tag(made)
            elif given != there.properties:
                members = {k: v for k, v in given.items() if k != "IngressPointName"}
                self._call("update", noun, members | {f"{noun}Id": there.id})
                there.properties = given
            self.resources[name].about = deepcopy(resource)
            self.resources[name].policy = resource.get("DeletionPolicy", "Delete")
        for kind, name in changes:
            if kind == "Remove":
                gone = self.resources.pop(name)
                if gone.policy != "Retain":
                    self._call("delete", gone.noun, {f"{gone.noun}Id": gone.id})
        return changes

    def _given(self, value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"Ref"}:
                return self._id(value["Ref"])
            if set(value) == {"Fn::GetAtt"}:
                return self._id(value["Fn::GetAtt"][0])
            return {key: self._given(inner) for key, inner in value.items()}
        return [self._given(each) for each in value] if isinstance(value, list) else value

    def _id(self, name: str) -> str:
        return self.resources[name].id if name in self.resources else name

    def _call(self, verb: str, noun: str, members: dict[str, Any]) -> Any:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", noun).lower()
        return getattr(self.client, f"{verb}_{name}")(**members)

    def _tag(self, id: str) -> None:
        """Set the tag that only AWS can set."""
        with sqlite3.connect(self.database) as database:
            (tags,) = database.execute("select tags from resource where id = ?", (id,)).fetchone()
            known = json.loads(tags) | {"aws:cloudformation:stack-name": self.name}
            database.execute("update resource set tags = ? where id = ?", (json.dumps(known), id))


def _noun(resource: dict[str, Any]) -> str:
    return str(resource["Type"]).removeprefix(PREFIX)
