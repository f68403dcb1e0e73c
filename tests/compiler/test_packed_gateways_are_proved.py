"""A packed gateway is proved alike with the logical one, or it is not: each fault is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test_licenses import ANN, BOB, HOLD, KEEP, MAIL, MARK, OFFERS, OTHER, UNITS, gateway

from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.packing.proving import difference, survives_first_match, why_not_alike
from mmctl.judge.compare import Members
from mmctl.model.policies import TrafficPolicy
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.submission import Gateway

LOGICAL = (
    (ANN, MAIL),
    ("{recipient: {equals: cid@example.com}}", OTHER),
    (BOB, MAIL),
    (UNITS, OTHER),
    ("", KEEP),
)
PACKED = (
    ("{recipient: {in_address_list: some}}", MAIL),
    ("{recipient: {in_address_list: others}}", OTHER),
    ("", KEEP),
)
SOURCES = ((0, 2), (1, 3), (4,))
LISTS = {
    "some": ("ann@example.com", "bob@example.com"),
    "others": ("cid@example.com", "*@unit.example"),
}


DENIES_ANN = TrafficPolicy.of_api(
    {
        "TrafficPolicyName": "edge",
        "DefaultAction": "ALLOW",
        "PolicyStatements": [
            {
                "Action": "DENY",
                "Conditions": [
                    {
                        "StringExpression": {
                            "Evaluate": {"Attribute": "RECIPIENT"},
                            "Operator": "EQUALS",
                            "Values": ["ann@example.com"],
                        }
                    }
                ],
            }
        ],
    }
)


def joined(
    *rules: tuple[str, str], lists: Mapping[str, tuple[str, ...]] = LISTS, semantics: str = "{}"
) -> Gateway:
    """A gateway with address lists, as the compiler makes them."""
    text = "".join(f"  {name}: {{members: external}}\n" for name in lists)
    made = gateway(*rules, semantics=semantics, more=f"address_lists:\n{text}")
    return replace(made, lists={name: Members.of(each) for name, each in lists.items()})


def why(
    packed: Gateway,
    sources: Sequence[Sequence[int]] = SOURCES,
    *,
    logical: Gateway | None = None,
    equality: Equality = Equality.MULTISET,
) -> str:
    """Why it is not proved; empty: it is."""
    return why_not_alike(logical or gateway(*LOGICAL), packed, sources, equality=equality)


def test_joined_and_moved_rules_are_proved_alike() -> None:
    assert why(joined(*PACKED)) == ""
    assert why(joined(PACKED[1], PACKED[0], PACKED[2]), ((1, 3), (0, 2), (4,))) == ""


def test_each_fault_of_a_packing_is_found_with_a_message() -> None:
    logical = gateway(*LOGICAL)
    faults = {
        "a member is missing": joined(*PACKED, lists={**LISTS, "some": LISTS["some"][:1]}),
        "a member is in the wrong list": joined(
            *PACKED, lists={"some": (*LISTS["some"], "eve@unit.example"), "others": LISTS["others"]}
        ),
        "a domain is wider": joined(
            *PACKED, lists={**LISTS, "others": (*LISTS["others"], "*@more.example")}
        ),
        "a rule is above one that it must not pass": joined(PACKED[2], *PACKED[:2]),
        "a condition is gone": joined(("", MAIL), *PACKED[1:]),
        "an action is another": joined((PACKED[0][0], OTHER), *PACKED[1:]),
        "a stop is gone": joined((PACKED[0][0], "{relay: {to: mail}}"), *PACKED[1:]),
        "a rule is gone": joined(*PACKED[:2]),
        "a rule is there twice": joined(*PACKED, PACKED[2]),
    }
    orders = {
        "a rule is above one that it must not pass": ((4,), (0, 2), (1, 3)),
        "a rule is gone": SOURCES[:2],
        "a rule is there twice": (*SOURCES, (4,)),
    }
    missed = []
    for fault, version in faults.items():
        reason = why(version, orders.get(fault, SOURCES), logical=logical)
        found = difference(logical, version)
        if not reason or found is None:
            missed.append((fault, reason, found))
    assert not missed


def test_a_copy_that_two_rules_made_is_made_twice_unless_duplicates_count_once() -> None:
    logical = gateway((ANN, KEEP), (OFFERS, KEEP), (OFFERS, HOLD))
    once = gateway((ANN, KEEP), (f"{OFFERS}", KEEP), (OFFERS, HOLD))
    assert why(once, ((0,), (1,), (2,)), logical=logical) == ""
    several = gateway(("{subject: {contains: offer}}", KEEP), ("{subject: {contains: sale}}", KEEP))
    together = gateway(("{subject: {contains: [offer, sale]}}", KEEP))
    assert "twice" in why(together, ((0, 1),), logical=several)
    assert why(together, ((0, 1),), logical=several, equality=Equality.SET) == ""
    found = difference(several, together)
    assert found is not None
    assert len(found.before.effects) == len(found.after.effects) + 1


def test_marks_count_where_mail_is_sent_on_below_them() -> None:
    logical = gateway((ANN, f"{MARK}, drop"), (OFFERS, MARK), ("", MAIL))
    without = gateway((ANN, "drop"), (OFFERS, MARK), ("", MAIL))
    assert why(without, ((0,), (1,), (2,)), logical=logical) == ""
    late = gateway((ANN, "drop"), ("", MAIL), (OFFERS, MARK))
    assert why(late, ((0,), (2,), (1,)), logical=logical)
    unmarked = gateway((ANN, "drop"), ("", MAIL))
    assert why(unmarked, ((0,), (2,)), logical=logical)


def test_refused_counts_as_dropped() -> None:
    logical = gateway((ANN, "drop"), ("", MAIL))
    denying = replace(gateway(("", MAIL)), policy=DENIES_ANN)
    assert why(denying, ((1,),), logical=logical) == ""
    archived = gateway(("", KEEP), (ANN, "drop"), ("", MAIL))
    kept = replace(denying, rules=gateway(("", KEEP), ("", MAIL)).rules)
    assert why(kept, ((0,), (2,)), logical=archived)


def test_what_survives_first_match_is_known() -> None:
    logical = gateway((ANN, MAIL), (BOB, MAIL), (OFFERS, OTHER))
    version = gateway(
        ("{recipient: {equals: [ann@example.com, bob@example.com]}}", MAIL), (OFFERS, OTHER)
    )
    assert survives_first_match(logical, version, ((0, 1), (2,))) is True
    copies = gateway((ANN, KEEP), (OFFERS, HOLD))
    swapped = gateway((OFFERS, HOLD), (ANN, KEEP))
    assert why(swapped, ((1,), (0,)), logical=copies) == ""
    assert survives_first_match(copies, swapped, ((1,), (0,))) is False
