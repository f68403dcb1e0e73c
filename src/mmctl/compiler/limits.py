"""Rule sets that cannot be packed into what the service takes: one problem for each, not hundreds.

Which pairs of rules pin the order and what to change is asked by `mmctl budget`, as it takes time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.quota_uses import fits, rule_uses
from mmctl.counted import counted
from mmctl.model.kinds import Kind
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES, account_quotas
from mmctl.problem import Problem, Severity
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project

CHECK: Final = "capacity"
ASK: Final = "`mmctl budget` shows what pins the order of the rules, and tells what to change"
NOT_PROVED: Final = (
    "`mmctl budget` shows the live rules; `lint: {proof_effort: N}` lets proofs try more"
)


def over_capacity(
    rule_set: LogicalRuleSet, live: Sequence[LogicalRule], packing: Packing
) -> Iterator[Problem]:
    """Why a rule set cannot go live; `live` are its rules as they are written."""
    whole = _as_a_whole(rule_set, live, packing)
    if whole is not None:
        yield whole
    if packing.proof.missing:
        return  # what is too much in one rule would be split
    for each in packing.rules:
        if not fits(each.rule):
            for use in rule_uses(each.rule):
                if use.over:
                    yield _too_many(each.sources[0], use)


def too_many_lists(project: Project, packings: Iterable[Packing]) -> Iterator[Problem]:
    """That compiled lists do not fit into an account with those that are written."""
    quota = next(account_quotas(Kind.ADDRESS_LIST))
    compiled = {each.name: packing for packing in packings for each in packing.lists}
    written = len(project.address_lists)
    got = written + len(compiled)
    if compiled and got > quota.most:
        rule_set = project.rule_sets.get(next(iter(compiled.values())).rule_set)
        if rule_set is not None:
            yield Problem(
                check=CHECK,
                severity=Severity.ERROR,
                position=rule_set.position,
                message=f"the service takes {quota.most} {quota.noun} {quota.within}, got {got}:"
                f" {written} written, {len(compiled)} compiled",
                help="join address lists, or write `*@example.com` for many addresses",
            )


def _as_a_whole(
    rule_set: LogicalRuleSet, live: Sequence[LogicalRule], packing: Packing
) -> Problem | None:
    """What is wrong with the rule set as a whole."""
    if packing.proof.missing:
        message = f"{_named(live, packing)} have to be packed: {packing.proof.why}"
        return _problem(rule_set, message, packing.proof.missing)
    if packing.fits:
        if packing.proof.proved:
            return None
        message = f"{_named(live, packing)} would be {counted(len(packing.rules), 'live rule')},"
        message += f" of which it is not proved that they do the same: {packing.proof.why}"
        return _problem(rule_set, message, NOT_PROVED)
    excess = " and ".join(_excess(packing))
    return _problem(rule_set, f"{_named(live, packing)} take {excess}", ASK) if excess else None


def _excess(packing: Packing) -> Iterator[str]:
    """Each bound that is hit, with the least that any order of the rules takes."""
    bounds = packing.bounds
    if packing.spare_rules < 0:
        yield (
            f"{len(packing.rules):,} live rules of {RULES.most}"
            f"{_at_least(bounds.rules, RULES.most)}"
        )
    if packing.spare_handed_on < 0:
        yield (
            f"{packing.handed_on:,} relay or send actions of {RELAY_OR_SEND_ACTIONS.most}"
            f"{_at_least(bounds.handed_on, RELAY_OR_SEND_ACTIONS.most)}"
        )


def _at_least(bound: int, most: int) -> str:
    """What would be the least in another order."""
    if not bound:
        return ""
    return f" (at least {bound:,} in any order)" if bound > most else f" ({bound:,} in any order)"


def _named(live: Sequence[LogicalRule], packing: Packing) -> str:
    point = packing.ingress_point
    at = f" at ingress point `{visible(point)}`" if point is not None else ""
    return f"the {counted(len(live), 'rule')} of rule set `{visible(packing.rule_set)}`{at}"


def _problem(rule_set: LogicalRuleSet, message: str, help: str) -> Problem:
    return Problem(
        check=CHECK,
        severity=Severity.ERROR,
        position=rule_set.position,
        message=message,
        help=help,
    )


def _too_many(rule: LogicalRule, use: Use) -> Problem:
    """What is too much in one live rule, at the first rule that it holds."""
    try:
        position = rule.positions.at(use.path) if use.path else rule.position
    except KeyError:
        position = rule.position
    return Problem(
        check=CHECK,
        severity=Severity.ERROR,
        position=position,
        message=f"rule `{rule.name}`: {use.message}",
        help=use.advice,
    )
