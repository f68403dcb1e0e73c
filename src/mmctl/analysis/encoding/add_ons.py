"""What add-ons answered, free: one text for each field, read in three ways.

The three ways of reading a field are free of each other but for the texts that conditions name,
which `FreeFields` links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import ADD_ON, OTHER
from mmctl.analysis.encoding.views import FieldLook
from mmctl.judge.add_ons import spelling
from mmctl.model.comparisons import NEGATED
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.language.readings import Readings
    from mmctl.model.enums import RuleStringOperator
    from mmctl.model.policies import IngressAnalysis
    from mmctl.model.rules import Analysis


class AddOns:
    """The answers of add-ons as conditions compare them."""

    def __init__(self, fields: FreeFields) -> None:
        self._fields = fields

    def _field(self, analysis: Analysis | IngressAnalysis) -> str:
        """The name of an add-on's field among the fields of a message."""
        name = f"{ADD_ON}{analysis.analyzer} {spelling(analysis.result_field)}"
        self._fields.add_ons.setdefault(name, (analysis.analyzer, analysis.result_field))
        return name

    def text(
        self,
        analysis: Analysis | IngressAnalysis,
        operator: RuleStringOperator,
        values: Sequence[str],
        readings: Readings,
    ) -> int:
        """Whether a field meets one of some texts; for `NOT_EQUALS` none."""
        view = self._fields.view(FieldLook(self._field(analysis), readings.string_case))
        met = self._fields.circuit.any_of([view.test(operator, value) for value in values])
        return -met if operator in NEGATED else met

    def flag(self, analysis: Analysis | IngressAnalysis) -> int:
        """Whether a field counts as true."""
        return self._fields.flag(self._field(analysis))

    def verdict(self, analysis: Analysis, values: Sequence[RuleVerdict]) -> int:
        """Whether a field is one of some verdicts."""
        answer = self._fields.choice(self._field(analysis), (*RuleVerdict, OTHER))
        return self._fields.circuit.any_of([answer.is_(value) for value in values])
