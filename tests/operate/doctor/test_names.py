"""DNS by a zone file: MX that lead elsewhere, records that are missing, and a sound zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.model.kinds import Noun
from operate.doctor.sound_world import findings, not_looked, sound_world

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from operate.doctor.sound_world import SoundWorld

TOKENS = ("abcdefgh1", "abcdefgh2", "abcdefgh3")


def _zone(world: SoundWorld, *lines: str) -> None:
    (world.root / "zone.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _hosts(world: SoundWorld) -> list[str]:
    """The A records of the two public ingress points."""
    service = world.service()
    return [
        str(
            (service.get(Noun.INGRESS_POINT, world.id_of(Noun.INGRESS_POINT, name)) or {})[
                "ARecord"
            ]
        )
        for name in ("entrance", "second")
    ]


def test_mx_records_that_lead_elsewhere_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        known: dict[str, Any] = {
            "VerifiedForSendingStatus": True,
            "DkimAttributes": {"Tokens": [*TOKENS]},
        }
        world.answers["sesv2", "get_email_identity"] = lambda **_: known
        others = (
            'example.com. TXT "v=spf1 include:amazonses.com -all"',
            '_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"',
            *(
                f"{each}._domainkey.example.com. CNAME {each}.dkim.amazonses.com."
                for each in TOKENS
            ),
        )
        hosts = _hosts(world)
        _zone(world, *(f"example.com. MX 10 {host}." for host in hosts), *others)
        code, document = world.doctor("--zone", "zone.txt")
        assert (findings(document), not_looked(document, failed=True), code) == ({}, {}, 0)

        _zone(world, "example.com. MX 10 old.example.net.", *others)
        code, document = world.doctor("--zone", "zone.txt")
        found = findings(document)
        assert set(found) == {"mx-elsewhere", "dns-records"}
        (elsewhere,) = found["mx-elsewhere"]
        assert "the MX of example.com is `old.example.net`, not" in elsewhere["text"]
        assert elsewhere["commands"] == ["mmctl dns"]
        assert code == 1

        _zone(world, *others)
        (none,) = findings(world.doctor("--zone", "zone.txt")[1])["mx-elsewhere"]
        assert none["text"] == "example.com has no MX record"

        # A name of one's own with the address of the ingress point is as good.
        _zone(
            world,
            "example.com. MX 10 mail.example.com.",
            "mail.example.com. A 192.0.2.10",
            f"{hosts[0]}. A 192.0.2.10",
            *others,
        )
        assert "mx-elsewhere" not in findings(world.doctor("--zone", "zone.txt")[1])

        _zone(world, "this is no zone")
        said = not_looked(world.doctor("--zone", "zone.txt")[1], failed=True)
        assert "`zone.txt` is not a zone file" in said["dns-records"][0]
