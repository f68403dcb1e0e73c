"""Tables that give mail other recipients, or copies → rules (virtual(5), aliases(5), canonical(5)).

Aliases are expanded here as far as they go, since each rule gives mail its final recipients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, SourceRule, Then
from mmctl.interchange.migration.tests import ALWAYS
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, bounce
from mmctl.interchange.postfix.addresses import any_key
from mmctl.interchange.postfix.destinations import LOCAL
from mmctl.interchange.postfix.effects import COPIED, COPIES, is_fixed_address, lost, redirected
from mmctl.interchange.postfix.entries import TableEntry, TableForm
from mmctl.interchange.postfix.expanding import Aliases, AliasLoop
from mmctl.interchange.postfix.keys import LookupStyle, sorted_keys
from mmctl.interchange.postfix.lookups import LookupOf, looked_up
from mmctl.interchange.postfix.several import recipients_looked_up
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.context import ReadPostfix
    from mmctl.interchange.postfix.destinations import Destinations
    from mmctl.interchange.postfix.lookups import TableResult
    from mmctl.interchange.postfix.tables import LookupTable
    from mmctl.problem import Position

_SAME: Final = "="
"""The result of an alias that changes nothing: it only says that the address exists."""
_AT_MOST: Final = 100
"""Recipients that one action takes."""
_EXTENSION: Final = Deviation(
    code="extension-not-kept",
    says="mail for an address with an extension goes to the alias with the extension there; here "
    "it goes to the alias without",
)


@dataclass(slots=True, kw_only=True)
class Rewriting:
    """The rules that change recipients, in the order in which they happen."""

    context: ReadPostfix
    destinations: Destinations
    rules: list[SourceRule] = field(default_factory=list)
    refusals: list[SourceRule] = field(default_factory=list)
    _entries: list[TableEntry] = field(default_factory=list)
    _by_pattern: list[Test] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)
    """The addresses that aliases lead to."""

    @property
    def outside(self) -> bool:
        """Whether an alias leads to a domain that is not an own one."""
        own = self.destinations.domains
        return any(address.rpartition("@")[2] not in own for address in self.targets)

    def aliased(self) -> tuple[Test, ...]:
        """The tests of recipients that get another address, or are known as aliases."""
        keys = sorted_keys(self._entries, self._style()).keys
        lists = self.context.source.address_lists
        known = [any_key(keys, self._style(), lists, "aliases")] if keys else []
        return (*known, *self._by_pattern)

    def read(self) -> None:
        """Read all tables that change or copy."""
        self._copies()
        self._relocated()
        tables = [*self.context.named_tables("virtual_alias_maps"), *self._local_tables()]
        aliases = self._aliases(tables)
        self._canonical(aliases)
        self._tables(tables, aliases)

    def _canonical(self, aliases: Aliases) -> None:
        """Addresses that are rewritten once, by both tables, before aliases are looked up."""
        common = self.context.named_tables("canonical_maps")
        of_recipients = self.context.named_tables("recipient_canonical_maps")
        first, second = self._aliases(of_recipients), self._aliases(common)
        self._tables(of_recipients, aliases, lambda address: second.once(first.once(address)))
        self._tables(common, aliases, second.once)

    def _local_tables(self) -> list[LookupTable]:
        """The alias files of local delivery, if any own domain is local."""
        if not self.destinations.named(LOCAL):
            return []
        if not self.context.parameters.says("alias_maps"):
            return []
        return self.context.named_tables("alias_maps", aliases=True)

    def _aliases(self, tables: list[LookupTable]) -> Aliases:
        keys: dict[str, str] = {}
        for table in tables:
            if table.form is TableForm.KEYS:
                for entry in table.entries:
                    keys.setdefault(entry.key, entry.value)
        return Aliases(
            keys=keys,
            locals_=frozenset(self._local_domains()),
            origin=self._origin(),
            delimiters=self._delimiters(),
            included=lambda path: self.context.tables.file_words(
                path, self.context.parameters.place("alias_maps")
            ),
        )

    def _origin(self) -> str:
        origin = self.context.parameters.text("myorigin")
        if origin.startswith("/"):
            words = self.context.tables.file_words(
                origin, self.context.parameters.place("myorigin")
            )
            origin = words[0] if words else ""
        local = self.destinations.named(LOCAL)
        if (not origin or origin.endswith(".invalid")) and local:
            return local[0]
        return origin.lower()

    def _local_domains(self) -> list[str]:
        return list(dict.fromkeys((*self.destinations.named(LOCAL), self._origin())))

    def _delimiters(self) -> str:
        return self.context.parameters.text("recipient_delimiter")

    def _style(self) -> LookupStyle:
        return LookupStyle(
            operand="recipient",
            below=False,
            dotted=False,
            at_domain=True,
            at_local=False,
            bare_local=tuple(self._local_domains()),
            delimiters=self._delimiters(),
        )

    def _tables(
        self,
        tables: list[LookupTable],
        aliases: Aliases,
        rewritten: Callable[[str], str] = str,
    ) -> None:
        """The rules of the tables of one parameter, one for each set of final recipients.

        `rewritten` is what an address becomes before aliases are looked up.
        """
        lost_of: dict[str, list[str]] = {}
        final = [self._with_final(each, aliases, rewritten, lost_of) for each in tables]
        found, unread = recipients_looked_up(
            final, self._style(), self.context.source.address_lists, lambda _: ""
        )
        self.context.source.unread += unread
        for table, each in found:
            if table.form is not TableForm.KEYS:
                self._pattern(each, table)
                continue
            self._entries += each.entries
            if each.value != _SAME:
                self._rule(each, table, lost_of)

    def _with_final(
        self,
        table: LookupTable,
        aliases: Aliases,
        rewritten: Callable[[str], str],
        lost_of: dict[str, list[str]],
    ) -> LookupTable:
        """A table of keys with the addresses that mail ends at; any other table as it is."""
        if table.form is not TableForm.KEYS:
            return table
        entries = [self._final(entry, aliases, rewritten, lost_of) for entry in table.entries]
        return replace(table, entries=[each for each in entries if each is not None])

    def _final(
        self,
        entry: TableEntry,
        aliases: Aliases,
        rewritten: Callable[[str], str],
        lost_of: dict[str, list[str]],
    ) -> TableEntry | None:
        """An entry with the addresses that its mail ends at as its result."""
        key = entry.key
        address = key if "@" in key else f"{key}@{self._origin()}"
        if key.startswith("@") and any(
            word.startswith("@") for word in entry.value.replace(",", " ").split()
        ):
            return replace(entry, value=f"domain {entry.value}", comment="")
        if "." in key and "@" not in key and key in self.destinations.domains:
            return None  # `example.com anything` says that the domain is an own one
        try:
            known = address if not key.startswith("@") else f"{key[1:]}{key}"
            targets = aliases.expanded(rewritten(known))
        except AliasLoop as loop:
            self._unread(entry, f"the alias leads back to itself: {loop}")
            return None
        if aliases.programs:
            lost_of[" ".join(targets)] = list(aliases.programs)
        if targets == (address,) and not aliases.programs:
            return replace(entry, value=_SAME, comment="")
        return replace(entry, value=" ".join(targets) or "programs", comment="")

    def _rule(self, found: TableResult, table: LookupTable, lost_of: dict[str, list[str]]) -> None:
        first = found.entries[0]
        rule = SourceRule(
            name=f"{table.short} {first.key}",
            place=first.position,
            text=found.text,
            test=found.test,
            differences=(_EXTENSION,) if self._delimiters() else (),
        )
        programs = lost_of.get(found.value, [])
        targets = [] if found.value == "programs" else found.value.split()
        if found.value.startswith("domain "):
            rule = lost(
                rule,
                "every recipient keeps its local part in another domain, and a rule gives mail "
                "fixed recipients",
                "rewrite the domain on the mail server behind",
                "domain-not-rewritten",
            )
        elif not targets or len(targets) > _AT_MOST:
            why = f"mail goes to `{programs[0]}`" if programs else f"{len(targets)} recipients"
            rule = lost(
                rule,
                f"{why}, and a rule gives mail 1 to {_AT_MOST} addresses",
                "keep the alias on the mail server behind",
                "alias-not-possible",
            )
        elif odd := next((each for each in targets if not is_fixed_address(each)), None):
            rule = lost(
                rule,
                f"mail goes to `{odd[:60]}`, and rules take letters, digits, `.`, `_`, `+` and `-`",
                "keep the alias on the mail server behind",
                "alias-not-possible",
            )
        else:
            if programs:
                rule = lost(
                    rule,
                    f"mail also goes to `{programs[0]}`, a program or a file",
                    "keep the alias on the mail server behind",
                    "alias-not-possible",
                )
            rule = replace(rule, actions=({"replace_recipient": targets},))
            self.targets.update(targets)
        self.rules.append(rule)

    def _pattern(self, found: TableResult, table: LookupTable) -> None:
        first = found.entries[0]
        self._by_pattern.append(found.test)
        rule = SourceRule(
            name=f"{table.short} {first.key}",
            place=first.position,
            text=found.text,
            test=found.test,
        )
        self.rules.append(redirected(rule, found.value))

    def _relocated(self) -> None:
        for table in self.context.named_tables("relocated_maps"):
            found, unread = looked_up(
                table,
                LookupOf.RECIPIENT,
                self._style(),
                self.context.source.address_lists,
                lambda value: value,
            )
            self.context.source.unread += unread
            for each in found:
                self.context.source.needed |= BOUNCE_NEEDS
                text = f"User has moved to {each.value}"
                self.refusals.append(
                    SourceRule(
                        name=f"{table.short} {each.entries[0].key}",
                        place=each.entries[0].position,
                        text=each.text,
                        test=each.test,
                        actions=(bounce(text, status_code="5.1.6"),),
                        then=Then.END,
                        refuse=True,
                    )
                )

    def _copies(self) -> None:
        """Copies to an address, which are an archive here."""
        always = self.context.parameters.text("always_bcc")
        if always:
            place = self.context.parameters.place("always_bcc", always)
            self._copy("always_bcc", f"always_bcc = {always}", place, None)
        for name, sought in (
            ("sender_bcc_maps", LookupOf.SENDER),
            ("recipient_bcc_maps", LookupOf.RECIPIENT),
        ):
            style = replace(self._style(), operand="mail_from" if "sender" in name else "recipient")
            for table in self.context.named_tables(name):
                found, unread = looked_up(
                    table, sought, style, self.context.source.address_lists, lambda _: ""
                )
                self.context.source.unread += unread
                for each in found:
                    first = each.entries[0]
                    self._copy(f"{table.short} {first.key}", each.text, first.position, each)

    def _copy(self, name: str, text: str, place: Position, found: TableResult | None) -> None:
        self.context.source.archives.setdefault(COPIES, {"retention": "ONE_YEAR"})
        self.rules.append(
            SourceRule(
                name=name,
                place=place,
                text=text,
                test=found.test if found else ALWAYS,
                actions=({"archive": {"to": COPIES}},),
                differences=(COPIED,),
            )
        )

    def _unread(self, entry: TableEntry, why: str) -> None:
        self.context.unread(entry.position, f"{entry.key} {entry.value}"[:120], why)
