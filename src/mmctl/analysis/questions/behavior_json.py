"""How two versions of a gateway treat mail, as JSON: in diffs and plans, and to remember it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.analysis.questions.behavior import (
    Behavior,
    DoneThing,
    FoundEnvelope,
    Harm,
    HowItEnds,
    KeptMessage,
    KindOfDifference,
    WhatBecomes,
)
from mmctl.analysis.questions.equality import Equality
from mmctl.judge.ingress import Way
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


def behavior_document(found: Behavior) -> dict[str, Any]:
    """How every message is treated at one gateway."""
    document: dict[str, Any] = {
        "ingress_point": found.way.ingress_point,
        "rule_set": found.way.rule_set,
        "equal": found.equality.value,
        "alike": found.alike,
        "undecided": found.undecided,
        "differences": [
            {
                "before": _becomes_document(each.before),
                "after": _becomes_document(each.after),
                **_message_document(each.message),
            }
            for each in found.differences
        ],
    }
    harms = [
        {
            "invariant": each.invariant,
            "before": each.before.value,
            "after": each.after.value,
            **_message_document(each.message),
        }
        for each in found.harms
    ]
    if harms:
        document["harms"] = harms
    if found.unproved:
        document["unproved"] = list(found.unproved)
    return document


def behavior_of(document: Mapping[str, Any]) -> Behavior:
    """What `behavior_document` wrote.

    Raises:
        KeyError, TypeError, ValueError: something else wrote it.
    """
    return Behavior(
        way=Way(ingress_point=document["ingress_point"], rule_set=document["rule_set"]),
        equality=Equality(document["equal"]),
        differences=tuple(
            KindOfDifference(
                before=_becomes(each["before"]),
                after=_becomes(each["after"]),
                message=_message(each),
            )
            for each in document["differences"]
        ),
        undecided=document["undecided"],
        harms=tuple(
            Harm(
                invariant=each["invariant"],
                before=Outcome(each["before"]),
                after=Outcome(each["after"]),
                message=_message(each),
            )
            for each in document.get("harms", ())
        ),
        unproved=tuple(document.get("unproved", ())),
    )


def _message_document(message: FoundEnvelope) -> dict[str, Any]:
    """The message; its file and its command are empty where it could not be kept."""
    kept = message.kept
    return {
        "message": "" if kept is None else kept.path,
        "command": "" if kept is None else kept.command,
        "facts": [] if kept is None else list(kept.facts),
        "mail_from": message.mail_from,
        "recipient": message.recipient,
        "others": message.others,
    }


def _message(document: Mapping[str, Any]) -> FoundEnvelope:
    kept = KeptMessage(
        path=document["message"],
        command=document["command"],
        facts=tuple(document["facts"]),
    )
    return FoundEnvelope(
        mail_from=document["mail_from"],
        recipient=document["recipient"],
        others=document["others"],
        kept=kept if kept.path else None,
    )


def _becomes_document(becomes: WhatBecomes) -> dict[str, Any]:
    return {
        "ends": [{"outcome": end.outcome.value, "by": end.by} for end in becomes.ends],
        "effects": [
            {
                "action": effect.action,
                "recipient": effect.recipient,
                "headers": [list(header) for header in effect.headers],
            }
            for effect in becomes.effects
        ],
    }


def _becomes(document: Mapping[str, Any]) -> WhatBecomes:
    return WhatBecomes(
        ends=tuple(
            HowItEnds(outcome=Outcome(end["outcome"]), by=end["by"]) for end in document["ends"]
        ),
        effects=tuple(
            DoneThing(
                action=effect["action"],
                recipient=effect["recipient"],
                headers=tuple((name, value) for name, value in effect["headers"]),
            )
            for effect in document["effects"]
        ),
    )
