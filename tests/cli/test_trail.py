"""`mmctl history --trail` and `mmctl drift --trail`: who changed what by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from test_drift_write import GATEWAY, Gateway, block

from mmctl.model.kinds import Noun
from operate.trail.records import record, trail_text

ACCOUNT, REGION = "000000000000", "us-east-1"
NASTY = "eve\x1b[31m\u202e"


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    made = Gateway(Path(shutil.copytree(GATEWAY, tmp_path / "gateway")))
    assert made.mmctl("apply", "--yes", "-q") == 0
    return made


def spelled(value: Any) -> Any:
    """Members as CloudTrail spells them."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: spelled(each) for name, each in value.items()}
    return [spelled(each) for each in value] if isinstance(value, list) else value


def own_calls(gateway: Gateway) -> list[dict[str, Any]]:
    """The calls of the apply, as CloudTrail saw them."""
    (journal,) = gateway.folder.glob(".mmctl/snapshots/*/*.journal.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    return [
        event(line["operation"], {}, at=line["at"], who="mmctl", id_=f"own-{number}")
        for number, line in enumerate(lines)
        if line["moment"] == "after"
    ]


def event(name: str, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    return record(name, spelled(request), account=ACCOUNT, region=REGION, **more)


def written(gateway: Gateway, *records: dict[str, Any]) -> str:
    (gateway.folder / "trail.json").write_text(trail_text(*own_calls(gateway), *records))
    return "trail.json"


def rules_event(gateway: Gateway, at: str, who: str) -> dict[str, Any]:
    found = gateway.only(Noun.RULE_SET)
    request = {"RuleSetId": found["RuleSetId"], "Rules": found["Rules"]}
    return event("UpdateRuleSet", request, at=at, who=who)


def by_hand(gateway: Gateway) -> list[dict[str, Any]]:
    """Two people change two rules, one after the other."""
    base = rules_event(gateway, "2040-01-01T10:00:00Z", "base")
    gateway.set_rules([block(), *gateway.rules()])
    added = rules_event(gateway, "2040-01-01T10:01:00Z", NASTY)
    rules = gateway.rules()
    rules[2]["Conditions"][0]["StringExpression"]["Values"].append("@evil.example")
    gateway.set_rules(rules)
    changed = rules_event(gateway, "2040-01-01T10:02:00Z", "bob")
    refused = event(
        "DeleteRelay", {"RelayId": "r-1"}, at="2040-01-01T10:03:00Z", error="AccessDenied"
    )
    return [base, added, changed, refused]


def test_history_joins_own_calls_and_names_who_wrote_by_hand(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(gateway, *by_hand(gateway))
    capsys.readouterr()
    assert gateway.mmctl("history", "--trail", source, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    writes = document["trail"]["writes"]
    own = [each for each in writes if each["who"].endswith("/mmctl")]
    assert own
    assert all(each["entry"].startswith("0001-") and not each["by_hand"] for each in own)
    others = {each["who"].rpartition("/")[2]: each for each in writes if each not in own}
    assert others["bob"]["by_hand"]
    assert (others["bob"]["kind"], others["bob"]["name"]) == ("rule set", "inbound")
    assert others["bob"]["rules"] == ["block-lookalike"]
    assert others["ann"]["refused"] == "AccessDenied"
    assert not others["ann"]["by_hand"]
    assert gateway.mmctl("history", "--trail", source) == 0
    out = capsys.readouterr().out
    assert "by hand" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_nobody_found_is_said_with_the_window(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(gateway)
    capsys.readouterr()
    assert gateway.mmctl("history", "--trail", source) == 0
    out = capsys.readouterr().out
    assert "nobody found: no write by hand from 20" in out
    assert "in trail.json" in out or "trail.json" in out


def test_drift_names_who_changed_which_rule(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(gateway, *by_hand(gateway))
    capsys.readouterr()
    assert gateway.mmctl("drift", "--trail", source, "--format", "json") == 2
    document = json.loads(capsys.readouterr().out)
    found = {each["name"]: each["by"] for each in document["by_hand"]}
    assert {name: by["who"].rpartition("/")[2] for name, by in found.items()} == {
        "emergency": NASTY,
        "block-lookalike": "bob",
    }
    assert all(by["certain"] for by in found.values())
    assert gateway.mmctl("drift", "--trail", source) == 2
    out = capsys.readouterr().out
    assert "assumed-role/admin/bob" in out
    assert "\x1b" not in out


def test_drift_says_of_which_changes_nobody_was_found(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(gateway)
    gateway.set_rules([block(), *gateway.rules()])
    capsys.readouterr()
    assert gateway.mmctl("drift", "--trail", source) == 2
    assert "nobody found for emergency from 20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("history", "--trail", "missing.json"), "does not exist"),
        (("history", "show", "1", "--cloudtrail"), "got `--cloudtrail` with `show`"),
        (("history", "--releases", "--cloudtrail"), "got `--releases` and `--cloudtrail`"),
        (("history", "--since", "2h"), "without `--cloudtrail`"),
        (("history", "--trail", "s3://"), "names no bucket"),
        (("history", "--trail", "t", "--since", "1h", "--until", "2h"), "not before"),
    ],
)
def test_mistakes_are_said(
    gateway: Gateway,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
) -> None:
    assert gateway.mmctl(*words) == 64
    assert says in capsys.readouterr().err
