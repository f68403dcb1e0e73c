"""One broken world a fault: the right look finds it, and it goes away once it is corrected.

The world is made once and broken in turn, each time from a sound state: nothing but the named look
may find anything, so that what a correction leaves is found in the next world.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from flags import wrong_flags
from moto.ec2.models import ec2_backends

from mmctl.model.kinds import Noun
from operate.doctor.sound_world import (
    ACCOUNT,
    BUCKET,
    LOGIN,
    REGION,
    ROLE,
    TOPIC,
    account,
    findings,
    key_policy,
    not_looked,
    refusing,
    says,
    secret_policy,
    simulated,
    sound_world,
    trust,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from operate.doctor.sound_world import SoundWorld


@dataclass(frozen=True, kw_only=True)
class BrokenWorld:
    """A fault, and what the doctor says of it."""

    fault: Callable[[SoundWorld], None]
    look: str
    sentence: str
    """A pattern."""
    command: str
    """How one of its commands begins."""
    cure: Callable[[SoundWorld], None] | None = None
    """What corrects it; None: its first command of mmctl, which is run."""
    words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Looks that find the same."""


def _endpoint(world: SoundWorld) -> Any:
    return ec2_backends[ACCOUNT][REGION].vpc_end_points[world.endpoint]


def _set(name: str, value: Any) -> Callable[[SoundWorld], None]:
    """Change what moto keeps of the endpoint: its API cannot."""
    return lambda world: setattr(_endpoint(world), name, value)


def _secret(of: str, value: str) -> Callable[[SoundWorld], None]:
    def put(world: SoundWorld) -> None:
        arn = {"relay": world.secret, "inside": world.password}[of]
        world.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=value)

    return put


def _answer(service: str, operation: str, answer: Callable[..., Any]) -> Callable[..., None]:
    def put(world: SoundWorld) -> None:
        world.answers[service, operation] = answer

    return put


def _trust(**members: Any) -> Callable[[SoundWorld], None]:
    document = json.dumps(trust(**members))
    return lambda world: world.client("iam").update_assume_role_policy(
        RoleName="rules", PolicyDocument=document
    )


def _bucket_policy(document: dict[str, Any] | None) -> Callable[[SoundWorld], None]:
    def put(world: SoundWorld) -> None:
        s3 = world.client("s3")
        if document is None:
            s3.delete_bucket_policy(Bucket=BUCKET)
        else:
            s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))

    return put


def _key_id(world: SoundWorld) -> str:
    """Moto knows keys by their id in some operations."""
    return str(world.key.rpartition("/")[2])


def _key(document: dict[str, Any]) -> Callable[[SoundWorld], None]:
    return lambda world: world.client("kms").put_key_policy(
        KeyId=_key_id(world), PolicyName="default", Policy=json.dumps(document)
    )


def _rules(old: str, new: str) -> Callable[[SoundWorld], None]:
    """Change the files and make them live, whatever brakes say."""

    def change(world: SoundWorld) -> None:
        world.change(old, new)
        world.run(_ANYWAY)

    return change


def _back(world: SoundWorld) -> None:
    world.write(world.rules)
    world.run(_ANYWAY)


def _file(old: str, new: str) -> Callable[[SoundWorld], None]:
    return lambda world: world.change(old, new)


_ANYWAY: Final = (
    "mmctl apply --allow-delete --force size --force behaviour --force catch-all --force drift "
    "--force ordinary-mail --force entrance --force blocking --force destination "
    "--force relay-target"
)
_DENIES: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:Put*",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
    ],
}


def _close_group(world: SoundWorld) -> None:
    world.client("ec2").revoke_security_group_ingress(
        GroupId=world.group, IpPermissions=[world.mail()]
    )


def _shut_senders(world: SoundWorld) -> None:
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    world.client("ec2").revoke_security_group_egress(
        GroupId=world.senders, IpPermissions=everything
    )


def _let_senders_out(world: SoundWorld) -> None:
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    world.client("ec2").authorize_security_group_egress(
        GroupId=world.senders, IpPermissions=everything
    )


def _acl(world: SoundWorld) -> str:
    found = world.client("ec2").describe_network_acls(
        Filters=[{"Name": "vpc-id", "Values": [world.vpc]}]
    )
    return str(found["NetworkAcls"][0]["NetworkAclId"])


