"""What invariants name: a claim about what does not exist would hold for every message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.references import is_raw, references
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.actions import WORDS
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mmctl.language.project import Invariant

    Known = Mapping[Kind, Collection[str]]

CLAIMS = ("never", "always", "only")


def misnamed(invariant: Invariant, known: Known) -> Iterator[tuple[object, str, str | None]]:
    """What an invariant names that is not there: the value, what is wrong with it, and what helps.

    The value of a condition is its place among those under `when`.
    """
    if invariant.ingress_point is not None:
        yield from _named(Kind.INGRESS_POINT, invariant.ingress_point, known)
    for at, condition in enumerate(invariant.when):
        for reference in references(condition):
            for _, message, advice in _named(reference.kind, reference.name, known):
                yield at, message, advice
    for key in CLAIMS:
        if key not in invariant.claim:
            continue
        claims = invariant.claim[key]
        for word, wanted in claims.items() if key == "only" else _keyed(claims):
            yield from _in_claim(word, wanted, known)


def _keyed(claims: Any) -> Iterator[tuple[str, Any]]:
    """The actions of a claim, with what is under their keys."""
    for claim in _several(claims):
        if isinstance(claim, dict):
            yield from claim.items()


def _in_claim(word: str, wanted: Any, known: Known) -> Iterator[tuple[object, str, str | None]]:
    """What a claim about an action names: `{relay: {to: NAME}}`, `{relay: NAME}`."""
    if word not in WORDS:
        return  # an outcome
    keys = {key.word: key for key in WORDS[word].keys}
    if not isinstance(wanted, dict):
        kind = next((key.names for key in keys.values() if isinstance(key.names, Kind)), None)
        for name in _several(wanted):
            if kind is not None and name is not None:
                yield from _named(kind, name, known)
        return
    for key, value in wanted.items():
        if key not in keys:
            yield (
                key if value is None else value,
                f"a claim about `{word}` has no key `{key}`, so it would hold for every message",
                did_you_mean(key, keys),
            )
            continue
        kind_of_key = keys[key].names
        for name in _several(value):
            if isinstance(kind_of_key, Kind):
                yield from _named(kind_of_key, name, known)


def _named(kind: Kind, name: Any, known: Known) -> Iterator[tuple[object, str, str | None]]:
    if not is_raw(str(name)) and str(name) not in known[kind]:
        yield name, f"there is no {kind.noun} `{name}`", did_you_mean(str(name), known[kind])


def _several(claim: Any) -> tuple[Any, ...]:
    return tuple(claim) if isinstance(claim, (list, tuple)) else (claim,)
