"""What the runner makes of findings: environments, ignore comments, order, known problems."""

from __future__ import annotations

from datetime import date

import pytest

from mmctl.checks.baseline import beyond, known_problems
from mmctl.checks.lint import lint, lint_all
from mmctl.compiler.compile import compile_project
from mmctl.language.parsing.load import read_text
from mmctl.problem import Position, Problem, Severity

TODAY = date(2026, 11, 20)
SETTINGS = """\
version: 1
project: example
rules: ["*.yaml"]
environments:
  staging: {account: "111122223333", region: us-east-1}
  prod: {account: "444455556666", region: us-east-1}
default_environment: staging
"""
RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
{before}      - name: block
        conditions:
          - mail_from: {{equals: spam.example}}
        actions: [drop]
      - name: keep
        actions: [{{archive: {{to: all-mail}}}}]
archives:
  all-mail: {{retention: ONE_YEAR}}
"""


def problem(message: str, *, severity: Severity = Severity.ERROR, line: int = 1) -> Problem:
    return Problem(
        check="of-the-reader",
        severity=severity,
        position=Position(file="a.yaml", line=line),
        message=message,
    )


def linted(text: str) -> tuple[Problem, ...]:
    project, _ = read_text({"a.yaml": text})
    return lint(project, TODAY)


def test_a_finding_gets_file_line_column_check_and_severity() -> None:
    (found,) = linted(RULES.format(before=""))
    assert str(found.position) == "a.yaml:7:33"
    assert (found.check, found.severity) == ("not-an-address", Severity.ERROR)


@pytest.mark.parametrize(
    "before",
    [
        "      # mmctl: ignore[not-an-address] seen in the logs as it is\n",
        "      # mmctl: ignore[backscatter, not-an-address] seen in the logs as it is\n",
    ],
)
def test_an_ignore_comment_above_a_rule_silences_the_check_in_the_whole_rule(before: str) -> None:
    assert "not-an-address" not in {p.check for p in linted(RULES.format(before=before))}


def test_an_ignore_comment_above_a_line_silences_that_line() -> None:
    text = RULES.format(before="").replace(
        "          - mail_from",
        "          # mmctl: ignore[not-an-address] a reason\n          - mail_from",
    )
    assert linted(text) == ()


def test_an_ignore_comment_elsewhere_silences_nothing_and_is_reported() -> None:
    text = RULES.format(before="").replace(
        "      - name: keep", "      # mmctl: ignore[not-an-address] a reason\n      - name: keep"
    )
    assert [p.check for p in linted(text)] == ["not-an-address", "ignore-without-effect"]


def test_errors_of_reading_cannot_be_ignored_but_warnings_can() -> None:
    text = RULES.format(before="      # mmctl: ignore[of-the-reader, not-an-address] a reason\n")
    project, _ = read_text({"a.yaml": text})
    error = problem("an error", line=6)
    warning = problem("a warning", severity=Severity.WARNING, line=6)
    found = lint_all([project], TODAY, {project.environment.name: [error, warning]})
    assert found == (error,)


def test_a_mistyped_name_is_the_only_problem_that_it_makes() -> None:
    text = RULES.format(before="").replace("to: all-mail", "to: all-mial")
    text = text.replace("spam.example", "a@spam.example")
    project, problems = read_text({"a.yaml": text})
    found = lint_all([project], TODAY, {project.environment.name: problems})
    assert [problem.check for problem in found] == ["unknown-name"]


def test_a_rule_that_cannot_be_read_is_not_missed_elsewhere() -> None:
    text = RULES.format(before="      # mmctl: ignore[spf-alone] a reason\n")
    text = text.replace("archive: {to: all-mail}", "archiev: {to: all-mail}")
    text = text.replace("spam.example", "a@spam.example")
    project, problems = read_text({"a.yaml": text})
    found = lint_all([project], TODAY, {project.environment.name: problems})
    assert [problem.check for problem in found] == ["unknown-key"]


def two_environments(rules: str) -> tuple[Problem, ...]:
    files = {"mmctl.yaml": SETTINGS, "a.yaml": rules}
    projects = [read_text(files, environment=name)[0] for name in ("staging", "prod")]
    return lint_all(projects, TODAY)


def test_a_problem_of_all_environments_is_reported_once() -> None:
    (found,) = two_environments(RULES.format(before=""))
    assert "prod" not in found.message


def test_a_problem_of_one_environment_says_so() -> None:
    rules = RULES.format(before="").replace(
        "        actions: [drop]", "        environments: [prod]\n        actions: [drop]"
    )
    (found,) = two_environments(rules)
    assert found.message.endswith("(in `prod`)")


def test_an_ignore_comment_that_is_needed_in_one_environment_only_has_an_effect() -> None:
    rules = RULES.format(before="      # mmctl: ignore[not-an-address] a reason\n").replace(
        "        actions: [drop]", "        environments: [prod]\n        actions: [drop]"
    )
    assert two_environments(rules) == ()


def test_an_ignore_comment_is_not_idle_while_an_environment_was_not_looked_at() -> None:
    rules = RULES.format(before="      # mmctl: ignore[not-an-address] a reason\n").replace(
        "        actions: [drop]", "        environments: [prod]\n        actions: [drop]"
    )
    files = {"mmctl.yaml": SETTINGS, "a.yaml": rules}
    assert lint(read_text(files, environment="staging")[0], TODAY) == ()


def test_disabled_rules_are_left_alone() -> None:
    rules = RULES.format(before="").replace(
        "        actions: [drop]", "        enabled: false\n        actions: [drop]"
    )
    assert linted(rules) == ()


def test_a_value_added_by_a_phase_is_reported_once() -> None:
    text = """\
