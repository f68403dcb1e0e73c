"""Which readings can matter to a judged message: the others need not be tried on it.

Cheap questions to the message and its trace; in doubt, the reading is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.compare import client_address
from mmctl.judge.trace import ActionResult
from mmctl.mail.email import NoPolicy, Tls
from mmctl.model.actions import ACTIONS, WORDS, Does
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import ActionTrace, Trace
    from mmctl.language.readings import Readings


def readings_not_met(submission: Submission, trace: Trace, readings: Readings) -> frozenset[str]:
    """The readings whose other choices cannot change how a message ended."""
    return frozenset((*_by_message(submission, trace), *_by_actions(trace, readings)))


def _by_message(submission: Submission, trace: Trace) -> Iterator[str]:
    """Readings about things that the message, its envelope or its facts do not have."""
    headers = submission.email.headers
    added = any(copy.headers for got in trace.recipients for copy in got.copies)
    if not (added or any(len(values) > 1 for values in headers.values())):
        yield "repeated_headers"
    if not any("=?" in value for values in headers.values() for value in values):
        yield "encoded_words"
    if headers.get("sender"):
        yield "sender_without_header"
    if submission.envelope.mail_from:
        yield "null_sender"
    if submission.session.tls not in {None, Tls.NONE}:
        yield "tls_on_plaintext"
    facts, source = submission.facts, submission.session.source_ip
    address = None if source is None else client_address(source)
    if address is not None and address.version == 4:  # noqa: PLR2004 - the IP versions are 4 and 6
        yield "add_on_over_ipv6"
    if facts.dmarc_policy is not None and facts.dmarc is not RuleVerdict.PASS:
        yield "dmarc_policy_means"
    if facts.dmarc_policy is not None and not isinstance(facts.dmarc_policy, NoPolicy):
        yield "dmarc_policy_without_record"


def _by_actions(trace: Trace, readings: Readings) -> Iterator[str]:
    """Readings about actions, if it is certain which actions ran, and these did not."""
    actions = [
        action
        for got in trace.recipients
        for rule in got.rules
        for action in (rule.actions if rule.applied else ())
    ]
    ran = {WORDS[kind] for kind in {action.kind for action in actions}}
    if trace.missing or any(row.does is Does.CALLS for row in ran):
        return
    if readings.first_match == "no" and all(len(got.applied) <= 1 for got in trace.recipients):
        yield "first_match"
    for row in ACTIONS:
        if row not in ran:
            yield from row.readings
    if not _any_failed(actions):
        yield "failure_drop_scope"


def _any_failed(actions: list[ActionTrace]) -> bool:
    return any(action.result is ActionResult.FAILED for action in actions)
