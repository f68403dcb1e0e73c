"""The rows of actions are AWS's, and every room does what they say.

Each test goes through the whole table, made examples of all rows in hand, and names the rows that
a room does not know: what is missing where a new action has a row and nothing else yet.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from mmctl.analysis.effects import bounces, changes_mail, delivers, ends, stores
from mmctl.cases.mutants.generate import mutants_of
from mmctl.cases.words import action_words
from mmctl.checks.lint import lint
from mmctl.compiler.compile import compile_project
from mmctl.interchange.terraform.spelling import snake
from mmctl.judge.actions import kind_of, target_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission, gateway_of_rule_set
from mmctl.language.dialect.advice import ACTION_ADVICE
from mmctl.language.dialect.schema import file_schema
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.language.writing.write import action_to_file
from mmctl.live.brakes.destinations import destination
from mmctl.live.iam.roles import role_statements
from mmctl.live.iam.scope import Place
from mmctl.live.ordinary.ingress import functions_answer
from mmctl.live.plan.plan import make_plan
from mmctl.live.plan.plan import target_of as target_of_plan
from mmctl.live.plan.preflight import ASKED
from mmctl.live.state.names import Names
from mmctl.live.state.read import LiveState
from mmctl.live.state.service import Identity
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.model.actions import (
    ACTIONS,
    CANNOT_FAIL,
    CHANGES_MESSAGE,
    KEEPS,
    LEAVES,
    ON_FAILURE,
    STOP,
    WORDS,
    Does,
    added_header,
    asked_function,
    new_recipients,
)
from mmctl.model.kinds import NAMED_BY, Kind, Noun
from mmctl.model.rules import RuleAction
from mmctl.model.things import ROLE, THINGS, Thing
from mmctl.render.html.flow import sent_section
from mmctl.render.text.trace import action_line

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.judge.trace import RecipientTrace, Trace
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.actions import ActionRow, Key

SERVICE: Any = botocore.session.Session().get_service_model("mailmanager")
DOCS = Path(__file__).parents[2] / "docs"
CASES = Path(__file__).parents[2] / "src/mmctl/cases"
CSS = Path(__file__).parents[2] / "src/mmctl/render/html/page.css"
TABLE = "## Actions: one key each, in order (required members first)"

HERE = Identity(
    account="111122223333",
    region="us-east-1",
    endpoint="embedded",
    caller="arn:aws:iam::111122223333:user/somebody",
    partition="aws",
)

MESSAGE = Submission(
    email=read_email(b"From: ann@example.org\r\nSubject: Hello\r\n\r\nbody\r\n"),
    session=Session(),
    envelope=Envelope(mail_from="ann@example.org", recipients=("jo@example.com",)),
    facts=Facts(),
)

# -- an example of each row, made from its shape

TEXTS = (
    "example",
    "X-Example",
    "desk@example.com",
    "5.7.1",
    "550",
    "0b9c3a4e-example-example-example-0001",
    "0b9c3a4e-0000-4000-8000-000000000001",
    "arn:aws:iam::111122223333:role/mail",
)
"""One of these fits every text of the service."""
SETTINGS = """version: 1
project: mail
rules: [rules.yaml]
environments: {dev: {endpoint: embedded}}
default_environment: dev
"""
NAMED = {
    Kind.ARCHIVE: "archives: {one: {retention: ONE_YEAR}, other: {retention: ONE_YEAR}}",
    Kind.RELAY: """relays:
  one: {server: mail.example.com, port: 25, authentication: none}
  other: {server: other.example.com, port: 25, authentication: none}""",
}
"""Two of each kind that an action can name."""


def arn_of(thing: Thing) -> str | None:
    if thing.arn is None:
        return None
    region = "us-east-1" if thing.arn.regional else ""
    return f"arn:aws:{thing.arn.service}:{region}:111122223333:{thing.arn.example}"


def fits(row: ActionRow[Any], key: Key, value: object) -> bool:
    field = next(each for each in row.shape.model_fields.values() if each.alias == key.member)
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def value_of(row: ActionRow[Any], key: Key) -> object:
    """The first value that the service takes for a member."""
    wanted: list[object] = []
    if key.choices:
        wanted = [key.choices[-1].upper()]
    elif isinstance(key.names, Kind):
        wanted = ["one"]
    elif isinstance(key.names, Thing) and key.member.endswith("Arn"):
        wanted = [arn_of(key.names)]
    elif key is row.bare:
        wanted = [["desk@example.com"]]
    for value in (*wanted, *TEXTS, 5):
        if fits(row, key, value):
            return value
    raise AssertionError(f"no text in TEXTS fits `{key.word}` of `{row.key}`")


@cache
def example_of(row: ActionRow[Any]) -> RuleAction:
    """An action with all its members."""
    keys = row.words if row.bare is None else (row.bare, *row.words)
    members = {key.member: value_of(row, key) for key in keys}
    return RuleAction.logical({row.name: members})


@cache
def text_of(row: ActionRow[Any], *, stop: bool = False) -> str:
    """The text of a rule set whose one rule does what a row says."""
    actions = [action_to_file(example_of(row), stop=False)]
    more = "\n".join(NAMED.values())
    if stop:
        actions.append(STOP)
    return f"""version: 1
