"""The rows of operands are AWS's, and every room does what they say.

Each test goes through the whole table, with an example of every comparison of every row in hand,
and names the rows that a room does not know: what is missing where a new operand has a row and
nothing else yet. `test_facts.py` does the same for the facts that operands read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from jsonschema import Draft202012Validator

from mmctl.cases.mutants.conditions import slips_of
from mmctl.cases.mutants.drafts import draft_of
from mmctl.cases.mutants.variations import variations
from mmctl.judge.conditions import ask
from mmctl.judge.facts_asked import facts_asked
from mmctl.judge.judging import judge
from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ask_policy
from mmctl.judge.readings.about import readings_of_condition
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.simulation import submission_from
from mmctl.judge.submission import Gateway, Scenario, Submission, gateway_of_rule_set
from mmctl.judge.submitting import Submitting
from mmctl.judge.texts import Texts
from mmctl.judge.words import condition_line
from mmctl.language.dialect.advice import CONDITION_ADVICE, POLICY_ADVICE
from mmctl.language.dialect.schema import file_schema
from mmctl.language.parsing.load import read_text
from mmctl.language.readings import CHOICES
from mmctl.language.writing.write import condition_to_file
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.facts import Stated
from mmctl.mail.reader import read_email
from mmctl.model.comparisons import Takes
from mmctl.model.conditions import asked_by, evaluated_by
from mmctl.model.enums import AcceptAction, IpType
from mmctl.model.facts import RECIPIENTS, SessionFact, VerdictFact
from mmctl.model.operands import ATTRIBUTE_OF, OPERANDS, POLICY_OPERANDS, RULE_OPERANDS, NamedBy
from mmctl.model.policies import PolicyStatement, TrafficPolicy
from mmctl.model.rules import RuleCondition

if TYPE_CHECKING:
    from mmctl.judge.trace import ConditionTrace
    from mmctl.language.project import Project
    from mmctl.model.operands import Operand
    from mmctl.model.policies import PolicyCondition

SERVICE: Any = botocore.session.Session().get_service_model("mailmanager")
LANGUAGE = Path(__file__).parents[2] / "docs" / "language.md"
SETTINGS = """version: 1
project: mail
rules: [rules.yaml]
environments: {dev: {endpoint: embedded}}
default_environment: dev
"""
BESIDE = {
    NamedBy.NOTHING: {},
    NamedBy.HEADER: {"name": "X-Example"},
    NamedBy.CERTIFICATE_FIELD: {"attribute": "cn"},
    NamedBy.ADD_ON_FIELD: {"name": "vade", "field": "isPassed"},
}
NOTHING_KNOWN = Submission(
    email=read_email(b"From: ann@example.org\r\nSubject: Hello\r\n\r\nbody\r\n"),
    session=Session(),
    envelope=Envelope(recipients=("jo@example.com",)),
    facts=Facts(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One comparison of an operand, as a file writes it."""

    operand: Operand
    takes: Takes
    written: dict[str, Any]

    @property
    def name(self) -> str:
        return json.dumps(self.written)


def examples_of(operand: Operand) -> list[Example]:
    """An example of each operator of each comparison."""
    found = []
    for comparison in operand.comparisons:
        for operator in comparison.operators:
            value: Any
            match comparison.takes:
                case Takes.TEXT:
                    value = f"other.{operand.plain}"
                case Takes.ADDRESS_LIST:
                    value = "partners"
                case Takes.FLAG:
                    value = True
                case Takes.NUMBER:
                    value = 5000
                case Takes.NETWORK:
                    six = comparison.expression == "Ipv6Expression"
                    value = "2001:db8::/32" if six else "192.0.2.0/24"
                case Takes.VERDICT | Takes.POLICY | Takes.VERSION:
                    value = comparison.choices[-1]
            behind = value if operand.is_flag else {**BESIDE[operand.named], operator: value}
            written = {operand.key: behind}
            found.append(Example(operand=operand, takes=comparison.takes, written=written))
    return found


@cache
def rules_and_policies() -> tuple[
    Project, tuple[tuple[Example, RuleCondition | PolicyCondition], ...]
]:
    """All examples in one file, one rule or statement each, and what was read of each."""
    of_rules = [each for operand in RULE_OPERANDS for each in examples_of(operand)]
    of_policies = [each for operand in POLICY_OPERANDS for each in examples_of(operand)]
    text = json.dumps(
        {
            "version": 1,
            "archives": {"vault": {"retention": "ONE_YEAR"}},
            "address_lists": {"partners": {"members": ["*@partner.example", "jo@example.org"]}},
            "add_ons": {"vade": {"product": "VADE_ADVANCED_EMAIL_SECURITY"}},
            "rule_sets": {
                "inbound": {
                    "rules": [
                        {
                            "name": f"r{number}",
                            "conditions": [each.written],
                            "actions": [{"archive": {"to": "vault"}}],
                        }
                        for number, each in enumerate(of_rules)
                    ]
                }
            },
            "traffic_policies": {
                "edge": {
                    "default": "deny",
                    "statements": [{"allow": [each.written]} for each in of_policies],
                }
            },
        }
    )
    project, problems = read_text({"mmctl.yaml": SETTINGS, "rules.yaml": text})
    problems = tuple(each for each in problems if each.check != "capacity")
    assert [problem.message for problem in problems] == []
    rules = project.rule_sets["inbound"].rules
    statements = project.traffic_policies["edge"].policy.policy_statements
    pairs: list[tuple[Example, RuleCondition | PolicyCondition]] = []
    pairs += zip(of_rules, (rule.conditions[0] for rule in rules), strict=True)
    pairs += zip(of_policies, (each.conditions[0] for each in statements), strict=True)
    return project, tuple(pairs)