def _deny(*, egress: bool) -> Callable[[SoundWorld], None]:
    def put(world: SoundWorld) -> None:
        world.client("ec2").create_network_acl_entry(
            NetworkAclId=_acl(world),
            RuleNumber=10,
            Protocol="6",
            RuleAction="deny",
            Egress=egress,
            CidrBlock="10.0.0.0/8",
            PortRange={"From": 25, "To": 65535},
        )

    return put


def _undeny(*, egress: bool) -> Callable[[SoundWorld], None]:
    return lambda world: world.client("ec2").delete_network_acl_entry(
        NetworkAclId=_acl(world), RuleNumber=10, Egress=egress
    )


def _table(world: SoundWorld) -> Any:
    tables = ec2_backends[ACCOUNT][REGION].route_tables.values()
    return next(each for each in tables if each.vpc_id == world.vpc)


def _dead_route(world: SoundWorld) -> None:
    ec2 = world.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=world.vpc)
    ec2.create_route(
        RouteTableId=_table(world).id, DestinationCidrBlock="10.99.0.0/16", GatewayId=gateway
    )
    world.answers["ec2", "describe_route_tables"] = lambda **more: _with_dead(
        world.client("ec2").describe_route_tables(**more)
    )


def _with_dead(answer: dict[str, Any]) -> dict[str, Any]:
    """EC2 says `blackhole` of a route whose target is gone; moto says active of all."""
    for table in answer["RouteTables"]:
        for route in table["Routes"]:
            if route.get("DestinationCidrBlock") == "10.99.0.0/16":
                route["State"] = "blackhole"
    return answer


def _live_route(world: SoundWorld) -> None:
    del world.answers["ec2", "describe_route_tables"]


def _delete_point(world: SoundWorld) -> None:
    world.service().delete(Noun.INGRESS_POINT, world.id_of(Noun.INGRESS_POINT, "entrance"))


def _many_points(world: SoundWorld) -> None:
    service = world.service()
    for number in range(7):
        service.create(
            Noun.INGRESS_POINT,
            {
                "IngressPointName": f"spare-{number}",
                "Type": "OPEN",
                "RuleSetId": world.id_of(Noun.RULE_SET, "other"),
                "TrafficPolicyId": world.id_of(Noun.TRAFFIC_POLICY, "edge"),
            },
            f"token-{number}",
        )


def _fewer_points(world: SoundWorld) -> None:
    service = world.service()
    for each in list(service.list(Noun.INGRESS_POINT)):
        if str(each["IngressPointName"]).startswith("spare-"):
            service.delete(Noun.INGRESS_POINT, each["IngressPointId"])


def _share_endpoint(world: SoundWorld) -> None:
    """Another ingress point of the files names the endpoint of the first."""
    third = (
        "  third: {type: auth, traffic_policy: edge, rule_set: other, tls_policy: required, "
        f'network: {{vpc_endpoint: {world.endpoint}}}, auth: {{secret_arn: "{world.password}"}}}}\n'
    )
    world.write(world.rules + third)


def _many_rules() -> str:
    """Rules enough to be near the limit of a rule set, none like another."""
    return ", ".join(
        f"{{name: keep-{n}, conditions: [{{subject: {{contains: case {n:02}}}}}], "
        "actions: [{archive: {to: vault}}]}"
        for n in range(35)
    )


def _many_rule_sets(world: SoundWorld) -> None:
    for number in range(34):
        rules = {"RuleSetName": f"spare-{number}", "Rules": []}
        world.service().create(Noun.RULE_SET, rules, f"token-{number}")


def _fewer_rule_sets(world: SoundWorld) -> None:
    service = world.service()
    for each in list(service.list(Noun.RULE_SET)):
        if str(each["RuleSetName"]).startswith("spare-"):
            service.delete(Noun.RULE_SET, each["RuleSetId"])


def _by_hand(world: SoundWorld) -> None:
    found = world.service().get(Noun.RULE_SET, world.id_of(Noun.RULE_SET, "inbound")) or {}
    world.update(Noun.RULE_SET, "inbound", Rules=found["Rules"][1:])


