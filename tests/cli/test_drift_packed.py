"""What is changed by hand in packed live rules is reported, and written, in logical rules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.many_rules import blocked, gateway, many
from mmctl.cli.embedded import embedded_in
from mmctl.cli.main import exit_code
from mmctl.language.parsing.settings import default_settings
from mmctl.live.aws.connect import connect
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.live.aws.mail_manager import AwsMailManager

MAIN: Final = """\
version: 1
project: acme
rules: ["rules/*.yaml"]
environments:
  local: {endpoint: embedded}
default_environment: local
"""
SUBJECTS: Final = [
    f"{{name: lure-{number}, conditions: [{{subject: {{contains: [lure{number}]}}}}], "
    "actions: [drop]}"
    for number in range(5)
]


class Packed:
    """A project with packed rules that was applied, and the service behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "rules").mkdir(parents=True)
        (folder / "mmctl.yaml").write_text(MAIN, encoding="utf-8")
        self.write([*many(), *SUBJECTS])
        assert self.mmctl("apply", "--yes", "-q", "--force", "lint") == 0

    def write(self, rules: list[str]) -> None:
        (self.folder / "rules" / "all.yaml").write_text(gateway(rules), encoding="utf-8")

    @property
    def text(self) -> str:
        return (self.folder / "rules" / "all.yaml").read_text(encoding="utf-8")

    def mmctl(self, *words: str) -> int:
        return exit_code([words[0], "-C", str(self.folder), *words[1:]])

    @property
    def service(self) -> AwsMailManager:
        environment = replace(default_settings("here").environments["local"])
        now = datetime(2030, 1, 1, 9, tzinfo=UTC)
        return connect(environment, embedded_in(self.folder, clock=lambda: now))

    def rule_set(self) -> dict[str, Any]:
        (found,) = self.service.list(Noun.RULE_SET)
        return self.service.get(Noun.RULE_SET, found["RuleSetId"]) or {}

    def change(self, how: Callable[[list[dict[str, Any]]], object]) -> None:
        found = self.rule_set()
        rules = list(found["Rules"])
        how(rules)
        self.service.update(Noun.RULE_SET, found["RuleSetId"], {"Rules": rules})

    def list_with(self, member: str) -> str:
        (found,) = [
            each["AddressListId"]
            for each in self.service.list(Noun.ADDRESS_LIST)
            if member in (self.service.members(each["AddressListId"]) or ())
        ]
        return str(found)


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return Packed(tmp_path / "packed")


