"""Whom a Postfix takes mail from and for: own domains, listed recipients, own networks.

It becomes the traffic policy: all recipients but these are refused at RCPT, as there.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import NEVER, AllOf, Matches, Negated
from mmctl.interchange.postfix.clients import network_of, within
from mmctl.interchange.postfix.entries import TableForm
from mmctl.interchange.postfix.parameters import UNKNOWN_HOST
from mmctl.interchange.postfix.seen import networks_in
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.source import Data
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.context import ReadPostfix
    from mmctl.interchange.postfix.entries import Network
    from mmctl.interchange.postfix.tables import LookupTable

LOCAL: Final = "mydestination"
ALIASED: Final = "virtual_alias_domains"
MAILBOXES: Final = "virtual_mailbox_domains"
RELAYED: Final = "relay_domains"
_CLASSES: Final = (LOCAL, ALIASED, MAILBOXES, RELAYED)
"""Where a domain is listed, the first that counts."""
_LISTS: Final = {
    LOCAL: "local_recipient_maps",
    ALIASED: "virtual_alias_maps",
    MAILBOXES: "virtual_mailbox_maps",
    RELAYED: "relay_recipient_maps",
}
"""The tables of the recipients of each class."""
_EVERYWHERE: Final = ("virtual_alias_maps", "recipient_canonical_maps", "canonical_maps")
"""Tables whose recipients exist in domains of any class."""
_DOMAIN: Final = Pattern(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}")
_ADDRESS: Final = Pattern(r"[a-z0-9._+-]{1,64}@(?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{2,63}")
_STARRED: Final = 19
RECIPIENTS: Final = "recipients"
"""The address list of the recipients that tables list."""
_NEVER_CLIENTS: Final = tuple(map(ip_network, ("127.0.0.0/8", "::1/128", "fe80::/10")))


@dataclass(slots=True, kw_only=True)
class Destinations:
    """The own domains by class, and the own networks."""

    context: ReadPostfix
    domains: dict[str, str] = field(default_factory=dict)
    """Each own domain with its class: `.example.com` for the subdomains."""
    networks: list[Network] = field(default_factory=list)
    own_networks: Test = NEVER
    own_domains: Test = NEVER
    _by_pattern: dict[str, str] = field(default_factory=dict)
    """Tables of recipients by patterns that nobody named yet, with their parameters."""

    def read(self, asked: Iterable[str]) -> None:
        """Read the lists of domains and networks; `asked` are domains that the person adds."""
        below = self.context.covers_subdomains(RELAYED)
        for name in _CLASSES:
            for domain in self._domain_words(name):
                self.domains.setdefault(domain, name)
                if name == RELAYED and below and not domain.startswith("."):
                    self.domains.setdefault(f".{domain}", name)
        for domain in asked:
            self.domains.setdefault(domain.lower().lstrip("@"), RELAYED)
        self.own_domains = self.of(self.domains)
        self._read_networks()

    def of(self, domains: Iterable[str]) -> Test:
        """The test of a recipient in one of some domains."""
        return Matches(operand="recipient", operator="ends_with", values=tuple(_ends(domains)))

    def named(self, name: str) -> list[str]:
        """The domains of one class."""
        return [domain for domain, of_class in self.domains.items() if of_class == name]

    def policy(self, permitted: list[tuple[Test, ...]]) -> Data:
        """The traffic policy; `permitted` is what each `reject_unauth_destination` lets pass."""
        size = self.context.parameters.text("message_size_limit")
        most = {"max_message_size": int(size)} if size.isdecimal() and int(size) > 0 else {}
        listed, free = self._recipients()
        statements: list[Data] = []
        if not self.domains:
            self.context.unread(
                self.context.parameters.place(RELAYED),
                "no own domain is in the files",
                "so the traffic policy admits own networks alone",
                "name the domains: `--domain example.com`",
            )
        if listed:
            self.context.source.address_lists[RECIPIENTS] = tuple(listed)
            statements.append(_allow("listed", "recipient", "in_address_list", RECIPIENTS))
        if free:
            values = list(_ends(free))
            statements.append(_allow("own-domains", "recipient", "ends_with", values))
        for version, name in ((4, "sender_ip"), (6, "sender_ipv6")):
            networks = [str(each) for each in self._relaying(permitted) if each.version == version]
            if networks:
                statements.append(_allow(f"own-networks-{version}", name, "cidr_matches", networks))
        return {"default": "deny", **most, "statements": statements}

    def _relaying(self, permitted: list[tuple[Test, ...]]) -> list[Network]:
        """The networks that may send to any domain: every list lets them pass."""
        each_list = [
            {network for test in tests for network in networks_in(test)} for tests in permitted
        ]
        if not each_list:
            return []
        common = set.intersection(*each_list)
        return [each for each in map(ip_network, sorted(common)) if not _is_never_client(each)]

    def _recipients(self) -> tuple[list[str], list[str]]:
        """The recipients that are admitted by address, and the domains where all are."""
        parameters = self.context.parameters
        if not parameters.holds("smtpd_reject_unlisted_recipient") and not any(
            "reject_unlisted_recipient" in value for value in parameters.written.values()
        ):
            return [], list(self.domains)
        keys: dict[str, None] = {}
        free: list[str] = []
        extra, open_everywhere = self._keys_of(_EVERYWHERE)
        for name in _CLASSES:
            domains = self.named(name)
            if not domains:
                continue
            if name == LOCAL and not parameters.says(_LISTS[LOCAL]):
                note = "local recipients are accounts of the machine: the policy admits all"
                self.context.source.notes.append(note)
                free += domains
                continue
            tables, is_open = self._keys_of((_LISTS[name],))
            if is_open or not parameters.text(_LISTS[name]) or open_everywhere:
                if parameters.text(_LISTS[name]):
                    self._note_patterns()
                free += domains
                continue
            known = set(domains)
            for key in (*tables, *extra):
                keys |= dict.fromkeys(_addresses_of(key, known, local=name == LOCAL))
            everybody = {key[1:] for key in (*tables, *extra) if key.startswith("@")}
            free += [domain for domain in domains if domain.lstrip(".") in everybody]
        delimiters = parameters.text("recipient_delimiter")
        open_domains = set(free)
        listed = [key for key in keys if key.partition("@")[2] not in open_domains]
        return list(self._members(listed, delimiters)), free

    def _members(self, addresses: list[str], delimiters: str) -> Iterator[str]:
        for address in addresses:
            if not _ADDRESS.fullmatch(address):
                self.context.unread(
                    self.context.parameters.place(MAILBOXES),
                    address,
                    "an address list takes no such address, so its mail is refused",
                    "admit it in the traffic policy by hand",
                )
                continue
            yield address
            local, _, domain = address.partition("@")
            if len(local) < _STARRED:
                yield from (f"{local}{each}*@{domain}" for each in delimiters)

    def _keys_of(self, names: Iterable[str]) -> tuple[list[str], bool]:
        """The keys of tables, and whether they cannot be told or are everything."""
        keys: list[str] = []
        is_open = False
        for name in names:
            words = self.context.parameters.words(name)
            tables = (
                self.context.named_tables(name, aliases=False)
                if name != _LISTS[LOCAL]
                else (self._local_tables(words))
            )
            is_open = is_open or len(tables) < len(words)
            for table in tables:
                if table.form is TableForm.KEYS:
                    keys += [entry.key for entry in table.entries]
                else:
                    is_open = True
                    if table.form is not TableForm.EVERYTHING:
                        self._by_pattern.setdefault(table.name, name)
        return keys, is_open

    def _note_patterns(self) -> None:
        """Name the tables of patterns, once."""
        for table, name in self._by_pattern.items():
            self.context.unread(
                self.context.parameters.place(name, table),
                table,
                "whom it knows are patterns: the traffic policy admits all recipients of the "
                "domains, also those that the source refuses as unknown",
                "list the recipients as addresses",
            )
        self._by_pattern.clear()

    def _local_tables(self, words: list[str]) -> list[LookupTable]:
        aliases = set(self.context.parameters.words("alias_maps"))
        place = self.context.parameters.place
        found = [
            self.context.tables.table(word, place(_LISTS[LOCAL], word), aliases=word in aliases)
            for word in words
        ]
        return [table for table in found if table is not None]

    def _domain_words(self, name: str) -> Iterator[str]:
        parameters = self.context.parameters
        excepted: set[str] = set()
        for word in parameters.words(name):
            place = parameters.place(name, word)
            if word.startswith("/"):
                words = self.context.tables.file_words(word, place)
            elif ":" in word:
                table = self.context.tables.table(word, place)
                words = [] if table is None else [entry.key for entry in table.entries]
                if table is not None and table.form is not TableForm.KEYS:
                    self.context.unread(
                        place,
                        word,
                        "its domains are patterns, and cannot be listed",
                        "name the domains: `--domain example.com`",
                    )
                    words = []
            else:
                words = [word]
            for each in words:
                domain = each.lower()
                if domain.startswith("!"):
                    excepted.add(domain[1:])
                elif domain not in excepted and _is_domain(domain):
                    yield domain

    def _read_networks(self) -> None:
        parameters = self.context.parameters
        inside: list[Network] = []
        outside: list[Network] = []
        for word in self._network_words():
            text = word.lstrip("!").replace("[", "").replace("]", "")
            try:
                network = network_of(text) or ip_network(text, strict=False)
            except ValueError:
                self.context.unread(
                    parameters.place("mynetworks", word),
                    word,
                    "the network is unreadable",
                    "write it as 192.0.2.0/24",
                )
                continue
            if not _is_never_client(network):
                (outside if word.startswith("!") else inside).append(network)
        self.networks = inside
        if inside:
            self.own_networks = within(inside)
        if inside and outside:
            self.own_networks = AllOf((within(inside), Negated(within(outside))))
        style = parameters.text("mynetworks_style")
        if not parameters.text("mynetworks") and style in {"subnet", "class"}:
            self.context.unread(
                parameters.place("mynetworks_style"),
                f"mynetworks_style = {style}",
                "the networks of the server's interfaces are not in its files",
                "write them as `mynetworks`",
            )

    def _network_words(self) -> Iterator[str]:
        parameters = self.context.parameters
        for word in parameters.words("mynetworks"):
            place = parameters.place("mynetworks", word)
            if word.startswith("/"):
                yield from self.context.tables.file_words(word, place)
            elif word.partition(":")[0] in {"cidr", "hash", "lmdb", "cdb", "texthash", "inline"}:
                table = self.context.tables.table(word, place)
                yield from (entry.key for entry in table.entries) if table else ()
            else:
                yield word


def _ends(domains: Iterable[str]) -> Iterator[str]:
    """What addresses in some domains end with; each once, and none that another one covers."""
    known = dict.fromkeys(domains)
    for domain in known:
        if not any(f".{parent}" in known for parent in _parents(domain.removeprefix("."))):
            yield domain if domain.startswith(".") else f"@{domain}"


def _allow(name: str, operand: str, operator: str, values: object) -> Data:
    return {"name": name, "allow": [{operand: {operator: values}}]}


def _addresses_of(key: str, domains: set[str], *, local: bool) -> Iterator[str]:
    """The addresses in some domains that a key of a table of recipients stands for."""
    name, at, domain = key.rpartition("@")
    if at and name:
        if domain in domains or any(f".{rest}" in domains for rest in _parents(domain)):
            yield key
    elif not at and local:
        yield from (f"{domain}@{own}" for own in sorted(domains) if not own.startswith("."))


def _parents(domain: str) -> Iterator[str]:
    while "." in domain:
        domain = domain.partition(".")[2]
        yield domain


def _is_domain(text: str) -> bool:
    if text.startswith("localhost.") or text.endswith((UNKNOWN_HOST, ".localdomain", ".invalid")):
        return False
    return bool(_DOMAIN.fullmatch(text.removeprefix(".")))


def _is_never_client(network: Network) -> bool:
    return any(
        network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
        for each in _NEVER_CLIENTS
    )
