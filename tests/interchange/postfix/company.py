# ruff: noqa: SIM905, S311, PERF401, FLY002 - words as people write them; the dice are fixed
"""Writes examples/migration/postfix: the entrance of a company with four teams, of our own making.

Run it to write the files again: `python tests/interchange/postfix/company.py`. It is deterministic.
"""

from __future__ import annotations

import random
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "examples" / "migration" / "postfix"
WORDS = (
    "amber basin cedar delta ember fjord grove haven inlet jetty kiosk lemon mango north ocean "
    "piano quartz river stone tulip umbra valley willow yacht zebra"
).split()
FIRST = "anna bert carla dirk elin finn gerda hugo ines jan kira lars mona nils olga paul".split()
LAST = "adler bauer claus dorn ehlers frank gross hahn iversen jung krug lang moser noll".split()

MAIN = """\
# Mail entrance of the company. Changes: ticket to mail-team@example.com
compatibility_level = 3.6
queue_directory = /var/spool/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
data_directory = /var/lib/postfix
mail_owner = postfix
inet_protocols = all
smtpd_banner = $myhostname ESMTP
biff = no
append_dot_mydomain = no
readme_directory = no

myhostname = mx1.example.com
mydomain = example.com
myorigin = $mydomain
mydestination =
mynetworks = 127.0.0.0/8, [::1]/128, 192.0.2.0/25
relay_domains = $mydomain, example.net,
    hash:/etc/postfix/relay_domains
recipient_delimiter = +
message_size_limit = 26214400

# TLS
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/certs/mx1.pem
smtpd_tls_key_file = /etc/ssl/private/mx1.key
smtp_tls_security_level = may

# Who may send what
smtpd_helo_required = yes
disable_vrfy_command = yes
smtpd_restriction_classes = finance_only, no_freemail
finance_only = check_client_access cidr:/etc/postfix/finance_partners.cidr, reject
no_freemail = check_sender_access texthash:/etc/postfix/freemail

smtpd_client_restrictions =
    permit_mynetworks,
    check_client_access cidr:/etc/postfix/client.cidr,
    reject_unknown_reverse_client_hostname
smtpd_helo_restrictions =
    permit_mynetworks,
    check_helo_access hash:/etc/postfix/helo_access,
    check_helo_access pcre:/etc/postfix/helo_access.pcre,
    reject_non_fqdn_helo_hostname,
    reject_invalid_helo_hostname
smtpd_sender_restrictions =
    permit_mynetworks,
    check_sender_access hash:/etc/postfix/sender_access,
    check_sender_access pcre:/etc/postfix/sender_access.pcre,
    reject_unknown_sender_domain
smtpd_relay_restrictions =
    permit_mynetworks,
    reject_unauth_destination
smtpd_recipient_restrictions =
    permit_mynetworks,
    reject_non_fqdn_recipient,
    check_recipient_access hash:/etc/postfix/recipient_access,
    warn_if_reject check_sender_access hash:/etc/postfix/sender_trial,
    reject_rbl_client zen.blocklist.example,
    reject_rhsbl_sender dbl.blocklist.example,
    check_policy_service unix:private/policyd-spf
smtpd_data_restrictions = reject_unauth_pipelining

# What mail may look like
header_checks = pcre:/etc/postfix/header_checks
mime_header_checks = pcre:/etc/postfix/mime_header_checks
body_checks = pcre:/etc/postfix/body_checks

# Where mail goes
relay_recipient_maps = hash:/etc/postfix/relay_recipients
virtual_alias_domains = old-brand.example
virtual_alias_maps = hash:/etc/postfix/virtual
relocated_maps = hash:/etc/postfix/relocated
transport_maps = hash:/etc/postfix/transport
relayhost = [smarthost.example.com]:587
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
recipient_bcc_maps = hash:/etc/postfix/recipient_bcc
smtpd_milters = inet:127.0.0.1:8891
non_smtpd_milters = $smtpd_milters
milter_default_action = accept
"""
MASTER = """\
# service type  private unpriv  chroot  wakeup  maxproc command + args
smtp      inet  n       -       y       -       -       smtpd
  -o smtpd_client_connection_count_limit=20
submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup    unix  n       -       y       60      1       pickup
cleanup   unix  n       -       y       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       y       -       -       trivial-rewrite
bounce    unix  -       -       y       -       0       bounce
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp
slow      unix  -       -       y       -       1       smtp
error     unix  -       -       y       -       -       error
discard   unix  -       -       y       -       -       discard
tickets   unix  -       n       n       -       -       pipe
  flags=F user=tickets argv=/usr/local/bin/ticket-in ${recipient}
"""


