"""Evidence in a store: which rules were tried with real mail in an environment, and how it ended.

Kept beside the entries of the history, which are not touched; nothing reads it yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.history.records import text_of
from mmctl.live.state.canonical import canonical, digest_of
from mmctl.model.kinds import Kind
from mmctl.records import asdict, dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.store import Store

SCHEMA: Final = "mmctl/evidence@1"
_NAME: Final = "evidence"
_DIGITS: Final = 12


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
    environment: str
    account: str
    region: str
    digest: str
    """Of the rule sets, as they are with the variables of the environment."""
    live: str
    """Of everything that was live, before and after sending."""
    history: str | None
    """The last apply or rollback; None: there was none."""
    revision: str | None
    endpoints: tuple[TriedPoint, ...]
    counts: Mapping[str, int]
    as_stated: tuple[TriedCase, ...]
    own_facts: tuple[TriedCase, ...]
    not_sendable: tuple[TriedCase, ...]


def rules_digest(configuration: LiveConfiguration) -> str:
    """The digest of the rule sets of a configuration, under logical names."""
    forms = {
        thing.name: canonical(thing)
        for thing in configuration.objects
        if thing.kind is Kind.RULE_SET
    }
    return digest_of(forms)


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """Evidence as JSON."""
    return {"schema": SCHEMA, **asdict(evidence)}


def keep_evidence(store: Store, evidence: Evidence) -> str:
    """Write evidence into a store under a new name, and return the name.

    Raises:
        CouldNot: the store does not accept it.
    """
    text = text_of(evidence_document(evidence))
    start = f"{_NAME}-{evidence.at.replace(':', '').replace('-', '')}-{evidence.digest[:_DIGITS]}"
    number = 1
    while not store.put_new(name := f"{start}-{number}.json", text):
        number += 1
    return name
