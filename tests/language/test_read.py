"""Reading a project: sections, includes, phases, environments, names; every mistake at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.load import read_project, read_text
from mmctl.language.project import OnOverlap, Outcome
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project
    from mmctl.problem import Problem

GATEWAY = """\
version: 1
rule_sets:
  inbound:
    must_reach: delivered
    rules:
      - phase: block
        unless: [{mail_from: {in_address_list: partners}}]
        on_overlap: file_order
        include: ["security/*.yaml"]
      - name: deliver
        actions: [{relay: {to: exchange}}]
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
address_lists:
  partners: {members: ["*@partner.example"]}
"""
SECURITY = """\
version: 1
rules:
  - name: block-lookalike
    owner: security
    expires: 2027-01-31
    conditions:
      - from: {ends_with: "${vars.lookalikes}"}
      - spf: {not_equals: PASS}
    actions: [drop]
"""
PROJECT = """\
version: 1
project: acme
rules: ["rules/**/*.yaml"]
vars:
  lookalikes: ["@examp1e.com", "@exarnple.com"]
environments:
  local: {endpoint: embedded}
  prod: {account: "444455556666", region: us-east-1, vars: {lookalikes: ["@examp1e.org"]}}
"""
FILES = {
    "mmctl.yaml": PROJECT,
    "rules/gateway.yaml": GATEWAY,
    "rules/security/brand.yaml": SECURITY,
}


def told(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{p.position}: {p.message} [{p.check}]" for p in problems]


def sound(files: dict[str, str], environment: str | None = None) -> Project:
    project, problems = read_text(files, environment=environment)
    assert told(problems) == []
    return project


def test_a_project_is_read_with_its_phases_includes_and_variables() -> None:
    project = sound(FILES)
    inbound = project.rule_sets["inbound"]
    assert [rule.name for rule in inbound.rules] == ["block-lookalike", "deliver"]
    assert inbound.must_reach is Outcome.DELIVERED
    (phase,) = inbound.phases
    assert (phase.name, phase.on_overlap, phase.rules) == (
        "block",
        OnOverlap.FILE_ORDER,
        ("block-lookalike",),
    )
    rule = inbound.rules[0]
    assert rule.rule.to_api()["Conditions"][0]["StringExpression"]["Values"] == [
        "@examp1e.com",
        "@exarnple.com",
    ]
    assert rule.rule.to_api()["Unless"] == [
        {
            "BooleanExpression": {
                "Evaluate": {
                    "IsInAddressList": {"Attribute": "MAIL_FROM", "AddressLists": ["partners"]}
                },
                "Operator": "IS_TRUE",
            }
        }
    ]


LOGGED = """\
version: 1
rule_sets:
  inbound:
    logging: {destination: "arn:aws:logs:us-east-1:111122223333:log-group:/mail:*"}
    rules: [{name: end, final: true, actions: [drop]}]
traffic_policies:
  edge: {default: allow}
ingress_points:
  public-mx:
    type: open
    traffic_policy: edge
    rule_set: inbound
    logging:
      destination: "arn:aws:s3:::${vars.bucket}/mail"
      traffic_policy_debug_logs: "arn:aws:firehose:us-east-1:111122223333:deliverystream/mail"
