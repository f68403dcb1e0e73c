"""A model → what is judged: a message with its session, envelope and facts, and a scenario.

What a model leaves open becomes what an ordinary message has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.composing import address_list, composed, variants
from mmctl.analysis.encoding.fields import (
    ABSENT,
    ADD_ON,
    CERTIFICATE,
    DMARC_PASSED,
    HELO,
    MAIL_FROM,
    OTHER,
    RECIPIENT,
    is_header,
)
from mmctl.analysis.encoding.surroundings import ANSWER, FAILS, THERE
from mmctl.analysis.theories.theory import Unrealised, holds, other_than
from mmctl.errors import UsageError
from mmctl.judge.add_ons import TRUE_TEXTS, reads_as_true, reads_as_verdict
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.judge.texts import Texts
from mmctl.mail.addresses import addresses
from mmctl.mail.compose import read_composed
from mmctl.mail.email import RECEIPT_HEADERS, Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import FROM, WRITTEN_HEADERS, MessageFact, SessionFact, VerdictFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.language.readings import Readings

ORDINARY_ADDRESS: Final = "someone@example.org"
ORDINARY_RECIPIENT: Final = "someone@example.com"
_AS_WRITTEN: Final = {fact.key: fact.header for fact in WRITTEN_HEADERS}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """A model that nothing was found for."""

    clause: tuple[int, ...]
    """What to demand instead of the part that nothing was found for."""
    proved: bool
    """Whether that part cannot be: else it only was not found."""


def realised(fields: FreeFields, model: frozenset[int], readings: Readings) -> Realised | NotFound:
    """The message of a model under the readings that the model chooses."""
    return _Realising(fields, model, readings).all()


class _Problem(Exception):
    def __init__(self, refused: NotFound) -> None:
        super().__init__()
        self.refused = refused


class _Realising:
    """Realises the fields of one model."""

    def __init__(self, fields: FreeFields, model: frozenset[int], readings: Readings) -> None:
        self._fields = fields
        self._model = model
        self._readings = readings
        self._views = tuple(fields.looking(readings))

    def all(self) -> Realised | NotFound:
        try:
            return self._all()
        except _Problem as problem:
            return problem.refused

    def _all(self) -> Realised:
        headers = self._headers()
        try:
            content = composed(headers, decoded=self._readings.encoded_words == "decoded")
        except UsageError:
            raise self._none_of(self._active_headers()) from None
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
            for view in self._active_headers()
            for literal in view.theory.refused(self._model)
        ]
        clause = (*size.refused(self._model), *refused, *other_than(free, self._model))
        raise _Problem(NotFound(clause=clause, proved=False))

    # Which looks count

    def _active(self, name: str) -> list[FieldView]:
        """The looks at a field that the readings choose."""
        return [view for view in self._views if view.look.field == name]

    def _active_headers(self) -> list[FieldView]:
        names = dict.fromkeys(look.field for look in self._fields.views if is_header(look.field))
        return [view for name in names for view in self._active(name)]

    # Texts

    def _texts(self, name: str) -> tuple[str, ...] | None:
        """Texts on which all looks at a field agree; None: nothing looks at it."""
        views = self._active(name)
        return self._agreed(views) if views else None

    def _agreed(self, views: Sequence[FieldView]) -> tuple[str, ...]:
        for view in views:
            texts = view.texts(self._model)
            if isinstance(texts, Unrealised):
                if texts.clause is not None:
                    raise _Problem(NotFound(clause=texts.clause, proved=True))
                continue
            for variant in variants(view.look, texts):
                if all(other.agrees(variant, self._model) for other in views):
                    return variant
        raise self._none_of(views)

    def _none_of(self, views: Sequence[FieldView]) -> _Problem:
        clause = [literal for view in views for literal in view.theory.refused(self._model)]
        return _Problem(NotFound(clause=tuple(dict.fromkeys(clause)), proved=False))

    def _headers(self) -> dict[str, list[str]]:
        """The headers, by their names as people write them."""
        found: dict[str, list[str]] = {}
        for name, there in self._fields.headers.items():
            if holds(there, self._model):
                found[_as_written(name)] = self._header(name)
        if FROM.key not in self._fields.headers:
            found[FROM.header] = [ORDINARY_ADDRESS]
        receipt = self._fields.flags.get(MessageFact.READ_RECEIPT)
        if receipt is not None and holds(receipt, self._model):
            found[_as_written(RECEIPT_HEADERS[0])] = [ORDINARY_ADDRESS]
        return dict(sorted(found.items(), key=lambda each: _place(each[0])))

    def _header(self, name: str) -> list[str]:
        """What one header, or several of its name, have in them."""
        views = self._active(name)
        whole = [view for view in views if not view.look.addresses]
        if whole:
            texts = self._agreed(whole)
            by_addresses = [view for view in views if view.look.addresses]
            return list(self._with_addresses(texts, whole, by_addresses))
        return [address_list(self._agreed(views))] if views else [""]

    def _with_addresses(
        self, texts: tuple[str, ...], whole: Sequence[FieldView], by_addresses: Sequence[FieldView]
    ) -> tuple[str, ...]:
        """Texts of a header that has the addresses, too, that other looks see."""
        if not by_addresses or not texts:
            return texts
        specs = self._agreed(by_addresses)
        longer = (*texts[:-1], f"{texts[-1]} {', '.join(f'<{spec}>' for spec in specs)}")
        for candidate in (texts, (*texts[:-1], address_list(specs)), longer):
            found = tuple(spec for text in candidate for spec in addresses(text))
            if all(view.agrees(found, self._model) for view in by_addresses) and all(
                view.agrees(candidate, self._model) for view in whole
            ):
                return candidate
        return texts

    def _check(self, submission: Submission) -> None:
        """Whether the reader finds the texts of the model."""
        texts = Texts(submission, replace(self._readings, sender_without_header="no_value"))
        for view in self._active_headers():
            name = view.look.field
            if view.look.addresses:
                found = texts.addresses_of(_HEADERS[name], "") or ()
            else:
                found = texts.x_header(name, ())
            if not view.agrees(found, self._model):
                raise self._none_of(self._active(name))

    # Session, envelope, facts

    def _session(self) -> Session:
        fields = self._fields
        helo = self._texts(HELO)
        tls = fields.choices.get(SessionFact.TLS)
        wrapped = fields.flags.get(SessionFact.TLS_WRAPPED)
        names = dict.fromkeys(
            look.field for look in fields.views if look.field.startswith(CERTIFICATE)
        )
        certificate = {name.removeprefix(CERTIFICATE): self._texts(name) or () for name in names}
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
        texts = self._texts(MAIL_FROM)
        if texts is None:
            return ORDINARY_ADDRESS
        return texts[0] if texts else ""

    def _recipients(self) -> dict[str, str]:
        fields = [RECIPIENT]
        for name, there in self._fields.flags.items():
            if name.startswith(THERE) and holds(there, self._model):
                fields.append(f"{RECIPIENT} {name.removeprefix(THERE)}")
        return {field: (self._texts(field) or (ORDINARY_RECIPIENT,))[0] for field in fields}

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
            add_ons=self._add_ons(),
        )

    def _add_ons(self) -> dict[str, dict[str, str | bool]]:
        found: dict[str, dict[str, str | bool]] = {}
        names = [name for name in self._fields.add_ons if name.startswith(ADD_ON)]
        shorts = [self._fields.add_ons[name][0].rpartition("/")[2] for name in names]
        analyzers = {self._fields.add_ons[name][0] for name in names}
        for name, short in zip(names, shorts, strict=True):
            analyzer, field = self._fields.add_ons[name]
            alike = [each for each in analyzers if each.rpartition("/")[2] == short]
            stated = short if len(alike) == 1 else analyzer
            found.setdefault(stated, {})[field] = self._answer(name)
        return found

    def _answer(self, name: str) -> str | bool:
        """A field's answer that all ways of reading it agree on."""
        flag, choice = self._fields.flags.get(name), self._fields.choices.get(name)
        views = self._active(name)
        true = flag is not None and holds(flag, self._model)
        verdict = OTHER if choice is None else choice.value(self._model)
        if not views and choice is None:
            return true
        for text in (*_answers(true=true, verdict=verdict), *self._answers_in(views)):
            read = reads_as_verdict(text)
            word = read if read in tuple(RuleVerdict) else OTHER
            if (
                (flag is None or reads_as_true(text) is true)
                and (choice is None or word == verdict)
                and all(view.agrees((text,), self._model) for view in views)
            ):
                return text
        clause = [literal for view in views for literal in view.theory.refused(self._model)]
        if flag is not None:
            clause.append(-flag if true else flag)
        if choice is not None:
            clause += choice.refused(self._model)
        raise _Problem(NotFound(clause=tuple(clause), proved=False))

    def _answers_in(self, views: Sequence[FieldView]) -> Iterator[str]:
        """Answers that have the texts of a model."""
        for view in views:
            texts = view.texts(self._model)
            if not isinstance(texts, Unrealised):
                yield from texts
        yield OTHER

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


def _answers(*, true: bool, verdict: str) -> Iterator[str]:
    """Texts of an answer that is true, or a verdict."""
    words = TRUE_TEXTS if true else () if verdict == OTHER else (verdict,)
    for around in ("{}", " {}", "{} "):
        yield from (around.format(word) for word in sorted(words, reverse=True))


def _as_written(name: str) -> str:
    return _AS_WRITTEN.get(name) or name.title()


def _place(name: str) -> tuple[int, str]:
    known = list(_AS_WRITTEN.values())
    return (known.index(name) if name in known else len(known), name)
