"""The gateway of a made-up company of four teams, as CDK and as Terraform keep it: writes examples.

`python tests/interchange/infrastructure/company_stacks.py` writes them into `examples/migration`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[3] / "examples" / "migration"
TEAMS = ("finance", "support", "legal", "hr")
VENDORS = (
    "payroll", "travel", "leasing", "catering", "couriers", "printing", "facilities", "insurance",
    "training", "telecom", "cleaning", "brokers", "archiving", "recruiting", "signage", "parking",
)  # fmt: skip
WORDS = (
    "invoice overdue", "wire transfer", "gift card", "password expires", "voicemail received",
    "parcel held", "account suspended", "crypto wallet", "urgent payment", "docusign",
)  # fmt: skip
MADE = "4F6E1A20"
"""What CDK appends to ids."""


def string(attribute: str, operator: str, *values: Any) -> dict[str, Any]:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": operator,
            "Values": [*values],
        }
    }


def header(name: str, *values: str) -> dict[str, Any]:
    return {
        "StringExpression": {
            "Evaluate": {"MimeHeaderAttribute": name},
            "Operator": "EQUALS",
            "Values": [*values],
        }
    }


def verdict(attribute: str, *values: str) -> dict[str, Any]:
    return {
        "VerdictExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": "EQUALS",
            "Values": [*values],
        }
    }


def listed(attribute: str, arn: Any) -> dict[str, Any]:
    evaluate = {"IsInAddressList": {"Attribute": attribute, "AddressLists": [arn]}}
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": "IS_TRUE"}}


def rule(name: str, conditions: list[Any], *actions: Any, unless: Any = None) -> dict[str, Any]:
    return {
        "Name": name,
        "Conditions": conditions,
        **({"Unless": unless} if unless else {}),
        "Actions": [*actions],
    }


DROP: dict[str, Any] = {"Drop": {}}


def marked(name: str, value: str) -> dict[str, Any]:
    return {"AddHeader": {"HeaderName": name, "HeaderValue": value}}


def security_rules(names: Any) -> list[dict[str, Any]]:
    """40 rules: what is dropped, marked and kept before anybody sees it."""
    rules = [
        rule("drop-blocked-senders", [listed("MAIL_FROM", names("BlockedSenders", "arn"))], DROP),
        rule(
            "drop-lookalikes",
            [string("FROM", "ENDS_WITH", "@examp1e.com", "@exarnple.com", "@example-mail.example")],
            DROP,
            unless=[listed("FROM", names("Partners", "arn"))],
        ),
        rule("fail-dmarc", [dmarc()], marked("X-Acme-Warning", "sender not verified")),
        rule("fail-spf", [verdict("SPF", "FAIL")], marked("X-Acme-Spf", "fail")),
    ]
    for number, word in enumerate(WORDS, 1):
        rules.append(
            rule(
                f"phish-{number:02}",
                [string("SUBJECT", "CONTAINS", word, word.title()), verdict("DKIM", "FAIL")],
                marked("X-Acme-Phish", word.replace(" ", "-")),
            )
        )
    for number in range(1, 25):
        network = f"198.51.100.{number * 8}/29"
        rules.append(
            rule(f"scanner-{number:02}", [network_of(network)], marked("X-Acme-Scanner", "yes"))
        )
    rules.append(keep_all(names))
    rules.append(rule("deliver", [], relayed(names("Exchange", "id"))))
    return rules


def dmarc() -> dict[str, Any]:
    return {"DmarcExpression": {"Operator": "EQUALS", "Values": ["QUARANTINE", "REJECT"]}}


def network_of(cidr: str) -> dict[str, Any]:
    return {
        "IpExpression": {
            "Evaluate": {"Attribute": "SOURCE_IP"},
            "Operator": "CIDR_MATCHES",
            "Values": [cidr],
        }
    }


def relayed(relay: Any) -> dict[str, Any]:
    return {"Relay": {"Relay": relay, "MailFrom": "PRESERVE", "ActionFailurePolicy": "CONTINUE"}}


def keep_all(names: Any) -> dict[str, Any]:
    archive = {"TargetArchive": names("AllMail", "id"), "ActionFailurePolicy": "CONTINUE"}
    return rule("keep-all", [], {"Archive": archive})


def partner_rules(names: Any, role: Any, bucket: Any) -> list[dict[str, Any]]:
    """36 rules: each vendor's mail to its team, with copies."""
    rules = []
    for number, vendor in enumerate(VENDORS):
        team = TEAMS[number % len(TEAMS)]
        rules.append(
            rule(
                f"{vendor}-copy",
                [string("MAIL_FROM", "ENDS_WITH", f"@{vendor}.example"), verdict("SPF", "PASS")],
                {
                    "WriteToS3": {
                        "RoleArn": role,
                        "S3Bucket": bucket,
                        "S3Prefix": f"{team}/{vendor}/",
                    }
                },
            )
        )
        rules.append(
            rule(
                f"{vendor}-to-{team}",
                [
                    string("MAIL_FROM", "ENDS_WITH", f"@{vendor}.example"),
                    string("RECIPIENT", "EQUALS", f"{vendor}@partners.example.com"),
                ],
                {"ReplaceRecipient": {"ReplaceWith": [f"{team}@example.com"]}},
            )
        )
    large = {
        "NumberExpression": {
            "Evaluate": {"Attribute": "MESSAGE_SIZE"},
            "Operator": "GREATER_THAN",
            "Value": 20_000_000,
        }
    }
    rules.append(rule("large", [large], marked("X-Acme-Large", "yes")))
    rules.append(rule("probe", [header("X-Acme-Probe", "partners")], DROP))
    rules.append(keep_all(names))
    rules.append(rule("deliver", [], relayed(names("Exchange", "id"))))
    return rules