"""


def test_logs_have_a_receiver_for_each_type() -> None:
    project = sound(
        {
            "mmctl.yaml": "version: 1\nproject: acme\nvars: {bucket: acme-logs}\n",
            "rules/a.yaml": LOGGED,
        }
    )
    assert project.rule_sets["inbound"].logging == {
        "APPLICATION_LOGS": "arn:aws:logs:us-east-1:111122223333:log-group:/mail"
    }
    assert project.ingress_points["public-mx"].logging == {
        "APPLICATION_LOGS": "arn:aws:s3:::acme-logs/mail",
        "TRAFFIC_POLICY_DEBUG_LOGS": "arn:aws:firehose:us-east-1:111122223333:deliverystream/mail",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "arn:aws:s3:::${vars.bucket}/mail",
            "acme-logs",
            "rules/a.yaml:14:20: got `acme-logs`, expected the ARN of a log group, bucket or "
            "Firehose stream [wrong-text]",
        ),
        (
            "arn:aws:s3:::${vars.bucket}/mail",
            "arn:aws:sns:us-east-1:111122223333:mail",
            "rules/a.yaml:14:20: got `arn:aws:sns:us-east-1:111122223333:mail`, expected the ARN "
            "of a log group, bucket or Firehose stream [wrong-text]",
        ),
        (
            "logging: {destination:",
            "logging: {traffic_policy_debug_logs:",
            "rules/a.yaml:4:15: a logging of a rule set has no key `traffic_policy_debug_logs` "
            "[unknown-key]",
        ),
    ],
)
def test_what_cannot_receive_logs_is_an_error(old: str, new: str, message: str) -> None:
    assert old in LOGGED
    files = {
        "mmctl.yaml": "version: 1\nproject: acme\nvars: {bucket: acme-logs}\n",
        "rules/a.yaml": LOGGED.replace(old, new),
    }
    assert told(read_text(files)[1]) == [message]


def test_every_value_knows_where_it_was_written() -> None:
    rule = sound(FILES).rule_sets["inbound"].rules[0]
    at = rule.positions.at
    assert str(rule.position) == "rules/security/brand.yaml:3:11"
    assert str(at(("Conditions", 1, "VerdictExpression", "Values", 0))).endswith(":8:27")
    assert str(at(("Conditions", 1, "VerdictExpression", "Operator"))).endswith(":8:15")
    assert str(at(("Conditions", 0, "StringExpression", "Values", 1))).endswith(":7:27")
    assert str(at(("Unless", 0))) == "rules/gateway.yaml:7:19"
    assert str(at(("Actions", 0))).endswith(":9:15")
    assert str(at(("expires",))).endswith(":5:14")


def test_variables_of_an_environment_stand_over_those_of_the_project() -> None:
    rule = sound(FILES, "prod").rule_sets["inbound"].rules[0]
    assert rule.conditions[0].value.to_api()["Values"] == ["@examp1e.org"]


def test_a_variable_alone_in_a_text_is_text_and_a_literal_is_kept() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    conditions:\n"
        '      - subject: {contains: ["from ${vars.who}", "$${vars.who}", "${env.name}"]}\n'
        "    actions: [drop]\n"
    )
    project, problems = read_text(
        {
            "mmctl.yaml": "version: 1\nproject: p\nvars: {who: us}\nrules: ['*.yaml']\n",
            "a.yaml": text,
        },
        lone=True,
    )
    assert told(problems) == []
    values = project.rule_sets["rules"].rules[0].conditions[0].value.to_api()
    assert values["Values"] == ["from us", "${vars.who}", "local"]


def test_a_rule_of_another_environment_may_use_variables_that_this_one_lacks() -> None:
    files = {
        **FILES,
        "rules/security/brand.yaml": SECURITY.replace("lookalikes}", "only_prod}").replace(
            "    owner: security\n", "    environments: [prod]\n"
        ),
        "mmctl.yaml": PROJECT.replace("vars: {lookalikes", "vars: {only_prod"),
    }
    local = sound(files, "local")
    assert [r.name for r in local.rule_sets["inbound"].live_rules("local")] == ["deliver"]
    prod = sound(files, "prod")
    assert [r.name for r in prod.rule_sets["inbound"].live_rules("prod")] == [
        "block-lookalike",
        "deliver",
    ]
    _, problems = read_text(
        {**files, "rules/security/brand.yaml": SECURITY.replace("lookalikes}", "only_prod}")}
    )
    assert told(problems) == [
        "rules/security/brand.yaml:7:27: `vars.only_prod` has no value [unknown-variable]"
    ]


def test_all_mistakes_of_all_files_come_at_once_each_with_its_place() -> None:
    files = {
        "mmctl.yaml": PROJECT,
        "rules/gateway.yaml": GATEWAY.replace("port: 25", "port: 99999").replace(
            "relay: {to: exchange}", "relay: {to: exchang}"
        ),
        "rules/security/brand.yaml": SECURITY.replace("expires: 2027-01-31", "expries: soon")
        .replace("spf: {not_equals: PASS}", "spf: {not_equals: PAST}")
        .replace("[drop]", "[dorp, {archive: {to: nowhere, form: x}}]"),
    }
    _, problems = read_text(files)
    assert told(problems) == [
        "rules/gateway.yaml:11:32: there is no relay `exchang` [unknown-name]",
        "rules/gateway.yaml:13:46: got `99999`, expected a number from 1 to 65535 [wrong-type]",
        "rules/security/brand.yaml:5:5: a rule has no key `expries` [unknown-key]",
        "rules/security/brand.yaml:8:27: got `PAST`, expected `PASS`, `FAIL`, `GRAY` or "
        "`PROCESSING_FAILED` [wrong-type]",
        "rules/security/brand.yaml:9:15: an action has no key `dorp` [unknown-key]",
        "rules/security/brand.yaml:9:36: there is no archive `nowhere` [unknown-name]",
        "rules/security/brand.yaml:9:45: `archive` has no key `form` [unknown-key]",
    ]
    assert problems[0].help == "did you mean `exchange`?"
    assert problems[2].help == "did you mean `expires`?"
    assert problems[4].help == "did you mean `drop`?"


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("body: {contains: x}", "add-on"),
        ("attachment: {contains: x}", "isPassed"),
        ("reply_to: {contains: x}", "mail_from"),
        ("list_unsubscribe: {contains: x}", "header"),
        ("sender_ip: {cidr_matches: 192.0.2.0/24}", "source_ip"),
        ("size: {greater_than: 1}", "message_size"),
    ],
)
def test_what_the_service_does_not_see_is_answered_with_what_to_use(key: str, advice: str) -> None:
    text = f"version: 1\nrules:\n  - name: a\n    conditions: [{{{key}}}]\n    actions: [drop]\n"
    _, problems = read_text({"a.yaml": text}, lone=True)
    assert [p.check for p in problems] == ["unknown-key"]
    assert advice in (problems[0].help or "")


@pytest.mark.parametrize(
    ("action", "advice"), [("send_to_sqs: {to: q}", "SQS"), ("deliver: {to: x}", "relay")]
)
def test_actions_that_do_not_exist_are_answered_with_what_to_use(action: str, advice: str) -> None:
    text = f"version: 1\nrules:\n  - name: a\n    actions: [{{{action}}}]\n"
    _, problems = read_text({"a.yaml": text}, lone=True)
    assert advice in (problems[0].help or "")


@pytest.mark.parametrize("condition", ["from", "subject", "mail_from", "max_size", "spf"])
def test_what_a_policy_does_not_see_is_answered_with_where_it_goes(condition: str) -> None:
    text = (
        "version: 1\ntraffic_policies:\n  edge:\n    default: deny\n    statements:\n"
        f"      - allow: [{{{condition}: {{equals: a@example.com}}}}]\n"
    )
    _, problems = read_text({"a.yaml": text}, lone=True)
    assert [p.check for p in problems] == ["unknown-key"]
    assert problems[0].help


def test_drop_in_its_three_spellings_is_the_same() -> None:
    text = "version: 1\nrules:\n" + "".join(
        f"  - name: r{i}\n    actions:\n      - {spelling}\n"
        for i, spelling in enumerate(["drop", "drop:", "drop: {}"])
    )
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert told(problems) == []
    assert {str(rule.rule.to_api()["Actions"]) for rule in project.rule_sets["rules"].rules} == {
        "[{'Drop': {}}]"
    }


def test_stop_is_a_drop_after_something_that_keeps_the_mail_and_nothing_else() -> None:
    text = "version: 1\nrules:\n  - name: a\n    actions: [{archive: {to: x}}, stop]\n"
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert told(problems) == []
    (rule,) = project.rule_sets["rules"].rules
    assert rule.stop
    assert [action.kind for action in rule.actions] == ["Archive", "Drop"]
    _, problems = read_text({"a.yaml": text.replace("{archive: {to: x}}, ", "")}, lone=True)
    assert told(problems) == [
        "a.yaml:4:15: `stop` before anything was delivered or stored [one-of]"
    ]


def test_every_section_is_read() -> None:
    text = """\
