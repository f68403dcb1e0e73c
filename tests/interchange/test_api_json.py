from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import UsageError
from mmctl.interchange.api_json import Imported, import_api_json
from mmctl.interchange.refusals import masked
from mmctl.language.parsing.load import read_text
from mmctl.language.references import with_references
from mmctl.language.writing.write import to_yaml
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.language.project import Project

CONFIGURATIONS = Path(__file__).parents[3] / "shared" / "reference" / "configs"
FOUND = sorted(CONFIGURATIONS.glob("*.json"))
VALID = [path for path in FOUND if not path.name.startswith("broken")]
BROKEN = [path for path in FOUND if path.name.startswith("broken")]
needs_configurations = pytest.mark.skipif(not FOUND, reason="the configurations are not here")

ARCHIVE = {"ArchiveName": "all-mail", "Retention": {"RetentionPeriod": "ONE_YEAR"}}
KEEP = {"Name": "keep", "Actions": [{"Archive": {"TargetArchive": "a-0123456789"}}]}
INGRESS_POINT = {
    "IngressPointName": "mx-1",
    "Type": "OPEN",
    "RuleSetId": "rs-0123456789",
    "TrafficPolicyId": "tp-0123456789",
}


def imported(*documents: object) -> Imported:
    return import_api_json({f"{n}.json": json.dumps(d) for n, d in enumerate(documents)})


def yaml_of(found: Imported) -> str:
    return to_yaml({"version": 1, **{kind.value: data for kind, data in found.sections.items()}})


def project_of(found: Imported) -> Project:
    project, problems = read_text({"rules/a.yaml": yaml_of(found), **found.certificates})
    assert not problems, [f"{problem.position}: {problem.message}" for problem in problems]
    return project


def plain(value: Any) -> Any:
    """Members in canonical form: no empty condition lists, no tags, raw ids."""
    if isinstance(value, dict):
        return {
            key: plain(member)
            for key, member in value.items()
            if key != "Tags" and not (key in {"Conditions", "Unless"} and member == [])
        }
    return [plain(item) for item in value] if isinstance(value, list) else value


def raw(shape: Any) -> Any:
    return plain(with_references(shape, lambda ref: ref.name.removeprefix("id:")).to_api())


@needs_configurations
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_real_configuration_is_read_back_as_it_was(path: Path) -> None:
    document = json.loads(path.read_text())
    found = import_api_json({path.name: path.read_text()})
    assert not found.refused
    assert not found.unsaid
    project = project_of(found)
    for request in document.get("ruleSets", []):
        rule_set = project.rule_sets[request["RuleSetName"]]
        assert [raw(rule.rule) for rule in rule_set.rules] == plain(request["Rules"])
    for request in document.get("trafficPolicies", []):
        policy = project.traffic_policies[request["TrafficPolicyName"]]
        assert raw(policy.policy) == plain(request)
    for request in document.get("ingressPoints", []):
        ingress_point = project.ingress_points[request["IngressPointName"]]
        if "SmtpPassword" in request.get("IngressPointConfiguration", {}):
            assert ingress_point.smtp_password_env
            del request["IngressPointConfiguration"]
        assert raw(ingress_point.ingress_point) == plain(request)
    for request in document.get("relays", []):
        assert raw(project.relays[request["RelayName"]].relay) == plain(request)
    for request in document.get("archives", []):
        assert raw(project.archives[request["ArchiveName"]].archive) == plain(request)
    for request in document.get("addressLists", []):
        address_list = project.address_lists[request["AddressListName"]]
        assert address_list.members is None
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        assert address_list.tags == tags


@needs_configurations
@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_configuration_is_refused_at_every_member_that_is_wrong(path: Path) -> None:
    document = json.loads(path.read_text())
    found = import_api_json({path.name: path.read_text()})
    messages = [problem.message for problem in found.refused]
    for finding in document["strictModelCheck"]:
        place, _, what = finding.partition(": ")
        field = what.rsplit(" ", 1)[-1] if "field" in what or "missing" in what else ""
        wanted = f"{place}.{field}" if field else place
        if "union needs" in what and any(m.startswith(f"`{place}.") for m in messages):
            continue
        assert any(m.startswith(f"`{wanted}`") for m in messages), (finding, messages)


@pytest.mark.parametrize(
    "document",
    [
        {"archives": [ARCHIVE], "source": "somewhere"},
        ARCHIVE,
        [ARCHIVE],
        {**ARCHIVE, "ArchiveId": "a-1", "ArchiveArn": "arn:x", "ArchiveState": "ACTIVE"},
        {**ARCHIVE, "ClientToken": "t", "CreatedTimestamp": "2026-01-01T00:00:00Z"},
    ],
)
def test_lists_bare_requests_and_responses_are_all_read(document: object) -> None:
    project = project_of(imported(document))
    assert raw(project.archives["all-mail"].archive) == ARCHIVE


