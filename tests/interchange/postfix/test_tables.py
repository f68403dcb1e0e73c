"""Tables are parsed as `postmap` parses them, and what Postfix skips is listed."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.postfix_server import POSTFIX
from interchange.postfix.imports import ImportedPostfix, source_of
from mmctl.interchange.postfix.entries import key_entries, network_entries
from mmctl.interchange.postfix.lines import logical_lines

if TYPE_CHECKING:
    from pathlib import Path

needs_postmap = pytest.mark.skipif(POSTFIX is None, reason="needs Postfix")
LINES = st.lists(
    st.sampled_from(
        [
            "a one", "A two", "b\tthree  four", "  more", "", "   ", "# comment", "  # inside",
            "c", "d@Example.COM REJECT x y", "\tmore of it", "e  five ", "f six # seven",
        ]
    ),
    min_size=4,
    max_size=40,
)  # fmt: skip


def dumped(folder: Path, kind: str, text: str) -> dict[str, str]:
    """All entries of a table, as `postmap -s` prints them."""
    (folder / "table").write_text(text)
    told = ""
    for asked in ([f"{kind}:{folder}/table"], ["-s", f"{kind}:{folder}/table"]):
        done = subprocess.run(
            ["/usr/sbin/postmap", "-c", str(folder), *asked],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        told = done.stdout
    return dict(line.split("\t", 1) for line in told.splitlines())


@needs_postmap
@pytest.mark.slow
@settings(max_examples=6)
@given(LINES)
def test_keys_are_those_of_postmap(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("table")
    (folder / "main.cf").write_text("")
    text = "\n".join([*lines, ""])
    read = key_entries(logical_lines("table", text))
    assert {each.key: each.value for each in read.entries} == dumped(folder, "hash", text)


@needs_postmap
@pytest.mark.slow
def test_networks_are_those_of_postmap(tmp_path: Path) -> None:
    text = (
        "192.0.2.7 A\n192.0.2.0/24 B\n10.0.0.1/8 skipped\nnonsense C\n!198.51.100.0/24 D\n"
        "if 2001:db8::/32\n2001:db8:1::/48 E\nendif\n[2001:db8::9] F\nendif\n"
    )
    (tmp_path / "main.cf").write_text("")
    (tmp_path / "table").write_text(text)
    asked = ["192.0.2.7", "192.0.2.8", "10.0.0.1", "198.51.100.3", "2001:db8:1::5", "2001:db8::9"]
    there = subprocess.run(
        ["/usr/sbin/postmap", "-c", str(tmp_path), "-q", "-", f"cidr:{tmp_path}/table"],
        input="\n".join([*asked, ""]),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    answers = dict(line.split("\t", 1) for line in there.stdout.splitlines())
    read = network_entries(logical_lines("table", text))
    from ipaddress import ip_address  # noqa: PLC0415 - the other reading of an address

    here = {}
    for address in asked:
        for entry in read.entries:
            if all(
                each.network is not None
                and ip_address(address).version == each.network.version
                and (ip_address(address) in each.network) is not each.negated
                for each in entry.matches
            ):
                here[address] = entry.value
                break
    assert here == answers
    assert [each.place.line for each in read.skipped] == [3, 4, 10]


def test_joined_tables_have_the_results_that_they_would_have() -> None:
    main = (
        "relay_domains = example.com\n"
        "virtual_alias_maps = unionmap:{inline:{a@example.com=b@example.com},"
        " inline:{ {a@example.com = c@example.com} }}\n"
        "smtpd_sender_restrictions = check_sender_access pipemap:{inline:{x.example=no},"
        " inline:{ {no = REJECT piped} }}, check_sender_access static:{REJECT all}\n"
    )
    imported = ImportedPostfix.of({"main.cf": main})
    texts = [each.source.text for each in imported.lowered.rules]
    assert texts == [
        "* REJECT all",
        "x.example REJECT piped",
        "a@example.com b@example.com c@example.com",
    ]


def test_tables_that_nobody_can_read_are_named() -> None:
    main = (
        "relay_domains = example.com, mysql:/etc/postfix/domains.cf\n"
        "transport_maps = hash:/etc/postfix/transport, ldap:/etc/postfix/ldap.cf\n"
        "smtpd_sender_restrictions = check_sender_access hash:../../etc/shadow,\n"
        "    check_sender_access hash:/dev/zero, check_sender_access spell:x\n"
    )
    source = source_of({"main.cf": main})
    assert sorted((f"{each.place.line}", each.text, each.why) for each in source.unread) == [
        ("1", "mysql:/etc/postfix/domains.cf", source.unread[0].why),
        ("2", "hash:/etc/postfix/transport", "the file is missing"),
        ("2", "ldap:/etc/postfix/ldap.cf", source.unread[-1].why),
        ("3", "hash:../../etc/shadow", "the file is missing"),
        ("4", "hash:/dev/zero", "the file is missing"),
        ("4", "spell:x", "unknown type `spell`"),
    ]


def test_an_alias_that_leads_back_to_itself_is_named() -> None:
    main = "relay_domains = example.com\nvirtual_alias_maps = hash:/etc/postfix/virtual\n"
    aliases = (
        "a@example.com b@example.com\nb@example.com a@example.com\n"
        "self@example.com self@example.com, other@example.com\n"
    )
    source = source_of({"main.cf": main, "virtual": aliases})
    assert [(str(each.place), each.why) for each in source.unread] == [
        (
            "virtual:1:1",
            "the alias leads back to itself: `a@example.com` leads to `a@example.com` again and "
            "again",
        ),
        (
            "virtual:2:1",
            "the alias leads back to itself: `b@example.com` leads to `b@example.com` again and "
            "again",
        ),
    ]
    assert [rule.actions for rule in source.rules] == [
        ({"replace_recipient": ["self@example.com", "other@example.com"]},)
    ]


def _line(kind: str, n: int) -> str:
    match kind:
        case "addresses":
            return f"a{n}@d{n % 997}.example REJECT t{n % 40}"
        case "domains":
            return f"x{n}.d{n % 97}.example {'OK' if n % 3 else 'REJECT'}"
        case _:
            return f"{1 + n % 200}.{n // 200 % 250}.{n % 7}.{n % 251} REJECT"


@pytest.mark.parametrize(
    ("kind", "lines"), [("addresses", 100_000), ("networks", 20_000), ("domains", 20_000)]
)
def test_a_hundred_thousand_lines_take_seconds(kind: str, lines: int) -> None:
    table = "".join(f"{_line(kind, n)}\n" for n in range(lines))
    check = "client_access cidr" if kind == "networks" else "sender_access hash"
    main = (
        "relay_domains = example.com\n"
        f"smtpd_sender_restrictions = check_{check}:/etc/postfix/table\n"
    )
    started = time.process_time()
    source = source_of({"main.cf": main, "table": table})
    assert source.rules
    assert time.process_time() - started < 20


def test_hostile_values_do_no_harm() -> None:
    deep = "{" * 5_000
    main = (
        "relay_domains = example.com\n"
        f"a = {deep}\n"
        "smtpd_restriction_classes = x, y\n"
        "x = check_sender_access hash:/etc/postfix/s, y\n"
        "y = x, x, x\n"
        "smtpd_recipient_restrictions = x, y, check_recipient_access, warn_if_reject\n"
        "transport_maps = inline:{ {example.com = smtp:[$(reboot)]:99999} }\n"
        "header_checks = pcre:/etc/postfix/h\n"
    )
    files = {
        "main.cf": main,
        "s": "${vars.x}@example.org REJECT ${vars.bounce_role} \x1b[2J\n* OK\n@ OK\n",
        "h": "/(/ REJECT\n/((((a*)*)*)*)*b/ DISCARD\n//\nif /x/\nendif\nendif\n"
        "/^Subject:/ REJECT\n",
    }
    imported = ImportedPostfix.of(files)
    assert imported.project.rule_sets["inbound"].rules
    why = {each.why for each in imported.lowered.source.unread}
    assert "restriction classes are a circle" in why


def test_values_that_no_action_takes_are_lost_and_named() -> None:
    table = (
        "a@example.com REDIRECT ${env.account}@example.com\n"
        "b@example.com REDIRECT b\x1b@example.com\n"
        f"c@example.com REDIRECT {'c' * 250}@example.com\n"
        "d@example.com PREPEND X-A: \x1b[2J\n"
        f"e@example.com FILTER smtp:[mail.example.com]:{'9' * 5000}\n"
    )
    imported = ImportedPostfix.of(
        {
            "main.cf": "relay_domains = example.com\n"
            "smtpd_recipient_restrictions = check_recipient_access hash:/etc/postfix/t\n"
            "virtual_alias_maps = hash:/etc/postfix/v\n",
            "t": table,
            "v": "v@example.com ${env.account}@example.net\nw@example.com o'w@example.net\n",
        }
    )
    assert [
        each.source.name for each in imported.lowered.rules if each.status.value == "not possible"
    ] == [
        "t a@example.com",
        "t b@example.com",
        "t c@example.com",
        "t d@example.com",
        "t e@example.com",
        "v v@example.com",
        "v w@example.com",
    ]


def test_next_hops_are_relays_that_the_service_takes() -> None:
    source = source_of(
        {
            "main.cf": "relay_domains = example.com\ntransport_maps = hash:/etc/postfix/t\n",
            "t": "a.example smtp:[mailboxes]:00025\n"
            "b.example smtp:[2001:db8::1]\n"
            f"c.example smtp:[mail.example.com]:{'9' * 5000}\n",
        }
    )
    assert source.relays == {
        "mailboxes-2": {"server": "mailboxes", "port": 25, "authentication": "none"}
    }


def test_a_file_that_is_missing_makes_the_import_incomplete() -> None:
    main = "relay_domains = example.com\nheader_checks = pcre:gone, ldap:people\n"
    unread = source_of({"main.cf": main}).unread
    assert [(each.text, each.is_missing) for each in unread] == [
        ("pcre:gone", True),
        ("ldap:people", False),
    ]
