"""The journals of mail: every value comes back from its line, and torn lines do no harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mmctl.emulator.data_folder import DataFolder, FolderLock, Lines, read_lines
from mmctl.emulator.journal import (
    Accepted,
    ActionTaken,
    Delivered,
    Event,
    Failed,
    Finished,
    IngressPointName,
    Judged,
    RecipientEnd,
    RefusedMail,
    ReportWritten,
    ResourceName,
    ShownHeader,
    TlsSession,
    Waiting,
)
from mmctl.errors import UsageError
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-11-28T21:00:00.123Z"
POINT = IngressPointName(id="inp-1", name="inbound", type="MTLS")
ACCEPTED = Accepted(
    id="a" * 40,
    at=AT,
    account="111122223333",
    region="eu-west-1",
    ingress_point=POINT,
    rule_set=ResourceName(id="rs-1", name="rules"),
    traffic_policy=ResourceName(id="tp-1", name="policy"),
    gateway="0123",
    session=Session(
        source_ip="192.0.2.9",
        helo="mail.example.org",
        tls=Tls.TLS1_3,
        tls_wrapped=False,
        client_certificate={"CN": ("a.example.org",)},
    ),
    tls=TlsSession(protocol="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384"),
    user="inp-1",
    envelope=Envelope(mail_from="", recipients=("b@example.com",)),
    verdicts=Facts(
        spf=RuleVerdict.PASS,
        dmarc_policy=NoPolicy.NO_POLICY,
        add_ons={"TREND_MICRO_VSAPI": {"isPassed": True}},
    ),
    answers={"tagger": "stop_rule"},
    failing=("relay:exchange",),
    size=12,
    file="messages/aa/x.eml",
    header=ShownHeader(from_="a@example.org", subject="Grüße"),
)
HAPPENINGS = (
    RefusedMail(
        session="s",
        ingress_point=POINT,
        source_ip="192.0.2.9",
        helo=None,
        mail_from="a@example.org",
        recipient="b@example.com",
        reply="550 5.7.1 no",
        by="default action",
    ),
    Judged(
        recipients=(
            RecipientEnd(recipient="b@example.com", outcome="lost", by=None, rules=("r",)),
        ),
        assumed={"spf": "PASS"},
        answers={"f": "continue"},
        failing=("relay:x",),
    ),
    ActionTaken(
        rule="r",
        rule_index=1,
        action="RELAY",
        action_index=1,
        target="exchange",
        recipients=("b@example.com",),
        status="SUCCESS",
        file="relays/exchange/new/1",
    ),
    Delivered(target="x", host="maildir", recipients=("b@example.com",), reply="250 ok"),
    Waiting(target="x", host="h:25", recipients=("b",), reply="451 later", tries=2, next=AT),
    Failed(target="x", host="h:25", recipients=("b",), reply="550 no", tries=3),
    ReportWritten(to="a@example.org", about=("b",), file="reports/new/1"),
    Finished(),
)


def test_an_accepted_message_comes_back_from_its_line() -> None:
    assert Accepted.of_json(json.loads(json.dumps(ACCEPTED.to_json()))) == ACCEPTED


def test_every_event_comes_back_from_its_line() -> None:
    for what in HAPPENINGS:
        event = Event(at=AT, id=None, what=what)
        assert Event.of_json(json.loads(json.dumps(event.to_json()))) == event
    assert Event.of_json({"at": AT, "id": None, "event": "of a later version"}) is None


def test_lines_are_read_as_far_as_they_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\nno json\n[1]\n{"torn')
    lines = Lines(path)
    lines.add({"b": 2})
    with path.open("rb") as file:
        assert list(read_lines(file)) == [{"a": 1}]
        lines.flush()
        assert list(read_lines(file)) == [{"b": 2}]
    lines.close()


def test_a_journal_that_somebody_deleted_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = Lines(path)
    lines.write(["{}"])
    path.unlink()
    lines.write(["[1]"])
    path.unlink()
    lines.add({"a": 1})
    lines.flush()
    lines.close()
    assert path.read_bytes() == b'{"a":1}\n'


def test_a_second_server_is_refused_the_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "mail")
    folder.make()
    assert folder.root.stat().st_mode & 0o777 == 0o700
    with (
        FolderLock(folder),
        pytest.raises(UsageError, match="in use by another"),
        FolderLock(folder),
    ):
        pass
    with FolderLock(folder):
        pass


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot write to the data folder"):
        DataFolder(tmp_path / "file" / "mail").make()


def test_a_folder_that_everybody_can_write_to_keeps_no_mail(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail").chmod(0o777)
    with pytest.raises(UsageError, match="everybody can write to the data folder") as refused:
        DataFolder(tmp_path / "mail").make()
    assert "chmod 700" in str(refused.value.help)
    assert list((tmp_path / "mail").iterdir()) == []
