"""Judging many messages by 300 rules: against a plain evaluator, and against other engines."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.judge import matching, ours, project, scale, whole
from benchmarks.judge.agreement import must_agree
from benchmarks.judge.corpus import Corpus
from benchmarks.result import Peer, alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result


def measured(quick: bool) -> Iterator[Result]:
    """All rows about judging."""
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Pigeonhole does not run as root.
        count = 1_000 if quick else 10_000
        many = Corpus.generate(folder / "many", count)
        one = Corpus.generate(folder / "one", count // (1 if quick else 5), one_recipient=True)

        def project_of(count: int) -> Path:
            place = folder / f"rules-{count}"
            return place if place.exists() else project.write(place, count)

        gateway = ours.gateway(project_of(matching.RULES))
        yield Peer(version=must_agree(gateway, many, 200 if quick else 2_000))
        yield from matching.rows(project_of, quick=quick)
        yield from whole.rows(project_of(matching.RULES), many, one, quick=quick)
        yield from scale.rows(project_of(matching.RULES), many, quick=quick)
        yield from scale.limit(gateway, many, quick=quick)
        yield from matching.curves(project_of, quick=quick)


if __name__ == "__main__":
    sys.exit(alone(measured))
