"""Hand edits of a traffic policy that has the statements of rules: only its own are written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from test_drift_write import GATEWAY, Gateway, narrow_policy

from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSE: Final = """\
    rules:
      - name: refuse-network
        refuse: true
        conditions: [{source_ip: {cidr_matches: 192.0.2.128/25}}]
        actions: [drop]
"""
EMERGENCY: Final[dict[str, Any]] = {
    "Action": "DENY",
    "Conditions": [
        {
            "IpExpression": {
                "Evaluate": {"Attribute": "SENDER_IP"},
                "Operator": "CIDR_MATCHES",
                "Values": ["203.0.113.0/25"],
            }
        }
    ],
}


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """A project with a rule that refuses, which was applied."""
    made = Gateway(Path(shutil.copytree(GATEWAY, tmp_path / "gateway")))
    path = made.folder / "rules" / "gateway.yaml"
    text = path.read_text(encoding="utf-8")
    assert "    rules:\n" in text
    path.write_text(text.replace("    rules:\n", REFUSE, 1), encoding="utf-8")
    assert made.mmctl("apply", "--yes", "-q", "--force", "lint") == 0
    return made


def statements(gateway: Gateway) -> list[dict[str, Any]]:
    return list(gateway.only(Noun.TRAFFIC_POLICY)["PolicyStatements"])


def set_statements(gateway: Gateway, wanted: list[dict[str, Any]]) -> None:
    of = gateway.only(Noun.TRAFFIC_POLICY)["TrafficPolicyId"]
    gateway.service.update(Noun.TRAFFIC_POLICY, of, {"PolicyStatements": wanted})


def add_first(gateway: Gateway) -> None:
    set_statements(gateway, [EMERGENCY, *statements(gateway)])


def add_last(gateway: Gateway) -> None:
    set_statements(gateway, [*statements(gateway), EMERGENCY])


@pytest.mark.parametrize("hand", [narrow_policy, add_first], ids=lambda each: each.__name__)
def test_what_was_done_by_hand_is_in_the_files_without_the_statements_of_rules(
    gateway: Gateway, hand: Callable[[Gateway], None], capsys: pytest.CaptureFixture[str]
) -> None:
    hand(gateway)
    live = statements(gateway)
    capsys.readouterr()
    assert gateway.mmctl("drift", "--write") == 0, capsys.readouterr()
    text = gateway.text("gateway")
    assert text.count("192.0.2.128/25") == 1
    assert gateway.mmctl("plan", "--detailed-exitcode") == 0, capsys.readouterr()
    assert statements(gateway) == live


def test_a_statement_behind_those_of_rules_is_left_to_people(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files cannot say that place; it makes no difference where a statement stands."""
    add_last(gateway)
    capsys.readouterr()
    assert gateway.mmctl("drift", "--write") != 0
    assert "a statement stands behind those of rules that refuse" in capsys.readouterr().out


def test_a_statement_of_a_rule_that_is_gone_is_said(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether the rule is still wanted, nobody but its owner knows."""
    before = gateway.text("gateway")
    set_statements(gateway, statements(gateway)[:-1])
    capsys.readouterr()
    assert gateway.mmctl("drift", "--write") != 0
    assert "traffic policy edge" in capsys.readouterr().out
    assert gateway.text("gateway") == before
