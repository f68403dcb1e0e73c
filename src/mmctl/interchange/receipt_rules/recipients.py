"""Recipient conditions of receipt rules → conditions here.

SES developer guide, "Creating receipt rules": `user@example.com` is that address and all of its
labels (`user+anything@example.com`), `user+label@example.com` is that address alone, `example.com`
is every address of the domain, `.example.com` every address of its subdomains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, AllOf, EitherOf, Matches
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.tests import Test

_DOMAIN: Final = re.compile(r"\.?(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+[a-z0-9-]{1,63}")
_LOCAL: Final = re.compile(r"[!#$%&'*+/=?^_`{|}~a-z0-9.-]{1,64}")
_LONGEST: Final = 18
"""Characters before the `@` that a list takes with `+*` behind them: 19 with the `+`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientConditions:
    """Recipient conditions, sorted by what they mean; all in lower case, each once."""

    alone: tuple[str, ...] = ()
    """Addresses without their labels: they have one."""
    with_labels: tuple[str, ...] = ()
    """Addresses that are meant with all of their labels."""
    domains: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    """Domains whose subdomains are meant."""
    unreadable: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that are named."""
        return (*self.alone, *self.with_labels)

    @property
    def everybody(self) -> bool:
        """Whether there is no condition at all."""
        return not (self.addresses or self.domains or self.below or self.unreadable)


def sorted_out(texts: Iterable[str]) -> RecipientConditions:
    """Sort recipient conditions by what they mean."""
    kinds: dict[str, list[str]] = {"alone": [], "with_labels": [], "domains": [], "below": []}
    unreadable: list[str] = []
    for text in dict.fromkeys(text.lower() for text in texts):
        kind = _kind(text)
        (kinds[kind] if kind is not None else unreadable).append(text)
    return RecipientConditions(
        alone=tuple(kinds["alone"]),
        with_labels=tuple(kinds["with_labels"]),
        domains=tuple(kinds["domains"]),
        below=tuple(text.removeprefix(".") for text in kinds["below"]),
        unreadable=tuple(unreadable),
    )


def _kind(text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    if _DOMAIN.fullmatch(domain) is None or (at and domain.startswith(".")):
        return None
    if not at:
        return "below" if domain.startswith(".") else "domains"
    if _LOCAL.fullmatch(local) is None or "*" in local:
        return None
    return "alone" if "+" in local else "with_labels"


def without_covered(recipients: RecipientConditions) -> RecipientConditions:
    """The same without addresses that its domains cover, and without domains below others."""

    def is_left(domain: str) -> bool:
        return domain not in recipients.domains and not _is_below(domain, recipients)

    return replace(
        recipients,
        alone=tuple(each for each in recipients.alone if is_left(each.partition("@")[2])),
        with_labels=tuple(
            each for each in recipients.with_labels if is_left(each.partition("@")[2])
        ),
        domains=tuple(each for each in recipients.domains if not _is_below(each, recipients)),
        below=tuple(each for each in recipients.below if not _is_below(each, recipients)),
    )


def _is_below(domain: str, recipients: RecipientConditions) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[at:]) in recipients.below for at in range(1, len(labels)))


def fits_list(recipients: RecipientConditions) -> bool:
    """Whether an address list can say all of it: before `+*` it takes few characters."""
    return all(len(address.partition("@")[0]) <= _LONGEST for address in recipients.with_labels)


def members_of(recipients: RecipientConditions) -> Iterator[str]:
    """ExportedObject of an address list that say the same, but for labels of long addresses."""
    yield from recipients.alone
    for address in recipients.with_labels:
        local, _, domain = address.partition("@")
        yield address
        if len(local) <= _LONGEST:
            yield f"{local}+*@{domain}"
    for domain in recipients.domains:
        yield f"*@{domain}"
    for domain in recipients.below:
        yield f"*.{domain}"


def test_of(recipients: RecipientConditions) -> Test:
    """The same as a test, without a list."""
    if recipients.everybody:
        return ALWAYS
    tests: list[Test] = []
    if recipients.addresses:
        tests.append(Matches(operand="recipient", operator="equals", values=recipients.addresses))
    ends = (*(f"@{domain}" for domain in recipients.domains), *(f".{d}" for d in recipients.below))
    if ends:
        tests.append(Matches(operand="recipient", operator="ends_with", values=ends))
    tests += [
        AllOf(
            (
                Matches(operand="recipient", operator="starts_with", values=starts),
                Matches(operand="recipient", operator="ends_with", values=(f"@{domain}",)),
            )
        )
        for domain, starts in labels_by_domain(recipients)
    ]
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def labels_by_domain(
    recipients: RecipientConditions, *, long_ones: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """How addresses with a label begin, for each domain of addresses that are meant with them.

    With `long_ones`, only those that no address list takes.
    """
    by_domain: dict[str, list[str]] = {}
    for address in recipients.with_labels:
        local, _, domain = address.partition("@")
        if not long_ones or len(local) > _LONGEST:
            by_domain.setdefault(domain, []).append(f"{local}+")
    for domain, starts in by_domain.items():
        yield domain, tuple(starts)