def read() -> tuple[tuple[Example, RuleCondition | PolicyCondition], ...]:
    return rules_and_policies()[1]


def gateway() -> Gateway:
    return gateway_of_rule_set(rules_and_policies()[0], "inbound")


def attributes_of_the_service() -> set[tuple[str, str]]:
    """Each attribute that some condition evaluates, with its enumeration."""
    found = set()
    for name in SERVICE.shape_names:
        shape = SERVICE.shape_for(name)
        asked_by_conditions = name.startswith(("Rule", "Ingress"))
        if asked_by_conditions and name.endswith(("ToEvaluate", "IsInAddressList")):
            for member, inner in shape.members.items():
                if member == "Attribute":
                    found |= {(inner.name, value) for value in inner.enum}
    return found


RECORDED = b"""\
Return-Path: <ann@example.org>
Delivered-To: jo@example.com
Received: from mx.example.org (mx.example.org [CLIENT]) (TLS1.3) by in.example.com
Authentication-Results: in.example.com; spf=pass; dkim=pass header.d=example.org;
 dmarc=RESULT (p=REJECT)
From: ann@example.org
Subject: Hello

body
"""


def test_what_is_looked_up_for_a_condition_is_all_that_it_reads() -> None:
    messages = [
        read_email(RECORDED.replace(b"CLIENT", client).replace(b"RESULT", result))
        for client in (b"192.0.2.7", b"IPv6:2001:db8::7")
        for result in (b"pass", b"fail")
    ]
    stated = Stated(facts=Facts(add_ons={"vade": {"isPassed": True}}))
    base, faults = gateway(), []
    for example, condition in read():
        alone = _alone(base, condition)
        submitting = Submitting(stated, [alone])
        for email in messages:
            whole, asked = submission_from(email, stated)[0], submitting.of(email)
            everything, lean = (judge(alone, each) for each in (whole, asked))
            same = everything == lean and readings_that_matter(
                alone, whole, everything
            ) == readings_that_matter(alone, asked, lean)
            if not same:
                faults.append(example.name)
    assert faults == []


def test_a_condition_may_ask_for_more_than_the_fact_of_its_operand() -> None:
    base = gateway()
    more = {
        (example.operand.key, fact)
        for example, condition in read()
        for fact in facts_asked(_alone(base, condition)) - {example.operand.fact.name}
    }
    assert more == {
        ("dmarc_policy", VerdictFact.DMARC),
        ("add_on", SessionFact.SOURCE_IP),
        *(
            (each.operand.key, SessionFact.TLS)
            for each, _ in read()
            if each.operand.fact.within_tls
        ),
    }


def _alone(base: Gateway, condition: RuleCondition | PolicyCondition) -> Gateway:
    """A gateway with nothing but one condition."""
    if isinstance(condition, RuleCondition):
        rule = next(rule for rule in base.rules if rule.conditions == (condition,))
        return replace(base, rules=(rule,))
    statement = PolicyStatement(action=AcceptAction.DENY, conditions=(condition,))
    policy = TrafficPolicy(
        traffic_policy_name="edge",
        default_action=AcceptAction.ALLOW,
        policy_statements=(statement,),
    )
    return replace(base, rules=(), policy=policy, ip_type=IpType.DUAL_STACK)


def test_every_attribute_of_the_service_has_a_row() -> None:
    ours = {(type(attribute).__name__, attribute.value) for attribute in ATTRIBUTE_OF.values()}
    assert ours == attributes_of_the_service()


def test_every_expression_of_the_service_is_a_comparison_of_a_row() -> None:
    for operands, union in ((RULE_OPERANDS, "RuleCondition"), (POLICY_OPERANDS, "PolicyCondition")):
        ours = {each.expression for operand in operands for each in operand.comparisons}
        assert ours == set(SERVICE.shape_for(union).members), union


