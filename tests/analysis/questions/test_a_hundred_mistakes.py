"""A hundred small mistakes in the reference gateway: each is found, or proved to change nothing."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from written_mistakes import slips

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.ways import ways_into
from mmctl.cases.mutants.drafts import draft_of
from mmctl.cases.mutants.variations import variations
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import submission_of_case
from mmctl.judge.ingress import gateway_behind
from mmctl.language.parsing.load import read_text
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

ROOT: Final = Path(__file__).parents[3]
INGRESS_POINT: Final = "public-mx"
TRIED: Final = 200
"""Messages for a mistake that is proved to change nothing."""
FILES: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("rules", "cases", "lists")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
} | {"mmctl.yaml": (ROOT / "mmctl.yaml").read_text(encoding="utf-8")}
WITHOUT_CASES: Final = {
    name: text for name, text in FILES.items() if not name.startswith("cases/")
} | {"cases/none.yaml": "version: 1\n"}
"""The same, quicker to read. The project file includes cases, so that a file has to be there."""
MET: Final = {
    name: text for name, text in WITHOUT_CASES.items() if not name.startswith("rules/outbound/")
}
"""What mail from outside can meet: a mistake elsewhere shows in none of it."""


def read(changed: dict[str, str]) -> Project | None:
    """The reference gateway with another file in it, without its cases; None: it is refused."""
    project, problems = read_text({**WITHOUT_CASES, **changed})
    return None if any(each.severity is Severity.ERROR for each in problems) else project


def behind(project: Project) -> Gateway:
    """What mail from outside meets: the largest of the gateways."""
    (way,) = [each for each in ways_into(project) if each.ingress_point == INGRESS_POINT]
    return gateway_behind(project, way)


def conditions_of(gateway: Gateway) -> set[RuleCondition | PolicyCondition]:
    statements = gateway.policy.policy_statements if gateway.policy is not None else ()
    return {
        *(each for rule in gateway.rules for each in (*rule.conditions, *rule.unless)),
        *(each for statement in statements for each in statement.conditions),
    }


def drafts(project: Project) -> list[Draft]:
    """The messages of all its cases, for their first recipients."""
    cases, _ = cases_of(project)
    return [
        draft_of(
            case.name,
            submission_of_case(case, lambda path: (ROOT / path).read_bytes()),
            case.scenario,
            case.envelope.recipients[0],
            case.ingress_point,
            case.rule_set,
        )
        for case in cases
        if case.ingress_point == INGRESS_POINT
    ]


def aimed(bases: list[Draft], before: Gateway, after: Gateway) -> Iterator[Draft]:
    """The messages of cases, then each with another value of what the mistake is about."""
    yield from bases
    changed = conditions_of(before) ^ conditions_of(after) or conditions_of(before)
    lists = {name: tuple(each.entries) for name, each in before.lists.items() if each is not None}
    varied = [each for one in sorted(changed, key=repr) for each in variations(one, lists)]
    # Every message with every value would take hours: each is with a few, and all values are used.
    for place in range(len(bases) * len(varied)):
        yield varied[place % len(varied)].of(bases[(place * 7 + place // 7) % len(bases)])


def really_differ(before: Gateway, after: Gateway, draft: Draft) -> bool:
    """Whether the evaluator, asked about every rule, treats a message differently."""
    submission = draft.submission()
    copies = [
        copies_of(each, submission, draft.scenario, listed={}, deleted={})
        for each in (before, after)
    ]
    if copies[0] is None or copies[1] is None:
        return copies[0] is not copies[1]
    recipient = submission.envelope.recipients[0]
    treated = [treatment_of(each, recipient) for each in copies if each is not None]
    return not are_alike(treated[0], treated[1], Equality.TRACE)


@pytest.mark.slow
@pytest.mark.parametrize("mistakes", [8, pytest.param(100, marks=pytest.mark.deep)])
def test_a_hundred_mistakes_are_found_or_change_nothing(mistakes: int) -> None:
    assert read({}) is not None, "without a mistake nothing is refused"
    project, _ = read_text(FILES)
    before, bases = behind(project), drafts(project)
    targets = {"relay": tuple(project.relays), "archive": tuple(project.archives)}
    found: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong = []
    tried = 0
    for slip in slips(MET, targets):
        after_project = read({slip.file: slip.text})
        if after_project is None:
            continue  # nobody gets that far: it is an error in the file
        after = behind(after_project)
        where = f"{slip.kind} at {slip.file}:{slip.line}"
        if slip.text == FILES[slip.file]:
            wrong.append(f"{where}: nothing was changed")
        likeness = compared(before, after, equality=Equality.TRACE, most=1)
        kinds[slip.kind] += 1
        if likeness.differences:
            (difference,) = likeness.differences
            found["found"] += 1
            if are_alike(difference.before, difference.after, Equality.TRACE):
                wrong.append(f"{where}: the message shows no difference")
        elif likeness.undecided is None:
            found["equivalent"] += 1
            for draft in islice(aimed(bases, before, after), TRIED):
                tried += 1
                if really_differ(before, after, draft):
                    wrong.append(f"{where}: proved alike, but not for {draft.base}")
        else:
            wrong.append(f"{where}: undecided: {likeness.undecided}")
        if kinds.total() == mistakes:
            break
    assert wrong == []
    assert kinds.total() == mistakes
    assert len(kinds) >= 0.35 * mistakes
    # If next to nothing were found, or nothing proved alike, the mistakes would be none.
    assert found["found"] >= 0.8 * mistakes
    assert found["equivalent"] <= 0.2 * mistakes
    assert tried >= found["equivalent"] * TRIED
