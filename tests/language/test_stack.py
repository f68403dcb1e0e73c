"""`stack:` of an environment, and `${stack.Output}` in its variables and bindings."""

from __future__ import annotations

from typing import Any, Final

import pytest

from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.load import Sources
from mmctl.language.parsing.stack_outputs import StandIns, output_of
from mmctl.language.stack import Stack, foundation_stack, staging_stack

RULES: Final = """\
version: 1
rule_sets:
  inbound:
    rules:
      - {name: all, actions: [{relay: {to: exchange}}]}
      - {name: keep, actions: [{archive: {to: old}}]}
relays:
  exchange: {server: "${vars.exchange}", port: 25, authentication: none}
"""


def _read(environments: str, known: Any = None, *, name: str = "staging") -> Any:
    text = f"version: 1\nproject: shop\nenvironments:\n{environments}"
    files = MemoryFiles({"mmctl.yaml": text, "rules/a.yaml": RULES})
    return Sources(files, "shop", outputs=known or {}).read(name)


def stand_in(environment: str, name: str) -> str:
    return StandIns(environment=environment, account="0" * 12, region="us-east-1").of(name)


USES: Final = """\
  staging:
    vars: {exchange: "${stack.MailServerName}"}
    bindings: {archives: {old: "a-${stack.SenderInstanceId}"}}
  prod: {vars: {exchange: mx.example.com}, bindings: {archives: {old: a-1}}}
"""


def test_a_stack_is_read_with_its_defaults() -> None:
    project, problems = _read(
        "  staging:\n    vars: {exchange: mx.example.com}\n    bindings: {archives: {old: a-1}}\n"
        "    stack: {mail_server: {domains: example.com, relay_networks: [192.0.2.0/24]}}\n"
    )
    assert not problems
    stack = project.environment.stack
    assert (stack.log_retention_days, stack.network, stack.sender) == (90, "10.64.0.0/20", False)
    assert stack.mail_server.domains == ("example.com",)
    assert stack.mail_server.relay_networks == ("192.0.2.0/24",)


def test_an_empty_stack_is_one_with_defaults() -> None:
    project, problems = _read(
        "  staging: {vars: {exchange: mx.example.com}, bindings: {archives: {old: a-1}}, stack: }\n"
    )
    assert not problems
    assert project.environment.stack == Stack()


def test_stacks_are_named_by_project_and_environment() -> None:
    assert foundation_stack("a.b_c", "prod", None) == "mmctl-a-b-c-prod-foundation"
    assert staging_stack("shop", "test", Stack(name="mail")) == "mail-staging"


WRONG: Final = {
    "network: 10.0.0.0/8": "expected a private IPv4 network of /16 to /24",
    "network: 198.41.0.0/16": "expected a private IPv4 network of /16 to /24",
    "network: 10.64.0.1/20": "is not a network",
    "mail_server: {domains: a.example, relay_networks: 0.0.0.0/0}": "to nearly everybody",
    "mail_server: {domains: a.example, relay_networks: '2001:db8::/32'}": "an IPv4 network",
    "mail_server: {domains: a.example}": "relay_networks",
    "log_retention_days: 17": "expected `1`, `3`",
    "object_lock_days: 0": "a number from 1",
    "alarms_to: nobody": "expected",
    "alarms_to: '{{resolve:ssm:x}}@example.com'": "expected",
    "ci: [bitbucket:a/b]": "expected",
    "name: -x": "expected",
}


def test_what_no_stack_can_be_is_reported() -> None:
    base = "  staging:\n    vars: {exchange: m.example}\n    bindings: {archives: {old: a-1}}\n"
    for written, said in WRONG.items():
        _, problems = _read(f"{base}    stack: {{{written}}}\n")
        found = [f"{each.message} {each.help}" for each in problems]
        assert len(found) == 1, (written, found)
        assert said in found[0], (written, found)


def test_outputs_have_stand_ins_where_no_stack_was_asked() -> None:
    project, problems = _read(USES)
    assert not problems
    assert project.environment.stack_outputs == ("MailServerName", "SenderInstanceId")
    server = project.relays["exchange"].relay.server_name
    assert server == stand_in("staging", "MailServerName")
    assert output_of(project.environment, server) == "MailServerName"
    assert output_of(project.environment, "mx.example.com") is None
    other, _ = _read(USES, name="prod")
    assert other.environment.stack_outputs == ()
    assert other.relays["exchange"].relay.server_name == "mx.example.com"


def test_outputs_are_what_the_stacks_said() -> None:
    known = {"staging": {"MailServerName": "mail.example.com", "SenderInstanceId": "0123"}}
    project, problems = _read(USES, known)
    assert not problems
    assert project.relays["exchange"].relay.server_name == "mail.example.com"
    assert dict(next(iter(project.environment.bindings.values()))) == {"old": "a-0123"}


def test_an_output_that_the_stacks_do_not_have_is_reported_where_it_is_used() -> None:
    _, problems = _read(USES, {"staging": {"MailServername": "a", "SenderInstanceId": "b"}})
    [problem] = problems
    assert problem.check == "unknown-name"
    assert "no output `MailServerName`" in problem.message
    assert problem.help == "did you mean `MailServername`?"
    assert problem.position.line == 5


def test_a_slip_in_an_output_is_reported_without_asking_anybody() -> None:
    _, problems = _read(USES.replace("MailServerName", "MailServerNam"))
    [problem] = problems
    assert problem.check == "unknown-name"
    assert str(problem.help).startswith("did you mean `MailServerName`")
    _, [problem] = _read(USES.replace("MailServerName", "Region"))
    assert "such as `BucketRecordsName`" in str(problem.help)


def test_outputs_stand_nowhere_else() -> None:
    text = "  staging:\n    region: ${stack.Region}\n" + USES.partition("\n")[2]
    _, problems = _read(text)
    [problem] = problems
    assert "`vars` and `bindings` of an environment" in str(problem.help)


def test_a_stand_in_is_in_the_account_and_region_of_its_environment() -> None:
    place = (
        'account: "111122223333"\n    region: cn-north-1\n    bindings: {archives: {old: "${stack.'
    )
    text = USES.replace('bindings: {archives: {old: "a-${stack.', place)
    project, _ = _read(text.replace("SenderInstanceId", "TopicFeedArn"))
    bound = next(iter(project.environment.bindings.values()))["old"]
    assert bound.startswith("arn:aws-cn:sns:cn-north-1:111122223333:stand-in-")
    assert output_of(project.environment, bound) == "TopicFeedArn"


def test_an_escaped_output_is_text() -> None:
    project, _ = _read(USES.replace("a-${stack.SenderInstanceId}", "a-$${stack.SenderInstanceId}"))
    assert project.environment.stack_outputs == ("MailServerName",)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("RelaySecretArn", "arn:aws:secretsmanager:us-east-1:"),
        ("TopicFeedArn", "arn:aws:sns:us-east-1:"),
        ("RoleMailArn", "arn:aws:iam::"),
        ("MailServerAddress", "192.0.2."),
        ("VpcEndpointMxId", "vpce-0"),
        ("BucketCopiesName", "stand-in-bucketcopiesname-"),
    ],
)
def test_a_stand_in_has_the_form_that_its_name_tells(name: str, begins: str) -> None:
    assert stand_in("staging", name).startswith(begins)
    assert stand_in("staging", name) != stand_in("prod", name)
