"""Makes `examples/migration/csv`: one list of senders each, in the forms of several gateways.

Run it to write the files again: `python tests/interchange/sender_lists/vendor_files.py`. The names
of columns are those of the products; the entries are invented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[3] / "examples" / "migration" / "csv"
_WORDS: Final = [
    "bulk",
    "offers",
    "parcel",
    "casino",
    "bonus",
    "crypto",
    "doubler",
    "loan",
    "pills",
    "watch",
    "replica",
    "lottery",
    "winner",
    "cheap",
    "travel",
    "deal",
    "coupon",
    "voucher",
    "prize",
    "invoice",
    "billing",
    "refund",
    "wallet",
    "token",
    "bitcoin",
    "forex",
]
_PARTNERS: Final = [
    "bank",
    "insurer",
    "carrier",
    "printer",
    "caterer",
    "auditor",
    "notary",
    "landlord",
    "cleaner",
    "courier",
    "planner",
]


def _domains(count: int, top: str = "example") -> list[str]:
    """Invented domains of senders that nobody wants."""
    pairs = [f"{one}-{two}.{top}" for one in _WORDS for two in _WORDS if one != two]
    return pairs[:: max(1, len(pairs) // count)][:count]


def barracuda() -> str:
    """Sender policies: domains, addresses, a user name, allowed and blocked in one file."""
    rows = ["Sender,Policy,Comment"]
    rows += [f"{domain},block," for domain in _domains(60)]
    rows += [
        f"news{number}@{domain},block,newsletter" for number, domain in enumerate(_domains(25))
    ]
    rows += [f"{name}.example,exempt,contract" for name in _PARTNERS]
    rows += ["info,block,any info@ address", 'offers.example,quarantine,"asked, twice"']
    return "\n".join(rows) + "\n"


def mimecast() -> str:
    """Blocked senders with the recipients that they are blocked for."""
    rows = ["Email Address or Domain\tType\tAdded By\tNotes"]
    rows += [f"{domain}\tDomain\tadmin@example.com\t" for domain in _domains(40)]
    rows += [f"sales@{domain}\tEmail\thelpdesk@example.com\t" for domain in _domains(30)]
    rows += [f"SALES@{_domains(30)[0].upper()}\tEmail\thelpdesk@example.com\ttwice"]
    return "\n".join(rows) + "\n"


def proofpoint() -> str:
    """A block list with wildcards and networks."""
    rows = ["# organizational block list", "Sender,Notes"]
    rows += [f"*@{domain}," for domain in _domains(40)]
    rows += [f"*.{domain},all sub-domains" for domain in _domains(15)]
    rows += [
        "*casino*,",
        "*.top,",
        "198.51.100.0/24,range",
        "203.0.113.7,",
        "prize*@offers.example,",
    ]
    return "\r\n".join(rows) + "\r\n"


def tenant_allow_block_list() -> str:
    """Exchange Online: both kinds, some of them expired; with more than senders."""
    rows = ['"Value","Action","ListType","ListSubType","ExpirationDate","Notes"']
    for number, domain in enumerate(_domains(45)):
        end = "2026-03-31T00:00:00.0000000Z" if number % 9 == 0 else ""
        rows.append(f'"{domain}","Block","Sender","Tenant","{end}","ticket {4000 + number}"')
    rows += [
        f'"billing@{name}.example","Allow","Sender","Tenant","2027-03-31T00:00:00Z",'
        f'"two lines:\nasked by {name}"'
        for name in _PARTNERS
    ]
    return "\r\n".join(rows).replace("lines:\r\n", "lines:\n") + "\r\n"


def content_filter_policy() -> str:
    """`Get-HostedContentFilterPolicy`, its lists joined: several values in a cell."""
    senders = ";".join(f"spam{number}@{domain}" for number, domain in enumerate(_domains(35)))
    domains = ";".join(_domains(50))
    allowed = ";".join(f"{name}.example" for name in _PARTNERS)
    names = '"Name","AllowedSenderDomains","BlockedSenders","BlockedSenderDomains"'
    return f'#TYPE Selected\n{names}\n"Default","{allowed}","{senders}","{domains}"\n'


def google() -> str:
    """Gmail's blocked senders: one address or domain in a row, without names of columns."""
    return "\n".join([*_domains(30), *(f"noreply@{domain}" for domain in _domains(20))]) + "\n"


def german() -> str:
    """What somebody kept in Excel: semicolons, umlauts, display names, Windows-1252."""
    rows = ["Absender;Richtlinie;Bemerkung"]
    rows += [f"{domain};sperren;geprüft" for domain in _domains(25)]
    rows += [
        f"Gewinnspiel Müller <gewinn@{_domains(1)[0]}>;sperren;über Jörg",
        "münchen.example;sperren;",
    ]
    return "\r\n".join(rows) + "\r\n"


def files() -> dict[str, bytes]:
    """The files by name, encoded as each product writes them."""
    return {
        "barracuda-sender-policies.csv": barracuda().encode("utf-8-sig"),
        "mimecast-blocked-senders.tsv": mimecast().encode(),
        "proofpoint-block-list.csv": proofpoint().encode(),
        "exchange-tenant-allow-block-list.csv": tenant_allow_block_list().encode("utf-16"),
        "exchange-content-filter-policy.csv": content_filter_policy().encode(),
        "google-blocked-senders.csv": google().encode(),
        "sperrliste-excel.csv": german().encode("cp1252"),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
