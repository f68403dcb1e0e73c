"""Apply against the embedded Mail Manager, through real boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.errors import CouldNot, Refused, StoppedPartWay, UsageError
from mmctl.live.compare.edits import EditKind
from mmctl.live.history.entries import entry_document, entry_of
from mmctl.model.kinds import Kind, Noun
from mmctl.records import replace
from mmctl.render.text.history import one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.conftest import World


ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:relay"


def lines(world: World) -> list[tuple[str, str, str]]:
    return [(edit.kind.value, edit.name, edit.path) for edit in world.plan().edits]


def test_a_project_with_every_kind_is_applied_and_then_there_is_nothing_to_do(world: World) -> None:
    plan = world.plan()
    assert [edit.object for edit in plan.edits] == [
        *("partners", "feed", "compliance", "exchange", "vade", "inbound", "edge", "mx"),
    ]
    assert {edit.kind for edit in plan.edits} == {EditKind.ADDED}

    entry = world.apply(plan)

    assert entry is not None
    assert entry.result == "done"
    assert world.plan().empty
    assert world.apply() is None


def test_every_object_carries_the_tag_that_says_whose_it_is(world: World) -> None:
    world.apply()
    assert {thing.project for thing in world.plan().live.objects} == {"acme"}


def test_what_is_needed_is_made_first_and_what_is_in_use_goes_last(world: World) -> None:
    kinds = [step.kind.noun for step in world.plan().steps]
    assert kinds == [
        *("address list", "address list", "address list", "archive", "relay", "add-on"),
        *("traffic policy", "rule set", "ingress point"),
    ]
    world.apply()
    world.text = "version: 1\n"
    deleted = [step.kind.noun for step in world.plan().steps]
    assert deleted == [
        *("ingress point", "traffic policy", "rule set", "add-on", "relay", "archive"),
        *("address list", "address list"),
    ]
    world.apply(allow_delete=True, forced=("irreversible",))
    assert world.plan().live.objects == ()


def test_a_policy_that_narrows_goes_before_the_rule_set_and_one_that_widens_after(
    world: World,
) -> None:
    world.apply()
    world.replace("{name: X-Threat, value: malware}", "{name: X-Threat, value: virus}")
    world.replace("[192.0.2.0/24]", "[192.0.2.0/24, 198.51.100.0/24]")
    assert [step.kind.noun for step in world.plan().steps] == ["rule set", "traffic policy"]
    world.replace("[192.0.2.0/24, 198.51.100.0/24]", "[192.0.2.0/24]")
    world.replace("max_message_size: 25MB", "max_message_size: 20MB")
    assert [step.kind.noun for step in world.plan().steps] == ["traffic policy", "rule set"]


def test_members_join_a_list_before_the_rule_set_changes_and_leave_it_after(world: World) -> None:
    world.apply()
    world.replace('"one@vendor.example"', '"two@vendor.example"')
    world.replace("{name: X-Threat, value: malware}", "{name: X-Threat, value: virus}")
    assert [step.text for step in world.plan().steps] == [
        "add members to address list partners: two@vendor.example",
        "update rule set inbound: Rules",
        "remove members from address list partners: one@vendor.example",
    ]
    world.apply()
    assert world.plan().empty


def test_a_rule_set_is_changed_by_one_update_in_place(world: World) -> None:
    world.apply()
    world.calls.clear()
    world.replace("{name: X-Threat, value: malware}", "{name: X-Threat, value: virus}")
    world.replace('"@examp1e.com", ', "")
    world.apply()
    assert world.writes == ["UpdateRuleSet"]


def test_external_members_are_neither_read_nor_changed(world: World) -> None:
    world.apply()
    feed = world.plan().live.find(Kind.ADDRESS_LIST, "feed")
    assert feed is not None
    assert feed.id is not None
    world.service().add_member(feed.id, "bad@example.net")
    assert world.plan().empty


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("retention: SEVEN_YEARS", "retention: TEN_YEARS", ("compliance", "retention")),
        ("authentication: none", f'authentication: {{secret_arn: "{ARN}"}}', ("exchange", "auth")),
        ("max_message_size: 25MB", "max_message_size: 20MB", ("edge", "max_message_size_bytes")),
        ("tls_policy: required", "tls_policy: optional", ("mx", "tls_policy")),
        ("tls_policy: required", "tls_policy: required\n    status: closed", ("mx", "status")),
        ("tags: {team: mail}", "tags: {team: post}", ("partners", "tags.team")),
    ],
)  # fmt: skip
def test_one_change_is_one_line_and_is_applied(
    world: World, old: str, new: str, line: tuple[str, str]
) -> None:
    world.apply()
    world.replace(old, new)
    edits = world.plan().edits
    assert {edit.name for edit in edits} == {line[0]}
    assert edits[0].path.startswith(line[1])
    world.apply(forced=("entrance",))
    assert world.plan().empty


def test_tags_that_are_no_longer_written_are_taken_away(world: World) -> None:
    world.apply()
    world.replace(", tags: {team: mail}", "")
    assert lines(world) == [("changed", "partners", "tags")]
    world.apply()
    assert world.plan().empty


def test_a_new_live_name_is_a_rename_and_the_object_stays(world: World) -> None:
    world.apply()
    before = {thing.id for thing in world.plan().live.objects}
    world.replace("live_name: acme-mx", "live_name: acme-gateway")
    world.replace("  inbound:", "  incoming:\n    was: inbound")
    world.replace("rule_set: inbound", "rule_set: incoming")
    assert [(kind, name) for kind, name, _ in lines(world)] == [
        ("renamed", "incoming"),
        ("renamed", "mx"),
    ]
    world.apply()
    assert {thing.id for thing in world.plan().live.objects} == before
    assert world.plan().empty


def test_a_rename_that_likeness_alone_tells_is_proposed_and_not_done(world: World) -> None:
    world.apply()
    world.replace("  exchange: {", "  mailhost: {")
    world.replace("relay: {to: exchange}", "relay: {to: mailhost}")
    assert lines(world)[0] == ("added", "mailhost", "")
    assert lines(world)[-1] == ("removed", "exchange", "")
    assert world.plan().notes == (
        "relay exchange equals the new mailhost except for its name: if it is the same one, write "
        "`was: exchange` at mailhost, and it is renamed",
    )
    world.replace("  mailhost: {", "  mailhost: {was: exchange, ")
    assert lines(world) == [("renamed", "mailhost", "")]
    assert world.plan().notes == ()
    world.apply()
    assert world.plan().empty


def test_an_address_list_of_another_name_is_made_anew_and_what_names_it_follows(
    world: World,
) -> None:
    world.apply()
    world.replace("  partners: {members:", "  friends: {was: partners, members:")
    world.replace("in_address_list: partners", "in_address_list: friends")
    assert ("replaced", "friends", "") in lines(world)
    world.apply(allow_delete=True)
    plan = world.plan()
    assert plan.empty
    assert [thing.live_name for thing in plan.live.objects][:2] == ["feed", "friends"]


def test_an_ingress_point_of_another_network_is_made_anew_under_its_name(world: World) -> None:
    world.apply()
    world.replace("tls_policy: required", "tls_policy: required\n    network: {public: dual_stack}")
    with pytest.raises(Refused, match="endpoint-replacement: ingress point mx is replaced"):
        world.apply()
    world.apply(forced=("endpoint-replacement",))
    assert world.plan().empty


def test_a_size_limit_that_goes_makes_the_policy_anew_and_the_ingress_point_follows(
    world: World,
) -> None:
    world.apply()
    world.replace("    max_message_size: 25MB\n", "")
    world.apply()
    assert world.plan().empty
    world.rollback()
    world.replace("    default: deny\n", "    default: deny\n    max_message_size: 25MB\n")
    assert world.plan().empty


def test_a_password_is_sent_once_and_never_kept(world: World) -> None:
    world.replace("type: open", "type: auth\n    auth: {smtp_password_env: MMCTL_SMTP_MX}")
    world.replace("tls_policy: required", "tls_policy: fips")
    world.environ["MMCTL_SMTP_MX"] = "Example12345!"
    world.apply()
    assert world.plan().empty
    kept = [path.read_text() for path in (world.root / "snapshots").iterdir()]
    assert kept
    assert not any("Example12345!" in text for text in kept)


def test_a_password_that_is_not_at_hand_is_missed_before_anything_is_written(
    world: World,
) -> None:
    world.replace("type: open", "type: auth\n    auth: {smtp_password_env: MMCTL_SMTP_MX}")
    world.replace("tls_policy: required", "tls_policy: fips")
    with pytest.raises(UsageError, match="`MMCTL_SMTP_MX` is not set"):
        world.apply()
    assert world.writes == []


def test_an_object_of_the_same_name_is_adopted_only_when_asked(world: World) -> None:
    world.apply()
    world.main = world.main.replace("project: acme", "project: other")
    world.text = "version: 1\narchives:\n  compliance: {retention: SEVEN_YEARS}\n"
    with pytest.raises(Refused, match="archive compliance belongs to project acme"):
        world.apply(adopt=True)


def test_an_object_that_nobody_manages_is_adopted_with_a_flag(world: World) -> None:
    world.service().create(Noun.ARCHIVE, {"ArchiveName": "compliance"}, "token")
    plan = world.plan()
    adopted = [edit.name for edit in plan.edits if edit.kind is EditKind.ADOPTED]
    assert adopted == ["compliance"]
    with pytest.raises(Refused, match="1 to adopt: archive compliance"):
        world.apply(plan)
    world.apply(plan, adopt=True)
    assert world.plan().empty


def test_what_others_manage_is_not_touched(world: World) -> None:
    world.service().create(Noun.ARCHIVE, {"ArchiveName": "elsewhere"}, "token")
    world.apply()
    world.text = "version: 1\n"
    world.apply(allow_delete=True, forced=("irreversible",))
    listed = list(world.service().list(Noun.ARCHIVE))
    active = [item["ArchiveName"] for item in listed if item["ArchiveState"] == "ACTIVE"]
    assert active == ["elsewhere"]


def test_an_archive_that_waits_for_its_deletion_counts_as_gone(world: World) -> None:
    world.apply()
    found = world.plan().live.find(Kind.ARCHIVE, "compliance")
    assert found is not None
    world.service().delete(Noun.ARCHIVE, found.id or "")
    plan = world.plan()
    assert ("added", "compliance") in [(edit.kind, edit.name) for edit in plan.edits]
    assert "archive compliance is still being deleted, its name may be taken" in plan.notes


def test_an_entry_names_the_identity_that_applied_and_older_ones_none(world: World) -> None:
    plan = world.plan()
    planner = replace(plan.target.identity, caller="arn:aws:sts::000000000000:assumed-role/look/me")
    world.apply(replace(plan, target=replace(plan.target, identity=planner)))
    (entry,) = world.history.entries()
    assert entry.caller == world.service().identity.caller
    assert "  as user/embedded\n" in one(entry, ()).plain
    older = replace(entry, caller=None)
    document = entry_document(older)
    assert "caller" not in document
    assert entry_of(document, entry.id) == older
    assert "  as " not in one(older, ()).plain


def test_a_plan_is_stale_when_somebody_changed_what_it_was_made_from(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    rule_set = plan.live.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    world.service().update(Noun.RULE_SET, rule_set.id or "", {"Rules": []})
    with pytest.raises(Refused, match="the plan is stale") as refused:
        world.apply(plan, allow_delete=True, forced=("size", "pin"))
    assert refused.value.details == (
        "  rule_sets/inbound",
        "    since the plan: block-lookalike removed",
        "    since the plan: block-feed removed",
        "    since the plan: scan removed",
        "    since the plan: archive-all removed",
        "    since the plan: deliver removed",
        '    wanted: block-lookalike changed from ends_with: + "@example.net" - "@exarnple.com"',
    )
    assert world.history.entries()[-1].id.startswith("0001")


def test_what_a_stale_plan_would_leave_or_make_is_said_beside_what_changed(world: World) -> None:
    world.apply()
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    plan = world.plan()
    ids = {thing.kind: thing.id or "" for thing in plan.live.objects}
    changed = plan.live.find(Kind.RELAY, "exchange")
    assert changed is not None
    world.service().update(Noun.RELAY, ids[Kind.RELAY], {"ServerPort": 2525})
    world.service().delete(Noun.INGRESS_POINT, ids[Kind.INGRESS_POINT])
    with pytest.raises(Refused, match="the plan is stale") as refused:
        world.apply(plan)
    assert refused.value.details == (
        "  ingress_points/mx",
        "    planned from: present",
        "    wanted: present, now: absent",
        "  relays/exchange",
        "    since the plan: exchange changed port: 25 → 2525",
        "    wanted: no change",
    )


def test_a_change_between_two_writes_is_noticed_and_not_overwritten(world: World) -> None:
    world.apply()
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    rule_set = plan.live.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None

    def observe(operation: str, _parameters: Mapping[str, object]) -> None:
        if operation == "UpdateArchive":
            world.observe = None
            world.service().update(Noun.RULE_SET, rule_set.id or "", {"Rules": []})

    world.observe = observe
    with pytest.raises(StoppedPartWay, match="rule set inbound was changed by somebody else"):
        world.apply(plan)
    live = world.plan().live.find(Kind.RULE_SET, "inbound")
    assert live is not None
    assert live.shape.to_api()["Rules"] == []


def test_without_a_place_for_the_snapshot_nothing_is_written(world: World) -> None:
    (world.root / "snapshots").write_text("a file is in the way")
    with pytest.raises(CouldNot, match="cannot"):
        world.apply()
    assert world.writes == []


def test_a_full_disk_stops_an_apply_before_its_first_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = world.plan()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mmctl.live.history.store.os.fsync", full)
    with pytest.raises(CouldNot, match="No space left on device"):
        world.apply(plan)
    assert world.writes == []


def test_a_plan_of_another_account_is_refused(world: World) -> None:
    plan = world.plan()
    other = type(world)(root=world.root / "other")
    other.root.mkdir()
    other.main = other.main.replace("embedded}", 'embedded, account: "111122223333"}')
    with pytest.raises(Refused, match="made for account `000000000000`, this is `111122223333`"):
        other.apply(plan)


def test_trust_stores_are_compared_by_their_contents(world: World) -> None:
    world.files["rules/ca.pem"] = "-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----\n"
    world.replace("type: open", "type: mtls\n    mtls: {ca_file: ca.pem}")
    world.replace("tls_policy: required", "tls_policy: fips")
    world.apply()
    assert world.plan().empty
    world.files["rules/ca.pem"] = world.files["rules/ca.pem"].replace("one", "two")
    (edit,) = world.plan().edits
    assert edit.path.endswith("trust_store.ca_content")
    world.apply()
    assert world.plan().empty


def test_a_password_that_changes_is_sent_again_and_one_that_is_not_known_here_is_not(
    world: World,
) -> None:
    world.replace("type: open", "type: auth\n    auth: {smtp_password_env: MMCTL_SMTP_MX}")
    world.replace("tls_policy: required", "tls_policy: fips")
    world.environ["MMCTL_SMTP_MX"] = "Example12345!"
    world.apply()
    world.environ["MMCTL_SMTP_MX"] = "Another12345!"
    assert lines(world) == [("changed", "mx", "auth.smtp_password")]
    world.apply()
    assert world.plan().empty
    del world.environ["MMCTL_SMTP_MX"]
    assert world.plan().empty
    world.history.store.delete("passwords.json")
    world.environ["MMCTL_SMTP_MX"] = "Somebody12345!"
    assert world.plan().empty
