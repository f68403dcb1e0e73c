"""The dashboard: mail in, refusals, hits by live rule with the rules that it holds, findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.operate.logs.metrics import METRIC, Metric
from mmctl.operate.monitoring.measures import Measured
from mmctl.operate.templates.intrinsic import sub
from mmctl.operate.templates.template import TemplateResource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

_WIDE: Final = 24
_HALF: Final = 12
_LOW: Final = 2
_HIGH: Final = 6
_NAMED: Final = 3
"""Logical rules that the label of a live rule names."""
_FIVE_MINUTES: Final = 300
_HOUR: Final = 3600


def dashboard_of(
    desired: LiveConfiguration,
    metrics: Collection[Metric | Measured],
    *,
    namespace: str,
    stem: str,
    environment: str,
) -> TemplateResource:
    """The dashboard of one environment, with what its template counts."""
    widgets: list[dict[str, Any]] = []
    for made in _widgets(desired, metrics, namespace, environment):
        widgets.append(made | _place(widgets, made))
    body = json.dumps({"widgets": widgets}, ensure_ascii=False, separators=(",", ":"))
    return TemplateResource(
        name="Dashboard",
        type="AWS::CloudWatch::Dashboard",
        comment="Mail in, refusals, hits by live rule, failures, findings of the watchdog.",
        properties={"DashboardName": stem, "DashboardBody": sub(body)},
    )


def _place(before: list[dict[str, Any]], made: dict[str, Any]) -> dict[str, int]:
    """Where a widget goes: beside the last one while there is room, else below."""
    if not before:
        return {"x": 0, "y": 0}
    last = before[-1]
    right = last["x"] + last["width"]
    if right + made["width"] <= _WIDE and last["height"] == made["height"]:
        return {"x": right, "y": last["y"]}
    return {"x": 0, "y": last["y"] + last["height"]}


def _widgets(
    desired: LiveConfiguration,
    metrics: Collection[Metric | Measured],
    namespace: str,
    environment: str,
) -> Iterator[dict[str, Any]]:
    yield _text(
        f"**{environment}**: numbers of live rules; by the rules of the files: "
        f"`mmctl logs --env {environment} --stats`"
    )
    if Metric.ACCEPTED in metrics:
        points = desired.of_kind(Kind.INGRESS_POINT)
        rows = [_row(namespace, Metric.ACCEPTED, each.name, each.live_name) for each in points]
        yield _graph("Accepted messages", rows)
    if Metric.REFUSED in metrics:
        admitted, refused = (
            [namespace, each.value, {"label": label}]
            for each, label in ((Metric.ADMITTED, "admitted"), (Metric.REFUSED, "refused"))
        )
        yield _graph("Recipients and the traffic policy", [admitted, refused])
    if Metric.RULE_HITS in metrics:
        for rule_set in desired.of_kind(Kind.RULE_SET):
            rows = [
                _row(namespace, Metric.RULE_HITS, label, rule_set.live_name, rule)
                for rule, label in _labels(rule_set)
            ]
            yield _graph(f"Messages that rules of {rule_set.name} matched", rows, width=_WIDE)
        failed = [
            [namespace, each.value] for each in (Metric.RELAY_FAILURES, Metric.ACTION_FAILURES)
        ]
        yield _graph("Failed actions", failed)
        yield _graph("Failed actions by live rule", [[_search(namespace)]])
    found = [each.value for each in Measured if each in metrics]
    if found:
        counts, ages = (
            [
                [namespace, name, {"stat": "Maximum"}]
                for name in found
                if name.startswith("Hours") is of_ages
            ]
            for of_ages in (False, True)
        )
        yield _graph("What the watchdog found", counts, period=_HOUR)
        yield _graph("Hours since the last apply and evidence", ages, period=_HOUR)


def _labels(rule_set: LiveObject) -> Iterator[tuple[str, str]]:
    """The live rules of a rule set, each with the rules of the files that it holds."""
    shape = rule_set.shape
    rules = shape.rules if isinstance(shape, RuleSet) else ()
    for place, rule in enumerate(rules):
        origin = rule_set.origins[place] if place < len(rule_set.origins) else None
        name = rule.name or (origin.name if origin is not None else f"rule {place + 1}")
        held = () if origin is None else origin.logical
        if held in {(), (name,)}:
            yield name, name
            continue
        more = f" and {len(held) - _NAMED} more" if len(held) > _NAMED else ""
        yield name, f"{', '.join(held[:_NAMED])}{more} ({name})"


def _row(namespace: str, metric: Metric, label: str, *values: str) -> list[Any]:
    dimensions = zip(METRIC[metric].dimensions, values, strict=True)
    return [
        namespace,
        metric.value,
        *(part for pair in dimensions for part in pair),
        {"label": label},
    ]


def _search(namespace: str) -> dict[str, Any]:
    """Failures are rare: rules without any make no metric, so they are searched for."""
    dimensions = ",".join(METRIC[Metric.FAILURES_OF_RULES].dimensions)
    name = Metric.FAILURES_OF_RULES.value
    expression = (
        f"SEARCH('{{\"{namespace}\",{dimensions}}} MetricName=\"{name}\"', 'Sum', {_FIVE_MINUTES})"
    )
    return {"expression": expression}


def _text(markdown: str) -> dict[str, Any]:
    properties = {"markdown": markdown}
    return {"type": "text", "width": _WIDE, "height": _LOW, "properties": properties}


def _graph(
    title: str, rows: list[Any], *, width: int = _HALF, period: int = _FIVE_MINUTES
) -> dict[str, Any]:
    return {
        "type": "metric",
        "width": width,
        "height": _HIGH,
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "stat": "Sum",
            "period": period,
            "metrics": rows,
        },
    }
