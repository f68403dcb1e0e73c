"""The rows of facts are what sessions, envelopes and verdicts hold, and every room reads them.

Each test goes through the whole table and names the rows that a room does not know.
"""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cases.mutants.drafts import case_text, draft_of
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases, submission_of_case
from mmctl.cli.commands.simulate import simulate as simulate_command
from mmctl.cli.commands.why import why
from mmctl.cli.options.stated_facts import MessageOptions, as_in_case
from mmctl.errors import UsageError
from mmctl.judge.lookup import Asking, missing_fact
from mmctl.judge.recording import recorded
from mmctl.judge.simulation import simulate
from mmctl.judge.submission import Scenario, gateway_of_rule_set
from mmctl.judge.texts import Texts
from mmctl.language.parsing.load import read_text
from mmctl.language.readings import Readings
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.facts import STATED, Stated, stating, value_of, written_facts
from mmctl.mail.partial import Message
from mmctl.model.facts import (
    FACT_OF,
    FACTS,
    EnvelopeFact,
    Form,
    Option,
    SessionFact,
    VerdictFact,
)
from mmctl.render.html.cases import cases_section
from mmctl.render.html.passed_over import PassedOver

if TYPE_CHECKING:
    from mmctl.cases.case import Case
    from mmctl.language.project import Project
    from mmctl.model.facts import StatedFact

DOCS = Path(__file__).parents[2] / "docs"
SETTINGS = """version: 1
project: mail
rules: [rules.yaml]
cases: [cases.yaml]
environments: {dev: {endpoint: embedded}}
default_environment: dev
"""
RULES = """version: 1
rule_sets: {inbound: {rules: [{name: keep, actions: [{archive: {to: vault}}]}]}}
archives: {vault: {retention: ONE_YEAR}}
"""
OF_CASES = tuple(name for name in STATED if FACT_OF[name].form is not Form.DERIVED)
"""The facts that a case states by themselves."""


def read(*cases: str) -> tuple[Project, tuple[Case, ...]]:
    text = "version: 1\ncases:\n" + "".join(cases)
    files = {"mmctl.yaml": SETTINGS, "rules.yaml": RULES, "cases.yaml": text}
    project, problems = read_text(files)
    found, more = cases_of(project)
    assert [problem.message for problem in (*problems, *more)] == []
    return project, found


def case_of(name: StatedFact) -> str:
    """A case that states one fact, and a recipient."""
    parts: dict[str, dict[str, Any]] = {"envelope": {"recipients": ["b@example.com"]}}
    case: dict[str, Any]
    parts.setdefault(FACT_OF[name].part, {})[name.value] = FACT_OF[name].sample
    case = {"name": name.value, "message": {"subject": "x"}, "rule_set": "inbound"}
    case |= {**parts, "expect": {"b@example.com": "stored"}}
    return f"- {json.dumps(case)}\n"


def test_every_member_of_session_envelope_and_verdicts_has_a_row() -> None:
    held = ((Session, SessionFact), (Envelope, EnvelopeFact), (Facts, VerdictFact))
    for part, names in held:
        members, rows = {each.name for each in fields(part)}, {name.value for name in names}
        assert [f"{part.__name__} has no member `{name}`" for name in rows - members] == []
        assert [f"`{name}` of {part.__name__} has no row" for name in members - rows] == []
    assert {fact.name for fact in FACTS} >= set(STATED)
    assert FACT_OF[SessionFact.TLS].choices == tuple(tls.value for tls in Tls)


def test_a_case_states_every_fact_and_is_written_as_it_was() -> None:
    _, cases = read(*map(case_of, OF_CASES))
    faults = []
    for name, case in zip(OF_CASES, cases, strict=True):
        if value_of(name, case) is None:
            faults.append(f"{name} is not read from a case")
        if (written := written_facts([name], case)) != {name.value: FACT_OF[name].sample}:
            faults.append(f"{name} is written as {written}")
    assert faults == []


