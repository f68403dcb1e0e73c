"""Rule sets leave a stack, the rest stays: at no moment other rules, and both tools in turn."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from live.deployer import Stack
from mmctl.cli.embedded import EMBEDDED_STATE, embedded_in
from mmctl.cli.main import exit_code
from mmctl.cli.world import now
from mmctl.language.parsing.load import read_text
from mmctl.live.aws.connect import connect

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Exchange": {
            "Type": "AWS::SES::MailManagerRelay",
            "Properties": {
                "RelayName": "exchange",
                "ServerName": "mail.example.com",
                "ServerPort": 25,
                "Authentication": {"NoAuthentication": {}},
            },
        },
        "Edge": {
            "Type": "AWS::SES::MailManagerTrafficPolicy",
            "Properties": {
                "TrafficPolicyName": "edge",
                "DefaultAction": "ALLOW",
                "PolicyStatements": [],
            },
        },
        "Inbound": {
            "Type": "AWS::SES::MailManagerRuleSet",
            "Properties": {
                "RuleSetName": "inbound",
                "Rules": [
                    {
                        "Name": "winner",
                        "Conditions": [
                            {
                                "StringExpression": {
                                    "Evaluate": {"Attribute": "SUBJECT"},
                                    "Operator": "CONTAINS",
                                    "Values": ["winner"],
                                }
                            }
                        ],
                        "Actions": [{"Drop": {}}],
                    },
                    {"Name": "all", "Actions": [{"Relay": {"Relay": {"Ref": "Exchange"}}}]},
                ],
            },
        },
        "Mx": {
            "Type": "AWS::SES::MailManagerIngressPoint",
            "Properties": {
                "IngressPointName": "mx-inbound",
                "Type": "OPEN",
                "RuleSetId": {"Ref": "Inbound"},
                "TrafficPolicyId": {"Fn::GetAtt": ["Edge", "TrafficPolicyId"]},
            },
        },
    }
}
MAIN = "version: 1\nproject: gateway\nenvironments: {local: {endpoint: embedded}}\n"


class Beside:
    """A stack, a project beside it, and the embedded Mail Manager that both write to."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.top, self.folder, self._capsys = folder, folder / "gateway", capsys
        files = {"mmctl.yaml": MAIN, "rules/a.yaml": "version: 1\narchives: {}\n"}
        environment = read_text(files)[0].environment
        self.written: list[str] = []
        embed = embedded_in(self.folder, clock=now, observe=self._observe)
        self.client = connect(environment, embed)._client
        self.stack = Stack("mail", self.client, self.folder / EMBEDDED_STATE)

    def _observe(self, operation: str, _given: Any) -> None:
        if not operation.startswith(("Get", "List")):
            self.written.append(operation)

    def mmctl(self, *words: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = exit_code([*words, "--no-input"])
        printed = self._capsys.readouterr()
        return code, printed.out + printed.err

    def here(self, *words: str) -> tuple[int, str]:
        return self.mmctl("-C", str(self.folder), *words)

    def met_by_mail(self) -> tuple[Any, Any]:
        """What mail meets: the rules behind the ingress point, and where its rule set is."""
        (point,) = self.client.list_ingress_points()["IngressPoints"]
        found = self.client.get_ingress_point(IngressPointId=point["IngressPointId"])["Raw"]
        rules = self.client.get_rule_set(RuleSetId=found["RuleSetId"])["Raw"]["Rules"]
        return found["RuleSetId"], rules


@pytest.fixture
def beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Beside:
    return Beside(tmp_path, capsys)


def taken_over(beside: Beside) -> dict[str, Any]:
    """The template after its rule set has left, step by step as they are printed."""
    template = copy.deepcopy(TEMPLATE)
    assert len(beside.stack.deploy(template)) == len(template["Resources"])
    before = beside.met_by_mail()
    path = beside.top / "template.json"
    path.write_text(json.dumps(template, indent=2), encoding="utf-8")
    given = ("import", "--from", "cloudformation", str(path), "--take", "rule-sets")
    code, steps = beside.mmctl(*given, "--into", str(beside.folder))
    assert code == 0, steps
    order = ["relays: exchange (there Exchange)", "DeletionPolicy: Retain", "Metadata"]
    order += ["RuleSetId of Mx names Inbound", "take the resources out", "--adopt-from"]
    assert sorted(order, key=steps.index) == order, steps

    project = beside.folder / "mmctl.yaml"
    text = project.read_text(encoding="utf-8")
    assert "exchange: id-of-exchange" in text
    bound = text.replace("id-of-exchange", beside.stack.resources["Exchange"].id)
    project.write_text(bound, encoding="utf-8")
    inbound = template["Resources"]["Inbound"]
    inbound |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    assert beside.stack.deploy(template) == [], "a policy alone is not deployed"
    inbound["Metadata"] = {"LeavesFor": "mmctl"}
    assert beside.stack.deploy(template) == [("Modify", "Inbound")]
    assert beside.met_by_mail() == before
    template["Resources"]["Mx"]["Properties"]["RuleSetId"] = beside.stack.resources["Inbound"].id
    assert beside.stack.deploy(template) == []
    del template["Resources"]["Inbound"]
    assert beside.stack.deploy(template) == [("Remove", "Inbound")]
    assert beside.met_by_mail() == before

    code, said = beside.here("plan")
    assert "plan: 1 to adopt" in said
    assert "needs --adopt --adopt-from cloudformation:mail" in said
    for flags in ([], ["--adopt"], ["--adopt", "--adopt-from", "cloudformation:other"]):
        code, said = beside.here("apply", "--yes", *flags)
        assert code == 3, said
    assert "why: a tool that still has them would undo" in said
    assert "--adopt-from cloudformation:mail" in said
    beside.written.clear()
    code, said = beside.here("apply", "--yes", "--adopt-from", "cloudformation:mail")
    assert code == 0, said
    assert beside.met_by_mail() == before
    return template


def test_at_no_moment_mail_meets_other_rules_and_nothing_is_deleted(beside: Beside) -> None:
    taken_over(beside)
    assert not [each for each in beside.written if each.startswith("Delete")]
    code, said = beside.here("plan", "--detailed-exitcode")
    assert code == 0, said


def test_both_tools_in_turn_do_not_fight(beside: Beside) -> None:
    template = taken_over(beside)
    rules = beside.folder / "rules/rule-sets.yaml"
    word = "winner"
    for number in range(3):
        text = rules.read_text(encoding="utf-8")
        assert f"contains: {word}" in text
        text = text.replace(f"contains: {word}", f"contains: prize{number}")
        rules.write_text(text, encoding="utf-8")
        word = f"prize{number}"
        code, said = beside.here("apply", "--yes")
        assert code == 0, said
        assert word in str(beside.met_by_mail()[1])
        assert beside.stack.change_set(template) == []
        template["Resources"]["Exchange"]["Properties"]["ServerPort"] = 2500 + number
        assert beside.stack.deploy(template) == [("Modify", "Exchange")]
        code, said = beside.here("plan", "--detailed-exitcode")
        assert code == 0, said
        assert word in str(beside.met_by_mail()[1])


def test_what_is_removed_without_the_first_step_would_be_deleted(beside: Beside) -> None:
    template = copy.deepcopy(TEMPLATE)
    beside.stack.deploy(template)
    template["Resources"]["Mx"]["Properties"]["RuleSetId"] = beside.stack.resources["Inbound"].id
    del template["Resources"]["Inbound"]
    with pytest.raises(Exception, match=r"Conflict|in use|ingress point"):
        beside.stack.deploy(template)


def test_words_of_take_and_adopt_from_are_checked(beside: Beside) -> None:
    path = beside.top / "template.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    start = ("import", "--from", "cloudformation", str(path), "--take")
    into = ("--into", str(beside.folder))
    assert "did you mean `rule-sets`?" in beside.mmctl(*start, "rule-set", *into)[1]
    assert "--into DIR" in beside.mmctl(*start, "rule-sets")[1]
    said = beside.mmctl(*start, "add-ons", *into)[1]
    assert "the files have no add-on" in said
    assert "they have ingress points, relays, rule sets, traffic policies" in said
    said = beside.mmctl("import", "--from", "api-json", str(path), "--take", "rule-sets", *into)[1]
    assert "--from cloudformation, --from terraform" in said
    (beside.folder / "mmctl.yaml").write_text(MAIN, encoding="utf-8")
    (beside.folder / "rules").mkdir()
    (beside.folder / "rules/a.yaml").write_text("version: 1\narchives: {}\n", encoding="utf-8")
    said = beside.here("apply", "--adopt-from", "terraform")[1]
    assert "`cloudformation:STACK`, as the plan says it" in said
