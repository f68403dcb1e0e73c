"""A rule that no mail reaches, because a rule above ends all of its mail.

What it does:
    Proves of every rule that some mail can get to it. If none can, it names what makes it so: the
    smallest set of earlier rules that drop or stop all of its mail, in whatever way that is
    written; its own conditions that no message meets together; or the traffic policy that refuses
    all of it. A rule without conditions may be there for mail that the policy refuses. It is a
    warning where the rules above do the same, where the policy refuses the mail, and where it is so
    only under a reading that the project leaves open, which it names. Pairs of conditions that
    exclude each other are `contradicting-conditions`; what stays undecided is `not-proved`. `lint:
    {proof_effort: 0}` looks only at one rule above at a time.

Why it is bad:
    The rule seems to do something, but never applies.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.canonical import same_effect, same_rule
from mmctl.analysis.effects import changes_mail, unconditional
from mmctl.analysis.hiding import hidden
from mmctl.analysis.project_conditions import rule_conditions, said_from
from mmctl.checks import (
    contradicting_conditions,
    recipient_replaced_above,
    size_out_of_reach,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.questions.dead import Dead
    from mmctl.analysis.questions.of_project import RuleAnswer
    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that no mail gets to, or whose conditions no mail meets."""
    for each in hidden(subject.project):
        rule, ending = each.rule, each.by
        # `duplicate-rule` reports those that are the same.
        if ending is not None and same_rule(ending) != same_rule(rule):
            yield _ended(rule, [ending], {})
    yield from _proved(subject)


def _proved(subject: Subject) -> Iterator[Finding]:
    """The rules of which only a proof says that they never apply."""
    if not subject.project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.dead import Dead  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    dead = [each for each in proofs_of(subject.project).dead() if isinstance(each.found, Dead)]
    if not dead:
        return
    reported = {
        id(each.positions)
        for check in (contradicting_conditions, recipient_replaced_above)
        for each in check.run(subject)
    } | {id(each.positions) for each in size_out_of_reach.run(subject) if each.severity is None}
    for answer in dead:
        found = answer.found
        if not isinstance(found, Dead) or id(found.rule.positions) in reported:
            continue
        if found.by:
            yield from _taken(found, answer)
        elif answer.refused_by is not None:
            yield _refused(found, answer.refused_by)
        else:
            yield _contradicting(found, answer.gateway.rules[: found.place])


def _taken(found: Dead, answer: RuleAnswer) -> Iterator[Finding]:
    rule, above = found.rule, [answer.gateway.rules[place] for place in found.by]
    if found.refused and unconditional(rule):
        return  # it is there for mail that the policy refuses, should that ever admit it
    if not any(same_rule(each) == same_rule(rule) for each in above):
        yield _ended(rule, above, found.needs, by_policy=found.refused)


def _ended(
    rule: LogicalRule,
    above: Sequence[LogicalRule],
    needs: Mapping[str, str],
    *,
    by_policy: bool = False,
) -> Finding:
    named = [f"`{each.name}` ({said_from(each.position, rule.position)})" for each in above]
    verb = "ends" if len(above) == 1 else "together end"
    higher = f"`{above[0].name}`" if len(above) == 1 else "them"
    which = "one of them" if len(above) == 1 else f"`{rule.name}`"
    admitted = " that the traffic policy admits" if by_policy else ""
    same = all(same_effect(each, rule) for each in above)
    return finding(
        rule,
        ("name",),
        f"no mail reaches `{rule.name}`: {_listed(named)} {verb} all of it{admitted}{_if(needs)}",
        help=f"put `{rule.name}` above {higher}, or remove {which}",
        severity=Severity.WARNING if same or needs or by_policy else None,
    )


def _refused(found: Dead, policy: str) -> Finding:
    rule = found.rule
    return finding(
        rule,
        ("name",),
        f"no mail reaches `{rule.name}`: `{policy}` admits none that meets its conditions"
        f"{_if(found.needs)}",
        help="admit it, or remove the rule",
        severity=Severity.WARNING,
    )


def _contradicting(found: Dead, above: Sequence[LogicalRule]) -> Finding:
    rule = found.rule
    placed = list(rule_conditions(rule))
    places = [placed[place] for place in found.conditions]
    lines = dict.fromkeys(rule.positions.at(each.path).line for each in places)
    where = f"line {min(lines)}" if len(lines) == 1 else f"lines {_listed(map(str, lines))}"
    is_changed = found.refused and any(map(changes_mail, above))
    changed = " once rules above have changed it" if is_changed else ""
    accepted = " that is accepted" if found.refused and not is_changed else ""
    together = "these conditions" if len(places) > 1 else "this condition"
    return finding(
        rule,
        places[-1].path if places else ("name",),
        f"no mail{accepted} meets {together} of `{rule.name}` ({where}){changed}, so it never"
        f" applies{_if(found.needs)}",
        help="all conditions must match, and none under `unless`; alternatives are values in one"
        " list",
        severity=Severity.WARNING if found.needs else None,
    )


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _if(needs: Mapping[str, str]) -> str:
    """The readings without which it would not be so."""
    chosen = [f"`{name}: {choice}`" for name, choice in needs.items()]
    return f", if {_listed(chosen)}" if chosen else ""


CHECK = Check(
    id="unreachable-rule", severity=Severity.ERROR, text=__doc__, run=run, about_mail=True
)