def test_what_the_server_filled_in_is_left_out_and_mentioned() -> None:
    found = imported({"RuleSetName": "in", "RuleSetId": "rs-1", "CreatedDate": 1, "Rules": [KEEP]})
    assert found.notes == ["0.json: rule set: left out `RuleSetId`, `CreatedDate`"]


def test_ids_of_things_in_the_files_become_names_and_others_stay_ids() -> None:
    rule_set = {"RuleSetName": "inbound", "RuleSetId": "rs-0123456789", "Rules": [KEEP]}
    found = imported(rule_set, INGRESS_POINT)
    mx = found.sections[Kind.INGRESS_POINT]["mx-1"]
    assert (mx["rule_set"], mx["traffic_policy"]) == ("inbound", "id:tp-0123456789")
    (rule,) = found.sections[Kind.RULE_SET]["inbound"]["rules"]
    assert rule["actions"] == [{"archive": {"to": "id:a-0123456789"}}]


def test_a_closed_ingress_point_with_a_password_is_read_from_a_response() -> None:
    version = {"SmtpPasswordVersion": "1"}
    found = imported(
        {
            **INGRESS_POINT,
            "Type": "AUTH",
            "Status": "CLOSED",
            "ARecord": "mx.example.com",
            "IngressPointAuthConfiguration": {"IngressPointPasswordConfiguration": version},
        }
    )
    mx = found.sections[Kind.INGRESS_POINT]["mx-1"]
    assert mx["status"] == "closed"
    assert mx["auth"] == {"smtp_password_env": "MMCTL_SMTP_MX_1"}


def test_a_password_is_written_nowhere_and_shown_nowhere() -> None:
    secret = "Hunter2Hunter2"
    configuration = {"SmtpPassword": secret}
    found = imported({**INGRESS_POINT, "Type": "AUTH", "IngressPointConfiguration": configuration})
    assert secret not in yaml_of(found)
    assert "MMCTL_SMTP_MX_1" in found.notes[0]
    for wrong in ({"SmtpPassword": secret + " "}, [configuration]):
        refused = imported({**INGRESS_POINT, "IngressPointConfiguration": wrong}).refused
        assert refused
        assert not [problem for problem in refused if secret in problem.message]
    assert secret not in masked(json.dumps(configuration))


def test_certificates_become_files() -> None:
    store = {"TrustStore": {"CAContent": "-----BEGIN\nX\n", "CrlContent": "crl"}}
    found = imported(
        {
            **INGRESS_POINT,
            "Type": "MTLS",
            "IngressPointConfiguration": {"TlsAuthConfiguration": store},
        }
    )
    assert found.certificates == {"mx-1-ca.pem": "-----BEGIN\nX\n", "mx-1-crl.pem": "crl"}


def test_what_has_no_words_is_listed_and_the_rest_is_written() -> None:
    expression = {"Evaluate": {"Attribute": "SUBJECT"}, "Operator": "EQUALS", "Values": ["a\nb"]}
    broken = {**KEEP, "Conditions": [{"StringExpression": expression}]}
    found = imported(
        {"ruleSets": [{"RuleSetName": "in", "Rules": [KEEP, broken]}], "archives": [ARCHIVE]}
    )
    assert list(found.sections) == [Kind.ARCHIVE]
    (problem,) = found.unsaid
    assert problem.message == (
        "`ruleSets[0]`: cannot be written: Rules[1]: a value with a line break: 'a\\nb'"
    )


def test_refusals_come_all_at_once_with_line_and_near_names() -> None:
    text = '{\n\t"ruleSets": [{"RuleSetName": "in", "rules": [],\n\t"Rule": 1}]\n}'
    problems = import_api_json({"a.json": text}).refused
    assert [(p.position.line, p.message, p.help) for p in problems] == [
        (2, "`ruleSets[0].Rules`: `Rules` is missing", None),
        (2, "`ruleSets[0].rules`: unknown member `rules`", "did you mean `Rules`?"),
        (3, "`ruleSets[0].Rule`: unknown member `Rule`", "did you mean `Rules`?"),
    ]


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "{}", '"text"', '{"a": 1}', "[" * 100_000])
def test_what_is_not_of_mail_manager_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        import_api_json({"a.json": text})


def test_two_things_of_one_name_get_two_names() -> None:
    found = imported({"archives": [ARCHIVE]}, ARCHIVE)
    archives = found.sections[Kind.ARCHIVE]
    assert list(archives) == ["all-mail", "all-mail-2"]
    assert archives["all-mail-2"]["live_name"] == "all-mail"
