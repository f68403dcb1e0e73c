"""Members of address lists: few one by one, many by an import job that outlives its apply."""

from __future__ import annotations

from functools import partialmethod
from typing import TYPE_CHECKING, Any

import pytest

from live.stopping import Killed, at_write, with_service
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.faults import FaultKind, Faults, FaultyMailManager, parse_fault
from mmctl.emulator.service_error import modelled
from mmctl.errors import CouldNot, StoppedPartWay
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.live.iam.policies import policy_for
from mmctl.live.iam.scope import Place
from mmctl.live.state.service import Identity
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from live.conftest import World

MANY = 120
FEW = 100
"""The bound between one by one and a job, in these tests."""
IMPORT_SECONDS = 600
WRITES = (
    "CreateAddressListImportJob",
    "PutObject",
    "StartAddressListImportJob",
)


def lists(world: World, **members: list[str] | str) -> None:
    """Let the project be these address lists and nothing else."""
    lines = ["version: 1", "address_lists:"]
    for name, addresses in members.items():
        if isinstance(addresses, str):
            lines.append(f"  {name}: {{members: {addresses}}}")
        else:
            world.files[f"rules/{name}.csv"] = "address\n" + "\n".join(addresses) + "\n"
            lines.append(f"  {name}: {{members_file: {name}.csv}}")
    world.text = "\n".join(lines) + "\n"


def many(count: int = MANY, start: str = "a") -> list[str]:
    return [f"{start}{number:05}@example.com" for number in range(count)]


def live(world: World, name: str = "blocked") -> list[str]:
    """The members that the service has, whoever added them."""
    service = world.service()
    for found in service.list(Noun.ADDRESS_LIST):
        if found["AddressListName"] == name:
            return list(service.members(found["AddressListId"]) or ())
    raise AssertionError(name)


def empty_list(world: World) -> None:
    """A project with one list, applied without members."""
    lists(world, blocked=["old@example.com"])
    world.apply()
    world.calls.clear()


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lower bound, so that the tests are quick; what it is, the permissions tell."""
    monkeypatch.setattr("mmctl.live.apply.members.IMPORT_BEYOND", FEW)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports take their time; nothing else here has states."""
    init: Any = partialmethod(EmbeddedMailManager.__init__, settle_seconds=IMPORT_SECONDS)
    monkeypatch.setattr(EmbeddedMailManager, "__init__", init)


def test_members_up_to_the_bound_are_added_one_by_one_with_progress(world: World) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many(FEW)])
    world.apply()
    assert world.writes == ["RegisterMemberToAddressList"] * FEW
    assert "  address list blocked: 100 of 100" in world.said
    assert len(live(world)) == FEW + 1


def test_more_are_imported_by_a_job_and_the_plan_is_empty(world: World) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])
    plan = world.plan()
    (edit,) = plan.edits
    assert (edit.path, len(edit.before), len(edit.after)) == ("members", 1, MANY + 1)
    world.apply(plan)
    assert tuple(world.writes) == WRITES
    assert live(world) == [*many(), "old@example.com"]
    assert world.plan().empty


def test_without_permission_for_a_job_each_member_is_added_by_a_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])

    def change(answer: Any, self: Any, operation: str, given: Any, **place: str) -> Any:
        if operation == "CreateAddressListImportJob":
            raise modelled("AccessDeniedException", "not for this role")
        return answer(self, operation, given, **place)

    with_service(monkeypatch, change)
    world.apply()
    assert world.writes.count("RegisterMemberToAddressList") == MANY
    assert len(live(world)) == MANY + 1
    said = "  address list blocked: no permission for import jobs, a call for each"
    assert said in world.said


def test_a_new_list_is_filled_by_a_job(world: World) -> None:
    lists(world, blocked=many())
    world.apply()
    assert world.writes.count("RegisterMemberToAddressList") == 0
    assert len(live(world)) == MANY


def test_members_are_taken_away_one_by_one_after_the_rule_sets(world: World) -> None:
    lists(world, blocked=many())
    world.apply()
    world.calls.clear()
    lists(world, blocked=["old@example.com"])
    world.apply()
    assert world.writes.count("DeregisterMemberFromAddressList") == MANY
    assert live(world) == ["old@example.com"]


