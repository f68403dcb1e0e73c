"""Address lists in a proof: known ones are their entries, of the others anything may be true.

What a model says about a list that nobody read is an assumption that an answer has to name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import Assumed
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.compare import folded
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Readings


class Lists:
    """The address lists of one gateway."""

    def __init__(self, fields: FreeFields, gateway: Gateway) -> None:
        self._fields = fields
        self._circuit = fields.circuit
        self._lists = gateway.lists

    def is_deleted(self, name: str) -> bool:
        """Whether conditions name a list that does not exist."""
        return name not in self._lists

    def of_deleted(self, name: str) -> int:
        """Whether a list that does not exist counts as one that includes everything."""
        return self._fields.assume(Assumed(name))

    def includes(self, name: str, view: FieldView, readings: Readings) -> int:
        """Whether a list includes one of the addresses that a look sees."""
        view.looked_up = True
        members = self._lists[name]
        if members is not None:
            return view.listed(members, readings)
        assumed = Assumed(name, field=view.look.field, case=view.look.case)
        at = view.test(RuleStringOperator.CONTAINS, "@")  # no list includes another text
        return self._circuit.all_of((view.present, at, self._fields.assume(assumed)))

    def includes_written(self, name: str, address: str, readings: Readings) -> int:
        """Whether a list includes an address that a rule wrote."""
        members = self._lists[name]
        if members is None:
            case = readings.address_list_case
            return self._fields.assume(Assumed(name, address=folded(address, case), case=case))
        included = members.include_any(
            (address,),
            case=readings.address_list_case,
            bare_domain=readings.bare_domain_entry,
            star_domain=readings.star_domain_entry,
        )
        return TRUE if included else FALSE