version: 1
rule_sets:
  inbound:
    rules:
      - phase: block
        unless: [{recipient: {equals: abuse.example.com}}]
        rules:
          - name: one
            conditions: [{subject: {contains: one}}]
            actions: [drop]
          - name: two
            conditions: [{subject: {contains: two}}]
            actions: [drop]
      - name: keep
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
"""
    assert [p.check for p in linted(text)] == ["not-an-address"]


def test_known_problems_are_left_out_as_often_as_they_were_known() -> None:
    same, again, other = problem("a", line=3), problem("a", line=9), problem("b")
    assert beyond([same, again, other], [problem("a", line=1)], {"a.yaml"}) == (again, other)


@pytest.mark.parametrize("report", ["", "[]", "{}", '{"schema": "mmctl/plan@1", "problems": []}'])
def test_what_is_no_report_is_no_baseline(report: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any message: the command words its own
        known_problems(report)


def test_rules_of_a_file_by_itself_are_not_taken_for_a_whole_rule_set() -> None:
    text = "version: 1\nrules:\n  - name: block\n    actions: [drop]\n"
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert (problems, lint(project, TODAY)) == ((), ())


def test_a_header_that_is_compared_as_a_whole_may_hold_anything() -> None:
    text = RULES.format(before="").replace(
        "mail_from: {equals: spam.example}", "from: {equals: ['Doe, Jane', '[EXT-a] *']}"
    )
    settings = "version: 1\nproject: example\nrules: ['*.yaml']\n"
    whole = settings + "semantics: {address_fields: whole_header}\n"
    found = {}
    for name, project_file in (("each", settings), ("whole", whole)):
        project, problems = read_text({"mmctl.yaml": project_file, "a.yaml": text})
        assert problems == ()
        found[name] = {problem.check for problem in lint(project, TODAY)}
    assert found["whole"] == set()
    assert {"stray-character", "pattern-in-literal"} <= found["each"]


UNUSED = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{mail_from: {in_address_list: blocked}}]
        actions: [drop]
      - name: keep
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
address_lists:
  blocked: {members: ["*@spam.example"]}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
"""
MANY = ", ".join(f"{{subject: {{contains: word-{n:02}}}}}" for n in range(10))
UNUSED_RELAY = "unused-resource"


