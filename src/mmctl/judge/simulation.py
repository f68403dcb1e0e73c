"""Single messages: what is known of them, from options and headers, and what becomes of them.

A case says everything itself (`mmctl.cases`); here the headers that the last server wrote help.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from mmctl.judge.comparison import differences
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Submission
from mmctl.mail.email import Checked, Envelope, Facts, Session
from mmctl.mail.found import found_facts
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.judge.comparison import Difference
    from mmctl.judge.readings.matter import Dependence
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace
    from mmctl.mail.email import Email
    from mmctl.mail.partial import Message

    Check: TypeAlias = Callable[[bytes, Email, Envelope, Session, Facts], Checked]
    """Finds out for itself what it can of a message."""

Part = TypeVar("Part", Envelope, Session, Facts)

COMPUTED: Final = "computed"
"""The source of what was found out by a check of the message itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the options say; None and empty: nothing."""

    envelope: Envelope = field(default_factory=Envelope)
    session: Session = field(default_factory=Session)
    facts: Facts = field(default_factory=Facts)
    assume_pass: bool = False
    """Whether verdicts and answers that nobody states are taken to be good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing that is known of a message, and from where."""

    name: str
    value: str
    source: str
    """`--spf`, the name of a header, or `computed`."""
    detail: str | None = None
    """What was computed, in the words of its standard: `softfail`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One message, what was known of it, and what became of it."""

    message: str
    submission: Submission
    known: tuple[Known, ...]
    trace: Trace
    dependences: tuple[Dependence, ...] = ()
    against: Trace | None = None
    """What becomes of it under other rules, where it is compared with them."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The recipients who are treated differently under the other rules."""
        return () if self.against is None else differences(self.against, self.trace)


_OPTIONS: Final = {
    "mail_from": "--mail-from",
    "recipients": "--rcpt",
    "source_ip": "--ip",
    "helo": "--helo",
    "tls": "--tls",
    "spf": "--spf",
    "dkim": "--dkim",
    "dmarc": "--dmarc",
    "dmarc_policy": "--dmarc-policy",
    "add_ons": "--add-on",
}


def simulate(
    gateway: Gateway,
    message: Message,
    stated: Stated,
    *,
    check: Check | None = None,
    against: Gateway | None = None,
) -> Simulated:
    """Judge a message by itself; never fails on a message.

    `check` authenticates it; `against` is another gateway that judges it too.
    """
    email = read_email(message.content, unread=message.unread)
    submission, known = submission_from(
        email, stated, None if check is None else partial(check, message.content, email)
    )
    passing = stated.assume_pass
    trace = judge(gateway, submission, assume_pass=passing)
    return Simulated(
        message=message.name,
        submission=submission,
        known=known,
        trace=trace,
        dependences=readings_that_matter(gateway, submission, trace, assume_pass=passing),
        against=None if against is None else judge(against, submission, assume_pass=passing),
    )


def submission_from(
    email: Email, stated: Stated, check: Callable[[Envelope, Session, Facts], Checked] | None = None
) -> tuple[Submission, tuple[Known, ...]]:
    """What is known of a message: what the options say, else checks, else what headers record."""
    found = found_facts(email)
    envelope = _over(stated.envelope, found.envelope, ("mail_from", "recipients"))
    session = _over(stated.session, found.session, ("source_ip", "helo", "tls"))
    nothing = Checked(facts=Facts())
    checked = nothing if check is None else check(envelope, session, stated.facts)
    computed = checked.facts
    facts = _over(computed, found.facts, ("spf", "dkim", "dmarc", "dmarc_policy"))
    if computed.dmarc is not None:
        # What was found for itself is not mixed with what a header says.
        facts = replace(facts, dmarc_policy=computed.dmarc_policy)
    facts = _over(stated.facts, facts, ("spf", "dkim", "dmarc", "dmarc_policy"))
    if stated.facts.dmarc_policy is not None:
        # What is stated is what conditions see, however DMARC ended.
        facts = replace(facts, dmarc=stated.facts.dmarc)
    submission = Submission(
        email=email,
        envelope=envelope,
        session=session,
        facts=replace(facts, add_ons=stated.facts.add_ons),
    )
    sources = {**found.sources, **_computed(computed)}
    return submission, tuple(_known(submission, stated, sources, checked.results))


def _computed(facts: Facts) -> dict[str, str]:
    names = ("spf", "dkim", "dmarc", "dmarc_policy")
    return {name: COMPUTED for name in names if getattr(facts, name) is not None}


def _over(stated: Part, found: Part, members: tuple[str, ...]) -> Part:
    """A part with the members that are stated, the others as they were found."""
    changes: dict[str, Any] = {
        name: value for name in members if (value := getattr(stated, name)) not in {None, ()}
    }
    return replace(found, **changes)


def _known(
    submission: Submission,
    stated: Stated,
    sources: Mapping[str, str],
    results: Mapping[str, str],
) -> list[Known]:
    known = []
    for part in ("envelope", "session", "facts"):
        for name, option in _OPTIONS.items():
            value = getattr(getattr(submission, part), name, None)
            if value is None or value in ((), {}):
                continue
            by_option = getattr(getattr(stated, part), name, None) not in (None, (), {})
            source = option if by_option else sources.get(name, option)
            detail = results.get(name) if source == COMPUTED else None
            known.append(Known(name=name, value=_shown(value), source=source, detail=detail))
    return known


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{add_on}.{field}={str(answer).lower() if isinstance(answer, bool) else answer}"
            for add_on, fields in value.items()
            for field, answer in fields.items()
        )
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value) or "<>"