def test_external_members_are_left_alone(world: World) -> None:
    lists(world, feed="external", blocked=["old@example.com"])
    world.apply()
    service = world.service()
    (feed,) = (f for f in service.list(Noun.ADDRESS_LIST) if f["AddressListName"] == "feed")
    job = service.create_import_job(feed["AddressListId"], "feed", "token")
    found = service.import_job(job)
    assert found is not None
    items = b",".join(b'{"address": "x%d@example.org"}' % number for number in range(MANY))
    service.upload(found["PreSignedUrl"], b'{"items": [' + items + b"]}")
    service.start_import_job(job)
    lists(world, feed="external", blocked=["new@example.com"])
    plan = world.plan()
    assert [edit.object for edit in plan.edits] == ["blocked"]
    world.apply(plan)
    world.rollback()
    assert len(live(world, "feed")) == MANY


@pytest.mark.usefixtures("slow")
def test_the_wait_for_an_import_is_told(world: World) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])
    world.apply()
    assert "  address list blocked: import PROCESSING" in world.said
    assert len(live(world)) == MANY + 1


# What fails


def test_a_job_that_fails_says_why_and_another_apply_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])

    def half(answer: Any, embedded: Any, operation: str, given: Any, **place: str) -> Any:
        if operation == "PutObject":
            given = {**given, "Body": given["Body"][:1000]}
        return answer(embedded, operation, given, **place)

    with monkeypatch.context() as patch:
        with_service(patch, half)
        with pytest.raises(
            StoppedPartWay, match=r"of address list blocked is FAILED: The file is not JSON"
        ):
            world.apply()
    assert live(world) == ["old@example.com"]
    world.apply()
    assert world.plan().empty


def test_what_an_import_leaves_out_is_added_by_itself_and_says_why_not(world: World) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many(), "a**b@example.com"])
    with pytest.raises(StoppedPartWay, match="more than one"):
        world.apply()
    assert tuple(world.writes) == (*WRITES, "RegisterMemberToAddressList")
    assert len(live(world)) == MANY + 1
    lists(world, blocked=["old@example.com", *many()])
    world.apply()
    assert world.plan().empty


def test_an_import_that_leaves_out_very_many_stops(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])

    def none(answer: Any, embedded: Any, operation: str, given: Any, **place: str) -> Any:
        if operation == "PutObject":
            given = {**given, "Body": b'{"items": []}'}
        return answer(embedded, operation, given, **place)

    with_service(monkeypatch, none)
    with pytest.raises(StoppedPartWay, match="left out 120 of 120 addresses, such as a00000@"):
        world.apply()


def test_an_upload_that_is_refused_stops(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])

    def late(answer: Any, embedded: Any, operation: str, given: Any, **place: str) -> Any:
        if operation == "PutObject":
            world.clock.sleep(4000)
        return answer(embedded, operation, given, **place)

    with_service(monkeypatch, late)
    with pytest.raises(StoppedPartWay, match=r"PutObject: 403: .*Request has expired"):
        world.apply()


@pytest.mark.parametrize(
    "spec",
    [
        *(f"{kind}:PutObject" for kind in FaultKind if kind not in {"slow", "stale", "denied"}),
        "cut-after:CreateAddressListImportJob@1-6",
        "cut-after:StartAddressListImportJob@1-6",
        "cut-before:StartAddressListImportJob@1-6",
        "500-after:StartAddressListImportJob",
        "short:GetAddressListImportJob",
    ],
)
def test_faults_that_pass_are_got_over(
    world: World, monkeypatch: pytest.MonkeyPatch, spec: str
) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])
    front: list[FaultyMailManager] = []
    faults = Faults([parse_fault(spec)])

    class Behind:
        def __init__(self, answer: Any, embedded: Any) -> None:
            self.answer, self.embedded = answer, embedded

        def call(self, operation: str, given: Any, **place: str) -> Any:
            return self.answer(self.embedded, operation, given, **place)

    def met(answer: Any, embedded: Any, operation: str, given: Any, **place: str) -> Any:
        if not front:
            behind: Any = Behind(answer, embedded)
            front.append(FaultyMailManager(behind, faults, wait=lambda _: None))
        return front[0].call(operation, given, **place)

    with_service(monkeypatch, met)
    world.apply()
    assert len(live(world)) == MANY + 1
    assert world.plan().empty


# Killed in each state


@pytest.mark.parametrize("number", range(1, len(WRITES) + 1))
@pytest.mark.parametrize("again", ["apply", "rollback"])
def test_an_import_killed_before_any_write_is_finished_or_undone(
    world: World, number: int, again: str
) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply()
    world.observe = None
    if again == "apply":
        world.apply()
        assert len(live(world)) == MANY + 1
    else:
        world.rollback()
        assert live(world) == ["old@example.com"]


