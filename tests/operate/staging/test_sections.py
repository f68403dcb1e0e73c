"""The staging layer of a template: only what the project needs, and nobody else may reach it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.compiler.compile import compile_project
from mmctl.errors import UsageError
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind
from mmctl.operate.staging.sections import staging_of, staging_template
from mmctl.operate.templates.template import INLINE_BYTES

if TYPE_CHECKING:
    from mmctl.language.project import Project

USER_DATA_BYTES = 16_384
"""How much user data may have before it is encoded (EC2 User Guide)."""
RULES = """\
version: 1
rule_sets:
  inbound: {rules: [{name: a, actions: [{relay: {to: exchange, mail_from: preserve}}]}]}
traffic_policies: {edge: {default: allow}}
relays: {exchange: {server: mail.example.com, port: 587, authentication: none}}
ingress_points:
  public-mx:
    {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4},
     tls_policy: optional}
  fips: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
  closed:
    {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}, status: closed}
  login:
    {type: auth, traffic_policy: edge, rule_set: inbound, network: {vpc_endpoint: "${vars.login}"},
     tls_policy: required,
     auth: {secret_arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:in-a"}}
  elsewhere:
    {type: open, traffic_policy: edge, rule_set: inbound,
     network: {vpc_endpoint: vpce-0a1b2c3d4e5f60718}}
"""
SERVER = "mail_server: {domains: [example.com], relay_networks: [192.0.2.0/24, 198.51.100.0/25]}"
LOGIN = "vars: {login: '${stack.VpcEndpointLoginId}'}"
BY_HAND = "vars: {login: vpce-0a1b2c3d4e5f60719}"


def project(stack: str, variables: str = BY_HAND, store: str = "s3://acme/staging") -> Project:
    """A project with a staging environment."""
    text = (
        "version: 1\nproject: demo\nrules: [r.yaml]\nenvironments:\n  staging:\n"
        f"    region: us-east-1\n    account: '111122223333'\n    snapshots: {store}\n"
        f"    {variables}\n    stack: {stack}\n"
    )
    found, _ = read_text({"mmctl.yaml": text, "r.yaml": RULES}, environment="staging")
    return found


def resources(found: Project) -> dict[str, Any]:
    """The resources of a staging stack, by their logical ids."""
    document: dict[str, Any] = staging_template(found).document()
    resources_: dict[str, Any] = document["Resources"]
    return resources_


def of_type(found: dict[str, Any], name: str) -> dict[str, Any]:
    """The properties of the resources of a type."""
    return {id_: each["Properties"] for id_, each in found.items() if each["Type"] == name}


def test_there_is_only_what_an_environment_wants() -> None:
    assert staging_of(project("{}")) == ()
    server = resources(project(f"{{{SERVER}}}"))
    assert of_type(server, "AWS::EC2::VPCEndpoint") == {}
    assert len(of_type(server, "AWS::EC2::Instance")) == 1
    both = resources(project(f"{{sender: true, {SERVER}}}", LOGIN))
    services = {
        id_: each["ServiceName"]["Fn::Sub"].partition("}.")[2]
        for id_, each in of_type(both, "AWS::EC2::VPCEndpoint").items()
    }
    assert services == {
        "VpcEndpointLogin": "mail-manager-smtp.auth",
        "VpcEndpointPublicMxTwin": "mail-manager-smtp.open",
        "VpcEndpointFipsTwin": "mail-manager-smtp.open.fips",
        "SsmEndpoint": "ssm",
        "SsmMessagesEndpoint": "ssmmessages",
        "S3Endpoint": "s3",
    }
    assert len(of_type(both, "AWS::EC2::Instance")) == 2
    only_sender = resources(project("{sender: true}"))
    assert of_type(only_sender, "AWS::EC2::EIP") == {}
    assert of_type(only_sender, "AWS::SecretsManager::Secret") == {}


def test_nobody_reaches_the_machines_but_relays_and_the_network_itself() -> None:
    found = resources(project(f"{{sender: true, {SERVER}}}", LOGIN))
    admitted = {
        id_: {
            (rule["CidrIp"], rule["FromPort"], rule["ToPort"])
            for rule in each.get("SecurityGroupIngress", ())
        }
        for id_, each in of_type(found, "AWS::EC2::SecurityGroup").items()
    }
    network = "10.64.0.0/20"
    assert admitted == {
        "MailServerSecurityGroup": {("192.0.2.0/24", 587, 587), ("198.51.100.0/25", 587, 587)},
        "EndpointSecurityGroup": {(network, 25, 25), (network, 587, 587)},
        "SenderSecurityGroup": set(),
        "ServiceSecurityGroup": {(network, 443, 443)},
    }
    for machine in of_type(found, "AWS::EC2::Instance").values():
        assert machine["MetadataOptions"]["HttpTokens"] == "required"
        assert "KeyName" not in machine
        assert "NetworkInterfaces" not in machine
    # No mail leaves the mail server, and nothing the private network.
    leaves = {
        rule["FromPort"]
        for rule in of_type(found, "AWS::EC2::SecurityGroup")["MailServerSecurityGroup"][
            "SecurityGroupEgress"
        ]
    }
    assert leaves == {443}
    routes = of_type(found, "AWS::EC2::Route")
    assert [each["RouteTableId"] for each in routes.values()] == [{"Ref": "PublicRoutes"}]


def test_the_secret_is_for_the_relays_of_this_account_alone() -> None:
    found = resources(project(f"{{{SERVER}}}"))
    policy = of_type(found, "AWS::SecretsManager::ResourcePolicy")["RelaySecretPolicy"]
    key = of_type(found, "AWS::KMS::Key")["RelayKey"]["KeyPolicy"]["Statement"][1]
    for statement in (policy["ResourcePolicy"]["Statement"][0], key):
        condition = statement["Condition"]
        assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
        assert condition["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
        assert condition["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(
            ":mailmanager-smtp-relay/*"
        )
    secret = of_type(found, "AWS::SecretsManager::Secret")["RelaySecret"]
    made = secret["GenerateSecretString"]
    assert {*json.loads(made["SecretStringTemplate"]), made["GenerateStringKey"]} == {
        "username",
        "password",
    }


def test_another_setting_makes_another_machine_and_the_same_makes_the_same() -> None:
    def instances(text: str) -> set[str]:
        return set(of_type(resources(project(text)), "AWS::EC2::Instance"))

    one = instances(f"{{{SERVER}}}")
    assert instances(f"{{{SERVER}}}") == one
    assert instances(f"{{{SERVER.replace('example.com', 'example.org')}}}") != one


def test_user_data_and_template_are_small_enough() -> None:
    found = project(f"{{sender: true, {SERVER}}}", LOGIN)
    machines = of_type(resources(found), "AWS::EC2::Instance")
    assert len(machines) == 2
    sizes = [len(json.dumps(each["UserData"]).encode()) for each in machines.values()]
    assert max(sizes) < USER_DATA_BYTES
    document = json.dumps(staging_template(found).document(), separators=(",", ":"))
    assert len(document.encode()) < INLINE_BYTES


def test_a_sender_needs_a_bucket_that_it_can_reach() -> None:
    with pytest.raises(UsageError, match="needs a store in Amazon S3"):
        staging_of(project("{sender: true}", store=".mmctl/snapshots"))
    found = resources(project("{sender: true}"))
    (statement,) = of_type(found, "AWS::IAM::Role")["SenderRole"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ]
    assert statement["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert statement["Resource"]["Fn::Sub"].endswith(":s3:::acme/staging/sender/*")


def test_public_open_ingress_points_get_private_twins_where_a_sender_is() -> None:
    with_sender = project("{sender: true}", LOGIN)
    assert set(with_sender.environment.twins) == {"public-mx", "fips"}
    assert {"SenderInstanceId", "VpcEndpointPublicMxTwinId", "VpcEndpointLoginId"} < set(
        with_sender.environment.stack_outputs
    )
    assert set(with_sender.ingress_points) == set(project("{}").ingress_points)
    live, _ = compile_project(with_sender)
    point, twin = (live.find(Kind.INGRESS_POINT, name) for name in ("public-mx", "public-mx-twin"))
    assert point is not None
    assert twin is not None
    members = {"ingress_point_name", "network_configuration"}
    shapes: list[dict[str, Any]] = [
        {
            name: getattr(each.shape, name)
            for name in ("type", "rule_set_id", "traffic_policy_id", "tls_policy", *members)
        }
        for each in (point, twin)
    ]
    assert {name for name in shapes[0] if shapes[0][name] != shapes[1][name]} == members
    without, _ = compile_project(project("{}", LOGIN))
    assert without.find(Kind.INGRESS_POINT, "public-mx-twin") is None


def test_a_name_that_a_twin_needs_is_not_free() -> None:
    rules = RULES.replace("  closed:\n", "  public-mx-twin:\n")
    text = (
        "version: 1\nproject: demo\nrules: [r.yaml]\nenvironments:\n  staging:\n"
        f"    snapshots: s3://acme\n    {BY_HAND}\n    stack: {{sender: true}}\n"
    )
    _, problems = read_text({"mmctl.yaml": text, "r.yaml": rules}, environment="staging")
    assert [each.message for each in problems if each.check == "duplicate-name"] == [
        "ingress point `public-mx` gets a private twin of this name"
    ]
