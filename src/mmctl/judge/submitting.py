"""Submissions of many messages: only what the gateways ask for is looked up in the headers.

For one message, `mmctl.judge.simulation` finds everything, and says where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.facts_asked import facts_asked, headers_asked
from mmctl.judge.submission import Submission
from mmctl.mail.authentication_results import VERDICT_KEYS, found_verdicts
from mmctl.mail.email import Facts, Session
from mmctl.mail.facts import STATED, Stated, as_stated, stating, value_of
from mmctl.mail.facts_in_headers import (
    ENVELOPE_KEYS,
    SESSION_KEYS,
    found_envelope,
    found_session,
)
from mmctl.mail.picking import Picker
from mmctl.model.facts import SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.submission import Gateway
    from mmctl.mail.email import Email
    from mmctl.mail.partial import Message

_IN_RECEIVED: Final = frozenset({SessionFact.SOURCE_IP, SessionFact.HELO, SessionFact.TLS})
_IN_RESULTS: Final = frozenset(set(VerdictFact) - {VerdictFact.ADD_ONS})


class Submitting:
    """Makes submissions for some gateways; what is stated is the same for every message."""

    def __init__(self, stated: Stated, gateways: Iterable[Gateway]) -> None:
        gateways = tuple(gateways)
        asked = frozenset[object]().union(*map(facts_asked, gateways))
        values = ((name, value_of(name, stated)) for name in STATED)
        self._stated = tuple((name, value) for name, value in values if value is not None)
        self._verdicts = stated.facts
        self._session = Session()
        self._facts = Facts()
        self._asks_session = not asked.isdisjoint(_IN_RECEIVED)
        self._asks_verdicts = not asked.isdisjoint(_IN_RESULTS)
        names = frozenset(ENVELOPE_KEYS).union(*map(headers_asked, gateways))
        if self._asks_session:
            names = names.union(SESSION_KEYS)
        if self._asks_verdicts:
            names = names.union(VERDICT_KEYS)
        self._picker = Picker(names)

    def read(self, message: Message) -> Submission:
        """A message with what is known of it."""
        _, content, unread, at_most = message
        return self.of(self._picker.read(content, unread=unread, at_most=at_most))

    def of(self, email: Email) -> Submission:
        """What is stated about a message, else what its headers record."""
        submission = Submission(
            email=email,
            envelope=found_envelope(email, {}),
            session=found_session(email, {}) if self._asks_session else self._session,
            facts=found_verdicts(email)[0] if self._asks_verdicts else self._facts,
        )
        return self._with_stated(submission) if self._stated else submission

    def _with_stated(self, found: Submission) -> Submission:
        known = Stated(envelope=found.envelope, session=found.session, facts=found.facts)
        for name, value in self._stated:
            known = stating(known, name, value)
        return Submission(
            email=found.email,
            envelope=known.envelope,
            session=known.session,
            facts=as_stated(known.facts, self._verdicts),
        )
