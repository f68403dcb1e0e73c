"""Evidence in a store: which rules were tried with real mail in an environment, and how it ended.

Kept beside the entries of the history, which are not touched. `found_evidence.py` reads it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.history.records import text_of
from mmctl.live.plan.plan import object_digests
from mmctl.live.state.canonical import digest_of
from mmctl.records import asdict, dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.store import Store

SCHEMA: Final = "mmctl/evidence@1"
NAME: Final = "evidence"
ENDING: Final = ".json"
SEAL: Final = "seal"
_DIGITS: Final = 12
PASSED: Final = "same"
FAILED: Final = ("differs", "not sent")
"""Results of cases; `no record` is neither: nobody knows how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCase:
    """A case, and how it ended; or why it could not be sent."""

    name: str
    result: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPoint:
    """An ingress point that mail was sent to."""

    ingress_point: str
    a_record: str | None
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was tried, where, by whom, and how it ended."""

    at: str
    """UTC, ISO 8601."""
    who: str
    caller: str
    """ARN of the caller of the service."""
    project: str
    environment: str
    account: str
    region: str
    digest: str
    """Of the logical rules: `language/parsing/rules_digest.py`."""
    live: str
    """Of everything that was live, before and after sending: `live_digest`."""
    history: str | None
    """The last apply or rollback; None: there was none."""
    revision: str | None
    endpoints: tuple[TriedPoint, ...]
    counts: Mapping[str, int]
    as_stated: tuple[TriedCase, ...]
    own_facts: tuple[TriedCase, ...]
    not_sendable: tuple[TriedCase, ...]
    unseen: tuple[str, ...] = ()
    """What this way of sending cannot show, in sentences."""

    @property
    def tried(self) -> tuple[TriedCase, ...]:
        """The cases that were sent."""
        return (*self.as_stated, *self.own_facts)

    @property
    def passed(self) -> int:
        """How many cases ended as they should."""
        return sum(case.result == PASSED for case in self.tried)

    @property
    def failed(self) -> tuple[str, ...]:
        """The cases that ended differently, or that the server did not answer."""
        return tuple(case.name for case in self.tried if case.result in FAILED)


def live_digest(live: LiveConfiguration) -> str:
    """The digest of everything that is live, each object by its logical name."""
    return digest_of(object_digests(live))


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """Evidence as JSON, sealed with the digest of all that it says."""
    tried = {"passed": not evidence.failed and evidence.passed > 0}
    document: dict[str, Any] = _as_shown({"schema": SCHEMA, **asdict(evidence), **tried})
    return document | {SEAL: digest_of(document)}


def start_of_name(digest: str) -> str:
    """How the name of evidence for some rules ends, before its number."""
    return f"-{digest[:_DIGITS]}-"


def keep_evidence(store: Store, evidence: Evidence) -> str:
    """Write evidence into a store under a new name, and return the name.

    Raises:
        CouldNot: the store does not accept it.
    """
    text = text_of(evidence_document(evidence))
    start = name_of(evidence.at, evidence.digest)
    number = 1
    while not store.put_new(name := f"{start}{number:03d}{ENDING}", text):
        number += 1
    return name


def name_of(at: str, digest: str) -> str:
    """The name of evidence, without its number: names sort by time."""
    return f"{NAME}-{at.replace(':', '').replace('-', '')}{start_of_name(digest)}"


def _as_shown(value: Any) -> Any:
    """Texts as they are shown: what is read again has no characters that hide."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _as_shown(inner) for key, inner in value.items()}
    return [_as_shown(item) for item in value] if isinstance(value, list | tuple) else value
