"""Several tables of one parameter, and addresses that are rewritten before aliases."""

from __future__ import annotations

import pytest

from emulator.postfix_server import needs_postfix
from interchange.postfix.imports import ImportedPostfix, source_of
from interchange.postfix.real_postfix import Mail, needs_pcre, sinks, tried
from interchange.postfix.test_real_postfix import ending_here

RECIPIENTS = (
    "ann@example.com", "bob@example.com", "boss@example.com", "old@example.com", "x@example.net",
    "team@example.com", "sales@example.com", "quiet@example.com", "staff@example.net",
)  # fmt: skip


def files(first: int, second: int, third: int) -> dict[str, bytes]:
    """Tables with ports as next hops."""
    return {
        "transport": (
            f"example.com smtp:[127.0.0.1]:{first}\nboss@example.com smtp:[127.0.0.1]:{second}\n"
            "quiet@example.com :\n"
        ).encode(),
        "transport.re": f"/^(b|quiet)[a-z]*@example/ smtp:[127.0.0.1]:{third}\n".encode(),
        "transport.later": f"ann@example.com smtp:[127.0.0.1]:{third}\n".encode(),
        "virtual": b"@example.net all@example.com\nteam@example.com ann@example.com\n",
        "virtual.re": b"/^(staff|team)@/ bob@example.com\n",
        "canonical": b"sales@example.com team@example.com\nformer@example.com ann@example.com\n",
        "canonical.rcpt": b"old@example.com former@example.com\n",
    }


MAIN = {
    "relay_domains": "example.com, example.net",
    "transport_maps": "texthash:{folder}/etc/transport, pcre:{folder}/etc/transport.re, "
    "texthash:{folder}/etc/transport.later",
    "virtual_alias_maps": "texthash:{folder}/etc/virtual, pcre:{folder}/etc/virtual.re",
    "canonical_maps": "texthash:{folder}/etc/canonical",
    "recipient_canonical_maps": "texthash:{folder}/etc/canonical.rcpt",
}


@pytest.mark.slow
@needs_postfix
@needs_pcre
def test_mail_ends_where_postfix_sends_it() -> None:
    with sinks(4) as recorders:
        ports = [each.port for each in recorders]
        tables = files(*ports[:3])
        main = {**MAIN, "relay_transport": f"relay:[127.0.0.1]:{ports[3]}"}
        mails = [Mail(sender="a@example.org", recipient=each) for each in RECIPIENTS]
        with tried(main, tables, recorders) as server:
            written = (server.server.folder / "etc" / "main.cf").read_bytes()
            there = server.ends(mails)
    imported = ImportedPostfix.of({"main.cf": written, **tables})
    here = [ending_here(imported, mail, number)[0] for number, mail in enumerate(mails)]
    assert dict(zip(RECIPIENTS, here, strict=True)) == dict(zip(RECIPIENTS, there, strict=True))
    assert {len(each.reached) for each in there} == {1}


def test_an_address_that_is_rewritten_is_not_dropped() -> None:
    main = "relay_domains = example.com\n" + "".join(
        f"{name} = hash:/etc/postfix/{table}\n"
        for name, table in (
            ("canonical_maps", "canonical"),
            ("recipient_canonical_maps", "canonical.rcpt"),
            ("virtual_alias_maps", "virtual"),
        )
    )
    rules = source_of({"main.cf": main, **files(1, 2, 3)}).rules
    assert [(rule.name, rule.actions) for rule in rules if "canonical" in rule.name] == [
        ("canonical.rcpt old@example.com", ({"replace_recipient": ["ann@example.com"]},)),
        ("canonical sales@example.com", ({"replace_recipient": ["ann@example.com"]},)),
    ]


def test_recipients_that_are_patterns_are_named() -> None:
    main = "relay_domains = example.com\nrelay_recipient_maps = regexp:/etc/postfix/r\n"
    [unread] = source_of({"main.cf": main, "r": "/^ann@/ x\n"}).unread
    assert unread.text == "regexp:/etc/postfix/r"
    assert unread.why.startswith("whom it knows are patterns: the traffic policy admits all")


def test_aliases_by_patterns_are_not_named_where_no_table_lists_recipients() -> None:
    main = "relay_domains = example.com\nvirtual_alias_domains =\n"
    main += "virtual_alias_maps = regexp:/etc/postfix/r\n"
    assert source_of({"main.cf": main, "r": "/^ann@/ bob@example.com\n"}).unread == []
