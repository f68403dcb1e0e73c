"""Keys inside of keys inside of keys: the most exact one decides, whatever is around it."""

from __future__ import annotations

from itertools import product

from interchange.postfix.imports import ImportedPostfix
from mmctl.api import Envelope, Outcome, Session, Stated, judge

MAIN = """compatibility_level = 3.6
mydestination =
relay_domains = example.com, sub.example.com
local_recipient_maps =
"""
MAIL = b"From: a@example.org\r\nSubject: hello\r\n\r\nhello\r\n"


def ended(imported: ImportedPostfix, *, sender: str, recipient: str) -> Outcome:
    """How a message ends here."""
    stated = Stated(
        envelope=Envelope(mail_from=sender, recipients=(recipient,)),
        session=Session(source_ip="203.0.113.7", helo="mail.example.org"),
    )
    [found] = judge(imported.project, MAIL, stated).trace.recipients
    return found.outcome


def test_four_domains_inside_of_each_other_decide_each_for_itself() -> None:
    decided: dict[str, str] = {}
    for number, results in enumerate(product(("REJECT", "DUNNO"), repeat=4)):
        domain = f"family{number}.example"
        for result in results:
            decided[domain] = result
            domain = f"in.{domain}"
    table = "".join(f"{domain} {result}\n" for domain, result in decided.items())
    main = f"{MAIN}smtpd_sender_restrictions = check_sender_access hash:senders\n"
    imported = ImportedPostfix.of({"main.cf": main, "senders": table})
    outcomes = {"REJECT": Outcome.BOUNCED, "DUNNO": Outcome.DELIVERED}
    for domain, result in decided.items():
        outcome = ended(imported, sender=f"ann@{domain}", recipient="bob@example.com")
        assert (domain, outcome) == (domain, outcomes[result])


def test_an_address_has_the_result_of_the_star_inside_of_another_domain() -> None:
    table = "* error:gone\nsub.example.com smtp:[hop.example]\nbob@sub.example.com error:gone\n"
    imported = ImportedPostfix.of(
        {"main.cf": f"{MAIN}transport_maps = hash:transport\n", "transport": table}
    )
    found = [
        ended(imported, sender="a@example.org", recipient=recipient)
        for recipient in ("ann@example.com", "ann@sub.example.com", "bob@sub.example.com")
    ]
    assert found == [Outcome.REFUSED, Outcome.DELIVERED, Outcome.REFUSED]
