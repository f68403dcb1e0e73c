"""Wanted records against published ones, policies of MTA-STS, and the way of a cut-over."""

from __future__ import annotations

from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mmctl.errors import CouldNot
from mmctl.language.parsing.load import read_text
from mmctl.language.stack import MailServer
from mmctl.live.aws.sending_account import SesIdentity, SesSending
from mmctl.mail.records import UnansweredError, ZoneRecords
from mmctl.operate.dns.comparing import RecordMatch, compared
from mmctl.operate.dns.cut_over import PublishedMail, cut_over
from mmctl.operate.dns.mail_server import answers_others
from mmctl.operate.dns.mta_sts import (
    matches,
    policy_id,
    policy_text,
    read_policy,
    sentences_about,
)
from mmctl.operate.dns.records import RecordRole, RecordType, host_of, zone_line
from mmctl.operate.dns.wanted import DnsFacts, MailDomain, mail_domains, records_wanted

HOST: Final = "abc123.xyz.mail-manager-smtp.amazonaws.com"
FACTS: Final = DnsFacts(
    a_records={"public": HOST}, dkim_tokens={"example.com": ("token1", "token2", "token3")}
)
RULES: Final = """\
version: 1
rule_sets:
  inbound: {rules: [{name: keep, actions: [{archive: {to: kept}}]}]}
archives: {kept: {retention: ONE_YEAR}}
traffic_policies:
  edge:
    default: deny
    statements:
      - allow: [{recipient: {ends_with: ["@example.com", "@eu.example.com"]}}]
ingress_points:
  public: {type: open, rule_set: inbound, traffic_policy: edge}
"""
SOUND: Final = f"""\
example.com. 300 MX 10 {HOST}.
eu.example.com. MX 10 {HOST.upper()}.
example.com. TXT "v=spf1 ip4:192.0.2.0/24 " "include:amazonses.com -all"
example.com. TXT "something else"
token1._domainkey.example.com. CNAME token1.dkim.amazonses.com.
token2._domainkey.example.com. CNAME token2.dkim.amazonses.com.
token3._domainkey.example.com. CNAME token3.dkim.amazonses.com.
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:x@example.com"
_dmarc.eu.example.com. TXT "V=DMARC1;p=none"
_mta-sts.example.com. TXT "v=STSv1; id={policy_id(policy_text([HOST]))}"
_mta-sts.eu.example.com. TXT "v=STSv1; id={policy_id(policy_text([HOST]))}"
_smtp._tls.example.com. TXT "v=TLSRPTv1; rua=mailto:x@example.com"
_smtp._tls.eu.example.com. TXT "v=TLSRPTv1; rua=https://example.com/tls"
"""


def wanted(facts: DnsFacts = FACTS) -> tuple[Any, ...]:
    files = {"mmctl.yaml": "version: 1\nproject: acme\n", "rules/a.yaml": RULES}
    project, problems = read_text(files)
    assert problems == ()
    return records_wanted(project, ("example.com",), facts)


def states(zone: str, unanswered: tuple[str, ...] = ()) -> dict[tuple[str, str], tuple[str, str]]:
    records = ZoneRecords(zone, unanswered=unanswered)
    found = compared(wanted(), records, unanswered=UnansweredError, environment="prod")
    return {
        (each.record.name, each.record.role): (each.match, each.sentence)
        for each in found
        if each.match is not RecordMatch.RIGHT
    }


def test_a_sound_zone_gives_no_finding() -> None:
    assert states(SOUND) == {}


