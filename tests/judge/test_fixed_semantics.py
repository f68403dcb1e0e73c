"""The numbered sentences of the manual's page on semantics, section "Fixed"."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.language.project import Outcome
from mmctl.mail.email import Session, Tls

if TYPE_CHECKING:
    Judged = Any

ROLE = "arn:aws:iam::111122223333:role/gateway"
DELIVER = "- {name: deliver, actions: [{relay: {to: exchange}}]}"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:classify"
BOUNCE = (
    f"{{bounce: {{sender: postmaster@example.com, role: {ROLE}, status_code: 5.1.1, "
    "smtp_reply_code: 550, diagnostic_message: gone}}"
)

ALLOW_OURS = """
default: deny
statements:
  - name: ours
    allow: [{recipient: {ends_with: "@example.com"}}]
  - name: bad
    deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]
"""


class TestTrafficPolicy:
    def test_a_matching_deny_refuses_although_an_allow_stands_before_it(
        self, judged: Judged
    ) -> None:
        trace = judged(DELIVER, policy=ALLOW_OURS, session=Session(source_ip="192.0.2.9"))
        (got,) = trace.recipients
        assert (got.outcome, got.by) == (Outcome.REFUSED, "bad")
        assert got.rules == ()

    def test_else_a_matching_allow_admits(self, judged: Judged) -> None:
        trace = judged(DELIVER, policy=ALLOW_OURS)
        (got,) = trace.recipients
        assert (got.outcome, got.policy.by) == (Outcome.DELIVERED, "ours")

    def test_else_the_default_decides_for_each_recipient_by_itself(self, judged: Judged) -> None:
        trace = judged(DELIVER, policy=ALLOW_OURS, to=("bob@example.com", "eve@example.net"))
        assert [(got.outcome, got.by) for got in trace.recipients] == [
            (Outcome.DELIVERED, "deliver"),
            (Outcome.REFUSED, "default action"),
        ]

    @pytest.mark.parametrize(
        ("asked", "admitted"),
        [
            ("minimum: TLS1_2", {Tls.TLS1_2, Tls.TLS1_3}),
            ("minimum: TLS1_3", {Tls.TLS1_3}),
            ("is: TLS1_2", {Tls.TLS1_2}),
            ("is: TLS1_3", {Tls.TLS1_3}),
        ],
    )
    def test_a_minimum_of_tls_admits_what_is_above_it_and_an_exact_version_does_not(
        self, judged: Judged, asked: str, admitted: set[Tls]
    ) -> None:
        policy = f"default: deny\nstatements: [{{allow: [{{tls_protocol: {{{asked}}}}}]}}]"
        for reading, tls in product(("does_not_match", "matches_deny"), Tls):
            session = Session(tls=tls)
            trace = judged(DELIVER, policy=policy, session=session, tls_on_plaintext=reading)
            ends = Outcome.DELIVERED if tls in admitted else Outcome.REFUSED
            assert trace.recipients[0].outcome is ends, tls

    def test_all_conditions_of_a_statement_must_match(self, judged: Judged) -> None:
        policy = """
default: deny
statements:
  - allow:
      - recipient: {ends_with: "@example.com"}
      - tls_protocol: {minimum: TLS1_3}
"""
        outcomes = [
            judged(DELIVER, policy=policy, session=Session(tls=tls)).recipients[0].outcome
            for tls in (Tls.TLS1_2, Tls.TLS1_3)
        ]
        assert outcomes == [Outcome.REFUSED, Outcome.DELIVERED]

    def test_a_statement_without_a_name_is_called_by_its_place(self, judged: Judged) -> None:
        policy = """
default: allow
statements:
  - deny: [{recipient: {equals: "nobody@example.com"}}]
  - deny: [{recipient: {equals: "bob@example.com"}}]
