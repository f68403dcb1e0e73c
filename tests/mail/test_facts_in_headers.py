"""What the headers of a stored message tell about its session, envelope and verdicts."""

from __future__ import annotations

import pytest

from mmctl.mail.authentication_results import MethodResult, method_results
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.facts_in_headers import FoundFacts, found_facts
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict


def found(*headers: str) -> FoundFacts:
    return found_facts(read_email("\r\n".join((*headers, "", "")).encode()))


def test_a_message_without_trace_headers_leaves_everything_unknown() -> None:
    nothing = found("From: a@example.com", "To: b@example.com", "Cc: c@example.com")
    assert nothing == FoundFacts(envelope=Envelope(), session=Session(), facts=Facts(), sources={})


def test_everything_that_is_found_is_named_with_its_header() -> None:
    what = found(
        "Return-Path: <a@example.org>",
        "Delivered-To: b+tag@example.com",
        "Received: from mx.example.org (mx.example.org [192.0.2.1]) (using TLSv1.3) by mail",
        "Authentication-Results: mail.example.com; spf=pass smtp.mailfrom=example.org;",
        " dkim=pass header.d=example.org; dmarc=fail (p=REJECT dis=NONE)",
        "From: a@example.org",
    )
    assert what.envelope == Envelope(mail_from="a@example.org", recipients=("b+tag@example.com",))
    assert what.session == Session(source_ip="192.0.2.1", helo="mx.example.org", tls=Tls.TLS1_3)
    assert what.facts == Facts(
        spf=RuleVerdict.PASS,
        dkim=RuleVerdict.PASS,
        dmarc=RuleVerdict.FAIL,
        dmarc_policy=RuleDmarcPolicy.REJECT,
    )
    assert what.sources == {
        "mail_from": "Return-Path",
        "recipients": "Delivered-To",
        **dict.fromkeys(("source_ip", "helo", "tls"), "Received"),
        **dict.fromkeys(("spf", "dkim", "dmarc", "dmarc_policy"), "Authentication-Results"),
    }


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("Return-Path: <>", ""),
        ("Return-Path: <a@example.com>", "a@example.com"),
        ("Return-Path: a@example.com", "a@example.com"),
        ("Return-Path:", None),
        ("Return-Path: (nothing)", None),
        ("Return-Path: <first@example.com>\r\nReturn-Path: <b@example.com>", "first@example.com"),
    ],
)
def test_the_sender_comes_from_the_topmost_return_path(header: str, sender: str | None) -> None:
    assert found(header).envelope.mail_from == sender


def test_the_recipient_as_received_comes_before_what_aliases_made_of_it() -> None:
    what = found("Delivered-To: mailbox@example.com", "X-Original-To: alias@example.com")
    assert what.envelope.recipients == ("alias@example.com",)
    assert what.sources == {"recipients": "X-Original-To"}


def test_envelope_to_may_name_several_recipients() -> None:
    what = found("Envelope-To: a@example.com, b@example.com, a@example.com")
    assert what.envelope.recipients == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    ("value", "source_ip", "helo"),
    [
        ("from h.example (r.example [192.0.2.1]) by mx.example", "192.0.2.1", "h.example"),
        ("from h.example (r.example [IPv6:2001:DB8::1]) by mx", "2001:db8::1", "h.example"),
        ("from h.example (192.0.2.1) by mx.example (203.0.113.9)", "192.0.2.1", "h.example"),
        ("from r.example ([192.0.2.1] helo=h.example) by mx", "192.0.2.1", "h.example"),
        ("from [192.0.2.1] (helo=[192.0.2.7]) by mx", "192.0.2.1", "192.0.2.7"),
        ("from [192.0.2.1] by mx.example with smtp", "192.0.2.1", "[192.0.2.1]"),
        ("from unknown (HELO h.example) (192.0.2.1) by 0 with SMTP", "192.0.2.1", "h.example"),
        ("from h.example by mx.example (mx [203.0.113.9])", None, "h.example"),
        ("FROM h.example ([300.1.1.1]) BY mx", None, "h.example"),
        ("by mx.example with LMTP", None, None),
        ("from", None, None),
        ("", None, None),
    ],
)
def test_the_client_of_a_received_header(
    value: str, source_ip: str | None, helo: str | None
) -> None:
    assert found(f"Received: {value}").session == Session(source_ip=source_ip, helo=helo)


