"""Whom the messages of the library are for, and in whose name: as a project names them.

Own domains come from what its policies admit; executives, finance and the abuse desk from its vars
and lists; the ordinary recipient from its cases. What a project does not say gets a name that
fits. Nothing here knows a domain that others may own: look-alikes end in `.example`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.own_domains import admitted_domains, is_within, own_domains
from mmctl.language.formatting.fix import plain
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.language.project import Project

_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,}")
_EXECUTIVES: Final = ("executive", "board", "ceo", "management", "vip", "director")
_FINANCE: Final = (
    *("accounts-payable", "accountspayable", "ap", "finance", "treasury", "invoices", "invoice"),
    *("accounting", "billing", "buchhaltung", "rechnung", "comptabilite", "facturas"),
)
_ABUSE: Final = ("abuse", "phishing-reports", "phishing", "spam-reports")
_LISTS: Final = {
    "partner": ("partner", "trusted", "supplier", "vendor", "customer", "allow"),
    "blocked": ("block", "deny", "bad", "spam"),
}
_CYRILLIC: Final = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "i": "і", "s": "ѕ"}  # noqa: RUF001 - that is the trick
_DIGITS: Final = {"l": "1", "o": "0", "i": "1", "e": "3", "s": "5", "a": "4"}
_PAIRS: Final = {"m": "rn", "w": "vv", "d": "cl"}
_A_DOMAIN: Final = "example.com"
_A_PERSON: Final = "anna.berg"
_AN_EXECUTIVE: Final = "jane.doe"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What the placeholders of the library stand for in a project."""

    persons: tuple[str, ...]
    """Who may be the ordinary recipient, the likeliest first."""
    values: Mapping[str, str]
    """By placeholder, without those that depend on the person."""
    found: frozenset[str]
    """Which of `blocked` and `partner` the project has."""

    def values_for(self, person: str) -> dict[str, str]:
        """All placeholders, for one ordinary recipient."""
        local, _, domain = person.rpartition("@")
        finance = self.values["finance"] or person
        return {
            **self.values,
            "finance": finance,
            "person": person,
            "person_local": local,
            "person_domain": domain,
            "person_name": _name_of(local),
            "person_capitals": person.upper(),
        }


def people_of(project: Project) -> People:
    """The people, domains and lists of a project."""
    named = tuple(dict.fromkeys(_addresses_of(project)))
    recipients = Counter(_recipients_of(project))
    domain = _main_domain(project, recipients)
    inside = [each for each in named if each.lower().endswith(f"@{domain}")]
    executive = _executive(project, domain)
    local = executive.rpartition("@")[0]
    partner, blocked = _member(project, "partner"), _member(project, "blocked")
    partner_domain = (partner or "@partner.example").rpartition("@")[2]
    return People(
        persons=_persons(recipients, domain, executive),
        values={
            "own_domain": domain,
            "company": domain.partition(".")[0].replace("-", " ").title(),
            "executive": executive,
            "executive_local": local,
            "executive_name": _name_of(local),
            "finance": _with_role(inside, _FINANCE) or "",
            "abuse": _with_role(inside, _ABUSE) or f"abuse@{domain}",
            "partner_domain": partner_domain,
            "partner_lookalike": _lookalike(partner_domain, _PAIRS, "-billing"),
            "blocked": _address_within(blocked or "sender@blocked.example"),
            "lookalike_typo": _lookalike(domain, _PAIRS, "-mail"),
            "lookalike_digit": _lookalike(domain, _DIGITS, "1"),
            "lookalike_idn": _homograph(domain).encode("idna").decode(),
            "lookalike_unicode": _homograph(domain),
        },
        found=frozenset(
            word for word, member in (("partner", partner), ("blocked", blocked)) if member
        ),
    )


def _main_domain(project: Project, recipients: Counter[str]) -> str:
    """The domain that most mail is for: a var of the project, else the one that cases write to."""
    own = own_domains(project) or {
        domain
        for policy in project.traffic_policies.values()
        for domain in admitted_domains(project, policy.policy)
    }
    variables = [text for _, held in _variables(project) for text in held]
    counted = Counter[str]()
    for address, count in recipients.items():
        counted[address.rpartition("@")[2].lower()] += count
    if not own:
        return next(iter(dict(counted.most_common())), _A_DOMAIN)
    return min(
        own,
        key=lambda each: (each not in variables, -counted[each], each.count("."), len(each), each),
    )


