"""Exports that are broken, cut off, hostile, huge, or newer than what is known."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interchange.exchange.company import EXAMPLE, rules
from interchange.exchange.company_exports import as_csv, as_json, xml
from mmctl.errors import ProblemsFound
from mmctl.interchange.exchange.reading import read
from mmctl.interchange.migration.lowered import Sameness
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions

if TYPE_CHECKING:
    from mmctl.interchange.migration.lowered import LoweredRule
    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.problem import Problem

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rules name="TransportVersioned">\n'


def source_of(content: bytes | str, name: str = "export") -> OtherGateway:
    data = content if isinstance(content, bytes) else content.encode()
    return read(
        Opened(named={name: data}, beside=lambda _: None), SourceOptions(domains=("example.com",))
    )


def problems_of(content: bytes | str) -> list[str]:
    with pytest.raises(ProblemsFound) as raised:
        source_of(content)
    return [f"{each.position}: {each.message}" for each in raised.value.problems]


def read_or_refused(content: bytes) -> OtherGateway | tuple[Problem, ...]:
    try:
        return source_of(content)
    except ProblemsFound as refused:
        return refused.problems


def rule_of(command: str) -> str:
    block = f"<commandBlock><![CDATA[{command}]]></commandBlock>"
    return f'{HEAD}<rule name="R" format="cmdlet"><version>{block}</version></rule></rules>'


def only(content: bytes | str) -> LoweredRule:
    (found,) = lowered(source_of(content)).rules
    return found


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "export:1:1: the first line has no column `Name`"),
        ("hello", "export:1:1: the first line has no column `Name`"),
        (b"PK\x03\x04junk", "export:1:1: the file is a ZIP archive, not an export of Exchange"),
        (b"\xff\xfe\x41", "export:1:1: the file is not UTF-16-LE"),
        (b"\xe9\xe8", "export:1:1: the file is not UTF-8"),
        ("<a/>", "export:1:1: the file begins with `a`, expected `rules`"),
        ("<rules><rule", "export:1:8: the XML is broken: unclosed token"),
        (HEAD + "<rule>", "export:3:7: the XML is broken: no element found"),
        ("{}", "export:1:1: the file has no transport rule: no object with a `Name` and a `State`"),
        ('[{"Name": "a", "State": "Enabled"}', "export:1:35: the file ends, expected `,` or `]`"),
        ('[{"Name": "a", "State" "b"}', "export:1:24: expected `:` after the name of a member"),
        ('Name,State\n"a,Enabled', "export:2:1: the quote is not closed"),
        ('Name,State\n"a"b,Enabled', "export:2:4: found `b` after a quoted value, expected `,`"),
        ("Name,State\na", "export:2:1: the line has 1 values, expected 2, one for each column"),
        (
            '<?xml version="1.0"?><!DOCTYPE rules [<!ENTITY a "b">]><rules/>',
            "export:1:38: a declaration of a document type or an entity is refused",
        ),
        (
            '<!DOCTYPE rules SYSTEM "file:///etc/passwd"><rules/>',
            "export:1:44: a declaration of a document type or an entity is refused",
        ),
        (HEAD + "<rule name='&xxe;'/>", "export:3:1: the XML is broken: undefined entity"),
        (
            HEAD + "<rule>" + "<a>" * 60,
            "export:3:151: elements are nested deeper than 50 levels",
        ),
        ("[" * 200, "export:1:101: it is nested deeper than 100 levels"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_its_place(content: bytes | str, problem: str) -> None:
    assert problems_of(content) == [problem]


def test_an_entity_bomb_is_not_expanded() -> None:
    bomb = '<!DOCTYPE lolz [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + each)} "{f"&{chr(97 + each)};" * 10}">' for each in range(9)
    )
    start = time.process_time()
    problems_of(f'<?xml version="1.0"?>{bomb}]><rules name="&j;"/>')
    assert time.process_time() - start < 5


def test_all_problems_of_all_rules_are_named_at_once() -> None:
    rule = "<rule name='{0}'><version><commandBlock><![CDATA[New-TransportRule\n -Name '{0}' {1}]]>"
    rule += "</commandBlock></version></rule>\n"
    content = HEAD + rule.format("a", "-SentTo 'x") + rule.format("b", "-SentTo @('x'") + "</rules>"
    assert problems_of(content) == [
        "export:4:20: the command line of rule `a`: the quote is not closed",
        "export:6:20: the command line of rule `b`: `@(` is not closed",
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("xml", "json", "csv")), st.floats(0, 1))
def test_an_export_that_was_cut_off_is_refused(form: str, where: float) -> None:
    some = rules()[:12]
    whole = {"xml": xml, "json": as_json, "csv": as_csv}[form](some)
    cut = whole[: int(len(whole) * where)]
    found = read_or_refused(cut)
    if isinstance(found, tuple):
        assert {problem.position.file for problem in found} == {"export"}
        return
    complete = form == "csv" and (cut.endswith((b'"', b"\n", b"\r")) or not cut)
    assert complete or cut.rstrip() == whole.rstrip()
    assert len(found.rules) <= len(some)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 4000), st.sampled_from(("xml", "json", "csv")))
def test_damaged_exports_never_end_in_a_traceback(noise: bytes, at: int, form: str) -> None:
    whole = {"xml": xml, "json": as_json, "csv": as_csv}[form](rules()[:6])
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    found = read_or_refused(damaged)
    assert found if isinstance(found, tuple) else lowered(found)


def test_a_hundred_thousand_lines_take_seconds() -> None:
    line = {"Name": "n", "State": "Enabled", "SenderDomainIs": ["a.example"], "DeleteMessage": True}
    many = [{**line, "Name": f"rule {number}"} for number in range(17_000)]
    text = json.dumps(many, indent=1)
    assert text.count("\n") > 100_000
    start = time.process_time()
    assert len(source_of(text).rules) == 17_000
    assert time.process_time() - start < 60


def test_what_powershell_cut_off_is_named_and_the_rule_does_not_act() -> None:
    cut = json.dumps(
        [{"Name": "a", "State": "Enabled", "SubjectContainsWords": "System.String[]",
          "SenderDomainIs": ["a.example"], "DeleteMessage": True}]
    )  # fmt: skip
    found = only(cut)
    assert found.status is Sameness.NOT_POSSIBLE
    assert "ConvertTo-Json -Depth 5" in found.differences[0].says
    assert found.rules[0]["enabled"] is False


def test_a_class_without_its_member_is_a_condition_that_nobody_knows() -> None:
    text = json.dumps(
        {
            "Name": "a",
            "State": "Enabled",
            "Conditions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SentToPredicate"],
            "Actions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.DeleteMessageAction"],
            "DeleteMessage": True,
        }
    )
    found = only(text)
    assert found.status is Sameness.NOT_POSSIBLE
    assert "`SentTo`" in found.differences[0].says


def test_a_column_with_the_name_of_a_class_is_named() -> None:
    found = only(
        '"Name","State","SentTo","DeleteMessage"\r\n"a","Enabled","System.String[]","True"'
    )
    assert found.status is Sameness.NOT_POSSIBLE
    assert "export as JSON" in found.differences[0].says


def test_words_with_commas_in_a_csv_are_not_guessed() -> None:
    found = only('Name,State,SubjectContainsWords,DeleteMessage\na,Enabled,"x, y",True')
    assert found.status is Sameness.NOT_POSSIBLE
    assert "whether `,` is in a value" in found.differences[0].says


def test_a_variable_of_a_script_is_an_unknown_value() -> None:
    found = only(rule_of("New-TransportRule -Name R -SentTo $boss -DeleteMessage $true"))
    assert found.status is Sameness.NOT_POSSIBLE
    assert "`$boss`" in found.differences[0].says


def test_an_expression_is_not_evaluated() -> None:
    command = "New-TransportRule R -HasClassification @(Get-X 'y').Identity -SentTo (rm '/') "
    found = only(rule_of(command + "-DeleteMessage $true"))
    assert found.status is Sameness.NOT_POSSIBLE


def test_an_unknown_parameter_is_listed_and_may_be_a_condition() -> None:
    source = source_of(rule_of("New-TransportRule R -MoonPhaseIs Full -DeleteMessage $true"))
    assert [each.text for each in source.unread] == ["MoonPhaseIs of rule R"]
    assert str(source.unread[0].place).startswith("export:3:")
    assert lowered(source).rules[0].status is Sameness.NOT_POSSIBLE


def test_an_unknown_member_beside_classes_is_listed_and_no_condition() -> None:
    text = json.dumps(
        {
            "Name": "a",
            "State": "Enabled",
            "Conditions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SentToPredicate"],
            "SentTo": ["a@example.com"],
            "NewLabel": "x",
            "DeleteMessage": True,
        }
    )
    source = source_of(text)
    assert [each.text for each in source.unread] == ["NewLabel of rule a"]
    assert lowered(source).rules[0].status is Sameness.SAME


def test_an_unknown_class_is_a_condition_that_nobody_knows() -> None:
    text = json.dumps(
        {
            "Name": "a",
            "State": "Enabled",
            "Conditions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.MoonPredicate"],
            "DeleteMessage": True,
        }
    )
    assert only(text).status is Sameness.NOT_POSSIBLE


def test_the_older_form_is_known_and_does_not_act() -> None:
    found = only(
        HEAD + '<rule name="Old" comments="from 2010"><version><condition><and>'
        '<contains property="Message.Subject"><value>x</value></contains></and></condition>'
        '<action name="Halt"/></version></rule></rules>'
    )
    assert found.status is Sameness.NOT_POSSIBLE
    assert [each.code for each in found.differences] == ["older-form"]
    assert "Message.Subject" in found.source.text


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x1b[31mrule", "`rm -rf`|<b>", "a\u202eb", "${vars.x}", "x" * 5000, "", "\t\n"]
)
def test_hostile_names_become_harmless(name: str) -> None:
    text = json.dumps({"Name": name, "State": "Enabled", "SentTo": ["a@example.com"],
                       "DeleteMessage": True, "Comments": name})  # fmt: skip
    found = only(text)
    made = found.rules[0]
    assert 1 <= len(made["name"]) <= 32
    assert made["name"].isascii()
    assert made["description"].isprintable()
    assert "${" not in made["description"].replace("$${", "")


def test_two_rules_of_one_name_are_two() -> None:
    rule = {"Name": "a", "State": "Enabled", "DeleteMessage": True, "SentTo": ["a@example.com"]}
    made = lowered(source_of(json.dumps([rule, rule])))
    assert [each.names for each in made.rules] == [("a",), ("a-2",)]


def test_a_second_version_of_a_rule_is_listed() -> None:
    command = "New-TransportRule -Name a -From {}@example.com -DeleteMessage $true"
    versions = "".join(
        f'<version requiredMinVersion="{number}.0.0.0">'
        f"<commandBlock>{command.format(name)}</commandBlock></version>"
        for number, name in ((15, "first"), (99, "later"))
    )
    source = source_of(f'<rules><rule name="a">{versions}</rule></rules>')
    assert [rule.text for rule in source.rules] == ["From first@example.com; DeleteMessage"]
    assert [each.text for each in source.unread] == ["another version of rule `a`"]


def test_utf_8_and_utf_16_say_the_same() -> None:
    data = (EXAMPLE / "TransportRules.xml").read_bytes()
    text = data.decode("utf-16")
    first = source_of(data)
    for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"):
        assert source_of(text.encode(encoding)) == first


def test_a_rule_whose_conditions_were_not_exported_never_takes_all_mail() -> None:
    found = only(json.dumps({"Name": "a", "State": "Enabled", "DeleteMessage": True}))
    assert found.status is Sameness.NOT_POSSIBLE
    assert "no member for any condition" in found.differences[0].says
    whole = only(
        json.dumps({"Name": "a", "State": "Enabled", "Conditions": None, "DeleteMessage": True})
    )
    assert whole.status is Sameness.SAME
    assert "conditions" not in whole.rules[0]


def test_a_selection_of_members_is_noted() -> None:
    source = source_of("Name,State,SentTo,DeleteMessage\na,Enabled,a@example.com,True")
    assert any("of somebody's choice" in note for note in source.notes)


def test_other_resources_of_a_tenant_are_counted() -> None:
    rule = {"Name": "a", "Enabled": True, "SentTo": ["a@example.com"], "DeleteMessage": True}
    resources = [
        {"resourceType": "microsoft.entra.group", "properties": {}},
        {"resourceType": "microsoft.exchange.transportrule", "properties": rule},
        {"resourceType": "microsoft.entra.group", "properties": {}},
    ]
    source = source_of(json.dumps({"properties": {"resources": resources}}))
    assert [each.text for each in source.unread] == ["2 resources of type microsoft.entra.group"]
    assert [each.name for each in source.rules] == ["a"]


def test_values_are_texts_and_name_no_variable_here() -> None:
    rule = {
        "Name": "a",
        "State": "Enabled",
        "SubjectContainsWords": ["x"],
        "SetHeaderName": "X-A",
        "SetHeaderValue": "${env.account}",
        "SmtpRejectMessageRejectText": "no",
        "SmtpRejectMessageRejectStatusCode": "${env.account}",
    }
    actions = only(json.dumps([rule])).rules[0]["actions"]
    assert actions[0] == {"add_header": {"name": "X-A", "value": "$${env.account}"}}
    assert actions[1]["bounce"]["smtp_reply_code"] == "550"


def test_connectors_and_people_are_never_joined_by_their_spelling() -> None:
    head = {"State": "Enabled", "SubjectContainsWords": ["x"]}
    connectors = ("Mailboxes", "Out.One", "Out One", "\u5916\u90e8", "\u5185\u90e8")
    north = "The legal department of the company, north"
    people = (north, north.replace("north", "south"), "l" * 250 + "@example.com")
    source = source_of(
        json.dumps(
            [{"Name": "c", **head, "RouteMessageOutboundConnector": each} for each in connectors]
            + [{"Name": "p", **head, "RedirectMessageTo": [each]} for each in people]
        )
    )
    assert list(source.relays) == [
        "mailboxes-2",
        "out-one",
        "out-one-2",
        "connector",
        "connector-2",
    ]
    redirected = set()
    for rule in source.rules[5:]:
        action = rule.actions[0]
        assert isinstance(action, dict)
        redirected.add(action["replace_recipient"][0].removeprefix("${vars.").removesuffix("}"))
    assert len(redirected) == 3
    assert redirected <= set(source.needed)
