"""Templates: their functions, what they do not know, what is broken in them, and secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import ProblemsFound, UsageError
from mmctl.interchange.cloudformation.reading import import_cloudformation, read_cloudformation
from mmctl.interchange.infrastructure.known import form_of
from mmctl.interchange.infrastructure.secrets import masked
from mmctl.interchange.infrastructure.taking import only_taken, taking
from mmctl.interchange.migration.source import SourceOptions
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.interchange.infrastructure.found import FoundInfrastructure, FoundResource

RELAY = """\
Resources:
  Mx:
    Type: AWS::SES::MailManagerRelay
    Properties:
      RelayName: mx
      ServerName: {server}
      ServerPort: 25
      Authentication: {{NoAuthentication: {{}}}}
"""


def read(text: str, **parameters: str) -> FoundInfrastructure:
    return read_cloudformation({"t.yaml": text.encode()}, parameters)


def one(text: str, **parameters: str) -> FoundResource:
    found = read(text, **parameters)
    assert found.refused == []
    return found.resources[-1]


def refused(text: str, **parameters: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ProblemsFound) as caught:
        read(text, **parameters)
    return [(p.position.line, p.position.column, p.message) for p in caught.value.problems]


def relay(server: str, before: str = "", **parameters: str) -> FoundResource:
    return one(before + RELAY.format(server=server), **parameters)


PARAMETERS = """\
Parameters:
  Host: {Type: String, Default: a.example.com}
  Hosts: {Type: CommaDelimitedList, Default: "b.example.com, c.example.com"}
Mappings:
  ByStage: {prod: {Host: p.example.com}, test: {Host: t.example.com}}
Conditions:
  IsA: !Equals [!Ref Host, a.example.com]
  IsNot: !Not [!Condition IsA]
  Both: !And [!Condition IsA, !Not [!Equals [x, x]]]
  Any: !Or [!Condition Both, !Condition IsA]
"""


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("!Ref Host", "a.example.com"),
        ("{Ref: Host}", "a.example.com"),
        ("!Select [1, !Ref Hosts]", "c.example.com"),
        ('!Select ["0", !Split [".", !Ref Host]]', "a"),
        ("!Join [., [mail, !Ref Host]]", "mail.a.example.com"),
        ("!Sub mail.${Host}", "mail.a.example.com"),
        ("!Sub ['${A}.${Host}', {A: !Ref Host}]", "a.example.com.a.example.com"),
        ("!FindInMap [ByStage, prod, Host]", "p.example.com"),
        ("!FindInMap [ByStage, dev, Host, {DefaultValue: d.example.com}]", "d.example.com"),
        ("!FindInMap [ByStage, test, Host, {DefaultValue: d.example.com}]", "t.example.com"),
        ("!If [IsA, x.example.com, y.example.com]", "x.example.com"),
        ("!If [IsNot, x.example.com, y.example.com]", "y.example.com"),
        ("!If [Both, x.example.com, y.example.com]", "y.example.com"),
        ("!If [Any, x.example.com, y.example.com]", "x.example.com"),
        ("{'Fn::Join': ['', [!Ref Host]]}", "a.example.com"),
        ("5.10", "5.10"),
        ("0550", "0550"),
    ],
)
def test_a_function_has_the_value_that_the_manual_gives_it(written: str, means: str) -> None:
    found = relay(written, PARAMETERS)
    assert found.members["ServerName"] == means
    assert found.open == {}
    assert found.positions.at(("ServerName",))[:3] == ("t.yaml", 16, 7)


def test_a_parameter_that_is_given_comes_before_its_default() -> None:
    assert relay("!Ref Host", PARAMETERS, Host="z.example.com").members["ServerName"][0] == "z"
    text = PARAMETERS + RELAY.format(server="!If [IsNot, x.example.com, !Ref Host]")
    assert one(text, Host="z.example.com").members["ServerName"] == "x.example.com"
    with pytest.raises(UsageError, match="no template has it"):
        import_cloudformation(
            {"t.yaml": text.encode()}, SourceOptions(options={"parameter:Hosd": "z.example.com"})
        )


@pytest.mark.parametrize(
    ("written", "file_form"),
    [
        ("!Sub mail.${AWS::Region}.example.com", "mail.${env.region}.example.com"),
        ("!Ref Unknown", "${vars.unknown}"),
        ("!Sub '${Unknown}.example.com'", "${vars.unknown}.example.com"),
        ("!GetAtt Server.PublicDnsName", "${vars.server_public_dns_name}"),
        ("!ImportValue shared-host", "${vars.import_shared_host}"),
        ("'{{resolve:ssm:/mail/host:1}}'", "${vars.ssm_mail_host_1}"),
        ("!If [IsEu, x.example.com, y.example.com]", "${vars.if_is_eu_12}"),
        ("!Ref Latest", "${vars.latest}"),
        ('!Select [0, !Split [":", !Ref Unknown]]', "${vars.unknown_split_item_0}"),
        ('!Select [5, !Split [":", !GetAtt Server.Arn]]', "${vars.server_arn_split_item_5}"),
        ('!Select [2, !Split ["/", !Sub "a/b/${AWS::Region}/${Unknown}"]]', "${env.region}"),
        ('!Select [1, !Split ["-", !Ref AWS::Region]]', "${vars.aws_region_split_item_1}"),
        ('!Join [".", !Ref Many]', "${vars.many_joined}"),
    ],
)
def test_what_no_file_knows_is_a_variable_or_the_environment(written: str, file_form: str) -> None:
    before = """\