def _persons(recipients: Counter[str], domain: str, executive: str) -> tuple[str, ...]:
    """Recipients of the cases at the main domain who are no roles, the most frequent first."""
    found = [
        address
        for address, _ in recipients.most_common()
        if address.lower().endswith(f"@{domain}")
        and "." in address.rpartition("@")[0]
        and "+" not in address
        and address.lower() != executive.lower()
        and _ADDRESS.fullmatch(address)
    ]
    return tuple(dict.fromkeys((*found, f"{_A_PERSON}@{domain}")))


def _executive(project: Project, domain: str) -> str:
    """An executive: of a var or list that says so, best one with a name."""
    found = [
        address
        for name, held in _named_values(project)
        if any(word in name.lower() for word in _EXECUTIVES)
        for address in held
        if _ADDRESS.fullmatch(address) and is_within(address, frozenset({domain}))
    ]
    named = [address for address in found if "." in address.rpartition("@")[0]]
    return next(iter((*named, *found)), f"{_AN_EXECUTIVE}@{domain}")


def _named_values(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from _variables(project)
    for listed in project.address_lists.values():
        yield listed.name, tuple(listed.members or ())


def lists_called(project: Project, what: str) -> tuple[str, ...]:
    """The members of the lists that are of `blocked` senders or of a `partner`, by their names."""
    return tuple(
        member
        for listed in project.address_lists.values()
        if any(word in listed.name.lower() for word in _LISTS[what])
        for member in listed.members or listed.sample or ()
    )


def _member(project: Project, what: str) -> str | None:
    """A member of such a list; one that covers a domain if there is one."""
    members = lists_called(project, what)
    return min(members, key=lambda each: (not each.startswith("*@"), each), default=None)


def _address_within(member: str) -> str:
    """An address that a member of a list covers."""
    address = member.replace("*@", "offers@").removeprefix("*.")
    return address if "@" in address else f"offers@{address}"


def _with_role(addresses: Iterable[str], roles: tuple[str, ...]) -> str | None:
    by_local = {each.lower().rpartition("@")[0]: each for each in addresses}
    return next((by_local[role] for role in roles if role in by_local), None)


def _addresses_of(project: Project) -> Iterator[str]:
    """Every address that vars, cases and rule files name."""
    variables = dict(_variables(project))
    yield from (text for held in variables.values() for text in held if _ADDRESS.fullmatch(text))
    yield from _recipients_of(project)
    for text in project.files.values():
        for name, held in variables.items():
            if len(held) == 1:
                text = text.replace(f"${{vars.{name}}}", held[0])  # noqa: PLW2901 - the same text
        yield from _ADDRESS.findall(text)


def _variables(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The vars of the environment, then those of the project that it does not override."""
    variables = {**project.settings.variables, **project.environment.variables}
    for name, value in variables.items():
        yield name, tuple(_texts(plain(value)))


def _recipients_of(project: Project) -> Iterator[str]:
    """The recipients of all cases, as often as they occur."""
    for case in project.cases:
        envelope = case.data.get("envelope")
        if isinstance(envelope, Mapping):
            yield from map(str, envelope.get("recipients") or ())
        yield from map(str, case.data.get("expect") or ())


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _name_of(local: str) -> str:
    """A person's name, by the part before the @."""
    words = [word for word in re.split(r"[._-]+", local.partition("+")[0]) if word]
    return " ".join(word.capitalize() for word in words) or "Office"


def _lookalike(domain: str, changes: Mapping[str, str], otherwise: str) -> str:
    """A domain that looks like another, below a top-level domain that nobody can register."""
    label = domain.split(".", maxsplit=1)[0]
    place = next((at for letter in changes if (at := label.find(letter, 1)) > 0), None)
    if place is None:
        return f"{label}{otherwise}.example"
    return f"{label[:place]}{changes[label[place]]}{label[place + 1 :]}.example"


def _homograph(domain: str) -> str:
    """A domain with a Cyrillic letter for a Latin one."""
    label = domain.split(".", maxsplit=1)[0]
    place = next((at for at, letter in enumerate(label) if letter in _CYRILLIC), None)
    if place is None:
        return f"{label}а.example"  # noqa: RUF001 - that is the trick
    return f"{label[:place]}{_CYRILLIC[label[place]]}{label[place + 1 :]}.example"
