"""Sections that watch a gateway: only what is used, bounded, and as the manual says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cfnlint.api import lint
from moto.events.models import EventPattern

from mmctl.compiler.compile import compile_project
from mmctl.compiler.configuration import RuleSource
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind
from mmctl.operate.logs.metrics import METRICS, Metric
from mmctl.operate.monitoring.alarms import ALARMS
from mmctl.operate.monitoring.changes import event_pattern
from mmctl.operate.monitoring.counts import counts_of
from mmctl.operate.monitoring.filters import MOST_FILTERS
from mmctl.operate.monitoring.measures import Measured
from mmctl.operate.monitoring.scheduled import build_of
from mmctl.operate.monitoring.sections import monitoring_of
from mmctl.operate.templates.tagging import tags_of
from mmctl.operate.templates.template import Template
from mmctl.records import replace
from mmctl.render.documents.template_yaml import as_yaml
from operate.logs.conftest import RULES
from operate.trail.records import record

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mmctl"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vendedlogs/"
SETTINGS = f"""
version: 1
project: test
rules: [rules.yaml]
environments:
  prod:
    account: "{ACCOUNT}"
    region: us-east-1
    snapshots: s3://acme-mmctl/prod
    role_arn: {ROLE}
    stack: {{alarms_to: ops@example.com}}
  folder: {{account: "{ACCOUNT}", region: us-east-1}}
  here: {{endpoint: embedded}}
