"""The log records of the embedded Mail Manager, in three files of the data folder.

They have the form of the service's own vended logs, so that what reads those reads these. The
files get every record, whatever the log deliveries of the state say: nothing is sent to a log
group, a bucket or a stream.
Source: "Mail Manager logging", Amazon SES Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.records.log_file import LogFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from mmctl.emulator.records.ingress import Client, IngressPieces
    from mmctl.emulator.records.rule_sets import LoggedAction, RuleSetPieces
    from mmctl.judge.trace import PolicyTrace

INGRESS: Final = "ingress-application"
POLICY: Final = "traffic-policy-debug"
RULES: Final = "rule-set-application"


class LogRecords:
    """Writes the records; safe for threads, and each call is one write."""

    def __init__(self, folder: Path, *, on_trouble: Callable[[str], None] | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = on_trouble or _nothing
        self._ingress = LogFile(folder, INGRESS, on_trouble=said)
        self._policy = LogFile(folder, POLICY, on_trouble=said)
        self._rules = LogFile(folder, RULES, on_trouble=said)

    def accepted(
        self,
        point: IngressPieces,
        accepted: Mapping[str, Any],
        certificate: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the record of an accepted message, from its line in `messages.jsonl`.

        `certificate` may hold `issuer`, `not_before` and `not_after` of the client's certificate.
        """
        self._ingress.write(point.accepted(accepted, certificate).encode("ascii"))

    def policy(
        self,
        point: IngressPieces,
        client: Client,
        *,
        at: datetime | str,
        mail_from: str | None,
        asked: Iterable[tuple[str, PolicyTrace]],
        received: int | None = None,
    ) -> None:
        """Write one record for each recipient that the traffic policy was asked about.

        `received` is the size of the message, where it was too large.
        """
        lines = [
            point.policy_line(
                client,
                at=at,
                mail_from=mail_from,
                recipient=recipient,
                trace=trace,
                received=received,
            )
            for recipient, trace in asked
        ]
        self._policy.write("".join(lines).encode("ascii"))

    def rules(
        self,
        rule_set: RuleSetPieces,
        *,
        message_id: str,
        at: datetime | str,
        done: Iterable[LoggedAction],
        tried: int,
    ) -> None:
        """Write the records of one message: one an action, and one for each unmatched rule.

        `tried` is how many rules were tried for any recipient (`rule_sets.tried_of`).
        """
        self._rules.write(rule_set.lines(message_id, at, done, tried).encode("ascii"))

    def rule_sets(self, lines: Iterable[str]) -> None:
        """Write lines of several messages (`RuleSetPieces.lines`) at once."""
        self._rules.write("".join(lines).encode("ascii"))

    def close(self) -> None:
        """Close the files."""
        for log in (self._ingress, self._policy, self._rules):
            log.close()


def _nothing(_: str) -> None:
    return None
