"""What add-ons answered, free: one text for each field, read in three ways.

The three ways of reading a field are free of each other but for the texts that conditions name,
which `FreeFields` links. An add-on may also give no answer: then no condition on it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import ADD_ON, OTHER, SILENT
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
        name = self._field(analysis)
        view = self._fields.view(FieldLook(name, readings.string_case))
        met = self._fields.circuit.any_of([view.test(operator, value) for value in values])
        return self._answered(name, -met if operator in NEGATED else met)

    def flag(self, analysis: Analysis | IngressAnalysis, *, wanted: bool) -> int:
        """Whether a field counts as true, or as false."""
        name = self._field(analysis)
        true = self._fields.flag(name)
        return self._answered(name, true if wanted else -true)

    def verdict(self, analysis: Analysis, values: Sequence[RuleVerdict], *, negative: bool) -> int:
        """Whether a field is one of some verdicts, or none of them."""
        name = self._field(analysis)
        answer = self._fields.choice(name, (*RuleVerdict, OTHER))
        met = self._fields.circuit.any_of([answer.is_(value) for value in values])
        return self._answered(name, -met if negative else met)

    def _answered(self, name: str, holds: int) -> int:
        """Whether something holds of an answer, and there is one."""
        silent = self._fields.flag(f"{SILENT}{name}")
        return self._fields.circuit.all_of((-silent, holds))
