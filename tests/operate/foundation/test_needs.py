"""What a stack makes for a project, and what it leaves to others."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.cli.changes.policies import place_of
from mmctl.cli.run import Run
from mmctl.compiler.compile import compile_project
from mmctl.live.iam.policies import pipeline_policy, policy_for
from mmctl.live.iam.trusting import Job, pipeline_of, pipeline_trust
from mmctl.records import replace
from operate.foundation.built import RICH, ROOT, foundation

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.staging.foundation_template import FoundationTemplate

TODAY: Final = date(2026, 11, 29)
PROJECT: Final = """\
version: 1
project: shop
rules: [rules.yaml]
environments:
  prod:
    endpoint: embedded
    account: "111122223333"
    region: eu-west-1
    snapshots: s3://shop-history/prod
    stack: {object_lock_days: 30, ci: ["github:acme/mail"]}
default_environment: prod
"""
RULES: Final = """\
version: 1
rule_sets:
  inbound:
    logging: {destination: "arn:aws:s3:::shop-logs/mail/"}
    rules:
      - name: far
        actions:
          - publish_to_sns: {topic: "arn:aws:sns:eu-west-2:111122223333:far", role: ROLE}
      - name: foreign
        actions:
          - publish_to_sns: {topic: "arn:aws:sns:eu-west-1:444455556666:theirs", role: ROLE}
      - name: plain
        actions:
          - publish_to_sns: {topic: "arn:aws:sns:eu-west-1:111122223333:plain", role: ROLE}
      - name: own
        actions:
          - invoke_lambda:
              function: arn:aws:lambda:eu-west-1:111122223333:function:scan
              role: ROLE
              invocation: event
      - {name: keep, actions: [{archive: {to: all-mail}}, stop]}
archives:
  all-mail:
    retention: ONE_YEAR
    kms_key: arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000001
