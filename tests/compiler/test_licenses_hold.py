"""What a license or a proof allows changes the treatment of no message, whatever fails."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from joined_gateways import packed, repetitive, some_mail, treated

from mmctl.analysis.questions.ends import are_alike
from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.packing.proving import ProvedLicenses, why_not_alike
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from busy_gateways import Scene

    from mmctl.judge.submission import Gateway

EQUALITIES = (Equality.MULTISET, Equality.SET)
VERSIONS = 3
MESSAGES = 30


def contradictions(seeds: Iterable[int], counts: Counter[object]) -> Iterator[str]:
    """Messages that are treated differently after what was licensed or proved."""
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - no secret
        gateway = repetitive(random)
        mail = some_mail(gateway, MESSAGES, random)
        for wrong in (
            *_after_proofs(gateway, mail, random, counts),
            *_after_licenses(gateway, mail, random, counts),
        ):
            yield f"seed {seed}: {wrong}"


def _after_proofs(
    gateway: Gateway, mail: Sequence[Scene], random: Random, counts: Counter[object]
) -> Iterator[str]:
    for _ in range(VERSIONS):
        version = packed(gateway, random)
        for equality in EQUALITIES:
            why = why_not_alike(gateway, version.gateway, version.sources, equality=equality)
            differs = _differs(gateway, version.gateway, mail, equality)
            counts["refused" if why else "proved", "differs" if differs else "same"] += 1
            if differs and not why:
                yield f"proved as a {equality}, but a message differs: {version.sources}"


def _after_licenses(
    gateway: Gateway, mail: Sequence[Scene], random: Random, counts: Counter[object]
) -> Iterator[str]:
    """Swap neighbors again and again where that is licensed, and leave out dead rules."""
    licenses = ProvedLicenses(gateway)
    order = list(range(len(gateway.rules)))
    for _ in range(12):
        at = random.randrange(len(order) - 1)
        above, below = order[at : at + 2]
        swaps = licenses.may_swap(above, below)
        counts["swapped" if swaps else "kept"] += 1
        if swaps:
            order[at : at + 2] = below, above
    left = [place for place in order if not licenses.never_applies(place)]
    version = replace(gateway, rules=tuple(gateway.rules[place] for place in left))
    if _differs(gateway, version, mail, Equality.MULTISET):
        yield f"{left} is licensed, but a message differs"


def _differs(gateway: Gateway, version: Gateway, mail: Sequence[Scene], equality: Equality) -> bool:
    pairs = ((treated(gateway, scene), treated(version, scene)) for scene in mail)
    return any(
        one is not None
        and other is not None
        and not are_alike(one, other, equality, as_packed=True)
        for one, other in pairs
    )


def test_what_is_licensed_or_proved_changes_nothing() -> None:
    counts: Counter[object] = Counter()
    assert not list(contradictions(range(20), counts))
    assert min(counts[each] for each in (("proved", "same"), ("refused", "differs"))) > 20
    assert min(counts["swapped"], counts["kept"]) > 50


@pytest.mark.deep
@pytest.mark.slow
def test_what_is_licensed_or_proved_changes_nothing_in_many_gateways() -> None:
    assert not list(contradictions(range(1000, 1100), Counter()))