def named(rules: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(rule for rule in rules if rule["Name"] == name)


def values(rules: list[dict[str, Any]], name: str) -> list[str]:
    found: list[str] = named(rules, name)["Conditions"][0]["StringExpression"]["Values"]
    return found


def without_value(rules: list[dict[str, Any]]) -> None:
    values(rules, "mm.lure-0.etc").remove("lure3")


def with_value(rules: list[dict[str, Any]]) -> None:
    values(rules, "mm.lure-0.etc").append("prize")


def without_rule(rules: list[dict[str, Any]]) -> None:
    rules.remove(named(rules, "mm.lure-0.etc"))


def moved(rules: list[dict[str, Any]]) -> None:
    rules.append(rules.pop(rules.index(named(rules, "mark"))))


def with_rule(rules: list[dict[str, Any]]) -> None:
    condition = {
        "Evaluate": {"Attribute": "SUBJECT"},
        "Operator": "CONTAINS",
        "Values": ["worm"],
    }
    rules.insert(
        0,
        {
            "Name": "emergency",
            "Conditions": [{"StringExpression": condition}],
            "Actions": [{"Drop": {}}],
        },
    )


def other_action(rules: list[dict[str, Any]]) -> None:
    rule = named(rules, "mm.lure-0.etc")
    rule["Actions"] = [{"AddHeader": {"HeaderName": "X-Lure", "HeaderValue": "yes"}}]


BY_HAND: Final[dict[Callable[[list[dict[str, Any]]], None], tuple[set[tuple[str, str]], str]]] = {
    without_value: ({("removed", "lure-3")}, "lure3"),
    with_value: ({("changed", "lure-0")}, "prize"),
    without_rule: ({("removed", f"lure-{number}") for number in range(5)}, "lure0"),
    moved: ({("moved", "mark")}, ""),
    with_rule: ({("added", "emergency")}, "worm"),
}
"""What is done by hand: the edits of logical rules that report it, and a word that it is about."""


@pytest.mark.parametrize("how", BY_HAND, ids=lambda how: how.__name__)
def test_a_change_of_live_rules_is_reported_and_written_in_logical_rules(
    how: Callable[[list[dict[str, Any]]], None], packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, word = BY_HAND[how]
    packed.change(how)
    capsys.readouterr()
    assert packed.mmctl("drift", "--format", "json") == 2
    found = json.loads(capsys.readouterr().out)["by_hand"]
    assert {(edit["kind"], edit["name"]) for edit in found if edit["kind"] != "repacked"} == (
        expected
    )
    assert packed.mmctl("drift", "--write") == 0
    assert (word in packed.text) is (how not in {without_value, without_rule}) or not word
    capsys.readouterr()
    assert packed.mmctl("plan", "--format", "json", "--force", "lint") == 0
    plan = json.loads(capsys.readouterr().out)
    assert [edit for edit in plan["edits"] if edit["kind"] != "repacked"] == []


def test_what_no_logical_rules_say_exactly_is_reported_and_not_written(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    """One header where several rules would each add one: the files would treat mail otherwise."""
    packed.change(other_action)
    before = packed.text
    capsys.readouterr()
    assert packed.mmctl("drift", "--format", "json") == 2
    found = json.loads(capsys.readouterr().out)["by_hand"]
    assert {edit["name"] for edit in found if edit["kind"] == "changed"} == {
        f"lure-{number}" for number in range(5)
    }
    assert packed.mmctl("drift", "--write") == 1
    said = capsys.readouterr().out
    assert "no logical rules say exactly what is live" in said
    assert "what `lure-0` does may be done twice" in said
    assert packed.text == before


def test_a_foreign_member_goes_to_a_list_of_its_own_where_the_list_is_of_many_rules(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    packed.service.add_member(packed.list_with("*@bad-3.example"), "*@evil.example")
    capsys.readouterr()
    assert packed.mmctl("drift") == 2
    told = capsys.readouterr().out
    assert '"*@evil.example" in the compiled list of 30 rules:' in told
    assert "block-9" not in told
    assert packed.mmctl("drift", "--write") == 0
    said = capsys.readouterr().out
    assert "by-hand" in said
    assert " rules: block-0, block-1, " in said
    assert 'members: ["*@evil.example"]' in packed.text or "- '*@evil.example'" in packed.text
    assert packed.mmctl("plan", "--force", "lint") == 0
    assert "every message is treated alike" in capsys.readouterr().out


def test_a_foreign_member_goes_to_the_one_rule_whose_list_it_is(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    long = [f"@long-{number}.example" for number in range(14)]
    packed.write([blocked(0, *long), *SUBJECTS])
    assert packed.mmctl("apply", "--yes", "-q", "--allow-delete", "--force", "lint") in {0, 3}
    forced = ("--force", "size", "--force", "lint", "--force", "ordinary-mail")
    assert packed.mmctl("apply", "--yes", "-q", "--allow-delete", *forced) == 0
    packed.service.add_member(packed.list_with("*@long-3.example"), "*@evil.example")
    capsys.readouterr()
    assert packed.mmctl("drift", "--write") == 0
    assert '"@evil.example"' in packed.text
    assert "by-hand" not in packed.text


def test_a_member_that_was_removed_is_taken_out_of_the_rules_that_have_it(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    packed.service.remove_member(packed.list_with("*@bad-3.example"), "*@bad-3.example")
    capsys.readouterr()
    assert packed.mmctl("drift", "--format", "json") == 2
    found = json.loads(capsys.readouterr().out)["by_hand"]
    assert ("removed", "block-3") in {(edit["kind"], edit["name"]) for edit in found}
    assert packed.mmctl("drift", "--write") == 0
    assert "@bad-3.example" not in packed.text.replace("x@bad-3.example", "")


def test_an_import_writes_the_logical_rules_that_the_history_knows(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert packed.mmctl("import") == 0
    written = capsys.readouterr()
    assert "name: block-3\n" in written.out
    assert "mm." not in written.out
    assert "hold several rules" not in written.err


def test_an_import_without_history_writes_live_rules_and_says_so(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    packed.change(with_value)
    capsys.readouterr()
    assert packed.mmctl("import") == 0
    written = capsys.readouterr()
    assert "name: mm.block-0.etc\n" in written.out
    assert "# made by the compiler of mmctl for rule set inbound" in written.out
    assert "mmctl:compiled" not in written.out
    assert "no history here knows which" in written.err


def test_an_address_is_added_in_an_emergency_and_nothing_is_packed_again(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = (
        "{name: block-listed, conditions: [{mail_from: {in_address_list: emergency}}], "
        "actions: [drop]}"
    )
    packed.write([*many(), *SUBJECTS, rule])
    lists = 'address_lists:\n  emergency: {members: ["*@worm.example"]}\n'
    file = packed.folder / "rules" / "lists.yaml"
    file.write_text(f"version: 1\n{lists}", encoding="utf-8")
    assert packed.mmctl("apply", "--yes", "-q", "--force", "lint") == 0
    rules = packed.rule_set()["Rules"]
    words = ("list", "add", "emergency", "*@evil.example", "--reason", "now", "--yes")
    packed.write([*many()[1:], *SUBJECTS, rule])
    assert packed.mmctl(*words) == 0
    assert packed.rule_set()["Rules"] == rules
    assert "*@evil.example" in (packed.service.members(packed.list_with("*@evil.example")) or ())
    assert "*@evil.example" in file.read_text(encoding="utf-8")
    capsys.readouterr()
    assert packed.mmctl("drift", "--format", "json") == 2
    assert json.loads(capsys.readouterr().out)["by_hand"] == []


def test_a_list_of_the_compiler_takes_no_member(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even where the files cannot be read, and only what is live is known."""
    (found,) = [
        each["AddressListName"]
        for each in packed.service.list(Noun.ADDRESS_LIST)
        if "*@bad-3.example" in (packed.service.members(each["AddressListId"]) or ())
    ]
    (packed.folder / "rules" / "all.yaml").write_text("version: [", encoding="utf-8")
    capsys.readouterr()
    assert packed.mmctl("list", "add", found, "*@evil.example", "--yes") == 3
    assert "is made by the compiler" in capsys.readouterr().err


def test_a_rule_that_is_written_for_a_hand_edit_has_an_owner_where_the_project_asks_for_one(
    packed: Packed, capsys: pytest.CaptureFixture[str]
) -> None:
    packed.service.add_member(packed.list_with("*@bad-3.example"), "*@evil.example")
    asks = MAIN.replace("rules:", "lint: {require_owner: true}\nrules:")
    (packed.folder / "mmctl.yaml").write_text(asks, encoding="utf-8")
    owned = packed.text.replace("- {name: ", "- {owner: security, ticket: SEC-1, name: ")
    (packed.folder / "rules" / "all.yaml").write_text(owned, encoding="utf-8")
    assert packed.mmctl("drift", "--write") == 0
    capsys.readouterr()
    packed.mmctl("lint")
    assert "owner" not in capsys.readouterr().out