version: 1
rule_sets:
  inbound: {rules: [{name: keep, actions: [{archive: {to: compliance-7y}}]}]}
traffic_policies:
  edge:
    default: deny
    max_message_size: 25MB
    statements:
      - name: bad-networks
        deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]
      - allow:
          - recipient: {ends_with: "@example.com"}
          - tls_protocol: {minimum: TLS1_2}
          - add_on: {name: vade, field: isPassed, is: true}
      - deny: [{sender_ipv6: {not_cidr_matches: "2001:db8::/32"}}]
ingress_points:
  mx-inbound:
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: required
    status: closed
    network: {public: dual_stack}
    tags: {team: mail}
  clients:
    type: auth
    traffic_policy: edge
    rule_set: inbound
    auth: {smtp_password_env: MMCTL_SMTP_CLIENTS}
  partners:
    type: mtls
    traffic_policy: id:tp-1
    rule_set: inbound
    mtls: {ca_file: ca.pem}
archives:
  compliance-7y: {retention: SEVEN_YEARS}
  plain:
address_lists:
  feed: {members: external, sample_file: feed.txt}
  empty: {members: []}
  partners: {members: ["*@vendor.example"], members_file: lists/partners.csv}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
relays:
  plain: {server: mail.example.com, port: 25, authentication: none, was: older}
  safe:
    server: mail.example.com
    port: 587
    authentication: {secret_arn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:relay"}
invariants:
  - name: legal mail is never dropped
    when: [{recipient: {ends_with: "@legal.example.com"}}]
    never: [dropped, bounced, lost]
  - name: archived before it leaves
    always: [{archive: {to: compliance-7y}}]
    before: relay
  - name: only these relays
    only: {relay: [plain]}
cases:
  - name: kept
    message: {from: a@example.org, subject: x}
    expect: {b@example.com: stored}
"""
    project = sound(
        {
            "rules/a.yaml": text,
            "rules/ca.pem": "-----BEGIN CERTIFICATE-----\n",
            "rules/feed.txt": "bad@example.org\n",
            "rules/lists/partners.csv": "name,address\nA,a@vendor.example\nB,b@vendor.example\n",
        }
    )
    counts = {kind.value: len(project.of_kind(kind)) for kind in Kind}
    assert counts == {
        "address_lists": 3,
        "archives": 2,
        "relays": 2,
        "add_ons": 1,
        "rule_sets": 1,
        "traffic_policies": 1,
        "ingress_points": 3,
    }
    assert project.address_lists["partners"].members == (
        "*@vendor.example",
        "a@vendor.example",
        "b@vendor.example",
    )
    assert project.address_lists["feed"].members is None
    assert project.address_lists["feed"].sample == ("bad@example.org",)
    assert project.address_lists["empty"].members == ()
    assert project.traffic_policies["edge"].policy.max_message_size_bytes == 25_000_000
    assert project.traffic_policies["edge"].statement_names == ("bad-networks", None, None)
    assert project.ingress_points["mx-inbound"].closed
    assert project.ingress_points["clients"].smtp_password_env == "MMCTL_SMTP_CLIENTS"
    assert "CERTIFICATE" in str(project.ingress_points["partners"].ingress_point.to_api())
    assert project.relays["plain"].was == "older"
    assert [invariant.name for invariant in project.invariants][2] == "only these relays"
    assert project.cases[0].data["expect"] == {"b@example.com": "stored"}


def test_names_are_unique_across_the_project_and_a_second_says_where_the_first_is() -> None:
    files = {
        **FILES,
        "rules/more.yaml": "version: 1\nrelays:\n"
        "  exchange: {server: b.example.com, port: 25, authentication: none}\n",
    }
    _, problems = read_text(files)
    assert told(problems) == [
        "rules/more.yaml:3:3: relay `exchange` is already defined at rules/gateway.yaml:13:3 "
        "[duplicate-name]"
    ]


def test_two_resources_are_never_one_live_object() -> None:
    """Also where only their live names are the same: the second would take the first one over."""
    second = (
        "  second: {server: b.example.com, port: 25, authentication: none, live_name: exchange}"
    )
    _, problems = read_text({**FILES, "rules/more.yaml": f"version: 1\nrelays:\n{second}\n"})
    assert told(problems) == [
        "rules/more.yaml:3:3: relay `second` has the live name `exchange` of relay `exchange` at "
        "rules/gateway.yaml:13:3 [duplicate-name]"
    ]


def test_a_second_rule_of_a_name_is_refused_but_not_in_another_environment() -> None:
    rules = (
        "version: 1\nrules:\n  - {name: a, environments: [local], actions: [drop]}\n"
        "  - {name: a, environments: [prod], actions: [drop]}\n"
    )
    _, problems = read_text({"a.yaml": rules}, lone=True)
    assert told(problems) == []
    _, problems = read_text({"a.yaml": rules.replace("[prod]", "[local, prod]")}, lone=True)
    assert told(problems) == [
        "a.yaml:4:12: rule `a` is already defined at a.yaml:3:12 [duplicate-name]"
    ]


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ("security/none.yaml", "no other file matches `security/none.yaml`"),
        ("../../etc/passwd", "`../../etc/passwd` leaves the project"),
        ("/etc/passwd", "`/etc/passwd` leaves the project"),
        ("gateway.yaml", "no other file matches `gateway.yaml`"),
        ("security/brand.yaml", "is included a second time, first at rules/gateway.yaml:9:19"),
        ("lists.yaml", "has no `rules`"),
    ],
)
def test_includes_that_cannot_be_followed_say_why(include: str, message: str) -> None:
    gateway = GATEWAY.replace(
        "      - name: deliver", f'      - include: ["{include}"]\n      - name: deliver'
    )
    files = {
        **FILES,
        "rules/gateway.yaml": gateway,
        "rules/lists.yaml": "version: 1\nadd_ons: {}\n",
    }
    _, problems = read_text(files)
    assert [p.check for p in problems] == ["include"]
    assert message in problems[0].message
    assert problems[0].position.line == 10


def test_includes_that_go_round_in_a_circle_are_named() -> None:
    files = {
        **FILES,
        "rules/security/brand.yaml": 'version: 1\nrules: [{include: "../other.yaml"}]\n',
        "rules/other.yaml": 'version: 1\nrules: [{include: "security/brand.yaml"}]\n',
    }
    _, problems = read_text(files)
    assert told(problems) == [
        "rules/other.yaml:2:19: the includes form a circle: rules/security/brand.yaml → "
        "rules/other.yaml → rules/security/brand.yaml [include]"
    ]


def test_a_long_chain_of_includes_ends_in_a_problem() -> None:
    chain = {
        f"rules/chain{number}.yaml": f"version: 1\nrules: [{{include: chain{number + 1}.yaml}}]\n"
        for number in range(2000)
    }
    start = "version: 1\nrule_sets: {chained: {rules: [{include: chain0.yaml}]}}\n"
    _, problems = read_text({**FILES, **chain, "rules/start.yaml": start})
    assert "rules/chain39.yaml:2:19: files are included more than 40 levels deep [include]" in told(
        problems
    )


def test_rules_that_no_rule_set_includes_are_an_error() -> None:
    _, problems = read_text({**FILES, "rules/lonely.yaml": SECURITY})
    assert told(problems) == ["rules/lonely.yaml:2:1: no rule set includes these rules [include]"]


def test_a_rule_set_with_errors_does_not_make_the_things_that_name_it_wrong_too() -> None:
    text = """\
version: 1
rule_sets:
  inbound: {must_reach: nowhere, rules: [{name: a, actions: [{relay: {to: out}}]}]}
traffic_policies: {edge: {default: maybe}}
ingress_points: {main: {type: open, traffic_policy: edge, rule_set: inbound}}
relays: {out: {server: "https://mail.example.com", port: 25, authentication: none}}
"""
    _, problems = read_text({"a.yaml": text})
    assert [(p.position.line, p.check) for p in problems] == [
        (3, "wrong-type"),
        (4, "wrong-type"),
        (6, "wrong-text"),
    ]


@pytest.mark.parametrize(
    ("content", "check", "message"),
    [
        (b"", "missing-key", "the file is empty"),
        (b"# only a comment\n", "missing-key", "the file is empty"),
        (b"version: 2\n", "wrong-type", "got `2`, expected `1`"),
        (b"rules: []\n", "missing-key", "`version` is missing"),
        (b"version: 1\nversion: 1\n", "duplicate-key", "is here twice, first in line 1"),
        (b"version: 1\n---\nversion: 1\n", "syntax", "one document per file"),
        (b"version: 1\n\trules: []\n", "syntax", "a tab in the indentation"),
        (b"version: 1\nrules: [\n", "syntax", "the file ends too early"),
        (b"version: 1 \xff\n", "unreadable-file", "got the byte 0xff, expected UTF-8"),
        ("version: 1\n".encode("utf-16"), "unreadable-file", "got UTF-16, expected UTF-8"),
        (b"version: 1\nx: \x00\n", "syntax", "a control character"),
        (b"version: 1\nx: \x1b[31m\n", "syntax", "a control character"),
        (b"- a\n- b\n", "wrong-type", "got a list"),
        (b"just text\n", "wrong-type", "got `just text`"),
        (b"[" * 100_000, "syntax", "nested deeper than 50 levels"),
        (b"- " * 100_000, "syntax", "nested deeper than 50 levels"),
        (b"{a: " * 100_000, "syntax", "nested deeper than 50 levels"),
        (
            b"version: 1\nrules: &a []\ncases: *a\n",
            "syntax",
            "anchors such as `&a` are not supported",
        ),
        (b"version: 1\nx: !!python/object:os.system {}\n", "syntax", "tags such as"),
        (b"version: 1\n<<: {a: b}\n", "unknown-key", "has no key `<<`"),
        (b"? [a, b]\n: c\n", "syntax", "a key must be text"),
        (b"version: 1\n%YAML 1.1\n", "syntax", "the file ends too early"),
    ],
)
def test_files_that_are_no_rule_files_are_told_so(content: bytes, check: str, message: str) -> None:
    _, problems = read_text({"a.yaml": content})
    assert check in [p.check for p in problems]
    assert any(message in p.message for p in problems), told(problems)
    assert all(p.position.file == "a.yaml" for p in problems)


def test_a_byte_order_mark_and_windows_line_ends_are_no_difference() -> None:
    text = "\ufeff" + SECURITY.replace("\n", "\r\n").replace('"${vars.lookalikes}"', "[x]")
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert told(problems) == []
    assert [rule.name for rule in project.rule_sets["rules"].rules] == ["block-lookalike"]


def test_limits_of_the_service_are_held_where_the_value_stands() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    actions:\n"
        "      - add_header: {name: Subject, value: x}\n"
        f"      - add_header: {{name: X-Long, value: {'x' * 129}}}\n"
        "      - bounce: {sender: no-address, role: 'arn:aws:iam::111122223333:role/mm', "
        "status_code: '571', smtp_reply_code: 250, diagnostic_message: 'caf\u00e9'}\n"
    )
    _, problems = read_text({"a.yaml": text}, lone=True)
    assert [(p.position.line, p.check) for p in problems] == [
        (5, "wrong-text"),
        (6, "wrong-text"),
        (7, "wrong-text"),
        (7, "wrong-text"),
        (7, "wrong-text"),
        (7, "wrong-text"),
    ]
    assert "headers whose names start with `X-`" in (problems[0].help or "")
    assert "at most 128 characters, not 129" in problems[1].message


def test_a_password_in_a_file_is_refused_with_the_two_other_ways() -> None:
    text = (
        "version: 1\ningress_points:\n  clients: {type: auth, traffic_policy: id:tp, "
        "rule_set: id:rs, auth: {smtp_password: secret12}}\n"
    )
    _, problems = read_text({"a.yaml": text})
    assert [p.check for p in problems] == ["unknown-key"]
    assert "smtp_password_env" in (problems[0].help or "")


def test_an_unknown_environment_is_a_usage_error_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="no environment `prd`") as error:
        read_text(FILES, environment="prd")
    assert error.value.help == "did you mean `prod`?"


def test_nothing_to_read_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rule file matches"):
        read_project(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        read_project(tmp_path / "nowhere")


def test_a_folder_of_rule_files_without_a_project_file_is_a_project(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "gateway.yaml").write_text(
        GATEWAY.replace('include: ["security/*.yaml"]', "include: sub/a.yaml"), encoding="utf-8"
    )
    (tmp_path / "sub" / "a.yaml").write_text(
        SECURITY.replace('"${vars.lookalikes}"', '"@a.example"'), encoding="utf-8"
    )
    project, problems = read_project(tmp_path)
    assert told(problems) == []
    assert project.environment.endpoint == "embedded"
    assert len(project.rule_sets["inbound"].rules) == 2


def test_a_symbolic_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(SECURITY, encoding="utf-8")
    inside = tmp_path / "project"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(outside)
    _, problems = read_project(inside)
    assert told(problems) == ["link.yaml:1:1: the file is outside of the project [unreadable-file]"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "a.yaml"
    secret.write_text(SECURITY, encoding="utf-8")
    secret.chmod(0)
    _, problems = read_project(tmp_path)
    assert "permission denied" in problems[0].message


def test_ignore_comments_cover_the_next_line_or_the_whole_rule() -> None:
    text = SECURITY.replace(
        "  - name: block-lookalike",
        "  # mmctl: ignore[spf-alone, no-owner] the partner has no DKIM\n  - name: block-lookalike",
    ).replace("      - spf", "      # mmctl: ignore[x] y\n      - spf")
    project, _ = read_text({"a.yaml": text}, lone=True)
    whole, line = project.ignores
    assert (whole.checks, whole.reason) == (("spf-alone", "no-owner"), "the partner has no DKIM")
    assert (whole.first_line, whole.last_line) == (4, 11)
    assert (line.first_line, line.last_line) == (10, 10)


@given(
    st.lists(
        st.sampled_from(
            [
                *"[]{}:,-#&*!|>'\"%@`?~\n \t",
                "name: ",
                "- ",
                "version: 1\n",
                "rules:\n",
                "actions: ",
                "drop",
                "${vars.",
                "}",
                "conditions: ",
                "from: ",
                "{equals: ",
                "rule_sets:\n",
                "\x00",
                "\ud800",
                "\u200b",
            ]
        )
    )
)
def test_no_text_whatever_makes_the_reader_fail(parts: list[str]) -> None:
    _, problems = read_text({"a.yaml": "".join(parts)}, lone=True)
    assert all(p.position.file == "a.yaml" and p.message for p in problems)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_the_reader_fail(content: bytes) -> None:
    try:
        _, problems = read_text({"a.yaml": content, "mmctl.yaml": content}, lone=True)
    except ProblemsFound as error:
        problems = error.problems
    assert problems


def test_colons_inside_braces_are_read_as_yaml_1_2_means_them() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    actions: [{relay: {to: id:r-123}}]\n"
        "  - {name: b, actions: [{send: {role: arn:aws:iam::111122223333:role/mail}}]}\n"
    )
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert told(problems) == []
    first, second = project.rule_sets["rules"].rules
    assert first.actions[0].value.to_api()["Relay"] == "id:r-123"
    assert str(second.positions.at(("Actions", 0, "Send", "RoleArn"))) == "a.yaml:5:39"


def test_ignore_comments_of_the_project_file_are_read_too() -> None:
    files = {**FILES, "mmctl.yaml": "# mmctl: ignore[shared-target] one account\n" + PROJECT}
    project = sound(files)
    assert [(ignore.file, ignore.first_line) for ignore in project.ignores] == [("mmctl.yaml", 2)]


def test_values_may_use_what_the_environment_is() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    actions:\n      - send:\n"
        '          role: "arn:${env.partition}:iam::${env.account}:role/mail-${env.name}"\n'
        '      - add_header: {name: X-From, value: "${env.region}"}\n'
    )
    places = {
        "china": ('{account: "111122223333", region: cn-north-1}', "aws-cn", "111122223333"),
        "us": ('{account: "111122223333", region: us-gov-west-1}', "aws-us-gov", "111122223333"),
        "local": ("{endpoint: embedded}", "aws", "000000000000"),
        "loop": ('{endpoint: "http://127.0.0.1:4579"}', "aws", "000000000000"),
    }
    for name, (environment, partition, account) in places.items():
        project_file = (
            f"version: 1\nproject: x\nrules: [a.yaml]\nenvironments: {{{name}: {environment}}}\n"
        )
        gateway = "version: 1\nrule_sets: {inbound: {rules: [{include: a.yaml}]}}\n"
        files = {"mmctl.yaml": project_file.replace("[a.yaml]", "['*.yaml']")}
        project, problems = read_text({**files, "a.yaml": text, "g.yaml": gateway})
        assert told(problems) == []
        rule = project.rule_sets["inbound"].rules[0]
        send, header = rule.rule.actions
        assert send.value.to_api()["RoleArn"] == f"arn:{partition}:iam::{account}:role/mail-{name}"
        assert header.value.to_api()["HeaderValue"] == (
            {"china": "cn-north-1", "us": "us-gov-west-1"}.get(name, "us-east-1")
        )


def test_what_an_environment_does_not_say_has_no_value() -> None:
    text = (
        "version: 1\nrule_sets:\n  inbound:\n    rules:\n      - name: a\n        actions:\n"
        '          - add_header: {name: X-A, value: "${env.account}"}\n'
        '          - add_header: {name: X-B, value: "${env.partition}"}\n'
        '          - add_header: {name: X-C, value: "${env.profile}"}\n'
    )
    files = {"mmctl.yaml": "version: 1\nproject: x\nrules: ['*.yaml']\nenvironments: {prod: {}}\n"}
    _, problems = read_text({**files, "a.yaml": text})
    assert told(problems) == [
        "a.yaml:7:44: `env.account` has no value [unknown-variable]",
        "a.yaml:8:44: `env.partition` has no value [unknown-variable]",
        "a.yaml:9:44: `${env.profile}` is not replaced: only `${vars.NAME}` and `${env.name}`, "
        "`${env.account}`, `${env.region}`, `${env.partition}` are [unknown-variable]",
    ]


_LIST = "version: 1\naddress_lists:\n  blocked: {members_file: ../lists/blocked.csv}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"mail,why\na@example.org,x\nb@example.org,y\n",
            "1:1: several columns, but no header line",
        ),
        (b"# ours\n\naddress;why\na@example.org;x\n", "3:1: columns are separated by `;`, expe"),
        (b"address\twhy\na@example.org\tx\n", "1:1: columns are separated by tabs, expected `,`"),
        (b"address\na@example.org\nb\xff@example.org\n", "3:2: got the byte 0xff, expected UTF-8"),
        ("address\n".encode("utf-16"), "1:1: got UTF-16, expected UTF-8"),
    ],
)
def test_a_mistake_in_a_list_file_is_one_problem_in_that_file(content: bytes, said: str) -> None:
    _, (problem,) = read_text({"rules/a.yaml": _LIST.encode(), "lists/blocked.csv": content})
    at = problem.position
    assert at.file == "lists/blocked.csv"
    assert f"{at.line}:{at.column}: {problem.message}".startswith(said)
    assert problem.help


def test_a_path_from_the_folder_of_the_project_is_told_how_it_is_written() -> None:
    text = _LIST.replace("../lists", "lists")
    _, (problem,) = read_text({"rules/a.yaml": text, "lists/blocked.csv": "a@example.org\n"})
    assert problem.help == (
        "paths are relative to the file that names them: write `../lists/blocked.csv`"
    )


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("${corp_domain}", "did you mean `vars.corp_domain`?"),
        ("${var.corp_domain}", "did you mean `vars.corp_domain`?"),
        ("${env.nmae}", "did you mean `env.name`?"),
        ("${amount}", "for a literal `${` write `$${`"),
    ],
)
def test_a_name_that_is_not_replaced_gets_the_one_that_was_meant(written: str, advice: str) -> None:
    project = "version: 1\nproject: x\nrules: ['*.yaml']\nvars: {corp_domain: example.com}\n"
    text = f"version: 1\nrelays:\n  out: {{server: '{written}', port: 25, authentication: none}}\n"
    _, problems = read_text({"mmctl.yaml": project, "a.yaml": text})
    assert [problem.help for problem in problems] == [advice]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rules/gateway.yaml", "rule_sets:", "rule_set:", "a rule file has no key `rule_set`"),
        ("rules/gateway.yaml", "relays:", "relais:", "a rule file has no key `relais`"),
        ("rules/gateway.yaml", "address_lists:", "Lists:", "a rule file has no key `Lists`"),
        ("rules/gateway.yaml", "phase:", "Phase:", "a phase has no key `Phase`"),
        ("mmctl.yaml", "rules/**", "ruels/**", "no file matches `ruels/**/*.yaml`"),
    ],
)
def test_a_misspelled_section_phase_or_pattern_is_one_problem(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    files = {
        "mmctl.yaml": PROJECT,
        "rules/gateway.yaml": GATEWAY,
        "rules/security/a.yaml": SECURITY,
    }
    files[file] = files[file].replace(old, new)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    try:
        problems = read_project(tmp_path)[1]
    except ProblemsFound as found:
        problems = found.problems
    assert [problem.message for problem in problems] == [said]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("source_ip: 192.0.2.0/24", "such as `{cidr_matches: …}`"),
        ("subject: hello", "such as `{equals: …}`"),
        ("header: X-Foo", "expected `{name: …}`"),
    ],
)
def test_a_value_without_its_operator_is_told_how_one_looks(condition: str, expected: str) -> None:
    text = (
        "version: 1\nrule_sets:\n  inbound:\n    rules:\n      - name: a\n"
        f"        conditions: [{{{condition}}}]\n        actions: [drop]\n"
    )
    _, (problem,) = read_text({"a.yaml": text})
    assert problem.check == "wrong-type"
    assert problem.message.endswith(expected)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  exchange:\n", "got `server`, `port`, `authentication`, expected the name of a relay"),
        ("relays:\n", "a rule set has none of the keys `server`, `port`, `authentication`"),
        ("- name: two\n", "keys `owner`, `actions` are here twice, first in line 6"),
    ],
)
def test_a_line_that_is_missing_is_one_problem(line: str, said: str) -> None:
    text = (
        "version: 1\nrule_sets:\n  inbound:\n    rules:\n"
        "    - name: one\n      owner: mail\n      actions: [drop]\n"
        "    - name: two\n      owner: mail\n      actions: [drop]\n"
        "relays:\n  exchange:\n    server: mail.example.com\n    port: 25\n"
        "    authentication: none\n"
    )
    assert read_text({"a.yaml": text})[1] == ()
    broken = text.replace(f"    {line}" if line.startswith("-") else line, "")
    if line.startswith("  "):
        broken = broken.replace("    server", "  server").replace("    port", "  port")
        broken = broken.replace("    authentication", "  authentication")
    assert [problem.message for problem in read_text({"a.yaml": broken})[1]] == [said]
