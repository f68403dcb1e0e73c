"""The example of a company comes over with the counts that its page shows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.receipt_rules.reading import read

EXAMPLE = Path(__file__).parents[3] / "examples" / "migration" / "ses-receipt-rules"


def test_the_report_of_the_example() -> None:
    named = {path.name: path.read_bytes() for path in sorted(EXAMPLE.glob("*.json"))}
    source = read(
        Opened(named=named, beside=lambda _: None), SourceOptions(domains=("example.com",))
    )
    made = lowered(source)
    statuses = Counter(rule.status.value for rule in made.rules)
    assert statuses == {"partly": 81, "close": 24, "same": 11, "not possible": 2}
    codes = Counter(each.code for rule in made.rules for each in rule.differences)
    assert codes["no-connect"] == 1
    assert codes["value-not-taken"] == 1
    assert set(codes) == {
        "allowed-and-blocked",
        "encrypted-by-s3",
        "goes-on",
        "header-for-its-recipients",
        "header-without-x",
        "key-of-ses",
        "large-mail-by-sns",
        "no-connect",
        "no-spam-and-virus-scan",
        "notice-of-another-form",
        "status-code-chosen",
        "stops-for-its-recipients",
        "tls-not-for-labels",
        "value-not-taken",
    }
    assert len(source.unread) == 3
    assert set(source.needed) == {
        *("s3_role", "sns_role", "lambda_role", "bounce_role", "workmail_role"),
    }
