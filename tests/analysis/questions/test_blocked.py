"""Ordinary mail that is ended, and mail that is lost: what is proved is what the evaluator says."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.ordinary_mail import bounce, ordinary
from mmctl.analysis.questions.blocked import Blocked, Entrance, blocked
from mmctl.analysis.questions.invariants import lost
from mmctl.analysis.questions.kinds_of_mail import MailKind, narrow_networks
from mmctl.analysis.questions.treated_alike import distinct
from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.judge.judging import judge
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.mail.email import Tls
from mmctl.model.actions import Does

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.submission import Gateway, Submission

HEAD: Final = """version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  all-mail: {retention: ONE_YEAR}
traffic_policies:
  edge:
    default: deny
    statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
ingress_points:
  entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
rule_sets:
  inbound:
    rules:
"""
CONDITIONS: Final = (
    "",
    'conditions: [{recipient: {ends_with: "@example.com"}}], ',
    "conditions: [{tls: true}], ",
    "conditions: [{spf: {equals: FAIL}}], ",
    "conditions: [{header: {name: X-Seen, equals: a}}], ",
    "conditions: [{source_ip: {cidr_matches: [192.0.0.0/2]}}], ",
    'unless: [{mail_from: {contains: "@"}}], ',
    "unless: [{subject: {contains: ticket}}], ",
)
ACTIONS: Final = (
    "drop",
    "{relay: {to: exchange}}",
    "{archive: {to: all-mail}}",
    "{relay: {to: exchange}}, stop",
    "{archive: {to: all-mail}}, stop",
    "{replace_recipient: [desk@example.com]}",
    "{add_header: {name: X-Seen, value: a}}",
)
ENTRANCE: Final = Entrance(
    enough=Outcome.DELIVERED, domains=("example.com",), strangers=True, plain_text=True
)


class Tired(Cadical):
    """A solver that gives every question up."""

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:  # noqa: ARG002
        return Solved.UNDECIDED


def gateway(rules: str) -> Gateway:
    project, problems = read_text({"rules/r.yaml": HEAD + rules})
    assert [each for each in problems if each.check != "one-of"] == []
    return gateway_of_ingress_point(project, "entrance")


def some_rules(random: Random) -> str:
    lines = []
    for number in range(random.randrange(1, 6)):
        final = "final: true, " if random.random() < 0.1 else ""
        rest = f"{final}{random.choice(CONDITIONS)}actions: [{random.choice(ACTIONS)}]"
        lines.append(f"      - {{name: r{number}, {rest}}}\n")
    if random.random() < 0.7:
        lines.append(f"      - {{name: last, actions: [{random.choice(ACTIONS)}]}}\n")
    return "".join(lines)


def some_mail() -> Iterator[Submission]:
    """Mail of every kind."""
    to = ["someone@example.com"]
    yield ordinary(to, source_ip="203.0.113.25")
    yield ordinary(to, source_ip="198.51.100.25", tls=Tls.NONE)
    yield ordinary(to, source_ip="203.0.113.25", sender="ann@example.com")
    yield bounce("someone@example.com", source_ip="203.0.113.25")


def test_ordinary_mail_that_the_evaluator_ends_is_found_and_none_that_it_delivers() -> None:
    random = Random(5)  # noqa: S311 - examples, not secrets
    wrong, found = [], 0
    for _ in range(150):
        rules = some_rules(random)
        way_in = gateway(rules)
        named = {
            each.rule.name
            for each in blocked(Proof(way_in), ENTRANCE)
            if isinstance(each, Blocked) and each.outcome is each.witness.happened[0].outcome
        }
        found += bool(named)
        for mail in some_mail():
            (judged,) = judge(way_in, mail).recipients
            final = any(rule.final and rule.name in judged.applied for rule in way_in.rules)
            ending = {
                rule.name
                for rule in way_in.rules
                if rule.name in judged.applied and Does.ENDS in rule.does
            }
            bad = judged.outcome in {Outcome.DROPPED, Outcome.STORED} and ending and not final
            if bad and not ending <= named:
                wrong.append((rules, judged.outcome, ending, named))
    assert wrong == []
    assert found > 50


def test_mail_that_the_evaluator_loses_is_lost_by_proof() -> None:
    random = Random(7)  # noqa: S311 - examples, not secrets
    wrong, kept = [], 0
    for _ in range(150):
        rules = some_rules(random)
        way_in = gateway(rules)
        answer = lost(Proof(way_in))
        outcomes = {
            judged.outcome
            for mail in some_mail()
            for judged in judge(way_in, mail).recipients
            if not any(rule.final and rule.name in judged.applied for rule in way_in.rules)
        }
        if Outcome.LOST in outcomes and not isinstance(answer, Shown):
            wrong.append(rules)
        kept += isinstance(answer, Refuted)
    assert wrong == []
    assert kept > 30


def test_mail_that_must_be_delivered_is_lost_where_it_is_only_kept() -> None:
    hold = "      - {name: hold, conditions: [{spf: {equals: FAIL}}], actions: [KEEP, stop]}\n"
    last = "      - {name: last, actions: [{relay: {to: exchange}}]}\n"
    held = gateway(hold.replace("KEEP", "{archive: {to: all-mail}}") + last)
    meant = gateway(
        hold.replace("KEEP", "{archive: {to: all-mail}}").replace("hold,", "hold, final: true,")
        + last
    )
    assert isinstance(lost(Proof(held)), Refuted)
    assert isinstance(lost(Proof(held), must_reach=Outcome.DELIVERED), Shown)
    assert isinstance(lost(Proof(meant), must_reach=Outcome.DELIVERED), Refuted)


def test_a_rule_is_named_for_the_first_kind_of_mail_that_it_ends_and_once() -> None:
    rules = """\
      - {name: secure, conditions: [{tls: true}], actions: [drop]}
      - {name: all, conditions: [{recipient: {contains: "@"}}], actions: [drop]}
      - {name: role, conditions: [{recipient: {starts_with: abuse@}}], actions: [drop]}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
    found = {
        each.rule.name: each.kind
        for each in blocked(Proof(gateway(rules)), ENTRANCE)
        if isinstance(each, Blocked)
    }
    assert found == {
        "secure": MailKind.FROM_OUTSIDE,
        "all": MailKind.FROM_OUTSIDE,
        "role": MailKind.ABUSE,
    }


def test_effort_that_is_used_up_is_undecided() -> None:
    rules = "      - {name: r, conditions: [{tls: true}], actions: [drop]}\n"
    (answer,) = blocked(Proof(gateway(rules), solver=Tired()), ENTRANCE)
    assert answer == Undecided(why=Undecided.EFFORT)


def test_networks_of_one_condition_are_taken_together() -> None:
    halves, quarter = "0.0.0.0/1, 128.0.0.0/1", "198.51.100.0/25, 198.51.100.128/25"
    rules = "".join(
        f"      - {{name: {name}, conditions: [{{source_ip: {{cidr_matches: [{networks}]}}}}],"
        " actions: [drop]}\n"
        for name, networks in (("a", halves), ("b", quarter))
    )
    assert list(map(str, narrow_networks(gateway(rules), policy=True))) == ["198.51.100.0/24"]


def test_domains_that_rules_treat_otherwise_are_distinguished() -> None:
    rules = """\
      - {name: r, conditions: [{to: {ends_with: [example.com, "@b.example"]}}], actions: [drop]}
      - {name: s, conditions: [{mail_from: {starts_with: postmaster@c}}], actions: [drop]}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
    apart = ("a.example", "example.com", "example.com.example", "b.example", "c.example")
    assert distinct((*apart, "d.example"), gateway(rules)) == apart
