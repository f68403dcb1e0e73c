"""`per_ingress_point: true`: a live rule set for each ingress point, of what can match there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.quota_uses import account_uses
from mmctl.compiler.compile import compile_project, packings_of
from mmctl.compiler.lowered import lowered_of
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.language.project import Project

POINT: Final = "rule_set: inbound, tls_policy: required, network: {public: ipv4}"
TEXT: Final = f"""\
version: 1
rule_sets:
  inbound:
    per_ingress_point: true
    rules:
      - name: refuse-net
        refuse: true
        conditions: [{{source_ip: {{cidr_matches: 192.0.2.0/24}}}}]
        actions: [drop]
      - name: legal
        conditions: [{{recipient: {{ends_with: "@legal.example.com"}}}}]
        actions: [{{relay: {{to: exchange}}}}, stop]
      - name: certified
        conditions: [{{client_certificate: {{attribute: cn, equals: partner}}}}]
        actions: [{{relay: {{to: exchange}}}}, stop]
      - name: deliver
        actions: [{{relay: {{to: exchange}}}}]
relays:
  exchange: {{server: mail.example.com, port: 25, authentication: none}}
traffic_policies:
  edge:
    default: deny
    statements: [{{allow: [{{recipient: {{ends_with: "@legal.example.com"}}}}]}}]
  other: {{default: allow}}
ingress_points:
  mx-legal: {{type: open, traffic_policy: edge, {POINT}}}
  mx-other: {{type: open, traffic_policy: other, {POINT}}}
"""


def project_of(text: str = TEXT) -> Project:
    project, problems = read_text({"rules/a.yaml": text})
    assert not problems, problems
    return project


def test_each_ingress_point_has_the_rules_that_can_match_there() -> None:
    """`deliver` gets no mail behind a stop of all that is admitted; what is refused, none."""
    configuration, problems = compile_project(project_of())
    assert problems == ()
    assert {
        thing.live_name: [origin.name for origin in thing.origins]
        for thing in configuration.of_kind(Kind.RULE_SET)
    } == {"inbound.mx-legal": ["legal"], "inbound.mx-other": ["legal", "deliver"]}
    points = configuration.of_kind(Kind.INGRESS_POINT)
    assert [point.shape.to_api()["RuleSetId"] for point in points] == [
        "inbound.mx-legal",
        "inbound.mx-other",
    ]
    told = {(each.rule_set, each.rule): each.reason for each in configuration.left_out}
    assert told["inbound.mx-legal", "certified"] == (
        "no mail that ingress point mx-legal admits meets it"
    )
    assert told["inbound", "refuse-net"] == (
        "in the traffic policy edge, statement 2; in the traffic policy other, statement 1"
    )


def test_packings_have_the_name_in_the_files_and_the_ingress_point() -> None:
    project = project_of()
    assert [(each.rule_set, each.ingress_point) for each in packings_of(project)] == [
        ("inbound", "mx-legal"),
        ("inbound", "mx-other"),
    ]
    assert project.rule_set_of("inbound.mx-legal") is project.rule_sets["inbound"]
    assert project.rule_set_of("inbound.mx-gone") is None


def test_a_closed_ingress_point_keeps_the_rules_for_when_it_opens() -> None:
    text = TEXT.replace(f"policy: other, {POINT}", f"policy: other, status: closed, {POINT}")
    assert len(lowered_of(project_of(text)).project.rule_sets["inbound.mx-other"].rules) == 2


def test_more_rules_than_fit_are_taken_by_several_ingress_points() -> None:
    """60 rules that cannot be joined, 30 for each of two domains: too many for one rule set."""
    rules = "".join(
        f"      - name: r{number}\n"
        f'        conditions: [{{recipient: {{ends_with: "@{domain}"}}}}, '
        f"{{subject: {{contains: word{number}}}}}]\n"
        f"        actions: [{{add_header: {{name: X-{number}, value: a}}}}]\n"
        for domain, numbers in (("legal.example.com", range(30)), ("example.org", range(30, 60)))
        for number in numbers
    )
    text = TEXT.replace("    rules:\n", f"    rules:\n{rules}", 1).replace(
        "other: {default: allow}",
        'other: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.org"}}]}]}',
    )
    _, problems = compile_project(project_of(text.replace("    per_ingress_point: true\n", "")))
    assert {problem.check for problem in problems} == {"capacity"}
    configuration, problems = compile_project(project_of(text))
    assert problems == ()
    assert [len(thing.origins) for thing in configuration.of_kind(Kind.RULE_SET)] == [31, 31]


def test_a_rule_set_that_has_the_name_already_is_an_error() -> None:
    other = "  inbound.mx-other:\n    rules: [{name: a, actions: [drop]}]\nrelays:"
    project = project_of(TEXT.replace("relays:", other, 1))
    configuration, problems = compile_project(project)
    assert [problem.message for problem in problems] == [
        "`inbound.mx-other` is what rule set `inbound` is called for an ingress point, because of "
        "`per_ingress_point: true`"
    ]
    assert [thing.name for thing in configuration.of_kind(Kind.RULE_SET)] == [
        "inbound",
        "inbound.mx-other",
    ]


def test_long_live_names_are_cut_to_what_the_service_takes() -> None:
    project = project_of(TEXT.replace("inbound:", f"inbound:\n    live_name: {'a' * 99}", 1))
    configuration, _ = compile_project(project)
    names = [thing.live_name for thing in configuration.of_kind(Kind.RULE_SET)]
    assert [len(name) for name in names] == [100, 100]
    assert len(set(names)) == 2


def test_each_part_counts_as_a_rule_set_of_the_account() -> None:
    used = {use.noun: use.used for use in account_uses(project_of())}
    assert used["rule sets"] == 2