def _other_set(world: SoundWorld) -> None:
    other = world.id_of(Noun.RULE_SET, "other")
    world.update(Noun.INGRESS_POINT, "entrance", RuleSetId=other)


def _forget(service: str, operation: str) -> Callable[[SoundWorld], None]:
    def undo(world: SoundWorld) -> None:
        world._document()
        if (service, operation) not in _DOCUMENTED:
            del world.answers[service, operation]

    return undo


_DOCUMENTED: Final = {
    ("iam", "simulate_principal_policy"),
    ("sesv2", "get_account"),
    ("sesv2", "get_email_identity"),
    ("lambda", "get_function_configuration"),
}
_QUOTA: Final = {"Max24HourSend": 1000.0, "MaxSendRate": 1.0, "SentLast24Hours": 950.0}

BROKEN: Final = (
    BrokenWorld(
        fault=_delete_point,
        look="not-live",
        sentence="ingress point `entrance` is not live in account 123456789012",
        command="mmctl apply",
        also=("changed-by-hand",),
    ),
    BrokenWorld(
        fault=lambda world: world.update(Noun.INGRESS_POINT, "entrance", StatusToUpdate="CLOSED"),
        look="not-active",
        sentence="ingress point `entrance` is CLOSED, and the files have it open",
        command="mmctl apply --force",
        also=("changed-by-hand",),
    ),
    BrokenWorld(
        fault=lambda world: world.update(Noun.INGRESS_POINT, "entrance", TlsPolicy="OPTIONAL"),
        look="tls-required",
        sentence="the live TLS policy of `entrance` is OPTIONAL, the files want REQUIRED",
        command="mmctl apply --force",
        also=("changed-by-hand",),
    ),
    BrokenWorld(
        fault=_secret("inside", '{"user": "x"}'),
        look="password-secret",
        sentence="the secret of ingress point `inside` has no `password`",
        command="aws secretsmanager put-secret-value",
        cure=_secret("inside", '{"password": "p"}'),
    ),
    BrokenWorld(
        fault=_many_points,
        look="endpoint-quota",
        sentence="9 of 10 open ingress points are used",
        command="aws mailmanager list-ingress-points",
        cure=_fewer_points,
    ),
    BrokenWorld(
        fault=lambda _: None,
        look="rule-unknown",
        sentence="no rule set has a rule `delver`",
        command="mmctl diff",
        cure=lambda _: None,
        words=("--rule", "delver"),
    ),
    BrokenWorld(
        fault=lambda _: None,
        look="rule-switched-off",
        sentence="rule `off` has `enabled: false`",
        command="remove `enabled: false`",
        cure=lambda _: None,
        words=("--rule", "off"),
    ),
    BrokenWorld(
        fault=_file("contains: offer", "contains: offers"),
        look="not-applied",
        sentence="1 change of the files not live: `block-offers`",
        command="mmctl apply",
    ),
    BrokenWorld(
        fault=lambda world: world.write(world.rules),
        look="not-applied",
        sentence="1 change of the files not live: `block-offers`",
        command="mmctl apply",
    ),
    BrokenWorld(
        fault=_by_hand,
        look="changed-by-hand",
        sentence="1 change by hand since the last apply: `block-offers`",
        command="mmctl apply --force drift",
    ),
    BrokenWorld(
        # What keeps a rule from acting may be a change to another one.
        fault=_by_hand,
        look="changed-by-hand",
        sentence="1 change by hand since the last apply: `block-offers`",
        command="mmctl apply --force drift",
        words=("--rule", "deliver"),
    ),
    BrokenWorld(
        fault=_other_set,
        look="other-rule-set",
        sentence="ingress point `entrance` uses rule set `other`, the files say `inbound`",
        command="mmctl apply --force",
        also=("changed-by-hand",),
    ),
    BrokenWorld(
        fault=_rules(
            "actions: [{archive: {to: vault}}]\n      - name: copy",
            "actions: [{archive: {to: vault}}, stop]\n      - name: copy",
        ),
        look="rule-unreached",
        sentence="no mail reaches rule `deliver`",
        command="mmctl prove",
        cure=_back,
    ),
    BrokenWorld(
        fault=_set("state", "rejected"),
        look="endpoint-not-available",
        sentence="of `inside` is rejected",
        command="aws ec2 describe-vpc-endpoints",
        cure=_set("state", "available"),
    ),
    BrokenWorld(
        fault=_set("service_name", f"com.amazonaws.{REGION}.mail-manager-smtp.open"),
        look="endpoint-of-other-service",
        sentence=r"expected `com\.amazonaws\.us-east-1\.mail-manager-smtp\.auth`",
        command="mmctl foundation up",
        cure=_set("service_name", f"com.amazonaws.{REGION}.mail-manager-smtp.auth"),
    ),
    BrokenWorld(
        fault=_set("subnet_ids", []),
        look="endpoint-without-subnets",
        sentence="of `inside` has no subnet",
        command="aws ec2 modify-vpc-endpoint",
        cure=lambda world: setattr(_endpoint(world), "subnet_ids", world.subnets),
        also=("endpoint-routes-dead",),
    ),
    BrokenWorld(
        fault=_set("dns_entries", []),
        look="endpoint-without-name",
        sentence="of `inside` has no DNS name",
        command="aws ec2 modify-vpc-attribute",
        cure=_set("dns_entries", [{"dns_name": "x.vpce.amazonaws.com", "hosted_zone_id": "Z"}]),
    ),
    BrokenWorld(
        fault=_close_group,
        look="endpoint-groups-closed",
        sentence="let no TCP 25 or 587 in",
        command="aws ec2 authorize-security-group-ingress",
        cure=lambda world: world.admit(),
    ),
    BrokenWorld(
        fault=_shut_senders,
        look="endpoint-groups-closed",
        sentence="lets no TCP 25 or 587 out",
        command="aws ec2 authorize-security-group-egress",
        cure=_let_senders_out,
    ),
    BrokenWorld(
        fault=_deny(egress=False),
        look="endpoint-acl-denies",
        sentence="denies TCP 25 and 587 in",
        command="aws ec2 create-network-acl-entry",
        cure=_undeny(egress=False),
    ),
    BrokenWorld(
        fault=_deny(egress=True),
        look="endpoint-acl-denies",
        sentence="denies replies to ports 1024 to 65535 out",
        command="aws ec2 create-network-acl-entry",
        cure=_undeny(egress=True),
    ),
    BrokenWorld(
        fault=_dead_route,
        look="endpoint-routes-dead",
        sentence="leads 10.99.0.0/16 to `igw-",
        command="aws ec2 replace-route",
        cure=_live_route,
    ),
    BrokenWorld(
        fault=_rules(
            "rules: [{name: keep-it, actions",
            "rules: [{name: keep-it, conditions: [{recipient: {equals: a@example.com}}], actions",
        ),
        look="mail-lost",
        sentence="which `second` admits, is accepted and lost",
        command="mmctl explain lost-mail",
        cure=_back,
    ),
    BrokenWorld(
        fault=_rules(
            "{name: keep-it, actions: [{archive: {to: vault}}]}",
            "{name: keep-it, actions: [{relay: {to: exchange, on_failure: drop}}]}",
        ),
        look="failure-hidden",
        sentence="if the delivery of rule `keep-it` fails, `on_failure: drop` ends the mail",
        command="mmctl explain lost-when-relay-fails",
        cure=_back,
    ),
    BrokenWorld(
        fault=_answer("sesv2", "get_email_identity", refusing("NotFoundException")),
        look="relay-identity",
        sentence="rules relay mail for example.com, which is no identity of SES",
        command="aws sesv2 create-email-identity --email-identity example.com",
        cure=_forget("sesv2", "get_email_identity"),
    ),
    BrokenWorld(
        fault=_answer("sesv2", "get_account", account(ProductionAccessEnabled=False)),
        look="sandbox",
        sentence="the account is in the sandbox, and rule `bounce-old` sends",
        command="aws sesv2 put-account-details",
        cure=_forget("sesv2", "get_account"),
    ),
    BrokenWorld(
        fault=_answer("sesv2", "get_account", account(SendQuota=_QUOTA)),
        look="sending-quota",
        sentence="950 of 1,000 messages in 24 hours were sent",
        command="aws service-quotas",
        cure=_forget("sesv2", "get_account"),
    ),
    BrokenWorld(
        fault=_secret("relay", '{"user": "u-secret-value", "password": "p-secret-value"}'),
        look="relay-secret",
        sentence="the secret of relay `exchange` has no `username`",
        command="aws secretsmanager put-secret-value",
        cure=_secret("relay", LOGIN),
    ),
    BrokenWorld(
        fault=_secret("relay", "u-secret-value:p-secret-value"),
        look="relay-secret",
        sentence="the secret of relay `exchange` is no JSON object",
        command="aws secretsmanager put-secret-value",
        cure=_secret("relay", LOGIN),
    ),
    BrokenWorld(
        fault=lambda world: world.client("secretsmanager").put_resource_policy(
            SecretId=world.secret, ResourcePolicy=json.dumps(secret_policy("lambda.amazonaws.com"))
        ),
        look="relay-secret",
        sentence="does not let ses.amazonaws.com secretsmanager:GetSecretValue",
        command="aws secretsmanager put-resource-policy",
        cure=lambda world: world.client("secretsmanager").put_resource_policy(
            SecretId=world.secret, ResourcePolicy=json.dumps(secret_policy())
        ),
    ),
    BrokenWorld(
        fault=_trust(principal="lambda.amazonaws.com"),
        look="role-not-trusting",
        sentence="does not let ses.amazonaws.com assume it",
        command="aws iam update-assume-role-policy --role-name rules",
        cure=_trust(),
    ),
    BrokenWorld(
        fault=_trust(StringEquals={"aws:SourceAccount": "999999999999"}),
        look="role-not-trusting",
        sentence="does not let ses.amazonaws.com assume it",
        command="mmctl plan --iam trust",
        cure=_trust(),
    ),
    BrokenWorld(
        fault=_answer(
            "iam", "simulate_principal_policy", simulated("implicitDeny", only="s3:PutObject")
        ),
        look="role-not-allowed",
        sentence="of rules `copy` may not s3:PutObject",
        command="mmctl plan --iam rules:rules",
        cure=_forget("iam", "simulate_principal_policy"),
    ),
    BrokenWorld(
        fault=_answer(
            "iam", "simulate_principal_policy", simulated("explicitDeny", only="sns:Publish")
        ),
        look="role-not-allowed",
        sentence="may not sns:Publish: a policy denies it",
        command="aws iam put-role-policy",
        cure=_forget("iam", "simulate_principal_policy"),
    ),
    BrokenWorld(
        fault=_bucket_policy(_DENIES),
        look="bucket-refuses",
        sentence=f"the policy of bucket `{BUCKET}` denies s3:PutObject to {ROLE}",
        command="aws s3api put-bucket-policy",
        cure=_bucket_policy(None),
    ),
    BrokenWorld(
        fault=lambda world: world.client("s3").delete_bucket(Bucket=BUCKET),
        look="bucket-refuses",
        sentence=f"rules `copy` write to bucket `{BUCKET}`, which does not exist",
        command="mmctl foundation up",
        cure=lambda world: world.client("s3").create_bucket(Bucket=BUCKET),
    ),
    BrokenWorld(
        fault=lambda world: world.client("kms").disable_key(KeyId=_key_id(world)),
        look="key-refuses",
        sentence="is Disabled",
        command="aws kms enable-key",
        cure=lambda world: world.client("kms").enable_key(KeyId=_key_id(world)),
    ),
    BrokenWorld(
        fault=_key(
            key_policy(
                Effect="Deny", Principal={"AWS": ROLE}, Action="kms:GenerateDataKey", Resource="*"
            )
        ),
        look="key-refuses",
        sentence=f"refuses {ROLE}: its policy denies it",
        command="aws kms put-key-policy",
        cure=_key(key_policy()),
    ),
    BrokenWorld(
        fault=lambda world: world.client("sns").delete_topic(TopicArn=TOPIC),
        look="topic-refuses",
        sentence="publish to the topic .*, which does not exist",
        command="aws sns create-topic --name mail",
        cure=lambda world: world.client("sns").create_topic(Name="mail"),
    ),
    BrokenWorld(
        fault=_answer(
            "lambda", "get_function_configuration", refusing("ResourceNotFoundException")
        ),
        look="function-missing",
        sentence="rules `copy` call the function .*, which does not exist",
        command="mmctl foundation up",
        cure=_forget("lambda", "get_function_configuration"),
    ),
    BrokenWorld(
        fault=_share_endpoint,
        look="endpoint-shared",
        sentence="VPC endpoint `vpce-.*` is named by `inside`, `third`",
        command="mmctl foundation up",
        cure=lambda world: world.write(world.rules),
        also=("not-live", "not-applied"),
    ),
    BrokenWorld(
        fault=_rules("[{name: keep-it,", f"[{_many_rules()}, {{name: keep-it,"),
        look="rule-quota",
        sentence="36 of 40 rules in rule set `other` are used",
        command="mmctl budget",
        cure=_back,
    ),
    BrokenWorld(
        fault=lambda world: world.service().delete(
            Noun.ARCHIVE, world.id_of(Noun.ARCHIVE, "vault")
        ),
        look="archive-going",
        sentence="archive `vault`, which rules write to, is PENDING_DELETION",
        command="give the archive another `live_name`",
        cure=_rules(
            "vault: {retention: ONE_YEAR}", "vault: {retention: ONE_YEAR, live_name: vault-2}"
        ),
        also=("changed-by-hand",),
    ),
    BrokenWorld(
        fault=_many_rule_sets,
        look="account-quota",
        sentence="36 of 40 rule sets are used",
        command="aws mailmanager list-rule-sets",
        cure=_fewer_rule_sets,
    ),
    BrokenWorld(
        fault=lambda world: world.answers.update(
            {("service-quotas", "get_service_quota"): lambda **_: {"Quota": {"Value": 1.0}}}
        ),
        look="endpoints-in-vpc",
        sentence="1 of 1 VPC endpoints in .* are used",
        command="aws service-quotas request-service-quota-increase",
        cure=_forget("service-quotas", "get_service_quota"),
    ),
    BrokenWorld(
        fault=lambda world: world.client("ec2").delete_vpc_endpoints(
            VpcEndpointIds=[world.endpoint]
        ),
        look="endpoint-missing",
        sentence="names VPC endpoint `vpce-.*`, which does not exist",
        command="mmctl foundation status",
        cure=lambda _: None,
    ),
)
"""In this order: each is sound again before the next, and the last cannot be undone."""