def test_a_condition_is_read_as_the_row_says_and_written_as_it_was() -> None:
    faults = []
    for example, condition in read():
        operand, takes = asked_by(condition)
        if (operand, takes) != (example.operand, example.takes):
            faults.append(f"{example.name} is read as {operand.key}, {takes}")
        attribute = ATTRIBUTE_OF.get((operand, takes))
        evaluated = evaluated_by(condition)
        if attribute is not None and attribute not in (
            evaluated,
            getattr(evaluated, "attribute", 0),
        ):
            faults.append(f"{example.name} evaluates {evaluated}")
        if condition_to_file(condition) != example.written:
            faults.append(f"{example.name} is written as {condition_to_file(condition)}")
    assert faults == []


def test_the_schema_takes_every_condition() -> None:
    schema = Draft202012Validator(file_schema())
    faults = []
    for example, condition in read():
        if isinstance(condition, RuleCondition):
            rule = {"name": "r", "conditions": [example.written], "actions": ["drop"]}
            part: dict[str, Any] = {"rules": [rule]}
        else:
            policy = {"default": "deny", "statements": [{"allow": [example.written]}]}
            part = {"traffic_policies": {"edge": policy}}
        faults += [
            f"{example.name}: {e.message}" for e in schema.iter_errors({"version": 1, **part})
        ]
    assert faults == []


def asked(condition: RuleCondition | PolicyCondition, submission: Submission) -> ConditionTrace:
    through = gateway()
    asking = Asking(
        gateway=through,
        submission=submission,
        texts=Texts(submission, through.readings),
        recipient=submission.envelope.recipients[0],
    )
    if isinstance(condition, RuleCondition):
        return ask(condition, ("Conditions", 0), asking)
    statement = PolicyStatement(conditions=(condition,), action=AcceptAction.ALLOW)
    policy = TrafficPolicy(
        traffic_policy_name="one",
        policy_statements=(statement,),
        default_action=AcceptAction.DENY,
    )
    return ask_policy(policy, asking).statements[0].conditions[0]


def test_the_judge_asks_every_condition_and_says_so() -> None:
    """With nothing known, all that is not in the message is unknown, and it says what states it."""
    faults = []
    for example, condition in read():
        trace = asked(condition, NOTHING_KNOWN)
        line = condition_line(trace)
        named = {NamedBy.ADD_ON_FIELD: "vade.isPassed"}.get(
            example.operand.named, example.operand.key
        )
        if not (trace.operand.startswith(named) and line.startswith(named)):
            faults.append(f"{example.name} is told as {line}")
        fact = example.operand.fact
        knows_itself = fact.part == "message" or fact is RECIPIENTS
        if trace.answer.is_unknown is knows_itself:
            faults.append(f"{example.name} is {trace.answer.truth} with nothing known")
        faults += [
            f"{example.name} is stated by {missing.in_case}"
            for missing in trace.answer.missing
            if not missing.in_case.startswith(f"{fact.part}: {{")
        ]
    assert faults == []


def test_every_condition_can_be_met_and_missed_by_a_variation() -> None:
    lists = {"partners": ("*@partner.example", "jo@example.org")}
    draft = draft_of("case", NOTHING_KNOWN, Scenario(), "jo@example.com", None, "inbound")
    faults = []
    for example, condition in read():
        answers = {
            asked(condition, variation.of(draft).submission()).answer.truth.value
            for variation in variations(condition, lists)
        }
        if not answers >= {"true", "false"}:
            faults.append(f"{example.name} is only {sorted(answers)} in its variations")
    assert faults == []


def test_every_condition_has_a_mistake_to_make() -> None:
    assert [example.name for example, condition in read() if not list(slips_of(condition))] == []


def test_readings_that_a_row_is_about_exist() -> None:
    told = {
        reading
        for operand in OPERANDS
        for readings in (operand.readings, operand.readings_negated)
        for names in readings.values()
        for reading in names
    }
    assert told <= set(CHOICES)
    found = {
        name for _, condition in read() for name in readings_of_condition(condition, gateway())
    }
    assert found >= told


def test_the_manual_and_the_schema_tell_every_operand() -> None:
    manual = LANGUAGE.read_text(encoding="utf-8")
    conditions = manual.partition("### Conditions")[2].partition("### Actions")[0]
    table = "".join(line for line in conditions.splitlines() if line.startswith("|"))
    policies = manual.partition("traffic_policies:")[2]
    faults = [f"{each.key} has no doc" for each in OPERANDS if not each.doc.endswith(".")]
    faults += [
        f"docs/language.md has no line for `{each.key}`"
        for each in RULE_OPERANDS
        if f"`{each.key}`" not in table and f"`{each.key}:" not in table
    ]
    tables = ((RULE_OPERANDS, CONDITION_ADVICE), (POLICY_OPERANDS, POLICY_ADVICE))
    faults += [
        f"advice.py still has advice for `{each.key}`"
        for operands, advice in tables
        for each in operands
        if each.key in advice
    ]
    faults += [
        f"docs/language.md has no `{each.key}` of policies"
        for each in POLICY_OPERANDS
        if each.key not in policies
    ]
    assert faults == []