"""
        assert judged(DELIVER, policy=policy).recipients[0].by == "statement 2"

    @pytest.mark.parametrize(
        ("size", "outcome"), [(1000, Outcome.DELIVERED), (1001, Outcome.REFUSED)]
    )
    def test_only_what_is_larger_than_max_message_size_is_refused(
        self, judged: Judged, size: int, outcome: Outcome
    ) -> None:
        policy = "default: allow\nmax_message_size: 1000\nstatements: []"
        head = b"Subject: x\r\n\r\n"
        message = head + b"x" * (size - len(head))
        (got,) = judged(DELIVER, policy=policy, message=message).recipients
        assert got.outcome is outcome
        assert got.by == ("deliver" if outcome is Outcome.DELIVERED else "max_message_size")

    def test_what_the_statements_refuse_is_not_blamed_on_its_size(self, judged: Judged) -> None:
        policy = """
default: deny
max_message_size: 10
statements:
  - name: nobody
    deny: [{recipient: {ends_with: "@example.com"}}]
"""
        assert judged(DELIVER, policy=policy).recipients[0].by == "nobody"


def test_the_recipient_is_the_envelope_address_with_its_tag(judged: Judged) -> None:
    policy = """
default: deny
statements:
  - allow: [{recipient: {equals: "bob@example.com"}}]
"""
    trace = judged(DELIVER, policy=policy, to=("bob@example.com", "bob+news@example.com"))
    assert [got.outcome for got in trace.recipients] == [Outcome.DELIVERED, Outcome.REFUSED]


class TestRules:
    def test_all_conditions_must_match(self, judged: Judged) -> None:
        rules = """
- name: both
  conditions:
    - subject: {contains: hello}
    - from: {ends_with: "@example.net"}
  actions: [drop]
"""
        got = judged(rules + DELIVER).recipients[0]
        assert got.outcome is Outcome.DELIVERED
        failed = got.rules[0].failed
        assert failed is not None
        assert (failed.operand, failed.operator, failed.compared) == (
            "from",
            "ends_with",
            ("ann@example.org",),
        )

    def test_one_unless_condition_holds_a_rule_back(self, judged: Judged) -> None:
        rules = """
- name: drop-all
  unless:
    - from: {ends_with: "@example.net"}
    - subject: {equals: Hello}
  actions: [drop]
"""
        got = judged(rules + DELIVER).recipients[0]
        assert got.outcome is Outcome.DELIVERED
        held = got.rules[0].held_back_by
        assert held is not None
        assert (got.rules[0].result, held.operand) == ("held_back", "subject")

    def test_a_rule_without_conditions_always_applies(self, judged: Judged) -> None:
        assert judged(DELIVER).recipients[0].applied == ("deliver",)

    def test_after_a_rule_has_applied_the_next_one_is_asked_too(self, judged: Judged) -> None:
        rules = "- {name: keep, actions: [{archive: {to: vault}}]}\n"
        got = judged(rules + DELIVER).recipients[0]
        assert got.applied == ("keep", "deliver")
        assert [action.label for action in got.actions] == ["archive:vault", "relay:exchange"]

    def test_rules_that_are_switched_off_are_not_asked(self, judged: Judged) -> None:
        rules = "- {name: off, enabled: false, actions: [drop]}\n"
        assert judged(rules + DELIVER).recipients[0].applied == ("deliver",)

    def test_a_shadow_rule_only_marks(self, judged: Judged) -> None:
        rules = "- {name: trial, shadow: true, actions: [drop]}\n"
        got = judged(rules + DELIVER).recipients[0]
        assert got.outcome is Outcome.DELIVERED
        assert got.actions[0].label == "add_header:X-Mmctl-Would: trial"


class TestValues:
    @pytest.mark.parametrize(
        ("condition", "matches"),
        [
            ("subject: {contains: [nothing, ello]}", True),
            ("subject: {contains: [nothing, other]}", False),
            ("subject: {not_equals: [Hello, other]}", False),
            ("subject: {not_equals: [Hell, other]}", True),
            ("subject: {starts_with: Hel}", True),
            ("subject: {ends_with: Hel}", False),
            ("subject: {contains: 'H*o'}", False),
            ("subject: {contains: 'Hel.o'}", False),
            ("source_ip: {cidr_matches: [192.0.2.0/24, 203.0.113.0/24]}", True),
            ("source_ip: {not_cidr_matches: [192.0.2.0/24, 203.0.113.0/24]}", False),
            ("spf: {equals: [FAIL, PASS]}", True),
            ("spf: {not_equals: [FAIL, PASS]}", False),
            ("message_size: {less_than: 1KB}", True),
            ("message_size: {greater_than: 1KB}", False),
            ("tls: true", True),
            ("tls_wrapped: true", False),
            ("read_receipt_requested: false", True),
            ("helo: {ends_with: .example.org}", True),
            ("mail_from: {equals: ann@example.org}", True),
            ("mail_from: {in_address_list: partners}", False),
            ("mail_from: {not_in_address_list: partners}", True),
        ],
    )
    def test_several_values_are_alternatives_and_for_not_operators_none_may_meet(
        self, judged: Judged, condition: str, matches: bool
    ) -> None:
        rules = f"- name: asked\n  conditions: [{{{condition}}}]\n  actions: [drop]\n"
        got = judged(rules + DELIVER).recipients[0]
        assert (got.outcome is Outcome.DROPPED) is matches


class TestDrop:
    RULES = """
