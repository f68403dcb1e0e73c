"""The scripts of a company in `examples/migration/sieve`: what the report counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mmctl.interchange.migration.lowered import Sameness
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.sieve.reading import read

SCRIPTS = Path(__file__).parents[3] / "examples/migration/sieve"
PEOPLE = ("ann", "bob", "carla", "support")


def test_the_example_is_counted() -> None:
    named = {f"{name}.sieve": (SCRIPTS / f"{name}.sieve").read_bytes() for name in PEOPLE}
    company = {"company.sieve": (SCRIPTS / "company.sieve").read_bytes()}

    def beside(name: str) -> bytes | None:
        path = SCRIPTS / name
        return path.read_bytes() if path.is_file() else None

    owners = "\n".join(f"{name}.sieve={name}@example.com" for name in PEOPLE)
    asked = SourceOptions(domains=("example.com",), options={"recipient": owners})
    source = read(Opened(named=company | named, beside=beside), asked)
    found = lowered(source)
    counts = Counter(rule.status for rule in found.rules)
    assert counts == {
        Sameness.SAME: 33,
        Sameness.CLOSE: 19,
        Sameness.PARTLY: 34,
        Sameness.NOT_POSSIBLE: 10,
    }
    assert sum(len(rule.rules) for rule in found.rules) >= 100
    assert len(found.address_lists) >= len(PEOPLE)