def killed_while_importing(world: World) -> None:
    """An apply that ends when its import job has just been started."""
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])

    def observe(operation: str, _parameters: object) -> None:
        if operation == "GetAddressListImportJob" and world.calls.count(operation) > 1:
            raise Killed

    world.observe = observe
    with pytest.raises(Killed):
        world.apply()
    world.observe = None
    world.calls.clear()


@pytest.mark.usefixtures("slow")
def test_the_next_apply_waits_for_an_import_that_is_under_way(world: World) -> None:
    killed_while_importing(world)
    assert live(world) == ["old@example.com"]
    world.apply()
    assert world.writes == []
    assert len(live(world)) == MANY + 1
    assert world.plan().empty


@pytest.mark.usefixtures("slow")
def test_a_rollback_stops_an_import_that_is_under_way(world: World) -> None:
    killed_while_importing(world)
    world.rollback()
    assert world.writes == ["StopAddressListImportJob"]
    world.clock.sleep(IMPORT_SECONDS)
    assert live(world) == ["old@example.com"]


@pytest.mark.usefixtures("slow")
def test_a_rollback_takes_away_what_an_import_brought_in_the_meantime(world: World) -> None:
    killed_while_importing(world)
    world.clock.sleep(IMPORT_SECONDS)
    world.rollback()
    assert world.writes == ["DeregisterMemberFromAddressList"] * MANY
    assert live(world) == ["old@example.com"]


@pytest.mark.usefixtures("slow")
def test_an_import_that_somebody_stops_ends_the_apply(world: World) -> None:
    empty_list(world)
    lists(world, blocked=["old@example.com", *many()])
    service = world.service()

    def observe(operation: str, parameters: Any) -> None:
        if operation == "GetAddressListImportJob" and world.calls.count(operation) == 2:
            world.observe = None
            service.stop_import_job(parameters["JobId"])

    world.observe = observe
    with pytest.raises(StoppedPartWay, match="of address list blocked is STOPPED"):
        world.apply()


# Where the addresses go


def uploading(world: World, endpoint: str) -> tuple[AwsMailManager, list[str]]:
    sent: list[str] = []
    identity = Identity(
        account="111122223333",
        region="us-east-1",
        endpoint=endpoint,
        caller="arn:aws:iam::111122223333:user/x",
    )
    client = world.service()._client
    return AwsMailManager(client, identity, lambda: None, lambda url, _: sent.append(url)), sent


OF_S3 = "https://bucket.s3.us-east-1.amazonaws.com/x?X-Amz-Signature=y"


def test_addresses_are_sent_to_s3_alone_where_the_service_is_aws(world: World) -> None:
    service, sent = uploading(world, "https://mail-manager.us-east-1.amazonaws.com")
    service.upload(OF_S3, b"{}")
    for wrong in (
        OF_S3.replace("https", "http"),
        OF_S3.replace(".com/", ".com:8443/"),
        OF_S3.replace(".com/", ".com@example.com/"),
        "https://mail-manager.us-east-1.amazonaws.com/x",
        "https://ec2-192-0-2-1.compute-1.amazonaws.com/x",
        "https://s3.example.com/x",
        "http://127.0.0.1:4579/x",
        "embedded://x",
    ):
        with pytest.raises(CouldNot, match="which is not Amazon S3"):
            service.upload(wrong, b"{}")
    assert sent == [OF_S3]


def test_another_server_may_take_the_addresses_itself_and_send_them_nowhere_else(
    world: World,
) -> None:
    for endpoint in ("http://127.0.0.1:4579", "https://mail.example.com"):
        service, sent = uploading(world, endpoint)
        service.upload(f"{endpoint}/uploads/x?y", b"{}")
        service.upload(OF_S3, b"{}")
        for wrong in (f"{endpoint}0/x", "https://example.com/x", f"{endpoint}@example.com/x"):
            with pytest.raises(CouldNot, match="which is not Amazon S3"):
                service.upload(wrong, b"{}")
        assert len(sent) == 2


def test_the_least_policies_have_import_jobs_where_a_list_is_long(world: World) -> None:
    def actions() -> set[str]:
        policy = policy_for("apply", world.desired()[0], Place(project="acme"))
        return {action for part in policy["Statement"] for action in part["Action"]}

    lists(world, blocked=many(300))
    assert "ses:CreateAddressListImportJob" not in actions()
    lists(world, blocked=many(1001))
    assert {
        "ses:CreateAddressListImportJob",
        "ses:GetAddressListImportJob",
        "ses:StartAddressListImportJob",
        "ses:StopAddressListImportJob",
    } <= actions()