- {name: keep, actions: [{archive: {to: vault}}]}
- name: block
  conditions: [{recipient: {equals: bob@example.com}}]
  actions: [drop, {archive: {to: vault}}]
"""

    def test_it_removes_the_recipients_it_applies_to_and_the_rest_go_on(
        self, judged: Judged
    ) -> None:
        trace = judged(self.RULES + DELIVER, to=("bob@example.com", "eve@example.com"))
        assert [(got.outcome, got.by) for got in trace.recipients] == [
            (Outcome.DROPPED, "block"),
            (Outcome.DELIVERED, "deliver"),
        ]

    def test_actions_after_it_are_dead_and_those_before_it_stand(self, judged: Judged) -> None:
        got = judged(self.RULES + DELIVER).recipients[0]
        assert [action.kind for action in got.actions] == ["archive", "drop"]

    def test_mail_that_was_delivered_before_is_delivered(self, judged: Judged) -> None:
        got = judged(DELIVER + "\n- {name: late, actions: [drop]}").recipients[0]
        assert (got.outcome, got.by) == (Outcome.DELIVERED, "deliver")


def test_stop_ends_the_matter_without_being_a_drop(judged: Judged) -> None:
    rules = "- {name: quarantine, actions: [{archive: {to: vault}}, stop]}\n"
    got = judged(rules + DELIVER).recipients[0]
    assert (got.outcome, got.by) == (Outcome.STORED, "quarantine")
    assert got.copies[0].ended_by == "quarantine"


def test_add_header_appends_even_if_the_header_is_there(judged: Judged) -> None:
    rules = """
- {name: first, actions: [{add_header: {name: X-Mark, value: one}}]}
- {name: second, actions: [{add_header: {name: X-Mark, value: two}}]}
"""
    got = judged(rules + DELIVER).recipients[0]
    assert got.copies[0].headers == (("X-Mark", "one"), ("X-Mark", "two"))


class TestReplaceRecipient:
    def test_it_changes_the_envelope_and_not_the_headers(self, judged: Judged) -> None:
        rules = """
- {name: move, actions: [{replace_recipient: [desk@example.com]}]}
- name: by-header
  conditions: [{to: {equals: bob@example.com}}, {recipient: {equals: desk@example.com}}]
  actions: [{relay: {to: exchange}}]
"""
        trace = judged(rules)
        (got,) = trace.recipients
        assert (got.recipient, got.outcome, got.by) == (
            "bob@example.com",
            Outcome.DELIVERED,
            "by-header",
        )
        assert trace.performed[-1].recipients == ("desk@example.com",)

    def test_several_new_recipients_fork_the_message_and_the_best_outcome_counts(
        self, judged: Judged
    ) -> None:
        rules = """
- name: split
  actions:
    - archive: {to: vault}
    - replace_recipient: [one@example.com, two@example.com]
- name: block-one
  conditions: [{recipient: {equals: one@example.com}}]
  actions: [drop]
