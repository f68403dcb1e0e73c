"""A model → what is judged: a message with its session, envelope and facts, and a scenario.

What a model leaves open becomes what an ordinary message has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.composing import composed
from mmctl.analysis.encoding.fields import (
    ABSENT,
    CERTIFICATE,
    DMARC_PASSED,
    HELO,
    MAIL_FROM,
    RECIPIENT,
    counts,
)
from mmctl.analysis.encoding.model_answers import ModelAnswers
from mmctl.analysis.encoding.model_headers import ORDINARY_ADDRESS, ModelHeaders
from mmctl.analysis.encoding.model_texts import ModelTexts, NoMessageError, NotFound
from mmctl.analysis.encoding.surroundings import ANSWER, FAILS, THERE
from mmctl.analysis.theories.theory import holds, other_than
from mmctl.errors import UsageError
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.judge.texts import Texts
from mmctl.mail.compose import read_composed
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import WRITTEN_HEADERS, SessionFact, VerdictFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.language.readings import Readings

ORDINARY_RECIPIENT: Final = "someone@example.com"
_HEADERS: Final = {fact.key: fact for fact in WRITTEN_HEADERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """What a model describes."""

    content: bytes
    """The message; its body may be thought longer, so that it has `size` bytes."""
    size: int | None
    submission: Submission
    scenario: Scenario
    recipients: Mapping[str, str]
    """The recipients by their fields: the one who is asked about, and others who are there."""

    def address_in(self, field: str) -> str | None:
        """The first address of a field that address lists include or not."""
        envelope = self.submission.envelope
        if field == MAIL_FROM:
            return envelope.mail_from or None
        if field.startswith(RECIPIENT):
            return self.recipients.get(field)
        return next(iter(self.submission.email.addresses(field)), None)


def realised(
    fields: FreeFields, model: frozenset[int], readings: Sequence[Readings]
) -> Realised | NotFound:
    """The message of a model under the readings of each gateway, as the model chooses them."""
    return _Realising(fields, model, readings).all()


class _Realising:
    """Realises the fields of one model."""

    def __init__(
        self, fields: FreeFields, model: frozenset[int], readings: Sequence[Readings]
    ) -> None:
        self._fields = fields
        self._model = model
        self._texts = ModelTexts(fields, model, readings)

    def all(self) -> Realised | NotFound:
        try:
            return self._all()
        except NoMessageError as problem:
            return problem.refused

    def _all(self) -> Realised:
        headers = ModelHeaders(self._texts).all()
        try:
            content = composed(headers, decoded=self._texts.decoded or False)
        except UsageError:
            raise self._texts.none_of(self._texts.active_headers()) from None
        size = self._size(read_email(content).size)
        recipients = self._recipients()
        submission = Submission(
            email=read_composed(content, size),
            session=self._session(),
            envelope=Envelope(mail_from=self._mail_from(), recipients=tuple(recipients.values())),
            facts=self._facts(),
        )
        self._check(submission)
        return Realised(
            content=content,
            size=size,
            submission=submission,
            scenario=self._scenario(),
            recipients=recipients,
        )

    def _size(self, composed: int) -> int | None:
        """The size that the message is thought to have; None: what it has is right."""
        size = self._fields.size
        if size.allows(composed, self._model):
            return None
        least = size.value(self._model)
        if least > composed:
            return least
        free = (*self._fields.headers.values(), *self._fields.flags.values())
        refused = [
            literal
            for view in self._texts.active_headers()
            for literal in view.theory.refused(self._model)
        ]
        clause = (*size.refused(self._model), *refused, *other_than(free, self._model))
        raise NoMessageError(NotFound(clause=clause, proved=False))

    def _check(self, submission: Submission) -> None:
        """Whether the reader finds the texts of the model, as each gateway reads them."""
        for readings in self._texts.readings:
            texts = Texts(submission, replace(readings, sender_without_header="no_value"))
            for view in self._texts.active_headers():
                name = view.look.field
                if not counts(view, readings):
                    continue
                if view.look.addresses:
                    found = texts.addresses_of(_HEADERS[name], "") or ()
                else:
                    found = texts.x_header(name, ())
                if not view.agrees(found, self._model):
                    raise self._texts.none_of(self._texts.active(name))

    # Session, envelope, facts

    def _session(self) -> Session:
        fields = self._fields
        helo = self._texts.of(HELO)
        tls = fields.choices.get(SessionFact.TLS)
        wrapped = fields.flags.get(SessionFact.TLS_WRAPPED)
        names = dict.fromkeys(
            look.field for look in fields.views if look.field.startswith(CERTIFICATE)
        )
        certificate = {name.removeprefix(CERTIFICATE): self._texts.of(name) or () for name in names}
        return Session(
            source_ip=str(fields.client.value(self._model)),
            helo=helo[0] if helo else None,
            tls=None if tls is None else Tls(tls.value(self._model)),
            tls_wrapped=None if wrapped is None else holds(wrapped, self._model),
            client_certificate={name: texts for name, texts in certificate.items() if texts}
            if names
            else None,
        )

    def _mail_from(self) -> str:
        texts = self._texts.of(MAIL_FROM)
        if texts is None:
            return ORDINARY_ADDRESS
        return texts[0] if texts else ""

    def _recipients(self) -> dict[str, str]:
        fields = [RECIPIENT]
        for name, there in self._fields.flags.items():
            if name.startswith(THERE) and holds(there, self._model):
                fields.append(f"{RECIPIENT} {name.removeprefix(THERE)}")
        return {field: (self._texts.of(field) or (ORDINARY_RECIPIENT,))[0] for field in fields}

    def _facts(self) -> Facts:
        verdicts = {
            name: RuleVerdict(choice.value(self._model))
            for name in (VerdictFact.SPF, VerdictFact.DKIM)
            if (choice := self._fields.choices.get(name)) is not None
        }
        published = self._fields.choices.get("dmarc_policy")
        policy = None if published is None else published.value(self._model)
        passed = self._fields.flags.get(DMARC_PASSED)
        dmarc = None
        if passed is not None:
            dmarc = RuleVerdict.PASS if holds(passed, self._model) else RuleVerdict.FAIL
        return Facts(
            spf=verdicts.get(VerdictFact.SPF),
            dkim=verdicts.get(VerdictFact.DKIM),
            dmarc=dmarc,
            dmarc_policy=None
            if policy is None
            else NoPolicy.NO_POLICY
            if policy == ABSENT
            else RuleDmarcPolicy(policy),
            add_ons=ModelAnswers(self._texts).all(),
        )

    def _scenario(self) -> Scenario:
        return Scenario(
            answers={
                name.removeprefix(ANSWER): LambdaAnswer(choice.value(self._model))
                for name, choice in self._fields.choices.items()
                if name.startswith(ANSWER)
            },
            failing=frozenset(
                name.removeprefix(FAILS)
                for name, literal in self._fields.flags.items()
                if name.startswith(FAILS) and holds(literal, self._model)
            ),
        )
