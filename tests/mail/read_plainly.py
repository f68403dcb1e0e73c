"""What messages say, read plainly: one token, one field, one line after the other.

The definition of what `mmctl.mail` reads with less work; tests compare both.
"""

from __future__ import annotations

import binascii
import codecs
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from mmctl.mail.authentication_results import (
    AUTHENTICATION_RESULTS,
    DKIM_VERDICTS,
    DMARC_VERDICTS,
    RECEIVED_SPF,
    SPF_VERDICTS,
    MethodResult,
)
from mmctl.mail.email import LONGEST_SHOWN_NAME, Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.encoded_words import Decoded
from mmctl.mail.facts import verdict_value
from mmctl.mail.facts_in_headers import RECEIVED, RECIPIENT_HEADERS, RETURN_PATH, FoundFacts
from mmctl.mail.japanese import decode_japanese
from mmctl.mail.lexical import Token, TokenKind, tokens
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import WRITTEN_HEADERS, EnvelopeFact, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.mail.email import Email

# The header section

_FIELD_NAME: Final = re.compile(r"[!-9;-~]++")
_MBOX_FROM: Final = re.compile(rb"From (?![ \t]*:)[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_BETWEEN_FIELDS: Final = re.compile(r"\n(?![ \t])")
# Bytes that are not UTF-8, as `surrogateescape` represents them → the same byte as Latin-1.
_LATIN_1: Final = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}


def headers(message: bytes) -> tuple[dict[str, list[str]], list[str]]:
    """The unfolded values by name, and what is wrong with the header section."""
    defects: list[str] = []
    if message.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        defects.append("the message is decoded as UTF-16")
        message = message.decode("utf-16", "replace").encode()
    start = _start(message, defects)
    return _headers(_header_text(message, start, defects), defects), defects


def _start(message: bytes, defects: list[str]) -> int:
    start = 0
    if message.startswith(BOM_UTF8):
        defects.append("a byte order mark before the header was skipped")
        start = len(BOM_UTF8)
    if message[start : start + 1] in {b"\r", b"\n"}:
        defects.append("blank lines before the header were skipped")
        start = len(message) - len(message[start:].lstrip(b"\r\n"))
    if found := _MBOX_FROM.match(message, start):
        return found.end()
    return start


def _header_text(message: bytes, start: int, defects: list[str]) -> str:
    """The header section, with one LF after each line but the last (RFC 5322 §2.2.3)."""
    section = message[start : _section_end(message, start)]
    if b"\r" in section:
        if _BARE_CR.search(section):
            defects.append("a bare CR in the header counts as a line end")
            section = section.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            section = section[: _section_end(section, 0)]
        section = section.replace(b"\r", b"")
    section = section.removesuffix(b"\n")
    if b"\0" in section:
        defects.append("the header has NUL bytes")
    try:
        return section.decode()
    except UnicodeDecodeError:
        defects.append("bytes of the header that are not UTF-8 are decoded as Latin-1")
        return section.decode("utf-8", "surrogateescape").translate(_LATIN_1)


def _section_end(message: bytes, start: int) -> int:
    """Where the header section ends: after the line before the first blank one.

    Blank lines made with a bare CR are not seen here.
    """
    if message[start : start + 1] in {b"\r", b"\n"}:
        return start
    blank = _BLANK_LINE.search(message, start)
    return blank.start() + 1 if blank else len(message)


def _headers(text: str, defects: list[str]) -> dict[str, list[str]]:
    """Sort the fields of a header section by name, folded ones unfolded (§2.2.3)."""
    headers: dict[str, list[str]] = {}
    last = first_skipped_after = ""
    skipped = 0
    for field in _BETWEEN_FIELDS.split(text):
        name, colon, value = field.partition(":")
        key = _key(name)
        if not colon or not key:
            first_skipped_after = first_skipped_after if skipped else last
            skipped += 1
            continue
        last = key
        if "\n" in value:
            value = value.replace("\n", "")
        values = headers.get(key)
        if values is None:
            headers[key] = [value.strip(" \t")]
        else:
            values.append(value.strip(" \t"))
    if text and skipped:
        defects.append(_skipped(skipped, first_skipped_after))
    if not headers:
        defects.append("the message has no headers")
    return headers


def _key(name: str) -> str:
    """The lower-case name of a header; empty if it is not a valid name (RFC 5322 §3.6.8).

    White space before the colon is allowed in old mail (§4.5).
    """
    bare = name.replace("\n", "").rstrip(" \t")
    if not _FIELD_NAME.fullmatch(bare):
        return ""
    return bare.lower()


