"""`foundation up` where some of what the rules name exists already: it is reported, not made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest

pytest.importorskip("moto.server", reason="moto is not installed with its server")
pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from mmctl.cli.main import exit_code
from moto_stacks import ACCOUNT, moto_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/shop-mail"
TOPIC: Final = f"arn:aws:sns:us-east-1:{ACCOUNT}"
ISSUER: Final = "token.actions.githubusercontent.com"
PROJECT: Final = f"""\
version: 1
project: shop
environments:
  prod:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    stack: {{ci: "github:acme/mail,id=1,owner=2"}}
default_environment: prod
"""
RULES: Final = f"""\
version: 1
rule_sets:
  inbound:
    rules:
      - name: keep
        actions:
          - write_to_s3: {{bucket: shop-old, role: "{ROLE}"}}
          - write_to_s3: {{bucket: shop-new, role: "{ROLE}"}}
          - publish_to_sns: {{topic: "{TOPIC}:old", role: "{ROLE}"}}
          - publish_to_sns: {{topic: "{TOPIC}:new", role: "{ROLE}"}}
traffic_policies:
  edge: {{default: allow, statements: []}}
ingress_points:
  mx-in: {{type: open, rule_set: inbound, traffic_policy: edge}}
"""
STACK: Final = "mmctl-shop-prod-foundation"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "rules" / "gateway.yaml").write_text(RULES, encoding="utf-8")
    with moto_stacks(monkeypatch):
        yield tmp_path


def up(project: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert exit_code(["foundation", "up", "--yes", "-C", str(project)]) == 0
    return capsys.readouterr().err


def template() -> dict[str, Any]:
    body = boto3.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
    found: dict[str, Any] = json.loads(body) if isinstance(body, str) else dict(body)
    return found


def test_what_exists_is_reported_and_left_and_what_the_stack_made_stays_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("s3").create_bucket(Bucket="shop-old")
    boto3.client("sns").create_topic(Name="old")
    provider = boto3.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ThumbprintList=["0" * 40]
    )["OpenIDConnectProviderArn"]
    said = up(project, capsys)
    assert "bucket `shop-old` is not made: it exists already" in said
    assert "topic `old` is not made: it exists already" in said
    made = template()
    assert "BucketShopNew" in made["Resources"]
    assert "BucketShopOld" not in made["Resources"]
    assert "TopicNew" in made["Resources"]
    assert "TopicOld" not in made["Resources"]
    assert made["Parameters"]["GitHubProviderArn"]["Default"] == provider
    # The second time they exist because the stack made them.
    again = up(project, capsys)
    assert "`shop-new`" not in again
    assert "nothing to do" in again
    assert template() == made
