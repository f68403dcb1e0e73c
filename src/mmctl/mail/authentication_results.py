"""SPF, DKIM and DMARC as an earlier server recorded them: Authentication-Results, Received-SPF.

RFC 8601 and RFC 7208 §9.1, mapped to the service's verdicts (which come from SES receiving).
Nothing here verifies a signature or queries the DNS.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import chain
from typing import TYPE_CHECKING, Final

from mmctl.mail.email import Facts, NoPolicy
from mmctl.mail.headers import records
from mmctl.mail.marked import COMMENT, DIGITS, MARK, Marked, marked, without_comments
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import VerdictFact
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mmctl.mail.email import Email

AUTHENTICATION_RESULTS: Final = "Authentication-Results"
RECEIVED_SPF: Final = "Received-SPF"
VERDICT_KEYS: Final = (AUTHENTICATION_RESULTS.lower(), RECEIVED_SPF.lower(), "from")
"""The headers that verdicts are found by, in lower case."""

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
_USED: Final = frozenset({"spf", "dkim", "dmarc"})
_USED_METHOD: Final = re.compile(
    rf"(?:\s|{COMMENT}[{DIGITS}]{{3}})*(?:{'|'.join(_USED)})(?=[\s/={COMMENT}])", re.IGNORECASE
)
# Members of enums are slow to ask for their values.
_SPF: Final = VerdictFact.SPF.value
_DKIM: Final = VerdictFact.DKIM.value
_DMARC: Final = VerdictFact.DMARC.value
_DMARC_POLICY: Final = VerdictFact.DMARC_POLICY.value
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
    """The verdicts that the headers record, and the header that each came from."""
    results = trusted_results(email)
    spf = spf_of(results)
    received_spf = received_spf_of(email) if spf is None else None
    facts = Facts(
        spf=spf or received_spf,
        dkim=dkim_of(results, email),
        dmarc=dmarc_of(results),
        dmarc_policy=dmarc_policy_of(results),
    )
    sources: dict[str, str] = {}
    if facts.spf is not None:
        sources[_SPF] = AUTHENTICATION_RESULTS if received_spf is None else RECEIVED_SPF
    if facts.dkim is not None:
        sources[_DKIM] = AUTHENTICATION_RESULTS
    if facts.dmarc is not None:
        sources[_DMARC] = AUTHENTICATION_RESULTS
    if facts.dmarc_policy is not None:
        sources[_DMARC_POLICY] = AUTHENTICATION_RESULTS
    return facts, sources


def trusted_results(email: Email) -> tuple[MethodResult, ...]:
    """The results for SPF, DKIM and DMARC that the last server recorded.

    Only the topmost Authentication-Results and those of the same server below it count: others may
    have come with the message (RFC 8601 §5).
    """
    server = None
    results: list[tuple[MethodResult, ...]] = []
    for value in records(email.header_values(AUTHENTICATION_RESULTS, decoded=False)):
        name, found = method_results(value, used=True)
        server = name if server is None else server
        if name == server:
            results.append(found)
    return tuple(chain.from_iterable(results))


def method_results(value: str, *, used: bool = False) -> tuple[str, tuple[MethodResult, ...]]:
    """Read one Authentication-Results value: the server's name, and what it found (RFC 8601 §2.2).

    Parts that make no sense are left out. With `used`, so are methods that no rule asks about.
    """
    cut = marked(value, unended=False)
    server, *others = cut.text.split(";")
    name = _text_of(cut, server).partition(" ")[0].lower()
    if "=" in name:  # some servers omit their name
        name, others = "", [server, *others]
    # Hostile values repeat themselves.
    wanted = _USED_METHOD.match if used else _may_be_any
    read = {part: _method_result(cut, part) for part in dict.fromkeys(others) if wanted(part)}
    found = (read.get(part) for part in others)
    return name, tuple([result for result in found if result is not None])


def _may_be_any(part: str) -> bool:
    return "=" in part or MARK in part


def _text_of(cut: Marked, part: str) -> str:
    """A part without its comments, with single spaces, and none around `=`."""
    if cut.parts:
        part = cut.restored(without_comments(part))
    return " ".join(part.split()).replace(" =", "=").replace("= ", "=")


def _method_result(cut: Marked, part: str) -> MethodResult | None:
    """Read `method/version=result reason=… ptype.property=value …`."""
    first, *words = _text_of(cut, part).split(" ")
    name, equals, result = first.partition("=")
    if not equals:
        return None
    properties: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        properties.setdefault(key.lower(), value.strip('"'))
    return MethodResult(
        method=name.partition("/")[0].lower(),
        result=result.lower(),
        properties=properties,
        comments=cut.comments(part) if cut.parts else (),
    )


def _of_method(results: Sequence[MethodResult], method: str) -> list[MethodResult]:
    """The results of one method, in order."""
    return [result for result in results if result.method == method]


def spf_of(results: Sequence[MethodResult]) -> RuleVerdict | None:
    """The SPF verdict: that of MAIL FROM if HELO was verified too."""
    found = _of_method(results, "spf")
    found.sort(key=lambda result: "smtp.mailfrom" not in result.properties)
    return SPF_VERDICTS.get(found[0].result) if found else None


def received_spf_of(email: Email) -> RuleVerdict | None:
    """The verdict of the topmost Received-SPF: its first word (RFC 7208 §9.1)."""
    values = email.header_values(RECEIVED_SPF, decoded=False)
    words = values[0].split(None, 1) if values else []
    return SPF_VERDICTS.get(words[0].rstrip(":;").lower()) if words else None


def dkim_of(results: Sequence[MethodResult], email: Email) -> RuleVerdict | None:
    """The DKIM verdict: signatures of domains other than From's leave it GRAY.

    A signature without a domain decides nothing: the verdict stays unknown.
    """
    found = [result for result in _of_method(results, "dkim") if result.result in DKIM_VERDICTS]
    if not found:
        return None
    senders = {spec.rpartition("@")[2].lower() for spec in email.addresses("From")}
    known = [(DKIM_VERDICTS[result.result], _signer(result)) for result in found]
    aligned = aligned_domains({signer for _, signer in known if signer}, senders)
    ours = {verdict for verdict, signer in known if signer in aligned}
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


def aligned_domains(signers: Collection[str], senders: Collection[str]) -> set[str]:
    """The domains among `signers` that equal one of `senders`, or of which one is below the other.

    Stands for relaxed alignment (RFC 7489 §3.1.1) without a list of public suffixes. A message may
    name a hundred thousand of both.
    """
    reversed_senders = sorted(sender[::-1] + "." for sender in senders)
    # A domain comes right before those below it; of those above it, the highest is enough.
    highest: list[str] = []
    for sender in reversed_senders:
        if "." in sender[:-1] and not (highest and sender.startswith(highest[-1])):
            highest.append(sender)
    return {
        signer
        for signer in signers
        if signer in senders or _is_above_or_below(signer, reversed_senders, highest)
    }


def _is_above_or_below(signer: str, senders: Sequence[str], highest: Sequence[str]) -> bool:
    key = signer[::-1] + "."
    place = bisect_left(senders, key)
    if "." in signer and place < len(senders) and senders[place].startswith(key):
        return True
    above = bisect_right(highest, key) - 1
    return above >= 0 and key.startswith(highest[above])


def dmarc_of(results: Sequence[MethodResult]) -> RuleVerdict | None:
    """The result of DMARC."""
    found = _of_method(results, "dmarc")
    return DMARC_VERDICTS.get(found[0].result) if found else None


def dmarc_policy_of(results: Sequence[MethodResult]) -> RuleDmarcPolicy | NoPolicy | None:
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