default_environment: prod
"""
LOGGED = RULES.replace(
    "    live_name: live-inbound\n",
    f"    live_name: live-inbound\n    logging: {{destination: '{GROUP}all'}}\n",
).replace(
    "mx-in: {",
    f"mx-in: {{logging: {{destination: '{GROUP}all', traffic_policy_debug_logs: '{GROUP}all'}}, ",
)
REQUIREMENT = "mmctl @ https://example.com/mmctl-1.tar.gz"


def made(rules: str = LOGGED, environment: str = "prod") -> tuple[Project, LiveConfiguration]:
    project, problems = read_text(
        {"mmctl.yaml": SETTINGS, "rules.yaml": rules}, environment=environment
    )
    assert project is not None, problems
    return project, compile_project(project)[0]


def template_of(
    rules: str = LOGGED, environment: str = "prod", requirement: str | None = REQUIREMENT
) -> Template:
    project, desired = made(rules, environment)
    sections = monitoring_of(project, desired, requirement=requirement)
    return Template(description="x", tags=tags_of("test", environment), sections=sections)


def resources(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    document = template.document()["Resources"]
    return {name: each["Properties"] for name, each in document.items() if each["Type"] == type_}


def test_the_template_passes_the_linter_and_is_small() -> None:
    template = template_of()
    assert [f"{each.rule.id} {each.message}" for each in lint(as_yaml(template))] == []
    assert len(json.dumps(template.document(), separators=(",", ":"))) < 40_000


def test_each_metric_of_the_logs_has_one_filter_and_each_alarm_its_metric() -> None:
    template = template_of()
    filters = resources(template, "AWS::Logs::MetricFilter")
    assert sorted(each["FilterName"] for each in filters.values()) == sorted(Metric)
    assert len(filters) <= MOST_FILTERS
    for each in filters.values():
        (change,) = each["MetricTransformations"]
        row = next(row for row in METRICS if row.metric == each["FilterName"])
        assert ("DefaultValue" in change) is not bool(row.dimensions)
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    assert {each["MetricName"] for each in alarms.values()} == {row.name for row in ALARMS}
    for each in alarms.values():
        assert each["Namespace"] == "mmctl/test/prod"
        missing = "breaching" if each["MetricName"] == Measured.RUNS else None
        assert missing is None or each["TreatMissingData"] == missing


def test_the_template_has_only_what_the_project_can_use() -> None:
    plain = template_of(RULES)
    assert not resources(plain, "AWS::Logs::MetricFilter")
    assert {
        each["MetricName"] for each in resources(plain, "AWS::CloudWatch::Alarm").values()
    } <= set(Measured)
    for left in (template_of(LOGGED, "folder"), template_of(LOGGED, "prod", None)):
        assert not resources(left, "AWS::CodeBuild::Project")
        assert not left.parameters()
        assert {
            each["MetricName"] for each in resources(left, "AWS::CloudWatch::Alarm").values()
        } <= set(Metric)
    assert not template_of(LOGGED, "here").sections


def test_the_dashboard_names_each_live_rule_and_ingress_point() -> None:
    (dashboard,) = resources(template_of(), "AWS::CloudWatch::Dashboard").values()
    body = json.loads(dashboard["DashboardBody"]["Fn::Sub"])
    rows = [
        row
        for widget in body["widgets"]
        for row in widget["properties"].get("metrics", ())
        if isinstance(row[0], str)
    ]
    hits = {row[5] for row in rows if row[1] == Metric.RULE_HITS}
    assert hits == {"never", "suspect", "block-a", "replaced", "keep"}
    assert {row[3] for row in rows if row[1] == Metric.ACCEPTED} == {"live-mx"}
    taken = [(each["x"], each["y"]) for each in body["widgets"]]
    assert len(taken) == len(set(taken))


def test_what_is_paid_for_by_number_is_counted() -> None:
    project, desired = made()
    counts = counts_of(project, desired, REQUIREMENT)
    assert counts.metrics == 1 + 2 * 5 + 4 + len(Measured)
    assert (counts.alarms, counts.dashboards) == (len(ALARMS), 1)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (record("UpdateRuleSet", {}), True),
        (record("GetRuleSet", {}), False),
        (record("SendEmail", {}), False),
        (record("TagResource", {}), False),
    ],
)
def test_the_rule_tells_writes_of_others(event: dict[str, Any], told: bool) -> None:
    pattern = EventPattern(None, event_pattern([ROLE]))
    message = {"source": "aws.ses", "detail-type": "AWS API Call via CloudTrail", "detail": event}
    assert pattern.matches_event(message) is told  # type: ignore[arg-type]


def test_the_rule_is_silent_about_the_role_of_mmctl_and_tells_users() -> None:
    pattern = EventPattern(None, event_pattern([ROLE]))
    own = record("UpdateRuleSet", {})
    own["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = ROLE
    user = record("UpdateRuleSet", {})
    user["userIdentity"] = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}
    for event, told in ((own, False), (user, True)):
        message = {
            "source": "aws.ses",
            "detail-type": "AWS API Call via CloudTrail",
            "detail": event,
        }
        assert pattern.matches_event(message) is told  # type: ignore[arg-type]


def test_the_watchdog_may_read_and_put_numbers_and_nothing_else() -> None:
    role = resources(template_of(), "AWS::IAM::Role")["WatchdogRole"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    actions = {action for each in statements for action in each["Action"]}
    reads = ("Get", "List", "Describe", "Filter", "LookupEvents", "Decrypt")
    writes = {action for action in actions if not action.split(":")[1].startswith(reads)}
    assert writes == {
        "cloudwatch:PutMetricData",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    (put,) = [each for each in statements if "cloudwatch:PutMetricData" in each["Action"]]
    assert put["Condition"] == {"StringLike": {"cloudwatch:namespace": "mmctl/test/*"}}


def test_the_build_runs_the_watchdog_from_the_store_alone() -> None:
    build = json.loads(build_of(made()[0]))
    (run,) = build["phases"]["build"]["commands"]
    assert run == (
        "mmctl watchdog --publish --store s3://acme-mmctl/prod --project test --env prod "
        f"--account {ACCOUNT} --region us-east-1 || test $? -eq 1"
    )


def test_the_manual_has_a_row_for_each_alarm() -> None:
    page = (Path(__file__).parents[3] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    missing = [
        row.name for row in ALARMS if f"| `{row.name}` | {row.when} | `{row.command}` |" not in page
    ]
    named = [each.value for each in (*Metric, *Measured) if f"`{each.value}`" not in page]
    assert (missing, named) == ([], [])


def test_a_packed_live_rule_is_labelled_with_the_rules_that_it_holds() -> None:
    project, desired = made()
    (rule_set,) = desired.of_kind(Kind.RULE_SET)
    held = tuple(RuleSource(name=name) for name in ("a", "b", "c", "d"))
    first, *rest = rule_set.origins
    packed = replace(rule_set, origins=(replace(first, name="never", holds=held), *rest))
    objects = tuple(packed if each is rule_set else each for each in desired.objects)
    sections = monitoring_of(project, replace(desired, objects=objects), requirement=None)
    body = next(
        resource.properties["DashboardBody"]["Fn::Sub"]
        for section in sections
        for resource in section.resources
        if resource.type == "AWS::CloudWatch::Dashboard"
    )
    assert '"label":"a, b, c and 1 more (never)"' in body
