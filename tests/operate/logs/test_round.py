"""What the embedded Mail Manager writes is read back equal, whatever is in it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.records.ingress import IngressPieces
from mmctl.emulator.records.records import LogRecords
from mmctl.emulator.records.rule_sets import LoggedAction, RuleSetPieces
from mmctl.mail.email import Tls
from mmctl.model.enums import IngressPointType
from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.records import IngressRecord, RuleRecord
from mmctl.operate.logs.sources import LogFiles

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project

_TEXTS: Final = (
    *("", " ", '"', "\\", "\n", "\r\n", "\x00", "\x1b[31m", "\u2028", "\u202e", "ü", "\U0001f600"),
    *("{", "}{", "[", "null", "-", "#Fields: a", "a@example.com", "'a b'@example.com", "x" * 300),
    "\ud800",
)


def some(chance: random.Random) -> str:
    """A text as strangers write it."""
    return "".join(chance.choice(_TEXTS) for _ in range(chance.randint(1, 4)))


def test_what_is_written_is_read_back(tmp_path: Path, project: Project) -> None:
    chance = random.Random(20261128)  # noqa: S311 - the same each time
    rules = project.rule_sets["inbound"].live_rules("here")
    start = datetime(2026, 11, 28, tzinfo=UTC)
    records = LogRecords(tmp_path)
    said: dict[str, Any] = {}
    for number in range(300):
        at = start + timedelta(milliseconds=chance.randint(0, 10**9))
        point = IngressPieces.of(
            f"arn:aws:ses:us-east-1:000000000000:mailmanager-ingress-point/{some(chance)}x",
            chance.choice(list(IngressPointType)),
            some(chance),
            rule_set_id=some(chance),
        )
        tls = chance.choice((None, "TLS1_2", "TLS1_3", "none"))
        accepted: dict[str, Any] = {
            "id": f"{number}{some(chance)}",
            "at": at.isoformat(),
            "session": {"source_ip": some(chance), "helo": some(chance), "tls": tls},
            "tls": None,
            "envelope": {"mail_from": some(chance), "recipients": [some(chance), some(chance)]},
            "size": chance.randint(0, 10**9),
        }
        records.accepted(point, accepted)
        done = [
            LoggedAction(
                rule,
                0,
                tuple(accepted["envelope"]["recipients"]),
                chance.choice(list(ActionStatus)),
                chance.choice((None, some(chance) or None)),
            )
            for rule in sorted(chance.sample(range(len(rules)), 2))
        ]
        pieces = RuleSetPieces.of("arn:rs", some(chance), rules)
        tried = chance.randint(done[-1].rule + 1, len(rules))
        records.rules(pieces, message_id=accepted["id"], at=at, done=done, tried=tried)
        said[accepted["id"]] = accepted, at, done, tried
    records.close()
    log = Log(sources=[LogFiles(tmp_path)])
    found = list(log.records())
    assert (log.counts.damaged, log.counts.other) == (0, 0)
    ingress = {record.message_id: record for record in found if isinstance(record, IngressRecord)}
    assert ingress.keys() == said.keys()
    for name, (accepted, at, done, tried) in said.items():
        record, session = ingress[name], accepted["session"]
        assert record.at == at
        assert record.source_ip == session["source_ip"]
        assert record.helo == session["helo"]
        assert record.mail_from == accepted["envelope"]["mail_from"]
        assert record.recipients == tuple(accepted["envelope"]["recipients"])
        assert record.size == accepted["size"]
        assert record.tls is (Tls(session["tls"]) if session["tls"] else Tls.NONE)
        of_rules = [
            each for each in found if isinstance(each, RuleRecord) and each.message_id == name
        ]
        acted = [each for each in of_rules if each.action is not None]
        assert [(each.index, each.recipients) for each in acted] == [
            (each.rule + 1, each.recipients) for each in done
        ]
        assert [each.action and (each.action.status, each.action.failure) for each in acted] == [
            (each.status, each.failure) for each in done
        ]
        passed = {each.index for each in of_rules if each.action is None}
        assert passed == set(range(1, tried + 1)) - {each.rule + 1 for each in done}