def _skipped(count: int, after: str) -> str:
    """Say how many lines were not headers, and after which header the first one was."""
    place = f"after header `{after[:LONGEST_SHOWN_NAME]}`" if after else "at the top"
    if count == 1:
        return f"a line that is not a header was skipped {place}"
    return f"{count} lines that are not headers were skipped, the first {place}"


def notes(headers: Mapping[str, Sequence[str]], defects: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with a message, including the encoded words that rules can read."""
    read = frozenset(fact.key for fact in WRITTEN_HEADERS)
    found = [
        f"header `{name[:LONGEST_SHOWN_NAME]}`: {defect}"
        for name, values in headers.items()
        if name in read or name.startswith("x-")
        for defect in dict.fromkeys(
            defect for value in values for defect in decode_words(value).defects
        )
    ]
    return (*defects, *found)


# Addresses

_GLUE: Final = (".", "@")


def addresses(text: str) -> tuple[str, ...]:
    """The address specs of a header value."""
    return tuple(_addresses(text))


def _addresses(text: str) -> Iterator[str]:
    """Walk over the tokens of an address list."""
    outside: list[Token] = []
    inside: list[Token] | None = None
    angled = routed = False
    for token in (*tokens(text), Token(TokenKind.SPECIAL, ",")):
        mark = token.text if token.kind is TokenKind.SPECIAL else ""
        if mark == "<":
            inside, routed = [], False
        elif mark == ">" and inside is not None:
            yield from _angle_spec(inside)
            inside, angled = None, True
        elif inside is not None and (mark not in {",", ";"} or routed):
            routed = mark != ":" and (routed or (mark == "@" and not inside))
            inside.append(token)
        elif mark in {",", ";"}:
            if inside is not None:
                yield from _bare_specs(inside)
            elif not angled:
                yield from _bare_specs(outside)
            outside, inside, angled = [], None, False
        elif mark == ":":
            outside, angled = [], False  # what came before is the name of a group
        elif mark != ">":
            outside.append(token)
    part: list[Token] = []
    for token in inside or ():  # a source route without an end consumed the commas too
        if token.text == ",":
            yield from _bare_specs(part)
            part = []
        else:
            part.append(token)


def _angle_spec(inside: Sequence[Token]) -> Iterator[str]:
    """The address between `<` and `>`, without a source route `@a,@b:` (RFC 5322 §4.4)."""
    parts = [
        token.text for token in inside if token.kind not in {TokenKind.SPACE, TokenKind.COMMENT}
    ]
    if parts[:1] == ["@"] and ":" in parts:
        parts = parts[parts.index(":") + 1 :]
    if parts and parts[0] != "@":
        yield "".join(parts)


def _bare_specs(outside: Sequence[Token]) -> Iterator[str]:
    """The addresses of a mailbox that has no `<…>`."""
    words = list(_atoms(outside))
    with_at = ["".join(token.text for token in word) for word in words if _has_at(word)]
    if with_at:
        yield from with_at
    elif len(words) == 1 and all(token.kind is TokenKind.WORD for token in words[0]):
        yield "".join(token.text for token in words[0])


def _atoms(outside: Sequence[Token]) -> Iterator[list[Token]]:
    """Tokens that belong together: space around `.` and `@` is ignored (§4.4)."""
    word: list[Token] = []
    apart = False
    for token in outside:
        if token.kind in {TokenKind.SPACE, TokenKind.COMMENT}:
            apart = True
            continue
        if word and apart and not (word[-1].text.endswith(_GLUE) or token.text.startswith(_GLUE)):
            yield word
            word = []
        word.append(token)
        apart = False
    if word:
        yield word


def _has_at(word: Sequence[Token]) -> bool:
    """Whether a word is an address: an `@` as a token, with something before it."""
    return word[0].text != "@" and any(token == (TokenKind.SPECIAL, "@") for token in word)


# Encoded words

ENCODED_WORD: Final = (
    r"=\?(?P<charset>[!-)+-<>@-~]++)(?:\*[^?\s]*+)?\?(?P<encoding>[bBqQ])\?"
    r"(?P<payload>[^?=]*+(?:(?:=(?!\?[^=])|\?(?!=))[^?=]*+)*)\?="
)
_WORD: Final = re.compile(ENCODED_WORD)

# Names that mail uses and Python does not know, or knows as less than what mail means by them.
_CHARSETS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "windows-874": "cp874",
    "cp-850": "cp850",
}
# Python codecs that are not character sets of mail: escapes, host names, the machine's code page.
_NOT_CHARSETS: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_LONGEST_CHARSET: Final = 40
_JAPANESE: Final = "iso2022_jp"


class _Word(NamedTuple):
    """An encoded word that can be decoded, and the codec that does it."""

    codec: str
    content: bytes
    start: int
    end: int


def decode_words(text: str) -> Decoded:
    """Decode every encoded word of an unfolded header value, wherever it is.

    White space between two neighboring words is not part of the text (RFC 2047 §6.2). Words are
    decoded inside quoted strings and next to other characters too, as mail programs do. Bytes
    that are invalid in their character set become U+FFFD.
    """
    if "=?" not in text:
        return Decoded(text)
    defects: list[str] = []
    parts: list[str] = []
    end = 0
    for run in _runs(text, _words(text, defects)):
        between = text[end : run[0].start]
        if end == 0 or between.strip(" \t"):
            parts.append(between)
        parts.append(_decoded(run, defects))
        end = run[-1].end
    return Decoded("".join((*parts, text[end:])), tuple(dict.fromkeys(defects)))


def _words(text: str, defects: list[str]) -> Iterator[_Word]:
    """Find the words that can be decoded; the others stay text, and are defects."""
    for word in _WORD.finditer(text):
        charset = word["charset"][:_LONGEST_CHARSET].lower()
        codec = _codec(charset)
        content = _content(word)
        if codec is None:
            defects.append(f"unknown character set `{charset}` of an encoded word")
        elif content is None:
            defects.append("an encoded word is not base64")
        else:
            yield _Word(codec, content, *word.span())


def _runs(text: str, words: Iterator[_Word]) -> Iterator[list[_Word]]:
    """Join neighbors of one character set.

    They are decoded as one: some senders cut a character in two (RFC 2047 §5 forbids it).
    """
    run: list[_Word] = []
    for word in words:
        if run and (word.codec != run[-1].codec or text[run[-1].end : word.start].strip(" \t")):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _content(word: re.Match[str]) -> bytes | None:
    """The bytes that one word encodes; None if its base64 has an impossible length."""
    payload = word["payload"].encode()
    if word["encoding"] in "qQ":
        return binascii.a2b_qp(payload, header=True)
    try:
        return binascii.a2b_base64(payload + b"===")
    except binascii.Error:
        return None


def _decoded(run: Sequence[_Word], defects: list[str]) -> str:
    """Decode bytes, with U+FFFD for what the codec refuses."""
    content, codec = b"".join(word.content for word in run), run[0].codec
    try:
        text = content.decode(codec)
        text.encode()  # UTF-7 can encode half a surrogate pair, which is not text
    except UnicodeError:
        if codec.startswith(_JAPANESE) and (japanese := decode_japanese(content)) is not None:
            return japanese
        defects.append(f"an encoded word has bytes that are not `{codec}`")
        text = content.decode(codec, "replace")
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\n" in text or "\r" in text:
        defects.append("an encoded word has a line break")
    return text


def _codec(charset: str) -> str | None:
    """Python's codec for a character set of mail; None if there is none."""
    try:
        name = codecs.lookup(_CHARSETS.get(charset, charset)).name
        if name.replace("-", "_") in _NOT_CHARSETS:
            return None
        b"a".decode(name, "replace")  # codecs that do not produce text say so only here
    except (LookupError, ValueError):
        return None
    return name


# Facts

_HELO_IN_COMMENT: Final = re.compile(r"\b(?:helo=|HELO |EHLO )\[?([^\s\])]+)", re.ASCII)
_BRACKETED: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]")
_POSSIBLE_IP: Final = re.compile(r"(?<![\w.:-])[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*(?![\w-])", re.ASCII)
_LONGEST_IP: Final = 45
_TLS_VERSION: Final = re.compile(r"TLS ?v?1[._]([23])\b", re.ASCII | re.IGNORECASE)
_TLS: Final = {"2": Tls.TLS1_2, "3": Tls.TLS1_3}


