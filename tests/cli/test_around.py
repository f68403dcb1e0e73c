"""Nothing about an environment on this machine is asked of AWS, whatever credentials there are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.endpoint
from test_drift_write import GATEWAY, Gateway, block

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

ASKING: dict[Sequence[str], str] = {
    ("history", "--cloudtrail"): "CloudTrail knows nothing of it",
    ("drift", "--cloudtrail"): "CloudTrail knows nothing of it",
    ("watchdog", "--publish"): "its numbers go to no CloudWatch",
    ("staging", "mail"): "it has no stacks",
}


def gateway_with_credentials(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """An applied gateway on this machine, where somebody is signed in to AWS."""
    gateway = Gateway(Path(shutil.copytree(GATEWAY, folder / "gateway")))
    project = gateway.folder / "mmctl.yaml"
    server = "mail_server: {domains: [example.com], relay_networks: [192.0.2.0/24]}"
    text = project.read_text()
    assert "{endpoint: embedded" in text
    project.write_text(
        text.replace("{endpoint: embedded", f"{{stack: {{{server}}}, endpoint: embedded", 1)
    )
    assert gateway.mmctl("apply", "--yes", "-q") == 0
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return gateway


def test_nothing_of_an_environment_on_this_machine_goes_to_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = gateway_with_credentials(tmp_path, monkeypatch)
    sent: list[str] = []

    def send(_self: object, request: object) -> None:
        sent.append(str(getattr(request, "url", request)))
        raise AssertionError(sent)

    monkeypatch.setattr(botocore.endpoint.Endpoint, "_send", send)
    for words, why in ASKING.items():
        capsys.readouterr()
        assert gateway.mmctl(*words) == 64, words
        assert why in capsys.readouterr().err, words
    assert sent == []


def test_findings_are_written_where_their_numbers_cannot_be_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = gateway_with_credentials(tmp_path, monkeypatch)
    gateway.set_rules([block(), *gateway.rules()])
    capsys.readouterr()
    assert gateway.mmctl("watchdog", "--publish", "--format", "json") == 64
    report = json.loads(capsys.readouterr().out)
    (finding,) = report["findings"]
    assert finding["command"] == "mmctl drift --env local"
    assert report["published"] is False
