from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmctl.language.formatting.format import formatted
from mmctl.language.parsing.load import read_text
from mmctl.language.writing.write import (
    CannotWrite,
    action_to_file,
    archive_to_file,
    condition_to_file,
    ingress_point_to_file,
    logical_names,
    relay_to_file,
    rule_set_to_file,
    rule_to_file,
    to_yaml,
    traffic_policy_to_file,
)
from mmctl.model.enums import RetentionPeriod, RuleClientCertificateAttribute
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import Archive, IngressPoint, Relay
from mmctl.model.rules import Rule, RuleAction, RuleCondition, RuleSet

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRuleSet, Resource

# -- shapes of every kind

Strategy = st.SearchStrategy[Any]

AWKWARD = (
    "no",
    "on",
    "y",
    "0550",
    "550",
    "5.10",
    "1e3",
    "12:30",
    "2027-01-31",
    "=",
    "<<",
    "~",
    "null",
    "true",
    "a: b",
    "a:b",
    "a?b",
    ":a",
    "a:",
    " x",
    "x ",
    "\u00a0x",
    "#1",
    "Ticket #12",
    "a#b",
    "${vars.x}",
    "$${vars.x}",
    "x ${env.name} y",
    "$",
    "*@x",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "|",
    ">",
    "- a",
    "---",
    "...",
    "-",
    "[a]",
    "{a}",
    "a, b",
    "a]",
    "'",
    '"',
    "it's",
    '"quoted" and \\ more',
    "C:\\mail\\new",
    "a\tb",
    "zero\u200bwidth",
    "\ufeffbom",
    "line\u2028separator",
    "next\x85line",
    "gr\u00fc\u00dfe",
    "\u65e5\u672c\u8a9e",
    "\U0001f600",
    "\U000e0041",
    "\x00\x1b\x7f",
    "a\rb",
    "none",
    "external",
    "drop",
    "id:x",
    "x" * 300,
)


def texts(longest: int = 200, shortest: int = 1) -> Strategy:
    """Texts that a file can hold: anything without a line break."""
    any_text = st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\n"),
        min_size=shortest,
        max_size=longest,
    )
    awkward = st.sampled_from([text for text in AWKWARD if len(text) <= longest])
    return st.one_of(awkward, any_text)


def matching(pattern: str) -> Strategy:
    """Texts of a form, ASCII alone."""
    return st.from_regex(pattern, fullmatch=True)


NAMES = matching(r"[A-Za-z0-9_.-]{1,32}")
RULE_NAMES = st.one_of(st.none(), st.sampled_from(["no", "0550", "none", "rule-01", "a"]), NAMES)
ADDRESSES = matching(r"[a-z0-9._+-]{1,8}@[a-z0-9.-]{1,8}")
ROLES = matching(r"arn:aws:iam::111122223333:role/[a-zA-Z0-9+=,@#_-]{1,20}")
REFERENCES = matching(r"(id:[a-zA-Z0-9-]{1,20}|arn:aws:ses:us-east-1:111122223333:x/[a-z0-9]{1,9})")
FIELDS = matching(r"(addon\.)?[ a-zA-Z0-9_]{1,20}")
SECRETS = matching(
    r"arn:aws:secretsmanager:us-east-1:111122223333:secret:[a-zA-Z0-9/_+=,.@-]{1,20}"
)
KEYS = matching(r"arn:aws:kms:us-east-1:111122223333:(key|alias)/[a-z0-9 #:,{}-]{1,20}")
SIZES = st.one_of(
    st.integers(0, 10**12).map(float), st.floats(0.001, 1e9).map(lambda x: round(x, 3))
)


def some(item: Strategy, longest: int = 10) -> Strategy:
    """A list of at least one."""
    return st.lists(item, min_size=1, max_size=longest)


def optional(required: dict[str, Strategy], others: dict[str, Strategy]) -> Strategy:
    """A structure with some of its optional members."""
    return st.fixed_dictionaries(required, optional=others)


def _expression(evaluate: Strategy, operators: list[str], values: Strategy) -> Strategy:
    return st.fixed_dictionaries(
        {"Evaluate": evaluate, "Operator": st.sampled_from(operators), "Values": values}
    )


def _one(key: str, value: Strategy) -> Strategy:
    return value.map(lambda inner: {key: inner})


def _attribute(*names: str) -> Strategy:
    return _one("Attribute", st.sampled_from(names))


