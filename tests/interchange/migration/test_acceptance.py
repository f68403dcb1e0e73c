"""Reasons count for what they were given for, and for nothing else."""

from __future__ import annotations

from mmctl.interchange.migration.acceptance import (
    acceptances,
    new_entries,
    skeleton,
    with_entries,
)
from mmctl.interchange.migration.lowered import Sameness
from mmctl.interchange.migration.report import MigrationReport, ReportedRule
from mmctl.problem import Position


def rule(name: str, differs: str, accepted: str | None = None) -> ReportedRule:
    return ReportedRule(
        name=name,
        place=Position("rules.json", 3),
        text="",
        status=Sameness.CLOSE,
        differences=(),
        became=("a",),
        owner=None,
        enabled=True,
        shadow=False,
        differs=differs,
        accepted=accepted,
    )


REPORT = MigrationReport(system="Gate", rules=(rule("no: 1", "aa11"), rule("b", "bb22")))


def test_a_skeleton_says_nothing_until_reasons_are_written() -> None:
    text = skeleton(REPORT)
    found = acceptances(text, "accepted.yaml")
    assert [each.rule for each in found.entries] == ["no: 1", "b"]
    assert found.reasons == {}
    assert found.problems(REPORT) == ()
    reasoned = acceptances(text.replace('reason: ""', "reason: agreed"), "accepted.yaml")
    assert reasoned.reasons == {"aa11": "agreed", "bb22": "agreed"}
    assert acceptances(skeleton(MigrationReport(system="Gate", rules=())), "a").entries == ()


def messages(text: str) -> list[str]:
    found = acceptances(text, "accepted.yaml").problems(REPORT)
    return [f"{each.position.line}:{each.position.column} {each.message}" for each in found]


def test_what_is_wrong_is_said_at_its_place() -> None:
    entry = "{rule: b, file: rules.json, differs: %s, reason: x}"
    assert messages("[]\n") == ["1:1 expected `version: 1` and `accepted`"]
    assert messages("version: 2\naccepted: x\n") == [
        "1:10 expected `version: 1`",
        "2:11 expected a list of entries",
    ]
    assert messages("version: 1\nacepted: []\n") == ["2:1 unknown key `acepted`"]
    assert messages(f"version: 1\naccepted: [{entry % 'cc33'}]\n") == [
        "2:12 rule `b` differs in another way than was accepted"
    ]
    gone = entry.replace("rule: b", "rule: gone") % "dd44"
    assert messages(f"version: 1\naccepted: [{gone}]\n") == ["2:12 there is no rule `gone` anymore"]
    twice = f"version: 1\naccepted:\n  - {entry % 'bb22'}\n  - {entry % 'bb22'}\n"
    assert messages(twice) == ["4:5 rule `b` is already accepted at accepted.yaml:3:5"]
    assert messages("version: 1\naccepted: [x, {rule: b, why: x}, {rule: []}]\n") == [
        "2:12 expected an entry with `rule`, `file`, `differs`, `reason`",
        "2:15 `file`, `differs` of an entry is missing",
        "2:25 unknown key `why`",
        "2:34 `rule`, `file`, `differs` of an entry is missing",
        "2:41 expected a text for `rule`",
    ]


def test_entries_are_added_where_a_list_ends_the_file() -> None:
    only = skeleton(MigrationReport(system="Gate", rules=REPORT.rules[:1]))
    for text in (
        only,
        only.replace("\n  ", "\n"),
        "version: 1\naccepted: []\n",
        "accepted:\n- {rule: x, file: f, differs: dd}",
    ):
        found = acceptances(text, "accepted.yaml")
        new = new_entries(found, REPORT)
        longer = with_entries(text, "accepted.yaml", found, new)
        assert longer is not None
        assert new_entries(acceptances(longer, "accepted.yaml"), REPORT) == ()
    text = f"accepted: [{'{rule: x, file: f, differs: dd}'}]\nversion: 1\n"
    found = acceptances(text, "accepted.yaml")
    assert with_entries(text, "accepted.yaml", found, new_entries(found, REPORT)) is None


def test_a_rule_whose_entry_is_outdated_gets_no_second_one() -> None:
    found = acceptances("accepted: [{rule: b, file: f, differs: old}]", "accepted.yaml")
    assert [each.name for each in new_entries(found, REPORT)] == ["no: 1"]


def test_names_with_space_around_them_are_known_again() -> None:
    report = MigrationReport(system="Gate", rules=(rule(" a ", "aa11"), rule("  ", "bb22")))
    text = skeleton(report).replace('reason: ""', "reason: agreed")
    found = acceptances(text, "accepted.yaml")
    assert found.problems(report) == ()
    assert found.reasons == {"aa11": "agreed", "bb22": "agreed"}
