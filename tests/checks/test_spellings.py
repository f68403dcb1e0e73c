"""A check that is about mail finds a mistake however the rules are written.

The bad file of each check is written in other spellings (`respelling/respelled.py`). Each is proved
to treat all mail as the file does, and then the check must report the same rules and resources. The
good files are written otherwise too, and no check may say a word.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from changing import Spelling
from fixture_tree import PART, text_of, tree_of
from respelled import DIVIDING, WAYS, spellings

from mmctl.analysis.one_spelling import in_one_spelling
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.ways import ways_into
from mmctl.checks.catalogue import CHECKS
from mmctl.checks.check import Subject
from mmctl.judge.ingress import gateway_behind
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.checks.check import Check
    from mmctl.language.project import Project

FEWEST: Final = 6
"""Spellings of a check: a file without conditions can only be arranged otherwise."""
HERE: Final = Path(__file__).parent
TODAY: Final = date(2026, 11, 20)
SETTINGS: Final = """\
version: 1
project: mail
environments: {local: {endpoint: embedded}, prod: {endpoint: embedded}}
default_environment: local
"""

BY_ID: Final = {check.id: check for check in CHECKS}
IN_THE_PROJECT_FILE: Final = "what the project file says"
ABOUT_THE_TEXT: Final = "how a file is written, not what mail it is for"
OTHERS: Final = {
    "ingress-point-refused": IN_THE_PROJECT_FILE,
    "foreign-arn": IN_THE_PROJECT_FILE,
    "shared-target": IN_THE_PROJECT_FILE,
    "foreign-password-variable": "a file without rules",
    "local-snapshots": IN_THE_PROJECT_FILE,
    "region-without-mail-manager": IN_THE_PROJECT_FILE,
    "company-rule-loosened": IN_THE_PROJECT_FILE,
    "company-rule-without-effect": IN_THE_PROJECT_FILE,
    "rule-without-owner": IN_THE_PROJECT_FILE,
    "rule-without-description": IN_THE_PROJECT_FILE,
    "ignore-without-reason": ABOUT_THE_TEXT,
    "ignore-without-effect": ABOUT_THE_TEXT,
    "unsorted-list": ABOUT_THE_TEXT,
    "not-formatted": ABOUT_THE_TEXT,
    "refused-too-late": "a rule that refuses, which can be written in few ways",
    "not-proved": "what cannot be decided, so that no spelling is proved to be the same",
}
"""The checks that are not written otherwise here, with the reason. A new check is, or is named."""

SAID_OTHERWISE: Final = {
    ("unreachable-rule", "a_rule_for_each_value"): "contradicting-conditions",
    ("unreachable-value", "a_rule_for_each_value"): "unreachable-rule",
    ("contradicting-conditions", "a_condition_for_each_value"): "unreachable-rule",
}
"""Spellings by which a mistake becomes another one, by check and way: the check that says it."""
NOT_DECIDED: Final = {("forgeable-exception", "a_rule_for_each_connection")}
"""Spellings with so many rules more that nothing is proved within the effort."""
THE_MISTAKE_ITSELF: Final = {
    ("duplicate-rule", "in_another_environment"),
    ("redundant-value", "with_more_than_is_needed"),
    ("duplicate-condition", "with_more_than_is_needed"),
    ("case-decides", "in_other_case"),
}
"""Spellings that make the mistake that a check is about, in a good file."""


def test_every_check_finds_its_mistake_in_every_spelling() -> None:
    faults = []
    for check in CHECKS:
        if check.id in OTHERS:
            continue
        tree = tree_of((HERE / check.id / "bad.yaml").read_text(encoding="utf-8"))
        before = read(Spelling(files={"rules.yaml": text_of(tree)}))
        expected = reported(check, before)
        for way, spelling in spellings(tree):
            after = read(spelling)
            if (check.id, way) not in NOT_DECIDED and (fault := unlike(before, after)):
                faults.append(f"{check.id}: {way}: is not the same: {fault}")
            missing = expected - reported(check, after)
            if missing and (other := SAID_OTHERWISE.get((check.id, way))):
                missing -= reported(BY_ID[other], after)
            if missing:
                faults.append(f"{check.id}: {way}: says nothing about {sorted(missing)}")
    assert faults == []


def test_no_check_reports_a_good_file_in_another_spelling() -> None:
    faults = []
    for check in CHECKS:
        if check.id in OTHERS:
            continue
        tree = tree_of((HERE / check.id / "ok.yaml").read_text(encoding="utf-8"))
        # A comment that ignores a problem is no part of the tree.
        ignored = reported(check, read(Spelling(files={"rules.yaml": text_of(tree)})))
        for way, spelling in spellings(tree):
            found = reported(check, read(spelling)) - ignored
            if found and way not in DIVIDING and (check.id, way) not in THE_MISTAKE_ITSELF:
                faults.append(f"{check.id}: {way}: {sorted(found)}")
    assert faults == []


def test_each_way_to_spell_rules_is_used_and_each_check_is_spelled() -> None:
    ways: dict[str, list[str]] = {}
    for check in CHECKS:
        for name in ("bad.yaml", "ok.yaml") if check.id not in OTHERS else ():
            tree = tree_of((HERE / check.id / name).read_text(encoding="utf-8"))
            ways.setdefault(check.id, []).extend(way for way, _ in spellings(tree))
    assert {way for used in ways.values() for way in used} == set(WAYS)
    assert [check for check, used in ways.items() if len(used) < FEWEST] == []
    assert OTHERS.keys() <= BY_ID.keys()
    named = (*SAID_OTHERWISE, *NOT_DECIDED, *THE_MISTAKE_ITSELF)
    assert [each for each in named if each[1] not in ways[each[0]]] == []


def read(spelling: Spelling) -> Project:
    files = {f"rules/{name}": text for name, text in spelling.files.items()}
    project, problems = read_text(
        {"mmctl.yaml": SETTINGS + spelling.settings, **files}, environment=spelling.environment
    )
    assert problems == (), [problem.message for problem in problems]
    return project


def unlike(before: Project, after: Project) -> str | None:
    """How two projects do not treat all mail alike; None: that they do is proved."""
    for way in ways_into(before):
        found = compared(
            gateway_behind(before, way), gateway_behind(after, way), equality=Equality.TRACE
        )
        if not found.alike:
            first = found.differences[0].witness.submission if found.differences else None
            return found.undecided or f"{way.name}: {first}"
    return None


def reported(check: Check, project: Project) -> set[tuple[str, str]]:
    """What a check says something about, by kind and name; parts of a rule are that rule."""
    seen = in_one_spelling(project) if check.about_mail else project
    names = dict(_owners(seen))
    found = check.run(Subject(project=seen, today=TODAY))
    return {names.get(id(each.positions), ("", "")) for each in found}


def _owners(project: Project) -> Iterator[tuple[int, tuple[str, str]]]:
    for kind, resource in project.resources():
        yield id(resource.positions), (kind.value, resource.name)
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            yield id(rule.positions), ("rule", rule.name.split(PART)[0])
    for invariant in project.invariants:
        yield id(invariant.positions), ("invariant", invariant.name)
