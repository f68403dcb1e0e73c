"""Where mail goes at last: transport(5), relayhost, tables by sender → relays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, Needed, SourceRule, Then
from mmctl.interchange.migration.tests import ALWAYS, AllOf, Negated
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, bounce
from mmctl.interchange.postfix.destinations import LOCAL, MAILBOXES, RELAYED
from mmctl.interchange.postfix.effects import lost
from mmctl.interchange.postfix.keys import LookupStyle
from mmctl.interchange.postfix.lookups import LookupOf, looked_up
from mmctl.interchange.postfix.relays import LOOKED_UP, is_looked_up, next_hop
from mmctl.interchange.postfix.several import recipients_looked_up
from mmctl.interchange.postfix.words import first_word
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.context import ReadPostfix
    from mmctl.interchange.postfix.destinations import Destinations
    from mmctl.interchange.postfix.entries import TableEntry
    from mmctl.interchange.postfix.lookups import TableResult
    from mmctl.interchange.postfix.tables import LookupTable
    from mmctl.problem import Position

_BY_SMTP: Final = frozenset({"smtp", "relay", "esmtp", "smtps", "lmtp"})
_TO_MAILBOXES: Final = frozenset({"local", "virtual"})
_REFUSED: Final = {"error": ("550", "5.0.0"), "retry": ("450", "4.0.0")}
_SEND_ROLE: Final = Needed(
    stand_in="arn:aws:iam::111122223333:role/mail-send",
    why="the role with which Mail Manager sends mail to other domains, by SES",
)
_BY_MX: Final = Deviation(
    code="sent-by-ses",
    says="the source delivers to the servers that the recipient's domain names in DNS; here SES "
    "sends the mail, from an identity that it has verified",
    instead="set a relay of your own, or keep outgoing mail where it is",
)
_MAILBOX: Final = Deviation(
    code="delivery-by-program",
    says="the source hands this mail to a program of its own; here it goes to the mailboxes",
    instead="deliver by the program on the mail server behind",
)


@dataclass(slots=True, kw_only=True)
class Routing:
    """The rules that deliver."""

    context: ReadPostfix
    destinations: Destinations
    rules: list[SourceRule] = field(default_factory=list)
    refusals: list[SourceRule] = field(default_factory=list)
    aliased: Callable[[], tuple[Test, ...]]
    """The tests of recipients that are known before transports are looked up."""
    targets: frozenset[str] = frozenset()
    """The addresses that rules before give mail as recipients."""

    def read(self, *, outgoing: bool) -> None:
        """Read all that routes; `outgoing`: mail for other domains comes this way at all."""
        self._transports(self.context.named_tables("transport_maps"))
        if outgoing:
            self._by_sender()
        self._relayed()
        if outgoing:
            self._outgoing()

    def _transports(self, tables: list[LookupTable]) -> None:
        below = self.context.covers_subdomains("transport_maps")
        style = LookupStyle(
            operand="recipient",
            below=below,
            dotted=not below,
            at_local=False,
            star=True,
            delimiters=self.context.parameters.text("recipient_delimiter"),
        )
        lists = self.context.source.address_lists
        found, unread = recipients_looked_up(tables, style, lists, lambda value: value.strip(": "))
        self.context.source.unread += unread
        for table, each in found:
            self._transport(each, table)

    def _transport(self, found: TableResult, table: LookupTable) -> None:
        first = found.entries[0]
        rule = SourceRule(
            name=f"{table.short} {first.key if len(found.entries) == 1 else found.value}",
            place=first.position,
            text=found.text,
            test=found.test,
            description=first.comment[:200] or None,
        )
        transport, _, hop = found.value.partition(":")
        kind = transport.strip().lower()
        if kind in _REFUSED:
            self._refused(rule, kind, hop, any(map(self._is_target, found.entries)))
        elif kind == "discard":
            self.rules.append(replace(rule, actions=("drop",), then=Then.END))
        elif kind or hop:
            self.rules.append(self._to(rule, kind or "smtp", hop))

    def _is_target(self, entry: TableEntry) -> bool:
        """Whether a rule before gives mail a recipient that an entry could fit."""
        key = entry.key.lstrip(".")
        return key == "*" or any(
            target == key or target.endswith((f"@{key}", f".{key}")) for target in self.targets
        )

    def _refused(self, rule: SourceRule, kind: str, text: str, is_target: bool) -> None:
        self.context.source.needed |= BOUNCE_NEEDS
        code = _REFUSED[kind][0]
        status, rest = first_word(text)
        given = status if status[:2] in {"4.", "5."} else ""
        action = bounce(
            (rest if given else text) or "mail is not taken",
            status_code=(f"5{given[1:]}" if given else "5.1.1"),
        )
        temporary = code == "450"
        differences = (_DEFERRED,) if temporary else ()
        rule = replace(rule, actions=(action,), then=Then.END, differences=differences)
        known = self.aliased()
        test = AllOf((rule.test, *map(Negated, known))) if known else rule.test
        self.refusals.append(replace(rule, test=test, refuse=True))
        if is_target:  # what is given this recipient is accepted there, and then bounced
            self.rules.append(replace(rule, name=f"{rule.name} bounced"))

    def _to(self, rule: SourceRule, transport: str, hop: str) -> SourceRule:
        """A rule that hands mail to a transport."""
        if transport in _TO_MAILBOXES or hop.startswith("unix:"):
            return replace(rule, then=Then.DELIVER)
        if transport not in _BY_SMTP and transport not in self.context.smtp_services:
            return replace(rule, then=Then.DELIVER, differences=(*rule.differences, _MAILBOX))
        if not hop:
            return replace(rule, then=Then.DELIVER, differences=(*rule.differences, LOOKED_UP))
        relay = next_hop(hop.removeprefix("inet:"), self.context.source)
        if relay is None:
            return lost(rule, f"`{hop[:60]}` is no host", "relay it by hand", "no-host")
        self._authenticated(relay, hop)
        differences = (LOOKED_UP,) if is_looked_up(hop) else ()
        return replace(
            rule,
            actions=({"relay": {"to": relay, "mail_from": "preserve"}},),
            then=Then.END,
            differences=(*rule.differences, *differences),
        )

    def _authenticated(self, relay: str, hop: str) -> None:
        """Let a relay log in where Postfix does; the passwords stay where they are."""
        if not self.context.parameters.holds("smtp_sasl_auth_enable"):
            return
        tables = self.context.named_tables("smtp_sasl_password_maps")
        keys = {entry.key for table in tables for entry in table.entries}
        host = hop.strip("[]").partition("]")[0].partition(":")[0].lower()
        if tables and not keys & {hop.lower(), host, f"[{host}]"}:
            return
        variable = f"{relay.replace('-', '_')}_secret"
        self.context.source.relays[relay]["authentication"] = {
            "secret_arn": f"${{vars.{variable}}}"
        }
        self.context.source.needed[variable] = Needed(
            stand_in="arn:aws:secretsmanager:us-east-1:111122223333:secret:relay-AbCdEf",
            why=f"the secret with which the relay `{relay}` logs in: username and password",
        )

    def _by_sender(self) -> None:
        """Relay by sender, for domains that are not own ones."""
        for name in ("sender_dependent_default_transport_maps", "sender_dependent_relayhost_maps"):
            style = LookupStyle(
                operand="mail_from", below=False, dotted=False, at_domain=True, at_local=False
            )
            for table in self.context.named_tables(name):
                found, unread = looked_up(
                    table,
                    LookupOf.SENDER,
                    style,
                    self.context.source.address_lists,
                    lambda value: "" if value.upper() == "DUNNO" else value,
                )
                self.context.source.unread += unread
                for each in found:
                    if each.value.upper() == "DUNNO":
                        continue
                    first = each.entries[0]
                    rule = SourceRule(
                        name=f"{table.short} {first.key}",
                        place=first.position,
                        text=each.text,
                        test=AllOf((each.test, Negated(self.destinations.own_domains))),
                    )
                    transport, hop = ("smtp", each.value)
                    if "transport" in name:
                        transport, _, hop = each.value.partition(":")
                    self.rules.append(self._to(rule, transport or "smtp", hop))

    def _relayed(self) -> None:
        """Own domains that go on to another server, without an entry of their own."""
        parameters = self.context.parameters
        for of_class, name in (
            (RELAYED, "relay_transport"),
            (MAILBOXES, "virtual_transport"),
            (LOCAL, "local_transport"),
        ):
            domains = self.destinations.named(of_class)
            transport, _, hop = parameters.text(name).partition(":")
            if of_class == RELAYED:
                hop = hop or parameters.text("relayhost")
            if of_class == LOCAL and parameters.text("mailbox_transport"):
                transport, _, hop = parameters.text("mailbox_transport").partition(":")
            if not domains or not hop or transport in _TO_MAILBOXES or hop.startswith("unix:"):
                continue
            written = name if parameters.says(name) else "relayhost"
            rule = self._standing(of_class, written, self.destinations.of(domains))
            self.rules.append(self._to(rule, transport, hop))

    def _outgoing(self) -> None:
        """Mail of own networks and aliases for all other domains."""
        parameters = self.context.parameters
        transport, _, hop = parameters.text("default_transport").partition(":")
        relayhost = parameters.text("relayhost")
        own = self.destinations.own_domains
        rule = self._standing("outgoing", "relayhost", Negated(own) if own else ALWAYS)
        if hop or relayhost:
            self.rules.append(self._to(rule, transport, hop or relayhost))
            return
        self.context.source.needed["send_role"] = _SEND_ROLE
        self.rules.append(
            replace(
                rule,
                actions=({"send": {"role": "${vars.send_role}"}},),
                then=Then.END,
                differences=(_BY_MX,),
            )
        )

    def _standing(self, name: str, parameter: str, test: Test) -> SourceRule:
        place: Position = self.context.parameters.place(parameter)
        value = self.context.parameters.text(parameter)
        return SourceRule(
            name=f"{name} {parameter}", place=place, text=f"{parameter} = {value}", test=test
        )


_DEFERRED: Final = Deviation(
    code="deferred-becomes-rejected",
    says="the source asks the client to try again later; here the mail is rejected for good",
    instead="remove the rule when the reason is gone",
)
