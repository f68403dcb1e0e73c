"""`plan` says what comes and goes costs, where somebody asks for money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.main import exit_code
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.records import replace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mmctl.live.state.service import Identity

PROJECT: Final = """\
version: 1
project: shop
rules: [rules.yaml]
environments: {local: {endpoint: embedded}}
default_environment: local
"""
RULES: Final = """\
version: 1
rule_sets:
  inbound: {rules: [{name: keep, actions: [{archive: {to: records}}]}]}
archives: {records: {retention: ONE_YEAR}}
add_ons: {scanner: {product: TRENDMICRO_VSAPI}}
traffic_policies:
  edge:
    default: deny
    statements: [allow: [recipient: {ends_with: "@example.com"}]]
ingress_points:
  mx-in: {type: open, rule_set: inbound, traffic_policy: edge}
"""
WITHOUT: Final = """\
version: 1
rule_sets:
  inbound: {rules: [{name: keep, actions: [drop]}]}
"""


def test_a_plan_says_what_ingress_points_add_ons_and_archives_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mmctl.yaml").write_text(PROJECT)

    def ran(rules: str, *words: str) -> str:
        (tmp_path / "rules.yaml").write_text(rules)
        exit_code([*words, "-C", str(tmp_path)])
        return "".join(capsys.readouterr())

    assert "costs:" not in ran(RULES, "plan"), "the embedded Mail Manager costs nothing"
    with monkeypatch.context() as patched:
        _at_aws(patched)
        comes = ran(RULES, "plan")
    for line in (
        "costs: +$50.00 a month without mail",
        "costs: ingress point mx-in adds $50.00 a month",
        "costs: archive records adds $2.00 a GB and $0.19 a GB-month",
        "costs: add-on scanner adds $",
    ):
        assert line in comes, comes
    assert "applied as" in ran(RULES, "apply", "--yes", "--force", "lint")
    with monkeypatch.context() as patched:
        _at_aws(patched)
        goes = ran(WITHOUT, "plan", "--force", "lint")
    for line in (
        "costs: -$50.00 a month without mail",
        "costs: ingress point mx-in saves $50.00 a month",
        "costs: archive records saves $2.00 a GB and $0.19 a GB-month",
    ):
        assert line in goes, goes


def _at_aws(patched: pytest.MonkeyPatch) -> None:
    """Have the service say that it is AWS's own of its region: there things cost money."""
    before = AwsMailManager.__dict__["identity"].fget

    def at_aws(service: AwsMailManager) -> Identity:
        identity: Identity = before(service)
        return replace(identity, endpoint="https://mail-manager.us-east-1.amazonaws.com")

    patched.setattr(AwsMailManager, "identity", property(at_aws))
