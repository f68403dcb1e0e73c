"""SPF, DKIM and DMARC as an earlier server recorded them: Authentication-Results, Received-SPF.

RFC 8601 and RFC 7208 §9.1, mapped to the service's verdicts (which come from SES receiving).
Nothing here verifies a signature or queries the DNS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mmctl.mail.email import Facts, NoPolicy
from mmctl.mail.facts import verdict_value
from mmctl.mail.lexical import TokenKind, tokens
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.mail.email import Email

AUTHENTICATION_RESULTS: Final = "Authentication-Results"
RECEIVED_SPF: Final = "Received-SPF"

SPF_VERDICTS: Final = {
    "pass": RuleVerdict.PASS,
    "fail": RuleVerdict.FAIL,
    "hardfail": RuleVerdict.FAIL,
    "none": RuleVerdict.GRAY,
    "neutral": RuleVerdict.GRAY,
    "softfail": RuleVerdict.GRAY,
    "policy": RuleVerdict.GRAY,
    "temperror": RuleVerdict.PROCESSING_FAILED,
    "permerror": RuleVerdict.PROCESSING_FAILED,
    "error": RuleVerdict.PROCESSING_FAILED,
    "unknown": RuleVerdict.PROCESSING_FAILED,
}
DKIM_VERDICTS: Final = {
    "pass": RuleVerdict.PASS,
    "fail": RuleVerdict.FAIL,
    "none": RuleVerdict.GRAY,
    "policy": RuleVerdict.GRAY,
    "neutral": RuleVerdict.PROCESSING_FAILED,  # a signature that cannot be read (§2.7.1)
    "temperror": RuleVerdict.PROCESSING_FAILED,
    "permerror": RuleVerdict.PROCESSING_FAILED,
}
DMARC_VERDICTS: Final = {
    "pass": RuleVerdict.PASS,
    "fail": RuleVerdict.FAIL,
    "none": RuleVerdict.GRAY,
    "bestguesspass": RuleVerdict.GRAY,
    "temperror": RuleVerdict.PROCESSING_FAILED,
    "permerror": RuleVerdict.PROCESSING_FAILED,
}
_NO_RECORD: Final = frozenset({"none", "bestguesspass"})
_POLICY_PROPERTIES: Final = ("polrec.p", "policy.p", "policy.published-domain-policy")
_POLICY_IN_COMMENT: Final = re.compile(r"\bp=(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One `method=result` of an Authentication-Results header, lower case."""

    method: str
    result: str
    properties: Mapping[str, str]
    """`ptype.property` → value."""
    comments: tuple[str, ...]


def found_verdicts(email: Email) -> tuple[Facts, Mapping[str, str]]:
    """The verdicts that the headers record, and the header that each came from.

    Only the topmost Authentication-Results and those of the same server below it count: others may
    have come with the message (RFC 8601 §5).
    """
    results = _trusted_results(email)
    facts = Facts(spf=_spf(results), dkim=_dkim(email, results), dmarc=_dmarc(results))
    facts = replace(facts, dmarc_policy=_dmarc_policy(results))
    sources = {
        name.value: AUTHENTICATION_RESULTS
        for name in VerdictFact
        if verdict_value(name, facts) is not None
    }
    if facts.spf is None and (spf := _received_spf(email)) is not None:
        facts = replace(facts, spf=spf)
        sources["spf"] = RECEIVED_SPF
    return facts, sources


def method_results(value: str) -> tuple[str, tuple[MethodResult, ...]]:
    """Read one Authentication-Results value: the server's name, and what it found (RFC 8601 §2.2).

    Parts that make no sense are left out.
    """
    server, *others = _parts(value)
    name = server[0].split(" ")[0].lower()
    if "=" in name:  # some servers omit their name
        name, others = "", [server, *others]
    read = (_method_result(words.split(" "), comments) for words, comments in others)
    return name, tuple(result for result in read if result is not None)


