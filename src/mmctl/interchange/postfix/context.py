"""What all parts of the reader share: parameters, tables, and the source that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.postfix.keys import LookupStyle
from mmctl.interchange.postfix.lookups import OPERANDS, LookupOf
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.interchange.postfix.parameters import Parameters
    from mmctl.interchange.postfix.tables import LookupTable, Tables
    from mmctl.problem import Position


@dataclass(slots=True, kw_only=True)
class ReadPostfix:
    """A configuration that is being read."""

    parameters: Parameters
    tables: Tables
    source: OtherGateway
    smtp_services: frozenset[str] = frozenset()
    """The names of deliveries in master.cf that speak SMTP or LMTP."""
    covered: dict[str, str] = field(default_factory=dict)
    """Restrictions that need no rule, and why."""

    def unread(self, place: Position, text: str, why: str, instead: str | None = None) -> None:
        """List what does not come along."""
        self.source.unread.append(Unread(place=place, text=text[:160], why=why, instead=instead))

    def named_tables(self, parameter: str, *, aliases: bool = False) -> list[LookupTable]:
        """The tables of a parameter that can be read; the others are listed."""
        found = [
            self.tables.table(word, self.parameters.place(parameter, word), aliases=aliases)
            for word in self.parameters.words(parameter)
        ]
        return [table for table in found if table is not None]

    def covers_subdomains(self, parameter: str) -> bool:
        """Whether `example.com` stands for its subdomains in the lists or tables of a name."""
        return parameter in self.parameters.words("parent_domain_matches_subdomains")

    def access_style(self, sought: LookupOf) -> LookupStyle:
        """How access tables look up something."""
        below = self.covers_subdomains("smtpd_access_maps")
        return LookupStyle(
            operand=OPERANDS[sought],
            below=below,
            dotted=not below,
            delimiters=self.parameters.text("recipient_delimiter"),
            null_key=self.parameters.text("smtpd_null_access_lookup_key") or "<>",
        )
