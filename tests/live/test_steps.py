"""Steps are typed; in lines and in saved plans they are what they always were."""

from __future__ import annotations

from typing import Any, Final, get_args

from mmctl.live.plan.steps import (
    AddMembers,
    Create,
    Delete,
    DeliverLogs,
    FreeName,
    RemoveMembers,
    SetTags,
    Step,
    StopLogs,
    Untag,
    Update,
    step_document,
)
from mmctl.model.kinds import Kind

LIST: Final[Any] = {"kind": Kind.ADDRESS_LIST, "name": "vip", "id": "al-1"}
SAID: Final[dict[str, tuple[Step, list[str], list[list[str]]]]] = {
    "create address list vip": (Create(kind=Kind.ADDRESS_LIST, name="vip"), [], []),
    "update address list vip: A, B, C and 1 more": (
        Update(**LIST, members=("A", "B", "C", "D")),
        ["A", "B", "C", "D"],
        [],
    ),
    "free name of address list vip: old": (FreeName(**LIST, other="old"), [], [["old", ""]]),
    "tag address list vip: team": (
        SetTags(**LIST, tags=(("team", "mail"),)),
        [],
        [["team", "mail"]],
    ),
    "untag address list vip: team": (Untag(**LIST, keys=("team",)), [], [["team", ""]]),
    "add members to address list vip: a@example.com": (
        AddMembers(**LIST, addresses=("a@example.com",)),
        [],
        [["a@example.com", ""]],
    ),
    "remove members from address list vip: a@example.com": (
        RemoveMembers(**LIST, addresses=("a@example.com",)),
        [],
        [["a@example.com", ""]],
    ),
    "deliver logs of address list vip: APPLICATION_LOGS": (
        DeliverLogs(**LIST, log_type="APPLICATION_LOGS", receiver="arn:aws:s3:::mail"),
        [],
        [["APPLICATION_LOGS", "arn:aws:s3:::mail"]],
    ),
    "stop logs of address list vip: APPLICATION_LOGS": (
        StopLogs(**LIST, log_type="APPLICATION_LOGS"),
        [],
        [["APPLICATION_LOGS", ""]],
    ),
    "delete address list vip": (Delete(**LIST), [], []),
}


def test_every_step_has_its_line_and_its_place_in_a_saved_plan() -> None:
    for text, (step, members, values) in SAID.items():
        assert step.text == text
        assert step_document(step) == {
            "verb": step.verb,
            "kind": "address_lists",
            "name": "vip",
            "id": step.id,
            "members": tuple(members),
            "values": tuple(map(tuple, values)),
        }
    assert {type(step) for step, _, _ in SAID.values()} == set(get_args(Step))
