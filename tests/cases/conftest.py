"""A small project with cases, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cases.result import CaseResult
    from mmctl.language.project import Project
    from mmctl.problem import Problem

PROJECT = """
version: 1
project: test
rules: [rules.yaml]
cases: [cases/all.yaml]
environments:
  dev: {endpoint: embedded}
  prod: {endpoint: embedded}
default_environment: dev
"""
RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: ours
        allow: [{recipient: {ends_with: "@example.com"}}]
rule_sets:
  inbound:
    rules:
      - {name: keep, actions: [{archive: {to: vault, on_failure: drop}}]}
      - name: block
        conditions: [{from: {ends_with: "@example.net"}}]
        unless: [{recipient: {equals: abuse@example.com}}]
        actions: [drop]
      - name: only-prod
        environments: [prod]
        conditions: [{spf: {equals: FAIL}}]
        actions: [drop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
ingress_points:
  mx-in:
    type: open
    traffic_policy: edge
    rule_set: inbound
    network: {public: ipv4}
"""
MESSAGES = {"cases/hello.eml": b"From: ann@example.org\nSubject: Hello\n\nbody\n"}


@dataclass(frozen=True)
class Ran:
    """A project whose cases were run."""

    project: Project
    results: tuple[CaseResult, ...]
    problems: tuple[Problem, ...]

    @property
    def statuses(self) -> list[str]:
        return [str(result.status) for result in self.results]


def read_message(path: str) -> bytes:
    try:
        return MESSAGES[path]
    except KeyError:
        raise FileNotFoundError(path) from None


@pytest.fixture(name="ran")
def ran_fixture() -> Callable[..., Ran]:
    """Run cases, written as the items of `cases:`."""

    def ran(cases: str, *, environment: str = "dev", rules: str = RULES) -> Ran:
        files = {
            "mmctl.yaml": PROJECT,
            "rules.yaml": rules,
            "cases/all.yaml": f"version: 1\ncases:\n{indent(cases.strip(chr(10)), '  ')}\n",
        }
        project, problems = read_text(files, environment=environment)
        assert not problems, "\n".join(f"{p.position}: {p.message}" for p in problems)
        read, problems = cases_of(project)
        return Ran(project, run_cases(project, read, read_message), problems)

    return ran
