"""A template is the sum of its sections, and everything in it that takes tags has them."""

from __future__ import annotations

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from mmctl.errors import UsageError
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.tagging import LISTED, MAPPED, UNTAGGED, tags_of
from mmctl.operate.templates.template import (
    CFN_LINT,
    CHECKOV,
    Condition,
    LintException,
    Output,
    Parameter,
    Template,
    TemplateResource,
    TemplateSection,
)

MAIL = Parameter(
    name="AlarmsTo", comment="Where alarms go.", pattern=".+@.+", default="a@b.example"
)
TOPIC = TemplateResource(
    name="Alarms",
    type="AWS::SNS::Topic",
    comment="Alarms.",
    properties={"TopicName": sub("${AWS::StackName}-alarms"), "Tags": [{"Key": "k", "Value": "v"}]},
)
BUCKET = TemplateResource(
    name="Bucket",
    type="AWS::S3::Bucket",
    comment="Mail.",
    keeps_data=True,
    depends_on=("Alarms",),
    condition="Wanted",
    exceptions=(
        LintException(tool=CHECKOV, check="CKV_AWS_18", reason="no reader"),
        LintException(tool=CFN_LINT, check="W3045", reason="old"),
    ),
)


def template(*sections: TemplateSection) -> Template:
    tags = tags_of("acme", "staging")
    return Template(description="What acme needs.", tags=tags, sections=sections)


def test_sections_make_one_document_with_tags_policies_and_exceptions() -> None:
    one = TemplateSection(title="A", comment="a", parameters=(MAIL,), resources=(TOPIC,))
    wanted = Condition(name="Wanted", value=True)
    name = Output(
        name="Name", value=get_att("Bucket", "Arn"), comment="Its ARN.", condition="Wanted"
    )
    other = TemplateSection(
        title="B",
        comment="b",
        parameters=(MAIL,),
        conditions=(wanted,),
        resources=(BUCKET,),
        outputs=(name,),
    )
    ours = [
        {"Key": "mmctl:project", "Value": "acme"},
        {"Key": "mmctl:environment", "Value": "staging"},
    ]
    assert template(one, other).document() == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "What acme needs.",
        "Parameters": {
            "AlarmsTo": {
                "Type": "String",
                "Description": "Where alarms go.",
                "Default": "a@b.example",
                "AllowedPattern": ".+@.+",
                "ConstraintDescription": "Where alarms go.",
            }
        },
        "Conditions": {"Wanted": True},
        "Resources": {
            "Alarms": {
                "Type": "AWS::SNS::Topic",
                "DeletionPolicy": "Delete",
                "UpdateReplacePolicy": "Delete",
                "Properties": {
                    "TopicName": {"Fn::Sub": "${AWS::StackName}-alarms"},
                    "Tags": [{"Key": "k", "Value": "v"}, *ours],
                },
            },
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Condition": "Wanted",
                "DependsOn": ["Alarms"],
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Metadata": {
                    "checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "no reader"}]},
                    "cfn-lint": {
                        "config": {"ignore_checks": ["W3045"]},
                        "reasons": {"W3045": "old"},
                    },
                },
                "Properties": {"Tags": ours},
            },
        },
        "Outputs": {
            "Name": {
                "Description": "Its ARN.",
                "Condition": "Wanted",
                "Value": {"Fn::GetAtt": ["Bucket", "Arn"]},
            }
        },
    }


def test_two_resources_of_one_name_are_refused() -> None:
    one, other = (
        TemplateResource(
            name=logical_id("Bucket", name),
            type="AWS::S3::Bucket",
            comment="Else.",
            properties={"BucketName": name},
        )
        for name in ("acme-mail", "acme.mail")
    )
    made = template(TemplateSection(title="A", comment="a", resources=(one, other)))
    said = "two resources of the stack would be `BucketAcmeMail`: `acme-mail` and `acme.mail`"
    with pytest.raises(UsageError, match=said) as refused:
        made.document()
    assert "--existing NAME" in (refused.value.help or "")


def test_no_text_is_replaced_by_a_secret_of_the_account() -> None:
    for value in ("{{resolve:secretsmanager:db}}", sub("s3://b/{{resolve:ssm:x}}"), ["{{resolve:"]):
        one = TemplateResource(
            name="X", type="AWS::S3::Bucket", comment="Else.", properties={"Y": value}
        )
        made = template(TemplateSection(title="A", comment="a", resources=(one,)))
        with pytest.raises(
            UsageError, match=r"`Resources.X.Properties.Y.* would have `\{\{resolve:`"
        ):
            made.document()


def test_a_type_of_which_nobody_knows_whether_it_takes_tags_is_refused() -> None:
    unknown = TemplateResource(name="X", type="AWS::Some::Thing", comment="Else.")
    with pytest.raises(KeyError, match="AWS::Some::Thing"):
        template(TemplateSection(title="A", comment="a", resources=(unknown,))).document()


def test_the_table_of_tags_agrees_with_the_schemas_of_cloudformation() -> None:
    wrong = []
    for type_ in sorted(LISTED | MAPPED | UNTAGGED):
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
        tags = schema["properties"].get("Tags")
        form = None if tags is None else tags.get("type", "array")
        said = "array" if type_ in LISTED else "object" if type_ in MAPPED else None
        if form != said:
            wrong.append(f"{type_}: {said}, its schema has {form}")
    assert wrong == []
    assert not LISTED & UNTAGGED


def test_logical_ids_are_letters_and_digits() -> None:
    assert logical_id("Bucket", "acme-records.eu_1", "Name") == "BucketAcmeRecordsEu1Name"
    assert ref("A") == {"Ref": "A"}
