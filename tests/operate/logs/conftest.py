"""Logs as the embedded Mail Manager writes them, for one small gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.emulator.records.ingress import Client, IngressPieces
from mmctl.emulator.records.records import LogRecords
from mmctl.emulator.records.rule_sets import LoggedAction, RuleSetPieces, matched_of, tried_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.model.enums import IngressPointType
from mmctl.model.logs import ActionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project

PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  here: {endpoint: embedded}
default_environment: here
"""
RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
traffic_policies:
  edge:
    statements:
      - name: bad-network
        deny: [{sender_ip: {cidr_matches: [203.0.113.0/24]}}]
      - name: ours
        allow: [{recipient: {ends_with: ["@example.com"]}}]
    default: deny
rule_sets:
  inbound:
    live_name: live-inbound
    rules:
      - name: never
        conditions: [{mail_from: {equals: nobody@example.net}}]
        actions: [drop]
      - name: suspect
        shadow: true
        conditions: [{mail_from: {ends_with: "@example.net"}}]
        actions: [drop]
      - name: block-a
        conditions: [{recipient: {equals: a@example.com}}]
        actions: [{add_header: {name: X-A, value: b}}, drop]
      - name: replaced
        conditions: [{recipient: {equals: r@example.com}}]
        actions: [{replace_recipient: new@example.com}]
      - name: keep
        conditions: [{recipient: {not_equals: lost@example.com}}]
        actions: [{archive: {to: vault}}, {relay: {to: exchange}}, stop]
ingress_points:
  mx-in: {live_name: live-mx, type: open, rule_set: inbound, traffic_policy: edge}
"""
ARN = "arn:aws:ses:us-east-1:000000000000:mailmanager-"


class Writer:
    """Writes the records of messages as they would be if they came now."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.folder = folder
        self.gateway = gateway_of_ingress_point(project, "mx-in")
        self.records = LogRecords(folder)
        self.point = IngressPieces.of(
            f"{ARN}ingress-point/inp-1",
            IngressPointType.OPEN,
            "live-mx",
            rule_set_id="rs-1",
            traffic_policy_id="tp-1",
            policy=self.gateway.policy,
        )
        self.pieces = RuleSetPieces.of(f"{ARN}rule-set/rs-1", "live-inbound", self.gateway.rules)

    def message(
        self,
        id_: str,
        recipients: tuple[str, ...],
        *,
        mail_from: str = "x@example.org",
        ip: str = "192.0.2.1",
        at: str = "2026-11-28T21:00:00Z",
        subject: str = "s",
        failing: Mapping[str, str] | None = None,
        status: ActionStatus = ActionStatus.FAILURE,
    ) -> Trace:
        """Write what one message leaves in the logs."""
        envelope = Envelope(mail_from=mail_from, recipients=recipients)
        session = Session(source_ip=ip, helo="mail.example.org")
        email = read_email(f"From: x@example.org\r\nSubject: {subject}\r\n\r\nhi".encode())
        submission = Submission(email=email, session=session, envelope=envelope, facts=Facts())
        trace = judge(self.gateway, submission, assume_pass=True)
        self.records.policy(
            self.point,
            Client(session_id=f"session-{id_}", source_ip=ip, helo="mail.example.org"),
            at=at,
            mail_from=mail_from,
            asked=[(each.recipient, each.policy) for each in trace.recipients if each.policy],
        )
        admitted = [each.recipient for each in trace.recipients if each.copies]
        if not admitted:
            return trace
        accepted = {
            "id": id_,
            "at": at,
            "session": {"source_ip": ip, "helo": "mail.example.org"},
            "envelope": {"mail_from": mail_from, "recipients": admitted},
            "size": 100,
        }
        self.records.accepted(self.point, accepted)
        matched = matched_of(trace)
        done = []
        for rule, whom in matched.items():
            for place, kind in enumerate(self._kinds(trace, rule)):
                reason = (failing or {}).get(kind)
                ended = (status, reason) if reason is not None else (ActionStatus.SUCCESS, None)
                done.append(LoggedAction(rule, place, whom, *ended))
        tried = tried_of(trace, len(self.gateway.rules))
        self.records.rules(self.pieces, message_id=id_, at=at, done=done, tried=tried)
        return trace

    def _kinds(self, trace: Trace, rule: int) -> Iterator[str]:
        for recipient in trace.recipients:
            for found in recipient.rules:
                if found.index == rule and found.applied:
                    yield from (action.kind for action in found.actions)
                    return


@pytest.fixture(scope="session")
def project() -> Project:
    """The project that the logs are of."""
    read, problems = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES})
    assert [problem for problem in problems if problem.severity == "error"] == []
    assert read is not None
    return read


@pytest.fixture
def writer(tmp_path: Path, project: Project) -> Iterator[Writer]:
    """Writes into `tmp_path/logs`."""
    made = Writer(tmp_path / "logs", project)
    yield made
    made.records.close()
