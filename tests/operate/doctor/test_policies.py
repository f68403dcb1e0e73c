"""Policies that mmctl reads itself: allowed, denied, or not known, never guessed."""

from __future__ import annotations

from typing import Any, Final

from mmctl.operate.doctor.policies import PolicyAnswer, PolicyRequest, denial_of, verdict_of
from operate.doctor.sound_world import ACCOUNT, REGION, ROLE, trust

SOURCE = f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-rule-set/*"
ASSUMING = PolicyRequest(
    principals=frozenset({"ses.amazonaws.com"}),
    action="sts:AssumeRole",
    keys={"aws:sourceaccount": ACCOUNT, "aws:sourcearn": SOURCE, "sts:externalid": None},
)
ALLOWED, DENIED = PolicyAnswer.ALLOWED, PolicyAnswer.DENIED
NOT_ALLOWED, NOT_KNOWN = PolicyAnswer.NOT_ALLOWED, PolicyAnswer.NOT_KNOWN


def _of(**members: Any) -> dict[str, Any]:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    found = usual | members
    return {"Statement": [{name: each for name, each in found.items() if each is not None}]}


TRUSTS: Final[tuple[tuple[dict[str, Any], PolicyAnswer], ...]] = (
    (trust(), ALLOWED),
    (_of(), ALLOWED),
    (_of(Action="sts:*"), ALLOWED),
    (_of(Action="STS:assumerole"), ALLOWED),
    (_of(Action=["sts:TagSession", "sts:Assume?ole"]), ALLOWED),
    (_of(Principal="*"), ALLOWED),
    (_of(Principal={"Service": ["lambda.amazonaws.com", "ses.amazonaws.com"]}), ALLOWED),
    (_of(Condition={"ArnLike": {"AWS:SourceArn": SOURCE}}), ALLOWED),
    (_of(Condition={"StringLike": {"aws:SourceAccount": "1234*"}}), ALLOWED),
    (_of(Condition={"StringNotEquals": {"aws:SourceAccount": "999999999999"}}), ALLOWED),
    (_of(Condition={"StringEqualsIfExists": {"sts:ExternalId": "x"}}), ALLOWED),
    (_of(Condition={"Null": {"sts:ExternalId": "true"}}), ALLOWED),
    (_of(Principal={"Service": "email.amazonaws.com"}), NOT_ALLOWED),
    (_of(Action="sts:AssumeRoleWithSAML"), NOT_ALLOWED),
    (_of(NotAction="sts:*", Action=None), NOT_ALLOWED),
    (_of(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}), NOT_ALLOWED),
    (
        _of(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:ses:eu-west-1:{ACCOUNT}:*"}}),
        NOT_ALLOWED,
    ),
    (_of(Condition={"StringEquals": {"sts:ExternalId": "x"}}), NOT_ALLOWED),
    (_of(Condition={"ArnLike": {"aws:SourceArn": SOURCE.replace("*", "rs-1")}}), NOT_KNOWN),
    (_of(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}}), NOT_KNOWN),
    (_of(Condition={"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}), NOT_KNOWN),
    (_of(Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01"}}), NOT_KNOWN),
    (_of(Condition={"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}}), NOT_KNOWN),
    (_of(Condition="x"), NOT_KNOWN),
    (_of(Effect="Deny"), DENIED),
    (_of(Effect="Deny", Condition={"Bool": {"aws:Unheard": "true"}}), NOT_KNOWN),
    (_of(Effect="Maybe"), NOT_KNOWN),
    ({"Statement": ["x"]}, NOT_KNOWN),
    ({"Statement": [*trust()["Statement"], *_of(Effect="Deny")["Statement"]]}, DENIED),
    ({"Statement": _of()["Statement"][0]}, ALLOWED),
    ({}, NOT_ALLOWED),
)


def test_trust_policies_are_read_and_never_guessed() -> None:
    wrong = [
        (document, wanted, found)
        for document, wanted in TRUSTS
        if (found := verdict_of([document], ASSUMING)) is not wanted
    ]
    assert wrong == []


PUTTING = PolicyRequest(
    principals=frozenset({ROLE, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", "*"}),
    action="s3:PutObject",
    resource="arn:aws:s3:::acme-mail/*",
    keys={"aws:securetransport": "true", "aws:principalarn": ROLE},
)
DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::acme-mail", "arn:aws:s3:::acme-mail/*"],
}
DENIALS: Final[tuple[tuple[dict[str, Any], PolicyAnswer], ...]] = (
    ({}, DENIED),
    ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, NOT_ALLOWED),
    ({"Condition": {"Bool": {"aws:SecureTransport": False}}}, NOT_ALLOWED),
    ({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}, NOT_ALLOWED),
    ({"Action": "s3:Get*"}, NOT_ALLOWED),
    ({"Resource": "arn:aws:s3:::other/*"}, NOT_ALLOWED),
    ({"Resource": "arn:aws:s3:::acme-mail/private/*"}, NOT_KNOWN),
    ({"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}, NOT_KNOWN),
    ({"Condition": {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}}, NOT_ALLOWED),
    ({"Condition": {"ArnNotEquals": {"aws:PrincipalArn": ROLE + "-2"}}}, DENIED),
    ({"Effect": "Allow", "Condition": {"Bool": {"aws:Unheard": "true"}}}, NOT_ALLOWED),
)


def test_only_a_denial_that_is_sure_is_one() -> None:
    wrong = [
        (members, wanted, found)
        for members, wanted in DENIALS
        if (found := denial_of({"Statement": [DENY | members]}, PUTTING)) is not wanted
    ]
    assert wrong == []
