"""The same question is packed once; what a memory has is used only if it is whole."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from companies import company

from mmctl.compiler.packing import pack
from mmctl.compiler.packing.memory import IN_PROCESS, MOST, ProcessMemory
from mmctl.compiler.packing.remembering import digest_of, key_of, packed_once, recalled
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from mmctl.language.project import Project

FILES = company(3, rules=80)


def read(files: dict[str, str] = FILES) -> Project:
    project, problems = read_text(files)
    assert not [each for each in problems if each.severity == "error"]
    return project


def changed(old: str, new: str, path: str = "rules/gateway.yaml") -> dict[str, str]:
    assert old in FILES[path]
    return {**FILES, path: FILES[path].replace(old, new, 1)}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IN_PROCESS, "_known", {})


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("it is packed again")


def test_what_was_packed_is_not_packed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, project = ProcessMemory(), read()
    rule_set = project.rule_sets["inbound"]
    first = packed_once(project, rule_set, memory)
    assert first.is_packed
    assert first.is_used
    monkeypatch.setattr(pack, "packed", forbidden)
    assert packed_once(project, rule_set) == first
    monkeypatch.setattr(IN_PROCESS, "_known", {})
    assert packed_once(project, rule_set, memory) == first
    moved = read(changed("version: 1\n", "# Moved down.\n\nversion: 1\n"))
    again = packed_once(moved, moved.rule_sets["inbound"], memory)
    assert again != first
    assert [each.rule.rule for each in again.rules] == [each.rule.rule for each in first.rules]
    lines = [each.rules[0].sources[0].position.line for each in (first, again)]
    assert lines[1] == lines[0] + 2


def test_everything_that_a_packing_depends_on_is_in_its_key() -> None:
    lists = "address_lists:\n  some: {members: [a@scam.example]}\n"
    listed = "from: {in_address_list: some}"
    listing = f"rules:\n      - {{name: first, conditions: [{{{listed}}}], actions: [drop]}}\n"
    with_list = {
        **changed("rules:\n", listing),
        "rules/resources.yaml": FILES["rules/resources.yaml"] + lists,
    }
    versions = [
        FILES,
        changed("ends_with", "starts_with"),
        changed("@scam", "@sham"),
        changed("    duplicates: ignore\n", ""),
        changed("on_overlap: error", "on_overlap: any"),
        changed("            conditions:", "            shadow: true\n            conditions:"),
        {**FILES, "mmctl.yaml": FILES["mmctl.yaml"] + "semantics: {first_match: yes}\n"},
        with_list,
        {
            **with_list,
            "rules/resources.yaml": with_list["rules/resources.yaml"].replace("a@scam", "b@scam"),
        },
    ]
    keys = []
    for files in versions:
        project = read(files)
        rule_set = project.rule_sets["inbound"]
        gateway = gateway_of_rule_set(project, "inbound")
        keys += [key_of(rule_set, gateway), key_of(rule_set, gateway, "public-mx")]
    assert len(set(keys)) == len(keys)


DAMAGES: dict[str, Any] = {
    "no packing": lambda each: each.pop("packing"),
    "another format": lambda each: each.update(format=0),
    "another key": lambda each: each.update(key="0" * 64),
    "another digest": lambda each: each.update(digest="0" * 64),
    "a number": lambda each: each.update(packing=7),
    "nothing": lambda each: each.clear(),
    "a rule less": lambda each: each["packing"]["rules"].pop(),
    "a value less": lambda each: each["packing"]["lists"][0][1].pop(),
}
FORGERIES: dict[str, Any] = {
    "a list of another name": lambda body: body["lists"][0].__setitem__(0, "mm.inbound.0123456789"),
    "a member less": lambda body: body["lists"][0][1].pop(),
    "a source that is not there": lambda body: body["rules"][0].update(sources=[100_000]),
    "a source before the first": lambda body: body["rules"][0].update(sources=[-1]),
    "no source": lambda body: body["rules"][0].update(sources=[]),
    "a rule that is none": lambda body: body["rules"][1].update(
        name="a", stop=False, rule={"A": 1}
    ),
    "a stop that is a text": lambda body: body["rules"][1].update(stop="yes", name="a", rule={}),
    "it fits not": lambda body: body.update(fits=False),
    "more rules than fit": lambda body: body.update(rules=body["rules"] * 3),
    "another rule set": lambda body: body.update(rule_set="outbound"),
    "no proof": lambda body: body.pop("proof"),
    "a proof that is a text": lambda body: body.update(proof="yes"),
}


def test_what_is_damaged_or_of_another_question_is_made_anew() -> None:
    memory, project = ProcessMemory(), read()
    rule_set, gateway = project.rule_sets["inbound"], gateway_of_rule_set(project, "inbound")
    packing = packed_once(project, rule_set, memory)
    key = key_of(rule_set, gateway)
    whole = memory.get(key)
    assert whole is not None
    assert recalled(memory, key, rule_set, gateway) == packing
    used = []
    for name, damage in (*DAMAGES.items(), *FORGERIES.items()):
        document = copy.deepcopy(whole)
        if name in FORGERIES:
            damage(document["packing"])
            document["digest"] = digest_of(document["packing"])
        else:
            damage(document)
        memory.put(key, document)
        if recalled(memory, key, rule_set, gateway) is not None:
            used.append(name)
    assert not used
    IN_PROCESS.put(key, {})
    assert packed_once(project, rule_set, memory) == packing
    assert memory.get(key) == whole


def test_a_process_keeps_the_last_few() -> None:
    memory = ProcessMemory()
    for number in range(MOST + 5):
        memory.put(str(number), {"number": number})
    assert memory.get("4") is None
    assert memory.get("5") == {"number": 5}
    assert memory.get(str(MOST + 4)) == {"number": MOST + 4}
