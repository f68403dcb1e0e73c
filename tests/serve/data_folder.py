"""Data folders as `mmctl emulate` leaves them, with invented mail: as much of it as is wanted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

from mmctl.judge.judging import judge
from mmctl.judge.submission import Gateway, gateway_of_ingress_point
from mmctl.language.parsing.load import read_project
from mmctl.serve.page.judging import submission_of

GATEWAY = Path(__file__).parents[1] / "cli" / "gateway"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DIGEST = "0123456789abcdef"
POINT = {"id": "inp-1", "name": "public-mx", "type": "OPEN"}
PEOPLE = ("ann", "ben", "chloe", "dora", "emil", "fay")
SUBJECTS = (
    "Minutes of the meeting on Thursday",
    "Invoice 2026-0417 for the fair in Lyon",
    "Your order has left our warehouse",
    "Re: draft of the contract, with comments",
    "Änderung des Treffpunkts",
    "Weekly report: parcels, returns, open questions",
)


def number_id(number: int) -> str:
    """The id of a message: 40 characters."""
    return sha256(str(number).encode()).hexdigest()[:40]


def at(number: float) -> str:
    """A time, a second for each number."""
    return f"{START + timedelta(seconds=number):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


class Folder:
    """A data folder that mail is put into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.gateway = gateway()
        self._count = 0
        (path / "gateways").mkdir(parents=True, exist_ok=True)
        (path / "gateways" / f"{DIGEST}.json").write_text('{"point": "public-mx"}')

    def gateway_of(self, document: object) -> Gateway:
        """The gateway of the one document that there is."""
        assert document == {"point": "public-mx"}
        return self.gateway

    def ports(self, port: int = 2525) -> None:
        """Say which ingress point takes mail."""
        point = {**POINT, "host": "127.0.0.1", "port": port, "status": "ACTIVE"}
        (self.path / "ports.json").write_text(json.dumps({"ingress_points": [point]}))

    def put(
        self,
        content: bytes,
        *,
        sender: str = "ann@example.org",
        recipients: tuple[str, ...] = ("ben@example.com",),
        ip: str = "198.51.100.7",
        ending: str = "delivered",
        later: dict[str, Any] | None = None,
    ) -> str:
        """Accept one message, judge it, and do as the rules say; its id.

        `later` are members of the journal that were not those that judged.
        """
        number = self._count
        self._count += 1
        key = number_id(number)
        folder = self.path / "messages" / key[:2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.eml").write_bytes(content)
        accepted = accepted_object(number, content, sender, recipients, ip)
        self._write("messages.jsonl", [{**accepted, **(later or {})}])
        self._write("events.jsonl", self._events(number, accepted, content, ending))
        return key

    def refuse(self, recipient: str = "eve@elsewhere.example", by: str = "default action") -> None:
        """Refuse a recipient."""
        number = self._count
        self._count += 1
        event = {
            "at": at(number), "id": None, "event": "refused", "session": f"s-{number}",
            "ingress_point": POINT, "source_ip": "203.0.113.9", "helo": "mx.example.org",
            "mail_from": "spammer@example.org", "recipient": recipient,
            "reply": "550 5.7.1 Rejected by the traffic policy", "by": by,
        }  # fmt: skip
        self._write("events.jsonl", [event])

    def happens(self, key: str, **event: Any) -> None:
        """Write down one more thing that became of a message."""
        self._count += 1
        self._write("events.jsonl", [{"at": at(self._count), "id": key, **event}])

    def fill(self, count: int) -> None:
        """Put many small messages and a few refusals, without judging each of them."""
        messages, events = [], []
        for _ in range(count):
            number = self._count
            self._count += 1
            sender = f"{PEOPLE[number % 6]}@example.org"
            recipient = f"{PEOPLE[number % 5]}@example.com"
            subject = f"{SUBJECTS[number % 6]} ({number})"
            content = f"From: {sender}\r\nSubject: {subject}\r\n\r\nHello.\r\n".encode()
            accepted = accepted_object(number, content, sender, (recipient,), "198.51.100.7")
            outcome, by = (("dropped", "block-network"), ("delivered", "deliver"))[number % 7 > 0]
            messages.append(accepted)
            key = {"id": accepted["id"]}
            judged = {"recipient": recipient, "outcome": outcome, "by": by, "rules": [by]}
            events += [
                {"at": at(number), **key, "event": "judged", "recipients": [judged]},
                {"at": at(number), **key, "event": "finished"},
            ]
        self._write("messages.jsonl", messages)
        self._write("events.jsonl", events)

    def _events(
        self, number: int, accepted: dict[str, Any], content: bytes, ending: str
    ) -> list[dict[str, Any]]:
        trace = judge(self.gateway, submission_of(accepted, content), assume_pass=True)
        head = {"at": at(number + 0.2), "id": accepted["id"]}
        recipients = [
            {"recipient": got.recipient, "outcome": got.outcome, "by": got.by,
             "rules": list(got.applied)}
            for got in trace.recipients
        ]  # fmt: skip
        assumed = {fact.fact: value for fact, value in trace.assumed.items()}
        events: list[dict[str, Any]] = [
            {**head, "event": "judged", "recipients": recipients, "assumed": assumed}
        ]
        for action in trace.performed:
            if action.kind in {"archive", "relay"}:
                status = "IN_PROGRESS" if action.kind == "relay" else "SUCCESS"
                file = f"archives/a-1/{accepted['id']}.eml" if action.kind == "archive" else None
                events.append(
                    {**head, "event": "action", "rule": action.rule, "rule_index": 1,
                     "action": action.kind.upper(), "action_index": 1, "target": action.target,
                     "recipients": list(action.recipients), "status": status, "detail": "",
                     "file": file}
                )  # fmt: skip
            if action.kind == "relay":
                events.append(self._relayed(number, head, list(action.recipients), ending))
        if ending != "waiting":
            events.append({**head, "at": at(number + 0.4), "event": "finished"})
        return events

    def _relayed(
        self, number: int, head: dict[str, str], recipients: list[str], ending: str
    ) -> dict[str, Any]:
        replies = {
            "delivered": "250 2.0.0 Ok: queued as 4F0",
            "waiting": "451 4.3.0 try again later",
            "failed": "550 5.1.1 no such user",
        }
        more = {"next": at(number + 60), "tries": 1} if ending == "waiting" else {}
        return {
            **head, "at": at(number + 0.3), "event": ending, "target": "exchange",
            "host": "127.0.0.1:2600", "recipients": recipients, "reply": replies[ending], **more,
        }  # fmt: skip

    def _write(self, name: str, objects: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write(text)


def gateway() -> Gateway:
    """The gateway of the stories of the command line."""
    project, _ = read_project(GATEWAY, environment="local")
    return gateway_of_ingress_point(project, "public-mx")


def accepted_object(
    number: int, content: bytes, sender: str, recipients: tuple[str, ...], ip: str
) -> dict[str, Any]:
    """What the server writes of a message that it accepted."""
    fields = dict(
        line.split(": ", 1)
        for line in content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        if ": " in line
    )
    key = number_id(number)
    return {
        "id": key, "at": at(number), "account": "000000000000", "region": "us-east-1",
        "ingress_point": POINT, "rule_set": {"id": "rs-1", "name": "inbound"},
        "traffic_policy": {"id": "tp-1", "name": "edge"}, "gateway": DIGEST,
        "session": {"source_ip": ip, "helo": "mx.example.org", "tls": "TLS1_3"},
        "tls": {"protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"}, "user": None,
        "envelope": {"mail_from": sender, "recipients": list(recipients)}, "verdicts": {},
        "lambda": {}, "failing": [], "size": len(content),
        "file": f"messages/{key[:2]}/{key}.eml",
        "header": {"from": fields.get("From", ""), "to": fields.get("To", ""),
                   "subject": fields.get("Subject", ""), "date": ""},
    }  # fmt: skip


def newsletter() -> bytes:
    """An HTML message with a picture of its own, pictures from elsewhere, and an attachment."""
    message = EmailMessage()
    message["From"] = "Fair Lyon <news@example.org>"
    message["To"] = "Ben <ben@example.com>"
    message["Subject"] = "Your ticket for the fair in Lyon"
    message.set_content("Your ticket for the fair.\n\nHall 3, from 9:00.\n")
    message.add_alternative(PROGRAM, subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    html.add_related(PICTURE, maintype="image", subtype="png", cid="<logo@example.org>")  # type: ignore[union-attr]
    message.add_attachment(
        b"%PDF-1.4 invented", maintype="application", subtype="pdf", filename="ticket.pdf"
    )
    return message.as_bytes().replace(b"\n", b"\r\n")


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)
PROGRAM = """\
<div style="max-width:36em;font-family:Georgia,serif">
<h1 style="color:#7a2e2e">Fair Lyon 2026</h1>
<img src="cid:logo@example.org" width="40" height="40" alt="logo">
<p>Dear Ben, your ticket is attached. You find us in <b>hall 3</b>, from 9:00 to 18:00.</p>
<table cellpadding="8" style="border-collapse:collapse">
<tr bgcolor="#f3e9e0"><th align="left">When</th><th align="left">What</th></tr>
<tr><td>9:30</td><td>Opening</td></tr><tr><td>11:00</td><td>Paper and print</td></tr></table>
<p><a href="https://fair.example.org/plan?v=2">Plan of the halls</a></p>
<img src="https://track.example.org/open.gif?id=4711" width="1" height="1">
</div>
"""