@pytest.mark.slow
def test_every_broken_world_is_found_and_goes_away_once_it_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        for broken in BROKEN:
            broken.fault(world)
            code, document = world.doctor(*broken.words)
            found = findings(document)
            texts = [each["text"] for each in found.get(broken.look, ())]
            commands = [
                each for finding in found.get(broken.look, ()) for each in finding["commands"]
            ]
            if not any(says(text, broken.sentence) for text in texts):
                wrong.append(f"{broken.look}: {broken.sentence}: got {found}")
            if not any(command.startswith(broken.command) for command in commands):
                wrong.append(f"{broken.look}: no command {broken.command}: {commands}")
            wrong += [
                f"{broken.look}: there is no {flag}"
                for each in commands
                if each.startswith("mmctl ")
                for flag in wrong_flags(each.split()[1], each)
            ]
            others = found.keys() - {broken.look, *broken.also}
            if others or code != 1:
                wrong.append(f"{broken.look}: exit {code}, and others find {found}")
            if not_looked(document, failed=True):
                wrong.append(f"{broken.look}: {not_looked(document, failed=True)}")
            if "secret-value" in json.dumps(document).replace("put-secret-value", ""):
                wrong.append(f"{broken.look}: a secret is printed")
            _correct(world, broken, commands, wrong)
            if wrong:
                break
    assert wrong == []


def _correct(world: SoundWorld, broken: BrokenWorld, commands: list[str], wrong: list[str]) -> None:
    """Correct a world, by the doctor's own command where that is one that applies."""
    if broken.cure is not None:
        broken.cure(world)
        return
    applying = [each for each in commands if each.startswith("mmctl apply")]
    assert applying, f"{broken.look}: no command of mmctl corrects it: {wrong}"
    world.run(applying[0])