@pytest.mark.parametrize(
    ("old", "new", "there"),
    [
        pytest.param("", "", [UNUSED_RELAY], id="no error"),
        pytest.param(
            "mail_from: {in_address_list: blocked}",
            f"mail_from: {{in_address_list: blocked}}}}, {MANY[:-1]}",
            ["capacity", UNUSED_RELAY],
            id="an error of the compiler",
        ),
        pytest.param(
            "archives:",
            "cases: [{name: a, nonsense: 1}]\narchives:",
            ["unknown-key", UNUSED_RELAY],
            id="an error in a case",
        ),
        pytest.param(
            "archive: {to: all-mail}",
            "archive: {to: al-mail}",
            ["unknown-name", UNUSED_RELAY],
            id="a name of another kind",
        ),
        pytest.param("archive: {to:", "archiev: {to:", ["unknown-key"], id="a rule left out"),
        pytest.param(
            "archive: {to: all-mail}", "relay: {to: exchang}", ["unknown-name"], id="its own name"
        ),
        pytest.param(
            'members: ["*@spam.example"]', "members: 7", ["wrong-type"], id="a resource left out"
        ),
    ],
)
def test_what_is_missing_is_reported_unless_an_error_left_something_out(
    old: str, new: str, there: list[str]
) -> None:
    project, problems = read_text({"a.yaml": UNUSED.replace(old, new, 1)})
    problems = (*problems, *compile_project(project)[1])
    found = lint_all([project], TODAY, {project.environment.name: problems})
    relay = [p for p in found if "`exchange`" in p.message and p.check == UNUSED_RELAY]
    errors = [p.check for p in found if p.severity is Severity.ERROR]
    assert [*errors, *(p.check for p in relay)] == there


def test_a_known_problem_may_count_other_lines_and_days() -> None:
    known = problem("no mail reaches `a-7`: `b` (line 7) ends all of it, in 11 days")
    moved = problem("no mail reaches `a-7`: `b` (line 9) ends all of it, in 10 days", line=12)
    other = problem("no mail reaches `a-8`: `b` (line 9) ends all of it, in 10 days")
    assert beyond([moved, other], [known], {"a.yaml"}) == (other,)


def test_a_value_of_millions_of_characters_is_not_repeated_in_the_message() -> None:
    member = f"{'a' * 3_000_000}@spam.example"
    text = UNUSED.replace('"*@spam.example"', member)
    found = {p.check: p for p in linted(text)}["unusable-list-member"]
    assert len(found.message) < 2000


