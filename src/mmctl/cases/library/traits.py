"""What cases are about, told by their facts alone: which traits of mail a project tests.

A trait is a question about one submission; the same questions asked of the library say which of its
entries would close a gap. No name of a case counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cases.library.look import Around, MessageLook, is_alike
from mmctl.mail.email import Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.judge.submission import Submission

LARGE: Final = 10_000_000
"""From so many bytes on, a message is large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One question about a message."""

    name: str
    words: str
    """What a message of that kind is, as a part of a sentence."""
    holds: Callable[[MessageLook], bool]
    applies: Callable[[Around], bool] = lambda _: True
    """Whether a project can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTrait:
    """A trait that no case of the project has."""

    trait: str
    words: str
    entries: tuple[str, ...]
    """Entries of the library that have it, those that are about least else first."""


def gaps(
    tested: Iterable[Submission], library: Mapping[str, Submission], around: Around
) -> tuple[MissingTrait, ...]:
    """The traits that no tested message has, with the entries of the library that have them."""
    asked = [trait for trait in TRAITS if trait.applies(around)]
    looks = [MessageLook(submission=each, around=around) for each in tested]
    kept = {name: MessageLook(submission=each, around=around) for name, each in library.items()}
    simplest = sorted(kept, key=lambda name: sum(trait.holds(kept[name]) for trait in asked))
    return tuple(
        MissingTrait(
            trait=trait.name,
            words=trait.words,
            entries=tuple(name for name in simplest if trait.holds(kept[name])),
        )
        for trait in asked
        if not any(map(trait.holds, looks))
    )


def traits_of(submission: Submission, around: Around) -> tuple[str, ...]:
    """The traits of a message."""
    look = MessageLook(submission=submission, around=around)
    return tuple(each.name for each in TRAITS if each.applies(around) and each.holds(look))


def _unconfirmed(look: MessageLook) -> bool:
    facts = look.submission.facts
    return facts.spf is not RuleVerdict.PASS and facts.dkim is not RuleVerdict.PASS


def _foreign_envelope(look: MessageLook) -> bool:
    sender = look.sender or ""
    return look.claims_us() and "@" in sender and not look.is_own(sender)


def _several_authors(look: MessageLook) -> bool:
    return len(look.submission.email.addresses("from")) > 1


def _looks_like_us(look: MessageLook) -> bool:
    return any(
        not look.is_own(domain) and is_alike(domain, own)
        for domain in look.from_domains()
        for own in look.around.own
    )


def _not_ascii(look: MessageLook) -> bool:
    domains = (*look.from_domains(), (look.sender or "").rpartition("@")[2])
    return any("xn--" in domain or not domain.isascii() for domain in domains)


def _executive_outside(look: MessageLook) -> bool:
    if look.claims_us():
        return False
    text = "".join(letter for letter in " ".join(look.values("from")).lower() if letter.isalnum())
    return any(name in text for name in look.around.executives if name)


def _answers_elsewhere(look: MessageLook) -> bool:
    replies = look.raw("reply-to").lower()
    return bool(replies) and not any(domain in replies for domain in look.from_domains())


def _recipients(look: MessageLook) -> tuple[str, ...]:
    return look.submission.envelope.recipients


def _on_list(name: str) -> Callable[[MessageLook], bool]:
    def holds(look: MessageLook) -> bool:
        listed = look.around.listed.get(name)
        senders = (look.sender or "", *look.submission.email.addresses("from"))
        return listed is not None and any(map(listed, filter(None, senders)))

    return holds


def _spf_fails(look: MessageLook) -> bool:
    return look.submission.facts.spf is RuleVerdict.FAIL


def _signed(look: MessageLook) -> bool:
    return look.submission.facts.dkim is RuleVerdict.PASS


def _good(look: MessageLook) -> bool:
    facts = look.submission.facts
    return (
        (facts.spf, facts.dkim) == (RuleVerdict.PASS, RuleVerdict.PASS)
        and False not in look.answers("ispassed")
        and not look.claims_us()
    )


