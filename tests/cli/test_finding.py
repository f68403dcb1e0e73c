"""What `prove --find` cannot look for is an error, not a proof that there is no such message."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from mmctl.api import load
from mmctl.checks.lint import lint
from mmctl.cli.files.finding import wanted_by
from mmctl.errors import UsageError

GATEWAY: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules: [{name: rest, actions: [{relay: {to: exchange}}]}]
"""
SENSELESS: Final = (
    "unknown",
    "{relay: {to: exchagne}}",
    "{relay: {foo: exchange}}",
    "{only: {relay: [exchagne]}}",
    "{always: archive, before: relya}",
    "{when: [{recipient: {in_address_list: nobody}}], never: dropped}",
    "{never: dropped, ingress_point: mmx}",
    "{when: [{source_ip: {cidr_matches: 192.0.2.999/24}}], never: dropped}",
    "a" * 70_000,
)


def test_a_message_to_find_names_what_the_project_has() -> None:
    """A misspelled relay has no mail: that would read like an answer."""
    project = load({"rules.yaml": GATEWAY})
    for text in SENSELESS:
        with pytest.raises(UsageError) as raised:
            wanted_by(text, project)
        assert len(raised.value.message) < 400
        assert raised.value.help
    assert wanted_by("{relay: {to: [exchange]}}", project).claim


def test_a_misspelled_network_of_an_invariant_is_a_problem_of_the_files() -> None:
    """Beside another one nothing else would tell: the invariant is about less mail than it says."""
    networks = "[192.0.2.0/24, 192.0.2.999/24]"
    when = f"[{{source_ip: {{cidr_matches: {networks}}}}}]"
    text = f"{GATEWAY}invariants:\n  - {{name: a, when: {when}, never: dropped}}\n"
    (found,) = (
        each
        for each in lint(load({"rules.yaml": text}), date(2026, 11, 20))
        if each.check == "unusable-network"
    )
    assert "`192.0.2.999/24` is not a network" in found.message
    assert (found.position.line, found.position.column) == (9, 64)
