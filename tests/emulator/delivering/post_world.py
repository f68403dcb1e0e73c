"""A post office on a folder of the test, and messages as the SMTP face accepts them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from emulator.polling import until
from mmctl.emulator.data_folder import DataFolder, message_path
from mmctl.emulator.delivering.post_office import PostOffice
from mmctl.emulator.delivering.settings import HowLong, Retries
from mmctl.emulator.gateways import configured_by
from mmctl.emulator.journal import Accepted, IngressPointName, ResourceName, ShownHeader, instant
from mmctl.emulator.journal_file import Journal
from mmctl.emulator.records.records import LogRecords
from mmctl.mail.email import Envelope, Session, Tls
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.emulator.delivering.services import Services
    from mmctl.emulator.delivering.settings import DeliverySettings
    from mmctl.emulator.gateways import Configured

ROLE = "arn:aws:iam::111122223333:role/gateway"
MESSAGE = (
    b"From: Ann <ann@example.org>\r\nTo: bob@example.com\r\nSubject: Hello\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nbody\r\n"
)
ARCHIVE = "a-archive0000000000000000001"
SOON = Retries(first=0.05, most=0.2)
LONG = HowLong(connect=120.0, command=120.0, letter=120.0, function=120.0)
ARN = "arn:aws:ses:eu-west-1:111122223333"


def relay(name: str, server: str = "mail.example.com", port: int = 25, **more: Any) -> Any:
    """A relay, as the API shows it."""
    return {
        "RelayId": f"r-{name}",
        "RelayArn": f"{ARN}:mailmanager-smtp-relay/r-{name}",
        "RelayName": name,
        "ServerName": server,
        "ServerPort": port,
        "Authentication": {"NoAuthentication": {}},
        **more,
    }


def archive(name: str = "vault", archive_id: str = ARCHIVE, state: str = "ACTIVE") -> Any:
    """An archive, as the API shows it."""
    return {
        "ArchiveId": archive_id,
        "ArchiveArn": f"{ARN}:mailmanager-archive/{archive_id}",
        "ArchiveName": name,
        "ArchiveState": state,
    }


def rule(*actions: Any, name: str = "", **more: Any) -> Any:
    """A rule of the API."""
    return {"Actions": list(actions), **({"Name": name} if name else {}), **more}


def to(*recipients: str) -> Any:
    """A condition on the recipient."""
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": "RECIPIENT"},
            "Operator": "EQUALS",
            "Values": list(recipients),
        }
    }


def configured(rules: list[Any], relays: Any = (), archives: Any = ()) -> Configured:
    """One configuration, from the bodies of the API."""
    document = {
        "account": "111122223333",
        "region": "eu-west-1",
        "ingress_point": {
            "IngressPointId": "inp-1",
            "IngressPointName": "mx-in",
            "IngressPointArn": f"{ARN}:mailmanager-ingress-point/inp-1",
            "Type": "OPEN",
            "NetworkConfiguration": {"PublicNetworkConfiguration": {"IpType": "IPV4"}},
        },
        "traffic_policy": {
            "TrafficPolicyId": "tp-1",
            "TrafficPolicyName": "edge",
            "PolicyStatements": [],
            "DefaultAction": "ALLOW",
        },
        "rule_set": {
            "RuleSetId": "rs-1",
            "RuleSetName": "inbound",
            "RuleSetArn": f"{ARN}:mailmanager-rule-set/rs-1",
            "Rules": rules,
        },
        "address_lists": [],
        "add_ons": [],
        "relays": list(relays),
        "archives": list(archives),
        "readings": {},
    }
    return configured_by(document, "d" * 32)


@dataclass
class World:
    """A data folder, a post office on it, and what it says."""

    root: Path
    configuration: Configured
    settings: DeliverySettings
    services: Services
    later: timedelta = timedelta()
    troubles: list[str] = field(default_factory=list)
    count: int = 0

    def now(self) -> datetime:
        """The time, which a test may turn."""
        return datetime.now(UTC) + self.later

    @contextmanager
    def open(self) -> Iterator[PostOffice]:
        """The office, until an orderly stop."""
        folder = DataFolder(self.root)
        folder.make()
        journal = Journal(folder, clock=self.now)
        records = LogRecords(self.root / "logs")
        office = PostOffice(
            folder,
            journal,
            clock=self.now,
            settings=self.settings,
            services=self.services,
            records=records,
            on_trouble=self.troubles.append,
        )
        try:
            yield office
        finally:
            office.close()
            journal.close()
            records.close()

    def accept(
        self,
        content: bytes = MESSAGE,
        *recipients: str,
        mail_from: str = "ann@example.org",
        **more: Any,
    ) -> Accepted:
        """Store a message as the SMTP face does before its reply."""
        self.count += 1
        number = f"{self.count:040d}"
        file = self.root / message_path(number)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(content)
        accepted = Accepted(
            id=number,
            at=instant(self.now()),
            account="111122223333",
            region="eu-west-1",
            ingress_point=IngressPointName(id="inp-1", name="mx-in", type="OPEN"),
            rule_set=ResourceName(id="rs-1", name="inbound"),
            traffic_policy=ResourceName(id="tp-1", name="edge"),
            gateway="d" * 32,
            session=Session(
                source_ip="203.0.113.7",
                helo="mx.example.org",
                tls=Tls.TLS1_3,
                tls_wrapped=False,
            ),
            envelope=Envelope(mail_from=mail_from, recipients=recipients or ("bob@example.com",)),
            size=len(content),
            file=message_path(number),
            header=ShownHeader(),
        )
        accepted = replace(accepted, **more)
        queue = self.root / "queue"
        queue.mkdir(mode=0o700, parents=True, exist_ok=True)
        (queue / f"{number}.json").write_text(json.dumps(accepted.to_json()))
        return accepted

    def carry(self, content: bytes = MESSAGE, *recipients: str, **more: Any) -> Accepted:
        """Accept one message, and let the office do all that is due."""
        with self.open() as office:
            accepted = self.accept(content, *recipients, **more)
            office.take(accepted, self.configuration)
            until(office.is_idle)
        return accepted

    def resume(self) -> None:
        """Start again with what is in the queue, and let the office do all that is due."""
        with self.open() as office:
            office.resume(lambda _: self.configuration)
            until(office.is_idle)

    def events(self, kind: str | None = None) -> list[Any]:
        """The lines of the journal; one that is being written is not there yet."""
        lines = (self.root / "events.jsonl").read_text().splitlines(keepends=True)
        found = [json.loads(line) for line in lines if line.endswith("\n")]
        return [each for each in found if kind in {None, each["event"]}]

    def kinds(self) -> list[str]:
        """What happened, in order."""
        return [each["event"] for each in self.events()]

    def files(self, under: str) -> list[str]:
        """The files in a folder."""
        folder = self.root / under
        return sorted(
            each.relative_to(self.root).as_posix() for each in folder.rglob("*") if each.is_file()
        )

    def waiting(self) -> list[str]:
        """The entries of the queue."""
        return [each.name for each in (self.root / "queue").glob("*.json")]

    def content(self, file: str) -> bytes:
        """What is in a file."""
        return (self.root / file).read_bytes()
