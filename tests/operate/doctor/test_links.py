"""What leads to the doctor: mail that cannot be sent, preflight, the page of lost mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from served_project import live_project, served

from mmctl.cli.main import exit_code
from mmctl.model.kinds import Noun
from operate.doctor.sound_world import sound_world

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_mail_that_cannot_be_sent_leads_to_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path)
    ports = tmp_path / ".mmctl/mail/ports.json"
    with served(tmp_path):
        text = ports.read_text(encoding="utf-8")
    ports.write_text(text, encoding="utf-8")
    words = ["cases/messages/invoice.eml", "--mail-from", "a@example.org", "--rcpt"]
    assert exit_code(["send", *words, "b@example.com"]) == 5
    assert "help: mmctl doctor --ingress-point public-mx --probe\n" in capsys.readouterr().err


def test_preflight_and_the_page_of_lost_mail_lead_to_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        world.service().delete(Noun.ARCHIVE, world.id_of(Noun.ARCHIVE, "vault"))
        exit_code(["plan"])
        said = capsys.readouterr().err
        assert "preflight: warning: archive vault is PENDING_DELETION" in said
        assert "help: mmctl doctor\n" in said
        assert exit_code(["explain", "lost-mail"]) == 0
        assert "mmctl doctor --message-id ID" in capsys.readouterr().out
