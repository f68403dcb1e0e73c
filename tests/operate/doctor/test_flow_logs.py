"""Flow logs of an endpoint: rejects to the mail ports, nothing at all, and mail that comes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operate.doctor.sound_world import ROLE, findings, sound_world

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from operate.doctor.sound_world import SoundWorld

GROUP = "/vpc/flows"


def _record(world: SoundWorld, port: int, action: str, *, interface: str | None = None) -> str:
    ours = world.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[world.endpoint])
    at = interface or ours["VpcEndpoints"][0]["NetworkInterfaceIds"][0]
    return f"2 123456789012 {at} 10.64.1.9 10.64.0.8 50000 {port} 6 3 180 1 2 {action} OK"


def _write(world: SoundWorld, *records: str) -> None:
    logs = world.client("logs")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="eni")
    logs.create_log_stream(logGroupName=GROUP, logStreamName="eni")
    now = int(datetime.now(UTC).timestamp() * 1000) - 1000
    events = [{"timestamp": now, "message": each} for each in records]
    logs.put_log_events(logGroupName=GROUP, logStreamName="eni", logEvents=events)


def test_what_flow_logs_say_of_the_mail_ports_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sound_world(tmp_path, monkeypatch, capsys) as world:
        logs = world.client("logs")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="eni")
        world.client("ec2").create_flow_logs(
            ResourceIds=[world.vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogGroupName=GROUP,
            DeliverLogsPermissionArn=ROLE,
        )
        _write(
            world,
            _record(world, 587, "REJECT"),
            _record(world, 25, "REJECT"),
            _record(world, 587, "ACCEPT"),
            _record(world, 443, "REJECT"),
            _record(world, 587, "REJECT", interface="eni-1"),
            "2 unknown eni-1 - - - - - - - 1 2 - NODATA",
        )
        (found,) = findings(world.doctor()[1])["rejected-flows"]
        assert found["text"] == (
            "2 connections to `inside` on ports 25 and 587 were rejected in the last hour: "
            "from 10.64.1.9 (2)"
        )
        _write(world, _record(world, 443, "ACCEPT"))
        (found,) = findings(world.doctor()[1])["rejected-flows"]
        assert found["text"].startswith("nothing came to `inside` on ports 25 and 587")
        _write(world, _record(world, 587, "ACCEPT"))
        assert findings(world.doctor()[1]) == {}
