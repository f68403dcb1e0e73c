"""An add-on used in a place, or for a field, where it gives no answer.

What it does:
    Knows which add-on products answer in traffic policies (Spamhaus, Abusix) and which in rules
    (Vade, Trend Micro), and finds conditions at the other stage. A field spelled almost like one of
    the product, or that another product has, is a warning: AWS does not list the spellings.

Why it is bad:
    The condition never gets an answer, so it never matches: nothing is blocked.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-listed
            conditions: [{add_on: {name: spamhaus, field: isListed, is: true}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    add_ons:
      spamhaus: {product: SPAMHAUS_DBL}

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - deny: [{add_on: {name: spamhaus, field: isListed, is: true}}]
          - allow: [{recipient: {ends_with: "@example.com"}}]
    add_ons:
      spamhaus: {product: SPAMHAUS_DBL}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import conditions
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import LogicalRule
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.add_ons import BLOCK_LISTS, SCANNERS
from mmctl.model.conditions import analysis_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition

IN_POLICIES: Final = BLOCK_LISTS
IN_RULES: Final = SCANNERS
FIELDS: Final = {
    "ABUSIX_MAIL_INTELLIGENCE": ("isListed", "listedOn"),
    "SPAMHAUS_DBL": ("isListed", "listedOn"),
    "VADE_ADVANCED_EMAIL_SECURITY": ("isPassed", "category", "verdict"),
    "TRENDMICRO_VSAPI": ("isPassed", "category"),
}
"""The fields that each product answers, from the same page; `isPassed` as the API spells it."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the add-on conditions at the wrong stage."""
    add_ons = subject.project.add_ons
    for placed in conditions(subject.project) if add_ons else ():
        analysis = analysis_of(placed.condition)
        add_on = add_ons.get(analysis.analyzer) if analysis is not None else None
        if add_on is None:
            continue
        product = add_on.subscription.addon_name
        in_rule = isinstance(placed.owner, LogicalRule)
        if product in (IN_POLICIES if in_rule else IN_RULES):
            here, there = ("a rule", "a traffic policy") if in_rule else ("a policy", "a rule")
            yield finding(
                placed.owner,
                placed.path,
                f"`{add_on.name}` ({product}) gives no answer in {here}",
                help=f"use it in {there}",
            )
        elif analysis is not None and product in FIELDS:
            yield from _field(placed, add_on.name, analysis.result_field, FIELDS[product])


def _field(
    placed: PlacedCondition, name: str, field: str, known: tuple[str, ...]
) -> Iterator[Finding]:
    plain = {_plain(each): each for each in known}
    others = {_plain(each) for fields in FIELDS.values() for each in fields}
    meant = did_you_mean(field.removeprefix("addon."), known)
    if _plain(field) in plain or not (meant or _plain(field) in others):
        return
    yield finding(
        placed.owner,
        placed.path,
        f"`{name}` has no field `{field}` in AWS's documentation",
        help=meant or f"write one of {', '.join(f'`{each}`' for each in known)}",
        severity=Severity.WARNING,
    )


def _plain(field: str) -> str:
    """A field in one spelling: the service accepts `isPassed`, `addon.isPassed`, `Is passed`."""
    return field.removeprefix("addon.").replace(" ", "").replace("_", "").lower()


CHECK = Check(id="misplaced-add-on", severity=Severity.ERROR, text=__doc__, run=run)
