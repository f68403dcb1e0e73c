"""Everything that one message can have, free: a theory for each field that conditions read.

`mmctl.judge.texts` decides what is single and what is many: an envelope has one sender, a From may
hold several addresses. Each look at a field has a theory of its own; a model uses those of the
readings that it chooses.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.encoding.views import FieldLook, FieldView
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.choices import ChoiceTheory
from mmctl.analysis.theories.header_addresses import AddressesTheory
from mmctl.analysis.theories.networks import NetworkTheory
from mmctl.analysis.theories.sizes import SizeTheory
from mmctl.analysis.theories.styles import ADDRESS, DOMAIN, FREE_TEXT, NAME
from mmctl.analysis.theories.texts import TextsTheory, TextTheory
from mmctl.judge.add_ons import TRUE_TEXTS, reads_as_true, reads_as_verdict
from mmctl.mail.email import Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleStringOperator, RuleVerdict
from mmctl.model.facts import WRITTEN_HEADERS, EnvelopeFact, SessionFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.language.readings import Case, Readings

ABSENT: Final = "absent"
"""The DMARC policy of a domain that has none."""
DMARC_PASSED: Final = "dmarc passed"
LEAST_SIZE: Final = 2
"""Bytes of the smallest message: the line end after no header."""
MAIL_FROM: Final = EnvelopeFact.MAIL_FROM.value
HELO: Final = SessionFact.HELO.value
RECIPIENT: Final = "recipient"
"""The field of the recipient who is asked about; others have a number behind it."""
CERTIFICATE: Final = "certificate "
ADD_ON: Final = "add-on "
SILENT: Final = "no answer of "
"""Before the name of an add-on's field: whether it gives no answer."""
ADDRESS_HEADERS: Final = frozenset(fact.key for fact in WRITTEN_HEADERS if fact.holds_addresses)
_VERDICTS: Final = frozenset(RuleVerdict)
_SIGMA: Final = "\u03a3"
OTHER: Final = "other"
"""What an add-on answers if that is not a verdict."""


class Assumed(NamedTuple):
    """Something that may be true of an address list that nobody read, or that does not exist."""

    name: str
    field: str | None = None
    """It includes an address of this field."""
    address: str | None = None
    """It includes this address."""
    case: Case = "insensitive"