def test_each_fault_of_a_zone_is_found_and_no_other() -> None:
    mx, spf, dmarc = f"example.com. 300 MX 10 {HOST}.\n", '"include:amazonses.com', '"v=DMARC1; p='
    faults = {
        (mx, ""): ("example.com", RecordRole.MX, RecordMatch.MISSING, "goes nowhere"),
        (f"10 {HOST}.\n", "10 mail.old.example.\n"): (
            *("example.com", RecordRole.MX, RecordMatch.DIFFERS),
            "mail goes to `mail.old.example`, and not here",
        ),
        (mx, f"{mx}example.com. MX 5 old.example.\n"): (
            *("example.com", RecordRole.MX, RecordMatch.DIFFERS),
            "`old.example` before here",
        ),
        (mx, f"{mx}example.com. MX 20 old.example.\n"): (
            *("example.com", RecordRole.MX, RecordMatch.DIFFERS),
            "`old.example` if not here",
        ),
        (spf, '"include:other.example'): (
            *("example.com", RecordRole.SPF, RecordMatch.DIFFERS),
            "`include:amazonses.com` is missing",
        ),
        ("amazonses.com -all", "amazonses.com all"): (
            *("example.com", RecordRole.SPF, RecordMatch.DIFFERS),
            "everybody may send",
        ),
        ('"something else"', '"v=spf1 -all"'): (
            *("example.com", RecordRole.SPF, RecordMatch.DIFFERS),
            "none of them counts",
        ),
        ("CNAME token2.dkim", "CNAME token2.other"): (
            *("token2._domainkey.example.com", RecordRole.DKIM, RecordMatch.DIFFERS),
            "leads elsewhere",
        ),
        (f"{dmarc}reject", f"{dmarc}all"): (
            *("_dmarc.example.com", RecordRole.DMARC, RecordMatch.DIFFERS),
            "its policy is `all`",
        ),
        ('"V=DMARC1;p=none"', '"v=DMARC10;p=none"'): (
            *("_dmarc.eu.example.com", RecordRole.DMARC, RecordMatch.MISSING),
            "nothing is published",
        ),
        ("_mta-sts.eu.", "_mta-sts.de."): (
            *("_mta-sts.eu.example.com", RecordRole.MTA_STS, RecordMatch.MISSING),
            "nothing is published",
        ),
        ('; rua=mailto:x@example.com"\n_smtp._tls.eu', '"\n_smtp._tls.eu'): (
            *("_smtp._tls.example.com", RecordRole.TLS_RPT, RecordMatch.DIFFERS),
            "names nobody",
        ),
    }
    for (before, after), (name, role, match, said) in faults.items():
        assert SOUND.count(before), before
        zone = SOUND.replace(before, after, 1)
        found = states(zone)
        assert list(found) == [(name, role)], (before, found)
        assert found[(name, role)][0] is match, before
        assert said in found[(name, role)][1], before


def test_spf_is_what_receivers_make_of_it() -> None:
    """RFC 7208 §4.6.4 (ten lookups), §5.1 (nothing after `all`), §5.2 and §6.1 (other records)."""
    many = " ".join(f"include:i{number}.example" for number in range(10))
    ses, missing = "include:amazonses.com", "`include:amazonses.com` is missing"
    said = {
        f"v=spf1 {ses} ~all": "",
        f"v=spf1 {'ip4:192.0.2.1 ' * 40}{ses} -all": "",
        "v=spf1 include:with.example -all": "",
        "v=spf1 redirect=with.example": "",
        "v=spf1 -all redirect=with.example": missing,
        "v=spf1 -include:with.example -all": missing,
        "v=spf1 include:without.example -all": missing,
        f"v=spf1 -all {ses}": missing,
        f"v=spf1 ~{ses} -all": missing,
        f"v=spf1 {ses} all exp=x.example": "everybody may send",
        f"v=spf1 {ses} include:all.example -all": "everybody may send",
        f"v=spf1 {ses} {many} -all": "more than 10 times",
        f"v=spf1 include:loop.example {ses} -all": "more than 10 times",
    }
    others = f"""\
with.example. TXT "v=spf1 {ses} ?all"
without.example. TXT "v=spf1 ip4:192.0.2.0/24 -all"
all.example. TXT "v=spf1 +all"
loop.example. TXT "v=spf1 include:loop.example -all"
"""
    tokens = "".join(f'example.com. TXT "a-site-verification={number}"\n' for number in range(40))
    line = next(line for line in SOUND.splitlines() if "v=spf1" in line)
    faults = []
    for text, sentence in said.items():
        zone = SOUND.replace(line, zone_line("example.com", 60, RecordType.TXT, text))
        found = states(zone + others + tokens)
        told = found.pop(("example.com", RecordRole.SPF), ("", ""))[1]
        if found or (sentence not in told) or (not sentence and told):
            faults.append(f"{text[:80]}: {told!r}, {found}")
    assert faults == []


