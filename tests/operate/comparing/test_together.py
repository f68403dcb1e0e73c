"""What a log says of several rules excludes each other, or does not, whatever the message held."""

from __future__ import annotations

from typing import Any

from logged import id_number, lines_of, read

from mmctl.judge.judging import judge
from mmctl.judge.submission import Gateway, Submission
from mmctl.language.project import LogicalRule
from mmctl.language.readings import Readings
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.rules import Rule
from mmctl.operate.comparing.compared import ComparedMessage, Told
from mmctl.operate.comparing.comparer import compare_message
from mmctl.operate.comparing.gateways import NamedGateway
from mmctl.problem import Position, Positions

POSITION = Position(file="rules.yaml", line=3)


def text(operator: str, *values: str, attribute: str = "SUBJECT") -> dict[str, Any]:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": operator,
            "Values": list(values),
        }
    }


def flag(operator: str) -> dict[str, Any]:
    return {
        "BooleanExpression": {
            "Evaluate": {"Attribute": "READ_RECEIPT_REQUESTED"},
            "Operator": operator,
        }
    }


def spf(operator: str, *values: str) -> dict[str, Any]:
    return {
        "VerdictExpression": {
            "Evaluate": {"Attribute": "SPF"},
            "Operator": operator,
            "Values": list(values),
        }
    }


def gateway_of(*conditions: list[dict[str, Any]], **choices: str) -> Gateway:
    """A gateway whose rules mark mail, one for each list of conditions."""
    return Gateway(
        rules=tuple(
            LogicalRule(
                name=f"rule-{number}",
                rule=Rule.of_api(
                    {
                        "Name": f"rule-{number}",
                        "Conditions": asked,
                        "Actions": [{"AddHeader": {"HeaderName": "X-A", "HeaderValue": "b"}}],
                    }
                ),
                position=POSITION,
                positions=Positions({(): POSITION}),
            )
            for number, asked in enumerate(conditions)
        ),
        readings=Readings.of(choices),
    )


def compared(gateway: Gateway, applied: list[bool]) -> ComparedMessage:
    """A log in which some rules applied, compared with a gateway."""
    everything = gateway_of(*([] if applies else [text("EQUALS", "no")] for applies in applied))
    submission = Submission(
        email=read_email(b"Subject: s\r\n\r\nx"),
        session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3),
        envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
        facts=Facts(),
    )
    trace = judge(everything, submission)
    (logged,) = read([lines_of(everything, submission, trace, id_number(1))])
    return compare_message(logged, NamedGateway.of("in", gateway), whole=True).message


CASES: list[tuple[str, Gateway, list[bool], Told]] = [
    (
        "the same condition cannot hold and not hold",
        gateway_of([text("CONTAINS", "x")], [text("CONTAINS", "x")]),
        [True, False],
        Told.DIFFERS,
    ),
    (
        "what begins with a text contains it",
        gateway_of([text("STARTS_WITH", "free")], [text("CONTAINS", "REE", "other")]),
        [True, False],
        Told.DIFFERS,
    ),
    (
        "where letter case counts it may not",
        gateway_of([text("STARTS_WITH", "free")], [text("CONTAINS", "REE")], text_case="sensitive"),
        [True, False],
        Told.UNTOLD,
    ),
    (
        "one of two values may be the reason",
        gateway_of([text("EQUALS", "a", "b")], [text("EQUALS", "a")]),
        [True, False],
        Told.UNTOLD,
    ),
    (
        "neither of two values is, so the rule with both cannot apply",
        gateway_of([text("EQUALS", "a")], [text("EQUALS", "b")], [text("EQUALS", "a", "b")]),
        [False, False, True],
        Told.DIFFERS,
    ),
    (
        "a verdict is one of four",
        gateway_of([spf("EQUALS", "PASS")], [spf("EQUALS", "FAIL")]),
        [True, True],
        Told.DIFFERS,
    ),
    (
        "a verdict that is none of three is the fourth",
        gateway_of([spf("EQUALS", "PASS", "FAIL", "GRAY")], [spf("EQUALS", "PROCESSING_FAILED")]),
        [False, False],
        Told.DIFFERS,
    ),
    (
        "a flag and its opposite",
        gateway_of([flag("IS_TRUE")], [flag("IS_FALSE")]),
        [True, True],
        Told.DIFFERS,
    ),
    (
        "a flag and its opposite, as they should be",
        gateway_of([flag("IS_TRUE")], [flag("IS_FALSE")]),
        [False, True],
        Told.UNTOLD,
    ),
    (
        "a missing header neither equals nor does not equal where the reading says so",
        gateway_of(
            [text("EQUALS", "a")], [text("NOT_EQUALS", "a")], missing_header="does_not_match"
        ),
        [False, False],
        Told.UNTOLD,
    ),
    (
        "by default it does not equal",
        gateway_of([text("EQUALS", "a")], [text("NOT_EQUALS", "a")]),
        [False, False],
        Told.DIFFERS,
    ),
]


def test_what_a_log_says_of_several_rules_is_held_together() -> None:
    faults = []
    for name, gateway, applied, told in CASES:
        (got,) = compared(gateway, applied).recipients
        if got.told is not told:
            faults.append(f"{name}: {got}")
    assert faults == []


def test_the_rules_that_exclude_each_other_are_named_with_their_conditions() -> None:
    gateway = gateway_of(
        [text("EQUALS", "other")], [text("CONTAINS", "x")], [text("CONTAINS", "x", "y")]
    )
    (got,) = compared(gateway, [False, True, False]).recipients
    (found,) = got.discrepancies
    assert "`rule-1` applied" in found.log
    assert "`rule-2` did not apply" in found.log
    assert "rule-0" not in found.log
    assert "subject contains `x`" in (found.because or "")