@pytest.mark.parametrize(
    ("policy", "points", "said"),
    [
        pytest.param("{default: allow, statements: []}", "", "info", id="no ingress point"),
        pytest.param(
            "{default: allow, statements: []}",
            "ingress_points: {mx-1: {type: open, traffic_policy: 'id:tp', rule_set: 'id:rs'}}\n",
            "info",
            id="an ingress point that names a policy by its id",
        ),
        pytest.param(
            "{default: allow, statements: []}",
            "ingress_points: {mx-1: {type: auth, traffic_policy: 'id:tp', rule_set: 'id:rs', "
            "auth: {smtp_password_env: A}}}\n",
            None,
            id="an ingress point that asks for a password",
        ),
        pytest.param(
            "{default: allow, statements: [{deny: [{recipient: {ends_with: '@a.example'}}]}]}",
            "",
            None,
            id="some are refused",
        ),
        pytest.param(
            "{default: allow, statements: []}",
            "ingress_points: {mx-1: {type: open, traffic_policy: other, rule_set: inbound}}\n",
            None,
            id="another policy is used",
        ),
    ],
)
def test_a_policy_whose_ingress_points_are_not_known_is_an_info(
    policy: str, points: str, said: str | None
) -> None:
    other = "{default: deny, statements: [{allow: [{recipient: {ends_with: '@example.com'}}]}]}"
    text = f"{UNUSED}traffic_policies: {{edge: {policy}, other: {other}}}\n{points}"
    found = [p.severity for p in linted(text) if p.check == "accepts-any-recipient"]
    assert found == ([Severity(said)] if said else [])


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ('contains: "*@Spam.example"', "pattern-in-literal"),
        ('contains: " @Spam.example"', "stray-character"),
        ('equals: "@Spam.example"', "not-an-address"),
    ],
)
def test_of_a_value_that_matches_nothing_that_alone_is_said(value: str, check: str) -> None:
    wide = 'ends_with: "@spam.example"'
    text = RULES.format(before="").replace("equals: spam.example", wide)
    text = text.replace(
        "        actions: [drop]",
        f"        unless: [{{mail_from: {{{value}}}}}]\n        actions: [drop]",
    )
    assert [problem.check for problem in linted(text)] == [check]
    ignored = text.replace(
        "      - name: block", f"      # mmctl: ignore[{check}] it is so\n      - name: block"
    )
    assert {p.check for p in linted(ignored)} & {"case-decides", "substring-allow"}


