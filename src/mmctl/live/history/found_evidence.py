"""Evidence that is found in a store: read as if a stranger had written it, and refused with why."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.errors import CouldNot
from mmctl.inputs import parse_json
from mmctl.live.history.evidence import (
    ENDING,
    NAME,
    SCHEMA,
    SEAL,
    Evidence,
    TriedCase,
    TriedPoint,
    name_of,
    start_of_name,
)
from mmctl.live.state.canonical import digest_of
from mmctl.records import dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.live.history.history import History
    from mmctl.live.history.store import Store

AT_MOST: Final = 4 * 1024 * 1024
"""Characters of evidence: far more than all cases of a large project need."""
_AGAIN: Final = "send again"
_LONGEST: Final = 120
_SHOWN: Final = 12


class UnfitEvidence(Exception):
    """A text that is not evidence, in a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvidence:
    """Evidence with its name in the store and its seal."""

    name: str
    seal: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where evidence must be from."""

    project: str
    environment: str
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """The newest run of cases as real mail that is kept in an environment's store."""

    name: str
    at: str | None = None
    who: str | None = None
    digest: str | None = None
    """Of the logical rules that were tried."""
    history: str | None = None
    """The apply that it came after."""
    passed: int = 0
    failed: tuple[str, ...] = ()
    as_stated: int = 0
    own_facts: int = 0
    not_sendable: int = 0
    current: bool = False
    """Whether nothing was applied since."""
    unfit: str | None = None
    """Why it cannot be used, in a sentence; None: it can."""


def last_judged_run(history: History, origin: Origin) -> JudgedRun | None:
    """The newest run in the store of a history, whatever its rules were; None: there is none.

    Raises:
        CouldNot: the store cannot be read.
    """
    names = evidence_names(history.store)
    if not names:
        return None
    try:
        found = read_evidence(history.store, names[-1], origin)
    except UnfitEvidence as error:
        return JudgedRun(name=names[-1], unfit=str(error))
    told = found.evidence
    entries = history.entries()
    return JudgedRun(
        name=found.name,
        at=told.at,
        who=told.who,
        digest=told.digest,
        history=told.history,
        passed=told.passed,
        failed=told.failed,
        as_stated=len(told.as_stated),
        own_facts=len(told.own_facts),
        not_sendable=len(told.not_sendable),
        current=bool(entries) and entries[-1].id == told.history,
    )


def evidence_names(store: Store, digest: str | None = None) -> list[str]:
    """The names of evidence, oldest first; with a digest, those for these rules."""
    found = (name for name in store.names(ENDING) if name.startswith(f"{NAME}-"))
    return sorted(name for name in found if digest is None or start_of_name(digest) in name)


def read_evidence(store: Store, name: str, origin: Origin) -> FoundEvidence:
    """The evidence with a name.

    Raises:
        UnfitEvidence: it is damaged, edited, or from elsewhere.
        CouldNot: the store cannot be read.
    """
    called = visible(name)
    try:
        text = store.get(name)
    except CouldNot as error:
        raise UnfitEvidence(f"`{called}` cannot be read: {error.message}") from error
    if text is None:
        raise UnfitEvidence(f"`{called}` is not in {store.place}")
    document = _document(text, called)
    evidence = _evidence(document)
    if not name.startswith(name_of(evidence.at, evidence.digest)):
        raise UnfitEvidence(f"`{called}` has the name of other evidence")
    _check_origin(evidence, origin, called)
    return FoundEvidence(name=name, seal=document[SEAL], evidence=evidence)


def _document(text: str, called: str) -> dict[str, Any]:
    if len(text) > AT_MOST:
        raise UnfitEvidence(
            f"`{called}` has {len(text):,} characters, more than the {AT_MOST:,} that are read"
        )
    try:
        document = parse_json(text)
    except ValueError as error:
        raise UnfitEvidence(f"`{called}` is damaged: {short(str(error))}") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(document, dict) or schema != SCHEMA:
        raise UnfitEvidence(f"`{called}` is not evidence: expected schema `{SCHEMA}`")
    if SEAL not in document:
        raise UnfitEvidence(f"`{called}` has no seal, as of an older version of mmctl: {_AGAIN}")
    hidden = next((text for text in _texts(document) if visible(text) != text), None)
    if hidden is not None:
        raise UnfitEvidence(f"`{called}` has characters that do not show: `{short(hidden)}`")
    unsealed = {member: value for member, value in document.items() if member != SEAL}
    if document.get(SEAL) != digest_of(unsealed):
        raise UnfitEvidence(f"`{called}` was changed after it was kept: its seal does not fit")
    _check_schema(document, called)
    return document


def _check_schema(document: Mapping[str, Any], called: str) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    error = next(Draft202012Validator(_schema()).iter_errors(document), None)
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path)
        raise UnfitEvidence(f"`{called}` is damaged: `{where}`: {short(error.message)}")


@cache
def _schema() -> dict[str, Any]:
    name = "schemas/evidence.schema.json"
    found: dict[str, Any] = json.loads(files("mmctl.render").joinpath(name).read_text("utf-8"))
    return found


def _check_origin(evidence: Evidence, origin: Origin, called: str) -> None:
    for member, got, expected in (
        ("account", evidence.account, origin.account),
        ("region", evidence.region, origin.region),
        ("project", evidence.project, origin.project),
        ("environment", evidence.environment, origin.environment),
    ):
        if got != expected:
            raise UnfitEvidence(
                f"`{called}` is from another {member}: got `{short(got)}`, expected `{expected}`"
            )


def _evidence(document: Mapping[str, Any]) -> Evidence:
    kinds = {
        kind: tuple(TriedCase(**case | {"why": tuple(case["why"])}) for case in document[kind])
        for kind in ("as_stated", "own_facts", "not_sendable")
    }
    members = {
        member: value
        for member, value in document.items()
        if member not in {"schema", "passed", SEAL}
    }
    points = tuple(TriedPoint(**point) for point in document["endpoints"])
    return Evidence(
        **{**members, **kinds, "endpoints": points, "unseen": tuple(document["unseen"])}
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def short(text: str) -> str:
    """A text of a stranger in a sentence: what hides is written as an escape, and it is cut."""
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def told_of(evidence: Evidence) -> str:
    """Evidence in some words, for rules that are others."""
    cases = counted(evidence.passed, "case")
    return f"{cases} passed at {evidence.at} with rules {evidence.digest[:_SHOWN]}…"