def outbound_rules(names: Any, role: Any) -> list[dict[str, Any]]:
    """30 rules: what leaves, by team and destination."""
    rules = [
        rule(
            f"{team}-{number}",
            [
                string("MAIL_FROM", "EQUALS", f"{team}{number}@example.com"),
                string("RECIPIENT", "ENDS_WITH", f"@{VENDORS[number]}.example"),
            ],
            marked("X-Acme-Team", team),
        )
        for team in TEAMS
        for number in range(1, 7)
    ]
    rules += [
        rule(
            f"no-{word.split()[0]}-outside",
            [string("SUBJECT", "STARTS_WITH", f"[{word}]")],
            DROP,
        )
        for word in WORDS[:4]
    ]
    rules.append(keep_all(names))
    rules.append(rule("send", [], {"Send": {"RoleArn": role}}))
    return rules


# -- CDK


def cdk() -> dict[str, dict[str, Any]]:
    """Two stacks as CDK synthesizes them: what rules name, and the rules."""
    things: dict[str, Any] = {}

    def put(id_: str, noun: str, properties: dict[str, Any], **more: Any) -> None:
        things[f"{id_}{MADE}"] = {
            "Type": f"AWS::SES::MailManager{noun}",
            "Properties": properties,
            **more,
            "Metadata": {"aws:cdk:path": f"AcmeMailBase/{id_}/Resource"},
        }

    team = [{"Key": "team", "Value": "messaging"}]
    put("BlockedSenders", "AddressList", {"AddressListName": "blocked-senders", "Tags": team})
    put("Partners", "AddressList", {"AddressListName": "partners", "Tags": team})
    put(
        "AllMail",
        "Archive",
        {"ArchiveName": "all-mail", "Retention": {"RetentionPeriod": "SEVEN_YEARS"}},
        UpdateReplacePolicy="Retain",
        DeletionPolicy="Retain",
    )
    host = {"Fn::FindInMap": ["Exchange", {"Ref": "Stage"}, "Host"]}
    relay = {
        "RelayName": "exchange",
        "ServerName": host,
        "ServerPort": {"Ref": "ExchangePort"},
        "Authentication": {"NoAuthentication": {}},
    }
    put("Exchange", "Relay", relay)
    outputs = {}
    for id_, noun, attribute in (
        ("BlockedSenders", "AddressList", "Arn"),
        ("Partners", "AddressList", "Arn"),
        ("AllMail", "Archive", "Id"),
        ("Exchange", "Relay", "Id"),
    ):
        name = f"ExportsOutputFnGetAtt{id_}{MADE}{noun}{attribute}"
        outputs[name] = {
            "Value": {"Fn::GetAtt": [f"{id_}{MADE}", f"{noun}{attribute}"]},
            "Export": {"Name": f"AcmeMailBase:{name}"},
        }
    base = {
        "Mappings": {
            "Exchange": {
                "prod": {"Host": "exchange.corp.example.com"},
                "test": {"Host": "exchange.test.example.com"},
            }
        },
        "Parameters": {
            "Stage": {"Type": "String", "Default": "prod", "AllowedValues": ["prod", "test"]},
            "ExchangePort": {"Type": "Number", "Default": "25"},
            **bootstrap(),
        },
        "Resources": things,
        "Outputs": outputs,
    }
    return {"AcmeMailBase": base, "AcmeMailRules": rules_stack()}