def files() -> dict[str, str]:
    """All files of the example, by name."""
    dice = random.Random(17)
    return {
        "main.cf": MAIN,
        "master.cf": MASTER,
        "relay_domains": "example.org ok\nshop.example ok\nsupport.example ok\n",
        "client.cidr": _clients(dice),
        "finance_partners.cidr": (
            "# The bank, and the auditors since 2025\n198.51.100.64/28 OK\n203.0.113.200 OK\n"
        ),
        "helo_access": _helo(dice),
        "helo_access.pcre": (
            "# Nobody outside is one of us\n"
            "/^(mx1|mx2|mail)\\.example\\.com$/ REJECT You are not us\n"
            "/^\\[?192\\.0\\.2\\./ REJECT You are not us\n"
            "/^(localhost|localdomain|friend|user)$/ REJECT Broken HELO\n"
            "# Dial-up names, from the security team\n"
            "/(dyn|dsl|pool|dhcp)[0-9-]*\\./ WARN dial-up\n"
        ),
        "sender_access": _senders(dice),
        "sender_access.pcre": (
            "# Lookalikes of our names\n"
            "/@(examp1e|exarnple|example-mail)\\.(com|net|org)$/ REJECT Lookalike\n"
            "/^(ceo|cfo|payroll)@/ HOLD payroll fraud\n"
            "/@[^@]+\\.random\\.example$/ REJECT Random domain\n"
            "# Bulk mailers that ignore unsubscribes\n"
            "/^bounces?[-+=].*@mailer\\.example$/ DISCARD\n"
        ),
        "sender_trial": "# Trial until the end of the quarter\n"
        + "".join(f"{word}-deals.example REJECT Trial\n" for word in WORDS[:8]),
        "freemail": "".join(f"{word}mail.example REJECT No freemail here\n" for word in WORDS[:6]),
        "recipient_access": _recipients(),
        "header_checks": _headers(),
        "mime_header_checks": (
            "# Attachments\n"
            '/^Content-(Disposition|Type).*name\\s*=\\s*"?.*\\.(exe|scr|pif|js|vbs)"?/ REJECT '
            "Attachment not allowed\n"
            "/^Content-Type:.*macroenabled/ HOLD macros\n"
        ),
        "body_checks": (
            "/^TVqQAAMAAAAEAAAA/ REJECT Program in the body\n"
            "/click here to verify your mailbox/ HOLD phishing\n"
        ),
        "relay_recipients": _known(dice),
        "virtual": _aliases(dice),
        "relocated": (
            "former.partner@example.com partner@new-home.example\n"
            "info@example.net info@example.com\n"
        ),
        "transport": _transports(),
        "sasl_passwd": "[smarthost.example.com]:587 mx1:not-a-password\n",
        "recipient_bcc": "# Journal, by law\nlegal@example.com journal@archive.example\n",
    }


def _clients(dice: random.Random) -> str:
    lines = ["# Partners that are never blocked (sales)", "198.51.100.0/26 OK", "203.0.113.17 OK"]
    lines += ["", "# Blocked by security, see the incident list"]
    lines += [f"203.0.113.{4 * n}/30 REJECT Blocked network" for n in range(8, 40)]
    lines += ["", "# Botnet of spring 2026"]
    lines += [f"198.51.100.{dice.randrange(128, 250)} 554 5.7.1 Infected host" for _ in range(24)]
    lines += ["", "2001:db8:dead::/48 REJECT Blocked network"]
    return "\n".join([*dict.fromkeys(lines), ""])


def _helo(dice: random.Random) -> str:
    names = sorted({f"{dice.choice(WORDS)}-{dice.choice(WORDS)}.example" for _ in range(20)})
    return (
        "# Seen in floods\n"
        + "".join(f"{name} REJECT Flood\n" for name in names)
        + "# Ours\nexample.com REJECT You are not us\nexample.net REJECT You are not us\n"
    )


def _senders(dice: random.Random) -> str:
    lines = [
        "# Exceptions of the sales team",
        "newsletter@offers.example OK",
        "partner.example OK",
        "",
        "# Reports of failure are always taken",
        "<> DUNNO",
        "",
        "# Domains, imported from the old appliance in 2021",
    ]
    pairs = [f"{one}{two}" for one in WORDS for two in WORDS if one != two]
    dice.shuffle(pairs)
    lines += [f"{name}.example REJECT Unwanted sender" for name in pairs[:540]]
    lines += [f"{name}.offers.example REJECT Unwanted sender" for name in pairs[:400]]
    lines += ["offers.example REJECT Unwanted sender", "", "# Single senders, by complaint"]
    addresses = {
        f"{dice.choice(FIRST)}.{dice.choice(WORDS)}{dice.randrange(100)}@{dice.choice(WORDS)}.example"
        for _ in range(1_040)
    }
    lines += [f"{address} REJECT Unwanted sender" for address in sorted(addresses)]
    lines += ["", "# Spam traps", "noreply@winner.example DISCARD", "lottery@ DISCARD"]
    return "\n".join([*lines, ""])


