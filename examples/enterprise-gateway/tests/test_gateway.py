"""What the company relies on, as tests: run `pytest` in the folder of the project."""

from datetime import date
from pathlib import Path

from mmctl.api import (
    Envelope,
    Facts,
    Outcome,
    Session,
    Severity,
    Stated,
    Tls,
    brakes,
    judge,
    lint,
    load,
    plan,
)

GATEWAY = Path(__file__).parents[1]
PHISHING = (GATEWAY / "cases/messages/parcel-phishing.eml").read_bytes()


def phishing_of(category):
    """The message as it arrives, with what the scanners say of it."""
    return Stated(
        envelope=Envelope(
            mail_from="notice@parcel-fees.example", recipients=("anna.berg@example.com",)
        ),
        session=Session(source_ip="203.0.113.190", tls=Tls.TLS1_2),
        facts=Facts(
            add_ons={
                "trendmicro": {"isPassed": True},
                "vade": {"isPassed": False, "category": category},
            }
        ),
    )


def test_nothing_is_wrong_with_the_rules():
    problems = lint(GATEWAY, today=date(2027, 1, 31))
    assert [problem for problem in problems if problem.severity is not Severity.INFO] == []


def test_phishing_is_kept_from_anna():
    judged = judge(load(GATEWAY), PHISHING, phishing_of("PHISHING"))
    [anna] = judged.trace.recipients
    assert (anna.outcome, anna.by) == (Outcome.STORED, "hold-phishing")
    # Nothing that the rules ask is unknown, and no reading of AWS's text would change the outcome.
    assert anna.missing == ()
    assert judged.dependences == ()


def test_the_trace_says_which_condition_decided():
    [anna] = judge(load(GATEWAY), PHISHING, phishing_of("SCAM")).trace.recipients
    assert anna.applied == ("archive-all", "hold-phishing")
    [hold] = [rule for rule in anna.rules if rule.rule == "hold-phishing"]
    assert hold.position.file == "rules/security.yaml"
    [condition] = hold.conditions
    assert (condition.operand, condition.matched) == ("vade.category", ("SCAM",))


def test_a_block_list_that_only_marks_is_not_applied_unseen():
    today = {
        path.relative_to(GATEWAY).as_posix(): path.read_text(encoding="utf-8")
        for path in GATEWAY.rglob("*")
        if path.suffix in {".yaml", ".csv"}
    }
    marking = today["rules/security.yaml"].replace(
        "      - drop\n", "      - add_header: {name: X-Acme-Listed, value: 'yes'}\n", 1
    )
    made = plan(load(today | {"rules/security.yaml": marking}), load(today))
    assert {edit.name for edit in made.edits} == {"block-senders"}
    assert "--force blocking=block-senders" in [grip.flag for grip in brakes(made)]