"""
        trace = judged(rules + DELIVER)
        (got,) = trace.recipients
        assert [(copy.address, copy.outcome) for copy in got.copies] == [
            ("one@example.com", Outcome.DROPPED),
            ("two@example.com", Outcome.DELIVERED),
        ]
        assert got.outcome is Outcome.DELIVERED
        assert [(done.kind, done.recipients) for done in trace.performed] == [
            ("archive", ("bob@example.com",)),
            ("replace_recipient", ("bob@example.com",)),
            ("drop", ("one@example.com",)),
            ("relay", ("two@example.com",)),
        ]


class TestFailure:
    def test_without_on_failure_the_next_action_runs(self, judged: Judged) -> None:
        rules = "- {name: both, actions: [{archive: {to: vault}}, {relay: {to: exchange}}]}"
        scenario = Scenario(failing=frozenset({"archive:vault"}))
        got = judged(rules, scenario=scenario).recipients[0]
        assert got.outcome is Outcome.DELIVERED
        assert [action.label for action in got.actions] == ["relay:exchange"]

    def test_on_failure_drop_drops(self, judged: Judged) -> None:
        rules = "- {name: keep, actions: [{archive: {to: vault, on_failure: drop}}]}\n"
        scenario = Scenario(failing=frozenset({"archive"}))
        got = judged(rules + DELIVER, scenario=scenario).recipients[0]
        assert (got.outcome, got.by) == (Outcome.DROPPED, "keep")

    def test_another_target_does_not_fail(self, judged: Judged) -> None:
        rules = "- {name: keep, actions: [{archive: {to: vault, on_failure: drop}}]}\n"
        scenario = Scenario(failing=frozenset({"archive:other", "relay:legacy"}))
        assert judged(rules + DELIVER, scenario=scenario).recipients[0].by == "deliver"


def test_content_actions_run_once_with_the_recipients_that_matched(judged: Judged) -> None:
    rules = """
- name: keep
  conditions: [{recipient: {ends_with: "@example.com"}}]
  actions: [{archive: {to: vault}}]
"""
    trace = judged(rules, to=("bob@example.com", "eve@example.net", "dan@example.com"))
    (archived,) = trace.performed
    assert (archived.kind, archived.target) == ("archive", "vault")
    assert archived.recipients == ("bob@example.com", "dan@example.com")


def test_accepted_mail_that_nothing_delivers_is_lost(judged: Judged) -> None:
    rules = "- {name: mark, actions: [{add_header: {name: X-Mark, value: one}}]}"
    got = judged(rules).recipients[0]
    assert (got.outcome, got.by) == (Outcome.LOST, None)


class TestBounceAndLambda:
    def test_a_bounce_counts_unless_something_delivers(self, judged: Judged) -> None:
        rules = f"- {{name: gone, actions: [{BOUNCE}]}}\n"
        assert judged(rules).recipients[0].outcome is Outcome.BOUNCED
        assert judged(rules + DELIVER).recipients[0].outcome is Outcome.DELIVERED

    @pytest.mark.parametrize(
        ("answer", "actions"),
        [
            (LambdaAnswer.CONTINUE, ["invoke_lambda", "archive", "relay"]),
            (LambdaAnswer.STOP_RULE, ["invoke_lambda", "relay"]),
            (LambdaAnswer.STOP_RULE_SET, ["invoke_lambda"]),
        ],
    )
    def test_a_function_that_is_asked_may_stop_the_rule_or_the_set(
        self, judged: Judged, answer: LambdaAnswer, actions: list[str]
    ) -> None:
        rules = f"""
- name: ask
  actions:
    - invoke_lambda: {{function: {FUNCTION}, role: {ROLE}, invocation: request_response}}
    - archive: {{to: vault}}
"""
        scenario = Scenario(answers={"classify": answer})
        got = judged(rules + DELIVER, scenario=scenario).recipients[0]
        assert [action.kind for action in got.actions] == actions

    def test_what_a_function_answers_is_unknown_unless_a_case_says_it(self, judged: Judged) -> None:
        rules = f"""
- name: ask
  actions: [{{invoke_lambda: {{function: {FUNCTION}, role: {ROLE}, invocation: request_response}}}}]