EXCLUDE_EACH_OTHER = {
    ("mail_from: {ends_with: '@a.example'}", "mail_from: {ends_with: '@b.example'}"): True,
    ("mail_from: {ends_with: '@a.example'}", "mail_from: {ends_with: 'x@a.example'}"): False,
    ("mail_from: {starts_with: 'bob'}", "mail_from: {starts_with: 'ann'}"): True,
    ("mail_from: {starts_with: 'bob'}", "mail_from: {starts_with: 'bobby'}"): False,
    ("mail_from: {equals: bob@a.example}", "mail_from: {contains: 'b@a.ex'}"): False,
    ("mail_from: {equals: bob@a.example}", "mail_from: {contains: 'eve'}"): True,
    ("mail_from: {equals: bob@a.example}", "mail_from: {starts_with: 'bob'}"): False,
    ("mail_from: {equals: bob@a.example}", "mail_from: {starts_with: 'ob'}"): True,
    ("mail_from: {equals: bob@a.example}", "mail_from: {ends_with: '@a.example'}"): False,
    ("mail_from: {equals: bob@a.example}", "mail_from: {ends_with: '@a.exampl'}"): True,
    ("mail_from: {equals: bob@a.example}", "mail_from: {not_equals: [bob@a.example, x@y.z]}"): True,
    ("mail_from: {equals: [bob@a.example, c@a.example]}", "mail_from: {not_equals: c@a.example}"): (
        False
    ),
    ("from: {equals: bob@a.example}", "from: {equals: ann@a.example}"): False,
    ("message_size: {equals: 5KB}", "message_size: {less_than_or_equal: 5KB}"): False,
    ("message_size: {equals: 5KB}", "message_size: {less_than: 5KB}"): True,
    ("message_size: {equals: 5KB}", "message_size: {not_equals: 5KB}"): True,
    ("message_size: {greater_than: 5KB}", "message_size: {less_than: 5KB}"): True,
    ("message_size: {greater_than: 5KB}", "message_size: {less_than: 6KB}"): False,
    ("message_size: {greater_than_or_equal: 5KB}", "message_size: {less_than: 5KB}"): True,
    ("message_size: {greater_than_or_equal: 5KB}", "message_size: {less_than_or_equal: 5KB}"): (
        False
    ),
    ("source_ip: {cidr_matches: 192.0.2.0/24}", "source_ip: {cidr_matches: 198.51.100.0/24}"): True,
    ("source_ip: {cidr_matches: 192.0.2.0/24}", "source_ip: {cidr_matches: 192.0.2.16/28}"): False,
    ("source_ip: {cidr_matches: 192.0.2.16/28}", "source_ip: {not_cidr_matches: 192.0.2.0/24}"): (
        True
    ),
    ("source_ip: {cidr_matches: 192.0.2.0/24}", "source_ip: {not_cidr_matches: 192.0.2.16/28}"): (
        False
    ),
    ("spf: {equals: [PASS, GRAY]}", "spf: {equals: FAIL}"): True,
    ("spf: {equals: [PASS, FAIL]}", "spf: {not_equals: PASS}"): False,
    ("spf: {equals: PASS}", "dkim: {equals: FAIL}"): False,
    ("tls: true", "tls: false"): True,
    ("tls: true", "tls_wrapped: false"): False,
}
"""Pairs of conditions, and whether no message meets both."""
HIDES = {
    ("tls: true", "tls: true"): True,
    ("tls: true", "tls: false"): False,
    ("read_receipt_requested: false", "read_receipt_requested: false"): True,
    ("mail_from: {ends_with: '@a.example'}", "mail_from: {equals: bob@a.example}"): True,
    ("mail_from: {equals: bob@a.example}", "mail_from: {ends_with: '@a.example'}"): False,
    ("subject: {contains: free}", "subject: {starts_with: 'freedom'}"): True,
    ("subject: {starts_with: free}", "subject: {contains: 'freedom'}"): False,
    ("helo: {not_equals: a.example}", "helo: {not_equals: [a.example, b.example]}"): True,
    ("helo: {not_equals: [a.example, b.example]}", "helo: {not_equals: a.example}"): False,
    ("message_size: {greater_than: 5KB}", "message_size: {greater_than: 6KB}"): True,
    ("message_size: {greater_than: 6KB}", "message_size: {greater_than: 5KB}"): False,
    ("message_size: {greater_than: 5KB}", "message_size: {greater_than_or_equal: 5KB}"): False,
    ("message_size: {less_than_or_equal: 5KB}", "message_size: {less_than: 5KB}"): True,
    ("source_ip: {cidr_matches: 192.0.2.0/24}", "source_ip: {cidr_matches: 192.0.2.16/28}"): True,
    ("source_ip: {cidr_matches: 192.0.2.16/28}", "source_ip: {cidr_matches: 192.0.2.0/24}"): False,
    ("spf: {equals: [FAIL, GRAY]}", "spf: {equals: FAIL}"): True,
    ("spf: {equals: FAIL}", "spf: {equals: [FAIL, GRAY]}"): False,
    ("spf: {not_equals: PASS}", "spf: {equals: [FAIL, GRAY]}"): True,
}
"""A condition of a rule that ends its mail, one of a rule below, and whether none is left."""


def found_in(rules: str, check: str) -> bool:
    text = f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{rules}"
    project, problems = read_text({"rules.yaml": text})
    assert [each for each in problems if each.severity is Severity.ERROR] == []
    return check in {each.check for each in lint(project, TODAY)}


def test_two_conditions_exclude_each_other_or_do_not() -> None:
    wrong = [
        (one, other)
        for (first, second), excluded in EXCLUDE_EACH_OTHER.items()
        for one, other in ((first, second), (second, first))
        if found_in(
            f"      - {{name: a, conditions: [{{{one}}}, {{{other}}}], actions: [drop]}}\n",
            "contradicting-conditions",
        )
        is not excluded
    ]
    assert wrong == []


def test_a_rule_above_hides_one_below_or_does_not() -> None:
    wrong = [
        (above, below)
        for (above, below), hidden in HIDES.items()
        if found_in(
            f"      - {{name: a, conditions: [{{{above}}}], actions: [drop]}}\n"
            f"      - {{name: b, conditions: [{{{below}}}, {{dkim: {{equals: FAIL}}}}],"
            " actions: [{add_header: {name: X-A, value: a}}]}\n",
            "unreachable-rule",
        )
        is not hidden
    ]
    assert wrong == []