Parameters:
  Unknown: {Type: String}
  Latest: {Type: "AWS::SSM::Parameter::Value<String>", Default: /mail/host}
  Many: {Type: CommaDelimitedList}
Conditions: {IsEu: !Equals [!Ref "AWS::Region", eu-west-1]}
"""
    server = "  Server: {Type: AWS::EC2::Instance}\n"
    text = before + RELAY.format(server=written).replace("Resources:\n", f"Resources:\n{server}")
    found = read(text)
    (value,) = found.resources[0].open.values()
    assert value.written == file_form
    assert [*found.needed] == [*value.variables]
    assert found.resources[0].shape is not None


def test_a_list_that_is_unknown_says_how_to_give_all_of_it() -> None:
    text = """\
Parameters: {Words: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /mail/words}}
Resources:
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties:
      RuleSetName: inbound
      Rules:
        - Conditions:
            - StringExpression:
                Evaluate: {Attribute: SUBJECT}
                Operator: CONTAINS
                Values: !Ref Words
          Actions: [{Drop: {}}]
"""
    assert "--parameter Words=VALUE,VALUE" in read(text).needed["words"].why
    members = one(text, Words="a prize, a gift").members
    condition = members["Rules"][0]["Conditions"][0]["StringExpression"]
    assert condition["Values"] == ["a prize", "a gift"]


def test_what_two_stacks_do_not_know_are_two_variables() -> None:
    text = RELAY.format(server="!Sub '${Server.PublicDnsName}'").replace(
        "Resources:\n", "Resources:\n  Server: {Type: AWS::EC2::Instance}\n"
    )
    content = text.encode()
    found = read_cloudformation({"a/mail.yaml": content, "b/mail.yaml": content})
    written = [each.open["ServerName",].written for each in found.resources]
    assert written == ["${vars.server_public_dns_name}", "${vars.server_public_dns_name_2}"]


def test_one_of_two_equal_values_is_that_value_whatever_the_condition() -> None:
    before = "Conditions: {IsEu: !Equals [!Ref 'AWS::Region', eu-west-1]}\n"
    assert relay("!If [IsEu, x.example.com, x.example.com]", before).open == {}


def test_a_resource_without_a_name_has_one_that_somebody_looks_up() -> None:
    text = RELAY.format(server="x.example.com").replace("      RelayName: mx\n", "")
    found = one(text)
    assert found.name == "mx"
    assert found.open["RelayName",].written == "${vars.mx_name}"


def test_an_add_on_without_an_instance_is_listed() -> None:
    text = """\
Resources:
  Sub:
    Type: AWS::SES::MailManagerAddonSubscription
    Properties: {AddonName: SPAMHAUS_DBL}
"""
    found = read(text)
    assert [each.text for each in found.unread] == ["Sub"]
    assert found.resources == []


def test_an_archive_is_named_by_the_last_part_of_its_arn() -> None:
    text = """\
Resources:
  Kept:
    Type: AWS::SES::MailManagerArchive
    Properties: {ArchiveName: kept}
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties:
      RuleSetName: in
      Rules:
        - Conditions: []
          Actions:
            - Archive: {TargetArchive: !Select [1, !Split [/, !GetAtt Kept.ArchiveArn]]}
            - Archive: {TargetArchive: !Ref Kept}
"""
    actions = one(text).members["Rules"][0]["Actions"]
    assert [action["Archive"]["TargetArchive"] for action in actions] == ["kept", "kept"]


# -- secrets


def test_a_password_is_nowhere() -> None:
    text = """\
Parameters: {Pw: {Type: String, NoEcho: true, Default: hunter2hunter2}}
Resources:
  P:
    Type: AWS::SES::MailManagerTrafficPolicy
    Properties: {TrafficPolicyName: edge, DefaultAction: ALLOW, PolicyStatements: []}
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties: {RuleSetName: in, Rules: []}
  A:
    Type: AWS::SES::MailManagerIngressPoint
    Properties:
      IngressPointName: first
      Type: AUTH
      RuleSetId: !Ref R
      TrafficPolicyId: !Ref P
      IngressPointConfiguration: {SmtpPassword: !Ref Pw}
  B:
    Type: AWS::SES::MailManagerIngressPoint
    Properties:
      IngressPointName: second
      Type: AUTH
      RuleSetId: !Ref R
      TrafficPolicyId: !Ref P
      IngressPointConfiguration: {SmtpPassword: swordfish99}
