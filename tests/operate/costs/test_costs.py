"""Costs: exact decimals, sources, what is not known, and files of prices by strangers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from live.planned import GATEWAY, planned
from mmctl.errors import UsageError
from mmctl.language.parsing.load import read_text
from mmctl.operate.costs.changes import notes_of
from mmctl.operate.costs.month import MailVolume, month_of
from mmctl.operate.costs.price_file import prices_with
from mmctl.operate.costs.prices import ADD_ON, PricePlan, usual_prices
from mmctl.operate.costs.resources import BY_USE, FREE, hourly_of, month_of_templates
from mmctl.operate.templates.tagging import LISTED, MAPPED, UNTAGGED
from mmctl.operate.templates.template import Template, TemplateResource, TemplateSection
from mmctl.render.text.money import rounded

if TYPE_CHECKING:
    from mmctl.operate.costs.lines import Costs

PROJECT: Final = """\
version: 1
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: ["@example.com"]}}]}]}
add_ons:
  scanner: {product: TRENDMICRO_VSAPI}
archives:
  all-mail: {retention: ONE_YEAR}
  held: {retention: PERMANENT}
rule_sets:
  inbound:
    rules:
      - name: keep
        actions: [{archive: {to: all-mail}}, {archive: {to: held}}]
ingress_points:
  public-mx: {type: open, rule_set: inbound, traffic_policy: edge}
  closed-mx: {type: open, rule_set: inbound, traffic_policy: edge, status: closed}
