"""SPF, DKIM and DMARC against a zone file: no test here asks the DNS."""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmctl.errors import UsageError
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

dkim = pytest.importorskip("dkim", reason="the extra `authenticate` is not installed")
resolver = pytest.importorskip("dns.resolver")
rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")

from cryptography.hazmat.primitives import serialization  # noqa: E402 - after the question above

from mmctl.mail.authenticate import Authenticator  # noqa: E402 - the same
from mmctl.mail.records import DnsRecords, UnansweredError, ZoneRecords  # noqa: E402 - the same
from mmctl.mail.verify_dmarc import organizational_domain  # noqa: E402 - the same
from mmctl.mail.verify_spf import spf_result  # noqa: E402 - the same

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.mail.email import Authenticated

PASS, FAIL = RuleVerdict.PASS, RuleVerdict.FAIL
GRAY, BROKEN = RuleVerdict.GRAY, RuleVerdict.PROCESSING_FAILED
NONE, QUARANTINE, REJECT = RuleDmarcPolicy.NONE, RuleDmarcPolicy.QUARANTINE, RuleDmarcPolicy.REJECT
ABSENT = NoPolicy.NO_POLICY


@lru_cache(maxsize=1)
def key() -> tuple[bytes, str]:
    """A private key, and the public one as the DNS has it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, base64.b64encode(public).decode()


@lru_cache(maxsize=1)
def zone() -> ZoneRecords:
    public = key()[1]
    chain = "".join(
        f'c{n}.example. IN TXT "v=spf1 include:c{n + 1}.example ~all"\n' for n in range(15)
    )
    return ZoneRecords(
        f"""
