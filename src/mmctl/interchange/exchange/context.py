"""What the reading of one rule shares: its parameters, its example mail, and lists it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.sketch import Sketch
from mmctl.interchange.migration.differences import Deviation, Example
from mmctl.interchange.migration.names import FreeNames, spelled
from mmctl.interchange.migration.tests import EitherOf, Matches, Near
from mmctl.interchange.migration.usual import MAILBOXES
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.source import OtherGateway, SourceOptions
    from mmctl.interchange.migration.tests import Test

APPLIES: Final = "the rule applies"
NOT_APPLIES: Final = "the rule does not apply"
EVERY_RECIPIENT: Final = "the rule applies for every recipient"
NO_RECIPIENT: Final = "the rule applies for no recipient"
_ADDRESS: Final = re.compile(r"(?:smtp:)?([^@\s<>\"]+@[^@\s<>\"]+)", re.IGNORECASE)
_STRANGE_CLIENT: Final = "192.0.2.200"
"""A client for a rule with exempted networks; an example of one inside shows nothing."""
_IN_ANGLES: Final = re.compile(r"[^<>]*<([^<>]+)>")


class UnfilledLists:
    """Address lists for groups and people whose addresses the export does not have."""

    def __init__(self, source: OtherGateway) -> None:
        self._source = source
        self._names = FreeNames()
        self._known: dict[tuple[str, str], str] = {}

    def named(self, kind: str, text: str) -> str:
        """The list of a group or of people: new with its first use."""
        key = (kind, text.casefold())
        if key not in self._known:
            name = self._names.named(f"{kind}-{text.partition('@')[0]}", kind)
            self._known[key] = name
            self._source.address_lists[name] = None
        return self._known[key]


class FilledByPeople:
    """Variables and relays for what only people know: another one for each text of the export."""

    def __init__(self) -> None:
        self._variables = FreeNames()
        self._relays = FreeNames((MAILBOXES,))
        self._known: dict[tuple[str, str], str] = {}

    def variable(self, kind: str, text: str) -> str:
        """The variable of a kind for a text."""
        return self._named(self._variables, kind, f"{kind} {text}", "_")

    def relay(self, connector: str) -> str:
        """The relay of a connector."""
        return self._named(self._relays, "connector", connector, "-")

    def _named(self, names: FreeNames, kind: str, text: str, between: str) -> str:
        key = (kind, text.casefold())
        if key not in self._known:
            plain = re.sub(r"[^a-z0-9]+", "-", spelled(text)).strip("-")
            name = names.named(plain, kind)
            self._known[key] = name.replace("-", between)
        return self._known[key]


@dataclass(slots=True, kw_only=True)
class RuleContext:
    """The reading of one rule."""

    source: OtherGateway
    asked: SourceOptions
    lists: UnfilledLists
    people: FilledByPeople
    stated: dict[tuple[str, bool], StatedValue]
    """By the name in the vocabulary, and whether it is an exception."""
    sketch: Sketch = field(default_factory=Sketch)
    unfilled_exception: bool = False
    """Whether an exception asks for an address list that is empty until somebody fills it."""
    outside: bool = False
    """Whether it asks for senders outside of the organization."""

    def value(self, name: str, otherwise: str = "", *, exception: bool = False) -> str:
        """The one value of a parameter."""
        found = self.stated.get((name, exception))
        return found.values[0] if found is not None and found.values else otherwise

    def flag(self, name: str) -> bool:
        """Whether a flag is set."""
        return self.value(name).lower() == "true"

    @property
    def senders(self) -> tuple[str, ...]:
        """The operands that are the sender's address."""
        match self.value("SenderAddressLocation", "Header").lower():
            case "envelope":
                return ("mail_from",)
            case "headerorenvelope":
                return ("from", "mail_from")
            case _:
                return ("from",)

    @property
    def own(self) -> tuple[str, ...]:
        """What addresses of the organization end with."""
        return tuple(f"@{domain.lower().strip('.@')}" for domain in self.asked.domains)

    def example(self, sketch: Sketch, there: str) -> Example | None:
        """A message that shows a difference; None: its conditions contradict each other."""
        if sketch.source_ip is None and ("SenderIpRanges", True) in self.stated:
            sketch = replace(sketch, source_ip=_STRANGE_CLIENT)
        return Example(mail=sketch.mail, there=there) if sketch.sound else None


def of_each(operands: Sequence[str], operator: str, values: Iterable[str]) -> Test:
    """A comparison of any of the operands."""
    tests = tuple(
        Matches(operand=operand, operator=operator, values=tuple(values)) for operand in operands
    )
    return tests[0] if len(tests) == 1 else EitherOf(tests)


def in_list(
    context: RuleContext, operands: Sequence[str], name: str, who: str, *, exception: bool
) -> Test:
    """Whether an address is in a list that somebody must fill."""
    context.unfilled_exception = context.unfilled_exception or exception
    then = (
        "until then the rule only marks mail (`shadow: true`), because its exception is open"
        if exception
        else "until then nothing matches it"
    )
    difference = Deviation(
        code="members-needed",
        says=f"the addresses of {who} are not in the export, and must be written into the "
        f"address list `{name}`; {then}",
        instead=f"`Get-DistributionGroupMember` and `Get-Recipient` list them: export "
        f"`PrimarySmtpAddress` as CSV, then `mmctl import --from csv --list {name}`",
        loses=True,
    )
    return Near(test=of_each(operands, "in_address_list", (name,)), difference=difference)


def address_in(text: str) -> str | None:
    """The address that a text is; None: it names somebody otherwise."""
    text = text.strip()
    if (angles := _IN_ANGLES.fullmatch(text)) is not None:
        text = angles[1].strip()
    found = _ADDRESS.fullmatch(text)
    return found[1] if found is not None else None