def _recipients() -> str:
    return "\n".join(
        [
            "# Closed mailboxes",
            *(f"{name}@example.com 550 5.1.1 Mailbox closed" for name in FIRST[:6]),
            "",
            "# Finance takes mail from its partners alone",
            "invoices@example.com finance_only",
            "treasury@example.com finance_only",
            "",
            "# HR wants no freemail",
            "jobs@example.net no_freemail",
            "",
            "# Internal lists",
            "all-staff@example.com permit_mynetworks, reject",
            "board@example.com REJECT Internal list",
            "",
            "# Held for the security team",
            "honeypot@example.com HOLD honeypot",
            "abuse@example.com OK",
            "postmaster@ OK",
            "",
        ]
    )


def _headers() -> str:
    return "\n".join(
        [
            "# Trusted reports are never looked at",
            "/^Subject: \\[monitoring\\]/ DUNNO",
            "/^X-Company-Report: yes$/ DUNNO",
            "",
            "# Campaigns (security)",
            *(
                f"/^Subject:.*{word} {other}/ REJECT Campaign {word}"
                for word, other in zip(WORDS[:20], WORDS[5:], strict=False)
            ),
            "/^Subject: (RE|FW): payment advice$/ HOLD payment fraud",
            "/^Subject: .*(password|passcode) expire(s|d)/ HOLD phishing",
            "/^Subject:.*\\bv[i1]agra\\b/ DISCARD",
            "",
            "# Senders in the header (security)",
            "/^From:.*@(amber|basin|cedar)-bank\\.example/ REJECT Fake bank",
            '/^From: "?(CEO|Chief Executive)/ HOLD fraud',
            "/^(From|Reply-To):.*@kiosk\\.example/ REJECT Fake bank",
            "/^Reply-To:.*@lemon\\.example/ REJECT Fake bank",
            "if /^Subject:/",
            "/invoice [0-9]{6}/ WARN invoice",
            "/urgent/ PREPEND X-Company-Urgent: yes",
            "endif",
            "",
            "# Marks of the scanner before us (operations)",
            "/^X-Spam-Flag: YES/ HOLD spam",
            "/^X-Spam-Level: \\*{10,}/ DISCARD",
            "/^X-Virus-Status: Infected/ REJECT Virus",
            "",
            "# Privacy (operations)",
            "/^Received: .*192\\.168\\./ IGNORE",
            "/^User-Agent:/ IGNORE",
            "/^X-Originating-IP:/ IGNORE",
            "/^To: undisclosed/ REDIRECT review@example.com",
            "/./ DUNNO",
            "",
        ]
    )


def _known(dice: random.Random) -> str:
    names = sorted({f"{dice.choice(FIRST)}.{dice.choice(LAST)}" for _ in range(260)})
    lines = [f"{name}@example.com ok" for name in names]
    lines += [f"{name}@example.net ok" for name in names[:40]]
    roles = "invoices treasury all-staff board honeypot abuse legal review tickets jobs".split()
    lines += [f"{role}@example.com ok" for role in roles]
    lines += ["jobs@example.net ok", "@example.org ok", "@shop.example ok", "@support.example ok"]
    return "\n".join([*lines, ""])


def _aliases(dice: random.Random) -> str:
    def person() -> str:
        return f"{dice.choice(FIRST)}.{dice.choice(LAST)}@example.com"

    lines = ["# Roles"]
    for role in "sales info press events orders returns billing hr it security".split():
        lines.append(f"{role}@example.com {person()}, {person()}")
    lines += ["postmaster@example.com it@example.com", "hostmaster@example.com it@example.com"]
    lines += ["press@example.net press@example.com", "", "# The old brand"]
    lines += ["hello@old-brand.example sales@example.com", "jobs@old-brand.example hr@example.com"]
    lines += ["@old-brand.example info@example.com", "", "# To the agency"]
    lines += ["campaigns@example.com events@example.com, desk@agency.example"]
    return "\n".join([*lines, ""])


def _transports() -> str:
    return "\n".join(
        [
            "# Mailboxes",
            "example.com smtp:[mailbox1.example.com]:25",
            "example.net smtp:[mailbox2.example.com]",
            "example.org relay:[mailbox2.example.com]:2525",
            "shop.example relay:shop-mail.example",
            ".support.example smtp:[support.example.com]",
            "support.example smtp:[support.example.com]",
            "",
            "# Single addresses",
            "tickets@example.com tickets:",
            "noreply@example.com discard:",
            "fax@example.com error:5.7.1 No fax anymore",
            "migration.test@example.com slow:[mailbox9.example.com]",
            "",
        ]
    )


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
