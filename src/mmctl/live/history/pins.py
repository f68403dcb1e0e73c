"""Pins: what a rollback took away, rule by rule and object by object, so that it stays away.

A pin identifies its rule or object by what it does, not by the state around it: an apply that would
make exactly that live again is held, no matter what else has changed. 0.1.0 pinned whole states.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.model.kinds import Kind
from mmctl.records import asdict, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_SHOWN: Final = 12
"""The number of digits of a digest that are the id."""


class Pinned(StrEnum):
    """What is pinned about a rule or object."""

    FORM = "form"
    """It is as it was."""
    GONE = "gone"
    """It is not there."""
    ORDER = "order"
    """A rule is before or after others."""
    MEMBERS = "members"
    """Addresses are on a list, or off it."""
    STATE = "state"
    """Everything is as it was: what 0.1.0 pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One thing that must not become live again by itself."""

    what: Pinned
    id: str = ""
    at: str | None = None
    reason: str | None = None
    kind: Kind | None = None
    object: str = ""
    rule: str | None = None
    digest: str | None = None
    """The digest of a rule's effect, or of a whole state."""
    form: Mapping[str, Any] | None = None
    """An object, canonical."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Effects of the rules that a moved rule is now before, and after."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Addresses that were added to a list, and removed from it."""

    @property
    def entry(self) -> int | None:
        """The number of the rollback that set it; 0.1.0 did not note it."""
        number, dot, _ = self.id.partition(".")
        return int(number) if dot else None

    @property
    def subject(self) -> str:
        """What is pinned, in words."""
        if self.what is Pinned.STATE:
            return f"the state {self.id}"
        if self.rule is not None:
            return f"rule {self.rule} of {self.object}"
        return f"{self.kind.noun if self.kind else ''} {self.object}".strip()

    @property
    def described(self) -> str:
        """What must not become live again, in words."""
        match self.what:
            case Pinned.GONE:
                return f"{self.subject} deleted"
            case Pinned.ORDER:
                return f"{self.subject} moved"
            case Pinned.MEMBERS:
                counts = ((len(self.added), "added"), (len(self.removed), "removed"))
                changes = [f"{count} {what}" for count, what in counts if count]
                return f"members of {self.subject}: {', '.join(changes)}"
            case Pinned.FORM | Pinned.STATE:
                return f"{self.subject} as it was"
            case _:
                assert_never(self.what)


def pin_document(pin: Pin) -> Any:
    """A pin as JSON; for a whole state only its digest, as 0.1.0 wrote it."""
    if pin.what is Pinned.STATE and pin.at is None:
        return pin.digest
    return {member: value for member, value in asdict(pin).items() if value not in (None, "", ())}


def pin_summary(pin: Pin) -> dict[str, Any]:
    """A pin as JSON in the history."""
    return {
        "id": pin.id,
        "what": pin.what.value,
        "at": pin.at,
        "reason": pin.reason,
        "resource": None if pin.kind is None else f"{pin.kind}/{pin.object}",
        "rule": pin.rule,
        "text": pin.described,
    }


def pin_of(document: Any) -> Pin:
    """The pin of a document.

    Raises:
        KeyError, TypeError, ValueError: it is damaged.
    """
    if isinstance(document, str):
        return state_pin(document)
    known: dict[str, Any] = {
        name: document[name] for name in Pin.__dataclass_fields__ if name in document
    }
    tuples: dict[str, Any] = {
        name: tuple(known[name])
        for name in ("before", "after", "added", "removed")
        if name in known
    }
    exact: dict[str, Any] = {
        "what": Pinned(known["what"]),
        "kind": Kind(known["kind"]) if "kind" in known else None,
    }
    return Pin(**{**known, **tuples, **exact})


def state_pin(digest: str) -> Pin:
    """The pin of a whole state."""
    return Pin(what=Pinned.STATE, id=digest[:_SHOWN], digest=digest)


def numbered(pins: Iterable[Pin], entry: int, at: str, reason: str | None) -> tuple[Pin, ...]:
    """The pins of a rollback with their ids: the number of its entry, and a running number."""
    return tuple(
        replace(pin, id=f"{entry:04d}.{number}", at=at, reason=reason)
        for number, pin in enumerate(pins, 1)
    )
