"""What `prove --find` cannot look for is an error, not a proof that there is no such message."""

from __future__ import annotations

from typing import Final

import pytest

from mmctl.api import load
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
