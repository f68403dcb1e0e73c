"""What is looked up instead of compared is the same as what comparing finds."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

from mmctl.analysis import effects
from mmctl.analysis.covering import COVERED, Covering
from mmctl.analysis.hiding import hidden
from mmctl.analysis.implication import applies_wherever, case_folds
from mmctl.analysis.wider import Wider, questions_of
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition

SEED: Final = 20
TEXTS: Final = (
    "a",
    "ab",
    "b",
    "ba",
    "aba",
    "bab",
    "ab@b",
    "@b",
    "A",
    "an offer",
    "offer",
    "two offers",
)
OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "equals": str.__eq__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
}
FIELDS: Final = ("subject", "mail_from", "from", "recipient")
ACTIONS: Final = (
    "drop",
    "drop",
    "{archive: {to: all-mail}}",
    "{relay: {to: exchange}}, stop",
    "{add_header: {name: X-Seen, value: a}}",
)
HEAD: Final = """version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  all-mail: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
"""


def test_values_that_cover_a_value_are_those_that_comparing_finds() -> None:
    random = Random(SEED)  # noqa: S311 - examples, not secrets
    different: list[object] = []
    for operator, meets in OPERATORS.items():
        for _ in range(60):
            known = random.sample(TEXTS, random.randrange(1, 6))
            covering = Covering.of(operator, known, None)
            for text in TEXTS:
                found = {value for value, _ in covering.values(text)}
                wanted = {value for value in known if meets(text, value)}
                if found != wanted or covering.covers(text) != bool(wanted):
                    different.append((operator, known, text, found, wanted))
            wanted_at = [at for at, text in enumerate(TEXTS) if any(meets(text, v) for v in known)]
            if covering.covered(TEXTS) != wanted_at:
                different.append((operator, known, TEXTS, covering.covered(TEXTS), wanted_at))

    assert different == []


def project(random: Random) -> Project:
    """A project of rules on few texts, so that many of them hide others."""
    rules = "".join(rule(random, number) for number in range(random.randrange(8, 24)))
    case = random.choice(("sensitive", "insensitive"))
    settings = (
        "version: 1\nproject: mail\nenvironments: {local: {endpoint: embedded}}\n"
        f"semantics: {{string_case: {case}, text_case: {case}}}\n"
    )
    made, problems = read_text({"mmctl.yaml": settings, "rules/r.yaml": HEAD + rules})
    assert problems == ()
    return made


def rule(random: Random, number: int) -> str:
    conditions = ", ".join(condition(random) for _ in range(random.choice((0, 1, 1, 1, 2))))
    unless = condition(random) if random.randrange(3) == 0 else ""
    return (
        f"      - {{name: r{number}, conditions: [{conditions}], unless: [{unless}],"
        f" actions: [{random.choice(ACTIONS)}]}}\n"
    )


def condition(random: Random) -> str:
    if random.randrange(5) == 0:
        return f"{{source_ip: {{cidr_matches: 192.0.2.0/{random.choice((24, 25, 26))}}}}}"
    values = ", ".join(f'"{each}"' for each in random.sample(TEXTS, random.randrange(1, 4)))
    operator = random.choice((*OPERATORS, "not_equals"))
    return f"{{{random.choice(FIELDS)}: {{{operator}: [{values}]}}}}"


def test_no_rule_that_applies_to_all_mail_of_another_is_overlooked() -> None:
    random = Random(SEED)  # noqa: S311 - examples, not secrets
    overlooked = []
    applying = 0
    for _ in range(60):
        made = project(random)
        folds = case_folds(made)
        rules = made.rule_sets["inbound"].rules
        wider = Wider()
        for number, each in enumerate(rules):
            wider.add(number, questions_of(each.conditions, folds=folds))
        for (number, wide), narrow in product(enumerate(rules), rules):
            if applies_wherever(wide, narrow.conditions, (), folds=folds):
                applying += 1
                questions = questions_of(narrow.conditions, folds=folds)
                if number not in wider.may_apply(questions):
                    overlooked.append((wide.name, narrow.name, made.files))

    assert overlooked == []
    assert applying > 1_000


def test_hidden_rules_and_values_are_those_that_comparing_all_rules_finds() -> None:
    random = Random(SEED)  # noqa: S311 - examples, not secrets
    different = []
    by_rules = by_values = 0
    for _ in range(150):
        made = project(random)
        found = {
            each.rule.name: (each.by is not None, [value[:2] for value in each.values])
            for each in hidden(made)
        }
        wanted = compared(made)
        by_rules += sum(ended for ended, _ in wanted.values())
        by_values += sum(len(values) for _, values in wanted.values())
        if found != wanted:
            different.append((found, wanted, made.files))

    assert different == []
    assert by_rules > 100
    assert by_values > 20


def compared(made: Project) -> dict[str, tuple[bool, list[tuple[int, int]]]]:
    """For each hidden rule, whether all of its mail has ended, else the values whose mail has."""
    folds = case_folds(made)
    lasting: list[LogicalRule] = []
    passing: list[LogicalRule] = []
    found: dict[str, tuple[bool, list[tuple[int, int]]]] = {}

    def ends(conditions: Sequence[RuleCondition], rule: LogicalRule) -> bool:
        return any(
            applies_wherever(above, conditions, rule.unless, folds=folds)
            for above in (*lasting, *passing)
        )

    for each in made.rule_sets["inbound"].rules:
        if ends(each.conditions, each):
            found[each.name] = (True, [])
            continue
        values = [
            (number, index)
            for number, index, conditions in narrowed(each)
            if is_covered(each.conditions[number], index, (*lasting, *passing), folds=folds)
            and ends(conditions, each)
        ]
        if values:
            found[each.name] = (False, values)
        if effects.ends(each):
            (passing if effects.depends_on_rules(each) else lasting).append(each)
        if effects.changes_mail(each):
            passing.clear()
    return found


def narrowed(rule: LogicalRule) -> list[tuple[int, int, list[RuleCondition]]]:
    """The conditions of a rule with one value alone, for each value of several."""
    found = []
    for number, each in enumerate(rule.conditions):
        text = each.string_expression
        if text is None or text.operator == "NOT_EQUALS" or len(text.values) == 1:
            continue
        for index, value in enumerate(text.values):
            alone = each.changed(string_expression=text.changed(values=(value,)))
            conditions = [*rule.conditions[:number], alone, *rule.conditions[number + 1 :]]
            found.append((number, index, conditions))
    return found


def is_covered(
    condition: RuleCondition, index: int, above: Sequence[LogicalRule], *, folds: bool
) -> bool:
    """Whether some condition above on the same text has a value that covers one."""
    text = condition.string_expression
    assert text is not None
    fold: Callable[[str], str] = str.lower if folds else str
    return any(
        other.evaluate == text.evaluate
        and text.operator.lower() in COVERED.get(other.operator.lower(), ())
        and any(
            OPERATORS[other.operator.lower()](fold(text.values[index]), fold(value))
            for value in other.values
        )
        for rule in above
        for each in rule.conditions
        if (other := each.string_expression) is not None
    )


def test_a_value_is_looked_up_among_the_texts_of_all_rules_above() -> None:
    rules = """\
      - name: strangers
        unless: [{mail_from: {equals: a@example.com}}]
        actions: [drop]
      - name: desk
        conditions: [{recipient: {equals: d@example.com}}, {mail_from: {contains: "@"}}]
        actions: [drop]
      - name: two
        conditions: [{mail_from: {equals: [a@example.com, b@example.com]}}]
        actions: [{archive: {to: all-mail}}]
"""
    settings = "version: 1\nproject: mail\nenvironments: {local: {endpoint: embedded}}\n"
    made, problems = read_text({"mmctl.yaml": settings, "rules/r.yaml": HEAD + rules})

    assert problems == ()
    assert [(each.rule.name, each.values[0][:2]) for each in hidden(made)] == [("two", (0, 1))]
    assert compared(made) == {"two": (False, [(0, 1)])}