TRAITS: Final = (
    Trait(name="good-mail", words="from outside, signed, confirmed and clean", holds=_good),
    Trait(
        name="unconfirmed-own-name",
        words="in our own name, confirmed by neither SPF nor DKIM",
        holds=lambda look: look.claims_us() and _unconfirmed(look),
    ),
    Trait(
        name="own-name-foreign-envelope",
        words="in our own name, with the envelope sender of somebody else",
        holds=_foreign_envelope,
    ),
    Trait(
        name="own-name-null-sender",
        words="in our own name, without an envelope sender",
        holds=lambda look: look.claims_us() and look.sender == "",
    ),
    Trait(name="several-authors", words="with several From addresses", holds=_several_authors),
    Trait(name="lookalike-domain", words="from a domain like ours", holds=_looks_like_us),
    Trait(
        name="international-domain",
        words="from a domain with letters beyond ASCII, or its xn-- form",
        holds=_not_ascii,
    ),
    Trait(
        name="executive-outside",
        words="in the name of an executive, from outside",
        holds=_executive_outside,
        applies=lambda around: bool(around.executives),
    ),
    Trait(
        name="reply-elsewhere",
        words="with a Reply-To of another domain than From",
        holds=_answers_elsewhere,
    ),
    Trait(
        name="null-sender",
        words="without an envelope sender, as bounces are",
        holds=lambda look: look.sender == "",
    ),
    Trait(
        name="delivery-report",
        words="that is a delivery report (RFC 3464)",
        holds=lambda look: look.has("content-type", "multipart/report"),
    ),
    Trait(
        name="automatic",
        words="that a program answers or sends (Auto-Submitted)",
        holds=lambda look: any(v.strip().lower() != "no" for v in look.values("auto-submitted")),
    ),
    Trait(
        name="receipt-requested",
        words="that asks for a read receipt",
        holds=lambda look: look.submission.email.read_receipt_requested,
    ),
    Trait(name="mailing-list", words="from a mailing list", holds=lambda look: look.has("list-id")),
    Trait(
        name="forwarded",
        words="forwarded, so that SPF fails and DKIM holds",
        holds=lambda look: _spf_fails(look) and _signed(look),
    ),
    Trait(
        name="rewritten-sender",
        words="forwarded with a rewritten sender (SRS)",
        holds=lambda look: (look.sender or "").upper().startswith(("SRS0", "SRS1")),
    ),
    Trait(
        name="newsletter",
        words="that can be unsubscribed from",
        holds=lambda look: look.has("list-unsubscribe"),
    ),
    Trait(name="spf-fail", words="that SPF rejects", holds=_spf_fails),
    Trait(
        name="dmarc-reject",
        words="whose domain asks to reject it (DMARC)",
        holds=lambda look: look.submission.facts.dmarc_policy is RuleDmarcPolicy.REJECT,
    ),
    Trait(
        name="not-passed",
        words="that a content scanner does not pass",
        holds=lambda look: False in look.answers("ispassed"),
        applies=lambda around: around.scans,
    ),
    Trait(
        name="listed-client",
        words="from a client that a block list names",
        holds=lambda look: True in look.answers("islisted"),
        applies=lambda around: around.knows_networks,
    ),
    Trait(
        name="blocked-sender",
        words="from a sender on our block list",
        holds=_on_list("blocked"),
        applies=lambda around: "blocked" in around.listed,
    ),
    Trait(
        name="partner",
        words="from a partner on our list",
        holds=_on_list("partner"),
        applies=lambda around: "partner" in around.listed,
    ),
    Trait(
        name="attachment",
        words="with an attachment",
        holds=lambda look: look.has("content-type", "multipart/mixed"),
    ),
    Trait(
        name="large",
        words="of 10 MB or more",
        holds=lambda look: look.submission.email.size >= LARGE,
    ),
    Trait(
        name="calendar",
        words="with a meeting invitation",
        holds=lambda look: look.has("content-type", "text/calendar"),
    ),
    Trait(
        name="encoded-words",
        words="with encoded words in Subject or From (RFC 2047)",
        holds=lambda look: "=?" in look.raw("subject", "from"),
    ),
    Trait(
        name="plain-utf8",
        words="with letters beyond ASCII in a header, not encoded",
        holds=lambda look: not look.raw("subject", "from", "to").isascii(),
    ),
    Trait(
        name="no-from",
        words="without a From header",
        holds=lambda look: not look.values("from"),
    ),
    Trait(
        name="two-subjects",
        words="with two Subject headers",
        holds=lambda look: len(look.values("subject")) > 1,
    ),
    Trait(
        name="no-tls",
        words="sent without TLS",
        holds=lambda look: look.submission.session.tls is Tls.NONE,
    ),
    Trait(
        name="ipv6",
        words="from an IPv6 address",
        holds=lambda look: ":" in (look.submission.session.source_ip or ""),
        applies=lambda around: around.takes_ipv6,
    ),
    Trait(
        name="foreign-recipient",
        words="for a domain that is not ours (a relay attempt)",
        holds=lambda look: any(not look.is_own(each) for each in _recipients(look) if "@" in each),
    ),
    Trait(
        name="several-recipients",
        words="for several recipients",
        holds=lambda look: len(_recipients(look)) > 1,
    ),
    Trait(
        name="plus-address",
        words="for an address with a +tag",
        holds=lambda look: any("+" in each for each in _recipients(look)),
    ),
    Trait(
        name="mixed-case",
        words="for an address in capitals",
        holds=lambda look: any(each != each.lower() for each in _recipients(look)),
    ),
    Trait(
        name="postmaster",
        words="for the postmaster",
        holds=lambda look: any(e.lower().startswith("postmaster@") for e in _recipients(look)),
    ),
)
"""The traits, in the order in which gaps are listed."""