TEXT_OPERATORS = ["EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"]
NUMBER_OPERATORS = [
    "EQUALS",
    "NOT_EQUALS",
    "LESS_THAN",
    "GREATER_THAN",
    "LESS_THAN_OR_EQUAL",
    "GREATER_THAN_OR_EQUAL",
]
VERDICTS = some(st.sampled_from(["PASS", "FAIL", "GRAY", "PROCESSING_FAILED"]))
ANALYSIS = _one("Analysis", st.fixed_dictionaries({"Analyzer": REFERENCES, "ResultField": FIELDS}))
CIDRS = some(st.sampled_from(["192.0.2.0/24", "198.51.100.7/32", "203.0.113.0/28"]))


def _in_list(*attributes: str) -> Strategy:
    asked = {
        "Attribute": st.sampled_from(attributes),
        "AddressLists": REFERENCES.map(lambda name: [name]),
    }
    return _one("IsInAddressList", st.fixed_dictionaries(asked))


def _boolean(evaluate: Strategy) -> Strategy:
    members = {"Evaluate": evaluate, "Operator": st.sampled_from(["IS_TRUE", "IS_FALSE"])}
    return _one("BooleanExpression", st.fixed_dictionaries(members))


RULE_CONDITIONS = st.one_of(
    _boolean(_attribute("TLS", "TLS_WRAPPED", "READ_RECEIPT_REQUESTED")),
    _boolean(_in_list("RECIPIENT", "MAIL_FROM", "SENDER", "FROM", "TO", "CC")),
    _boolean(ANALYSIS),
    _one(
        "StringExpression",
        _expression(
            st.one_of(
                _attribute(
                    "MAIL_FROM", "HELO", "RECIPIENT", "SENDER", "FROM", "SUBJECT", "TO", "CC"
                ),
                _one("MimeHeaderAttribute", matching(r"X-[a-zA-Z0-9-]{1,20}")),
                _one(
                    "ClientCertificateAttribute",
                    st.sampled_from([a.value for a in RuleClientCertificateAttribute]),
                ),
                ANALYSIS,
            ),
            TEXT_OPERATORS,
            some(texts()),
        ),
    ),
    _one(
        "NumberExpression",
        st.fixed_dictionaries(
            {
                "Evaluate": _attribute("MESSAGE_SIZE"),
                "Operator": st.sampled_from(NUMBER_OPERATORS),
                "Value": SIZES,
            }
        ),
    ),
    _one(
        "IpExpression",
        _expression(_attribute("SOURCE_IP"), ["CIDR_MATCHES", "NOT_CIDR_MATCHES"], CIDRS),
    ),
    _one(
        "VerdictExpression",
        _expression(
            st.one_of(_attribute("SPF", "DKIM"), ANALYSIS), ["EQUALS", "NOT_EQUALS"], VERDICTS
        ),
    ),
    _one(
        "DmarcExpression",
        st.fixed_dictionaries(
            {
                "Operator": st.sampled_from(["EQUALS", "NOT_EQUALS"]),
                "Values": some(st.sampled_from(["NONE", "QUARANTINE", "REJECT"])),
            }
        ),
    ),
)
POLICY_CONDITIONS = st.one_of(
    _boolean(_in_list("RECIPIENT")),
    _boolean(ANALYSIS),
    _one(
        "StringExpression",
        _expression(
            st.one_of(_attribute("RECIPIENT"), ANALYSIS),
            TEXT_OPERATORS,
            some(texts(shortest=0)),
        ),
    ),
    _one(
        "IpExpression",
        _expression(_attribute("SENDER_IP"), ["CIDR_MATCHES", "NOT_CIDR_MATCHES"], CIDRS),
    ),
    _one(
        "Ipv6Expression",
        _expression(
            _attribute("SENDER_IPV6"),
            ["CIDR_MATCHES", "NOT_CIDR_MATCHES"],
            some(st.sampled_from(["2001:db8::/32", "::/0", "2001:db8::1/128"])),
        ),
    ),
    _one(
        "TlsExpression",
        st.fixed_dictionaries(
            {
                "Evaluate": _attribute("TLS_PROTOCOL"),
                "Operator": st.sampled_from(["MINIMUM_TLS_VERSION", "IS"]),
                "Value": st.sampled_from(["TLS1_2", "TLS1_3"]),
            }
        ),
    ),
)


def _action(name: str, required: dict[str, Strategy], **others: Strategy) -> Strategy:
    failing = {"ActionFailurePolicy": st.sampled_from(["CONTINUE", "DROP"])}
    return _one(name, optional(required, {**failing, **others}))