def test_a_draft_keeps_every_fact_when_it_is_pasted() -> None:
    _, cases = read(*map(case_of, OF_CASES))
    faults = []
    for name, case in zip(OF_CASES, cases, strict=True):
        submission = submission_of_case(case, lambda _: b"")
        draft = draft_of(case.name, submission, Scenario(), "b@example.com", None, "inbound")
        _, (again,) = read(case_text(case.name, draft, case.expectations))
        if value_of(name, again) != value_of(name, case):
            faults.append(f"{name} is lost in a pasted case")
    assert faults == []


def test_what_is_stated_of_a_message_is_known_and_recorded() -> None:
    project, _ = read(case_of(SessionFact.HELO))
    gateway = gateway_of_rule_set(project, "inbound")
    faults = []
    for name in OF_CASES:
        recipients = Stated(envelope=Envelope(recipients=("b@example.com",)))
        stated = stating(recipients, name, FACT_OF[name].sample)
        simulated = simulate(gateway, Message("m.eml", b"Subject: x\r\n\r\n"), stated)
        if name.value not in {known.name for known in simulated.known}:
            faults.append(f"{name} is not told as known")
        members = recorded(simulated, Readings())
        if members.get(FACT_OF[name].part, {}).get(name.value) != FACT_OF[name].sample:
            faults.append(f"{name} is not recorded")
    assert faults == []


def test_every_option_that_states_a_fact_is_one_of_the_commands_on_messages() -> None:
    of_rows = {fact.name: fact.option.name for fact in FACTS if fact.option is not None}
    taken = {name: option.name for name, option, _ in MessageOptions().facts()}
    faults = [
        f"cli/options/stated_facts.py does not take {option}"
        for option in sorted(set(of_rows.values()) ^ set(taken.values()))
    ]
    for command in (simulate_command, why):
        parameters = inspect.signature(command).parameters
        options = {f"--{name.replace('_', '-')}" for name in parameters}
        faults += [
            f"cli/commands/{command.__name__}.py has no {option}"
            for option in sorted(set(of_rows.values()) - options)
        ]
    assert faults == []
    reference = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [option for option in of_rows.values() if f"│ {option} " not in reference] == []


def test_the_option_of_a_flag_says_true_or_false() -> None:
    option = Option(name="--wrapped", help="", metavar="true")
    flag = replace(FACT_OF[SessionFact.TLS_WRAPPED], option=option)
    assert as_in_case(flag, option, ("False",)) is False
    assert as_in_case(flag, option, ("true",)) is True
    with pytest.raises(UsageError, match="--wrapped no"):
        as_in_case(flag, option, ("no",))


def test_a_flag_that_is_unknown_is_unknown_whatever_words_its_row_has_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fact = FACT_OF[SessionFact.TLS_WRAPPED]
    words = missing_fact(fact, choices=("true", "false"))
    monkeypatch.setattr("mmctl.judge.lookup._MISSING", {fact.name: words})
    project, (case,) = read(case_of(SessionFact.HELO))
    submission = submission_of_case(case, lambda _: b"")
    asking = Asking(
        gateway=gateway_of_rule_set(project, "inbound"),
        submission=submission,
        texts=Texts(submission, Readings()),
        recipient="b@example.com",
    )
    assert asking.flag(fact)[0].is_unknown


def test_the_page_of_a_case_shows_what_it_states() -> None:
    project, cases = read(*map(case_of, OF_CASES))
    results = run_cases(project, cases, lambda _: b"")
    faults = []
    for name, result in zip(OF_CASES, results, strict=True):
        label = FACT_OF[name].on_page
        page = str(cases_section([result], PassedOver()))
        if label is not None and f"<dt>{label}</dt>" not in page:
            faults.append(f"{name} is not on the page")
    assert faults == []


def test_the_manual_tells_every_fact() -> None:
    manual = (DOCS / "language.md").read_text(encoding="utf-8")
    cases = manual.partition("session:")[2]
    untold = [name.value for name in OF_CASES if not re.search(rf"\b{name}\b", cases)]
    assert [f"docs/language.md has no `{name}` in cases" for name in untold] == []