def test_of_many_texts_that_for_the_role_is_shown() -> None:
    tokens = "".join(f'example.com. TXT "a-site-verification={number}"\n' for number in range(40))
    found = compared(
        wanted(), ZoneRecords(SOUND + tokens), unanswered=UnansweredError, environment="prod"
    )
    shown = next(each.published for each in found if each.record.role is RecordRole.SPF)
    assert shown is not None
    assert shown[0].startswith("v=spf1")


def test_where_an_included_record_has_no_answer_spf_is_unknown() -> None:
    zone = SOUND.replace('"include:amazonses.com', '"include:out.example')
    found = states(zone, unanswered=("out.example",))
    assert found == {("example.com", RecordRole.SPF): (RecordMatch.UNKNOWN, "nobody answered")}


def test_where_nobody_answers_nothing_is_a_finding() -> None:
    found = states(SOUND, unanswered=("eu.example.com",))
    assert {match for match, _ in found.values()} == {RecordMatch.UNKNOWN}
    assert {name for name, _ in found} == {
        *("eu.example.com", "_dmarc.eu.example.com"),
        *("_mta-sts.eu.example.com", "_smtp._tls.eu.example.com"),
    }


class Shuffled:
    """Answers in another order each time, as a resolver gives them."""

    def __init__(self, zone: str) -> None:
        self.records, self.turn = ZoneRecords(zone), 0

    def ask(self, name: str, kind: str) -> tuple[Any, ...]:
        self.turn += 1
        found = self.records.ask(name, kind)
        return found if self.turn % 2 else found[::-1]


def test_the_order_of_answers_makes_no_difference() -> None:
    asked = Shuffled(f"{SOUND}example.com. MX 9 old.example.\nexample.com. MX 100 last.example.\n")
    wants = tuple(each for each in wanted() if each.role in {RecordRole.MX, RecordRole.SPF})
    found = [
        compared(wants, asked, unanswered=UnansweredError, environment="prod") for _ in range(2)
    ]
    assert found[0] == found[1]
    at_mx = next(each for each in found[0] if each.record.name == "example.com")
    assert at_mx.published == ("9 old.example", f"10 {HOST}", "100 last.example")


def test_published_records_of_strangers_do_no_harm() -> None:
    hostile = "".join(f'example.com. TXT "\\027[31m{"x" * 200}{number}"\n' for number in range(99))
    hostile += "example.com. MX 0 .\nexample.com. MX 1 \\027[31m.example.\n"
    found = states(hostile)
    assert found[("example.com", RecordRole.MX)][0] is RecordMatch.DIFFERS
    assert "\x1b" not in "".join(sentence for _, sentence in found.values())


def test_a_host_or_token_that_is_none_goes_into_no_record() -> None:
    facts = DnsFacts(
        a_records={"public": "x.example.com\n evil. MX 0 a.example"},
        dkim_tokens={"example.com": ("a\nb", "c.d", "")},
    )
    lines = [line for each in wanted(facts) for line in each.lines()]
    assert lines
    assert not any("evil" in line or "\n" in line for line in lines)
    assert not any(each.is_known for each in wanted(facts) if each.role is RecordRole.DKIM)


@given(st.text(max_size=600))
def test_every_text_survives_a_zone_file(text: str) -> None:
    value = "".join(char for char in text if " " <= char <= "~")
    line = zone_line("example.com", 60, RecordType.TXT, value)
    (record,) = ZoneRecords(line).ask("example.com", "TXT")
    assert b"".join(record.strings).decode() == value