class FreeFields:
    """What is free about a message, its session and what others found out."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.client = NetworkTheory(circuit)
        self.size = SizeTheory(circuit, LEAST_SIZE)
        self.views: dict[FieldLook, FieldView] = {}
        self.choices: dict[str, ChoiceTheory] = {}
        self.flags: dict[str, int] = {}
        self.headers: dict[str, int] = {}
        """Whether a header is there at all, by its name in lower case."""
        self.add_ons: dict[str, tuple[str, str]] = {}
        """The add-on and the field, as conditions name them, by the name of the field here."""
        self.assumed: dict[Assumed, int] = {}
        """What is assumed of address lists that nobody read."""
        self._linked: set[tuple[FieldLook, int, int]] = set()

    def view(self, look: FieldLook) -> FieldView:
        """The texts of a field under a look."""
        known = self.views.get(look)
        if known is None:
            known = self.views[look] = FieldView(self.circuit, look, self._theory(look))
            self._tie(known)
        return known

    def looking(self, *readings: Readings) -> Iterator[FieldView]:
        """The views that count under the readings of one gateway at least."""
        return (
            view for view in self.views.values() if any(counts(view, each) for each in readings)
        )

    def choice(self, fact: str, words: tuple[str, ...]) -> ChoiceTheory:
        """A fact that is exactly one of some words."""
        known = self.choices.get(fact)
        if known is None:
            known = self.choices[fact] = ChoiceTheory(self.circuit, words)
        return known

    def verdict(self, fact: str) -> ChoiceTheory:
        """A verdict of the service."""
        return self.choice(fact, tuple(RuleVerdict))

    @property
    def tls(self) -> ChoiceTheory:
        """The version of TLS of the session."""
        return self.choice(SessionFact.TLS, tuple(Tls))

    @property
    def published(self) -> ChoiceTheory:
        """The DMARC policy that the domain of From publishes."""
        return self.choice("dmarc_policy", (*RuleDmarcPolicy, ABSENT))

    def flag(self, name: str) -> int:
        """A fact that is true or false."""
        known = self.flags.get(name)
        if known is None:
            known = self.flags[name] = self.circuit.variable()
            if name == SessionFact.TLS_WRAPPED:
                self.circuit.implies(self.tls.is_(Tls.NONE), -known)
        return known

    def header(self, name: str) -> int:
        """Whether a header is there, with or without anything in it."""
        known = self.headers.get(name)
        if known is None:
            known = self.headers[name] = self.circuit.variable()
        return known

    def assume(self, assumed: Assumed) -> int:
        """Whether something is true of an address list that nobody read."""
        known = self.assumed.get(assumed)
        if known is None:
            known = self.assumed[assumed] = self.circuit.variable()
        return known

    def settle(self) -> None:
        """Give the solver what is true of every message about the tests that were asked so far."""
        for assumed, literal in self.assumed.items():
            self._link_address(assumed, literal)
        for view in tuple(self.views.values()):
            self._link_cases(view)
            self._link_repeated(view)
            if view.look.field.startswith(ADD_ON):
                self._link_readings(view)
        for view in self.views.values():
            view.theory.settle()
        for name, choice in self.choices.items():
            if name.startswith(ADD_ON):
                self._link_answers(name, choice)
            choice.settle()
        self.client.settle()
        self.size.settle()

    def _theory(self, look: FieldLook) -> TextTheory | TextsTheory | AddressTheory:
        """What the judge's reader gives for a field: one text, or any number."""
        if look.field == MAIL_FROM:
            return AddressTheory(self.circuit, optional=True)
        if look.field.startswith(RECIPIENT):
            return AddressTheory(self.circuit, optional=False)
        if look.field == HELO or look.field.startswith(ADD_ON):
            style = DOMAIN if look.field == HELO else NAME
            return TextTheory(self.circuit, style=style)
        if look.field.startswith(CERTIFICATE):
            return TextsTheory(self.circuit, style=NAME)
        if look.addresses:
            return AddressesTheory(self.circuit)
        style = ADDRESS if look.field in ADDRESS_HEADERS else FREE_TEXT
        if look.repeated == "any":
            return TextsTheory(self.circuit, style=style)
        return TextTheory(self.circuit, optional=True, style=style)

    def _tie(self, view: FieldView) -> None:
        """A header that has texts is there; one that is there has an address or not.

        The reader finds no address that is empty or begins with `@`, and only an encoded word
        gives a text that begins or ends with a space.
        """
        name = view.look.field
        if view.look.addresses:
            never = [(RuleStringOperator.STARTS_WITH, "@"), (RuleStringOperator.EQUALS, "")]
        elif view.look.decoded or not is_header(name):
            never = []
        else:
            ends = (RuleStringOperator.STARTS_WITH, RuleStringOperator.ENDS_WITH)
            never = list(product(ends, " \t"))
        for test in never:
            self.circuit.require(-view.test(*test))
        if is_header(name):
            there = self.header(name)
            self.circuit.implies(view.present, there)
            if not view.look.addresses:
                self.circuit.implies(there, view.present)

    def _link_cases(self, view: FieldView) -> None:
        """A text that meets a value meets it regardless of letter case too.

        But what follows a final sigma makes it another letter.
        """
        other = self.views.get(view.look._replace(case="insensitive"))
        if other is None or other is view:
            return
        self._link(view, view.present, other.present)
        self._link(view, -view.present, -other.present)
        for (operator, value), literal in view.tests.items():
            if operator is RuleStringOperator.EQUALS or _SIGMA not in value:
                self._link(view, literal, other.test(operator, value))
        for key, listing in view.listings.items():
            if key in other.listings:
                self._link(view, listing.literal, other.listings[key].literal)

    def _link_repeated(self, view: FieldView) -> None:
        """What the first or last header of a name has is in one of them."""
        other = self.views.get(view.look._replace(repeated="any"))
        if other is None or other is view:
            return
        self._link(view, view.present, other.present)
        for (operator, value), literal in view.tests.items():
            self._link(view, literal, other.test(operator, value))

    def _link_readings(self, view: FieldView) -> None:
        """An add-on's text decides whether it counts as true, and which verdict it is."""
        flag = self.flags.get(view.look.field)
        verdict = self.choices.get(view.look.field)
        for (operator, value), literal in view.tests.items():
            whole = operator is RuleStringOperator.EQUALS
            part = value.strip().lower()
            if flag is not None and whole:
                self._link(view, literal, flag if reads_as_true(value) else -flag)
            elif flag is not None and not any(part in each for each in TRUE_TEXTS):
                self._link(view, literal, -flag)
            if verdict is not None and whole:
                word = reads_as_verdict(value)
                self._link(view, literal, verdict.is_(word if word in _VERDICTS else OTHER))
            elif verdict is not None:
                for each in RuleVerdict:
                    if part not in each.lower():
                        self._link(view, literal, -verdict.is_(each))

    def _link_answers(self, name: str, verdict: ChoiceTheory) -> None:
        """An add-on's answer that is a verdict does not count as true."""
        flag = self.flags.get(name)
        if flag is not None:
            for word in RuleVerdict:
                self.circuit.implies(verdict.is_(word), -flag)

    def _link_address(self, assumed: Assumed, literal: int) -> None:
        """A recipient who is an address that a rule writes is in the same lists as that."""
        if assumed.address is None:
            return
        for other, own in self.assumed.items():
            same_list = other.name == assumed.name and other.case == assumed.case
            if same_list and other.field is not None and not is_header(other.field):
                view = self.view(FieldLook(other.field, assumed.case))
                equal = view.test(RuleStringOperator.EQUALS, assumed.address)
                self._link(view, self.circuit.all_of((equal, literal)), own)
                self._link(view, self.circuit.all_of((equal, -literal)), -own)

    def _link(self, view: FieldView, condition: int, consequence: int) -> None:
        if (view.look, condition, consequence) not in self._linked:
            self._linked.add((view.look, condition, consequence))
            self.circuit.implies(condition, consequence)


def is_header(field: str) -> bool:
    """Whether a field is a header of the message."""
    return not (field in {MAIL_FROM, HELO} or field.startswith((RECIPIENT, CERTIFICATE, ADD_ON)))


def counts(view: FieldView, readings: Readings) -> bool:
    """Whether a condition looks so at the field under some readings."""
    look = view.look
    if view.counts_always:
        return True
    addresses, header = look.field in ADDRESS_HEADERS, is_header(look.field)
    case = readings.text_case if header and not addresses else readings.string_case
    if look.case != case and not (view.looked_up and look.case == readings.address_list_case):
        return False
    if not header:
        return True
    if look.repeated != readings.repeated_headers:
        return False
    each_address = readings.address_fields == "each_address"
    if look.addresses:
        return each_address or view.looked_up
    decoded = readings.encoded_words == "decoded"
    return look.decoded is decoded and not (addresses and each_address)