"""
    imported = import_cloudformation({"t.yaml": text.encode()}, SourceOptions())
    points = imported.sections[Kind.INGRESS_POINT]
    assert points["first"]["auth"] == {"smtp_password_env": "MMCTL_SMTP_FIRST"}
    assert points["second"]["auth"] == {"smtp_password_env": "MMCTL_SMTP_SECOND"}
    assert "swordfish" not in str(imported)
    assert "hunter2" not in f"{imported.sections} {imported.notes} {imported.needed}"


def test_what_stays_with_the_stack_has_no_notes() -> None:
    text = """\
Resources:
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties: {RuleSetName: inbound, Rules: [{Actions: [{Drop: {}}]}]}
  In:
    Type: AWS::SES::MailManagerIngressPoint
    Properties:
      IngressPointName: first
      Type: AUTH
      RuleSetId: !Ref R
      TrafficPolicyId: tp-1
      IngressPointConfiguration: {SmtpPassword: swordfish99}
"""
    imported = import_cloudformation({"t.yaml": text.encode()}, SourceOptions())
    assert any("MMCTL_SMTP_FIRST" in note for note in imported.notes)
    only_taken(imported, taking(read(text), {Kind.RULE_SET}))
    assert imported.notes == []


# -- what does not come along


def test_what_is_not_evaluated_is_listed_with_its_place() -> None:
    text = (
        "Transform: [AWS::Serverless-2016-10-31, Acme]\n"
        "Conditions: {No: !Equals [a, b]}\n"
        + RELAY.format(server="x.example.com")
        + "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}\n"
        "  Part: {Type: Acme::Mail::Rules::MODULE}\n"
        "  Fn::ForEach::Relays: [X, [a, b], {}]\n"
        "  Off: {Type: AWS::SES::MailManagerArchive, Condition: No}\n"
        "  Topic: {Type: AWS::SNS::Topic}\n"
    )
    found = read(text)
    assert [(each.place.line, each.text) for each in found.unread] == [
        (1, "Transform AWS::Serverless-2016-10-31"),
        (1, "Transform Acme"),
        (13, "Fn::ForEach::Relays"),
        (11, "Nested (AWS::CloudFormation::Stack)"),
        (12, "Part (Acme::Mail::Rules::MODULE)"),
        (14, "Off (AWS::SES::MailManagerArchive)"),
    ]
    assert found.others["AWS::SNS::Topic"] == 1


def test_a_member_of_a_newer_version_is_listed_and_the_rest_comes_along() -> None:
    text = RELAY.format(server="x.example.com") + "      Priority: {Level: 3}\n"
    found = read(text)
    (unread,) = found.unread
    assert (unread.place.line, unread.text) == (9, 'Mx: Priority: {"Level": 3}')
    assert found.resources[0].shape is not None


def test_a_status_that_nobody_knows_is_listed() -> None:
    text = """\
Parameters: {Status: {Type: String}}
Resources:
  Mx:
    Type: AWS::SES::MailManagerIngressPoint
    Properties:
      IngressPointName: mx-in
      Type: OPEN
      RuleSetId: rs-1
      TrafficPolicyId: tp-1
      StatusToUpdate: !Ref Status
"""
    (unread,) = read(text).unread
    assert (unread.place.line, unread.text) == (10, "Mx: StatusToUpdate")
    assert one(text, Status="CLOSED").closed


def test_a_macro_within_a_rule_asks_for_the_template_that_was_deployed() -> None:
    text = """\
Resources:
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties:
      RuleSetName: inbound
      Rules:
        - Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}
"""
    (problem,) = read(text).refused
    assert problem.help is not None
    assert "get-template --template-stage Processed" in problem.help


def test_a_secret_of_a_newer_version_is_not_shown() -> None:
    text = RELAY.format(server="x.example.com") + "      ClientSecret: swordfish99\n"
    found = read(text)
    assert [each.text for each in found.unread] == ['Mx: ClientSecret: "…"']
    assert "swordfish" not in str(found.texts)


def test_members_of_wrong_types_are_all_refused_at_their_places() -> None:
    text = """\
Resources:
  R:
    Type: AWS::SES::MailManagerRuleSet
    Properties:
      RuleSetName: [x]
      Rules:
        - 1
        - Actions: [{Drop: 5}, {Fly: {}}]
