"""An ingress point with 40 rules, of which the last archives everything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.core import EmbeddedMailManager

if TYPE_CHECKING:
    from pathlib import Path

RULES: Final = 40
ACCOUNT: Final = "000000000000"
REGION: Final = "eu-west-1"


def configure(state: Path) -> str:
    """Write the gateway into a state file; the id of its archive."""
    with EmbeddedMailManager(state, clock=lambda: datetime.now(UTC)) as manager:

        def call(operation: str, **parameters: Any) -> Any:
            return manager.call(operation, parameters, account=ACCOUNT, region=REGION)

        archive = str(call("CreateArchive", ArchiveName="everything")["ArchiveId"])
        vips = call("CreateAddressList", AddressListName="vips")["AddressListId"]
        arn = call("GetAddressList", AddressListId=vips)["AddressListArn"]
        for number in range(100):
            call(
                "RegisterMemberToAddressList",
                AddressListId=vips,
                Address=f"vip{number}@vip.example.com",
            )
        rules = [_rule(place, arn) for place in range(RULES - 1)]
        keep = {"Archive": {"TargetArchive": archive}}
        call("CreateRuleSet", RuleSetName="rules", Rules=[*rules, {"Name": "k", "Actions": [keep]}])
        rule_set = call("ListRuleSets")["RuleSets"][0]["RuleSetId"]
        policy = call(
            "CreateTrafficPolicy",
            TrafficPolicyName="policy",
            DefaultAction="DENY",
            PolicyStatements=[_statement("DENY", "@blocked.example.com"), *_admitting()],
        )["TrafficPolicyId"]
        call(
            "CreateIngressPoint",
            IngressPointName="inbound",
            Type="OPEN",
            TlsPolicy="OPTIONAL",
            RuleSetId=rule_set,
            TrafficPolicyId=policy,
        )
    return archive


def _admitting() -> list[dict[str, Any]]:
    return [_statement("ALLOW", "@example.com"), _statement("ALLOW", "@example.org")]


def _statement(action: str, domain: str) -> dict[str, Any]:
    expression = {
        "Evaluate": {"Attribute": "RECIPIENT"},
        "Operator": "ENDS_WITH",
        "Values": [domain],
    }
    return {"Action": action, "Conditions": [{"StringExpression": expression}]}


def _rule(place: int, members: str) -> dict[str, Any]:
    """One of the rules that do not apply, in the kinds that gateways have."""
    kinds: list[dict[str, Any]] = [
        _text("SUBJECT", "CONTAINS", f"invoice {place}", f"rechnung {place}"),
        _text("FROM", "ENDS_WITH", f"@partner{place}.example.net"),
        _text("MAIL_FROM", "EQUALS", f"bounce{place}@lists.example.net"),
        _text("RECIPIENT", "STARTS_WITH", f"team{place}@", f"group{place}@"),
        {
            "IpExpression": {
                "Evaluate": {"Attribute": "SOURCE_IP"},
                "Operator": "CIDR_MATCHES",
                "Values": [f"198.51.100.{place}/32", "203.0.113.0/24"],
            }
        },
        {
            "BooleanExpression": {
                "Evaluate": {"IsInAddressList": {"Attribute": "FROM", "AddressLists": [members]}},
                "Operator": "IS_TRUE",
            }
        },
        {
            "NumberExpression": {
                "Evaluate": {"Attribute": "MESSAGE_SIZE"},
                "Operator": "GREATER_THAN",
                "Value": 10_000_000 + place,
            }
        },
        {
            "VerdictExpression": {
                "Evaluate": {"Attribute": "SPF"},
                "Operator": "EQUALS",
                "Values": ["FAIL"],
            }
        },
        {
            "StringExpression": {
                "Evaluate": {"MimeHeaderAttribute": f"X-Campaign-{place}"},
                "Operator": "EQUALS",
                "Values": ["yes"],
            }
        },
    ]
    return {
        "Name": f"rule-{place}",
        "Conditions": [kinds[place % len(kinds)]],
        "Actions": [{"Drop": {}}],
    }


def _text(attribute: str, operator: str, *values: str) -> dict[str, Any]:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": operator,
            "Values": list(values),
        }
    }
