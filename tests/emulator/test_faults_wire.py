"""Faults, met by real boto3 clients over HTTP and in process: what is left afterwards."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from mmctl.emulator.delivery import Undelivered
from mmctl.emulator.faults import Fault, FaultKind, Faults, FaultyMailManager, parse_fault
from mmctl.emulator.hook import attach
from mmctl.emulator.http import HttpFace
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import boto3

    from mmctl.emulator.core import EmbeddedMailManager

ACCOUNT = "111122223333"
REGION = "eu-west-1"
HANGING_SECONDS = {"hang": 1.0, "hang-after": 3.0}
"""A client's patience where a server never answers, and where it does it all before; elsewhere it
is long.
"""

NOTHING_DONE = ("throttle", "denied", "500", "503", "cut-before", "hang")
DONE = ("500-after", "cut-after", "truncate", "hang-after")


class Connect(Protocol):
    def __call__(self, faulty: FaultyMailManager, attempts: int, patience: float) -> Any: ...


@dataclass
class Faulty:
    """Makes clients that meet faults on one of the faces; `waits` are the seconds let pass."""

    embedded: EmbeddedMailManager
    connect: Connect
    stack: ExitStack
    waits: list[float] = field(default_factory=list)

    def client(self, *specs: str, attempts: int = 1) -> Any:
        faults = Faults([parse_fault(spec) for spec in specs])
        faulty = FaultyMailManager(
            self.embedded, faults, wait=self.waits.append, copy=self.embedded.copy
        )
        self.stack.enter_context(closing(faulty))
        patience = min(HANGING_SECONDS.get(spec.partition(":")[0], 120.0) for spec in specs)
        return self.stack.enter_context(closing(self.connect(faulty, attempts, patience)))


@pytest.fixture(params=["http", "in process"])
def faulty(
    request: pytest.FixtureRequest,
    embedded: EmbeddedMailManager,
    clock: Any,
    session: boto3.Session,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Faulty]:
    # botocore waits between tries; nothing else in these tests sleeps.
    monkeypatch.setattr("time.sleep", lambda _: None)
    make: Any = session.client

    def client(url: str | None, attempts: int, patience: float) -> Any:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=120,
            read_timeout=patience,
        )
        key = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "unused"}
        return make("mailmanager", endpoint_url=url, config=config, **key)

    with ExitStack() as stack:

        def over_http(faulty: FaultyMailManager, attempts: int, patience: float) -> Any:
            face = stack.enter_context(HttpFace(faulty, clock=clock, port=0))
            return client(face.url, attempts, patience)

        def in_process(faulty: FaultyMailManager, attempts: int, patience: float) -> Any:
            made = client(None, attempts, patience)
            attach(made.meta.events, faulty, account=ACCOUNT, region=REGION)
            return made

        connect = over_http if request.param == "http" else in_process
        yield Faulty(embedded, connect, stack)


def create(client: Any) -> str:
    created: str = client.create_rule_set(RuleSetName="inbound", Rules=[], ClientToken="t")[
        "RuleSetId"
    ]
    return created


def rule_sets(embedded: EmbeddedMailManager) -> list[str]:
    answer = embedded.call("ListRuleSets", {}, account=ACCOUNT, region=REGION)
    return [each["RuleSetId"] for each in answer["RuleSets"]]


@pytest.mark.parametrize("kind", [kind for kind in (*NOTHING_DONE, *DONE) if kind != "denied"])
def test_with_retries_each_fault_ends_in_exactly_one_rule_set(faulty: Faulty, kind: str) -> None:
    client = faulty.client(f"{kind}:CreateRuleSet", attempts=6)
    answer = client.create_rule_set(RuleSetName="inbound", Rules=[])
    assert rule_sets(faulty.embedded) == [answer["RuleSetId"]]
    assert answer["ResponseMetadata"]["RetryAttempts"] >= 1


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "ThrottlingException", 429),
        ("denied", "AccessDeniedException", 403),
        ("500", "InternalFailure", 500),
        ("500-after", "InternalFailure", 500),
        ("503", "ServiceUnavailable", 503),
    ],
)
def test_faults_of_the_service_are_answers_with_code_and_status(
    faulty: Faulty, kind: str, code: str, status: int
) -> None:
    client = faulty.client(kind)
    with pytest.raises(ClientError) as error:
        create(client)
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("cut-before", ConnectionClosedError),
        ("cut-after", ConnectionClosedError),
        ("truncate", ConnectionClosedError),
        ("hang", ReadTimeoutError),
        ("hang-after", ReadTimeoutError),
    ],
)
def test_faults_of_the_network_are_errors_of_the_connection(
    faulty: Faulty, kind: str, error: type[Exception]
) -> None:
    client = faulty.client(kind)
    with pytest.raises(error):
        create(client)


@pytest.mark.parametrize("kind", NOTHING_DONE)
def test_without_retries_nothing_was_done(faulty: Faulty, kind: str) -> None:
    client = faulty.client(kind)
    with pytest.raises((ClientError, ConnectionClosedError, ReadTimeoutError)):
        create(client)
    assert rule_sets(faulty.embedded) == []


@pytest.mark.parametrize("kind", DONE)
def test_without_retries_it_was_done_and_the_same_token_finds_it(faulty: Faulty, kind: str) -> None:
    client = faulty.client(kind)
    with pytest.raises((ClientError, ConnectionClosedError, ReadTimeoutError)):
        create(client)
    (made,) = rule_sets(faulty.embedded)
    assert create(client) == made
    with pytest.raises(client.exceptions.ConflictException, match="already exists"):
        client.create_rule_set(RuleSetName="inbound", Rules=[], ClientToken="another")


def test_half_a_body_and_an_orderly_end_is_taken_for_an_empty_answer(faulty: Faulty) -> None:
    client = faulty.client("short", attempts=6)
    answer = client.create_rule_set(RuleSetName="inbound", Rules=[])
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(rule_sets(faulty.embedded)) == 1


def test_lasting_throttling_reaches_the_caller_after_all_tries(faulty: Faulty) -> None:
    client = faulty.client("throttle:List*@1-", attempts=4)
    with pytest.raises(client.exceptions.ThrottlingException, match="max retries: 3"):
        client.list_relays()


def test_a_slow_call_waits_and_then_answers(faulty: Faulty) -> None:
    client = faulty.client("slow=2.5:Create*", "slow:List*@2")
    create(client)
    client.list_rule_sets()
    client.list_rule_sets()
    assert faulty.waits == [2.5, 1.0]


def test_a_stale_read_is_as_before_the_last_change(faulty: Faulty) -> None:
    client = faulty.client("stale:List*@1-2", "stale:GetRuleSet@1")
    identifier = create(client)
    assert client.list_rule_sets()["RuleSets"] == []
    client.update_rule_set(RuleSetId=identifier, RuleSetName="renamed")
    assert client.list_rule_sets()["RuleSets"][0]["RuleSetName"] == "inbound"
    assert client.get_rule_set(RuleSetId=identifier)["RuleSetName"] == "inbound"
    assert client.get_rule_set(RuleSetId=identifier)["RuleSetName"] == "renamed"


def test_a_change_that_was_refused_makes_nothing_stale(faulty: Faulty) -> None:
    client = faulty.client("stale:ListRuleSets")
    create(client)
    with pytest.raises(client.exceptions.ConflictException):
        client.create_rule_set(RuleSetName="inbound", Rules=[], ClientToken="another")
    assert client.list_rule_sets()["RuleSets"] == []


def test_a_fault_after_a_refusal_still_keeps_the_refusal_from_the_client(faulty: Faulty) -> None:
    client = faulty.client("cut-after:CreateRuleSet@2")
    create(client)
    with pytest.raises(ConnectionClosedError):
        client.create_rule_set(RuleSetName="inbound", Rules=[], ClientToken="another")


def test_calls_are_counted_for_each_fault_by_the_operations_it_names(faulty: Faulty) -> None:
    client = faulty.client("denied:*Archive*@3", "throttle:CreateArchive@2")
    client.create_archive(ArchiveName="one")
    with pytest.raises(client.exceptions.ThrottlingException):
        client.create_archive(ArchiveName="two")
    client.list_relays()
    with pytest.raises(client.exceptions.AccessDeniedException, match="perform: ses:ListArchives"):
        client.list_archives()
    assert len(client.list_archives()["Archives"]) == 1


def test_a_cut_at_every_call_of_a_small_change_loses_and_doubles_nothing(
    faulty: Faulty, make_embedded: Callable[..., EmbeddedMailManager]
) -> None:
    for number in range(1, 5):
        faulty.embedded = make_embedded()
        client = faulty.client(f"cut-after:*@{number}", attempts=2)
        identifier = create(client)
        client.update_rule_set(RuleSetId=identifier, RuleSetName="renamed")
        client.create_archive(ArchiveName="everything")
        names = [each["RuleSetName"] for each in client.list_rule_sets()["RuleSets"]]
        assert names == ["renamed"]
        assert len(client.list_archives()["Archives"]) == 1


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("throttle", Fault(kind=FaultKind.THROTTLE)),
        ("500:CreateRuleSet", Fault(kind=FaultKind.INTERNAL, operation="CreateRuleSet")),
        ("503@3", Fault(kind=FaultKind.UNAVAILABLE, first=3, last=3)),
        ("cut-after:*@2-4", Fault(kind=FaultKind.CUT_AFTER, first=2, last=4)),
        ("denied:Get*@5-", Fault(kind=FaultKind.DENIED, operation="Get*", first=5, last=None)),
        (
            "slow=0.5:List*@1-",
            Fault(kind=FaultKind.SLOW, operation="List*", last=None, seconds=0.5),
        ),
    ],
)
def test_a_fault_is_read_and_reads_back_as_written(spec: str, fault: Fault) -> None:
    assert parse_fault(spec) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "there is no kind ``"),
        ("explode", "there is no kind `explode`"),
        ("throttle:CreateRuleset", "matches no operation, got `CreateRuleset`"),
        ("throttle:", "matches no operation, got ``"),
        ("stale:Create*", "matches no read, got `Create*`"),
        ("throttle@0", "`0` is not the number of a call"),
        ("throttle@", "`` is not the number of a call"),
        ("throttle@x3", "`x3` is not the number of a call"),
        ("throttle@4-2", "call 2 comes before call 4"),
        ("throttle=2", "`throttle` takes no seconds"),
        ("slow=-1", "expected seconds from 0 to 3600, got `-1`"),
        ("slow=nan", "expected seconds from 0 to 3600, got `nan`"),
        ("slow=9999", "expected seconds from 0 to 3600, got `9999`"),
        ("throttle\n", "there is no kind `throttle\n`"),
        ("throttle@1\n2", "`1\n2` is not the number of a call"),
    ],
)
def test_a_fault_that_cannot_be_is_a_mistake_of_the_user(spec: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_fault(spec)
    assert message in error.value.message


def test_whoever_calls_in_front_of_all_faces_learns_what_was_lost(
    embedded: EmbeddedMailManager,
) -> None:
    faults = Faults([parse_fault("cut-after")])
    faulty = FaultyMailManager(embedded, faults, wait=lambda _: None)
    with pytest.raises(Undelivered) as lost:
        faulty.call("ListRelays", {}, account=ACCOUNT, region=REGION)
    assert lost.value.outcome == {"Relays": []}


def test_a_stale_read_of_a_state_in_a_file_leaves_the_file_as_it_is(
    make_embedded: Callable[..., EmbeddedMailManager], tmp_path: Path
) -> None:
    where: Any = {"account": ACCOUNT, "region": REGION}
    embedded = make_embedded(tmp_path / "state.db")
    faults = Faults([parse_fault("stale")])
    faulty = FaultyMailManager(embedded, faults, wait=lambda _: None, copy=embedded.copy)
    with closing(faulty):
        faulty.call("CreateArchive", {"ArchiveName": "everything"}, **where)
        assert faulty.call("ListArchives", {}, **where)["Archives"] == []
        assert len(faulty.call("ListArchives", {}, **where)["Archives"]) == 1
    assert (
        len(make_embedded(tmp_path / "state.db").call("ListArchives", {}, **where)["Archives"]) == 1
    )