def _parts(value: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cut a value at its semicolons; return each part without comments, and its comments."""
    words: list[str] = []
    comments: list[str] = []
    for token in (*tokens(value), None):
        if token is None or token == (TokenKind.SPECIAL, ";"):
            text = " ".join("".join(words).split()).replace(" =", "=").replace("= ", "=")
            yield text, tuple(comments)
            words, comments = [], []
        elif token.kind is TokenKind.COMMENT:
            comments.append(token.text)
            words.append(" ")
        else:
            words.append(token.text)


def _method_result(words: Sequence[str], comments: tuple[str, ...]) -> MethodResult | None:
    """Read `method/version=result reason=… ptype.property=value …`."""
    method, equals, result = words[0].partition("=")
    if not equals:
        return None
    properties: dict[str, str] = {}
    for word in words[1:]:
        name, _, value = word.partition("=")
        properties.setdefault(name.lower(), value.strip('"'))
    return MethodResult(
        method=method.split("/")[0].lower(),
        result=result.lower(),
        properties=properties,
        comments=comments,
    )


def _trusted_results(email: Email) -> tuple[MethodResult, ...]:
    """The results of the server whose Authentication-Results is on top."""
    headers = email.header_values(AUTHENTICATION_RESULTS, decoded=False)
    read = [method_results(value) for value in headers]
    return tuple(result for server, results in read if server == read[0][0] for result in results)


def _of_method(results: Sequence[MethodResult], method: str) -> list[MethodResult]:
    """The results of one method, in order."""
    return [result for result in results if result.method == method]


def _spf(results: Sequence[MethodResult]) -> RuleVerdict | None:
    """The SPF verdict: that of MAIL FROM if HELO was verified too."""
    found = _of_method(results, "spf")
    found.sort(key=lambda result: "smtp.mailfrom" not in result.properties)
    return SPF_VERDICTS.get(found[0].result) if found else None


def _received_spf(email: Email) -> RuleVerdict | None:
    """The verdict of the topmost Received-SPF: its first word (RFC 7208 §9.1)."""
    values = email.header_values(RECEIVED_SPF, decoded=False)
    words = values[0].split(None, 1) if values else []
    return SPF_VERDICTS.get(words[0].rstrip(":;").lower()) if words else None


def _dkim(email: Email, results: Sequence[MethodResult]) -> RuleVerdict | None:
    """The DKIM verdict: signatures of domains other than From's leave it GRAY.

    A signature without a domain decides nothing: the verdict stays unknown.
    """
    found = [result for result in _of_method(results, "dkim") if result.result in DKIM_VERDICTS]
    if not found:
        return None
    senders = [spec.rpartition("@")[2].lower() for spec in email.addresses("From")]
    known = [(DKIM_VERDICTS[result.result], _signer(result)) for result in found]
    ours = {
        verdict
        for verdict, signer in known
        if signer and any(_aligned(signer, sender) for sender in senders)
    }
    for verdict in (RuleVerdict.PASS, RuleVerdict.FAIL, RuleVerdict.PROCESSING_FAILED):
        if verdict in ours:
            return verdict
    undecided = {verdict for verdict, signer in known if not signer} - {RuleVerdict.GRAY}
    if undecided == {RuleVerdict.PROCESSING_FAILED}:
        return RuleVerdict.PROCESSING_FAILED
    return None if undecided else RuleVerdict.GRAY


def _signer(result: MethodResult) -> str:
    """The domain that signed: `header.d`, else the domain of `header.i`; "" if neither is given."""
    domain = result.properties.get("header.d") or result.properties.get("header.i", "")
    return domain.rpartition("@")[2].lower()


def _aligned(signer: str, sender: str) -> bool:
    """Whether two domains are the same, or one is below the other.

    Stands for relaxed alignment (RFC 7489 §3.1.1) without a list of public suffixes.
    """
    if signer == sender:
        return True
    shorter, longer = sorted((signer, sender), key=len)
    return "." in shorter and longer.endswith("." + shorter)


def _dmarc(results: Sequence[MethodResult]) -> RuleVerdict | None:
    """The result of DMARC."""
    found = _of_method(results, "dmarc")
    return DMARC_VERDICTS.get(found[0].result) if found else None


def _dmarc_policy(results: Sequence[MethodResult]) -> RuleDmarcPolicy | NoPolicy | None:
    """The policy that the domain publishes, from properties or comments such as `(p=REJECT …)`."""
    found = _of_method(results, "dmarc")
    if not found:
        return None
    if found[0].result in _NO_RECORD:
        return NoPolicy.NO_POLICY
    texts = [found[0].properties.get(name, "") for name in _POLICY_PROPERTIES]
    texts += [text for comment in found[0].comments for text in _POLICY_IN_COMMENT.findall(comment)]
    for text in texts:
        if text.upper() in RuleDmarcPolicy.__members__:
            return RuleDmarcPolicy[text.upper()]
    return None
