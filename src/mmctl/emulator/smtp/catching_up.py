"""What a killed process had not written of accepted mail: its line, and its log record.

The entry in the queue is what makes a message accepted; the rest is written after it, so only
messages that wait in the queue can lack it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.data_folder import read_lines
from mmctl.emulator.delivering.configurations import kept_configuration
from mmctl.emulator.delivering.queue_folder import STATE
from mmctl.emulator.journal import Accepted
from mmctl.emulator.records.ingress import IngressPieces
from mmctl.emulator.records.records import INGRESS
from mmctl.inputs import parse_json
from mmctl.model.enums import IngressPointType

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal_file import Journal
    from mmctl.emulator.records.records import LogRecords

_ID: Final = "id"
_LOGGED_ID: Final = "message_id"


def catch_up(folder: DataFolder, journal: Journal, records: LogRecords) -> None:
    """Write the lines and log records that queued messages lack.

    Raises:
        OSError: the queue, the journal or the log cannot be read.
    """
    queued = {path.stem: path for path in folder.queue.glob("*.json")}
    if not queued:
        return
    noted = _named(folder.messages, _ID)
    logged = _named(folder.logs / f"{INGRESS}.jsonl", _LOGGED_ID)
    for id_, path in sorted(queued.items(), key=lambda item: item[1].stat().st_mtime):
        if id_ in noted and id_ in logged:
            continue
        with suppress(ValueError, KeyError, TypeError, AttributeError):  # the queue says so itself
            members = parse_json(path.read_bytes())
            accepted = Accepted.of_json(members)
            line = accepted.to_json()
            if id_ not in noted:
                text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
                journal.messages([text])
            # What is being delivered was logged before; its record may be in an older file.
            if id_ not in logged and STATE not in members:
                configured = kept_configuration(folder, accepted.gateway)
                if configured is not None:
                    records.accepted(pieces_of(configured), line)


def _named(path: Path, member: str) -> set[Any]:
    """The ids in a journal or log; none if it is not there."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return {str(line.get(member)) for line in read_lines(file)}
    return set()


def pieces_of(configured: Configured) -> IngressPieces:
    """What is the same in all log records of an ingress point."""
    point = configured.document["ingress_point"]
    return IngressPieces.of(
        configured.arn,
        IngressPointType(configured.point.type),
        configured.point.name,
        rule_set_id=configured.rule_set.id,
        traffic_policy_id=configured.traffic_policy.id,
        policy=configured.gateway.policy,
        secret_arn=point.get("IngressPointAuthConfiguration", {}).get("SecretArn"),
    )
