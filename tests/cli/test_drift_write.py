"""`mmctl drift --write`: what was done by hand survives in the files, with their comments."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.cli.embedded import embedded_in
from mmctl.cli.main import exit_code
from mmctl.language.parsing.settings import default_settings
from mmctl.live.aws.connect import connect
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.live.aws.mail_manager import AwsMailManager

GATEWAY: Final = Path(__file__).parent / "gateway"
COMMENT: Final = "# seen in phishing; ask security before you touch it"
LOOKALIKES: Final = '      - from: {ends_with: ["@examp1e.example", "@exarnple.example"]}'


class Gateway:
    """A project that was applied, and the service behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rules = folder / "rules" / "rules.yaml"
        text = rules.read_text(encoding="utf-8")
        assert LOOKALIKES in text
        text = text.replace(LOOKALIKES, f"      {COMMENT}\n{LOOKALIKES}")
        rules.write_text(text, encoding="utf-8")

    def mmctl(self, *words: str) -> int:
        return exit_code([words[0], "-C", str(self.folder), *words[1:]])

    @property
    def service(self) -> AwsMailManager:
        environment = replace(default_settings("here").environments["local"])
        now = datetime(2030, 1, 1, 9, tzinfo=UTC)
        return connect(environment, embedded_in(self.folder, clock=lambda: now))

    def only(self, noun: Noun) -> dict[str, Any]:
        (found,) = [
            each
            for each in self.service.list(noun)
            if each[noun.name_member] in {"inbound", "exchange", "trusted-partners", "edge"}
        ]
        return self.service.get(noun, found[noun.id_member]) or {}

    def rules(self) -> list[dict[str, Any]]:
        return list(self.only(Noun.RULE_SET)["Rules"])

    def set_rules(self, rules: list[dict[str, Any]]) -> None:
        self.service.update(Noun.RULE_SET, self.only(Noun.RULE_SET)["RuleSetId"], {"Rules": rules})

    def text(self, name: str = "rules") -> str:
        return (self.folder / "rules" / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    made = Gateway(Path(shutil.copytree(GATEWAY, tmp_path / "gateway")))
    assert made.mmctl("apply", "--yes", "-q") == 0
    return made


def block(name: str = "emergency") -> dict[str, Any]:
    condition = {
        "Evaluate": {"Attribute": "FROM"},
        "Operator": "ENDS_WITH",
        "Values": ["@evil.example"],
    }
    return {
        "Name": name,
        "Conditions": [{"StringExpression": condition}],
        "Actions": [{"Drop": {}}],
    }


def add_rule_first(gateway: Gateway) -> None:
    gateway.set_rules([block(), *gateway.rules()])


def add_rule_last(gateway: Gateway) -> None:
    gateway.set_rules([*gateway.rules(), block()])


def add_rule_between(gateway: Gateway) -> None:
    rules = gateway.rules()
    gateway.set_rules([*rules[:3], block(), *rules[3:]])


def add_value(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[1]["Conditions"][0]["StringExpression"]["Values"].append("@evil.example")
    gateway.set_rules(rules)


def remove_value(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[1]["Conditions"][0]["StringExpression"]["Values"].remove("@examp1e.example")
    gateway.set_rules(rules)


def add_to_one_value(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[3]["Unless"][0]["StringExpression"]["Values"].append("@example.org")
    gateway.set_rules(rules)


def change_action(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[4]["Actions"][0]["AddHeader"]["HeaderValue"] = "softfailed"
    gateway.set_rules(rules)


def add_condition(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[4]["Conditions"] += block()["Conditions"]
    gateway.set_rules(rules)


def remove_rule(gateway: Gateway) -> None:
    cases = gateway.folder / "cases" / "cases.yaml"
    text = cases.read_text(encoding="utf-8").replace(", mark-large", "")
    cases.write_text(text, encoding="utf-8")
    gateway.set_rules([rule for rule in gateway.rules() if rule["Name"] != "mark-large"])


def move_rule_up(gateway: Gateway) -> None:
    rules = gateway.rules()
    gateway.set_rules([*rules[:1], rules[4], *rules[1:4], *rules[5:]])


def move_rule_down(gateway: Gateway) -> None:
    rules = gateway.rules()
    gateway.set_rules([*rules[1:4], rules[0], *rules[4:]])


def rename_rule(gateway: Gateway) -> None:
    rules = gateway.rules()
    rules[2]["Name"] = "block-net"
    gateway.set_rules(rules)


def add_member(gateway: Gateway) -> None:
    of = gateway.only(Noun.ADDRESS_LIST)["AddressListId"]
    gateway.service.add_member(of, "*@wave.example")


def remove_member(gateway: Gateway) -> None:
    of = gateway.only(Noun.ADDRESS_LIST)["AddressListId"]
    gateway.service.remove_member(of, "*@partner.example")


def change_relay(gateway: Gateway) -> None:
    of = gateway.only(Noun.RELAY)["RelayId"]
    gateway.service.update(Noun.RELAY, of, {"ServerName": "two.example.com", "ServerPort": 26})


def close_entrance(gateway: Gateway) -> None:
    (found,) = gateway.service.list(Noun.INGRESS_POINT)
    of = found["IngressPointId"]
    gateway.service.update(Noun.INGRESS_POINT, of, {"StatusToUpdate": "CLOSED"})


def narrow_policy(gateway: Gateway) -> None:
    policy = gateway.only(Noun.TRAFFIC_POLICY)
    statements = policy["PolicyStatements"]
    statements[0]["Conditions"][0]["StringExpression"]["Values"] = ["@example.com", "@example.org"]
    new = {"PolicyStatements": statements, "MaxMessageSizeBytes": 10000000}
    gateway.service.update(Noun.TRAFFIC_POLICY, policy["TrafficPolicyId"], new)


def make_relay(gateway: Gateway) -> None:
    members = {"ServerName": "x.example.com", "ServerPort": 25}
    made = {"RelayName": "spare", "Authentication": {"NoAuthentication": {}}, **members}
    tags = [{"Key": "mmctl:project", "Value": project_of(gateway)}]
    gateway.service.create(Noun.RELAY, {**made, "Tags": tags}, "token")


def tag(gateway: Gateway) -> None:
    service = gateway.service
    arn = service.identity.arn(Noun.RELAY, gateway.only(Noun.RELAY)["RelayId"])
    service.tag(arn, {"team": "night"})


def project_of(gateway: Gateway) -> str:
    text = (gateway.folder / "mmctl.yaml").read_text(encoding="utf-8")
    found = re.search(r"^project: (\S+)$", text, re.MULTILINE)
    assert found is not None
    return found[1]


HANDS: Final = (
    add_rule_first,
    add_rule_last,
    add_rule_between,
    add_value,
    remove_value,
    add_to_one_value,
    change_action,
    add_condition,
    remove_rule,
    move_rule_up,
    move_rule_down,
    rename_rule,
    add_member,
    remove_member,
    change_relay,
    close_entrance,
    narrow_policy,
    make_relay,
    tag,
)


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.__name__)
def test_what_was_done_by_hand_is_in_the_files_and_the_plan_is_empty(
    gateway: Gateway, hand: Callable[[Gateway], None], capsys: pytest.CaptureFixture[str]
) -> None:
    hand(gateway)
    assert gateway.mmctl("plan", "--detailed-exitcode") == 2
    assert "by hand" in capsys.readouterr().out
    assert gateway.mmctl("drift", "--write") == 0
    assert "+++" in capsys.readouterr().out
    assert COMMENT in gateway.text()
    assert gateway.mmctl("plan", "--detailed-exitcode") == 0
    assert gateway.mmctl("fmt", "--check") in {0, 1}
    assert gateway.mmctl("apply", "--yes") == 0


def test_all_at_once_and_what_the_files_say_besides_stays(gateway: Gateway) -> None:
    rules = gateway.folder / "rules" / "rules.yaml"
    rules.write_text(gateway.text().replace("value: failed", "value: failing"), encoding="utf-8")
    for hand in (add_rule_between, add_value, add_member, change_relay, make_relay):
        hand(gateway)
    assert gateway.mmctl("drift", "--write") == 0
    text = gateway.text()
    assert COMMENT in text
    assert "value: failing" in text
    assert "@evil.example" in text
    assert gateway.mmctl("apply", "--yes") == 0
    assert gateway.rules()[3]["Name"] == "emergency"


def test_what_a_variable_says_is_not_written_and_said(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    main = gateway.folder / "mmctl.yaml"
    main.write_text(
        main.read_text(encoding="utf-8")
        + 'vars: {bad: ["@examp1e.example", "@exarnple.example"]}\n',
        encoding="utf-8",
    )
    rules = gateway.folder / "rules" / "rules.yaml"
    new = gateway.text().replace('["@examp1e.example", "@exarnple.example"]', '"${vars.bad}"')
    rules.write_text(new, encoding="utf-8")
    assert gateway.mmctl("plan", "--detailed-exitcode") == 0
    add_value(gateway)
    add_member(gateway)
    capsys.readouterr()
    assert gateway.mmctl("drift", "--write", "--format", "json") == 1
    written = json.loads(capsys.readouterr().out)["written"]
    assert written["taken"] == ["address list trusted-partners"]
    assert written["left"] == [
        {"what": "rule block-lookalike of inbound", "why": "it is written as `${vars.bad}`"}
    ]
    assert gateway.text() == new


def test_an_object_that_was_deleted_by_hand_is_said(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = gateway.service.list(Noun.INGRESS_POINT)
    gateway.service.delete(Noun.INGRESS_POINT, found["IngressPointId"])
    before = gateway.text("gateway")
    assert gateway.mmctl("drift", "--write") == 1
    assert "ingress point public-mx: deleted by hand" in capsys.readouterr().out
    assert gateway.text("gateway") == before


def test_without_a_history_nothing_is_written(gateway: Gateway) -> None:
    add_member(gateway)
    shutil.rmtree(gateway.folder / ".mmctl" / "snapshots")
    assert gateway.mmctl("drift", "--write") == 3


def test_where_nothing_was_done_by_hand_nothing_is_written(gateway: Gateway) -> None:
    before = gateway.text(), gateway.text("gateway")
    assert gateway.mmctl("drift", "--write") == 0
    assert (gateway.text(), gateway.text("gateway")) == before