"""
    assert [(p.position.line, p.position.column) for p in read(text).refused] == [
        (5, 7),
        (7, 11),
        (8, 22),
        (8, 33),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "expected a template with `Resources`"),
        ("- a\n", 1, 1, "expected a template with `Resources`"),
        ('{"Resources": {"A": {"Type": "AWS::SES', 1, 30, "unterminated string starting at"),
        ("Resources: {A: 1", 1, 12, "this `{` is not closed"),
        ("a: &x [1]\nResources: *x\n", 2, 12, "`*x` is an alias, and CloudFormation has no"),
        ("Resources: {A: {<<: {B: 1}}}", 1, 17, "`<<` merges mappings, and CloudFormation has"),
        ("Resources: " + "[" * 200, 1, 112, "nested deeper than 100 levels"),
        ("Resources: {A: {Type: X}, A: {Type: Y}}", 1, 27, "`A` is already defined at line 1"),
        ("Resources: {A: !Nope x}", 1, 16, "unknown function `!Nope`"),
        ("Resources: {A: 5}", 1, 13, "`A`: expected a resource with a `Type`"),
        ("Resource: {}\nResources: {}", 1, 1, "unknown section `Resource`"),
        (RELAY.format(server="!Ref Nope"), 6, 19, "`Ref`: nothing is called `Nope`"),
        (RELAY.format(server="!GetAtt A.B"), 6, 19, "`Fn::GetAtt`: there is no resource `A`"),
        (RELAY.format(server="!Select [9, [a]]"), 6, 19, "`Fn::Select`: the list has 1 items"),
        (RELAY.format(server="!Select [², [a]]"), 6, 19, "`Fn::Select`: expected an index and a"),
        (RELAY.format(server="!If [A, b, c]"), 6, 19, "`Fn::If`: there is no condition `A`"),
        ("Resources: {}\n\0", 2, 1, "the file has a zero byte"),
    ],
)
def test_what_is_broken_is_reported_at_its_place(
    text: str, line: int, column: int, says: str
) -> None:
    assert refused(text)[0][:2] == (line, column)
    assert refused(text)[0][2].startswith(says)


def test_conditions_in_a_circle_end() -> None:
    text = "Conditions: {A: !Condition B, B: !Not [!Condition A]}\n"
    found = refused(text + RELAY.format(server="!If [A, b, c]"))
    assert found[0][2] == "`Condition`: condition `A` depends on itself"


def test_a_template_that_grows_stops_growing() -> None:
    lines = "".join(
        f"  M{n}: {{a: {{b: !Join ['', [" + f"!FindInMap [M{n - 1}, a, b], " * 40 + "x]]}}\n"
        for n in range(1, 8)
    )
    text = f"Mappings:\n  M0: {{a: {{b: x}}}}\n{lines}"
    (problem,) = refused(text + RELAY.format(server="!FindInMap [M7, a, b]"))
    assert problem[2] == "`Mx`: its functions make too many values"


def test_a_file_that_no_template_can_be_is_refused_unread() -> None:
    with pytest.raises(ProblemsFound, match="cannot read"):
        read_cloudformation({"t.yaml": b"#" * 5_000_000})


def test_a_template_as_the_command_line_prints_it_is_read() -> None:
    text = RELAY.format(server="x.example.com")
    body: dict[str, Any] = {
        "Resources": {"Mx": {"Type": "AWS::SES::MailManagerRelay", "Properties": {
            "RelayName": "mx", "ServerName": "x.example.com", "ServerPort": "25",
            "Authentication": {"NoAuthentication": {}}}}}
    }  # fmt: skip
    for printed in (json.dumps({"TemplateBody": text}), json.dumps({"TemplateBody": body})):
        assert one(printed).members["ServerPort"] == 25


def test_a_file_is_known_by_its_content() -> None:
    assert form_of("x", RELAY.format(server="x").encode()) == "cloudformation"
    assert form_of("x", b'{"Resources":{"A":{"Type":"AWS::SES::MailManagerRelay"}}}') == (
        "cloudformation"
    )
    assert form_of("x", b'{"format_version":"1.2","planned_values":{}}') == "terraform"
    assert form_of("x", b'{"version":4,"terraform_version":"1.9.8","resources":[]}') == "terraform"
    assert form_of("x", b'resource "aws_mailmanager_relay" "x" {\n}\n') == "terraform"
    assert form_of("mmctl.yaml", b"version: 1\nproject: acme\n") is None
    assert form_of("rules.yaml", b"version: 1\nrule_sets: {}\n") is None


def test_a_secret_in_a_block_scalar_is_masked_line_by_line() -> None:
    text = "a:\n  - Password: |-\n      swordfish\n\n      fish\n    Other: x\nToken: >\n swordfish"
    shown = masked(text)
    assert "swordfish" not in shown
    assert "Other: x" in shown
    assert shown.count("\n") == text.count("\n")
