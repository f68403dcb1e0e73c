"""Single messages: what is known of them, from options and headers, and how they end.

A case says everything itself (`mmctl.cases`); here the headers that the last server wrote help.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.judge.comparison import MessageEnd
from mmctl.judge.index.index import index_of
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Submission
from mmctl.mail.email import Authenticated, Facts
from mmctl.mail.facts import Stated, as_stated, over, shown, value_of, verdict_value
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email
from mmctl.model.facts import FACT_OF, EnvelopeFact, SessionFact, VerdictFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.judge.comparison import Difference
    from mmctl.judge.readings.matter import Dependence
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace
    from mmctl.mail.email import Email, Envelope, Session
    from mmctl.mail.partial import Message

    Authenticate: TypeAlias = Callable[[bytes, Email, Envelope, Session, Facts], Authenticated]
    """Finds out what it can from a message itself."""

COMPUTED: Final = "computed"
"""The source of what was computed from the message itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing that is known of a message, and its source."""

    name: str
    value: str
    source: str
    """`--spf`, the name of a header, or `computed`."""
    by_option: bool = False
    """Whether an option of the command line states it."""
    detail: str | None = None
    """What was computed, in the words of its standard: `softfail`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One message, what was known of it, and how it ended."""

    message: str
    submission: Submission
    known: tuple[Known, ...]
    trace: Trace
    dependences: tuple[Dependence, ...] = ()
    against: Trace | None = None
    """How it ends under other rules, if it is compared with them."""

    @property
    def ending(self) -> MessageEnd:
        """How it ended, without why."""
        return MessageEnd(
            message=self.message,
            judged=JudgedMessage.of(self.trace, self.dependences),
            against=None if self.against is None else JudgedMessage.of(self.against),
        )

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The recipients who are treated differently under the other rules."""
        return () if self.against is None else self.ending.differences


_TOLD: Final = (*EnvelopeFact, *SessionFact, *VerdictFact)
"""Facts in the order in which they are printed."""


def simulate(
    gateway: Gateway,
    message: Message,
    stated: Stated,
    *,
    authenticate: Authenticate | None = None,
    against: Gateway | None = None,
    dependences: tuple[Dependence, ...] | None = None,
) -> Simulated:
    """Judge a message by itself; never fails on a message.

    `authenticate` verifies it; `against` is another gateway that judges it too. Without
    `dependences`, they are found too.
    """
    email = read_email(message.content, unread=message.unread)
    submission, known = submission_from(
        email,
        stated,
        None if authenticate is None else partial(authenticate, message.content, email),
    )
    passing = stated.assume_pass
    trace = judge(gateway, submission, assume_pass=passing)
    if dependences is None:
        survey = index_of(gateway, assume_pass=passing).survey(submission)
        dependences = readings_that_matter(
            gateway, submission, trace, assume_pass=passing, asked=survey
        )
    return Simulated(
        message=message.name,
        submission=submission,
        known=known,
        trace=trace,
        dependences=dependences,
        against=None if against is None else judge(against, submission, assume_pass=passing),
    )


def submission_from(
    email: Email,
    stated: Stated,
    authenticate: Callable[[Envelope, Session, Facts], Authenticated] | None = None,
) -> tuple[Submission, tuple[Known, ...]]:
    """What is known of a message: what the options say, else checks, else what headers record."""
    found = found_facts(email)
    known = over(stated, found)
    nothing = Authenticated(facts=Facts())
    authenticated = (
        nothing
        if authenticate is None
        else authenticate(known.envelope, known.session, stated.facts)
    )
    computed = authenticated.facts
    facts = over(Stated(facts=computed), found).facts
    if computed.dmarc is not None:
        # What mmctl verified itself is not mixed with what a header says.
        facts = replace(facts, dmarc_policy=computed.dmarc_policy)
    facts = as_stated(over(Stated(facts=stated.facts), Stated(facts=facts)).facts, stated.facts)
    submission = Submission(
        email=email, envelope=known.envelope, session=known.session, facts=facts
    )
    sources = {**found.sources, **_computed(computed)}
    return submission, tuple(_known(submission, stated, sources, authenticated.results))


def _computed(facts: Facts) -> dict[str, str]:
    return {name: COMPUTED for name in VerdictFact if verdict_value(name, facts) is not None}


def _known(
    submission: Submission,
    stated: Stated,
    sources: Mapping[str, str],
    results: Mapping[str, str],
) -> Iterator[Known]:
    for name in _TOLD:
        value = value_of(name, submission)
        if value is None:
            continue
        states = FACT_OF[name].states
        source = states if value_of(name, stated) is not None else sources.get(name, states)
        yield Known(
            name=name.value,
            value=shown(value),
            source=source,
            by_option=source == states and FACT_OF[name].option is not None,
            detail=results.get(name) if source == COMPUTED else None,
        )
