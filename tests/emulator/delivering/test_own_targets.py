"""`send`, bounces and reports go to the servers that the command line names, by the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import MESSAGE, ROLE, relay, rule
from emulator.delivering.test_relays import sink
from emulator.polling import until
from mmctl.emulator.delivering.settings import HostPort, Retries

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
BOUNCE = {
    "Bounce": {
        "Sender": "postmaster@example.com",
        "StatusCode": "5.7.1",
        "SmtpReplyCode": "550",
        "DiagnosticMessage": "no",
        "RoleArn": ROLE,
    }
}


def here(port: int) -> HostPort:
    return HostPort(host="127.0.0.1", port=port)


def test_send_and_bounces_go_where_they_are_told(world: Make) -> None:
    with sink() as (sent, send), sink() as (bounced, bounces):
        office = world(
            [rule({"Send": {"RoleArn": ROLE}}, BOUNCE)],
            deliver={"send": here(send), "bounces": here(bounces)},
        )
        with office.open() as post:
            post.take(office.accept(), office.configuration)
            until(lambda: not office.waiting())
    assert [each[:2] for each in sent.mail] == [("ann@example.org", ["bob@example.com"])]
    ((sender, to, content),) = bounced.mail
    assert (sender, to) == ("<>", ["ann@example.org"])
    assert b"report-type=delivery-status" in content
    assert office.files("send") == office.files("bounces") == office.files("outgoing") == []
    actions = [(each["action"], each["status"]) for each in office.events("action")]
    assert sorted(actions) == [("BOUNCE", "SUCCESS"), ("SEND", "IN_PROGRESS"), ("SEND", "SUCCESS")]


def test_a_report_waits_as_other_mail_and_is_never_reported_itself(world: Make) -> None:
    with sink() as (refusing, relayed), sink() as (taken, reports):
        refusing.replies = {"bob@example.com": ["550 5.1.1 nobody"]}
        taken.replies = {"DATA": ["451 4.3.0 later", "554 5.6.0 never"]}
        office = world(
            [rule({"Relay": {"Relay": "r-exchange"}})],
            [relay("exchange", "127.0.0.1", relayed)],
            deliver={"reports": here(reports)},
        )
        with office.open() as post:
            post.take(office.accept(), office.configuration)
            until(lambda: not office.waiting())
    failed = [(each["target"], each["reply"]) for each in office.events("failed")]
    assert failed == [("exchange", "550 5.1.1 nobody"), ("reports", "554 5.6.0 never")]
    assert [each["target"] for each in office.events("waiting")] == ["reports"]
    assert len(office.events("report")) == 1
    assert office.files("reports") == office.files("outgoing") == []


def test_a_relay_called_send_is_not_what_send_means(world: Make) -> None:
    with sink() as (taken, port):
        office = world(
            [rule({"Relay": {"Relay": "r-send"}})], [relay("send")], deliver={"send": here(port)}
        )
        office.carry()
        assert office.events("delivered")[-1]["host"] == "maildir"
        assert office.files("relays/send/new") != []
        told: Any = {"relay:send": here(port)}
        office = world([rule({"Relay": {"Relay": "r-send"}})], [relay("send")], deliver=told)
        office.carry(MESSAGE)
        assert len(taken.mail) == 1


def test_an_unsent_letter_of_many_messages_is_kept_on_disk_alone(world: Make) -> None:
    office = world(
        [rule({"Relay": {"Relay": "r-exchange"}})],
        [relay("exchange", "127.0.0.1", 9)],
        retries=Retries(first=3600),
    )
    with office.open() as post:
        for _ in range(300):
            post.take(office.accept(), office.configuration)
        until(lambda: len(office.events("waiting")) == 300)
        until(post.is_idle)
        assert len(office.waiting()) == 300
        assert post.in_memory == 0
