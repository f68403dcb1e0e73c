"""Terraform's files: what is literal in HCL, what plans say, what is broken, and secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import SourceOptions
from mmctl.interchange.terraform.hcl import quoted
from mmctl.interchange.terraform.hcl_reading import read_hcl
from mmctl.interchange.terraform.hcl_values import HclLiteral
from mmctl.interchange.terraform.reading import import_terraform, read_terraform
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.interchange.infrastructure.found import FoundInfrastructure

RELAY = """\
resource "aws_mailmanager_relay" "mx" {
  name        = "mx"
  server_name = HERE
  server_port = 25

  authentication {
    no_authentication {}
  }
}
"""
BEFORE = """\
variable "host" { default = "a.example.com" }
variable "open" {}
variable "hidden" {
  default   = "swordfish99"
  sensitive = true
}
locals {
  domain = "example.com"
  hosts  = { mx = "m.${local.domain}", other = var.host }
}
data "aws_region" "current" {}
"""


def read(text: str, **files: str) -> FoundInfrastructure:
    named = {"main.tf": text, **{name.replace("_", "."): more for name, more in files.items()}}
    return read_terraform({name: content.encode() for name, content in named.items()})


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ('"x.example.com"', "x.example.com"),
        ("var.host", "a.example.com"),
        ('"mail.${var.host}"', "mail.a.example.com"),
        ("local.hosts.mx", "m.example.com"),
        ("local.hosts.other", "a.example.com"),
        ('local.hosts["other"]', "a.example.com"),
        ('"${local.domain}"', "example.com"),
        ('"$${x}"', "${x}"),
        ("<<EOT\nx\nEOT", "x\n"),
        ("<<-EOT\n    x\n    EOT", "x\n"),
    ],
)
def test_a_literal_is_read_and_names_are_followed(written: str, means: str) -> None:
    found = read(RELAY.replace("HERE", written) + BEFORE)
    members = found.resources[0].members
    assert members["ServerName"] == means
    assert found.resources[0].positions.at(("ServerName",))[:3] == ("main.tf", 3, 3)


def test_a_file_of_values_comes_before_defaults() -> None:
    found = read(RELAY.replace("HERE", "var.host") + BEFORE, x_tfvars='host = "z.example.com"\n')
    assert found.resources[0].members["ServerName"] == "z.example.com"


@pytest.mark.parametrize(
    ("written", "file_form"),
    [
        ("var.open", "${vars.open}"),
        ('"${var.open}.example.com"', "${vars.open}.example.com"),
        ('"x.${data.aws_region.current.region}.example.com"', "x.${env.region}.example.com"),
        ("var.hidden", "${vars.hidden}"),
        ("aws_instance.mx.public_dns", "${vars.aws_instance_mx_public_dns}"),
        ('join(".", ["a", "b"])', "${vars.aws_mailmanager_relay_mx_server_name}"),
        ("var.host == 1 ? 2 : 3", "${vars.aws_mailmanager_relay_mx_server_name}"),
        ('[for x in ["a", "b"] : x][0]', "${vars.aws_mailmanager_relay_mx_server_name}"),
    ],
)
def test_what_is_not_literal_is_a_variable_or_the_environment(written: str, file_form: str) -> None:
    found = read(RELAY.replace("HERE", written) + BEFORE)
    (value,) = found.resources[0].open.values()
    assert value.written == file_form
    assert "swordfish" not in f"{found.resources} {found.needed} {found.unread}"


def test_values_of_different_blocks_are_different_variables() -> None:
    rule = """
  rule {
    name = "NAME"
    action {
      add_header {
        header_name  = "X-Team"
        header_value = lower("NAME")
      }
    }
  }
