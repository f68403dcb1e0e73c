"""A world for each test: a folder, the embedded Mail Manager through boto3, a history, a clock."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.embedded import embedded_in
from mmctl.compiler.compile import compile_project
from mmctl.language.parsing.load import read_text
from mmctl.live.apply.apply import apply
from mmctl.live.apply.effects import Means, Permissions
from mmctl.live.apply.rollback import count, goal, plan_rollback, roll_back
from mmctl.live.apply.settling import read_settled, settle
from mmctl.live.aws.connect import connect
from mmctl.live.history.earlier_runs import past_of
from mmctl.live.history.history import History
from mmctl.live.history.logical_rules import with_logical_rules
from mmctl.live.history.store import DirectoryStore
from mmctl.live.plan.plan import Plan, make_plan, target_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Environment
    from mmctl.live.aws.mail_manager import AwsMailManager
    from mmctl.live.history.entries import HistoryEntry

sys.path.append(str(Path(__file__).parents[1]))  # for `live.stopping`, which tests share

MAIN = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded}
default_environment: local
"""

EVERY_KIND = """\
version: 1
address_lists:
  partners: {members: ["*@partner.example", "one@vendor.example"], tags: {team: mail}}
  feed: {members: external}
archives:
  compliance: {retention: SEVEN_YEARS}
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
traffic_policies:
  edge:
    default: deny
    max_message_size: 25MB
    statements:
      - deny:
          - sender_ip: {cidr_matches: [192.0.2.0/24]}
      - allow:
          - recipient: {ends_with: "@example.com"}
rule_sets:
  inbound:
    rules:
      - name: block-lookalike
        conditions:
          - from: {ends_with: ["@examp1e.com", "@exarnple.com"]}
        unless:
          - mail_from: {in_address_list: partners}
        actions: [drop]
      - name: block-feed
        conditions:
          - mail_from: {in_address_list: feed}
        actions: [drop]
      - name: scan
        conditions:
          - add_on: {name: vade, field: isPassed, is: false}
        actions:
          - add_header: {name: X-Threat, value: malware}
      - name: archive-all
        actions:
          - archive: {to: compliance, on_failure: continue}
      - name: deliver
        actions:
          - relay: {to: exchange}
ingress_points:
  mx:
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: required
    live_name: acme-mx
"""

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves a second at each look, and as far as one sleeps."""

    at: datetime = START

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class World:
    """One project in one folder, planned and applied against the embedded Mail Manager."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    environ: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    observe: Callable[[str, Mapping[str, Any]], None] | None = None
    calls: list[str] = field(default_factory=list)
    text: str = EVERY_KIND
    main: str = MAIN
    process: int = 1
    known_members: tuple[str, ...] = ()
    password_variables: frozenset[str] = frozenset()
    _service: AwsMailManager | None = None

    def __post_init__(self) -> None:
        self.history = History(DirectoryStore(self.root / "snapshots"))

    def desired(self) -> tuple[LiveConfiguration, Environment]:
        files = {"mmctl.yaml": self.main, "rules/all.yaml": self.text, **self.files}
        return _desired(tuple(files.items()))

    def use(self, service: AwsMailManager, history: History) -> None:
        """Go on with another service and history."""
        self._service, self.history = service, history

    def service(self) -> AwsMailManager:
        if self._service is None:
            environment = self.desired()[1]
            self._service = connect(
                environment,
                embedded_in(self.root, clock=self.clock.now, observe=self._observe),
            )
        return self._service

    def _observe(self, operation: str, parameters: Mapping[str, Any]) -> None:
        self.calls.append(operation)
        if self.observe is not None:
            self.observe(operation, parameters)

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("Get", "List", "Describe"))]

    def means(self) -> Means:
        return Means(
            service=self.service(),
            history=self.history,
            now=self.clock.now,
            sleep=self.clock.sleep,
            random_bytes=bytes,
            environ=self.environ.get,
            say=self.said.append,
            who="somebody",
            host="here",
            space="here",
            process=self.process,
            password_variables=self.password_variables,
        )

    def plan(self) -> Plan:
        configuration, environment = self.desired()
        service = self.service()
        state = read_settled(self.means(), configuration, self.history.applied())
        state = with_logical_rules(state, self.history, configuration)
        target = target_of(environment, service.identity, self.known_members)
        passwords = self.means().passwords
        made = make_plan(
            target,
            configuration,
            state,
            serial=count(self.history),
            new_passwords=passwords.changed(configuration, state.configuration),
        )
        return replace(made, past=past_of(self.history))

    def apply(self, plan: Plan | None = None, **permissions: Any) -> HistoryEntry | None:
        if plan is None:
            settle(self.means(), self.desired()[0].project)
        return apply(plan or self.plan(), self.means(), Permissions(**permissions))

    def plan_rollback(self, id: str | None = None, *, take_away: bool = False) -> Plan:
        means = self.means()
        target = target_of(self.desired()[1], means.service.identity)
        return plan_rollback(target, goal(self.history, id), means, take_away=take_away)

    def rollback(self, id: str | None = None, **permissions: Any) -> HistoryEntry | None:
        plan = self.plan_rollback(id, take_away="drift" in permissions.get("forced", ()))
        return roll_back(plan, self.means(), Permissions(**permissions), reason="it was wrong")

    def replace(self, old: str, new: str) -> None:
        assert old in self.text
        self.text = self.text.replace(old, new)


@lru_cache(maxsize=64)
def _desired(files: tuple[tuple[str, str], ...]) -> tuple[LiveConfiguration, Environment]:
    project, problems = read_text(dict(files))
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    configuration, too_much = compile_project(project)
    assert too_much == ()
    return configuration, project.environment


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    return World(root=tmp_path)