ACTIONS = st.one_of(
    st.just({"Drop": {}}),
    _one("ReplaceRecipient", optional({}, {"ReplaceWith": some(ADDRESSES)})),
    _one(
        "AddHeader",
        st.fixed_dictionaries(
            {"HeaderName": matching(r"[xX]-[a-zA-Z0-9-]{1,20}"), "HeaderValue": texts(128)}
        ),
    ),
    _action("Archive", {"TargetArchive": REFERENCES}),
    _action("Relay", {"Relay": REFERENCES}, MailFrom=st.sampled_from(["REPLACE", "PRESERVE"])),
    _action(
        "WriteToS3",
        {"S3Bucket": matching(r"[a-z0-9.-]{3,20}"), "RoleArn": ROLES},
        S3Prefix=matching(r"[a-zA-Z0-9!_.*'()/-]{1,20}"),
        S3SseKmsKeyId=matching(r"[a-zA-Z0-9-:/]{20,40}"),
    ),
    _action("Send", {"RoleArn": ROLES}),
    _action("DeliverToMailbox", {"MailboxArn": ROLES, "RoleArn": ROLES}),
    _action(
        "DeliverToQBusiness",
        {
            "ApplicationId": matching(r"[a-z0-9-]{36}"),
            "IndexId": matching(r"[0-9]{36}"),
            "RoleArn": ROLES,
        },
    ),
    _action(
        "PublishToSns",
        {
            "TopicArn": matching(r"arn:aws:sns:us-east-1:111122223333:[a-z_-]{1,9}"),
            "RoleArn": ROLES,
        },
        Encoding=st.sampled_from(["UTF-8", "BASE64"]),
        PayloadType=st.sampled_from(["CONTENT", "HEADERS"]),
    ),
    _action(
        "Bounce",
        {
            "Sender": ADDRESSES,
            "RoleArn": ROLES,
            "StatusCode": matching(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}"),
            "SmtpReplyCode": matching(r"[45][0-9][0-9]"),
            "DiagnosticMessage": matching(r"[\x20-\x7e]{1,60}"),
        },
        Message=matching(r"[\r\n\x20-\x7e]{1,60}"),
    ),
    _action(
        "InvokeLambda",
        {
            "FunctionArn": matching(r"arn:aws:lambda:us-east-1:111122223333:function:[a-z]{1,9}"),
            "RoleArn": ROLES,
            "InvocationType": st.sampled_from(["EVENT", "REQUEST_RESPONSE"]),
        },
        RetryTimeMinutes=st.integers(0, 2160),
    ),
)
TAGS = st.dictionaries(
    matching(r"[a-zA-Z0-9/_+=.:@-]{1,9}"), matching(r"[a-zA-Z0-9/_+=.:@-]{0,9}"), max_size=3
).map(lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()])
_CONDITIONS = st.lists(RULE_CONDITIONS, max_size=4)
RULES = optional(
    {"Name": RULE_NAMES, "Actions": some(ACTIONS, 4)},
    {"Conditions": _CONDITIONS, "Unless": _CONDITIONS},
)
RULE_SETS = optional({"RuleSetName": NAMES, "Rules": st.lists(RULES, max_size=4)}, {"Tags": TAGS})
POLICIES = optional(
    {
        "TrafficPolicyName": matching(r"[A-Za-z0-9_-]{3,20}"),
        "DefaultAction": st.sampled_from(["ALLOW", "DENY"]),
        "PolicyStatements": st.lists(
            st.fixed_dictionaries(
                {
                    "Action": st.sampled_from(["ALLOW", "DENY"]),
                    "Conditions": some(POLICY_CONDITIONS, 4),
                }
            ),
            max_size=4,
        ),
    },
    {"MaxMessageSizeBytes": st.integers(1, 10**9), "Tags": TAGS},
)
NETWORKS = st.one_of(
    st.sampled_from(["IPV4", "DUAL_STACK"]).map(
        lambda kind: {"PublicNetworkConfiguration": {"IpType": kind}}
    ),
    matching(r"vpce-[a-zA-Z0-9]{17}").map(
        lambda name: {"PrivateNetworkConfiguration": {"VpcEndpointId": name}}
    ),
)
_TRUST = optional(
    {"CAContent": st.just("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")},
    {
        "CrlContent": st.just("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n"),
        "KmsKeyArn": KEYS,
    },
)
_KINDS_OF_ENTRANCE = st.one_of(
    st.just({"Type": "OPEN"}),
    SECRETS.map(lambda arn: {"Type": "AUTH", "IngressPointConfiguration": {"SecretArn": arn}}),
    _TRUST.map(
        lambda store: {
            "Type": "MTLS",
            "IngressPointConfiguration": {"TlsAuthConfiguration": {"TrustStore": store}},
        }
    ),
)
INGRESS_POINTS = st.builds(
    lambda rest, kind: {**rest, **kind},
    optional(
        {
            "IngressPointName": matching(r"[A-Za-z0-9_-]{3,20}"),
            "RuleSetId": REFERENCES,
            "TrafficPolicyId": REFERENCES,
        },
        {
            "NetworkConfiguration": NETWORKS,
            "TlsPolicy": st.sampled_from(["REQUIRED", "OPTIONAL", "FIPS"]),
            "Tags": TAGS,
        },
    ),
    _KINDS_OF_ENTRANCE,
)
RELAYS = optional(
    {
        "RelayName": matching(r"[a-zA-Z0-9_-]{1,20}"),
        "ServerName": matching(r"[a-zA-Z0-9.-]{1,20}"),
        "ServerPort": st.integers(1, 65535),
        "Authentication": st.one_of(
            st.just({"NoAuthentication": {}}), SECRETS.map(lambda arn: {"SecretArn": arn})
        ),
    },
    {"Tags": TAGS},
)
ARCHIVES = optional(
    {"ArchiveName": matching(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,18}[a-zA-Z0-9]")},
    {
        "Retention": st.sampled_from([p.value for p in RetentionPeriod]).map(
            lambda period: {"RetentionPeriod": period}
        ),
        "KmsKeyArn": KEYS,
        "Tags": TAGS,
    },
)


# -- what is written is read

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_back(section: Kind, name: str, data: Any, **others: str) -> Resource:
    text = to_yaml({"version": 1, section.value: {name: data}})
    assert formatted(text, file="a.yaml").text == text
    project, problems = read_text({"rules/a.yaml": text, **others}, lone=True)
    assert not problems, f"{problems[0].position}: {problems[0].message}\n{text}"
    return project.of_kind(section)[name]


def without_tags(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != "Tags"}


def tags_of(members: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in members.get("Tags", [])}


def plain_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Empty lists of conditions and absent ones are one."""
    return {key: value for key, value in rule.items() if value not in (None, [])}


@QUICK
@given(RULE_SETS)
def test_every_rule_set_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = RuleSet.of_api(members)
    if sum(rule.name == "none" for rule in shape.rules) > 1:
        return
    found: LogicalRuleSet = read_back(  # type: ignore[assignment] # the section says so
        Kind.RULE_SET, "logical", rule_set_to_file(shape, name="logical")
    )
    assert found.live_name == shape.rule_set_name
    assert found.tags == tags_of(members)
    written = [plain_rule(rule.rule.to_api()) for rule in found.rules]
    assert written == [plain_rule(rule) for rule in shape.to_api()["Rules"]]


@QUICK
@given(POLICIES)
def test_every_traffic_policy_that_is_written_is_read_as_the_same_shape(
    members: dict[str, Any],
) -> None:
    shape = TrafficPolicy.of_api(members)
    found: Any = read_back(Kind.TRAFFIC_POLICY, "edge", traffic_policy_to_file(shape, name="edge"))
    assert found.policy.to_api() == without_tags(shape.to_api())
    assert found.tags == tags_of(members)


@QUICK
@given(INGRESS_POINTS)
def test_every_ingress_point_that_is_written_is_read_as_the_same_shape(
    members: dict[str, Any],
) -> None:
    shape = IngressPoint.of_api(members)
    store = (
        members.get("IngressPointConfiguration", {})
        .get("TlsAuthConfiguration", {})
        .get("TrustStore", {})
    )
    files = {
        "rules/ca.pem": store.get("CAContent", ""),
        "rules/crl.pem": store.get("CrlContent", ""),
    }
    data = ingress_point_to_file(shape, name="mx")
    found: Any = read_back(Kind.INGRESS_POINT, "mx", data, **files)
    assert found.ingress_point.to_api() == without_tags(shape.to_api())
    assert found.tags == tags_of(members)


@QUICK
@given(RELAYS)
def test_every_relay_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = Relay.of_api(members)
    found: Any = read_back(Kind.RELAY, "no", relay_to_file(shape, name="no"))
    assert found.relay.to_api() == without_tags(shape.to_api())


@QUICK
@given(ARCHIVES)
def test_every_archive_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = Archive.of_api(members)
    found: Any = read_back(Kind.ARCHIVE, "0550", archive_to_file(shape, name="0550"))
    assert found.archive.to_api() == without_tags(shape.to_api())


@pytest.mark.parametrize("text", AWKWARD)
def test_an_awkward_text_is_read_as_it_was_alone_and_among_others(text: str) -> None:
    for values in ([text], [text, "other"]):
        expression = {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "CONTAINS",
            "Values": values,
        }
        rule = {
            "Name": "a",
            "Conditions": [{"StringExpression": expression}],
            "Actions": [{"AddHeader": {"HeaderName": "X-A", "HeaderValue": text[:128]}}],
        }
        shape = RuleSet.of_api({"RuleSetName": "a", "Rules": [rule]})
        found: Any = read_back(Kind.RULE_SET, "a", rule_set_to_file(shape, name="a"))
        assert found.rules[0].rule.to_api() == {**rule, "Unless": []}


def rule(*actions: dict[str, Any], name: str | None = "a") -> Rule:
    return Rule.of_api({"Name": name, "Actions": list(actions)})


ARCHIVE = {"Archive": {"TargetArchive": "all"}}
SNS = {
    "PublishToSns": {
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:mail",
        "RoleArn": "arn:aws:iam::111122223333:role/mail",
    }
}


def test_a_drop_after_the_message_was_kept_is_written_stop() -> None:
    written = rule_to_file(rule(ARCHIVE, {"Drop": {}}), name="a")
    assert written["actions"] == [{"archive": {"to": "all"}}, "stop"]


def test_a_drop_after_a_notice_alone_is_written_drop() -> None:
    written = rule_to_file(rule(SNS, {"Drop": {}}), name="a")
    assert written["actions"][-1] == "drop"


def test_one_action_is_written_as_the_caller_says() -> None:
    drop = RuleAction.of_api({"Drop": {}})
    assert (action_to_file(drop, stop=True), action_to_file(drop, stop=False)) == ("stop", "drop")


def test_rules_without_a_name_get_names_that_no_other_rule_has() -> None:
    rules = [rule(ARCHIVE, name=name) for name in (None, "rule-01", "a", "a", "x" * 32, "x" * 32)]
    names = logical_names(rules)
    assert names == ("rule-01-2", "rule-01", "a", "a-2", "x" * 32, "x" * 30 + "-2")
    assert rule_to_file(rules[0], name=names[0])["live_name"] == "none"
    assert rule_to_file(rules[3], name=names[3])["live_name"] == "a"


def test_a_value_with_a_line_break_cannot_be_written() -> None:
    condition = RuleCondition.of_api(
        {
            "StringExpression": {
                "Evaluate": {"Attribute": "SUBJECT"},
                "Operator": "EQUALS",
                "Values": ["a\nb"],
            }
        }
    )
    with pytest.raises(CannotWrite, match="line break"):
        condition_to_file(condition)


@pytest.mark.parametrize("value", [-1.0, float("inf"), 1e300, 1 / 3 * 1e-5])
def test_a_size_that_files_cannot_hold_cannot_be_written(value: float) -> None:
    condition = RuleCondition.of_api(
        {
            "NumberExpression": {
                "Evaluate": {"Attribute": "MESSAGE_SIZE"},
                "Operator": "LESS_THAN",
                "Value": value,
            }
        }
    )
    with pytest.raises(CannotWrite, match="size"):
        condition_to_file(condition)


def test_what_fits_on_a_line_is_there_and_the_rest_stands_below() -> None:
    recipients = [f"person-{number}@example.com" for number in range(5)]
    expression = {"Evaluate": {"Attribute": "RECIPIENT"}, "Operator": "EQUALS"}
    conditions = [
        {"StringExpression": {**expression, "Values": ["a@example.com"]}},
        {"StringExpression": {**expression, "Values": recipients}},
    ]
    shape = RuleSet.of_api(
        {
            "RuleSetName": "in",
            "Rules": [
                {"Name": "first", "Conditions": conditions, "Actions": [{"Drop": {}}]},
                {"Actions": [ARCHIVE]},
            ],
        }
    )
    text = to_yaml({"version": 1, "rule_sets": {"in": rule_set_to_file(shape, name="in")}})
    assert text == (
        "version: 1\n"
        "\n"
        "rule_sets:\n"
        "  in:\n"
        "    rules:\n"
        "      - name: first\n"
        "        conditions:\n"
        "          - recipient: {equals: a@example.com}\n"
        "          - recipient:\n"
        "              equals:\n"
        "                - person-0@example.com\n"
        "                - person-1@example.com\n"
        "                - person-2@example.com\n"
        "                - person-3@example.com\n"
        "                - person-4@example.com\n"
        "        actions:\n"
        "          - drop\n"
        "\n"
        "      - name: rule-02\n"
        "        live_name: none\n"
        "        actions:\n"
        "          - archive: {to: all}\n"
    )
