"""A gateway that is sound, on moto and the embedded Mail Manager, to be broken one fault at a time.

What moto does not do is answered as AWS documents it: IAM's simulator, the account of SES, verified
identities.
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from mmctl.cli.embedded import embedded_in
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.live.aws import connect as connecting
from mmctl.live.aws.connect import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from mmctl.live.aws.mail_manager import AwsMailManager
    from mmctl.model.kinds import Noun

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/rules"
TOPIC: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:mail"
FUNCTION: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:look"
BUCKET: Final = "acme-mail"
PROJECT: Final = """\
version: 1
project: acme
rules: [rules/*.yaml]
environments:
  local: {endpoint: embedded, account: "123456789012", region: us-east-1}
default_environment: local
"""
RULES: Final = """\
version: 1
archives:
  vault: {retention: ONE_YEAR}
relays:
  exchange:
    server: mail.example.com
    port: 587
    authentication: {secret_arn: "SECRET"}
traffic_policies:
  edge:
    default: deny
    statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
rule_sets:
  inbound:
    rules:
      - name: block-offers
        conditions: [{subject: {contains: offer}}]
        actions: [drop]
      - {name: off, enabled: false, conditions: [{subject: {contains: x}}], actions: [drop]}
      - name: keep
        actions: [{archive: {to: vault}}]
      - name: copy
        actions:
          - write_to_s3: {bucket: acme-mail, role: "ROLE", kms_key: "KEY"}
          - publish_to_sns: {topic: "TOPIC", role: "ROLE"}
          - invoke_lambda: {function: "FUNCTION", role: "ROLE", invocation: event}
      - name: bounce-old
        conditions: [{recipient: {equals: old@example.com}}]
        actions:
          - bounce:
              sender: postmaster@example.com
              role: "ROLE"
              status_code: "5.1.1"
              smtp_reply_code: "550"
              diagnostic_message: gone
          - drop
      - name: deliver
        actions: [{relay: {to: exchange}}]
  other:
    rules: [{name: keep-it, actions: [{archive: {to: vault}}]}]
ingress_points:
  entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required}
  inside:
    type: auth
    traffic_policy: edge
    rule_set: inbound
    tls_policy: required
    network: {vpc_endpoint: "ENDPOINT"}
    auth: {secret_arn: "PASSWORD"}
  second: {type: open, traffic_policy: edge, rule_set: other, tls_policy: optional}
"""


class SoundWorld:
    """The world: clients of moto, the ids of what was made, and the commands of mmctl."""

    def __init__(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.root = root
        self.capsys = capsys
        self.answers: dict[tuple[str, str], Callable[..., Any]] = {}
        """Answers in place of moto's, by service and operation of the client."""
        monkeypatch.chdir(root)
        real = connecting.open_service

        def opened(environment: Any, name: str, **more: Any) -> Any:
            client = real(environment, name, **more)
            for (service, operation), answer in self.answers.items():
                if service == name:
                    setattr(client, operation, answer)
            return client

        monkeypatch.setattr(connecting, "open_service", opened)
        self._make_aws()
        self._document()
        self._make_project()

    def client(self, service: Any) -> Any:
        return boto3.client(service, region_name=REGION)

    def _make_aws(self) -> None:
        ec2, kms, iam = self.client("ec2"), self.client("kms"), self.client("iam")
        self.vpc = ec2.create_vpc(CidrBlock="10.64.0.0/20")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.64.{at}.0/24", AvailabilityZone=f"{REGION}{zone}"
            )["Subnet"]["SubnetId"]
            for at, zone in enumerate("ab")
        ]
        self.group = self._group("endpoint")
        self.senders = self._group("senders")
        self.admit()
        self.endpoint = self.make_endpoint("auth")
        self.key = kms.create_key(Policy=json.dumps(key_policy()))["KeyMetadata"]["Arn"]
        secrets = self.client("secretsmanager")
        self.secret, self.password = (
            secrets.create_secret(Name=name, SecretString=value, KmsKeyId=self.key)["ARN"]
            for name, value in (("relay", LOGIN), ("inside", '{"password": "p"}'))
        )
        secrets.put_resource_policy(
            SecretId=self.secret, ResourcePolicy=json.dumps(secret_policy())
        )
        iam.create_role(RoleName="rules", AssumeRolePolicyDocument=json.dumps(trust()))
        self.client("s3").create_bucket(Bucket=BUCKET)
        self.client("sns").create_topic(Name="mail")

    def _group(self, name: str) -> str:
        made = self.client("ec2").create_security_group(
            GroupName=name, Description=name, VpcId=self.vpc
        )
        return str(made["GroupId"])

    def admit(self) -> None:
        """Let the senders in."""
        self.client("ec2").authorize_security_group_ingress(
            GroupId=self.group, IpPermissions=[self.mail()]
        )

    def mail(self) -> dict[str, Any]:
        senders = [{"GroupId": self.senders}]
        return {
            "IpProtocol": "tcp",
            "FromPort": 587,
            "ToPort": 587,
            "UserIdGroupPairs": senders,
        }

    def make_endpoint(self, kind: str) -> str:
        made = self.client("ec2").create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.{REGION}.mail-manager-smtp.{kind}",
            SubnetIds=self.subnets,
            SecurityGroupIds=[self.group],
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def _document(self) -> None:
        """What moto does not answer, as AWS's documents say."""
        self.answers |= {
            ("iam", "simulate_principal_policy"): simulated("allowed"),
            ("sesv2", "get_account"): account(),
            ("sesv2", "get_email_identity"): lambda **_: {
                "VerifiedForSendingStatus": True,
                "VerificationStatus": "SUCCESS",
            },
            ("lambda", "get_function_configuration"): lambda **_: {"State": "Active"},
        }

    def _make_project(self) -> None:
        (self.root / "rules").mkdir()
        (self.root / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
        self.rules = RULES
        for word, value in (
            ("SECRET", self.secret),
            ("ROLE", ROLE),
            ("KEY", self.key),
            ("TOPIC", TOPIC),
            ("FUNCTION", FUNCTION),
            ("ENDPOINT", self.endpoint),
            ("PASSWORD", self.password),
        ):
            self.rules = self.rules.replace(f'"{word}"', f'"{value}"')
        self.write(self.rules)
        self.run("mmctl apply")

    def write(self, rules: str) -> None:
        (self.root / "rules/all.yaml").write_text(rules, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        """Write the rules with a change."""
        assert old in self.rules, old
        self.write(self.rules.replace(old, new))

    def run(self, command: str) -> None:
        """Run a command line that the doctor printed; nobody is there to ask."""
        _, name, *words = shlex.split(command)
        forced = ("lint", "cases", "ordinary-mail") if name == "apply" else ()
        more = [word for each in forced for word in ("--force", each)]
        more += ["--yes"] if forced else []
        code = exit_code([name, *words, *more, "-q"])
        said = self.capsys.readouterr()
        assert code == 0, f"{command}: {code}: {said.err}"

    def doctor(self, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the document of `mmctl doctor`."""
        code = exit_code(["doctor", "--format", "json", *words])
        out = self.capsys.readouterr()
        assert out.out, out.err
        return code, json.loads(out.out)

    def service(self) -> AwsMailManager:
        """The embedded Mail Manager, for changes by hand."""
        environment = Run(directory=self.root, today=date(2026, 11, 29)).project().environment
        return connect(environment, embedded_in(self.root, clock=lambda: datetime.now(UTC)))

    def id_of(self, noun: Noun, name: str) -> str:
        found = self.service().list(noun)
        return next(str(each[noun.id_member]) for each in found if each[noun.name_member] == name)

    def update(self, noun: Noun, name: str, **members: Any) -> None:
        """Change something by hand."""
        self.service().update(noun, self.id_of(noun, name), members)


LOGIN: Final = '{"username": "u-secret-value", "password": "p-secret-value"}'


def key_policy(**statement: Any) -> dict[str, Any]:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    ses = {"Service": "ses.amazonaws.com"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": ses, "Action": "kms:Decrypt", "Resource": "*"},
            *([statement] if statement else []),
        ],
    }


def secret_policy(principal: str = "ses.amazonaws.com") -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": principal},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }


def trust(principal: str = "ses.amazonaws.com", **condition: Any) -> dict[str, Any]:
    wanted = condition or {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": principal},
                "Action": "sts:AssumeRole",
                "Condition": wanted,
            }
        ],
    }


def simulated(decision: str, only: str = "", **more: Any) -> Callable[..., Any]:
    """The documented answer of SimulatePrincipalPolicy: one result an action and resource."""

    def answer(*, ActionNames: list[str], ResourceArns: list[str], **_: Any) -> Any:  # noqa: N803
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": decision if not only or only == action else "allowed",
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                    **more,
                }
                for action in ActionNames
                for resource in ResourceArns
            ],
            "IsTruncated": False,
        }

    return answer


def account(**members: Any) -> Callable[..., Any]:
    """The documented answer of GetAccount."""
    quota = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0}
    found = {"ProductionAccessEnabled": True, "SendingEnabled": True, "SendQuota": quota}
    return lambda **_: found | members


def refusing(code: str, message: str = "no") -> Callable[..., Any]:
    """A call that AWS refuses."""

    def answer(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    return answer


@contextmanager
def sound_world(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[SoundWorld]:
    """A sound world while a block runs."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    # An environment on this machine has AWS around it only where somebody names an endpoint.
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"https://sns.{REGION}.amazonaws.com")
    passing: Any = {"core": {"passthrough": {"urls": [r"https://mail-manager\."]}}}
    with mock_aws(config=passing):
        yield SoundWorld(root, monkeypatch, capsys)


def findings(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The findings of a document by look."""
    return {look["id"]: look["findings"] for look in document["looks"] if look["findings"]}


def not_looked(document: dict[str, Any], *, failed: bool) -> dict[str, list[str]]:
    """What was not looked at, and why, by look."""
    return {
        look["id"]: found
        for look in document["looks"]
        if (
            found := [
                f"{each['what']}: {each['why']}"
                for each in look["not_looked_at"]
                if each["failed"] is failed
            ]
        )
    }


def says(text: str, pattern: str) -> bool:
    """Whether a text has a pattern."""
    return re.search(pattern, text) is not None
