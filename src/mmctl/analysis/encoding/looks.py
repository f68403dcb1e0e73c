"""Which texts conditions see of a message, as `mmctl.judge.texts` says.

There is one view for each way to look at a field; rules above may have added to what it sees, or
put another address in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import CERTIFICATE, HELO, MAIL_FROM
from mmctl.analysis.encoding.seen import KnownTexts, OneOrOther, Overwritten, with_added
from mmctl.analysis.encoding.views import FieldLook
from mmctl.judge.lookup import case_of
from mmctl.model.facts import FROM, RECIPIENTS, SENDER, HeaderFact
from mmctl.model.operands import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.seen import SeenTexts
    from mmctl.analysis.encoding.sight import CopySight
    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleClientCertificateAttribute
    from mmctl.model.operands import Operand


class Looks:
    """The texts that the conditions of one gateway see."""

    def __init__(self, fields: FreeFields, gateway: Gateway) -> None:
        self._fields = fields
        self._circuit = fields.circuit
        self._gateway = gateway

    def of(self, operand: Operand, sight: CopySight, readings: Readings) -> SeenTexts:
        """The texts of an operand that is no X-header, certificate or add-on."""
        fact, case = operand.fact, case_of(operand, readings)
        if fact is RECIPIENTS:
            return self._recipient(sight, case)
        if not isinstance(fact, HeaderFact):
            field = MAIL_FROM if fact.empty_is_none else HELO
            return self._fields.view(FieldLook(field, case))
        if fact.holds_addresses and readings.address_fields == "each_address":
            return self._addresses(fact, case, readings)
        if fact.holds_addresses:
            return self._or_from(fact, readings, lambda name: self._header(name, case, readings))
        return self._header(fact.key, case, readings)

    def _recipient(self, sight: CopySight, case: Case) -> SeenTexts:
        sent = self._fields.view(FieldLook(sight.recipient, case))
        return Overwritten(self._circuit, sent, sight.replaced, case) if sight.replaced else sent

    def _addresses(self, fact: HeaderFact, case: Case, readings: Readings) -> SeenTexts:
        """The addresses of a header: of From for a missing Sender if the reading says so."""

        def look(name: str) -> SeenTexts:
            repeated = readings.repeated_headers
            return self._fields.view(FieldLook(name, case, addresses=True, repeated=repeated))

        return self._or_from(fact, readings, look)

    def _or_from(
        self, fact: HeaderFact, readings: Readings, look: Callable[[str], SeenTexts]
    ) -> SeenTexts:
        own = look(fact.key)
        if fact is not SENDER or readings.sender_without_header != "from":
            return own
        return OneOrOther(self._circuit, self._fields.header(SENDER.key), own, look(FROM.key))

    def _header(self, name: str, case: Case, readings: Readings) -> SeenTexts:
        return self._fields.view(
            FieldLook(
                name,
                case,
                repeated=readings.repeated_headers,
                decoded=readings.encoded_words == "decoded",
            )
        )

    def x_header(self, header: str, sight: CopySight, readings: Readings) -> SeenTexts:
        """The texts of an X-header, those that rules added behind what was sent."""
        name, case = header.lower(), case_of(HEADER, readings)
        added = [(literal, value) for literal, other, value in sight.added if other == name]
        sent = self._header(name, case, readings)
        return with_added(self._circuit, sent, added, case, readings.repeated_headers)

    def certificate(self, field: RuleClientCertificateAttribute, case: Case) -> SeenTexts:
        """The texts of a field; none if the ingress point does not ask for a certificate."""
        if not self._gateway.certificates:
            return KnownTexts((), case)
        return self._fields.view(FieldLook(f"{CERTIFICATE}{field.value}", case))
