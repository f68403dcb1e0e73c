"""What a witness should be like where the question leaves it open: small, ordinary, good mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import DMARC_PASSED
from mmctl.analysis.encoding.surroundings import ANSWER
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.judge.submission import LambdaAnswer
from mmctl.mail.email import Tls
from mmctl.model.enums import RuleVerdict
from mmctl.model.facts import FROM, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.language.readings import Readings


def preferences(fields: FreeFields, readings: Sequence[Readings]) -> Iterator[int]:
    """Literals that should hold, the most wanted first, where the gateways have these readings."""
    views = tuple(fields.looking(*readings))
    yield from (-literal for literal in fields.assumed.values())
    yield from (-literal for name, literal in fields.flags.items() if name != DMARC_PASSED)
    for name, choice in fields.choices.items():
        if name.startswith(ANSWER):
            yield choice.is_(LambdaAnswer.CONTINUE)
    for view in views:
        if isinstance(view.theory, AddressTheory):
            yield view.theory.ordinary()
    yield from _as_compared(fields.circuit, views)
    yield from (
        literal if name == FROM.key else -literal for name, literal in fields.headers.items()
    )
    yield from (-literal for view in views for literal in view.tests.values())
    yield from fields.size.small()
    yield from fields.client.plain()
    for name, word in (
        (VerdictFact.SPF, RuleVerdict.PASS),
        (VerdictFact.DKIM, RuleVerdict.PASS),
        (SessionFact.TLS, Tls.TLS1_3),
    ):
        if name in fields.choices:
            yield fields.choices[name].is_(word)


def _as_compared(circuit: Circuit, views: Sequence[FieldView]) -> Iterator[int]:
    """Where letter case matters to one look at a field and not to another: lower case."""
    exact = {view.look: view for view in views if view.look.case == "sensitive"}
    for view in views:
        other = exact.get(view.look._replace(case="sensitive"))
        if other is not None and other is not view:
            for (operator, value), literal in tuple(view.tests.items()):
                yield -circuit.differ(literal, other.test(operator, value))
