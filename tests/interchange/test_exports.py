"""Exports: what is written is complete, what cannot be is told, and other tools take it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cfnlint import api as cfn_lint
from cfnlint.decode.decode import decode_str
from hypothesis import example, given
from hypothesis import strategies as st

from mmctl.compiler.compile import compile_project
from mmctl.interchange.api_json import import_api_json
from mmctl.interchange.cloudformation.writing import to_cloudformation
from mmctl.interchange.live_objects import yaml_of
from mmctl.interchange.terraform.hcl import quoted
from mmctl.interchange.terraform.writing import to_terraform
from mmctl.interchange.to_api_json import to_api_json
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.interchange.exported import Exported

CONFIGS = Path(__file__).parents[3] / "shared" / "reference" / "configs"
VALID = sorted(CONFIGS.glob("[0-9]*.json"))
HERE = Path(__file__).parent

MAIN = """\
version: 1
project: acme
environments:
  prod:
    account: "444455556666"
    region: us-east-1
    bindings:
      archives: {legacy: a-0123456789abcdef}
      address_lists: {blocked: al-0123456789abcdef}
"""
GATEWAY = """\
version: 1
address_lists:
  partners: {members: ["*@partner.example", "one@vendor.example"], tags: {team: mail}}
  feed: {members: external}
archives:
  compliance-7y: {retention: SEVEN_YEARS, live_name: acme-compliance}
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY, tags: {team: mail}}
traffic_policies:
  everything: {default: allow}
  edge:
    default: deny
    max_message_size: 25MB
    statements:
      - allow:
          - recipient: {ends_with: "@example.com"}
          - sender_ipv6: {cidr_matches: ["2001:db8::/32"]}
rule_sets:
  inbound:
    live_name: acme.inbound
    logging: {destination: "arn:aws:s3:::acme-mail-logs/rules"}
    rules:
      - name: block
        conditions:
          - mail_from: {in_address_list: partners}
          - recipient: {not_in_address_list: blocked}
          - subject: {contains: ["no", "${vars.x}", "100%{x}", 'say "hi"']}
          - add_on: {name: vade, field: isPassed, is: false}
          - message_size: {greater_than: 25MB}
        actions: [drop]
      - name: unnamed
        live_name: none
        actions:
          - archive: {to: compliance-7y, on_failure: drop}
          - archive: {to: legacy}
          - relay: {to: exchange, mail_from: preserve}
          - stop
ingress_points:
  mx:
    type: open
    traffic_policy: edge
    rule_set: inbound
    live_name: acme-mx
    logging:
      destination: "arn:aws:logs:us-east-1:444455556666:log-group:/mail/mx"
      traffic_policy_debug_logs: "arn:aws:s3:::acme-mail-logs/rules"
    network: {public: dual_stack}
  clients:
    type: auth
    traffic_policy: everything
    rule_set: inbound
    auth: {smtp_password_env: MMCTL_SMTP_CLIENTS}
  later:
    type: open
    traffic_policy: edge
    rule_set: inbound
    status: closed
    logging:
      destination: "arn:aws:logs:us-east-1:111122223333:delivery-destination:central"
  partners-in:
    type: mtls
    traffic_policy: edge
    rule_set: inbound
    mtls: {ca_file: ca.pem}