def test_a_pattern_of_mta_sts_matches_one_label() -> None:
    """RFC 8461 §4.1."""
    allowed = {
        ("mx.example.com", "mx.example.com"): True,
        ("MX.example.com.", "mx.EXAMPLE.com"): True,
        ("*.example.com", "mx.example.com"): True,
        ("*.example.com", "a.mx.example.com"): False,
        ("*.example.com", "example.com"): False,
        ("*.example.com", ".example.com"): False,
        ("mx.example.com", "a.mx.example.com"): False,
        ("*.mail-manager-smtp.amazonaws.com", HOST): False,
        ("*.xyz.mail-manager-smtp.amazonaws.com", HOST): True,
    }
    assert {pair: matches(*pair) for pair in allowed} == allowed


def test_a_policy_that_does_not_allow_the_host_is_told_with_the_reason() -> None:
    assert sentences_about(read_policy(policy_text([HOST])), [HOST]) == ()
    deep = "version: STSv1\nmode: enforce\nmx: *.mail-manager-smtp.amazonaws.com\nmax_age: 1\n"
    (said,) = sentences_about(read_policy(deep), [HOST])
    assert "refuse to deliver" in said
    assert "one label" in said
    other = deep.replace("*.mail-manager-smtp.amazonaws.com", "mx.example.com")
    assert "names" in sentences_about(read_policy(other), [HOST])[0]
    broken = read_policy("mode: enforced\nmode: none\nmx: a b\n\x1b[31m\nno colon\n")
    assert broken.mode is None
    assert len(broken.faults) == len(
        ("mode", "twice", "mx", "escape", "colon", "version", "max_age")
    )
    assert read_policy("x" * 1_000_000).patterns == ()


def test_domains_are_those_that_open_points_admit() -> None:
    files = {"mmctl.yaml": "version: 1\nproject: acme\n", "rules/a.yaml": RULES}
    project, _ = read_text(files)
    assert [(each.name, each.hosts) for each in mail_domains(project, FACTS)] == [
        ("eu.example.com", (HOST,)),
        ("example.com", (HOST,)),
    ]


DOMAIN: Final = MailDomain(name="example.com", points=("public",), hosts=("new.example.com",))


def published(*hosts: tuple[int, str], sts: bool = False) -> PublishedMail:
    return PublishedMail(hosts=hosts, ttl=7200, has_mta_sts=sts)


def test_a_cut_over_never_leaves_a_moment_without_a_server() -> None:
    """After each step at least one server is named, and each way back is what was before."""
    way = cut_over(DOMAIN, published((10, "old.example"), (20, "backup.example")), "prod")
    before: tuple[str, ...] = (
        "example.com. 7200 IN MX 10 old.example.",
        "example.com. 7200 IN MX 20 backup.example.",
    )
    for step in way.steps:
        assert step.publish
        assert step.back_to == before, step.title
        before = step.publish
    assert [len(step.publish) for step in way.steps] == [2, 3, 3, 1, 1]
    assert before == ("example.com. 3600 IN MX 10 new.example.com.",)
    for step in way.steps:
        assert ZoneRecords("\n".join(step.publish)).ask("example.com", "MX")
    ranks = [sorted(line.split()[4:] for line in step.publish) for step in way.steps]
    assert ranks[1] == [
        ["10", "old.example."],
        ["20", "backup.example."],
        ["30", "new.example.com."],
    ]
    assert ranks[2] == [
        ["10", "new.example.com."],
        ["20", "old.example."],
        ["30", "backup.example."],
    ]
    assert "2 hours" in way.steps[0].wait


def test_a_cut_over_goes_on_from_each_of_its_steps() -> None:
    """What is published after a step is never taken back by the steps that are left."""
    old = ((10, "old.example"), (20, "backup.example"))
    way = cut_over(DOMAIN, published(*old), "prod").steps
    for number, step in enumerate(way[:-2], start=1):
        fields = [line.split() for line in step.publish]
        hosts = tuple((int(each[4]), each[5].removesuffix(".")) for each in fields)
        now = PublishedMail(hosts=hosts, ttl=int(fields[0][1]), has_mta_sts=False)
        assert cut_over(DOMAIN, now, "prod").steps == way[number:], step.title
    some = PublishedMail(hosts=((5, "new.example.com"), (7, "old.example")), has_mta_sts=False)
    first = cut_over(DOMAIN, some, "prod").steps[0]
    assert "new.example.com" in first.publish[0]
    assert "new.example.com" in first.back_to[0]


