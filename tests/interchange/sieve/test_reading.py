"""What scripts become, seen in the rules: order, guards, effects that add up, and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from interchange.sieve.imported import ImportedScripts, source_of
from mmctl.errors import UsageError
from mmctl.interchange.migration.lowered import Sameness


def rules(script: str, **options: str) -> list[dict[str, Any]]:
    """The rules of a script, without names and descriptions."""
    imported = ImportedScripts({"main.sieve": script}, **options)
    return [
        {key: value for key, value in rule.items() if key not in {"name", "description"}}
        for each in imported.lowered.rules
        for rule in each.rules
    ]


DELIVERED = [{"relay": {"to": "mailboxes"}}, "stop"]


def test_a_chain_that_ends_its_mail_needs_no_exceptions() -> None:
    script = """
    if header :contains "subject" "casino" { discard; }
    elsif address :domain :is "from" "example.com" { keep; }
    else { discard; }
    """
    assert rules(script) == [
        {"conditions": [{"subject": {"contains": "casino"}}], "actions": ["drop"]},
        {"conditions": [{"from": {"ends_with": "@example.com"}}], "actions": DELIVERED},
        {"actions": ["drop"]},
    ]


def test_what_one_branch_discards_and_another_keeps_is_kept() -> None:
    script = """require "envelope";
    if header :contains "subject" "casino" { discard; }
    if envelope :is "to" "abuse@example.com" { keep; }
    """
    assert rules(script) == [
        {
            "conditions": [{"recipient": {"equals": "abuse@example.com"}}],
            "actions": DELIVERED,
        },
        {"conditions": [{"subject": {"contains": "casino"}}], "actions": ["drop"]},
    ]


def test_a_copy_and_the_mail_itself_are_both_relayed() -> None:
    script = """require "copy";
    if address :is "to" "orders@example.com" { redirect :copy "archive@example.com"; stop; }
    discard;
    """
    relay = {"relay": {"to": "mailboxes"}}
    assert rules(script)[0]["actions"] == [
        relay,
        {"replace_recipient": ["archive@example.com"]},
        relay,
        "stop",
    ]


def test_a_personal_script_is_for_mail_of_that_person() -> None:
    script = 'if header :contains "subject" "casino" { discard; }'
    imported = ImportedScripts({"ann.sieve": script}, recipient="ann@example.com")
    [rule] = imported.lowered.rules[0].rules
    assert rule["conditions"][0] == {"recipient": {"in_address_list": "people-of-ann"}}
    members = imported.lowered.address_lists["people-of-ann"]
    assert members == ("ann@example.com", "ann+*@example.com")


def test_variables_have_the_value_of_the_branch() -> None:
    script = """require ["variables", "fileinto"];
    set "folder" "Lists";
    if header :is "X-Team" "dev" { set :upper "folder" "dev"; }
    fileinto "${folder}";
    """
    found = rules(script)
    assert found[0]["conditions"] == [{"header": {"name": "X-Team", "equals": "dev"}}]
    assert found[0]["actions"] == [{"add_header": {"name": "X-Folder", "value": "DEV"}}]
    assert found[1]["unless"] == [{"header": {"name": "X-Team", "equals": "dev"}}]
    assert found[1]["actions"] == [{"add_header": {"name": "X-Folder", "value": "Lists"}}]


def test_returning_from_an_included_script_goes_on_behind_it() -> None:
    scripts: dict[str, str | bytes] = {
        "main.sieve": 'require "include"; include "inner"; discard;',
        "inner.sieve": """require ["include", "editheader"];
        if header :is "X-A" "1" { return; }
        addheader "X-Seen" "yes";
        """,
    }
    imported = ImportedScripts(scripts)
    first, last = (rule.rules[0] for rule in imported.lowered.rules)
    assert first["unless"] == [{"header": {"name": "X-A", "equals": "1"}}]
    assert first["actions"] == [{"add_header": {"name": "X-Seen", "value": "yes"}}]
    assert "unless" not in last
    assert last["actions"] == ["drop"]


def test_scripts_that_include_each_other_are_listed() -> None:
    scripts: dict[str, str | bytes] = {
        "a.sieve": 'require "include"; include "b"; discard;',
        "b.sieve": 'require "include"; include "a";',
    }
    whys = [unread.why for unread in source_of(scripts).unread]
    assert "the scripts include each other: a.sieve → b.sieve → a.sieve" in whys


def test_a_rule_that_is_switched_off_stays_so() -> None:
    script = """# rule:[Old project]
    if false # header :contains "subject" "atlas"
    { discard; }
    """
    imported = ImportedScripts({"main.sieve": script})
    [rule] = imported.lowered.rules
    assert rule.source.name == "Old project"
    assert rule.rules[0]["enabled"] is False
    assert rule.rules[0]["conditions"] == [{"subject": {"contains": "atlas"}}]


def test_a_test_that_rules_do_not_see_makes_a_rule_to_be_written() -> None:
    imported = ImportedScripts({"main.sieve": 'if header :is "list-id" "x" { discard; }'})
    assert [rule.status for rule in imported.lowered.rules] == [Sameness.NOT_POSSIBLE]


def test_a_filter_in_front_is_named() -> None:
    script = 'if header :contains "X-Spam-Flag" "YES" { discard; }'
    [rule] = ImportedScripts({"main.sieve": script}).lowered.rules
    assert rule.status is Sameness.CLOSE
    assert [each.code for each in rule.differences] == ["header-set-by-filter"]


def test_what_an_unknown_extension_does_is_listed() -> None:
    script = 'require "vnd.example.sparkle"; sparkle "much"; if glitter { discard; }'
    source = source_of({"main.sieve": script})
    assert [unread.text for unread in source.unread] == ['require "vnd.example.sparkle"']
    codes = [each.code for rule in source.rules for each in rule.differences]
    assert codes == ["unknown-command"]
    assert len(source.rules) == 2


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("nobody", "`nobody` is not an address"),
        ("other.sieve=ann@example.com", "`other.sieve` is not one of the scripts"),
    ],
)
def test_whose_a_script_is_must_be_said_clearly(option: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        source_of({"main.sieve": "keep;"}, recipient=option)


def test_people_whose_files_have_one_name_keep_their_own_scripts() -> None:
    source = source_of(
        {
            "ann/main.sieve": 'if header :is "subject" "a" { discard; }',
            "bob/main.sieve": 'if header :is "subject" "b" { discard; }',
            "$${env.x} c.sieve": 'if header :is "subject" "c" { discard; }',
        },
        recipient="ann/main.sieve=ann@example.com\nbob/main.sieve=bob@example.com\n"
        "$${env.x} c.sieve=c@example.com",
    )
    assert {name: (members or ("",))[0] for name, members in source.address_lists.items()} == {
        "people-of-main": "ann@example.com",
        "people-of-main-2": "bob@example.com",
        "people-of-env.x-c": "c@example.com",
    }
