"""A message for one recipient, with what is known about it, in a form to vary and to write.

Makes a draft from a case, the judge's input from a draft, and from a draft a case in
YAML to paste into a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.cases.words import flow
from mmctl.errors import UsageError
from mmctl.judge.submission import Submission
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.email import RECEIPT_HEADERS, Email, Size
from mmctl.mail.encoded_words import decode_words
from mmctl.mail.facts import (
    stating_envelope,
    stating_session,
    stating_verdict,
    written_facts,
)
from mmctl.mail.headers import Headers
from mmctl.model.facts import (
    WRITTEN_HEADERS,
    EnvelopeFact,
    HeaderName,
    MessageFact,
    SessionFact,
    VerdictFact,
)
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.cases.case import Expectation
    from mmctl.judge.submission import Scenario
    from mmctl.mail.email import Envelope, Facts, Session
    from mmctl.model.facts import StatedFact

_WRITTEN: Final = frozenset(fact.key for fact in WRITTEN_HEADERS)
_ADDRESSES: Final = frozenset(fact.key for fact in WRITTEN_HEADERS if fact.holds_addresses)
_SMALL: Final = 100_000
"""Bytes; the size of a smaller message is not written down unless it was varied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message for one recipient."""

    base: str
    """The name of the case that it was made from."""
    headers: Mapping[str, tuple[str, ...]]
    """By name in lower case, as rules can read them."""
    size: int
    size_matters: bool = False
    session: Session
    envelope: Envelope
    facts: Facts
    scenario: Scenario
    ingress_point: str | None
    rule_set: str
    changes: tuple[str, ...] = field(default=())
    """What was varied, in words."""

    def submission(self) -> Submission:
        """The input of the judge; the message has the headers and the size, but no body."""
        return Submission(
            email=Email(headers=Headers.of(self.headers), length=Size(self.size)),
            session=self.session,
            envelope=self.envelope,
            facts=self.facts,
        )

    def stating(self, name: StatedFact, written: object) -> Draft:
        """The draft with another value of a fact, as a case writes it."""
        match name:
            case SessionFact():
                return replace(self, session=stating_session(self.session, name, written))
            case EnvelopeFact():
                return replace(self, envelope=stating_envelope(self.envelope, name, written))
            case VerdictFact():
                return replace(self, facts=stating_verdict(self.facts, name, written))
            case never:
                assert_never(never)

    def with_header(self, name: str, values: tuple[str, ...]) -> Draft:
        """The draft with other values of one header; without the header if there are no values."""
        left = {key: value for key, value in self.headers.items() if key != name.lower()}
        return replace(self, headers={**left, name.lower(): values} if values else left)


def draft_of(
    name: str,
    submission: Submission,
    scenario: Scenario,
    recipient: str,
    ingress_point: str | None,
    rule_set: str,
) -> Draft:
    """The draft of one recipient of a case; headers that no rule can read are left out."""
    return Draft(
        base=name,
        headers={
            key: _readable(key, values)
            for key, values in submission.email.headers.items()
            if key in _WRITTEN or key in RECEIPT_HEADERS or key.startswith("x-")
        },
        size=submission.email.size,
        session=submission.session,
        envelope=replace(submission.envelope, recipients=(recipient,)),
        facts=submission.facts,
        scenario=scenario,
        ingress_point=ingress_point,
        rule_set=rule_set,
    )


def _readable(name: str, values: Sequence[str]) -> tuple[str, ...]:
    """The values decoded, as people read them; those of address headers stay as they were sent."""
    if name in _ADDRESSES:
        return tuple(values)
    return tuple(decode_words(value).text for value in values)


def as_written(draft: Draft) -> Submission | None:
    """The draft as its written case will be read; None if its headers cannot be written."""
    named = {
        fact.name: draft.headers[fact.key][0]
        for fact in WRITTEN_HEADERS
        if draft.headers.get(fact.key)
    }
    headers = {name: values for name, values in draft.headers.items() if name not in _WRITTEN}
    try:
        content = compose_email(named, headers=headers)
        email = read_composed(content, draft.size if _says_size(draft) else None)
    except UsageError:
        return None
    return replace(draft.submission(), email=email)


def _says_size(draft: Draft) -> bool:
    return draft.size_matters or draft.size >= _SMALL


def case_text(name: str, draft: Draft, expected: Sequence[Expectation]) -> str:
    """A case as an item of `cases:`, ready to paste; `mmctl fmt` breaks its long lines."""
    lines = [f"{key}: {flow(value)}" for key, value in case_data(name, draft, expected).items()]
    return "".join(f"{'- ' if place == 0 else '  '}{line}\n" for place, line in enumerate(lines))


_UNSAID: Final = frozenset({VerdictFact.DMARC})
"""What a case cannot state: no condition looks at it."""


def case_data(name: str, draft: Draft, expected: Sequence[Expectation]) -> dict[str, Any]:
    """The members of a case as files have them, without those that are empty."""
    data: dict[str, Any] = {"name": name, "message": _message(draft)}
    if draft.ingress_point is not None:
        data["ingress_point"] = draft.ingress_point
    else:
        data["rule_set"] = draft.rule_set
    data |= {
        "session": written_facts(SessionFact, draft),
        "envelope": written_facts(EnvelopeFact, draft),
        "verdicts": written_facts([fact for fact in VerdictFact if fact not in _UNSAID], draft),
        "lambda": {key: answer.value for key, answer in draft.scenario.answers.items()},
        "failing": sorted(draft.scenario.failing),
        "expect": {each.recipient: _expected(each) for each in expected},
    }
    return {key: _literal(value) for key, value in data.items() if value}


def _literal(value: Any) -> Any:
    """Escape `${` in the texts of a value, where it would start a variable, but not in keys."""
    match value:
        case dict():
            return {key: _literal(each) for key, each in value.items()}
        case list():
            return [_literal(each) for each in value]
        case str():
            return str(value).replace("${", "$${")
        case _:
            return value


def _message(draft: Draft) -> dict[str, Any]:
    written = {
        fact.name.value: draft.headers[fact.key][0]
        for fact in WRITTEN_HEADERS
        if draft.headers.get(fact.key)
    }
    others = {
        _spelled(name): list(values)
        for name, values in draft.headers.items()
        if name not in _WRITTEN and values
    }
    message: dict[str, Any] = dict(written)
    if others:
        message[MessageFact.X_HEADER.value] = others
    if _says_size(draft):
        message[MessageFact.SIZE.value] = str(draft.size)
    return message or {HeaderName.SUBJECT.value: ""}


def _spelled(name: str) -> str:
    """A header's name as people write it: `X-Spam-Flag`."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _expected(expected: Expectation) -> dict[str, Any]:
    return _stated(
        outcome=expected.outcome,
        by=expected.by,
        rules=None if expected.rules is None else list(expected.rules),
        rules_include=list(expected.rules_include) or None,
        actions=None if expected.actions is None else list(expected.actions),
    )


def _stated(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