def test_the_topmost_received_that_names_a_client_counts() -> None:
    what = found(
        "Received: by mx.example.com with LMTP; Thu, 1 Jan 2026 00:00:00 +0000",
        "Received: from a.example (a.example [192.0.2.1])",
        " (version=TLS1_2) by mx.example.com",
        "Received: from b.example (b.example [192.0.2.2]) by a.example",
    )
    assert what.session == Session(source_ip="192.0.2.1", helo="a.example", tls=Tls.TLS1_2)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("pass", "PASS"),
        ("Fail", "FAIL"),
        ("hardfail", "FAIL"),
        ("softfail", "GRAY"),
        ("neutral", "GRAY"),
        ("none", "GRAY"),
        ("temperror", "PROCESSING_FAILED"),
        ("permerror", "PROCESSING_FAILED"),
        ("nonsense", None),
    ],
)
def test_spf_results_become_verdicts(result: str, verdict: str | None) -> None:
    by_results = found(f"Authentication-Results: mx.example; spf={result} smtp.mailfrom=a.example")
    by_received = found(f"Received-SPF: {result} (explained) client-ip=192.0.2.1;")
    assert by_results.facts.spf == verdict
    assert by_received.facts.spf == verdict
    assert by_received.sources == ({"spf": "Received-SPF"} if verdict else {})


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("dkim=pass header.d=example.com", "PASS"),
        ("dkim=pass header.i=@mail.example.com", "PASS"),
        ("dkim=fail header.d=example.com", "FAIL"),
        ("dkim=fail header.d=example.com; dkim=pass header.d=example.com", "PASS"),
        ("dkim=pass header.d=example.net", "GRAY"),
        ("dkim=fail header.d=example.net", "GRAY"),
        ("dkim=pass header.d=notexample.com", "GRAY"),
        ("dkim=pass header.d=com", "GRAY"),
        ("dkim=none", "GRAY"),
        ("dkim=none (message not signed) header.d=none", "GRAY"),
        ("dkim=temperror header.d=example.com", "PROCESSING_FAILED"),
        ("dkim=permerror", "PROCESSING_FAILED"),
        ("dkim=pass", None),
        ("dkim=nonsense", None),
        ("spf=pass", None),
    ],
)
def test_dkim_counts_for_the_domain_of_from_alone(results: str, verdict: str | None) -> None:
    what = found("From: a@example.com", f"Authentication-Results: mx.example; {results}")
    assert what.facts.dkim == verdict


@pytest.mark.parametrize(
    ("result", "dmarc", "policy"),
    [
        ("dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=example.com", "FAIL", "REJECT"),
        ("dmarc=pass (p=quarantine)", "PASS", "QUARANTINE"),
        ("dmarc=fail polrec.p=none", "FAIL", "NONE"),
        ("dmarc=none", "GRAY", NoPolicy.NO_POLICY),
        ("dmarc=bestguesspass action=none", "GRAY", NoPolicy.NO_POLICY),
        ("dmarc=fail action=quarantine", "FAIL", None),
        ("dmarc=fail (sp=REJECT)", "FAIL", None),
        ("dmarc=temperror", "PROCESSING_FAILED", None),
    ],
)
def test_dmarc_tells_how_it_ended_and_what_the_domain_publishes(
    result: str, dmarc: str, policy: str | None
) -> None:
    facts = found(f"Authentication-Results: mx.example; {result}").facts
    assert (facts.dmarc, facts.dmarc_policy) == (dmarc, policy)


def test_results_that_came_with_the_message_are_not_believed() -> None:
    what = found(
        "Authentication-Results: mx.example.com; spf=fail",
        "Authentication-Results: MX.EXAMPLE.COM; dmarc=none",
        "Authentication-Results: mallory.example.net; dkim=pass header.d=example.com",
        "From: a@example.com",
    )
    assert what.facts == Facts(
        spf=RuleVerdict.FAIL, dmarc=RuleVerdict.GRAY, dmarc_policy=NoPolicy.NO_POLICY
    )


def test_the_spf_of_mail_from_comes_before_that_of_helo() -> None:
    what = found(
        "Authentication-Results: mx; spf=none smtp.helo=h; spf=pass smtp.mailfrom=a.example"
    )
    assert what.facts.spf is RuleVerdict.PASS


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("example.com 1; none", "example.com", []),
        ("example.com;spf = pass (a; b) smtp.mailfrom = c", "example.com", ["spf"]),
        ("spf=pass; dkim=none", "", ["spf", "dkim"]),
        ('e.example; dkim/1=fail reason="a; b" header.d=c', "e.example", ["dkim"]),
        ("", "", []),
        (";;=;", "", [""]),
    ],
)
def test_authentication_results_are_taken_apart(
    value: str, server: str, results: list[str]
) -> None:
    name, read = method_results(value)
    assert (name, [result.method for result in read]) == (server, results)


def test_a_result_keeps_properties_and_comments() -> None:
    _, read = method_results('mx; dkim=pass (2048-bit; key) header.d="example.com" header.s=k1')
    assert read == (
        MethodResult(
            method="dkim",
            result="pass",
            properties={"header.d": "example.com", "header.s": "k1"},
            comments=("(2048-bit; key)",),
        ),
    )