"""
MAIN: Final = """\
version: 1
project: acme
environments: {prod: {account: "111122223333", region: eu-west-1}}
"""


def costs_of(volume: MailVolume | None, plan: PricePlan = PricePlan.A_LA_CARTE) -> Costs:
    project, problems = read_text({"mmctl.yaml": MAIN, "rules/a.yaml": PROJECT})
    assert problems == ()
    return month_of(project, volume, usual_prices(), plan)


def amounts(costs: Costs) -> dict[str, Decimal | None]:
    return {line.what: line.amount for line in costs.lines}


def volume(messages: int, kilobytes: str = "64", **shares: str) -> MailVolume:
    return MailVolume(
        messages=Decimal(messages),
        kilobytes=Decimal(kilobytes),
        shares={name.replace("_", "-"): Decimal(share) for name, share in shares.items()},
    )


def test_a_month_is_computed_exactly() -> None:
    """By hand: 2^20 messages of 64 KB are 64 GB and 262,144 chunks."""
    found = costs_of(volume(1_048_576, held="0.25"))
    assert amounts(found) == {
        "ingress points, a month each": Decimal("100.00"),
        "messages": Decimal("157.28640"),
        "chunks of messages": Decimal("23.59296"),
        "add-on scanner": Decimal("196.6080000"),
        "archive all-mail, taken in": Decimal("128.00"),
        "archive all-mail, stored": Decimal("145.92"),
        "archive held, taken in": Decimal("32.0000"),
        "archive held, stored": Decimal("36.4800"),
    }
    assert found.total == Decimal("819.8873600")
    assert rounded(found.total) == Decimal("819.89")
    assert rounded(Decimal("0.005")) == Decimal("0.01")
    assert rounded(Decimal("0.0049999999999999999")) == Decimal("0.00")


def test_without_mail_only_what_stands_is_paid() -> None:
    found = costs_of(None)
    assert amounts(found) == {"ingress points, a month each": Decimal("100.00")}
    assert any("eu-west-1" in note for note in found.notes)


def test_essentials_costs_more_a_message_and_is_not_known_above_its_tier() -> None:
    found = amounts(costs_of(volume(12_000_000), PricePlan.ESSENTIALS))
    assert found["messages"] == Decimal("1600.00000")
    assert found["messages above 10 million"] is None
    known = costs_of(volume(12_000_000), PricePlan.ESSENTIALS)
    assert known.not_known == ("message-essentials-above-10m",)
    assert known.total == sum(amount for amount in found.values() if amount is not None)


def test_every_known_price_has_a_source_and_a_date() -> None:
    faults = [
        item
        for item, price in usual_prices().prices.items()
        if price.item != item or not price.source or len(price.date) != len("2026-01-01")
    ]
    assert faults == []
    unknown = usual_prices().of(f"{ADD_ON}NEW_PRODUCT")
    assert unknown.amount is None
    assert unknown.source == "no source found"


def test_a_file_of_prices_changes_rows() -> None:
    text = (
        "item,amount,source,date\n# ours\n\ningress-point,45,our contract,2026-10-01\n"
        'instance-t4g.large,0.0672,"a list, of ours",2026-10-01\nmessage,not known,,2026-10-01\n'
    )
    table = prices_with(usual_prices(), text, shown="prices.csv")
    assert table.of("ingress-point").amount == Decimal(45)
    assert table.of("instance-t4g.large").source == "a list, of ours"
    assert table.of("message").amount is None
    assert table.of("chunk") == usual_prices().of("chunk")
    assert table.changed == {"ingress-point", "instance-t4g.large", "message"}


def test_each_bad_line_of_a_file_of_prices_is_named() -> None:
    cases = {
        "ingres-point,45,us,2026-10-01": r"1: unknown item `ingres-point`, did you mean",
        "ingress-point,45,us": r"1: got 3 values, expected 4",
        "ingress-point,-1,us,2026-10-01": r"1: got the amount `-1`",
        "ingress-point,1e99,us,2026-10-01": r"1: got the amount `1e99`",
        "ingress-point,NaN,us,2026-10-01": r"1: got the amount `NaN`",
        "ingress-point,\u0661,us,2026-10-01": r"1: got the amount",
        f"ingress-point,{'9' * 10},us,2026-10-01": r"1: got the amount",
        "ingress-point,45,,2026-10-01": r"1: `ingress-point` has no source",
        "ingress-point,45,us,yesterday": r"1: got the date `yesterday`",
        "ingress-point,45,us,20261001": r"1: got the date `20261001`",
        '\n"ingress-point,45': r"the line is not CSV",
        "chunk,1,us,2026-10-01\nchunk,2,us,2026-10-01": r"2: `chunk` is stated twice",
        "\0,\x1b[31m,x,y": r"1: unknown item",
    }
    for text, said in cases.items():
        with pytest.raises(UsageError, match=said) as raised:
            prices_with(usual_prices(), text, shown="prices.csv")
        assert str(raised.value).startswith("prices.csv:"), text
    many = "\n".join(f"nothing-{number},1,x,2026-01-01" for number in range(5000))
    with pytest.raises(UsageError) as raised:
        prices_with(usual_prices(), many, shown="prices.csv")
    assert raised.value.details[-1] == "and 4994 more"


def template(*resources: TemplateResource) -> Template:
    return Template(
        description="a stack",
        tags={},
        sections=(TemplateSection(title="all", comment="all", resources=resources),),
    )


def resource(type_: str, name: str = "One", **properties: object) -> TemplateResource:
    return TemplateResource(name=name, type=type_, properties=properties, comment="a thing")


def test_resources_of_a_template_cost_by_the_hour() -> None:
    made = template(
        resource(
            "AWS::EC2::Instance",
            InstanceType="t4g.small",
            BlockDeviceMappings=[{"Ebs": {"VolumeSize": 10, "VolumeType": "gp3"}}],
        ),
        resource("AWS::EC2::EIP", "Two"),
        resource(
            "AWS::EC2::VPCEndpoint", "Three", VpcEndpointType="Interface", SubnetIds=["a", "b"]
        ),
        resource("AWS::EC2::VPCEndpoint", "Four", VpcEndpointType="Gateway"),
        resource("AWS::KMS::Key", "Five"),
        resource("AWS::S3::Bucket", "Six"),
        resource("AWS::New::Thing", "Seven"),
    )
    month = month_of_templates("staging", (made,), usual_prices())
    assert amounts(month) == {
        "instances t4g.small": Decimal("12.2640"),
        "disks, GB": Decimal("0.80"),
        "public addresses": Decimal("3.650"),
        "VPC endpoints, a zone each": Decimal("14.60"),
        "keys": Decimal("1.00"),
        "AWS::New::Thing": None,
    }
    assert month.not_known == ("AWS::New::Thing",)
    assert "buckets" in month.notes[0]
    hour = hourly_of("staging", (made,), usual_prices())
    assert rounded(hour.total, Decimal("0.00001")) == Decimal("0.04427")
    assert rounded(hour.total * 730) == rounded(month.total)


def test_every_type_that_templates_may_have_is_free_costs_by_use_or_has_a_price() -> None:
    """A type that is new in templates fails here by name."""
    unknown = [
        type_
        for type_ in sorted(LISTED | MAPPED | UNTAGGED)
        if type_ not in FREE
        and type_ not in BY_USE
        and month_of_templates("x", (template(resource(type_)),), usual_prices()).not_known
        == (type_,)
    ]
    assert unknown == KNOWN_TO_BE_UNKNOWN


KNOWN_TO_BE_UNKNOWN: Final = [
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::EC2::Volume",
    "AWS::Route53::RecordSet",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::SecretTargetAttachment",
]
"""No source was read for them, and no template has them."""


def test_a_plan_says_what_comes_and_goes() -> None:
    with_archive = GATEWAY
    without = GATEWAY.replace(
        "  main: {retention: SEVEN_YEARS}\n",
        "  main: {retention: SEVEN_YEARS}\n  old: {retention: ONE_YEAR}\n",
    )
    plan = planned(without, with_archive)
    assert notes_of(plan, usual_prices()) == (), "the embedded endpoint costs nothing"
    at = replace(plan.target.identity, endpoint="https://mail-manager.us-east-1.amazonaws.com")
    notes = notes_of(replace(plan, target=replace(plan.target, identity=at)), usual_prices())
    assert notes == (
        "costs: +$0.00 a month without mail (list prices of us-east-1; mmctl budget --cost)",
        "costs: archive old saves $2.00 a GB and $0.19 a GB-month",
    )
