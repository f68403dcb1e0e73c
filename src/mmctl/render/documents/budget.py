"""The document `mmctl/budget@1`: what a project uses of the quotas, and how rules are packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.text.budget import condition_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.advice.pins import OrderPin
    from mmctl.compiler.advice.tried import Advice, Tried
    from mmctl.compiler.budget import Budget, RuleBudget, RuleSetBudget
    from mmctl.compiler.packing.packed import LeftOutRule, Packing

SCHEMA: Final = "mmctl/budget@1"


def document(budget: Budget) -> dict[str, Any]:
    """The document `mmctl/budget@1`."""
    lists = budget.counted_lists
    return {
        "schema": SCHEMA,
        "environment": budget.environment,
        "fits": budget.fits,
        "account": list(uses_documents(budget.account)),
        "account_lists": {
            "written": lists.written,
            "compiled": lists.compiled,
            "during_a_change": lists.peak,
        },
        "rule_sets": [_rule_set(each) for each in budget.rule_sets],
        "traffic_policies": [
            {"name": name, "uses": list(uses_documents(uses))} for name, uses in budget.policies
        ],
        "address_lists": [
            {"name": name, "uses": list(uses_documents((use,)))} for name, use in budget.lists
        ],
    }


def _rule_set(rule_set: RuleSetBudget) -> dict[str, Any]:
    packing = rule_set.packing
    return {
        "name": rule_set.name,
        "ingress_point": packing.ingress_point,
        "logical": len(rule_set.logical),
        "live": len(rule_set.rules),
        "limit": rule_set.limit,
        "fits": packing.fits,
        "packed": packing.is_packed,
        "uses": list(uses_documents(rule_set.uses)),
        "rules": [_rule(rule) for rule in rule_set.rules],
        **_packing(packing),
        "left_out": _left_out(rule_set.left_out),
        "not_refused": _left_out(rule_set.staying),
        "bounds": {
            "rules": packing.bounds.rules,
            "relay_or_send_actions": packing.bounds.handed_on,
            "by_actions": [
                {
                    "actions": each.actions,
                    "rules": [rule.name for rule in each.rules],
                    "least": each.least,
                }
                for each in rule_set.costs
            ],
        },
        "pairs": rule_set.pairs,
        "pins": [pin_document(each) for each in rule_set.pins],
        "counted": [
            {"rules": [rule.name for rule in each.rules], "live_rules": each.live_rules}
            for each in rule_set.prices
        ],
        "advice": None if rule_set.advice is None else _advice(rule_set.advice),
    }


def _left_out(rules: Iterable[LeftOutRule]) -> list[dict[str, Any]]:
    return [
        {"rule": each.rule.name, "place": place_of(each.rule), "why": each.why} for each in rules
    ]


def _rule(rule: RuleBudget) -> dict[str, Any]:
    return {
        "live": rule.live,
        "logical": [each.name for each in rule.sources],
        "place": place_of(rule.logical),
        "uses": list(uses_documents(rule.uses)),
    }


def _packing(packing: Packing) -> dict[str, Any]:
    proof = packing.proof
    return {
        "proof": {
            "proved": proof.proved,
            "why": proof.why,
            "equality": proof.equality,
            "readings": dict(proof.readings),
            "survives_first_match": packing.survives_first_match,
        },
        "lists": [{"name": each.name, "members": len(each.members)} for each in packing.lists],
    }


def pin_document(pin: OrderPin) -> dict[str, Any]:
    """A pair that pins the order."""
    return {
        "above": pin.above.name,
        "below": pin.below.name,
        "keeps_apart": [pin.one.rule.name, pin.other.rule.name],
        "apart": pin.apart,
        "message": _pin_message(pin),
    }


def _pin_message(pin: OrderPin) -> dict[str, Any] | None:
    """The message that shows why the order matters; None: undecided."""
    described = pin.described
    if pin.pin is None or described is None:
        return None
    envelope, kept = pin.pin.witness.submission.envelope, pin.kept
    return {
        "as_written": described[0],
        "swapped": described[1],
        "mail_from": envelope.mail_from,
        "recipient": envelope.recipients[0],
        "facts": [] if kept is None else list(kept.facts),
        "path": None if kept is None else kept.path,
        "command": None if kept is None else kept.command,
    }


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "answers": [_tried(each) for each in advice.answers],
        "nearest": None if advice.nearest is None else _tried(advice.nearest),
        "second_ingress_point": None
        if advice.second_point is None
        else _tried(advice.second_point),
        "tried": advice.tried,
    }


def _tried(tried: Tried) -> dict[str, Any]:
    without = dict(tried.without)
    return {
        "cost": tried.cost,
        "fits": tried.fits,
        "live_rules": [len(each.rules) for each in tried.packings],
        "relay_or_send_actions": [each.handed_on for each in tried.packings],
        "changes": [
            {
                "kind": each.kind.value,
                "what": each.what,
                "means": each.means,
                "rules": [rule.name for rule in each.touched],
                "settings": each.settings,
                "live_rules_without": without.get(each),
            }
            for each in tried.changes
        ],
    }


def uses_documents(uses: Iterable[Use]) -> Iterator[dict[str, Any]]:
    """Uses of quotas."""
    for use in uses:
        yield {
            "what": use.noun,
            "of": condition_of(use) or None,
            "used": use.used,
            "limit": use.limit,
        }
