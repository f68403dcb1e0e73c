"""Evidence in a store of either kind: what is written is read again, also with hostile names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from live.memory_bucket import MemoryBucket
from mmctl.live.history.evidence import Evidence, TriedCase, TriedPoint, keep_evidence
from mmctl.live.history.found_evidence import Origin, UnfitEvidence, evidence_names, read_evidence
from mmctl.live.history.s3 import S3Store
from mmctl.live.history.store import DirectoryStore

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.live.history.store import Store

ORIGIN: Final = Origin(
    project="acme", environment="staging", account="111122223333", region="us-east-1"
)
DIGEST: Final = "d" * 64


def tried(at: str, *cases: TriedCase, digest: str = DIGEST) -> Evidence:
    """Evidence of a run."""
    return Evidence(
        at=at,
        who="ci",
        caller="arn:aws:sts::111122223333:assumed-role/ci/a",
        project="acme",
        environment="staging",
        account="111122223333",
        region="us-east-1",
        digest=digest,
        live="e" * 64,
        history="0001-20261129T000000Z",
        revision=None,
        endpoints=(TriedPoint(ingress_point="mx", a_record="a.example", host="h", port=25),),
        counts=dict.fromkeys(
            ("as_stated", "own_facts", "not_sendable", "same", "differs", "no_record", "not_sent"),
            0,
        ),
        as_stated=cases,
        own_facts=(),
        not_sendable=(),
        unseen=("the public address",),
    )


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return DirectoryStore(tmp_path / "store")
    return S3Store(MemoryBucket(), "prefix/111122223333-us-east-1-acme")


def test_evidence_that_was_kept_is_read_again(store: Store) -> None:
    hostile = TriedCase(name="a\x1b[2K\u202e\nb", result="same")
    first = keep_evidence(store, tried("2026-11-29T00:00:00Z", hostile))
    second = keep_evidence(store, tried("2026-11-29T00:00:00Z", hostile))
    later = keep_evidence(
        store, tried("2026-11-30T00:00:00Z", TriedCase(name="c", result="differs"))
    )
    other = keep_evidence(store, tried("2026-12-01T00:00:00Z", digest="f" * 64))
    assert evidence_names(store, DIGEST) == [first, second, later]
    assert evidence_names(store) == [first, second, later, other]
    found = read_evidence(store, first, ORIGIN).evidence
    assert found.as_stated[0].name == r"a\u001b[2K\u202e\nb"
    assert (found.passed, found.failed, found.unseen) == (1, (), ("the public address",))
    found = read_evidence(store, later, ORIGIN).evidence
    assert (found.passed, found.failed) == (0, ("c",))
    with pytest.raises(UnfitEvidence, match="is not in"):
        read_evidence(store, "evidence-1.json", ORIGIN)
