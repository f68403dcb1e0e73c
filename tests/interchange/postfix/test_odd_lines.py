"""Lines of tables that people write by mistake, or that few know: read as Postfix reads them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from emulator.postfix_server import POSTFIX
from interchange.postfix.imports import ImportedPostfix
from interchange.postfix.test_tables import dumped
from mmctl.interchange.postfix.entries import (
    TableForm,
    key_entries,
    network_entries,
    pattern_entries,
)
from mmctl.interchange.postfix.lines import logical_lines

if TYPE_CHECKING:
    from pathlib import Path

needs_postmap = pytest.mark.skipif(POSTFIX is None, reason="needs Postfix")
KEYS = (
    '"two words"@example.com ok\na\\ b c\nkey"q r" v\n"open v\nann@example.com\u00a0REJECT\n'
    "tab\tREJECT\ttext\nx \x0b y\n"
)
NETWORKS = {
    "!!192.0.2.1": "192.0.2.1",
    "192.0.2.0/255.255.255.0": "192.0.2.1",
    "192.0.2.0/[24]": "192.0.2.1",
    "[192.0.2.0]/24": "192.0.2.1",
    "fe80::1%eth0": "fe80::1",
    "[2001:db8::]/32": "2001:db8::1",
    "if nonsense\n192.0.2.1 X\nendif\n192.0.2.2": "192.0.2.1",
}
PATTERNS = (
    "/a/s X", "/a/U X", "/a/i X", "/a/x X", "/a/Q X", "!!/a/ X", "! /b/ X", "/a/ X $", "/a/ X $1",
    "/(a)/ X $1", "/(a)/ X $1y", "/(a)/ X ${1}y", "/(a)/ X $(1)", "/a/ X costs $100",
    "/a/ X costs $$100", "if nonsense\n/a/ X\nendif", "if /b/\n/a/ X\nendif",
)  # fmt: skip


def answer(folder: Path, kind: str, table: str, key: str) -> bool:
    """Whether `postmap -q` finds a key in a table."""
    (folder / "main.cf").write_text("")
    (folder / "table").write_text(table)
    command = ["/usr/sbin/postmap", "-c", str(folder), "-q", key, f"{kind}:{folder}/table"]
    return subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0


@needs_postmap
def test_keys_with_quotes_and_space_are_those_of_postmap(tmp_path: Path) -> None:
    (tmp_path / "main.cf").write_text("")
    read = key_entries(logical_lines("table", KEYS))
    assert {each.key: each.value for each in read.entries} == dumped(tmp_path, "hash", KEYS)
    assert [each.place.line for each in read.skipped] == [4, 5]


@needs_postmap
@pytest.mark.parametrize("network", NETWORKS)
def test_networks_are_found_where_postmap_finds_them(tmp_path: Path, network: str) -> None:
    table = f"{network} X\n"
    read = network_entries(logical_lines("table", table))
    assert any(
        str(each.network).startswith(NETWORKS[network][:8])
        for entry in read.entries
        for each in entry.matches
    ) is answer(tmp_path, "cidr", table, NETWORKS[network])


@needs_postmap
@pytest.mark.parametrize("form", [TableForm.REGEXP, TableForm.PCRE])
def test_patterns_are_skipped_where_postmap_skips_them(tmp_path: Path, form: TableForm) -> None:
    for pattern in PATTERNS:
        table = f"{pattern}\n"
        read = pattern_entries(logical_lines("table", table), form)
        found = any(
            all(("a" in each.pattern) is not each.negated for each in entry.matches)
            for entry in read.entries
        )
        assert (pattern, found) == (pattern, answer(tmp_path, form.value, table, "a"))


def test_a_tab_ends_the_word_of_an_action_as_space_does() -> None:
    results = ("DISCARD\tquiet", "HOLD\tcheck", "REDIRECT\tb@example.com", "PREPEND\tX-A: b")
    table = "".join(f"d{number}.example\t{each}\n" for number, each in enumerate(results))
    main = (
        "relay_domains = example.com\nheader_checks = pcre:/etc/postfix/h\n"
        "smtpd_sender_restrictions = check_sender_access hash:/etc/postfix/s\n"
    )
    imported = ImportedPostfix.of(
        {"main.cf": main, "s": table, "h": "/^Subject: pills/\tREJECT\tno pills\n"}
    )
    actions = [each for rule in imported.lowered.source.rules for each in rule.actions]
    assert "drop" in actions
    assert {"archive": {"to": "held"}} in actions
    assert {"replace_recipient": ["b@example.com"]} in actions
    assert {"add_header": {"name": "X-A", "value": "b"}} in actions
    bounces = [each["bounce"] for each in actions if isinstance(each, dict) and "bounce" in each]
    assert [bounce["diagnostic_message"] for bounce in bounces] == ["no pills"]


def test_an_answer_that_repeats_the_mail_is_named() -> None:
    main = (
        "relay_domains = example.com\n"
        "smtpd_sender_restrictions = check_sender_access pcre:/etc/postfix/s\n"
    )
    imported = ImportedPostfix.of({"main.cf": main, "s": "/@(bulk)\\.example$/ REJECT not $1\n"})
    [rule] = imported.lowered.rules
    assert "parts-not-repeated" in {each.code for each in rule.differences}
