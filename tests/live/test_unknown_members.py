"""Members, arms and values of a newer API in live answers: seen, said, and not erased unasked."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session

from live.stopping import with_service
from mmctl.errors import CouldNot, Refused
from mmctl.live.aws.answers import with_times
from mmctl.live.plan.planfile import load_plan, plan_document, save_plan
from mmctl.live.state.encode import configuration_document, configuration_of
from mmctl.live.state.newer_api import AUTHENTICATION, PASSWORD_MEMBERS, known_part
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live.conftest import World

    Change = Callable[[dict[str, Any]], object]

SERVICE = Session().get_service_model("mailmanager")


def answering(monkeypatch: pytest.MonkeyPatch, operation: str, change: Change) -> None:
    """Let the answers of one operation be changed on their way."""

    def changed(answer: Any, self: Any, asked: str, given: Any, **place: str) -> Any:
        found = answer(self, asked, given, **place)
        if asked == operation:
            found = deepcopy(found)
            change(found)
        return found

    with_service(monkeypatch, changed)


def unknown(world: World) -> dict[str, Any]:
    return {each.path: each.value for thing in world.plan().live.objects for each in thing.unknown}


EVERYWHERE: list[tuple[str, Change, str, str]] = [
    ("GetAddressList", lambda a: a.update(Frozen=True), "Frozen", "partner"),
    ("GetArchive", lambda a: a.update(Encrypted=True), "Encrypted", "SEVEN_YEARS"),
    ("GetArchive", lambda a: a["Retention"].update(Days=3), "Retention.Days", "SEVEN_YEARS"),
    ("GetRelay", lambda a: a.update(Pool={"Size": 3}), "Pool", "port: 25,"),
    ("GetAddonSubscription", lambda a: a.update(Plan="GOLD"), "Plan", ""),
    ("GetTrafficPolicy", lambda a: a.update(Mode="AUDIT"), "Mode", "25MB"),
    (
        "GetTrafficPolicy",
        lambda a: a["PolicyStatements"][1].update(Enabled=False),
        "PolicyStatements[1].Enabled",
        "25MB",
    ),
    ("GetIngressPoint", lambda a: a.update(NewThing=[1]), "NewThing", "required"),
    ("GetRuleSet", lambda a: a.update(Locked=True), "Locked", '"@exarnple.com"'),
    ("GetRuleSet", lambda a: a["Rules"][1].update(Enabled=False), "Rules[1].Enabled", '"@exarn'),
    (
        "GetRuleSet",
        lambda a: a["Rules"][0]["Actions"].append({"Quarantine": {"Days": 3}}),
        "Rules[0].Actions[1].Quarantine",
        '"@exarnple.com"',
    ),
    (
        "GetRuleSet",
        lambda a: a["Rules"][0]["Actions"][0].update(Reason="spam"),
        "Rules[0].Actions[0].Reason",
        '"@exarnple.com"',
    ),
    (
        "GetRuleSet",
        lambda a: a["Rules"][0]["Conditions"][0]["StringExpression"].update(Fold=True),
        "Rules[0].Conditions[0].StringExpression.Fold",
        '"@exarnple.com"',
    ),
]
"""The answer, what a newer service adds to it, its path, and what to change in the file so that
the object is updated."""


@pytest.mark.parametrize(("operation", "change", "path", "_near"), EVERYWHERE)
def test_a_member_that_this_version_does_not_know_is_a_warning_and_no_difference(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    change: Change,
    path: str,
    _near: str,
) -> None:
    world.apply()
    answering(monkeypatch, operation, change)
    plan = world.plan()
    assert plan.empty
    assert path in unknown(world)
    assert any(
        f"`{path}`" in warning and "leaves it unchanged" in warning for warning in plan.warnings
    )
    assert world.apply() is None


@pytest.mark.parametrize(
    ("operation", "change", "path", "near"),
    [each for each in EVERYWHERE if each[0] not in {"GetAddonSubscription", "GetAddressList"}],
)
def test_an_update_that_would_erase_it_is_held(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    change: Change,
    path: str,
    near: str,
) -> None:
    world.apply()
    answering(monkeypatch, operation, change)
    other = {
        "SEVEN_YEARS": "TEN_YEARS",
        "port: 25,": "port: 2525,",
        "25MB": "20MB",
        "required": "optional",
        '"@exarnple.com"': '"@example.net"',
        '"@exarn': '"@exorn',
    }
    world.replace(near, other[near])
    with pytest.raises(Refused) as refused:
        world.apply(forced=("relay-target",))
    assert f"`{path}`" in refused.value.message
    assert "--force unknown-members" in (refused.value.help or "")
    setting = _kind(operation).api_noun + "." + path.replace("[0]", "").replace("[1]", "")
    assert f"known_members: [{setting}]" in (refused.value.help or "")
    world.apply(forced=("relay-target", "unknown-members"))


def _kind(operation: str) -> Kind:
    return next(kind for kind in Kind if operation == f"Get{kind.api_noun}")


def test_an_update_of_another_object_goes_on_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    answering(monkeypatch, "GetArchive", lambda a: a.update(Encrypted=True))
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    assert [w for w in plan.warnings if "Encrypted" in w] == [
        "archive compliance: `Encrypted` = true is unknown to this version of mmctl; this plan "
        "leaves it unchanged"
    ]
    assert world.apply(plan) is not None


def test_members_that_only_move_or_untouched_lists_are_not_erased(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    answering(monkeypatch, "GetAddressList", lambda a: a.update(Frozen=True))
    world.replace('"one@vendor.example"', '"two@vendor.example"')
    assert world.apply() is not None


def test_a_rule_that_goes_takes_its_unknown_members_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    answering(
        monkeypatch,
        "GetRuleSet",
        lambda a: [r.update(Enabled=False) for r in a["Rules"] if r["Name"] == "block-feed"],
    )
    world.replace(
        "      - name: block-feed\n        conditions:\n"
        "          - mail_from: {in_address_list: feed}\n        actions: [drop]\n",
        "",
    )
    assert world.apply(allow_delete=True) is not None


def test_what_was_looked_at_is_no_warning_and_its_loss_is_a_note(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.known_members = ("RuleSet.Rules[].Enabled", "IngressPoint.NewThing")
    world.apply()
    answering(monkeypatch, "GetRuleSet", lambda a: a["Rules"][1].update(Enabled=True))
    assert world.plan().warnings == ()
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    assert [note for note in plan.notes if "Enabled" in note] == [
        "rule set inbound: `Rules[1].Enabled` = true of rule block-feed is erased by this plan "
        "(`known_members` has it)"
    ]
    assert world.apply(plan) is not None


def test_forty_rules_with_a_new_member_are_one_line_and_the_odd_one_is_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()

    def change(answer: dict[str, Any]) -> None:
        for number, rule in enumerate(answer["Rules"]):
            rule["Enabled"] = number != 3

    answering(monkeypatch, "GetRuleSet", change)
    assert [warning.split(" is unknown")[0] for warning in world.plan().warnings] == [
        "rule set inbound: `Rules[0].Enabled` = true of rule block-lookalike and 3 more like it",
        "rule set inbound: `Rules[3].Enabled` = false of rule archive-all",
    ]
    world.replace('"@exarnple.com"', '"@example.net"')
    with pytest.raises(Refused) as refused:
        world.apply()
    assert re.findall(r"\((.*)\)", refused.value.message) == [
        "rule set inbound: `Rules[0].Enabled` = true of rule block-lookalike and 3 more like it; "
        "rule set inbound: `Rules[3].Enabled` = false of rule archive-all"
    ]


def test_of_many_members_that_would_be_erased_five_are_named_and_the_rest_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()

    def change(answer: dict[str, Any]) -> None:
        for number, rule in enumerate(answer["Rules"]):
            rule[f"Member{number}"] = rule[f"Other{number}"] = number

    answering(monkeypatch, "GetRuleSet", change)
    world.replace('"@exarnple.com"', '"@example.net"')
    with pytest.raises(Refused) as refused:
        world.apply()
    assert refused.value.message.count("; ") == 5
    assert refused.value.message.endswith("; 5 more)")


CONDITION = {"FuzzyExpression": {"Operator": "SOUNDS_LIKE", "Values": ["x"]}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda r: r["Conditions"].append(CONDITION), "Rules[0].Conditions[1].FuzzyExpression"),
        (
            lambda r: r["Conditions"][0]["StringExpression"].update(Operator="SOUNDS_LIKE"),
            "Rules[0].Conditions[0].StringExpression.Operator",
        ),
        (lambda r: r.update(Unless=[CONDITION]), "Rules[0].Unless[0].FuzzyExpression"),
        (lambda r: r.update(Actions=[{"Quarantine": {}}]), "Rules[0].Actions[0].Quarantine"),
    ],
)
def test_a_rule_of_which_it_is_not_known_what_it_does_is_read_as_no_rule_and_not_erased(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Change, path: str
) -> None:
    world.apply()
    answering(monkeypatch, "GetRuleSet", lambda a: change(a["Rules"][0]))
    plan = world.plan()
    live = plan.live.find(Kind.RULE_SET, "inbound")
    assert live is not None
    names = [rule["Name"] for rule in live.shape.to_api()["Rules"]]
    assert names == ["block-feed", "scan", "archive-all", "deliver"]
    assert [member.path for member in live.unknown] == [path]
    with pytest.raises(Refused, match="unknown-members"):
        world.apply(plan)


def test_a_union_with_two_arms_ends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.apply()
    answering(monkeypatch, "GetRelay", lambda a: a["Authentication"].update(Proof={"Of": "it"}))
    plan = world.plan()
    assert plan.empty
    assert unknown(world) == {"Authentication.Proof": {"Of": "it"}}


@pytest.mark.parametrize(
    ("operation", "change", "path", "edit"),
    [
        (
            "GetRelay",
            lambda a: a.update(Authentication={"OAuth": {"Issuer": "x"}}),
            "Authentication.OAuth",
            ("exchange", "authentication.o_auth"),
        ),
        (
            "GetTrafficPolicy",
            lambda a: a.update(DefaultAction="TARPIT"),
            "DefaultAction",
            ("edge", "default_action"),
        ),
    ],
)
def test_a_needed_member_with_an_unknown_value_is_a_difference_and_held(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    change: Change,
    path: str,
    edit: tuple[str, str],
) -> None:
    world.apply()
    answering(monkeypatch, operation, change)
    plan = world.plan()
    assert edit in [(each.object, each.path) for each in plan.edits]
    with pytest.raises(Refused, match=r"unknown-members: .*" + path):
        world.apply(plan, forced=("default-action",))


def test_an_ingress_point_of_an_unknown_type_would_be_made_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    answering(monkeypatch, "GetIngressPoint", lambda a: a.update(Type="QUIC"))
    with pytest.raises(Refused, match=r"endpoint-replacement: .*unknown-members: .*`Type`"):
        world.apply()


def test_what_is_read_of_the_password_of_an_ingress_point_is_compared_too() -> None:
    answer = {
        "IngressPointName": "entrance",
        "Type": "AUTH",
        "RuleSetId": "rs-1",
        "TrafficPolicyId": "tp-1",
        AUTHENTICATION: {
            "IngressPointPasswordConfiguration": {"SmtpPasswordVersion": "1", "Rotation": "DAILY"},
            "TokenConfiguration": {"Issuer": "x"},
        },
    }
    shape, found = known_part(Kind.INGRESS_POINT, answer)
    assert shape.to_api() == {key: answer[key] for key in answer if key != AUTHENTICATION}
    assert [member.path for member in found] == [
        "IngressPointAuthConfiguration.IngressPointPasswordConfiguration.Rotation",
        "IngressPointAuthConfiguration.TokenConfiguration",
    ]


def test_more_rules_than_the_service_takes_today_are_read() -> None:
    rule: dict[str, Any] = {"Actions": [{"Drop": {}}]}
    shape, found = known_part(Kind.RULE_SET, {"RuleSetName": "big", "Rules": [rule] * 60})
    assert (len(shape.to_api()["Rules"]), found) == (60, ())


def test_an_answer_without_a_name_is_no_object(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    answering(monkeypatch, "GetRelay", lambda a: a.update(ServerPort="soon"))
    with pytest.raises(CouldNot, match=r"live relay `exchange` has a part .*ServerPort"):
        world.plan()


def test_a_change_of_an_unknown_member_makes_a_plan_stale(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    plan = world.plan()
    answering(monkeypatch, "GetRuleSet", lambda a: a["Rules"][1].update(Enabled=False))
    with pytest.raises(Refused, match="the plan is stale"):
        world.apply(plan)


def test_a_plan_tells_programs_and_keeps_what_is_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.apply()
    answering(monkeypatch, "GetRuleSet", lambda a: a["Rules"][1].update(Enabled=False))
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    told = {
        "resource": "rule_sets/inbound",
        "path": "Rules[1].Enabled",
        "value": False,
        "rule": "block-feed",
        "erased": True,
        "known": False,
    }
    assert plan_document(plan)["unknown_members"] == [told]
    save_plan(plan, tmp_path / "a.plan")
    loaded = load_plan(tmp_path / "a.plan")
    assert loaded.unknown == plan.unknown
    with pytest.raises(Refused, match="unknown-members"):
        world.apply(loaded)
    assert configuration_of(configuration_document(plan.live)) == plan.live


def test_a_rollback_that_would_erase_one_is_held_until_a_flag(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    answering(monkeypatch, "GetRuleSet", lambda a: a["Rules"][1].update(Enabled=False))
    with pytest.raises(Refused, match=r"unknown-members: 1 member .*`Rules\[1\].Enabled` = false"):
        world.rollback()
    assert world.rollback(forced=("unknown-members",)) is not None


def test_what_may_be_secret_is_not_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.apply()
    answering(monkeypatch, "GetRelay", lambda a: a.update(ClientSecret="hunter2"))
    plan = world.plan()
    assert any("`ClientSecret`" in warning for warning in plan.warnings)
    assert "hunter2" not in f"{plan.warnings}{plan_document(plan)}"


def members_of(name: str) -> set[str]:
    shape: Any = SERVICE.shape_for(name)
    return {*shape.members}


@pytest.mark.parametrize("kind", Kind)
def test_what_an_answer_may_hold_is_what_the_service_says(kind: Kind) -> None:
    answered = members_of(f"Get{kind.api_noun}Response")
    ours = {str(field.alias) for field in kind.row.shape.model_fields.values()}
    more = {AUTHENTICATION} if kind is Kind.INGRESS_POINT else set()
    assert answered - ours == {*kind.row.api.only_answered, *more}
    if kind is Kind.INGRESS_POINT:
        assert members_of("IngressPointPasswordConfiguration") == {*PASSWORD_MEMBERS}


def test_times_of_raw_answers_are_times() -> None:
    shape = SERVICE.shape_for("GetRuleSetResponse")
    answer = with_times({"CreatedDate": 1732094000, "RuleSetName": "a"}, shape)
    assert (answer["CreatedDate"].year, answer["RuleSetName"]) == (2024, "a")
