"""Mail by SMTP to `mmctl emulate`: metric filters and `--stats` count the same of its logs."""

from __future__ import annotations

import json
import shutil
import smtplib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from test_drift_write import GATEWAY

from emulator.polling import until
from emulator.smtp.test_process import emulating
from mmctl.cli.main import exit_code
from mmctl.operate.logs.metrics import METRIC, Metric
from operate.monitoring.test_filters import counted_by_filters
from serve.data_folder import newsletter

pytestmark = pytest.mark.slow


def values_of(metric: Metric, row: dict[str, Any]) -> tuple[str, ...]:
    assert row["dimensions"].keys() == METRIC[metric].dimensions.keys()
    return tuple(row["dimensions"][name] for name in METRIC[metric].dimensions)


def test_real_mail_is_counted_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(GATEWAY, tmp_path / "gateway"))
    assert exit_code(["apply", "-C", str(folder), "--yes", "-q"]) == 0
    logs = folder / ".mmctl" / "mail" / "logs"
    with emulating(folder, "--smtp-port", "0"):
        ports = json.loads((folder / ".mmctl" / "mail" / "ports.json").read_text())
        port = ports["ingress_points"][0]["port"]
        for whom in (["ben@example.com"], ["ann@example.com", "ben@example.com"]):
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.starttls()
                smtp.sendmail("news@example.org", whom, newsletter())
        with smtplib.SMTP("127.0.0.1", port) as smtp, pytest.raises(smtplib.SMTPException):
            smtp.sendmail("news@example.org", ["nobody@elsewhere.example"], newsletter())
        until(lambda: counted_by_filters(logs).total() >= 7)
    capsys.readouterr()
    assert exit_code(["logs", "-C", str(folder), str(logs), "--stats", "--format", "json"]) == 0
    stats = json.loads(capsys.readouterr().out)["stats"]
    told = Counter(
        {
            (metric := Metric(each["metric"]), values_of(metric, each)): each["count"]
            for each in stats["metrics"]
        }
    )
    assert told == counted_by_filters(logs)
    assert stats["messages"] == sum(
        number for (metric, _), number in told.items() if metric is Metric.ACCEPTED
    )
    assert {Metric.ACCEPTED, Metric.ADMITTED, Metric.REFUSED, Metric.RULE_HITS} <= {
        metric for metric, _ in told
    }
