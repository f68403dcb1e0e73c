"""A look that fails ends nothing: it is said, with the permission that is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ReadTimeoutError

from operate.doctor.sound_world import (
    findings,
    not_looked,
    refusing,
    simulated,
    sound_world,
    trust,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def _late(**_: Any) -> Any:
    raise ReadTimeoutError(endpoint_url="https://iam.amazonaws.com")


def _saying(answer: Any) -> Callable[..., Any]:
    return lambda **_: answer


DENIED = refusing("AccessDenied", "User is not authorized")
WRONG: tuple[tuple[str, str, Callable[..., Any], str, str, str | None], ...] = (
    ("iam", "get_role", DENIED, "role-not-trusting", "no permission: iam:GetRole", "iam:GetRole"),
    (
        "ec2",
        "describe_security_groups",
        refusing("UnauthorizedOperation"),
        "endpoint-groups-closed",
        "no permission: ec2:DescribeSecurityGroups",
        "ec2:DescribeSecurityGroups",
    ),
    (
        "s3",
        "get_bucket_policy",
        DENIED,
        "bucket-refuses",
        "no permission: s3:GetBucketPolicy",
        "s3:GetBucketPolicy",
    ),
    (
        "secretsmanager",
        "get_secret_value",
        refusing("AccessDeniedException"),
        "relay-secret",
        "no permission: secretsmanager:GetSecretValue",
        "secretsmanager:GetSecretValue",
    ),
    (
        "ec2",
        "describe_network_acls",
        refusing("RequestLimitExceeded", "slow down"),
        "endpoint-acl-denies",
        "RequestLimitExceeded: slow down",
        None,
    ),
    ("iam", "get_role", _late, "role-not-trusting", "Read timeout", None),
    ("sns", "get_topic_attributes", _saying({}), "topic-refuses", "makes no sense", None),
    (
        "ec2",
        "describe_vpc_endpoints",
        _saying({"VpcEndpoints": [{"VpcEndpointId": None}]}),
        "endpoint-missing",
        "makes no sense",
        None,
    ),
    ("ec2", "describe_vpc_endpoints", _saying(None), "endpoint-missing", "makes no sense", None),
    ("kms", "get_key_policy", _saying({"Policy": "[1"}), "key-refuses", "makes no sense", None),
    ("kms", "get_key_policy", _saying({"Policy": "[]"}), "key-refuses", "makes no sense", None),
    (
        "iam",
        "get_role",
        _saying({"Role": {"Arn": "x", "AssumeRolePolicyDocument": "%7B"}}),
        "role-not-trusting",
        "makes no sense",
        None,
    ),
    (
        "iam",
        "simulate_principal_policy",
        simulated("allowedSomehow"),
        "role-not-allowed",
        "IAM's simulator does not say it for sure",
        None,
    ),
)


def test_a_look_that_fails_is_told_and_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        for service, operation, answer, look, sentence, permission in WRONG:
            world.answers[service, operation] = answer
            code, document = world.doctor()
            said = not_looked(document, failed=True)
            if not any(sentence in each for each in said.get(look, ())):
                wrong.append(f"{service} {operation}: {look}: {said}")
            if code != 5 or findings(document):
                wrong.append(f"{service} {operation}: exit {code}: {findings(document)}")
            missing = document["missing_permissions"]
            if permission is not None and permission not in missing:
                wrong.append(f"{permission} is not in {missing}")
            if len(document["looks"]) < 40 or "account-quota" in said:
                wrong.append(f"{service} {operation} ended others")
            del world.answers[service, operation]
            world._document()
    assert wrong == []


def test_where_iam_may_not_be_asked_the_policies_of_the_role_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        world.answers["iam", "simulate_principal_policy"] = DENIED
        _, document = world.doctor()
        # Nothing allows ses:SendBounce, and no resource could; the bucket has no policy. Topics and
        # functions have policies of their own, which may allow the rest.
        said = " ".join(each["text"] for each in findings(document)["role-not-allowed"])
        assert "of rules `bounce-old` may not ses:SendBounce" in said
        assert "of rules `copy` may not s3:PutObject, s3:ListBucket" in said
        assert "lambda" not in said
        assert "sns" not in said
        unsure = " ".join(not_looked(document, failed=True)["role-not-allowed"])
        assert "may lambda:InvokeFunction" in unsure
        assert "iam:SimulatePrincipalPolicy" in document["missing_permissions"]
        allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        world.client("iam").put_role_policy(
            RoleName="rules",
            PolicyName="rules",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        )
        code, document = world.doctor()
        assert (code, findings(document), not_looked(document, failed=True)) == (0, {}, {})
        denied = {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}
        world.client("iam").put_role_policy(
            RoleName="rules",
            PolicyName="more",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [denied]}),
        )
        (found,) = findings(world.doctor()[1])["role-not-allowed"]
        assert "may not s3:PutObject: a policy denies it" in found["text"]


def test_a_trust_policy_that_is_not_understood_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        document = trust(StringEquals={"aws:SourceOrgID": "o-example"})
        world.client("iam").update_assume_role_policy(
            RoleName="rules", PolicyDocument=json.dumps(document)
        )
        code, found = world.doctor()
        assert (code, findings(found)) == (5, {})
        (said,) = not_looked(found, failed=True)["role-not-trusting"]
        assert "lets SES assume it: its trust policy has conditions" in said