ingress_points:
  public-mx:
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: optional
    network: {public: ipv4}
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]}
"""


@pytest.fixture
def made(tmp_path: Path) -> FoundationTemplate:
    (tmp_path / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
    rules = RULES.replace("ROLE", '"arn:aws:iam::111122223333:role/mail"')
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    return foundation(tmp_path, "prod", TODAY)


def test_what_is_elsewhere_or_not_ours_is_left_with_its_reason(made: FoundationTemplate) -> None:
    assert sorted(made.notes) == [
        "function `scan` is not made: its code is yours",
        "key `00000000-0000-0000-0000-000000000001` is not made: a key with an id exists already",
        "roles of `github:acme/mail` are not made: write its numbers, "
        "`github:acme/mail,id=N,owner=N`",
        "topic `far` is not made: it is in region eu-west-2",
        "topic `theirs` is not made: it is in account 444455556666",
    ]
    assert sorted(made.named) == [
        ("AWS::IAM::Role", "arn:aws:iam::111122223333:role/mail"),
        ("AWS::S3::Bucket", "shop-history"),
        ("AWS::S3::Bucket", "shop-logs"),
        ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:111122223333:plain"),
    ]


def test_of_roles_that_differ_by_path_or_letter_case_alone_one_is_made(tmp_path: Path) -> None:
    """ "Names are not distinguished by case", CreateRole, IAM API Reference."""
    (tmp_path / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
    rules = RULES
    for name in ("mail", "team/mail", "Mail", "other"):
        rules = rules.replace("ROLE", f'"arn:aws:iam::111122223333:role/{name}"', 1)
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    found = foundation(tmp_path, "prod", TODAY)
    roles = [each for each in found.template.resources() if each.type == "AWS::IAM::Role"]
    names = [each.properties.get("RoleName") for each in roles]
    assert [name for name in names if name in {"mail", "Mail", "other"}] == ["Mail", "other"]
    told = [note for note in found.notes if note.startswith("role `")]
    assert [note.partition(":")[0] for note in told] == [
        "role `mail` is not made",
        "role `team/mail` is not made",
    ]


def test_only_topics_that_get_headers_alone_lead_to_a_table(made: FoundationTemplate) -> None:
    types = {each.type for each in made.template.resources()}
    assert "AWS::SNS::Topic" in types
    assert "AWS::DynamoDB::Table" not in types


def test_snapshots_are_locked_where_asked_and_logs_come_below_their_prefix_alone(
    made: FoundationTemplate,
) -> None:
    resources = made.template.document()["Resources"]
    locked = resources["BucketShopHistory"]["Properties"]["ObjectLockConfiguration"]["Rule"]
    assert locked == {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}
    assert "ObjectLockEnabled" not in resources["BucketShopLogs"]["Properties"]
    statements = resources["BucketShopLogsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    delivers = next(each for each in statements if each["Sid"] == "DeliverLogs")
    assert delivers["Resource"] == [{"Fn::Sub": "${BucketShopLogs.Arn}/mail/*"}]
    assert delivers["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert "aws:SourceAccount" in delivers["Condition"]["StringEquals"]


def resolved(value: Any, document: dict[str, Any], account: str, region: str) -> Any:
    """A part of a template as CloudFormation would fill it in."""
    names = {
        "AWS::Partition": "aws",
        "AWS::AccountId": account,
        "AWS::Region": region,
        "GitHubProvider": f"arn:aws:iam::{account}:oidc-provider/{GITHUB}",
        "GitLabGitExampleComProvider": f"arn:aws:iam::{account}:oidc-provider/git.example.com",
    }
    for name, resource in document["Resources"].items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::S3::Bucket" and "BucketName" in properties:
            names[f"{name}.Arn"] = f"arn:aws:s3:::{properties['BucketName']}"
        if resource["Type"] == "AWS::SNS::Topic" and "TopicName" in properties:
            names[name] = f"arn:aws:sns:{region}:{account}:{properties['TopicName']}"

    def of(each: Any) -> Any:
        match each:
            case {"Ref": name}:
                return names[name]
            case {"Fn::GetAtt": [name, member]}:
                return names[f"{name}.{member}"]
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda match: names[match[1]], text)
            case {"Fn::If": [_, then, _]}:
                return of(then)
            case dict():
                return {key: of(inner) for key, inner in each.items()}
            case list():
                return [of(inner) for inner in each]
            case _:
                return each

    return of(value)


GITHUB: Final = "token.actions.githubusercontent.com"


def test_roles_of_rules_may_do_what_plan_iam_prints() -> None:
    run = Run(directory=ROOT, environment="prod", today=TODAY)
    project = run.project()
    desired, _ = compile_project(project, run.packings)
    document = foundation(ROOT, "prod", TODAY).template.document()
    roles = {
        name: each["Properties"]
        for name, each in document["Resources"].items()
        if name.startswith("RoleMailGateway")
    }
    assert len(roles) == 4
    for role in roles.values():
        (inline,) = role["Policies"]
        wanted = policy_for(f"rules:{role['RoleName']}", desired, place_of(project))
        got = resolved(inline["PolicyDocument"], document, "444455556666", "us-east-1")
        assert got == wanted, role["RoleName"]
        trust = resolved(role["AssumeRolePolicyDocument"], document, "444455556666", "us-east-1")
        assert trust == policy_for("trust", desired, place_of(project))


def test_pipelines_are_trusted_by_what_their_jobs_show_and_may_do_what_plan_iam_prints() -> None:
    run = Run(directory=RICH, environment="staging", today=TODAY)
    project = run.project()
    desired, _ = compile_project(project, run.packings)
    place, stack = place_of(project), project.environment.stack
    assert stack is not None
    document = foundation(RICH, "staging", TODAY).template.document()
    for job in Job:
        role = document["Resources"][f"Ci{job.title()}Role"]["Properties"]
        trust = resolved(role["AssumeRolePolicyDocument"], document, place.account, place.region)
        complete = [each for each in map(pipeline_of, stack.ci) if each.complete]
        wanted = [
            pipeline_trust(replace(each, job=job), "staging", place, later=("prod",))["Statement"]
            for each in complete
        ]
        for got, (statement,) in zip(trust["Statement"], wanted, strict=True):
            assert {**got, "Sid": "Pipeline"} == statement
        (inline,) = role["Policies"]
        allowed = pipeline_policy(job, desired, place, sends=True, sender=False)
        sids = [each["Sid"] for each in inline["PolicyDocument"]["Statement"]]
        assert sids == [each["Sid"] for each in allowed["Statement"]]
        actions = [each["Action"] for each in inline["PolicyDocument"]["Statement"]]
        assert actions == [each["Action"] for each in allowed["Statement"]]


def test_a_provider_is_made_only_where_the_account_has_none() -> None:
    document = foundation(RICH, "staging", TODAY).template.document()
    assert document["Parameters"]["GitHubProviderArn"]["Default"] == ""
    assert document["Conditions"]["MakesGitHubProvider"] == {
        "Fn::Equals": [{"Ref": "GitHubProviderArn"}, ""]
    }
    there = f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"
    named = {name for _, name in foundation(RICH, "staging", TODAY).named}
    assert there in named
    known = foundation(RICH, "staging", TODAY, frozenset({there})).template.document()
    assert known["Parameters"]["GitHubProviderArn"]["Default"] == there
    assert known["Parameters"]["GitLabGitExampleComProviderArn"]["Default"] == ""
    provider = document["Resources"]["GitHubProvider"]
    assert provider["Condition"] == "MakesGitHubProvider"
    assert provider["DeletionPolicy"] == "Retain"