def test_preferences_of_a_cut_over_are_some_that_mx_records_can_have() -> None:
    for ranks in ((65535,), (0, 65535), (65530, 65530), (0, 65520)):
        hosts = tuple((rank, f"mx{number}.example") for number, rank in enumerate(ranks))
        for step in cut_over(DOMAIN, published(*hosts), "prod").steps:
            records = ZoneRecords("\n".join(step.publish)).ask("example.com", "MX")
            assert len(records) == len(step.publish), (ranks, step.title)


def test_a_policy_of_mta_sts_allows_both_before_both_take_mail() -> None:
    way = cut_over(DOMAIN, published((10, "old.example"), sts=True), "prod")
    assert "mx: old.example; mx: new.example.com" in way.steps[1].publish[0]
    assert "new.example.com" in way.steps[2].publish[1]


def test_without_a_way_it_is_said_why() -> None:
    said = {
        "nothing to do": published((10, "new.example.com")),
        "one step": published(),
        "nobody answered": PublishedMail(hosts=None),
    }
    for sentence, now in said.items():
        assert sentence in cut_over(DOMAIN, now, "prod").said
    unlive = MailDomain(name="example.com", points=("public",), hosts=())
    assert "apply first" in cut_over(unlive, published(), "prod").said
    assert cut_over(DOMAIN, published(), "prod").steps[0].publish == (
        "example.com. 300 IN MX 10 new.example.com.",
    )


def test_a_mail_server_that_answers_others_than_relays_is_found() -> None:
    server = MailServer(
        domains=("example.com",), relay_networks=("192.0.2.0/24", "198.51.100.0/25")
    )
    assert answers_others(server, ["192.0.2.0/24", "192.0.2.128/25", "198.51.100.1/32"]) == ()
    others = ("0.0.0.0/0", "::/0", "192.0.0.0/16", "sg-0123", "198.51.100.0/24")
    assert answers_others(server, others) == others


class Ses:
    """SESv2 by its documented answers."""

    def __init__(self, answer: dict[str, Any] | str) -> None:
        self.answer = answer

    def get_email_identity(self, **_: str) -> dict[str, Any]:
        if isinstance(self.answer, str):
            raise ClientError({"Error": {"Code": self.answer, "Message": "no"}}, "GetEmailIdentity")
        return self.answer


def test_tokens_are_what_ses_says() -> None:
    answer: dict[str, Any] = {"DkimAttributes": {"Tokens": ["a", "b", 3]}}
    assert identity_of(answer).tokens == ("a", "b")
    empties: tuple[dict[str, Any], ...] = ({}, {"DkimAttributes": {}}, {"DkimAttributes": None})
    for empty in empties:
        assert identity_of(empty).tokens == ()
    assert SesSending(lambda _: Ses("NotFoundException")).identity("example.com") is None
    with pytest.raises(CouldNot, match="ses:GetEmailIdentity"):
        SesSending(lambda _: Ses("AccessDeniedException")).identity("example.com")


def identity_of(answer: dict[str, Any]) -> SesIdentity:
    found = SesSending(lambda _: Ses(answer)).identity("example.com")
    assert found is not None
    return found


def test_names_of_hosts_are_checked() -> None:
    good = ("mx.example.com", "MX.Example.COM.", "_dmarc.example.com", "a-b.xn--p1ai")
    bad = (
        "",
        "localhost",
        "a..b",
        "-a.b",
        "a.b\n",
        "a b.c",
        f"{'a' * 64}.com",
        "x." * 127 + "com",
        3,
    )
    assert [host_of(each) is not None for each in good] == [True] * len(good)
    assert [host_of(each) for each in bad] == [None] * len(bad)
