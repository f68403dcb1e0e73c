"""A sound world gives no finding, and the doctor says all that it looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.operate.doctor.catalogue import LOOKS
from operate.doctor.sound_world import findings, not_looked, simulated, sound_world

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOT_ASKED = {
    *("name-without-address", "port-silent", "no-greeting", "certificate-wrong", "login-refused"),
    *("mx-elsewhere", "rejected-flows", "rule-unknown", "taken-before", "reading-matters"),
    *("changed-since", "not-in-the-log", "message-gone", "actions-failed", "dns-records"),
    "mail-server-open",
}
"""Looks that need an option, flow logs or mail that this world has not."""


def test_a_sound_world_is_silent_and_everything_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        code, document = world.doctor()
        assert findings(document) == {}
        assert not_looked(document, failed=True) == {}
        assert code == 0
        silent = {look["id"] for look in document["looks"] if not look["sound"]}
        assert silent <= NOT_ASKED
        assert {look.id for look in LOOKS} == {look["id"] for look in document["looks"]}


def test_a_role_that_may_use_the_key_of_an_alias_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A policy names keys and never aliases, so the simulator refuses an alias as a resource."""
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        world.client("kms").create_alias(AliasName="alias/mail", TargetKeyId=world.key)
        alias = world.key.rpartition(":")[0] + ":alias/mail"
        world.change(world.key, alias)
        world.run("mmctl apply")
        asked: list[str] = []

        def answer(*, ResourceArns: list[str], **more: Any) -> Any:  # noqa: N803
            asked.extend(ResourceArns)
            verdict = "implicitDeny" if alias in ResourceArns else "allowed"
            return simulated(verdict)(ResourceArns=ResourceArns, **more)

        world.answers["iam", "simulate_principal_policy"] = answer
        code, document = world.doctor()
        assert world.key in asked
        assert findings(document) == {}
        assert code == 0
