"""Archives with mail in them, as the SMTP face leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mmctl.emulator.archive.keeping import ArchiveKeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.emulator.core import EmbeddedMailManager

ACCOUNT = "111122223333"
REGION = "eu-west-1"


class Keep(Protocol):
    def __call__(
        self,
        name: str,
        *headers: str,
        to: tuple[str, ...] = ("info@example.com",),
        sender: str = "a@example.org",
        at: str = "2026-11-28T12:00:00.000Z",
        body: str = "Hello.",
        archive: str | None = None,
    ) -> str: ...


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def embedded(make_embedded: Callable[..., Any], data: Path) -> EmbeddedMailManager:
    mail_manager: EmbeddedMailManager = make_embedded(data=data)
    return mail_manager


@pytest.fixture
def archive(client: Any) -> str:
    id_: str = client.create_archive(ArchiveName="quarantine")["ArchiveId"]
    return id_


@pytest.fixture
def keep(data: Path, archive: str) -> Iterator[Keep]:
    """Archive a message; return its ArchivedMessageId."""
    keeper = ArchiveKeeper(data)

    def of(
        name: str,
        *headers: str,
        to: tuple[str, ...] = ("info@example.com",),
        sender: str = "a@example.org",
        at: str = "2026-11-28T12:00:00.000Z",
        body: str = "Hello.",
        archive: str | None = archive,
    ) -> str:
        accepted = {
            "id": name,
            "at": at,
            "account": ACCOUNT,
            "region": REGION,
            "ingress_point": {"id": "inp-1", "name": "mx", "type": "OPEN"},
            "rule_set": {"id": "rs-1", "name": "inbound"},
            "traffic_policy": {"id": "tp-1", "name": "edge"},
            "session": {"source_ip": "192.0.2.7", "helo": "mail.example.org"},
            "tls": {"protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"},
            "envelope": {"mail_from": sender, "recipients": list(to)},
        }
        message = "\r\n".join([*headers, "", body, ""]).encode()
        keeper.keep(archive or "", accepted, message)
        return f"{name}-{(archive or '')[-8:]}"

    yield of
    keeper.close()


@pytest.fixture
def found(client: Any, archive: str) -> Callable[..., list[str]]:
    """Search, and return the names of the messages."""

    def of(*include: Any, unless: tuple[Any, ...] = (), most: int = 1000, **more: Any) -> list[str]:
        search = client.start_archive_search(
            **{
                "ArchiveId": archive,
                "Filters": {"Include": list(include), "Unless": list(unless)},
                "FromTimestamp": 1_795_000_000,
                "ToTimestamp": 1_797_000_000,
                "MaxResults": most,
                **more,
            }
        )
        rows = client.get_archive_search_results(SearchId=search["SearchId"])["Rows"]
        return [row["ArchivedMessageId"].partition("-")[0] for row in rows]

    return of
