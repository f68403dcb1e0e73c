"""Company rules: what they find, what they cannot say, and how one is compared with another."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Final

from jsonschema import Draft202012Validator

from mmctl.checks.check import Subject
from mmctl.checks.company.findings import company_checks, rules_of, targets
from mmctl.checks.company.held import BaseRules, demands, held_to, loosened
from mmctl.checks.company.matching import covers, fits
from mmctl.checks.company.said import Said, SaidRule
from mmctl.checks.lint import lint
from mmctl.errors import ProblemsFound
from mmctl.language.company_rules import AnyOf, Exists, Has, HasPart, Is, Not, Only, PartOfText
from mmctl.language.dialect.company_rules import DESCRIPTIONS
from mmctl.language.dialect.grammar import Record
from mmctl.language.dialect.schema import as_editors_see, project_schema
from mmctl.language.formatting.format import formatted
from mmctl.language.parsing.load import read_settings, read_text
from mmctl.language.text.compose import compose
from mmctl.problem import Position, Severity

if TYPE_CHECKING:
    import pytest

    from mmctl.language.company_rules import CompanyRule, Test
    from mmctl.language.project import Project
    from mmctl.problem import Problem

TODAY: Final = date(2026, 11, 20)
HEAD: Final = "version: 1\nproject: acme\nrules: [rules/*.yaml]\n"
ROLE: Final = '"arn:aws:iam::111122223333:role/mail"'
RULES: Final = f"""\
version: 1
rule_sets:
  inbound:
    must_reach: stored
    logging: {{destination: "arn:aws:s3:::logs-of-mail"}}
    tags: {{team: mail}}
    rules:
      - name: block
        description: SEC-7, seen in phishing
        owner: security
        ticket: SEC-7
        expires: 2027-01-31
        conditions:
          - mail_from: {{ends_with: ["@Spam.example", "@bad.example"]}}
          - spf: {{not_equals: PASS}}
        unless: [{{from: {{contains: friend}}}}]
        actions: [drop]
      - phase: emergency
        unless: [{{source_ip: {{cidr_matches: 192.0.2.0/24}}}}]
        rules:
          - name: hold
            owner: ops
            conditions: [{{header: {{name: X-Level, equals: high}}}}]
            actions: [{{write_to_s3: {{bucket: other-mail, role: {ROLE}}}}}]
      - name: sleeping
        enabled: false
        actions: [{{add_header: {{name: X-A, value: b}}}}]
      - name: kept
        actions: [{{archive: {{to: all-mail}}}}, stop]
      - name: out
        live_name: out-2
        owner: ops
        conditions:
          - recipient: {{in_address_list: partners}}
          - add_on: {{name: vade, field: isPassed, is: true}}
          - client_certificate: {{attribute: cn, equals: mx.example.com}}
        actions:
          - replace_recipient: [Inbox@example.com]
          - relay: {{to: exchange, mail_from: preserve}}
      - name: mark
        shadow: true
        environments: [local]
        actions: [{{archive: {{to: all-mail}}}}]
archives:
  all-mail: {{retention: ONE_YEAR, kms_key: "arn:aws:kms:us-east-1:111122223333:key/k"}}
