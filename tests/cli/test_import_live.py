"""`mmctl import` from the service: what is live becomes a project whose plan changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmctl.cli.embedded import embedded_in
from mmctl.cli.files.import_place import ImportPlace, project_around
from mmctl.cli.files.live_import import import_things, read_everything
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.compiler.compile import compile_project
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.interchange.live_objects import LONG_LIST, yaml_of
from mmctl.language.parsing.load import read_project, read_text
from mmctl.language.parsing.settings import default_settings
from mmctl.live.aws.connect import connect
from mmctl.live.compare.edits import EditKind
from mmctl.live.plan.plan import Plan, make_plan, target_of
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind, Noun
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.language.project import Project
    from mmctl.live.aws.mail_manager import AwsMailManager

CONFIGS = Path(__file__).parents[3] / "shared" / "reference" / "configs"
VALID = sorted(CONFIGS.glob("[0-9]*.json"))
CREATED = {
    "addressLists": Noun.ADDRESS_LIST,
    "archives": Noun.ARCHIVE,
    "relays": Noun.RELAY,
    "ruleSets": Noun.RULE_SET,
    "trafficPolicies": Noun.TRAFFIC_POLICY,
    "ingressPoints": Noun.INGRESS_POINT,
}
KEEP = {"Name": "keep", "Actions": [{"Relay": {"Relay": "r-elsewhere"}}]}


def service_of(root: Path, *, region: str | None = None) -> AwsMailManager:
    """The embedded Mail Manager of a folder."""
    environment = replace(default_settings("here").environments["local"], region=region)
    return connect(
        environment, embedded_in(root, clock=lambda: datetime(2026, 11, 20, 9, tzinfo=UTC))
    )


def create(service: AwsMailManager, noun: Noun, **request: Any) -> str:
    return service.create(noun, request, f"token-{noun}-{len(list(service.list(noun)))}")


def run_in(folder: Path) -> Run:
    return Run(directory=folder, today=datetime(2026, 11, 20, tzinfo=UTC).date())


def errors_of(found: tuple[Project, Any]) -> Project:
    project, problems = found
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    return project


def plan_of(project: Project, service: AwsMailManager) -> Plan:
    configuration, too_much = compile_project(project)
    assert too_much == ()
    target = target_of(project.environment, service.identity)
    return make_plan(target, configuration, read_live(service, configuration))


def others(plan: Plan) -> list[object]:
    """The edits that are no adoption."""
    return [edit for edit in plan.edits if edit.kind is not EditKind.ADOPTED]


def mmctl(folder: Path, *arguments: str) -> int:
    return exit_code(["-C", str(folder), *arguments])


@pytest.mark.slow
@pytest.mark.skipif(not VALID, reason="the reference configurations are not here")
@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_real_configuration_becomes_a_project_that_changes_nothing_and_can_be_adopted(
    tmp_path: Path, file: Path
) -> None:
    here, new = tmp_path / "here", tmp_path / "new"
    here.mkdir()
    # Where FIPS is not all there is, as some of the configurations want.
    (here / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\n"
        "environments: {local: {endpoint: embedded, region: eu-west-2}}\n"
    )
    service = service_of(here, region="eu-west-2")
    document = json.loads(file.read_text(encoding="utf-8"))
    ids: dict[Noun, str] = {}
    created = 0
    for section, noun in CREATED.items():
        for request in document.get(section, []):
            if noun is Noun.INGRESS_POINT:
                request["RuleSetId"] = ids[Noun.RULE_SET]
                request["TrafficPolicyId"] = ids[Noun.TRAFFIC_POLICY]
            ids[noun] = create(service, noun, **request)
            created += 1
    assert mmctl(here, "import", "--into", str(new)) == 0
    plan = plan_of(errors_of(read_project(new)), service)
    assert others(plan) == []
    assert plan.summary.adopt == created > 0
    assert mmctl(new, "import", "--into", str(new / "rules"), "--force", "--adopt", "--yes") == 0
    assert plan_of(errors_of(read_project(new)), service_of(new, region="eu-west-2")).empty


GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/mail"
BUCKET = "arn:aws:s3:::acme-logs"


def test_log_deliveries_are_imported_and_adopted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, new = tmp_path / "here", tmp_path / "new"
    here.mkdir()
    service = service_of(here)
    rules = [{"Name": "end", "Actions": [{"Relay": {"Relay": "r-elsewhere"}}]}]
    arn = service.identity.arn(
        Noun.RULE_SET, create(service, Noun.RULE_SET, RuleSetName="inbound", Rules=rules)
    )
    service.logs.put_source("logged", arn, "APPLICATION_LOGS", {"a": "b"})
    for name, receiver in (("bucket", BUCKET), ("group", GROUP)):
        service.logs.put_destination(name, receiver, {"a": "b"})
        destination = service.logs.destination(name)
        assert destination is not None
        service.logs.create_delivery("logged", destination["arn"], {})
    assert mmctl(here, "import", "--into", str(new)) == 0
    assert f"its APPLICATION_LOGS go to {BUCKET} as well" in capsys.readouterr().err
    project = errors_of(read_project(new))
    assert project.rule_sets["inbound"].logging == {"APPLICATION_LOGS": GROUP}
    plan = plan_of(project, service)
    assert [(edit.kind, edit.path) for edit in plan.edits] == [
        (EditKind.ADOPTED, ""),
        (EditKind.ADOPTED, "logging.destination"),
    ]
    assert mmctl(new, "import", "--into", str(new / "rules"), "--force", "--adopt", "--yes") == 0
    adopted = service_of(new)
    assert plan_of(errors_of(read_project(new)), adopted).empty
    tags = {
        each["deliveryDestinationArn"].rsplit(":")[-1]: adopted.logs.tags(each["arn"])
        for each in adopted.logs.deliveries()
    }
    assert tags == {"group": {"mmctl:project": "new"}, "bucket": {}}


texts = st.text("abc@.é ✉*\"\\'#:{}[]$,%&!|>-0", min_size=1, max_size=12)
conditions = st.builds(
    lambda attribute, operator, values: {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": operator,
            "Values": values,
        }
    },
    st.sampled_from(["FROM", "SUBJECT", "RECIPIENT", "HELO"]),
    st.sampled_from(["EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"]),
    st.lists(texts, min_size=1, max_size=10),
)
actions = st.sampled_from(
    [
        {"Drop": {}},
        {"AddHeader": {"HeaderName": "X-A", "HeaderValue": "no"}},
        {"Archive": {"TargetArchive": "a-elsewhere", "ActionFailurePolicy": "DROP"}},
        {"Relay": {"Relay": "r-elsewhere", "MailFrom": "PRESERVE"}},
        {"ReplaceRecipient": {}},
    ]
)
rules = st.builds(
    lambda name, conditions, unless, actions: {
        **({"Name": name} if name else {}),
        "Conditions": conditions,
        "Unless": unless,
        "Actions": actions,
    },
    st.sampled_from([None, "none", "rule-01", "rule-02", "a.b", "no"]),
    st.lists(conditions, max_size=3),
    st.lists(conditions, max_size=2),
    st.lists(actions, min_size=1, max_size=3),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(rules, max_size=5))
def test_any_rules_are_written_so_that_the_plan_is_empty_or_are_told(
    tmp_path: Path, listed: list[dict[str, Any]]
) -> None:
    service = service_of(tmp_path)
    for old in list(service.list(Noun.RULE_SET)):
        service.delete(Noun.RULE_SET, old["RuleSetId"])
    service.create(Noun.RULE_SET, {"RuleSetName": "in", "Rules": listed}, repr(listed)[:60])
    around = project_around(run_in(tmp_path), ImportPlace())
    imported, bindings = import_things(
        read_everything(service),
        around,
        service.identity,
        rule_set=None,
        bind=False,
        list_files=False,
    )
    assert bindings == {}
    if imported.unsaid:
        assert "live name `none`" in imported.unsaid[0].message
        assert imported.sections == {}
        return
    project = errors_of(read_text({"rules/a.yaml": yaml_of(imported, *imported.sections)}))
    assert others(plan_of(project, service)) == []


def test_a_long_list_goes_to_a_file_and_its_members_are_all_there(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    few = create(service, Noun.ADDRESS_LIST, AddressListName="few")
    many = create(service, Noun.ADDRESS_LIST, AddressListName="many")
    create(service, Noun.ADDRESS_LIST, AddressListName="empty")
    service.add_member(few, "a@example.com")
    for number in range(LONG_LIST + 1):
        service.add_member(many, f"#user{number}@example.org")
    new = tmp_path / "new"
    assert mmctl(tmp_path, "import", "--into", str(new)) == 0
    project = errors_of(read_project(new))
    assert "members_file: lists/many.csv" in (new / "rules/address-lists.yaml").read_text()
    assert len(project.address_lists["many"].members or ()) == LONG_LIST + 1
    assert project.address_lists["few"].members == ("a@example.com",)
    assert project.address_lists["empty"].members == ()
    assert others(plan_of(project, service)) == []


def test_add_ons_lists_and_closed_ingress_points_are_named_and_kept(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    subscription = create(service, Noun.ADDON_SUBSCRIPTION, AddonName="SPAMHAUS_DBL")
    instance = create(service, Noun.ADDON_INSTANCE, AddonSubscriptionId=subscription)
    rule = {
        "Conditions": [
            {
                "BooleanExpression": {
                    "Evaluate": {
                        "Analysis": {
                            "Analyzer": service.identity.arn(Noun.ADDON_INSTANCE, instance),
                            "ResultField": "isPassed",
                        }
                    },
                    "Operator": "IS_FALSE",
                }
            }
        ],
        "Actions": [{"Drop": {}}],
    }
    rule_set = create(service, Noun.RULE_SET, RuleSetName="in", Rules=[rule, KEEP])
    policy = create(
        service,
        Noun.TRAFFIC_POLICY,
        TrafficPolicyName="edge",
        DefaultAction="ALLOW",
        PolicyStatements=[],
    )
    point = create(
        service,
        Noun.INGRESS_POINT,
        IngressPointName="mx-1",
        Type="OPEN",
        RuleSetId=rule_set,
        TrafficPolicyId=policy,
        Tags=[{"Key": "team", "Value": "no"}],
    )
    service.update(Noun.INGRESS_POINT, point, {"StatusToUpdate": "CLOSED"})
    new = tmp_path / "new"
    assert mmctl(tmp_path, "import", "--into", str(new)) == 0
    project = errors_of(read_project(new))
    assert "add_on: {name: spamhaus-dbl" in (new / "rules/rule-sets.yaml").read_text()
    assert project.ingress_points["mx-1"].closed
    assert project.ingress_points["mx-1"].tags == {"team": "no"}
    assert others(plan_of(project, service)) == []


def test_what_cannot_be_written_is_told_and_referred_to_by_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = service_of(tmp_path)
    create(service, Noun.ADDON_SUBSCRIPTION, AddonName="SPAMHAUS_DBL")
    odd: dict[str, Any] = {"Name": "odd", "Actions": [{"Drop": {}}]}
    odd["Conditions"] = [
        {
            "StringExpression": {
                "Evaluate": {"Attribute": "SUBJECT"},
                "Operator": "CONTAINS",
                "Values": ["a\nb"],
            }
        }
    ]
    rule_set = create(service, Noun.RULE_SET, RuleSetName="odd", Rules=[odd])
    policy = create(
        service,
        Noun.TRAFFIC_POLICY,
        TrafficPolicyName="edge",
        DefaultAction="ALLOW",
        PolicyStatements=[],
    )
    create(
        service,
        Noun.INGRESS_POINT,
        IngressPointName="mx-1",
        Type="OPEN",
        RuleSetId=rule_set,
        TrafficPolicyId=policy,
    )
    new = tmp_path / "new"
    assert mmctl(tmp_path, "import", "--into", str(new)) == 1
    told = capsys.readouterr().err
    assert "rule set `odd` cannot be written: Rules[0]: a value with a line break" in told
    assert "add-on `SPAMHAUS_DBL` cannot be written: it has no instance" in told
    project = errors_of(read_project(new))
    assert project.rule_sets == {}
    assert project.ingress_points["mx-1"].ingress_point.rule_set_id == f"id:{rule_set}"
    assert others(plan_of(project, service)) == []


def test_one_rule_set_names_the_rest_by_bindings_of_a_new_project(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    relay = create(
        service,
        Noun.RELAY,
        RelayName="exchange",
        ServerName="mail.example.com",
        ServerPort=25,
        Authentication={"NoAuthentication": {}},
    )
    rule = {"Name": "deliver", "Actions": [{"Relay": {"Relay": relay}}]}
    create(service, Noun.RULE_SET, RuleSetName="in", Rules=[rule])
    create(service, Noun.RULE_SET, RuleSetName="other", Rules=[KEEP])
    new = tmp_path / "new"
    assert mmctl(tmp_path, "import", "--rule-set", "in", "--into", str(new)) == 0
    project = errors_of(read_project(new))
    assert list(project.rule_sets) == ["in"]
    assert "relay: {to: exchange}" in (new / "rules/rule-sets.yaml").read_text()
    assert project.environment.bindings[Kind.RELAY] == {"exchange": relay}
    plan = plan_of(project, service)
    assert others(plan) == []
    assert plan.summary.adopt == 1


def test_adoption_is_refused_where_the_files_would_change_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = service_of(tmp_path)
    create(service, Noun.RULE_SET, RuleSetName="in", Rules=[KEEP])
    (tmp_path / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/relays.yaml").write_text(
        "version: 1\nrelays:\n  exchange: {server: mail.example.com, port: 25, "
        "authentication: none}\n"
    )
    assert mmctl(tmp_path, "import", "--into", "rules/live", "--adopt", "--yes") == 3
    assert "1 differences between the files and the live configuration" in capsys.readouterr().err
    assert service.tags(service.identity.arn(Noun.RULE_SET, _only(service))) == {}


def test_an_import_from_the_same_state_has_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = service_of(tmp_path)
    for name in ("zz", "aa", "mm"):
        create(service, Noun.RULE_SET, RuleSetName=name, Rules=[KEEP])
    assert mmctl(tmp_path, "import") == 0
    first = capsys.readouterr().out
    assert mmctl(tmp_path, "import") == 0
    assert capsys.readouterr().out == first
    assert first.index("aa:") < first.index("mm:") < first.index("zz:")


def _only(service: AwsMailManager) -> str:
    (found,) = service.list(Noun.RULE_SET)
    rule_set_id: str = found["RuleSetId"]
    return rule_set_id


def test_what_a_newer_api_says_is_in_a_comment_and_the_rest_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(tmp_path)
    fuzzy = {"Name": "fuzzy", "Conditions": [], "Actions": [{"Drop": {}}]}
    create(service, Noun.RULE_SET, RuleSetName="inbound", Rules=[KEEP, fuzzy])
    create(
        service,
        Noun.RELAY,
        RelayName="exchange",
        ServerName="mail.example.com",
        ServerPort=25,
        Authentication={"NoAuthentication": {}},
    )
    answer = EmbeddedMailManager.call

    def newer(self: EmbeddedMailManager, operation: str, *given: Any, **more: Any) -> Any:
        found = answer(self, operation, *given, **more)
        if operation == "GetRuleSet":
            found["Rules"][0]["Enabled"] = False
            found["Rules"][1]["Conditions"] = [{"FuzzyExpression": {"Values": ["x\u202ey"]}}]
        if operation == "GetRelay":
            found["Authentication"] = {"OAuth": {"Issuer": "x"}}
        return found

    monkeypatch.setattr(EmbeddedMailManager, "call", newer)
    new = tmp_path / "new"
    assert mmctl(tmp_path, "import", "--into", str(new)) == 1
    told = capsys.readouterr().err
    assert "has parts that this version of mmctl does not know: `Rules[0].Enabled` = false" in told
    assert "relay `exchange` cannot be written: this version of mmctl does not know" in told
    text = (new / "rules/rule-sets.yaml").read_text(encoding="utf-8")
    beside = "  # not in this file, because this version of mmctl does not know it: `Rules["
    assert f"{beside}0].Enabled` = false of rule keep\n" in text
    assert f"{beside}1].Conditions[0].FuzzyExpression` = " in text
    assert "\u202e" not in text
    assert not (new / "rules/relays.yaml").exists()
    project = errors_of(read_project(new))
    # A drop whose condition is not known would be a drop of everything.
    assert [rule.name for rule in project.rule_sets["inbound"].rules] == ["keep"]
    plan = plan_of(project, service_of(tmp_path))
    assert others(plan) == []
    assert len(plan.warnings) == 2