"""
        got = judged(rules + DELIVER).recipients[0]
        assert got.outcome is Outcome.UNKNOWN
        assert got.possible == (Outcome.DELIVERED, Outcome.LOST)
        assert [fact.states for fact in got.missing] == ["lambda: {classify: …} in a case"]

    def test_what_mail_becomes_of_each_action_by_itself(self, judged: Judged) -> None:
        topic = "arn:aws:sns:us-east-1:111122223333:mail"
        mailbox = "arn:aws:workmail:us-east-1:111122223333:organization/m-0123456789abcdef"
        application = "11111111-2222-3333-4444-555555555555"
        for action, outcome in {
            "drop": Outcome.DROPPED,
            "{add_header: {name: X-A, value: a}}": Outcome.LOST,
            "{replace_recipient: [desk@example.com]}": Outcome.LOST,
            "{archive: {to: vault}}": Outcome.STORED,
            f"{{write_to_s3: {{bucket: mail, role: {ROLE}}}}}": Outcome.STORED,
            f"{{deliver_to_q_business: {{application: {application}, index: {application}, "
            f"role: {ROLE}}}}}": Outcome.STORED,
            "{relay: {to: exchange}}": Outcome.DELIVERED,
            f"{{send: {{role: {ROLE}}}}}": Outcome.DELIVERED,
            f"{{deliver_to_mailbox: {{mailbox: {mailbox}, role: {ROLE}}}}}": Outcome.DELIVERED,
            f"{{publish_to_sns: {{topic: {topic}, role: {ROLE}}}}}": Outcome.LOST,
            f"{{invoke_lambda: {{function: {FUNCTION}, role: {ROLE}, invocation: event}}}}": (
                Outcome.LOST
            ),
            BOUNCE: Outcome.BOUNCED,
        }.items():
            got = judged(f"- {{name: only, actions: [{action}]}}\n").recipients[0]
            assert got.outcome is outcome, action

    def test_a_function_that_fails_answers_nothing(self, judged: Judged) -> None:
        rules = f"""
- name: ask
  actions: [{{invoke_lambda: {{function: {FUNCTION}, role: {ROLE}, invocation: request_response}}}}]
"""
        stated = {"classify": LambdaAnswer.STOP_RULE_SET}
        scenario = Scenario(answers=stated, failing=frozenset({"invoke_lambda"}))
        got = judged(rules + DELIVER, scenario=scenario).recipients[0]
        assert (got.outcome, got.rules[0].actions[0].answer) == (Outcome.DELIVERED, None)

    def test_what_a_rule_would_do_after_it_ended_its_mail_is_done_to_nobody(
        self, judged: Judged
    ) -> None:
        rules = """
- name: end
  conditions: [{recipient: {equals: eve@example.com}}]
  actions:
    - drop
    - add_header: {name: X-Seen, value: "yes"}
    - archive: {to: vault, on_failure: drop}
- name: seen
  conditions: [{header: {name: X-Seen, equals: "yes"}}]
  actions: [drop]
"""
        scopes = {"added_header_scope": "message", "failure_drop_scope": "message"}
        scenario = Scenario(failing=frozenset({"archive"}))
        to = ("bob@example.com", "eve@example.com")
        trace = judged(rules + DELIVER, to=to, scenario=scenario, **scopes)
        assert [got.outcome for got in trace.recipients] == [Outcome.DELIVERED, Outcome.DROPPED]

    def test_an_event_is_not_waited_for(self, judged: Judged) -> None:
        rules = f"""
- name: tell
  actions: [{{invoke_lambda: {{function: {FUNCTION}, role: {ROLE}, invocation: event}}}}]
"""
        assert judged(rules + DELIVER).recipients[0].outcome is Outcome.DELIVERED


class TestQuotas:
    def test_the_recipient_after_the_hundredth_is_refused(self, judged: Judged) -> None:
        to = tuple(f"user{number}@example.com" for number in range(101))
        outcomes = [got.outcome for got in judged(DELIVER, to=to).recipients]
        assert outcomes == [Outcome.DELIVERED] * 100 + [Outcome.REFUSED]

    def test_a_message_of_more_than_40_million_bytes_is_refused(self, judged: Judged) -> None:
        message = b"Subject: x\r\n\r\n" + b"x" * 40_000_000
        got = judged(DELIVER, message=message).recipients[0]
        assert (got.outcome, got.by) == (Outcome.REFUSED, "limit of 40000000 bytes")


def test_a_relay_that_attempts_no_delivery_is_stated_as_failing(judged: Judged) -> None:
    scenario = Scenario(failing=frozenset({"relay:exchange"}))
    assert judged(DELIVER, scenario=scenario).recipients[0].outcome is Outcome.LOST