"""
    rules = rule.replace("NAME", "one") + rule.replace("NAME", "two")
    head = 'resource "aws_mailmanager_rule_set" "in" {\n  name = "inbound"\n'
    found = read(f"{head}{rules}}}\n")
    written = [value.written for value in found.resources[0].open.values()]
    assert len({*written}) == 2


def test_a_key_in_brackets_is_evaluated_or_listed() -> None:
    tags = '  tags = {\n    (local.domain) = "a"\n    (upper("x")) = "b"\n  }\n'
    relay = RELAY.replace("HERE", '"x.example.com"').replace(
        "  server_port", f"{tags}  server_port"
    )
    found = read(relay + BEFORE)
    assert found.resources[0].tags == {"example.com": "a"}
    assert [each.why for each in found.unread] == ['`(upper("x"))` is not evaluated here']


def test_two_resources_of_one_address_are_refused() -> None:
    relay = RELAY.replace("HERE", '"x.example.com"')
    with pytest.raises(ProblemsFound) as caught:
        read(relay + relay + BEFORE)
    (problem,) = caught.value.problems
    assert problem.message == "`aws_mailmanager_relay.mx` is already at main.tf:1:1"


def test_what_is_made_by_loops_and_modules_is_listed() -> None:
    text = RELAY.replace("HERE", '"x.example.com"')
    looped = text.replace('"mx" {', '"many" {\n  for_each = toset(["a"])')
    found = read(f'{text}{looped}module "mail" {{\n  source = "./mail"\n}}\n')
    assert [(each.place.line, each.text) for each in found.unread] == [
        (11, "aws_mailmanager_relay.many"),
        (20, "module mail"),
    ]
    dynamic = text.replace("no_authentication {}", 'dynamic "secret" {\n}')
    assert [each.place.line for each in read(dynamic).unread] == [7]
    assert read(dynamic).resources == []
    assert len(found.resources) == 1


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a = "x\n', 1, 5),
        ('a = "${b"\n', 1, 9),
        ("a = <<EOT\nx\n", 1, 5),
        ("a = [1, 2\n", 2, 1),
        ("a = {b = 1\n", 2, 1),
        ("a {\n", 2, 1),
        ("a = 1 2\n", 1, 7),
        ("= 1\n", 1, 1),
        ("/* x\n", 1, 1),
        ("a = \x07\n", 1, 5),
        ("a = " + "[" * 300, 1, 106),
        ("a {" * 300, 1, 304),
        ('a = "\\q"\n', 1, 6),
    ],
)
def test_what_is_broken_is_reported_at_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read(text)
    assert caught.value.problems[0].position[:3] == ("main.tf", line, column)


def test_a_name_that_leads_to_itself_ends() -> None:
    found = read(RELAY.replace("HERE", "local.a") + "locals {\n  a = local.b\n  b = local.a\n}\n")
    assert len(found.needed) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('$%{}~"\\\n\tab é\u2028\U0001f600'), max_size=12) | st.text())
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    block, problems = read_hcl(f"a = {quoted(text)}\n", "main.tf")
    assert problems == []
    value = block.attributes["a"][1]
    assert isinstance(value, HclLiteral)
    assert value.text == text


@pytest.mark.unmeasured
@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('ab_1"${}[]()=<>,.:\n \\%E-O/*#'), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    _, problems = read_hcl(text, "main.tf")
    assert all(problem.position.line <= text.count("\n") + 1 for problem in problems)


# -- plans and states


def shown(*resources: dict[str, Any], **more: Any) -> FoundInfrastructure:
    values = {"root_module": {"resources": list(resources)}}
    document = {"format_version": "1.2", "planned_values": values, **more}
    return read_terraform({"plan.json": json.dumps(document).encode()})


def resource(type_: str, name: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name,
            "values": values, **more}  # fmt: skip


AUTHENTICATION: dict[str, Any] = {
    "authentication": [{"no_authentication": [{}], "secret_arn": None}]
}


def test_a_sensitive_value_is_nowhere() -> None:
    values = {"name": "mx", "server_name": "swordfish99", "server_port": 25, **AUTHENTICATION}
    found = shown(
        resource("aws_mailmanager_relay", "mx", values, sensitive_values={"server_name": True})
    )
    assert found.resources[0].open["ServerName",].written == "${vars.mx_server_name}"
    assert "swordfish" not in str(found)


def test_a_reference_goes_through_variables_and_outputs_of_modules() -> None:
    relay = resource(
        "aws_mailmanager_relay",
        "mx",
        {"name": "mx", "server_name": "x.example.com", "server_port": 25, **AUTHENTICATION},
    )
    relay["address"] = "module.base.aws_mailmanager_relay.mx"
    rules = resource(
        "aws_mailmanager_rule_set",
        "in",
        {"name": "in", "rule": [{"name": "a", "action": [{"relay": [{}]}]}]},
    )
    rules["address"] = "module.rules.aws_mailmanager_rule_set.in"
    modules = [
        {"address": "module.base", "resources": [relay]},
        {"address": "module.rules", "resources": [rules]},
    ]
    references = {"references": ["var.relay"]}
    expressions = {"rule": [{"action": [{"relay": [{"relay": references}]}]}]}
    configured = {"type": "aws_mailmanager_rule_set", "name": "in", "expressions": expressions}
    output = {"expression": {"references": ["aws_mailmanager_relay.mx.id"]}}
    calls = {
        "base": {"module": {"outputs": {"relay_id": output}}},
        "rules": {
            "expressions": {"relay": {"references": ["module.base.relay_id", "module.base"]}},
            "module": {"resources": [configured]},
        },
    }
    after = {"rule": [{"action": [{"relay": [{"relay": True}]}]}], "id": True}
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"child_modules": modules}},
        "configuration": {"root_module": {"module_calls": calls}},
        "resource_changes": [
            {
                "address": "module.rules.aws_mailmanager_rule_set.in",
                "type": "aws_mailmanager_rule_set",
                "change": {"actions": ["create"], "after_unknown": after},
            }
        ],
    }
    imported = import_terraform({"plan.json": json.dumps(document).encode()}, SourceOptions())
    assert imported.needed == {}
    (rule,) = imported.sections[Kind.RULE_SET]["in"]["rules"]
    assert rule["actions"] == [{"relay": {"to": "mx"}}]


def test_unknown_values_of_two_instances_are_different_variables() -> None:
    relays = []
    changes = []
    for index in range(2):
        values = {"name": f"mx{index}", "server_port": 25,
                  "authentication": [{"no_authentication": [{}]}]}  # fmt: skip
        relay = resource("aws_mailmanager_relay", "mx", values)
        relay |= {"address": f"aws_mailmanager_relay.mx[{index}]", "index": index}
        relays.append(relay)
        changes.append(
            {
                "address": relay["address"],
                "type": "aws_mailmanager_relay",
                "change": {"actions": ["create"], "after_unknown": {"server_name": True}},
            }
        )
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": relays}},
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "type": "aws_mailmanager_relay",
                        "name": "mx",
                        "expressions": {"server_name": {"references": ["aws_instance.mx"]}},
                    }
                ]
            }
        },
        "resource_changes": changes,
    }
    found = read_terraform({"plan.json": json.dumps(document).encode()})
    written = [each.open["ServerName",].written for each in found.resources]
    assert written == ["${vars.mx_server_name}", "${vars.mx_server_name_2}"]


def test_what_is_deposed_is_no_resource() -> None:
    values = {"name": "mx", "server_name": "x.example.com", "server_port": 25,
              "authentication": [{"no_authentication": [{}]}]}  # fmt: skip
    relay = resource("aws_mailmanager_relay", "mx", values)
    module = {"resources": [relay, relay | {"deposed_key": "0123abcd"}]}
    document = {"format_version": "1.0", "values": {"root_module": module}}
    found = read_terraform({"state.json": json.dumps(document).encode()})
    assert len(found.resources) == 1


def test_what_the_plan_deletes_is_listed() -> None:
    change = {"address": "aws_mailmanager_relay.old", "type": "aws_mailmanager_relay",
              "change": {"actions": ["delete"], "after_unknown": {}}}  # fmt: skip
    found = shown(resource_changes=[change])
    assert [(each.text, each.why) for each in found.unread] == [
        ("aws_mailmanager_relay.old", "the plan deletes it")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format_version": "1.2", "values": 5}', "expected `planned_values` or `values`"),
        ('{"version": 3, "lineage": "x"}', "got a state file of version `3`, expected 4"),
        ('{"format_version": "1.2", "values": {"root_module": {"resources": [5]}}}', "expected a"),
        ('{"format_version": ', "the file ends inside a value"),
        ("[1]", "expected a JSON object"),
    ],
)
def test_a_broken_document_is_refused(text: str, says: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read_terraform({"plan.json": text.encode()})
    assert caught.value.problems[0].message.startswith(says)


@pytest.mark.parametrize("secret", ["swordfish99", "swordfish" * 12])
def test_what_is_called_secret_is_not_shown_where_it_does_not_fit(secret: str) -> None:
    for place in (
        f'locals {{\n smtp_password = "{secret}"\n}}\n',
        f'variable "smtp_password" {{ default = "{secret}" }}\n',
    ):
        name = "local.smtp_password" if place.startswith("locals") else "var.smtp_password"
        found = read(
            place + 'resource "awscc_ses_mail_manager_relay" "mx" {\n relay_name = "mx"\n'
            f' server_name = "mx.example.com"\n server_port = {name}\n'
            ' authentication = { no_authentication = "{}" }\n}\n'
        )
        assert "expected a whole number" in found.refused[0].message
        assert "swordfish" not in f"{found.refused} {found.texts}"
