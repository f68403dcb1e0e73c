"""What checks claim about rules is held against the judge, on made-up rules and messages.

A rule that is said never to apply applies to no message, and a value that is said to change
nothing changes nothing.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmctl.analysis.effects import ends
from mmctl.checks.lint import lint
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import HeaderName
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Project
    from mmctl.problem import Problem

pytestmark = pytest.mark.slow

ADDRESSES = ("a@x.example", "b@x.example", "a@y.example", "b@mail.x.example")
PARTS = ("a@", "b@", "@x.example", ".example", "x.example", "@", "a")
HOSTS = ("mail.x.example", "x.example", "mail.y.example")
SUBJECTS = ("an offer", "offer", "invoice", "an invoice")
CLIENTS = ("192.0.2.1", "192.0.2.130", "198.51.100.1", "2001:db8::1")
NETWORKS = ("192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "198.51.100.0/24")
SIZES = (1_000, 2_000, 3_000)

operators = st.sampled_from(["equals", "not_equals", "starts_with", "ends_with", "contains"])


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


def text(attribute: str, values: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda o, v: {attribute: {o: v}}, operators, some(values))


def choice(attribute: str, values: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda o, v: {attribute: {o: v}},
        st.sampled_from(["equals", "not_equals"]),
        some(tuple(values)),
    )


conditions = st.one_of(
    *(text(name, ADDRESSES + PARTS) for name in ("recipient", "mail_from", "from", "to")),
    text("helo", (*HOSTS, ".example", "mail.")),
    text("subject", SUBJECTS),
    st.builds(
        lambda o, v: {"source_ip": {o: v}},
        st.sampled_from(["cidr_matches", "not_cidr_matches"]),
        some(NETWORKS),
    ),
    st.builds(
        lambda o, v: {"message_size": {o: v}},
        st.sampled_from(
            [
                "equals",
                "not_equals",
                "less_than",
                "less_than_or_equal",
                "greater_than",
                "greater_than_or_equal",
            ]
        ),
        st.sampled_from(SIZES),
    ),
    choice("spf", [each.value for each in RuleVerdict]),
    choice("dmarc_policy", [each.value for each in RuleDmarcPolicy]),
    st.builds(lambda v: {"tls": v}, st.booleans()),
    st.builds(
        lambda o: {"recipient": {o: "known"}},
        st.sampled_from(["in_address_list", "not_in_address_list"]),
    ),
)
actions = st.sampled_from(
    [
        ["drop"],
        [{"archive": {"to": "all-mail"}}, "stop"],
        [{"relay": {"to": "exchange"}}],
        [{"replace_recipient": ["b@x.example"]}],
        [{"add_header": {"name": "X-A", "value": "b"}}],
    ]
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "conditions": st.lists(conditions, max_size=2),
            "unless": st.lists(conditions, max_size=1),
            "actions": actions,
        }
    ),
    min_size=2,
    max_size=5,
)


def message(chance: Random) -> Submission:
    to = chance.sample(ADDRESSES, chance.randint(1, 2))
    raw = compose_email(
        {
            HeaderName.FROM: chance.choice(ADDRESSES),
            HeaderName.TO: ", ".join(to),
            HeaderName.SUBJECT: chance.choice(SUBJECTS),
        },
    )
    return Submission(
        email=read_composed(raw, chance.choice((*SIZES, 2_500))),
        session=Session(
            source_ip=chance.choice(CLIENTS),
            helo=chance.choice(HOSTS),
            tls=chance.choice([Tls.NONE, Tls.TLS1_3]),
            tls_wrapped=False,
        ),
        envelope=Envelope(
            mail_from=chance.choice(("", *ADDRESSES)), recipients=(chance.choice(ADDRESSES),)
        ),
        facts=Facts(
            spf=chance.choice(list(RuleVerdict)),
            dkim=RuleVerdict.PASS,
            dmarc_policy=chance.choice(list(RuleDmarcPolicy)),
        ),
    )


_CHANCE = Random(7)  # noqa: S311 - messages, not secrets
MAIL = [message(_CHANCE) for _ in range(150)]


def written(listed: list[dict[str, Any]]) -> str:
    """As JSON, which is YAML too: each value on a line of its own."""
    named = [
        {"name": f"rule-{n}", **{key: value for key, value in rule.items() if value}}
        for n, rule in enumerate(listed)
    ]
    server = {"server": "mail.example.com", "port": 25, "authentication": "none"}
    document = {
        "version": 1,
        "rule_sets": {"inbound": {"rules": named}},
        "archives": {"all-mail": {"retention": "ONE_YEAR"}},
        "relays": {"exchange": server},
        "address_lists": {"known": {"members": ["a@x.example", "*@y.example"]}},
    }
    return json.dumps(document, indent=1)


def project_of(text: str) -> Project:
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert problems == ()
    return project


def linted(project: Project) -> tuple[Problem, ...]:
    return lint(project, date(2026, 11, 20))


def applied(project: Project) -> list[tuple[str, ...]]:
    """The rules that apply to each of the messages."""
    gateway = gateway_of_rule_set(project, "inbound")
    return [judge(gateway, mail).recipients[0].applied for mail in MAIL]


@settings(max_examples=40, deadline=None)
@given(listed=rules)
def test_a_rule_that_is_said_never_to_apply_applies_to_no_message(
    listed: list[dict[str, Any]],
) -> None:
    project = project_of(written(listed))
    at = {
        rule.positions.at(("name",)).line: rule.name for rule in project.rule_sets["inbound"].rules
    }
    never = {
        name
        for problem in linted(project)
        if problem.check in {"unreachable-rule", "recipient-replaced-above"}
        or (problem.check == "contradicting-conditions" and problem.severity is Severity.ERROR)
        for name in [at[max(line for line in at if line <= problem.position.line)]]
    }
    if never:
        assert never.isdisjoint(name for names in applied(project) for name in names)


@settings(max_examples=40, deadline=None)
@given(listed=rules)
def test_a_value_that_is_said_to_change_nothing_can_be_left_out(
    listed: list[dict[str, Any]],
) -> None:
    project = project_of(written(listed))
    before = applied(project)
    where = dict(values(project, listed))
    for problem in linted(project):
        if problem.check in {"redundant-value", "unreachable-value"}:
            without = deepcopy(listed)
            number, role, condition, index = where[problem.position.line]
            (test,) = without[number][role][condition].values()
            (several,) = test.values()
            del several[index]
            assert applied(project_of(written(without))) == before


def values(
    project: Project, listed: list[dict[str, Any]]
) -> Iterator[tuple[int, tuple[int, str, int, int]]]:
    """The line of each value, and where it is in the rules."""
    members = {"conditions": "Conditions", "unless": "Unless"}
    for number, rule in enumerate(project.rule_sets["inbound"].rules):
        for role, member in members.items():
            for index, condition in enumerate(listed[number][role]):
                (test,) = condition.values()
                several = next(iter(test.values())) if isinstance(test, dict) else None
                for place in range(len(several) if isinstance(several, list) else 0):
                    kind = getattr(rule, role)[index].kind
                    path = (member, index, kind, "Values", place)
                    yield rule.positions.at(path).line, (number, role, index, place)


AFTER = re.compile(r"what `(?P<first>rule-\d)` delivers, `(?P<second>rule-\d)`")
BEFORE = re.compile(r"^`(?P<first>rule-\d)` \(line \d+\) has delivered")


@settings(max_examples=40, deadline=None)
@given(listed=rules)
def test_rules_that_are_said_to_act_on_the_same_mail_do(listed: list[dict[str, Any]]) -> None:
    project = project_of(written(listed))
    found = [p for p in linted(project) if p.check in {"delivered-twice", "dropped-too-late"}]
    ending = {rule.name for rule in project.rule_sets["inbound"].rules if ends(rule)}
    at = {rule.position.line: rule.name for rule in project.rule_sets["inbound"].rules}
    for problem in found:
        here = at[max(line for line in at if line <= problem.position.line)]
        after, before = AFTER.match(problem.message), BEFORE.match(problem.message)
        for names in applied(project):
            if after is not None and after["first"] in names:
                later = names[names.index(after["first"]) + 1 :]
                assert after["second"] in later or ending & set(later)
            if before is not None and here in names:
                assert before["first"] in names[: names.index(here)]