good.example. IN TXT "v=spf1 ip4:192.0.2.0/25 include:_spf.other.example mx -all"
good.example. IN MX 10 mx.good.example.
mx.good.example. IN A 198.51.100.9
helo.good.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"
_spf.other.example. IN TXT "v=spf1 ip6:2001:db8::/32 ?all"
s1._domainkey.good.example. IN TXT "v=DKIM1; k=rsa; p={public[:200]}" "{public[200:]}"
_dmarc.good.example. IN TXT "v=DMARC1; p=reject; sp=quarantine; adkim=s"
alias.example. IN CNAME soft.example.
soft.example. IN TXT "v=spf1 ~all"
_dmarc.soft.example. IN TXT "v=DMARC1; p=quarantine"
hard.example. IN TXT "v=spf1 -all"
_dmarc.hard.example. IN TXT "v=DMARC1; p=none"
twice.example. IN TXT "v=spf1 -all"
twice.example. IN TXT "v=spf1 +all"
_dmarc.twice.example. IN TXT "v=DMARC1; p=none"
_dmarc.twice.example. IN TXT "v=DMARC1; p=reject"
_dmarc.odd.example. IN TXT "v=DMARC1; p=monitor; rua=mailto:a@odd.example"
*.wild.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"
{chain}""",
        unanswered=["slow.example"],
    )


def message(sender: str, *, signed_for: str = "", body: bytes = b"hello\r\n") -> bytes:
    text = (
        f"From: {sender}\r\nTo: b@example.com\r\nSubject: Plans\r\n"
        "Date: Fri, 20 Nov 2026 16:05:10 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n"
    ).encode() + body
    if not signed_for:
        return text
    headers = [b"from", b"subject"]
    signature: bytes = dkim.sign(
        text, b"s1", signed_for.encode(), key()[0], include_headers=headers
    )
    return signature + text


def checked(
    content: bytes,
    *,
    ip: str | None = "192.0.2.1",
    mail_from: str | None = "x@good.example",
    helo: str | None = "helo.good.example",
    stated: Facts | None = None,
) -> Authenticated:
    return Authenticator(zone())(
        content,
        read_email(content),
        Envelope(mail_from=mail_from, recipients=("b@example.com",)),
        Session(source_ip=ip, helo=helo),
        stated or Facts(),
    )


GOOD = "x@good.example"


@dataclass(frozen=True, kw_only=True)
class Expected:
    about: str
    content: bytes
    ip: str = "192.0.2.1"
    mail_from: str = GOOD
    spf: RuleVerdict
    dkim: RuleVerdict = GRAY
    dmarc: RuleVerdict
    policy: RuleDmarcPolicy | NoPolicy | None


SIGNED = message(GOOD, signed_for="good.example")
CASES = [
    Expected(about="all pass", content=SIGNED, spf=PASS, dkim=PASS, dmarc=PASS, policy=REJECT),
    Expected(
        about="by MX",
        content=message(GOOD),
        ip="198.51.100.9",
        spf=PASS,
        dmarc=PASS,
        policy=REJECT,
    ),
    Expected(
        about="by an IPv6 network of an include",
        content=message(GOOD),
        ip="2001:db8::1",
        spf=PASS,
        dmarc=PASS,
        policy=REJECT,
    ),
    Expected(
        about="SPF fails and the signature holds",
        content=SIGNED,
        ip="203.0.113.1",
        spf=FAIL,
        dkim=PASS,
        dmarc=PASS,
        policy=REJECT,
    ),
    Expected(
        about="the body was changed on the way",
        content=SIGNED.replace(b"hello", b"h3llo"),
        ip="203.0.113.1",
        spf=FAIL,
        dkim=FAIL,
        dmarc=FAIL,
        policy=REJECT,
    ),
    Expected(
        about="signed by another domain than From's",
        content=message("x@hard.example", signed_for="good.example"),
        spf=PASS,
        dkim=GRAY,
        dmarc=FAIL,
        policy=NONE,
    ),
    Expected(
        about="no key for the signature",
        content=message("x@hard.example", signed_for="hard.example"),
        spf=PASS,
        dkim=BROKEN,
        dmarc=FAIL,
        policy=NONE,
    ),
    Expected(
        about="a softfail is neither",
        content=message("x@soft.example"),
        mail_from="x@soft.example",
        spf=GRAY,
        dmarc=FAIL,
        policy=QUARANTINE,
    ),
    Expected(
        about="by way of a CNAME",
        content=message("x@soft.example"),
        mail_from="x@alias.example",
        spf=GRAY,
        dmarc=FAIL,
        policy=QUARANTINE,
    ),
    Expected(
        about="no records",
        content=message("x@nothing.example"),
        mail_from="x@nothing.example",
        spf=GRAY,
        dmarc=GRAY,
        policy=ABSENT,
    ),
    Expected(
        about="below the organizational domain sp= counts",
        content=message("x@sub.good.example"),
        mail_from="x@sub.good.example",
        spf=GRAY,
        dmarc=FAIL,
        policy=QUARANTINE,
    ),
    Expected(
        about="the DNS does not answer",
        content=message("x@slow.example"),
        mail_from="x@slow.example",
        spf=BROKEN,
        dmarc=BROKEN,
        policy=None,
    ),
    Expected(
        about="more lookups than ten",
        content=message("x@c0.example"),
        mail_from="x@c0.example",
        spf=BROKEN,
        dmarc=GRAY,
        policy=ABSENT,
    ),
    Expected(
        about="two records of one kind",
        content=message("x@twice.example"),
        mail_from="x@twice.example",
        spf=BROKEN,
        dmarc=GRAY,
        policy=ABSENT,
    ),
    Expected(
        about="the null sender is checked by HELO",
        content=message(GOOD),
        mail_from="",
        spf=PASS,
        dmarc=PASS,
        policy=REJECT,
    ),
    Expected(
        about="two From headers have no single author",
        content=b"From: a@hard.example\r\n" + message(GOOD),
        spf=PASS,
        dmarc=BROKEN,
        policy=ABSENT,
    ),
    Expected(
        about="a policy that is none, with a report address",
        content=message("x@odd.example"),
        mail_from="x@odd.example",
        spf=GRAY,
        dmarc=FAIL,
        policy=NONE,
    ),
    Expected(
        about="a wildcard record",
        content=message("x@a.wild.example"),
        mail_from="x@a.wild.example",
        spf=PASS,
        dmarc=GRAY,
        policy=ABSENT,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.about)
def test_verdicts(case: Expected) -> None:
    facts = checked(case.content, ip=case.ip, mail_from=case.mail_from).facts
    assert (facts.spf, facts.dkim, facts.dmarc, facts.dmarc_policy) == (
        case.spf,
        case.dkim,
        case.dmarc,
        case.policy,
    )


def test_results_are_told_in_the_words_of_the_standards() -> None:
    assert dict(checked(SIGNED, ip="203.0.113.1").results) == {
        "spf": "fail",
        "dkim": "pass d=good.example",
        "dmarc": "pass",
    }


def test_line_ends_and_an_mbox_line_do_not_break_a_signature() -> None:
    stored = b"From x@good.example Fri Nov 20 16:05:10 2026\n" + SIGNED.replace(b"\r\n", b"\n")
    assert checked(stored).facts.dkim is PASS


def test_what_cannot_be_checked_without_a_fact_stays_unknown() -> None:
    unknown = checked(message(GOOD), ip=None).facts
    assert (unknown.spf, unknown.dkim, unknown.dmarc, unknown.dmarc_policy) == (
        None,
        GRAY,
        None,
        None,
    )
    assert checked(message(GOOD), mail_from="", helo=None).facts.spf is None
    # A signature that holds decides DMARC by itself.
    assert checked(SIGNED, ip=None).facts.dmarc is PASS


def test_dmarc_goes_by_verdicts_that_are_stated() -> None:
    assert checked(message(GOOD), stated=Facts(spf=FAIL)).facts.dmarc is FAIL
    assert checked(message(GOOD), ip=None, stated=Facts(spf=PASS)).facts.dmarc is PASS
    assert checked(message(GOOD), stated=Facts(spf=FAIL, dkim=PASS)).facts.dmarc is PASS
    assert checked(SIGNED, stated=Facts(spf=FAIL, dkim=GRAY)).facts.dmarc is FAIL


def test_organizational_domains_follow_the_public_suffixes() -> None:
    assert organizational_domain("Mail.Example.CO.UK.") == "example.co.uk"
    assert organizational_domain("a.b.example.com") == "example.com"


SIGNATURE_PARTS = st.sampled_from(
    [
        "v=1",
        "v=2",
        "a=rsa-sha256",
        "a=ed25519-sha256",
        "a=rsa-md5",
        "d=good.example",
        "d=",
        "d=\udce9.example",
        "s=s1",
        "s=..",
        "bh=AAAA",
        "bh=*",
        "b=AAAA",
        "h=from",
        "h=:",
        "c=x/y",
        "x=1",
        "t=99999999999",
        "l=-1",
        "q=dns",
        "=",
    ]
)


@given(st.lists(SIGNATURE_PARTS, max_size=9), st.binary(max_size=60))
@settings(max_examples=150)
def test_no_signature_is_too_bad_to_be_judged(parts: list[str], noise: bytes) -> None:
    signature = f"DKIM-Signature: {'; '.join(parts)}\r\n".encode("utf-8", "surrogateescape")
    facts = checked(signature + noise + message(GOOD)).facts
    assert facts.dkim in set(RuleVerdict)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20))
@settings(max_examples=150)
def test_no_sender_is_too_odd_for_spf(mail_from: str, helo: str, ip: str) -> None:
    known = {"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"}
    assert spf_result(zone(), "192.0.2.1", mail_from, helo) in known
    assert spf_result(zone(), ip, mail_from, helo) in known


@given(st.text(alphabet="v=spf1 -~?+alincude:redt/mxptr.%{}12exs_@", max_size=60))
@settings(max_examples=150)
def test_no_record_is_too_odd_for_spf(record: str) -> None:
    plain = record.replace('"', "").replace("\\", "")
    records = ZoneRecords(f'odd.example. IN TXT "v=spf1 {plain}"\n')
    result = spf_result(records, "192.0.2.1", "a@odd.example", "odd.example")
    assert result in {"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense here\n", "line 1: unknown rdatatype 'here'"),
        ('a. TXT "x"\nb. A 1.2.3\nc. TXT "z"\n', "line 2: text input is malformed"),
        ('a. TXT "x"\n( b. TXT "y"\n\nc. TXT "z"\n', "line 2: unbalanced parentheses"),
        ('a. TXT "x"\nb. TXT "y"\nc. BOGUS', "line 3: unknown rdatatype 'BOGUS'"),
    ],
)
def test_a_text_that_is_no_zone_file_names_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        ZoneRecords(text)
    assert error.value.message == said


def test_the_dns_is_asked_once_and_its_silence_is_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Silent:
        def __init__(self, *, configure: bool) -> None:
            assert configure

        def resolve(self, name: object, *_: object, **__: object) -> None:
            asked.append(str(name))
            raise resolver.LifetimeTimeout(timeout=1.0, errors=[])

    monkeypatch.setattr(resolver, "Resolver", Silent)
    records = DnsRecords(seconds=1.0)
    for _ in range(2):
        with pytest.raises(UnansweredError):
            records.ask("example.org", "TXT")
    assert asked == ["example.org."]


def test_records_can_be_sent_to_another_process() -> None:
    sent, asking = pickle.loads(pickle.dumps((zone(), DnsRecords())))  # noqa: S301 - just written
    assert sent.ask("soft.example", "TXT")[0].strings == (b"v=spf1 ~all",)
    assert isinstance(asking, DnsRecords)


def test_a_zone_as_servers_export_it_is_read_and_one_without_end_is_refused() -> None:
    text = (
        "$ORIGIN example.com.\n$TTL 300\n@ IN SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\n"
        "@ MX 10 mx\nmx A 192.0.2.1\n$ORIGIN example.org.\n@ SOA ns hostmaster 1 7200 900 9999 60\n"
        "@ MX 5 mx.example.com.\n"
    )
    zone = ZoneRecords(text)
    found = [zone.ask(name, "MX")[0].to_text() for name in ("example.com", "example.org")]
    assert found == ["10 mx.example.com.", "5 mx.example.com."]
    assert zone.seconds_kept("example.com", "MX") == 300
    for endless in ("$GENERATE 1-4000000000 a$ A 192.0.2.1\n", "$INCLUDE zone.txt\n"):
        with pytest.raises(UsageError, match=r"line 1: zone file directive .* is not allowed"):
            ZoneRecords(endless)


def test_the_library_for_spf_is_imported_without_a_warning(tmp_path: Path) -> None:
    """Where nothing is compiled yet, as after an install by uv."""
    own = ["-W", "error", "-X", f"pycache_prefix={tmp_path}"]
    program = "import mmctl.mail.records, mmctl.mail.verify_spf"
    done = subprocess.run([sys.executable, *own, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