def bootstrap() -> dict[str, Any]:
    """The parameter that CDK adds."""
    return {
        "BootstrapVersion": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/cdk-bootstrap/hnb659fds/version",
            "Description": "Version of the CDK Bootstrap resources in this environment",
        }
    }


def rules_stack() -> dict[str, Any]:
    def names(id_: str, attribute: str) -> dict[str, Any]:
        noun = {"AllMail": "Archive", "Exchange": "Relay"}.get(id_, "AddressList")
        name = f"ExportsOutputFnGetAtt{id_}{MADE}{noun}{attribute.title()}"
        return {"Fn::ImportValue": f"AcmeMailBase:{name}"}

    def arn(service: str, rest: str) -> dict[str, Any]:
        partition, account = {"Ref": "AWS::Partition"}, {"Ref": "AWS::AccountId"}
        return {"Fn::Join": ["", ["arn:", partition, f":{service}::", account, f":{rest}"]]}

    role = arn("iam", "role/acme-mail-actions")
    resources: dict[str, Any] = {}
    policies = {
        "Edge": [
            {"Action": "ALLOW", "Conditions": [string("RECIPIENT", "ENDS_WITH", "@example.com")]}
        ],
        "Vendors": [
            {
                "Action": "ALLOW",
                "Conditions": [string("RECIPIENT", "ENDS_WITH", {"Ref": "PartnerDomain"})],
            }
        ],
    }
    for id_, statements in policies.items():
        resources[f"{id_}Policy{MADE}"] = {
            "Type": "AWS::SES::MailManagerTrafficPolicy",
            "Properties": {
                "TrafficPolicyName": id_.lower(),
                "DefaultAction": "DENY",
                "MaxMessageSizeBytes": 40000000,
                "PolicyStatements": statements,
            },
        }
    sets = {
        "Inbound": security_rules(names),
        "Vendors": partner_rules(names, role, {"Ref": "CopiesBucket"}),
        "Outbound": outbound_rules(names, role),
    }
    for id_, rules in sets.items():
        resources[f"{id_}Rules{MADE}"] = {
            "Type": "AWS::SES::MailManagerRuleSet",
            "Properties": {"RuleSetName": id_.lower(), "Rules": rules},
            "Metadata": {"aws:cdk:path": f"AcmeMailRules/{id_}Rules/Resource"},
        }
    points: dict[str, tuple[str, str, dict[str, Any]]] = {
        "Mx": ("Inbound", "Edge", {"Type": "OPEN"}),
        "VendorMx": ("Vendors", "Vendors", {"Type": "OPEN", "TlsPolicy": "REQUIRED"}),
        "Smarthost": (
            "Outbound",
            "Edge",
            {
                "Type": "AUTH",
                "IngressPointConfiguration": {"SmtpPassword": {"Ref": "SmarthostPassword"}},
            },
        ),
    }
    for id_, (rules_of, policy, more) in points.items():
        resources[f"{id_}{MADE}"] = {
            "Type": "AWS::SES::MailManagerIngressPoint",
            "Properties": {
                "IngressPointName": f"{id_.lower()}-in",
                "RuleSetId": {"Fn::GetAtt": [f"{rules_of}Rules{MADE}", "RuleSetId"]},
                "TrafficPolicyId": {"Fn::GetAtt": [f"{policy}Policy{MADE}", "TrafficPolicyId"]},
                **more,
            },
            **({"Condition": "HasVendors"} if id_ == "VendorMx" else {}),
        }
    resources["CDKMetadata"] = {
        "Type": "AWS::CDK::Metadata",
        "Properties": {"Analytics": "v2:deflate64:H4sIAAAAAAAA/zPSM9QzUAAA"},
    }
    return {
        "Parameters": {
            "PartnerDomain": {"Type": "String", "Default": "@partners.example.com"},
            "Vendors": {"Type": "String", "Default": "yes"},
            "CopiesBucket": {"Type": "String", "Description": "Where copies go."},
            "SmarthostPassword": {"Type": "String", "NoEcho": True},
            **bootstrap(),
        },
        "Conditions": {"HasVendors": {"Fn::Equals": [{"Ref": "Vendors"}, "yes"]}},
        "Resources": resources,
    }


# -- Terraform


