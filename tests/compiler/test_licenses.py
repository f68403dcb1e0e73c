"""What may be done to logical rules when they are packed, and a message where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.compiler.packing.proving import ProvedLicenses
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway

BOUNCE = (
    "bounce: {sender: postmaster@example.com, role: 'arn:aws:iam::111122223333:role/a',"
    " status_code: 5.7.1, smtp_reply_code: '550', diagnostic_message: no}"
)
RESOURCES = """\
relays:
  mail: {server: mail.example.com, port: 25, authentication: none}
  other: {server: other.example.com, port: 25, authentication: none}
archives:
  kept: {retention: ONE_YEAR}
  held: {retention: ONE_YEAR}
"""


def gateway(*rules: tuple[str, str], semantics: str = "{}", more: str = "") -> Gateway:
    """Rules, each with its conditions and actions as items of a list in one line."""
    lines = ["version: 1", "rule_sets:", "  inbound:", "    rules:"]
    for number, (conditions, actions) in enumerate(rules):
        lines += [f"      - name: rule-{number}", f"        conditions: [{conditions}]"]
        lines.append(f"        actions: [{actions}]")
    main = f"version: 1\nproject: acme\nsemantics: {semantics}\n"
    text = "\n".join(lines) + "\n" + RESOURCES + more
    project, problems = read_text({"mmctl.yaml": main, "rules/a.yaml": text})
    assert not [each.message for each in problems]
    return gateway_of_rule_set(project, "inbound")


ANN = "{recipient: {equals: ann@example.com}}"
BOB = "{recipient: {equals: bob@example.com}}"
UNITS = "{recipient: {ends_with: '@unit.example'}}"
OFFERS = "{subject: {contains: offer}}"
MAIL = "{relay: {to: mail}}, stop"
OTHER = "{relay: {to: other}}, stop"
KEEP = "{archive: {to: kept}}"
SURE = "{archive: {to: kept, on_failure: drop}}"
HOLD = "{archive: {to: held}}"
MARKED = "{header: {name: X-Kind, equals: bulk}}"
MARK = "{add_header: {name: X-Kind, value: bulk}}"
MOVED = "{replace_recipient: [bob@example.com]}"


@pytest.mark.parametrize(
    ("above", "below", "may"),
    [
        ((ANN, MAIL), (BOB, OTHER), True),
        ((ANN, MAIL), (UNITS, OTHER), True),
        ((ANN, MAIL), (OFFERS, OTHER), False),
        ((ANN, MAIL), (OFFERS, MAIL), True),
        ((ANN, KEEP), (OFFERS, HOLD), True),
        ((ANN, KEEP), (OFFERS, "drop"), False),
        ((ANN, KEEP), (BOB, "drop"), True),
        ((ANN, MARK), (OFFERS, KEEP), False),
        ((ANN, MARK), (MARKED, "drop"), False),
        ((ANN, MARK), (f"{MARKED}, {BOB}", "drop"), True),
        ((ANN, MOVED), (BOB, HOLD), False),
        ((ANN, MOVED), (UNITS, HOLD), True),
        ((ANN, SURE), (OFFERS, HOLD), False),
        ((ANN, f"{{{BOUNCE}}}"), (OFFERS, HOLD), True),
    ],
)
def test_rules_may_swap_where_no_effect_shows_their_order(
    above: tuple[str, str], below: tuple[str, str], may: bool
) -> None:
    licenses = ProvedLicenses(gateway(above, below))
    assert licenses.may_swap(0, 1) is may
    assert licenses.may_swap(1, 0) is may


@pytest.mark.parametrize(
    ("semantics", "above", "below"),
    [
        ("{bounce_ends_evaluation: yes}", (ANN, f"{{{BOUNCE}}}"), (OFFERS, HOLD)),
        ("{first_match: yes}", (ANN, KEEP), (OFFERS, HOLD)),
        ("{added_header_scope: message}", (ANN, MARK), (BOB, HOLD)),
        ("{replaced_recipients_visible: same_rule_too}", (ANN, MOVED), (UNITS, HOLD)),
        ("{failure_drop_scope: message}", (ANN, SURE), (BOB, SURE)),
    ],
)
def test_readings_take_licenses_away(
    semantics: str, above: tuple[str, str], below: tuple[str, str]
) -> None:
    assert not ProvedLicenses(gateway(above, below, semantics=semantics)).may_swap(0, 1)


def test_mail_that_never_gets_there_pins_no_order() -> None:
    rules = (OFFERS, "drop"), (f"{ANN}, {OFFERS}", KEEP), (ANN, "drop")
    licenses = ProvedLicenses(gateway(*rules))
    assert licenses.never_applies(1)
    assert licenses.may_swap(1, 2)
    assert not ProvedLicenses(gateway(*rules[1:])).may_swap(0, 1)


def test_rules_are_together_where_one_message_can_meet_both() -> None:
    licenses = ProvedLicenses(gateway((ANN, KEEP), (BOB, KEEP), (UNITS, KEEP), (OFFERS, KEEP)))
    assert licenses.never_together(0, [1, 2])
    assert not licenses.never_together(0, [1, 2, 3])
    assert not licenses.never_together(3, 0)


def test_a_rule_may_be_together_with_one_whose_header_it_looks_at() -> None:
    licenses = ProvedLicenses(
        gateway(
            (ANN, MARK),
            ("{header: {name: X-Kind, equals: bulk}}, {subject: {equals: a}}", MARK),
            (
                "{header: {name: X-Other, equals: bulk}}, {recipient: {equals: bob@example.com}}",
                MARK,
            ),
        )
    )
    assert not licenses.never_together(0, 1)
    assert licenses.never_together(0, 2)


def test_some_rules_end_their_mail() -> None:
    rules = (ANN, MAIL), (BOB, KEEP), (UNITS, "drop"), (OFFERS, f"{{{BOUNCE}}}")
    licenses = ProvedLicenses(gateway(*rules))
    assert [licenses.ends_its_mail(each) for each in range(4)] == [True, False, True, False]
    every = ProvedLicenses(gateway(*rules, semantics="{first_match: yes}"))
    assert all(map(every.ends_its_mail, range(4)))


def test_rules_that_are_in_no_gateway_can_be_asked_about() -> None:
    network = "{source_ip: {cidr_matches: 192.0.2.0/24}}"
    elsewhere = "{source_ip: {not_cidr_matches: [192.0.2.0/25, 192.0.2.128/25]}}"
    pieces = gateway((network, KEEP), (elsewhere, KEEP), (OFFERS, KEEP)).rules
    licenses = ProvedLicenses(gateway((ANN, KEEP)))
    assert licenses.never_meet(pieces[0], pieces[1])
    assert not licenses.never_meet(pieces[1], pieces[2])
    here = gateway((f"{network}, {BOB}", KEEP), (f"{elsewhere}, {ANN}, {OFFERS}", KEEP)).rules
    changing = ProvedLicenses(gateway((UNITS, MOVED)))
    assert changing.never_meet(here[0], here[1])
    reading = gateway((f"{network}, {MARKED}", KEEP), (elsewhere, KEEP)).rules
    assert not ProvedLicenses(gateway((UNITS, MARK))).never_meet(*reading)


def test_a_pin_shows_a_message_for_which_order_matters() -> None:
    licenses = ProvedLicenses(gateway((ANN, KEEP), (UNITS, HOLD), (OFFERS, "drop"), ("", MAIL)))
    pin = licenses.pin(0, 2)
    assert pin is not None
    assert (pin.above, pin.below) == (0, 2)
    assert pin.witness.submission.envelope.recipients[0] == "ann@example.com"
    assert pin.as_written.outcomes == pin.swapped.outcomes == {Outcome.DROPPED}
    assert pin.described == ("dropped by `rule-2` (archive:kept)", "dropped by `rule-2`")
    assert licenses.pin(0, 1) is None
