"""What the service holds, and what it answers, as this project sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from mmctl.cli.embedded import embedded_in
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.service_error import ServiceError
from mmctl.errors import CouldNot, Refused, UsageError
from mmctl.language.parsing.load import read_text
from mmctl.live.aws.connect import connect
from mmctl.live.history.drift import drift_of
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer
from mmctl.model.endpoints import is_loopback
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live.conftest import World
    from mmctl.language.project import Environment


def environment(text: str) -> Environment:
    main = f"version: 1\nproject: acme\nenvironments:\n  it: {{{text}}}\ndefault_environment: it\n"
    project, _problems = read_text({"mmctl.yaml": main, "rules/a.yaml": "version: 1\n"})
    return project.environment


def test_all_pages_are_read(world: World) -> None:
    members = ", ".join(f'"user{number}@example.com"' for number in range(120))
    lists = "".join(f"  list-{number}: {{members: []}}\n" for number in range(45))
    world.text = f"version: 1\naddress_lists:\n  many: {{members: [{members}]}}\n{lists}"
    world.apply()
    plan = world.plan()
    assert plan.empty
    assert len(plan.live.objects) == 46
    assert len(plan.live.objects[-1].members or plan.live.objects[0].members or ()) in {0, 120}


def raising(error: Exception) -> Callable[[str, Mapping[str, Any]], None]:
    def observe(_operation: str, _parameters: Mapping[str, Any]) -> None:
        raise error

    return observe


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EndpointConnectionError(endpoint_url="x"), CouldNot),
        (NoCredentialsError(), CouldNot),
        (ReadTimeoutError(endpoint_url="x"), OutcomeUnknown),
    ],
)
def test_a_write_tells_what_did_not_happen_from_what_may_have(
    world: World, error: Exception, expected: type[Exception]
) -> None:
    service = world.service()
    world.observe = raising(error)
    with pytest.raises(expected):
        service.create(Noun.ARCHIVE, {"ArchiveName": "legal"}, "token")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", 429, ErrorCode.THROTTLED),
        ("AccessDeniedException", 403, ErrorCode.DENIED),
        ("ConflictException", 409, ErrorCode.CONFLICT),
        ("SomethingNew", 400, ErrorCode.OTHER),
    ],
)
def test_a_typed_error_is_an_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str, status: int, expected: ErrorCode
) -> None:
    def answer(*_given: Any, **_more: Any) -> Any:
        raise ServiceError(code, "no", status)

    service = world.service()
    monkeypatch.setattr(EmbeddedMailManager, "call", answer)
    with pytest.raises(ServiceAnswer) as answered:
        service.create(Noun.ARCHIVE, {"ArchiveName": "legal"}, "token")
    assert answered.value.answer is expected


def test_a_fault_of_the_service_leaves_a_write_unknown_and_a_read_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_given: Any, **_more: Any) -> Any:
        raise ServiceError("InternalFailure", "no", 500)

    service = world.service()
    monkeypatch.setattr(EmbeddedMailManager, "call", answer)
    with pytest.raises(OutcomeUnknown):
        service.update(Noun.ARCHIVE, "a-1", {"ArchiveName": "legal"})
    with pytest.raises(CouldNot):
        list(service.list(Noun.ARCHIVE))


@pytest.mark.parametrize(
    "url",
    [
        "https://mail.example.net",
        "http://ec2-192-0-2-1.compute-1.amazonaws.com",
        "http://mail-manager.us-east-1.amazonaws.com",
        "https://mail-manager.us-east-1.amazonaws.com.example.net",
        "http://127.0.0.1@mail.example.net",
    ],
)
def test_an_endpoint_elsewhere_must_be_spelled_out(world: World, url: str) -> None:
    """Also where the problems of the files are passed over, as in a rollback."""
    strange = environment(f"endpoint: '{url}'")
    with pytest.raises(
        UsageError, match="neither one of Mail Manager's nor on this machine"
    ) as error:
        connect(strange, embedded_in(world.root, clock=world.clock.now))
    assert "--endpoint-url" in (error.value.help or "")


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://127.0.0.1.example.com", False),
        ("https://mail-manager.us-east-1.amazonaws.com", False),
    ],
)
def test_which_urls_are_on_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_a_profile_that_is_not_there_is_said(world: World) -> None:
    strange = environment("profile: nobody-has-this-one, region: us-east-1")
    with pytest.raises(CouldNot, match="nobody-has-this-one"):
        connect(strange, embedded_in(world.root, clock=world.clock.now))


def test_accounts_of_the_embedded_endpoint_do_not_see_each_other(world: World) -> None:
    world.apply()
    other = environment('endpoint: embedded, account: "111122223333"')
    service = connect(other, embedded_in(world.root, clock=world.clock.now))
    assert service.identity.account == "111122223333"
    assert list(service.list(Noun.RULE_SET)) == []


def test_drift_tells_what_was_changed_by_hand_from_what_is_not_applied(world: World) -> None:
    world.apply()
    assert not drift_of(world.plan(), world.history).any
    relay = next(item for item in world.plan().live.objects if item.name == "exchange")
    world.service().update(Noun.RELAY, relay.id or "", {"ServerPort": 26})
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    drift = drift_of(world.plan(), world.history)
    assert [(edit.name, edit.before, edit.after) for edit in drift.by_hand] == [
        ("exchange", 25, 26)
    ]
    assert {edit.name for edit in drift.not_applied} == {"exchange", "compliance"}


def test_what_somebody_deleted_by_hand_is_drift(world: World) -> None:
    world.apply()
    archive = next(item for item in world.plan().live.objects if item.name == "compliance")
    world.service().delete(Noun.ARCHIVE, archive.id or "")
    drift = drift_of(world.plan(), world.history)
    assert ("removed", "compliance") in [(edit.kind, edit.name) for edit in drift.by_hand]


def test_credentials_of_another_account_are_refused_against_a_named_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.session import Session  # noqa: PLC0415 - beside its only use

    from mmctl.emulator.hook import attach  # noqa: PLC0415 - beside its only use

    embedded = EmbeddedMailManager(world.root / "aws.db", clock=world.clock.now)
    session = Session()
    session.set_credentials("a", "b")
    events = session.get_component("event_emitter")
    attach(events, embedded, account="444455556666", region="us-east-1")
    monkeypatch.setattr("mmctl.live.aws.sessions._new", lambda _profile: session)
    with pytest.raises(Refused, match="is account 111122223333, but the credentials are of 4444"):
        connect(
            environment('account: "111122223333", region: us-east-1'),
            embedded_in(world.root, clock=world.clock.now),
        )