def terraform() -> str:
    """The same gateway as one module."""
    arns = {
        "BlockedSenders": "awscc_ses_mail_manager_address_list.blocked_senders.address_list_arn",
        "Partners": "awscc_ses_mail_manager_address_list.partners.address_list_arn",
        "AllMail": "aws_mailmanager_archive.all_mail.id",
        "Exchange": "aws_mailmanager_relay.exchange.id",
    }

    def names(id_: str, attribute: str) -> Code:
        del attribute
        return Code(arns[id_])

    role = Code(
        '"arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"'
    )
    sets = {
        "inbound": security_rules(names),
        "vendors": partner_rules(names, role, Code("var.copies_bucket")),
        "outbound": outbound_rules(names, role),
    }
    text = HEAD
    for name, rules in sets.items():
        text += f'\nresource "aws_mailmanager_rule_set" "{name}" {{\n  name = "{name}"\n'
        for each in rules:
            text += "\n" + block("rule", each, 1)
        text += "}\n"
    return text + TAIL


class Code(str):
    """What is written without quotes."""

    __slots__ = ()


SINGULAR = {"Conditions": "condition", "Unless": "unless", "Actions": "action"}


def block(head: str, members: dict[str, Any], depth: int) -> str:
    indent = "  " * depth
    lines = f"{indent}{head} {{\n"
    for member, value in members.items():
        name = word(member)
        if isinstance(value, dict):
            lines += block(name, value, depth + 1)
        elif isinstance(value, list) and member in SINGULAR:
            lines += "".join(block(SINGULAR[member], item, depth + 1) for item in value)
        else:
            lines += f"{indent}  {name} = {literal(value)}\n"
    return f"{lines}{indent}}}\n"


def word(member: str) -> str:
    from botocore import xform_name  # noqa: PLC0415 - the script alone needs it

    return str(xform_name(member))


def literal(value: Any) -> str:
    if isinstance(value, Code):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return json.dumps(value)


HEAD = """\
# The mail gateway of a made-up company.

terraform {
  required_providers {
    aws   = { source = "hashicorp/aws" }
    awscc = { source = "hashicorp/awscc" }
  }
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

variable "copies_bucket" {
  type        = string
  description = "Where copies of vendors' mail go."
}

variable "smarthost_password" {
  type      = string
  sensitive = true
}

locals {
  own_domain = "example.com"
  exchange   = { host = "exchange.corp.example.com", port = 25 }
}

resource "awscc_ses_mail_manager_address_list" "blocked_senders" {
  address_list_name = "blocked-senders"
  tags              = [{ key = "team", value = "messaging" }]
}

resource "awscc_ses_mail_manager_address_list" "partners" {
  address_list_name = "partners"
  tags              = [{ key = "team", value = "messaging" }]
}

resource "aws_mailmanager_archive" "all_mail" {
  name = "all-mail"

  retention {
    retention_period = "SEVEN_YEARS"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_mailmanager_relay" "exchange" {
  name        = "exchange"
  server_name = local.exchange.host
  server_port = local.exchange.port

  authentication {
    no_authentication {}
  }
}
"""
TAIL = """
resource "aws_mailmanager_traffic_policy" "edge" {
  name           = "edge"
  default_action = "DENY"

  policy_statement {
    action = "ALLOW"

    condition {
      string_expression {
        operator = "ENDS_WITH"
        values   = ["@${local.own_domain}", "@partners.${local.own_domain}"]

        evaluate {
          attribute = "RECIPIENT"
        }
      }
    }
  }
}

resource "aws_mailmanager_ingress_point" "mx" {
  name              = "mx-in"
  type              = "OPEN"
  rule_set_id       = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id
}

resource "aws_mailmanager_ingress_point" "vendor_mx" {
  name              = "vendor-mx"
  type              = "OPEN"
  rule_set_id       = aws_mailmanager_rule_set.vendors.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id
}

resource "aws_mailmanager_ingress_point" "smarthost" {
  name              = "smarthost"
  type              = "AUTH"
  rule_set_id       = aws_mailmanager_rule_set.outbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id

  ingress_point_configuration {
    smtp_password_wo         = var.smarthost_password
    smtp_password_wo_version = 1
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-mail-logs"
}
"""


def files() -> dict[str, str]:
    """The files of the examples, by path below `examples/migration`."""
    stacks = {
        f"cloudformation/cdk.out/{name}.template.json": json.dumps(stack, indent=1) + "\n"
        for name, stack in cdk().items()
    }
    return {**stacks, "terraform/main.tf": terraform()}


if __name__ == "__main__":
    for path, text in files().items():
        (EXAMPLES / path).parent.mkdir(parents=True, exist_ok=True)
        (EXAMPLES / path).write_text(text, encoding="utf-8")