def found_facts(email: Email) -> FoundFacts:
    """Find envelope, session and verdicts in the headers that the last server wrote on top."""
    sources: dict[str, str] = {}
    envelope = Envelope(mail_from=_mail_from(email, sources), recipients=_to(email, sources))
    session = _session(email, sources)
    facts, verdict_sources = _found_verdicts(email)
    return FoundFacts(
        envelope=envelope, session=session, facts=facts, sources=sources | dict(verdict_sources)
    )


def _mail_from(email: Email, sources: dict[str, str]) -> str | None:
    """The sender of the topmost Return-Path (RFC 5321 §4.4); `<>` is the null sender."""
    values = email.header_values(RETURN_PATH, decoded=False)
    if not values:
        return None
    specs = addresses(values[0])
    sender = specs[0] if specs else ""
    if not sender and "<" not in values[0]:
        return None
    sources[EnvelopeFact.MAIL_FROM.value] = RETURN_PATH
    return sender


def _to(email: Email, sources: dict[str, str]) -> tuple[str, ...]:
    """The recipients of the topmost of the first header that names any."""
    for name in RECIPIENT_HEADERS:
        values = email.header_values(name, decoded=False)
        if values and (specs := addresses(values[0])):
            sources[EnvelopeFact.RECIPIENTS.value] = name
            return tuple(dict.fromkeys(specs))
    return ()