rule_sets:
  inbound:
    rules:
      - name: act
        actions: {json.dumps(actions)}
{more}
"""


def project_of(text: str) -> Project:
    project, problems = read_text({"mmctl.yaml": SETTINGS, "rules.yaml": text})
    assert not [each for each in problems if each.severity == "error"], problems
    return project


def live_of(text: str) -> LiveConfiguration:
    configuration, too_much = compile_project(project_of(text))
    assert too_much == ()
    return configuration


def rule_of(row: ActionRow[Any], *, stop: bool = False) -> LogicalRule:
    (rule,) = project_of(text_of(row, stop=stop)).rule_sets["inbound"].rules
    return rule


def judged(row: ActionRow[Any], *failing: str) -> tuple[Trace, RecipientTrace]:
    gateway = gateway_of_rule_set(project_of(text_of(row)), "inbound")
    trace = judge(gateway, MESSAGE, Scenario(failing=frozenset(failing)))
    return trace, trace.recipients[0]


# -- the service


def test_every_action_of_the_service_has_a_row() -> None:
    theirs = SERVICE.shape_for("RuleAction").members
    assert {row.name: row.shape.__name__ for row in ACTIONS} == {
        name: shape.name for name, shape in theirs.items()
    }


def test_rows_are_whole() -> None:
    """A row for each member of the union here; a key for each member of its shape."""
    fields = {name: field.alias for name, field in RuleAction.model_fields.items()}
    assert {row.key: row.name for row in ACTIONS} == fields
    for row in ACTIONS:
        keys = row.words if row.bare is None else (row.bare, *row.words)
        members = {field.alias for field in row.shape.model_fields.values()}
        assert {key.member for key in keys} == members, row.key
        assert row.does in Does, row.key
        assert (row.does in LEAVES) <= row.can_fail, row.key
        required = [row.requires(key) for key in row.words]
        assert required == sorted(required, reverse=True), f"{row.key}: required members first"


def test_words_and_numbers_are_those_of_the_service() -> None:
    for row in ACTIONS:
        theirs = SERVICE.shape_for(row.shape.__name__).members
        for key in row.words:
            shape = theirs[key.member]
            words = {word.lower() for word in getattr(shape, "enum", ())}
            assert set(key.choices) == words, f"{row.key}.{key.word}"
            assert key.default is None or key.default in key.choices, f"{row.key}.{key.word}"
            number = shape.type_name == "integer"
            assert key.most == (shape.metadata.get("max") if number else None), key.word


def test_what_an_action_names_is_what_kinds_and_things_say() -> None:
    for row in ACTIONS:
        for key in row.words:
            kind = key.names if isinstance(key.names, Kind) else None
            assert NAMED_BY.get(key.member) is kind, f"{row.key}.{key.word}"
            assert not isinstance(key.names, Thing) or key.names in THINGS, f"{row.key}.{key.word}"


def test_readings_of_rows_are_readings() -> None:
    for row in ACTIONS:
        assert set(row.readings) <= CHOICES.keys(), row.key


# -- the language


def test_an_action_is_written_as_it_is_read_and_the_schema_takes_it() -> None:
    schema = Draft202012Validator(file_schema())
    for row in ACTIONS:
        assert rule_of(row).actions == (example_of(row),), row.key
        text = json.loads(json.dumps(action_to_file(example_of(row), stop=False)))
        rules = [{"name": "act", "actions": [text]}]
        assert not list(
            schema.iter_errors({"version": 1, "rule_sets": {"inbound": {"rules": rules}}})
        ), row.key


def test_a_drop_behind_what_keeps_mail_is_a_stop() -> None:
    for row in ACTIONS:
        if row.keeps:
            rule = rule_of(row, stop=True)
            assert rule.stop, row.key
            assert kind_of(rule.actions[-1], stop=True) == STOP
    assert WORDS[STOP].does is Does.ENDS


def test_the_manual_has_a_line_for_every_action() -> None:
    text = (DOCS / "language.md").read_text(encoding="utf-8").partition(TABLE)[2]
    lines = text.partition("\n### ")[0].splitlines()
    for row in ACTIONS:
        said = [line for line in lines if re.match(rf"\| `{row.key}[`:]", line)]
        assert len(said) == 1, f"docs/language.md has no line for `{row.key}`"
        cells = said[0].rstrip(" |").rsplit(" | ", 2)
        assert len(cells) == 3, f"docs/language.md: the line of `{row.key}` has not three cells"
        _, name, does = cells
        assert name.startswith(row.name), row.key
        assert does == row.does, row.key
        for key in row.keys:
            for word in (key.word, *key.choices):
                assert re.search(rf"\b{word}\b", said[0]), f"docs/language.md: {row.key} {word}"
    unfailing = next(line for line in lines if ON_FAILURE.word in line)
    assert all(f"`{word}`" in unfailing for word in CANNOT_FAIL)


def test_advice_is_about_words_that_do_not_exist_and_leads_to_some_that_do() -> None:
    for word, text in ACTION_ADVICE.items():
        assert word not in WORDS, f"dialect/advice.py: `{word}` is an action"
        assert set(re.findall(r"`(\w+)", text)) <= WORDS.keys(), word


# -- the judge


def test_the_judge_does_what_the_row_says() -> None:
    outcomes = {
        Does.DELIVERS: Outcome.DELIVERED,
        Does.STORES: Outcome.STORED,
        Does.BOUNCES: Outcome.BOUNCED,
        Does.ENDS: Outcome.DROPPED,
    }
    for row in ACTIONS:
        trace, got = judged(row)
        (action,) = got.actions
        assert (action.kind, action.does) == (row.key, row.does)
        assert got.outcome is outcomes.get(row.does, Outcome.LOST), row.key
        (copy,) = got.copies
        assert (copy.address != "jo@example.com") == (row.does is Does.REPLACES), row.key
        assert bool(copy.headers) == (row.does is Does.MARKS), row.key
        asked = [fact.fact for fact in trace.missing]
        assert bool(asked) == (row.does is Does.CALLS), row.key


def test_rows_say_what_an_action_adds_puts_and_asks() -> None:
    for row in ACTIONS:
        action = example_of(row)
        assert (added_header(action) is not None) == (row.does is Does.MARKS), row.key
        assert bool(new_recipients(action)) == (row.does is Does.REPLACES), row.key
        assert (asked_function(action) is not None) == (row.does is Does.CALLS), row.key
        assert target_of(action) or row.place is None, row.key


def test_ordinary_mail_is_judged_through_every_action() -> None:
    for row in ACTIONS:
        answers = functions_answer(live_of(text_of(row)))
        gateway = gateway_of_rule_set(project_of(text_of(row)), "inbound")
        assert not judge(gateway, MESSAGE, Scenario(answers=answers)).missing, row.key


def test_an_action_that_can_fail_drops_where_it_says_so() -> None:
    for row in ACTIONS:
        _, got = judged(row, row.key)
        (action,) = got.rules[0].actions
        assert action.done is not row.can_fail, row.key
        if row.can_fail:  # its example says `on_failure: drop`
            assert got.outcome is Outcome.DROPPED, row.key


def test_the_analysis_knows_what_an_action_does() -> None:
    for row in ACTIONS:
        rule = rule_of(row)
        said = (delivers(rule), stores(rule), bounces(rule), ends(rule), changes_mail(rule))
        assert said == (
            row.does is Does.DELIVERS,
            row.does is Does.STORES,
            row.does is Does.BOUNCES,
            row.does is Does.ENDS,
            row.does in CHANGES_MESSAGE,
        ), row.key


def test_lint_finds_mail_lost_exactly_where_no_action_keeps_or_ends_it() -> None:
    for row in ACTIONS:
        found = {problem.check for problem in lint(project_of(text_of(row)), date(2026, 11, 28))}
        lost = bool(found & {"lost-mail", "rule-set-without-outcome"})
        assert lost == (row.does not in KEEPS | {Does.BOUNCES, Does.ENDS}), row.key


# -- cases and pages


def test_the_mutation_trial_makes_the_mistakes_that_people_make() -> None:
    for row in ACTIONS:
        made = mutants_of(project_of(text_of(row)))
        changes = {mutant.change for mutant in made}
        assert "rule left out" in changes, row.key
        assert ("on_failure changed" in changes) == row.can_fail, row.key
        after = {mutant.after for mutant in made if mutant.change == "action changed"}
        assert ("drop" in after) == (row.does in KEEPS | {Does.BOUNCES}), row.key
        assert row.does is not Does.MARKS or after, row.key
        assert (f"{row.key} other" in after) == isinstance(row.place, Kind), row.key


def test_the_mutation_trial_takes_actions_by_their_rows() -> None:
    """A member that is tested for leaves out the next action that does the same."""
    asked = re.compile(rf"\.({'|'.join(RuleAction.model_fields)}) is (not )?None\b")
    found = [
        f"{file.relative_to(CASES)}: {match[0]}"
        for file in sorted(CASES.rglob("*.py"))
        for match in asked.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_traces_and_pages_say_what_an_action_is_and_where_it_leads() -> None:
    style = CSS.read_text(encoding="utf-8")
    for row in ACTIONS:
        trace, got = judged(row)
        action, target = got.rules[0].actions[0], target_of(example_of(row))
        assert action_words(example_of(row)) == " ".join(filter(None, (row.key, target)))
        assert row.key in action_line(action), row.key
        assert target is None or target in action_line(action), row.key
        page = sent_section(trace.performed)
        assert (page is not None) == row.can_fail, row.key
        assert page is None or f"act {row.does.value}" in str(page), row.key
        colored = row.does in KEEPS | {Does.BOUNCES, Does.ENDS}
        assert (f".act.{row.does.value}" in style) == colored, row.key


# -- the world


def test_the_role_of_an_action_is_allowed_what_the_row_says() -> None:
    place = Place(account="111122223333", region="us-east-1", project="mail")
    for row in ACTIONS:
        has_role = any(key.names is ROLE for key in row.keys)
        assert has_role == bool(row.needs), f"{row.key}: what is its role allowed?"
        if not has_role:
            continue
        configuration = live_of(text_of(row))
        role = dict(row.named(example_of(row)))[ROLE]
        found = role_statements(configuration, role, place)
        assert [each["Sid"] for each in found] == [need.sid for need in row.needs], row.key
        for each in found:
            assert each["Action"], row.key
            for arn in each["Resource"]:
                assert re.fullmatch(r"arn:aws:[^{}]+|[^{}:]+", arn), f"{row.key}: {arn}"


def test_every_arn_that_the_service_takes_is_of_a_known_form() -> None:
    known = {member for thing in THINGS for member in thing.named_by} | {
        key.member for row in ACTIONS for key in row.keys if isinstance(key.names, Thing)
    }
    asked: set[str] = set()
    shapes = [SERVICE.operation_model(f"Create{noun}").input_shape for noun in Noun]
    seen: set[str] = set()
    while shapes:
        shape = shapes.pop()
        if shape.type_name == "list":
            shapes.append(shape.member)
        elif shape.type_name == "structure" and shape.name not in seen:
            seen.add(shape.name)
            asked |= {name for name in shape.members if name.endswith("Arn")}
            shapes += shape.members.values()
    assert asked <= known, "model/things.py and the rows of actions say what an ARN is of"


def test_whatever_can_be_asked_for_is_asked_for() -> None:
    assert {thing for thing in THINGS if thing.asked_with is not None} == set(ASKED)


def test_a_first_rule_that_takes_mail_to_a_new_place_is_held() -> None:
    environment = project_of(text_of(ACTIONS[0])).environment
    before = text_of(ACTIONS[0]).replace('["drop"]', "[{relay: {to: other}}]")
    for row in ACTIONS:
        state = LiveState(configuration=live_of(before), names=Names(identity=HERE))
        plan = make_plan(target_of_plan(environment, HERE), live_of(text_of(row)), state)
        held = list(destination(plan))
        assert bool(held) == (row.does in LEAVES | {Does.REPLACES}), row.key


def test_terraform_spells_members_as_the_model_does() -> None:
    for row in ACTIONS:
        assert snake(row.name) == row.key, f"to_terraform spells {row.name}"
        for name, field in row.shape.model_fields.items():
            assert snake(str(field.alias)) == name, f"to_terraform spells {row.key} {field.alias}"
