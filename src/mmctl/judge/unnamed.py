"""A simulated message without its names and contents, for reports that others may read.

The message is named by its digest, its recipients by their number; what rules compare with is
shown, what the message contains is not.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mmctl.judge.answers import MissingFact
from mmctl.judge.readings.matter import Dependence
from mmctl.judge.trace import (
    ActionTrace,
    ConditionTrace,
    CopyTrace,
    Performed,
    PolicyTrace,
    RecipientTrace,
    RuleTrace,
    StatementTrace,
    Trace,
)
from mmctl.model.facts import FACTS
from mmctl.records import dataclass, field, fields, replace

if TYPE_CHECKING:
    from mmctl.judge.simulation import Known, Simulated

Value = TypeVar("Value")

NOT_SHOWN: Final = "…"
"""Replaces what a message contains."""
_DIGITS: Final = 12
_NAME_NOBODY: Final = frozenset(fact.name.value for fact in FACTS if fact.names_nobody)
"""What is known of a message, without names."""
_WALKED: Final = (
    ActionTrace,
    CopyTrace,
    Performed,
    PolicyTrace,
    RecipientTrace,
    RuleTrace,
    StatementTrace,
    Trace,
)


def unnamed(simulated: Simulated, content: bytes) -> Simulated:
    """The message as others may see it; the digest is that of the bytes in `content`."""
    recipients = [got.recipient for got in simulated.trace.recipients]
    veil = _Veil({each.lower(): f"recipient {n}" for n, each in enumerate(recipients, 1)})
    return replace(
        simulated,
        message=digest_name(content),
        known=tuple(map(_known, simulated.known)),
        trace=veil.over(simulated.trace),
        dependences=veil.over(simulated.dependences),
        against=veil.over(simulated.against),
    )


def digest_name(content: bytes) -> str:
    """The name of a message by its digest: the first digits of its `sha256sum`."""
    return f"sha256:{sha256(content).hexdigest()[:_DIGITS]}"


def _known(known: Known) -> Known:
    if known.name in _NAME_NOBODY:
        return replace(known, detail=None)
    return replace(known, value=NOT_SHOWN, detail=None)


@dataclass(slots=True)
class _Veil:
    """The same traces with other names; a shared value stays shared."""

    names: dict[str, str]
    _made: dict[int, tuple[Any, Any]] = field(default_factory=dict)

    def over(self, value: Value) -> Value:
        """The value with its addresses replaced and its texts removed."""
        return cast("Value", self._over(value))

    def _over(self, value: Any) -> Any:
        match value:
            case tuple() if type(value) is tuple:  # a named one is a value of its own
                return tuple(map(self._over, value))
            case MissingFact():
                return replace(value, about="")
            case Dependence():
                return value._replace(recipient=self._name(value.recipient))
            case ConditionTrace():
                return replace(value, compared=(NOT_SHOWN,) if value.compared else ())
            case _ if isinstance(value, _WALKED):
                return self._once(value)
            case _:
                return value

    def _once(self, value: Any) -> Any:
        known = self._made.get(id(value))
        if known is None:
            known = (value, self._changed(value))
            self._made[id(value)] = known
        return known[1]

    def _changed(self, value: Any) -> Any:
        inside = {each.name: self._over(getattr(value, each.name)) for each in fields(value)}
        for name in ("recipient", "address"):
            if name in inside:
                inside[name] = self._name(inside[name])
        if isinstance(value, Performed):
            inside["recipients"] = tuple(map(self._name, value.recipients))
        if isinstance(value, Trace):
            inside["notes"] = (NOT_SHOWN,) if value.notes else ()
        return replace(value, **inside)

    def _name(self, address: str) -> str:
        """A recipient of the message by its number; one that a rule names stays."""
        return self.names.get(address.lower(), address)