relays:
  exchange: {{server: Mail.Corp.example.com, port: 25, authentication: none, was: old}}
  second:
    server: mail.example.net
    port: 587
    authentication: {{secret_arn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:s"}}
address_lists:
  partners: {{members: ["*@Partner.example"], live_name: partners-live}}
add_ons:
  vade: {{product: VADE_ADVANCED_EMAIL_SECURITY}}
traffic_policies:
  edge:
    default: deny
    max_message_size: 25MB
    statements:
      - {{name: ours, owner: ops, allow: [{{recipient: {{contains: "@example"}}}}]}}
      - deny: [{{tls_protocol: {{is: TLS1_2}}}}]
ingress_points:
  mx-in:
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: optional
    network: {{public: ipv4}}
  clients:
    type: auth
    traffic_policy: edge
    rule_set: inbound
    auth: {{smtp_password_env: MMCTL_SMTP_A}}
    logging: {{destination: "arn:aws:s3:::logs", traffic_policy_debug_logs: "arn:aws:s3:::b-logs"}}
"""


def read(entries: str, rules: str = RULES, more: str = "") -> tuple[Project, tuple[Problem, ...]]:
    text = f"{HEAD}lint:\n{more}{entries}"
    return read_text({"mmctl.yaml": text, "rules/gateway.yaml": rules})


def entry(demand: str, text: str) -> str:
    return f"  {demand}:\n    - {{id: company, message: no, {text}}}\n"


def company_rule(demand: str, text: str) -> CompanyRule:
    (rule,) = read_settings(f"{HEAD}lint:\n{entry(demand, text)}", "acme").lint.company_rules
    return rule


def broken_by(project: Project) -> list[str]:
    checks = company_checks(held_to(project.settings.lint.company_rules, None))
    subject = Subject(project=project, today=TODAY)
    return [found.message.partition(":")[0] for check in checks for found in check.run(subject)]


FOUND: Final[dict[str, str]] = {
    # texts: one, any of some, anything else, a part, some, none
    "forbid when: {owner: ops}": "hold out",
    "forbid when: {owner: [security, ops]}": "block hold out",
    "forbid when: {owner: {not: ops}}": "block sleeping kept mark",
    "forbid when: {owner: {not: [ops, security]}, name: {not: kept}}": "sleeping mark",
    "forbid when: {owner: Ops}": "",
    "forbid when: {name: {starts_with: s}}": "sleeping",
    "forbid when: {name: {ends_with: [k, t]}}": "block kept out mark",
    "forbid when: {name: [out, {contains: ee}]}": "sleeping out",
    "forbid when: {ticket: {exists: true}}": "block",
    "forbid when: {ticket: {exists: false}, owner: {exists: true}}": "hold out",
    "forbid when: {live_name: {exists: true}}": "out",
    # flags, days and what is not written
    "forbid when: {enabled: false}": "sleeping",
    "forbid when: {shadow: true}": "mark",
    "forbid when: {final: {not: false}}": "",
    "forbid when: {expires: 2027-01-31}": "block",
    "forbid when: {environments: [prod]}": "block hold sleeping kept out",
    "forbid when: {phase: {exists: true}}": "hold",
    "forbid when: {rule_set: inbound, file: {starts_with: rules/}, name: kept}": "kept",
    # actions
    "forbid when: {action: archive}": "kept mark",
    "forbid when: {action: [drop, stop]}": "block kept",
    "forbid when: {action: drop}": "block",
    "forbid when: {action: {not: [archive, drop]}}": "hold sleeping out",
    "forbid when: {action: {only: archive}}": "mark",
    "forbid when: {action: {not: {only: [archive, drop, stop]}}}": "hold sleeping out",
    "forbid when: {action: {relay: {to: exchange, mail_from: preserve}}}": "out",
    "forbid when: {action: {relay: {mail_from: replace}}}": "",
    "forbid when: {action: {relay: {on_failure: continue}}}": "out",
    "forbid when: {action: {write_to_s3: {bucket: {not: {starts_with: company-}}}}}": "hold",
    "forbid when: {action: {replace_recipient: inbox@EXAMPLE.com}}": "out",
    "forbid when: {action: {replace_recipient: {not: {ends_with: '@example.com'}}}}": "",
    # conditions, wherever they stand
    "forbid when: {condition: {field: from}}": "block",
    "forbid when: {condition: {field: from, under: conditions}}": "",
    "forbid when: {condition: {field: from, under: unless, operator: contains}}": "block",
    "forbid when: {condition: {field: mail_from, value: {ends_with: spam.EXAMPLE}}}": "block",
    "forbid when: {condition: {field: mail_from, value: {only: {ends_with: bad.example}}}}": "",
    "forbid when: {condition: {field: source_ip, under: unless}}": "hold",
    "forbid when: {condition: {exists: false}}": "sleeping kept mark",
    "forbid when: {condition: {not: {field: spf}}, action: drop}": "",
    "forbid when: {condition: {only: {field: [source_ip, header]}}, phase: emergency}": "hold",
    "forbid when: {condition: {field: header, name: {not: X-Spam}}}": "hold",
    "forbid when: {condition: {operator: in_address_list, value: partners}}": "out",
    "forbid when: {condition: {field: add_on, name: vade, add_on_field: isPassed}}": "out",
    "forbid when: {condition: {field: client_certificate, attribute: cn}}": "out",
    "forbid when: {condition: {field: spf, value: pass}}": "block",
    # order: what is switched off, only marks, or lives elsewhere does nothing
    "forbid when: {action: relay, after: {action: archive}}": "out",
    "forbid when: {action: archive, after: {action: relay}, enabled: true}": "mark",
    "forbid when: {action: archive, after: {not: {action: relay}}}": "kept",
    "forbid when: {action: relay, before: {action: archive}}": "",
    "forbid when: {action: relay, after: {action: add_header}}": "",
    "require when: {action: relay}, then: {after: {action: archive}}": "",
    "require when: {action: drop}, then: {before: {action: {relay: {to: exchange}}}}": "",
    # what is required
    "require then: {owner: {exists: true}}": "sleeping kept mark",
    "require when: {action: drop}, then: {ticket: {starts_with: SEC-}, owner: ops}": "block",
    "require when: {owner: ops}, then: [{ticket: {exists: true}}, {action: relay}]": "hold",
    # statements and resources
    "forbid statements: {effect: allow, condition: {field: recipient, operator: contains}}": "ours",
    "forbid statements: {policy: edge, condition: {field: tls_protocol, value: tls1_2}}": "2",
    "forbid statements: {owner: {exists: false}}": "2",
    "forbid relays: {server: {not: mail.corp.EXAMPLE.com}}": "second",
    "forbid relays: {authentication: none}": "exchange",
    "forbid relays: {authentication: {secret_arn: {exists: true}}}": "second",
    "forbid relays: {port: {not: [25, 587]}}": "",
    "require relays: {}, then: {tags: {team: {exists: true}}}": "exchange second",
    "forbid rule_sets: {tags: {team: mail}, must_reach: stored}": "inbound",
    "forbid relays: {tags: {team: {exists: false}}}": "exchange second",
    "forbid relays: {authentication: {secret_arn: {exists: false}}}": "exchange",
    "forbid rule_sets: {tags: {team: {exists: false}}}": "",
    "forbid ingress_points: {logging: {destination: {exists: false}}}": "mx-in",
    "forbid ingress_points: {network: {vpc_endpoint: {exists: true}}}": "",
    "forbid archives: {retention: {not: [SEVEN_YEARS, PERMANENT]}}": "all-mail",
    "forbid address_lists: {members: {not: {only: {ends_with: '@PARTNER.example'}}}}": "",
    "forbid address_lists: {members: external}": "",
    "forbid add_ons: {}": "vade",
    "forbid traffic_policies: {max_message_size: 25MB}": "edge",
    "forbid ingress_points: {tls_policy: {not: required}}": "mx-in clients",
    "forbid ingress_points: {network: {public: ipv4}, status: active}": "mx-in",
    "require ingress_points: {}, then: {logging: {destination: {exists: true}}}": "mx-in",
}


def test_what_a_company_rule_finds() -> None:
    wrong = {}
    settings = "environments: {local: {endpoint: embedded}, prod: {endpoint: embedded}}\n"
    for said, wanted in FOUND.items():
        demand, _, text = said.partition(" ")
        files = {"mmctl.yaml": f"{HEAD}{settings}lint:\n{entry(demand, text)}"}
        project, problems = read_text({**files, "rules/gateway.yaml": RULES})
        found = [name.strip("`").partition("statement ")[2][:1] or name.strip("`")
                 for name in broken_by(project)]  # fmt: skip
        if problems or found != wanted.split():
            wrong[said] = (found, [each.message for each in problems])
    assert wrong == {}


def test_every_key_that_can_be_described_is_known_of_every_thing() -> None:
    project, problems = read(entry("forbid", "when: {name: x1}"))
    assert [each.check for each in problems] == []
    at = Position(file="mmctl.yaml")
    silent = set()
    for about, record in DESCRIPTIONS.items():
        for key in record.members.keys() - {"before", "after"}:
            there = Has({key: Exists(True, at)}, at)
            if not any(fits(there, (each.said,)) for each in targets(project, about)):
                silent.add((about, key))
    assert {key for _, key in silent} == {"live_name", "was"}
    assert not {about for about, _ in silent} & {"rules", "statements"}


MISTAKES: Final[dict[str, tuple[str, str]]] = {
    "forbid when: {actoin: drop}": ("unknown-key", "actoin"),
    "forbid when: {action: dropp}": ("unknown-key", "dropp"),
    "forbid when: {action: {relay: {too: exchange}}}": ("unknown-key", "too"),
    "forbid when: {actions: drop}": ("unknown-key", "actions"),
    "forbid when: {from: x}": ("unknown-key", "from"),
    "forbid when: {owner: {regex: '^(a+)+$'}}": ("unknown-key", "regex"),
    "forbid when: {condition: {field: frm}}": ("wrong-type", "frm"),
    "forbid when: {condition: {subject: x}}": ("unknown-key", "subject"),
    "forbid when: {condition: {field: subject, operator: matches}}": ("wrong-type", "matches"),
    "forbid when: {condition: {field: subject, operator: is}}": ("wrong-text", "is}"),
    "forbid when: {condition: {field: spf, value: PAS}}": ("wrong-text", "PAS"),
    "forbid when: {condition: {field: message_size, value: 25MB}}": ("wrong-text", "{field"),
    "forbid when: {condition: {field: subject, name: X-A}}": ("wrong-text", "{field"),
    "forbid when: {name: {exists: false}}": ("wrong-text", "false"),
    "forbid when: {action: {relay: {to: {exists: false}}}}": ("wrong-text", "false"),
    "forbid when: {}": ("wrong-text", "company"),
    "forbid when: {enabled: maybe}": ("wrong-type", "maybe"),
    "forbid when: {expires: soon}": ("wrong-type", "soon"),
    "forbid when: {owner: []}": ("wrong-type", "[]"),
    "forbid when: {owner: '${vars.team}'}": ("unknown-variable", "'$"),
    "forbid when: {action: {relay: {to: exchagne}}}": ("unknown-name", "exchagne"),
    "forbid when: {environments: prdo}": ("unknown-name", "prdo"),
    "forbid when: {phase: emergancy}": ("unknown-name", "emergancy"),
    "forbid when: {file: rules/gatewya.yaml}": ("unknown-name", "rules/gatewya"),
    "forbid when: {after: {action: {archive: {to: all}}}}": ("unknown-name", "all}"),
    "forbid when: {condition: {operator: in_address_list, value: parters}}": (
        "unknown-name", "parters",
    ),
    "forbid when: {condition: {field: add_on, name: vad}}": ("unknown-name", "vad}"),
    "forbid ingress_points: {rule_set: inbuond}": ("unknown-name", "inbuond"),
    "forbid statements: {policy: egde}": ("unknown-name", "egde"),
    "forbid relays: {sever: x}": ("unknown-key", "sever"),
    "forbid relais: {server: x}": ("unknown-key", "relais"),
    "forbid when: {name: x}, then: {name: y}": ("unknown-key", "then"),
    "forbid when: {name: x}, severity: fatal": ("wrong-type", "fatal"),
    "require when: {name: block}": ("missing-key", "{id"),
    "require then: {condition: {field: spf}}": ("wrong-text", "{field"),
    "require then: {condition: {only: {field: spf}}}": ("wrong-text", "{field"),
}  # fmt: skip


def test_what_cannot_be_is_an_error_at_its_place() -> None:
    wrong = {}
    for said, (check, word) in MISTAKES.items():
        demand, _, text = said.partition(" ")
        project, problems = read(entry(demand, text))
        line = entry(demand, text).splitlines()[1]
        at = (6, line.index(word) + 1)
        found = [(each.check, (each.position.line, each.position.column)) for each in problems]
        if found != [(check, at)] or (check not in {"unknown-name", "wrong-text"} and (
            project.settings.lint.company_rules
        )):  # fmt: skip
            wrong[said] = (found, at)
    assert wrong == {}


def test_ids_are_unique_and_not_those_of_checks() -> None:
    twice = "  forbid: [{id: a, when: {owner: x}, message: m}]\n"
    twice += "  require: [{id: a, then: {owner: {exists: true}}, message: m}]\n"
    _, problems = read(twice)
    assert [(each.check, each.position.line) for each in problems] == [("duplicate-name", 6)]
    for taken in ("unreachable-rule", "unknown-key"):
        project, _ = read(f"  forbid: [{{id: {taken}, when: {{owner: ops}}, message: m}}]\n")
        found = [each.message for each in lint(project, TODAY) if each.check == "duplicate-name"]
        assert found == [f"`{taken}` is the id of a check of mmctl"]


def test_a_finding_is_at_what_breaks_the_rule() -> None:
    for text, word in (
        ("when: {action: write_to_s3}", "write_to_s3"),
        ("when: {condition: {field: from}}", "from: {contains"),
        ("when: {condition: {field: source_ip}}", "hold"),  # its phase has the condition
        ("when: {ticket: {exists: true}}", "SEC-7\n        expires"),
        ("relays: {port: 587}", "587"),
        ("statements: {effect: deny}", "deny: [{tls"),
    ):
        project, _ = read(entry("forbid", text))
        (found,) = [each for each in lint(project, TODAY) if each.check == "company"]
        before = RULES[: RULES.index(word)]
        place = found.position
        assert place.line == before.count("\n") + 1, text
        if "statements" not in text:
            assert place.column == len(before) - before.rfind("\n"), text


def test_severity_is_error_unless_it_is_stated() -> None:
    for more, wanted in (("", Severity.ERROR), (", severity: info", Severity.INFO)):
        project, _ = read(entry("forbid", f"when: {{name: block}}{more}"))
        (found,) = [each for each in lint(project, TODAY) if each.check == "company"]
        assert found.severity is wanted
        assert found.message == "`block`: no"
        assert found.help == "forbidden by mmctl.yaml:6"


# Comments


def commented(reason: str, rule: str = "block") -> str:
    above = f"      - name: {rule}\n"
    return RULES.replace(above, f"      # mmctl: ignore[company] {reason}\n{above}")


LINE: Final = "        actions: [{archive: {to: all-mail}}, stop]\n"
EXCUSED: Final = RULES.replace(LINE, f"        # mmctl: ignore[company] agreed\n{LINE}")
"""A comment above the one line that breaks the rule."""


def test_a_comment_silences_a_company_rule_unless_the_change_brings_it() -> None:
    for now, before, silent in (
        (commented("agreed"), None, ["kept"]),
        (commented("agreed"), commented("agreed"), ["kept"]),
        (commented("agreed"), RULES, ["block", "kept"]),
        (commented("agreed"), commented("another reason"), ["block", "kept"]),
        (commented("agreed", "kept"), commented("agreed"), ["block", "kept"]),
        (commented("agreed"), f"# moved\n\n{commented('agreed')}", ["kept"]),
        (EXCUSED, EXCUSED, ["block"]),
        (EXCUSED, f"# moved\n{EXCUSED}", ["block"]),
        (EXCUSED, EXCUSED.replace("kept", "other"), ["block", "kept"]),
    ):
        described = "name: [block, kept], action: [drop, stop]"
        project, _ = read(entry("forbid", f"when: {{{described}}}"), now)
        base = None
        if before is not None:
            lint_there = project.settings.lint
            base = BaseRules(
                name="main", lint=lint_there, text_of={"rules/gateway.yaml": before}.get
            )
        found = [each for each in lint(project, TODAY, base=base) if each.check == "company"]
        assert [each.message.split("`")[1] for each in found] == silent
        new = [each for each in found if "is new in this change" in (each.help or "")]
        assert bool(new) is (len(silent) > 1)


def test_a_comment_that_silences_no_company_rule_is_told() -> None:
    project, _ = read(entry("forbid", "when: {name: kept}"), commented("agreed"))
    found = [each.message for each in lint(project, TODAY) if each.check == "ignore-without-effect"]
    assert found == ["`company` reports nothing here to ignore"]


# One rule against another


def some_tests() -> list[Test]:
    """Tests of every form over few values, one inside the other."""
    at = Position(file="mmctl.yaml")
    values: list[Test] = [Is("a", at), Is("ab", at), HasPart(PartOfText.STARTS_WITH, "a")]
    values += [
        HasPart(PartOfText.CONTAINS, "b"),
        HasPart(PartOfText.ENDS_WITH, "ab"),
        Exists(True, at),
    ]
    values += [AnyOf((values[0], values[4])), Exists(False, at)]
    values += [wrapper(each) for each in values for wrapper in (Not, Only)]
    values += [Not(Only(values[0])), Not(Only(values[2])), Only(Not(values[0]))]
    things: list[Test] = [Has({key: each}, at) for each in values[:9] for key in "kl"]
    things += [Has({"k": first, "l": second}, at) for first, second in combinations(values[:5], 2)]
    things += [wrapper(each) for each in things[:8] for wrapper in (Not, Only)]
    return [*values, *things]


def test_what_covers_another_fits_wherever_that_fits() -> None:
    numbers = random.Random(13)  # noqa: S311 - the same each time
    texts = ["", "a", "ab", "b", "bab", "c"]

    def some() -> tuple[str, ...]:
        return tuple(numbers.sample(texts, numbers.randrange(4)))

    samples: list[tuple[object, ...]] = [some() for _ in range(60)]
    samples += [
        tuple(Said({"k": some(), "l": some()}) for _ in range(numbers.randrange(3)))
        for _ in range(60)
    ]
    tests = some_tests()
    fitting = [[fits(test, values) for values in samples] for test in tests]
    covered, wrong = 0, []
    for first, test in enumerate(tests):
        for second, wider in enumerate(tests):
            if covers(wider, test):
                covered += first != second
                pairs = zip(fitting[first], fitting[second], strict=True)
                wrong += [(test, wider)] * any(one and not other for one, other in pairs)
    assert wrong == []
    assert covered > 100


TIGHTER: Final = (
    ("forbid", "when: {owner: ops}", "when: {owner: [ops, audit]}"),
    ("forbid", "when: {owner: ops, action: drop}", "when: {action: drop}"),
    ("forbid", "when: {owner: {not: [ops, audit]}}", "when: {owner: {not: ops}}"),
    ("forbid", "when: {action: {relay: {to: a}}}", "when: {action: relay}"),
    ("forbid", "relays: {server: {not: [a.example.com, b.example.com]}}",
     "relays: {server: {not: a.example.com}}"),
    ("require", "when: {action: drop}, then: {owner: {exists: true}}",
     "then: {owner: security, ticket: {exists: true}}"),
    ("require", "then: {ticket: {starts_with: S}}", "then: {ticket: {starts_with: SEC-}}"),
    ("require", "then: {owner: [a, b]}", "then: {owner: a}"),
    ("forbid", "when: {owner: ops}, severity: warning", "when: {owner: ops}, severity: error"),
)  # fmt: skip


def test_a_company_rule_demands_at_least_as_much_only_where_that_is_sure() -> None:
    for demand, loose, tight in TIGHTER:
        weak, strong = company_rule(demand, loose), company_rule(demand, tight)
        assert demands(strong, weak), tight
        assert not demands(weak, strong), loose
        assert demands(strong, strong)
        assert not demands(None, weak)
    forbidden = company_rule("forbid", "when: {owner: ops}")
    assert not demands(company_rule("require", "then: {owner: ops}"), forbidden)
    assert not demands(company_rule("forbid", "relays: {name: ops}"), forbidden)


def test_the_other_settings_of_the_base_count_too() -> None:
    before, _ = read("", more="  require_owner: true\n  require_format: true\n  expired: error\n")
    now, _ = read("", more="  require_owner: false\n  expired: info\n")
    base = BaseRules(name="main", lint=before.settings.lint, text_of=lambda _: None)
    said = [message for _, message in loosened(now.settings.lint, base.lint)]
    assert said == [
        "`require_owner: true` is removed",
        "`require_format: true` is removed",
        "an expired rule was `error`, and is `info`",
    ]
    found = {each.check for each in lint(now, TODAY, base=base)}
    assert {"company-rule-loosened", "rule-without-owner"} <= found
    assert "rule-without-owner" not in {each.check for each in lint(now, TODAY)}


def test_a_change_cannot_switch_the_proofs_off_that_would_stop_it() -> None:
    broken = f"{RULES}invariants:\n  - {{name: nothing is dropped, never: dropped}}\n"
    before, _ = read("", more="  require_owner: false\n")
    now, _ = read("", broken, more="  proof_effort: 0\n")
    base = BaseRules(name="main", lint=before.settings.lint, text_of=lambda _: None)
    said = [message for _, message in loosened(now.settings.lint, base.lint)]
    assert said == ["`proof_effort` was 20,000, and is 0"]
    found = {each.check for each in lint(now, TODAY, base=base)}
    assert {"company-rule-loosened", "invariant-broken"} <= found
    assert "invariant-broken" not in {each.check for each in lint(now, TODAY)}


def test_what_is_loosened_is_told_before_everything_else() -> None:
    before, _ = read(entry("forbid", "when: {owner: ops}"), more="  require_owner: true\n")
    settings = f"{HEAD}lint: {{}}\n".replace("rules/*", "a/*")
    now, problems = read_text({"mmctl.yaml": settings, "a/gateway.yaml": RULES})
    assert problems == ()
    base = BaseRules(name="main", lint=before.settings.lint, text_of=lambda _: None)
    found = [(each.check, each.position.file) for each in lint(now, TODAY, base=base)]
    assert found[:2] == [("company-rule-loosened", "mmctl.yaml")] * 2
    assert found.count(("company", "a/gateway.yaml")) == 2


# Hostile and large


def test_tests_in_tests_are_read_to_any_depth_that_files_have() -> None:
    for depth in (1, 2, 15, 40, 400):
        text = "when: {owner: " + "{not: " * depth + "ops" + "}" * depth + "}"
        try:
            project, problems = read(entry("forbid", text))
        except ProblemsFound as error:
            assert {each.check for each in error.problems} == {"syntax"}  # noqa: PT017
            assert depth > 15
            continue
        assert problems == ()
        assert len(broken_by(project)) == (2 if depth % 2 == 0 else 4)


def test_long_texts_and_many_tests_are_compared() -> None:
    parts = ", ".join(f'"{"a" * number}!"' for number in range(1, 200))
    text = f"when: {{description: {{contains: [{parts}]}}}}"
    rules = RULES.replace("SEC-7, seen in phishing", "a" * 50_000)
    project, problems = read(entry("forbid", text), rules)
    assert problems == ()
    assert broken_by(project) == []


def test_the_cost_of_order_grows_with_the_rules_and_not_with_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0
    really = SaidRule.passes

    def counted(self: SaidRule, key: str, test: Test) -> bool:
        nonlocal asked
        asked += 1
        return really(self, key, test)

    monkeypatch.setattr(SaidRule, "passes", counted)

    def cost(many: int) -> int:
        nonlocal asked
        rows = "".join(
            f"      - {{name: r{number}, actions: [{{archive: {{to: all-mail}}}}]}}\n"
            for number in range(many)
        )
        head = "version: 1\nrule_sets:\n  inbound:\n    rules:\n"
        text = f"{head}{rows}archives:\n  all-mail: {{retention: ONE_YEAR}}\n"
        project, _ = read(entry("forbid", "when: {action: archive, after: {action: drop}}"), text)
        asked = 0
        assert broken_by(project) == []
        assert len(list(rules_of(project))) == many
        return asked

    assert cost(400) <= 2 * cost(200)


# Formatted and described elsewhere


def test_formatting_keeps_every_entry() -> None:
    entries = ""
    for demand in ("forbid", "require"):
        told = [said.partition(" ")[2] for said in FOUND if said.startswith(demand)]
        rows = [
            f"    - {{id: r{number}, {text}, message: m}}\n" for number, text in enumerate(told)
        ]
        entries += f"  {demand}:\n{''.join(rows)}".replace("id: r", f"id: {demand}-")
    text = f"{HEAD}lint:\n{entries}"
    once = formatted(text, file="mmctl.yaml").text
    assert formatted(once, file="mmctl.yaml").text == once
    before = read_settings(text, "acme").lint.company_rules
    assert read_settings(once, "acme").lint.company_rules == before
    assert len(before) == len(FOUND)


def test_editors_accept_every_entry_and_mark_misspelled_keys() -> None:
    validator = Draft202012Validator(project_schema())
    wrong = []
    for said in (*FOUND, *MISTAKES):
        demand, _, text = said.partition(" ")
        node, _ = compose(f"{HEAD}lint:\n{entry(demand, text)}", file="mmctl.yaml")
        assert node is not None
        silent = validator.is_valid(as_editors_see(node))
        unseen = MISTAKES[said][0] in UNSEEN if said in MISTAKES else True
        if silent is not unseen and not (said in MISTAKES and "severity" in text):
            wrong.append(said)
    assert wrong == []


UNSEEN: Final = frozenset({"wrong-text", "unknown-name", "unknown-variable"})
"""What no schema can tell."""


def test_descriptions_have_the_keys_of_rules_and_resources() -> None:
    rules, relays = DESCRIPTIONS["rules"], DESCRIPTIONS["relays"]
    assert isinstance(rules, Record)
    assert {"name", "owner", "ticket", "expires", "phase", "action"} < rules.members.keys()
    assert relays.members.keys() == {
        "name", "server", "port", "authentication", "live_name", "was", "tags", "file",
    }  # fmt: skip
