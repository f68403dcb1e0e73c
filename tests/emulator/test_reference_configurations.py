"""Public configurations: the valid ones go in and come back, the broken ones are refused by field.

Their ids of rule sets and policies stand for things created elsewhere, so they are replaced by
those of the first rule set and policy of the file, or of an empty one.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from mmctl.emulator.service_error import ServiceError

HERE = Path(
    os.environ.get(
        "MMCTL_REFERENCE_CONFIGS",
        Path(__file__).parents[2].parent / "shared" / "reference" / "configs",
    )
)
FILES = sorted(HERE.glob("*.json"))
VALID = [path for path in FILES if not path.name.startswith("broken-")]
BROKEN = [path for path in FILES if path.name.startswith("broken-")]
WHERE = {"account": "111122223333", "region": "eu-west-1"}
KINDS = {
    "relays": "Relay",
    "archives": "Archive",
    "addressLists": "AddressList",
    "ruleSets": "RuleSet",
    "trafficPolicies": "TrafficPolicy",
    "ingressPoints": "IngressPoint",
}
EMPTY: dict[str, dict[str, Any]] = {
    "RuleSet": {"RuleSetName": "elsewhere", "Rules": []},
    "TrafficPolicy": {
        "TrafficPolicyName": "elsewhere",
        "DefaultAction": "DENY",
        "PolicyStatements": [],
    },
}


def each(paths: list[Path]) -> pytest.MarkDecorator:
    if paths:
        return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)
    skip = pytest.mark.skip(reason=f"no configurations in {HERE.name}: set MMCTL_REFERENCE_CONFIGS")
    return pytest.mark.parametrize("path", [pytest.param(None, marks=skip)])


def as_read(asked: dict[str, Any]) -> dict[str, Any]:
    """What reading gives for a request: no secrets, no CONTINUE, tags elsewhere."""
    hidden = ("Tags", "IngressPointConfiguration")
    kept = {name: value for name, value in asked.items() if name not in hidden}
    for rule in kept.get("Rules", []):
        for action in rule["Actions"]:
            for members in action.values():
                if members.get("ActionFailurePolicy") == "CONTINUE":
                    del members["ActionFailurePolicy"]
    return kept


@each(VALID)
def test_valid_configurations_are_created_and_read_back(embedded: Any, path: Path) -> None:
    configuration = json.loads(path.read_text())
    first: dict[str, str] = {}
    for section, kind in KINDS.items():
        for asked in configuration.get(section, []):
            if kind == "IngressPoint":
                for part, empty in EMPTY.items():
                    if part not in first:
                        first[part] = embedded.call(f"Create{part}", empty, **WHERE)[f"{part}Id"]
                    asked[f"{part}Id"] = first[part]
            identifier = embedded.call(f"Create{kind}", asked, **WHERE)[f"{kind}Id"]
            first.setdefault(kind, identifier)
            answer = embedded.call(f"Get{kind}", {f"{kind}Id": identifier}, **WHERE)
            expected = as_read(asked)
            assert {name: answer[name] for name in expected} == expected
            arn = {"ResourceArn": answer[f"{kind}Arn"]}
            tags = embedded.call("ListTagsForResource", arn, **WHERE)["Tags"]
            assert tags == asked.get("Tags", [])


@each(BROKEN)
def test_broken_configurations_are_refused_naming_each_field(embedded: Any, path: Path) -> None:
    configuration = json.loads(path.read_text())
    for finding in configuration["strictModelCheck"]:
        section, index, field = parse(finding)
        asked = configuration[section][index]
        with pytest.raises(ServiceError) as refused:
            embedded.call(f"Create{KINDS[section]}", asked, **WHERE)
        assert refused.value.code == "ValidationException"
        assert field.lower() in refused.value.message.lower()


def parse(finding: str) -> tuple[str, int, str]:
    """Section, index and field of a finding such as `ruleSets[0].Rules[0]: unknown field X`."""
    found = re.match(r"(\w+)\[(\d+)\](\S*): (.*)", finding)
    assert found is not None, finding
    section, index, path, text = found.groups()
    named = re.match(r"(?:unknown field|missing required) (\w+)", text)
    last = re.sub(r"\[\d+\]$", "", path.rsplit(".", 1)[-1])
    return section, int(index), named[1] if named else last