""".replace("${vars.x}", "$${x}")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def desired(files: dict[str, str]) -> LiveConfiguration:
    project, problems = read_text(files)
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    configuration, too_much = compile_project(project)
    assert too_much == ()
    return configuration


def gateway() -> LiveConfiguration:
    return desired({"mmctl.yaml": MAIN, "rules/a.yaml": GATEWAY, "rules/ca.pem": CERTIFICATE})


def of_file(path: Path) -> LiveConfiguration:
    found = import_api_json({path.name: path.read_text(encoding="utf-8")})
    return desired({"rules/a.yaml": yaml_of(found, *found.sections), **beside(found.certificates)})


def beside(texts: dict[str, str]) -> dict[str, str]:
    return {f"rules/{name}": text for name, text in texts.items()}


def cloudformation(configuration: LiveConfiguration, form: str = "yaml") -> Exported:
    return to_cloudformation(
        configuration.objects,
        configuration.bindings,
        project="acme",
        environment="prod",
        form=form,
    )


def terraform(configuration: LiveConfiguration) -> Exported:
    return to_terraform(
        configuration.objects,
        configuration.bindings,
        project="acme",
        environment="prod",
        ids={(Kind.RULE_SET, "inbound"): "rs-0123456789abcdefghijklmn"},
    )


def api_json(configuration: LiveConfiguration) -> Exported:
    return to_api_json(configuration.objects, configuration.bindings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gateway.json", api_json(gateway()).text),
        ("gateway.template.yaml", cloudformation(gateway()).text),
        ("gateway.template.json", cloudformation(gateway(), "json").text),
        ("gateway.tf", terraform(gateway()).text),
    ],
    ids=lambda value: value if value.startswith("gateway.") else "",
)
def test_an_export_of_every_kind_reads_as_it_is_kept(name: str, text: str, update: bool) -> None:
    golden = HERE / "exported" / name
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def comparable(configuration: LiveConfiguration) -> list[Any]:
    """What an export keeps, in an order of its own, with bound names as ids."""
    bound = {
        name: f"id:{id_}" for ids in configuration.bindings.values() for name, id_ in ids.items()
    }
    text = json.dumps(
        [
            [
                thing.kind,
                thing.name,
                without_empty(thing.shape.to_api()),
                sorted(thing.tags.items()),
                thing.members,
                thing.closed,
                thing.smtp_password_env is not None,
            ]
            for thing in configuration.objects
        ]
    )
    for name, id_ in bound.items():
        text = text.replace(f'"{name}"', f'"{id_}"')
    found: list[Any] = json.loads(text)
    return found


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_empty(member)
            for key, member in value.items()
            if not (key in {"Conditions", "Unless"} and member == [])
        }
    return [without_empty(item) for item in value] if isinstance(value, list) else value


def test_api_json_comes_back_as_the_same_configuration() -> None:
    exported = api_json(gateway())
    assert [told.partition(": ")[0] for told in exported.left_out] == [
        "rule set `inbound`",
        "ingress point `mx`",
        "ingress point `mx`",
        "ingress point `later`",
    ]
    found = import_api_json({"gateway.json": exported.text})
    assert found.refused == found.unsaid == []
    back = desired({"rules/a.yaml": yaml_of(found, *found.sections), **beside(found.certificates)})
    assert comparable(back) == comparable(gateway())


@pytest.mark.skipif(not VALID, reason="the reference configurations are not here")
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_real_configuration_comes_back_from_api_json(path: Path) -> None:
    configuration = of_file(path)
    found = import_api_json({"x.json": api_json(configuration).text})
    assert found.refused == found.unsaid == []
    back = desired({"rules/a.yaml": yaml_of(found, *found.sections), **beside(found.certificates)})
    assert comparable(back) == comparable(configuration)


@pytest.mark.slow
@pytest.mark.parametrize("path", [None, *VALID], ids=lambda path: path.stem if path else "gateway")
def test_cfn_lint_finds_nothing_in_a_template_which_is_the_same_in_both_forms(
    path: Path | None,
) -> None:
    configuration = of_file(path) if path else gateway()
    exported = cloudformation(configuration).text
    found = cfn_lint.lint(exported, config={"regions": ["us-east-1"]})
    assert [f"{match.rule.id}: {match.message}" for match in found] == []
    assert decode_str(exported) == decode_str(cloudformation(configuration, "json").text)


def test_cfn_lint_finds_what_is_wrong_in_a_template() -> None:
    exported = cloudformation(gateway()).text.replace("RetentionPeriod:", "RetentionTime:")
    found = cfn_lint.lint(exported, config={"regions": ["us-east-1"]})
    assert "E3002" in {match.rule.id for match in found}


def test_cloudformation_names_an_archive_by_the_part_behind_the_slash() -> None:
    template = json.loads(cloudformation(gateway(), "json").text)
    rules = template["Resources"]["InboundRuleSet"]["Properties"]["Rules"]
    (index, split) = rules[1]["Actions"][0]["Archive"]["TargetArchive"]["Fn::Select"]
    (separator, substitution) = split["Fn::Split"]
    arn = "arn:aws:ses:us-east-1:444455556666:mailmanager-archive/a-0123456789"
    for archive_id in ("a-0123456789", arn):
        text = substitution["Fn::Sub"].replace("${Compliance7yArchive.ArchiveId}", archive_id)
        assert text.split(separator)[index] == "a-0123456789"
    assert "66 characters" in template["Description"]


def test_an_archive_that_is_written_as_an_arn_is_exported_as_its_id() -> None:
    arn = "arn:aws:ses:us-east-1:444455556666:mailmanager-archive/a-0123456789"
    text = (
        "version: 1\nrule_sets:\n  in:\n    rules:\n      - name: keep\n"
        f'        actions: [{{archive: {{to: "{arn}"}}}}]\n'
    )
    configuration = desired({"rules/a.yaml": text})
    for exported in (api_json, cloudformation, terraform):
        assert arn not in exported(configuration).text
        assert "a-0123456789" in exported(configuration).text


def test_what_infrastructure_code_cannot_say_is_told() -> None:
    for exported in (cloudformation(gateway()), terraform(gateway())):
        (left_out,) = exported.left_out
        assert left_out.startswith("address list `partners`: its 2 members")


def test_a_text_that_cloudformation_would_replace_is_left_out_and_told() -> None:
    text = (
        "version: 1\nrule_sets:\n  in:\n    rules:\n      - name: a\n        conditions:\n"
        '          - subject: {equals: "{{resolve:ssm:x}}"}\n        actions: [drop]\n'
    )
    exported = cloudformation(desired({"rules/a.yaml": text}))
    assert "rule set `in`: it has a value with `{{resolve:`" in exported.left_out[0]
    assert "{{resolve:" not in exported.text


def test_a_password_is_a_parameter_and_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMCTL_SMTP_CLIENTS", "Secret12345!")
    for exported in (api_json, cloudformation, terraform):
        assert "Secret12345!" not in exported(gateway()).text
    template = json.loads(cloudformation(gateway(), "json").text)
    assert template["Parameters"]["ClientsIngressPointSmtpPassword"]["NoEcho"] is True


@example("$${x}")
@example("$$${x} %%{y}")
@given(st.text(st.sampled_from('$%{}~"\\\n\tab é\u2028\U0001f600'), max_size=12) | st.text())
def test_a_text_in_hcl_stands_for_itself(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert "\n" not in inside
    # As HCL reads it: templates are found first, then escapes with a backslash are replaced.
    pieces = re.findall(
        r"\$\$\{|%%\{|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\[nrt\"\\]|[^\\]", inside, re.DOTALL
    )
    assert "".join(pieces) == inside
    assert not {"${", "%{"} & set(re.findall(r"(?<![$%])[$%]\{", inside))
    named = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\"}
    read = "".join(
        piece[1:]
        if piece in {"$${", "%%{"}
        else chr(int(piece[2:].lstrip("0") or "0", 16))
        if piece[:2] in {"\\u", "\\U"}
        else named.get(piece, piece)
        for piece in pieces
    )
    assert read == text


def test_what_is_live_is_imported_into_the_state_of_terraform_and_the_rest_is_told() -> None:
    exported = terraform(gateway())
    assert (
        "import {\n"
        "  to = aws_mailmanager_rule_set.inbound\n"
        '  id = "rs-0123456789abcdefghijklmn"\n'
        "}\n"
    ) in exported.text
    assert exported.text.count("import {") == 1
    (told,) = (note for note in exported.notes if "import" in note)
    objects = len(gateway().objects)
    assert told.startswith(f"{objects - 1} of {objects} objects have no `import` block")


def test_terraform_is_told_which_versions_know_what_is_written() -> None:
    head = terraform(gateway()).text.partition("variable ")[0]
    assert 'required_version = ">= 1.5.0"' in head
    for provider in ("hashicorp/aws", "hashicorp/awscc"):
        assert re.search(rf'"{provider}"\s+version\s+=\s+"~> \d+\.0"', head) or re.search(
            rf'source\s*=\s*"{provider}",?\s*version\s*=\s*"~> \d+\.0"', head
        )
