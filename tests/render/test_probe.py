"""What a run of the probe says to people."""

from __future__ import annotations

from mmctl.client.probe.results import ChangedCase, ProbeDone, ProbeRun, ProbeWritten
from mmctl.client.probe.settling import ProbeStatus, ReadingFinding
from mmctl.render.text.probe import human

FOUND = (
    ReadingFinding(
        reading="string_case",
        status=ProbeStatus.SETTLED,
        choice="sensitive",
        seen={"string-case": "rest/"},
        expected={},
    ),
    ReadingFinding(
        reading="first_match", status=ProbeStatus.SETTLED, choice="no", seen={}, expected={}
    ),
    ReadingFinding(
        reading="add_on_over_ipv6",
        status=ProbeStatus.UNTOLD,
        why="it needs a subscription to an add-on, which costs money, and a client with IPv6 too",
        seen={},
        expected={},
    ),
    ReadingFinding(
        reading="null_sender",
        status=ProbeStatus.CONTRADICTED,
        why="what came fits no choice",
        seen={"null-sender": "nothing\x1b[31m"},
        expected={},
    ),
)


def test_a_run_tells_each_reading_and_what_would_change() -> None:
    run = ProbeRun(
        run="20261128T120000000000",
        at="2026-11-28T12:00:00Z",
        environment="local",
        endpoint="127.0.0.1:2525",
        account="000000000000",
        region="us-east-1",
        findings=FOUND,
        chosen={"string_case": "insensitive", "first_match": "no"},
        difference="--- mmctl.yaml\n+  string_case: sensitive\n",
        cases=(
            ChangedCase(
                name="a list in capitals",
                place="cases/a.yaml:3",
                before="b@example.com dropped by block",
                after="b@example.com delivered by deliver",
                passes=False,
            ),
        ),
    )
    assert human(run).plain.splitlines() == [
        "local: 127.0.0.1:2525, run 20261128T120000000000",
        "  string_case                     sensitive  (this project: insensitive)",
        "  first_match                     no",
        "  add_on_over_ipv6                not told",
        "      it needs a subscription to an add-on, which costs money, and a client with",
        "      IPv6 too",
        "  null_sender                     fits no choice",
        "      null-sender: nothing\\u001b[31m",
        "2 of 4 readings settled",
        "",
        "1 case of this project would end otherwise",
        "  FAIL  a list in capitals  cases/a.yaml:3",
        "        b@example.com dropped by block → b@example.com delivered by deliver",
        "",
        "--- mmctl.yaml",
        "+  string_case: sensitive",
        "nothing is written: --write changes the file and keeps the evidence",
    ]


def test_what_was_written_and_what_to_take_away_are_commands() -> None:
    written = ProbeWritten(folder="probe", files=("mmctl.yaml",), steps=("mmctl -C probe plan",))
    assert human(written).plain == "wrote 1 file to probe\n  mmctl -C probe plan\n"
    done = ProbeDone(steps=(("the rules", "mmctl -C probe apply --allow-delete"),))
    assert human(done).plain == "the rules\n  mmctl -C probe apply --allow-delete\n"
