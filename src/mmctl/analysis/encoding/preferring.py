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

    from mmctl.analysis.encoding.fields import Fields
    from mmctl.analysis.encoding.readings import FreeReadings
    from mmctl.judge.submission import Gateway


def preferences(fields: Fields, free: FreeReadings, gateways: Sequence[Gateway]) -> Iterator[int]:
    """Literals that should hold, the most wanted first."""
    yield from _readings(free, gateways)
    yield from (-literal for literal in fields.assumed.values())
    yield from (-literal for name, literal in fields.flags.items() if name != DMARC_PASSED)
    for name, choice in fields.choices.items():
        if name.startswith(ANSWER):
            yield choice.is_(LambdaAnswer.CONTINUE)
    for view in fields.views.values():
        if isinstance(view.theory, AddressTheory):
            yield view.theory.ordinary()
    yield from (
        literal if name == FROM.key else -literal for name, literal in fields.headers.items()
    )
    yield from (-literal for view in fields.views.values() for literal in view.tests.values())
    yield from fields.client.plain()
    for name, word in (
        (VerdictFact.SPF, RuleVerdict.PASS),
        (VerdictFact.DKIM, RuleVerdict.PASS),
        (SessionFact.TLS, Tls.TLS1_3),
    ):
        if name in fields.choices:
            yield fields.choices[name].is_(word)


def _readings(free: FreeReadings, gateways: Sequence[Gateway]) -> Iterator[int]:
    for name, literals in free.all().items():
        yield literals[gateways[0].readings.choice(name)]