def _session(email: Email, sources: dict[str, str]) -> Session:
    """The client of the topmost Received that has a `from` (RFC 5321 §4.4)."""
    for value in email.header_values(RECEIVED, decoded=False):
        read = [token for token in tokens(value) if token.kind is not TokenKind.SPACE]
        if read and read[0].text.lower() == "from":
            found = _client(read[1:], value)
            sources |= dict.fromkeys((name.value for name in found), RECEIVED)
            return Session(
                source_ip=found.get(SessionFact.SOURCE_IP),
                helo=found.get(SessionFact.HELO),
                tls=_TLS.get(found.get(SessionFact.TLS, "")),
            )
    return Session()


def _client(read: list[Token], value: str) -> dict[SessionFact, str]:
    """What a Received value says about the client."""
    clause: list[Token] = []
    for token in read:
        if token.kind is TokenKind.WORD and token.text.lower() == "by":
            break
        clause.append(token)
    comments = " ".join(token.text for token in clause if token.kind is TokenKind.COMMENT)
    plain = "".join(token.text for token in clause[:1] if token.kind is not TokenKind.COMMENT)
    helo = _HELO_IN_COMMENT.search(comments)
    version = _TLS_VERSION.search(value)
    found = {
        SessionFact.SOURCE_IP: _address_in(_HELO_IN_COMMENT.sub("", comments))
        or _address_in(plain),
        SessionFact.HELO: helo[1] if helo else plain,
        SessionFact.TLS: version[1] if version else None,
    }
    return {name: text for name, text in found.items() if text}


def _address_in(text: str) -> str | None:
    """The first IP address in brackets, else the first outside of them."""
    for pattern in (_BRACKETED, _POSSIBLE_IP):
        for candidate in pattern.finditer(text):
            written = candidate[candidate.lastindex or 0]
            try:
                return str(ip_address(written[:_LONGEST_IP]))
            except ValueError:
                continue
    return None


_NO_RECORD: Final = frozenset({"none", "bestguesspass"})
_POLICY_PROPERTIES: Final = ("polrec.p", "policy.p", "policy.published-domain-policy")
_POLICY_IN_COMMENT: Final = re.compile(r"\bp=(\w+)", re.ASCII)


def _found_verdicts(email: Email) -> tuple[Facts, Mapping[str, str]]:
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
        if signer and any(are_aligned(signer, sender) for sender in senders)
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


def are_aligned(signer: str, sender: str) -> bool:
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


# Mboxes

_PIECE: Final = 64 * 1024
_BLANK: Final = frozenset({b"\n", b"\r\n"})


def split_mbox(file: BinaryIO, largest: int) -> Iterator[bytes | None]:
    """Cut at the `From ` lines; None stands for a message that is too large."""
    message = bytearray()
    too_large = False
    starts_line = after_blank = True
    while piece := file.readline(_PIECE):
        if after_blank and starts_line and piece.startswith(b"From ") and (message or too_large):
            yield None if too_large else _without_blank(message)
            message, too_large = bytearray(), False
        too_large = too_large or len(message) + len(piece) > largest
        if too_large:
            message.clear()
        else:
            message += piece
        after_blank = starts_line and piece in _BLANK
        starts_line = piece.endswith(b"\n")
    if message or too_large:
        yield None if too_large else _without_blank(message) if after_blank else bytes(message)


def _without_blank(message: bytearray) -> bytes:
    """A message without the blank line that ends it in an mbox."""
    return bytes(message.removesuffix(b"\n").removesuffix(b"\r"))
