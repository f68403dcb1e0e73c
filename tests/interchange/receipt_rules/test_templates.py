"""Receipt rules in CloudFormation templates are those that the API prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.receipt_rules.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.migration.source import OtherGateway

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Domain: {Type: String, Default: example.com}
  Other: {Type: String}
Resources:
  Mail:
    Type: AWS::SES::ReceiptRuleSet
    Properties: {RuleSetName: inbound}
  Bucket: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic}
  Last:
    Type: AWS::SES::ReceiptRule
    Properties:
      RuleSetName: !Ref Mail
      After: !Ref First
      Rule:
        Enabled: true
        Recipients: [!Sub "info@${Domain}"]
        Actions:
          - SNSAction: {TopicArn: !Ref Topic}
  First:
    Type: AWS::SES::ReceiptRule
    Properties:
      RuleSetName: !Ref Mail
      Rule:
        Name: store
        Enabled: "true"
        TlsPolicy: Require
        Recipients: [!Ref Domain]
        Actions:
          - S3Action:
              BucketName: !Ref Bucket
              KmsKeyArn: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/k"
          - LambdaAction:
              FunctionArn: !GetAtt Function.Arn
              InvocationType: RequestResponse
  Filter:
    Type: AWS::SES::ReceiptFilter
    Properties:
      Filter: {IpFilter: {Policy: Block, Cidr: 198.51.100.0/24}}
  Function: {Type: AWS::Lambda::Function}
"""


def read_files(files: Mapping[str, str], **options: str) -> OtherGateway:
    named = {name: text.encode() for name, text in files.items()}
    asked = SourceOptions(options={f"parameter:{name}": value for name, value in options.items()})
    return read(Opened(named=named, beside=lambda _: None), asked)


def test_a_template_is_read_in_the_order_of_after() -> None:
    source = read_files({"mail.yaml": TEMPLATE})
    assert [(rule.name, rule.text) for rule in source.rules] == [
        ("Filter", "Block 198.51.100.0/24"),
        ("store", "example.com → S3 ${vars.bucket}, Lambda ${vars.function_arn}, which may stop"),
        ("Last", "info@example.com → SNS ${vars.topic}"),
    ]
    assert [str(rule.place) for rule in source.rules] == [
        "mail.yaml:41:42",
        "mail.yaml:27:9",
        "mail.yaml:17:7",
    ]
    assert source.rules[1].actions[0] == {
        "write_to_s3": {
            "bucket": "${vars.bucket}",
            "role": "${vars.s3_role}",
            "kms_key": "arn:${env.partition}:kms:${env.region}:${env.account}:key/k",
        }
    }
    assert set(source.needed) == {
        "bucket",
        "function_arn",
        "topic",
        "s3_role",
        "sns_role",
        "lambda_role",
    }
    assert "parameter `Domain` has its default `example.com`" in source.notes[0]


def test_a_recipient_that_nobody_knows_is_an_error_with_the_way_out() -> None:
    unknown = TEMPLATE.replace("Recipients: [!Ref Domain]", "Recipients: [!Ref Other]")
    with pytest.raises(ProblemsFound) as caught:
        read_files({"mail.yaml": unknown})
    (problem,) = caught.value.problems
    assert str(problem.position).startswith("mail.yaml:30:")
    assert problem.help == "state it: `--parameter NAME=VALUE`"
    stated = read_files({"mail.yaml": unknown}, Other="example.org")
    assert stated.rules[1].text.startswith("example.org → ")


def test_rules_without_order_are_marked() -> None:
    source = read_files({"mail.yaml": TEMPLATE.replace("      After: !Ref First\n", "")})
    codes = [[each.code for each in rule.differences] for rule in source.rules]
    assert [("order-not-said" in each) for each in codes] == [False, True, True]


def test_rules_that_follow_each_other_in_a_circle_are_an_error() -> None:
    circle = TEMPLATE.replace(
        "      RuleSetName: !Ref Mail\n      Rule:\n        Name: store",
        "      RuleSetName: !Ref Mail\n      After: !Ref Last\n      Rule:\n        Name: store",
    )
    with pytest.raises(ProblemsFound) as caught:
        read_files({"mail.yaml": circle})
    assert [each.message for each in caught.value.problems] == ["rule `Last` follows itself"]


def test_what_cdk_synthesizes_is_the_same() -> None:
    rule = {
        "Type": "AWS::SES::ReceiptRule",
        "Properties": {
            "RuleSetName": {"Ref": "MailRuleSet1A2B"},
            "Rule": {
                "Actions": [{"SNSAction": {"TopicArn": {"Ref": "Topic"}, "Encoding": "UTF-8"}}],
                "Enabled": True,
                "Recipients": ["hello@example.com"],
            },
        },
        "Metadata": {"aws:cdk:path": "Stack/Mail/Rule0"},
    }
    second = json.loads(json.dumps(rule))
    second["Properties"]["After"] = {"Ref": "MailRule0"}
    stack = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "MailRuleSet1A2B": {"Type": "AWS::SES::ReceiptRuleSet"},
            "MailRule1": second,
            "MailRule0": rule,
        }
    }
    source = read_files({"Stack.template.json": json.dumps(stack, indent=1)})
    assert [each.name for each in source.rules] == ["MailRule0", "MailRule1"]


def test_a_template_without_receipt_rules_says_what_was_expected() -> None:
    with pytest.raises(ProblemsFound) as caught:
        read_files({"a.yaml": "Resources:\n  T: {Type: AWS::SNS::Topic}\n"})
    (problem,) = caught.value.problems
    assert problem.message == "the template has no receipt rules"
