"""The digest of the logical rules: what must change it, and what must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from mmctl.language.parsing.load import read_text
from mmctl.language.parsing.rules_digest import rules_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES: Final[dict[str, str]] = {
    "mmctl.yaml": """\
version: 1
project: acme
vars: {exchange: mail.example.com, lookalikes: ["@examp1e.com"], pattern: security}
environments:
  staging:
    endpoint: embedded
    account: "111122223333"
    bindings: {archives: {legacy: a-0123456789abcdef}}
  prod:
    endpoint: embedded
    account: "444455556666"
    vars: {exchange: mail.example.org}
default_environment: staging
""",
    "rules/gateway.yaml": """\
version: 1
rule_sets:
  inbound:
    must_reach: delivered
    rules:
      - phase: block
        on_overlap: file_order
        unless: [{recipient: {in_address_list: abuse-desks}}]
        include: ["security/*.yaml"]
      - include: [audit.yaml]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
relays:
  exchange: {server: "${vars.exchange}", port: 25, authentication: none}
archives:
  evidence: {retention: ONE_YEAR}
address_lists:
  abuse-desks: {members: [abuse@example.com, "*@abuse.example.com"], members_file: desks.csv}
traffic_policies:
  edge:
    default: deny
    statements:
      - {name: ours, allow: [{recipient: {ends_with: "@example.com"}}]}
ingress_points:
  mx: {live_name: mx-inbound, type: open, traffic_policy: edge, rule_set: inbound}
""",
    "rules/desks.csv": "address,note\nhelp@example.com,first\n",
    "rules/security/a.yaml": """\
version: 1
rules:
  - name: block-lookalike
    description: Lookalikes.
    owner: security
    environments: [staging, prod]
    conditions:
      - from: {ends_with: "${vars.lookalikes}"}
      - subject: {contains: [urgent, payment]}
    actions:
      - add_header: {name: X-Threat, value: lookalike}
      - drop
""",
    "rules/security/b.yaml": """\
version: 1
rules:
  - {name: big, conditions: [{message_size: {greater_than: 25MB}}], actions: [drop]}
  - {name: sleeping, enabled: false, actions: [drop]}
""",
    "rules/audit.yaml": """\
version: 1
rules:
  - {name: keep, actions: [{archive: {to: evidence}}]}
""",
    "cases/a.yaml": """\
version: 1
cases:
  - name: delivers
    ingress_point: mx
    mail: {mail_from: a@example.org, rcpt: [b@example.com]}
    expect: delivered
""",
}


def _digest(files: Mapping[str, str], environment: str = "staging") -> str:
    project, _ = read_text(files, environment=environment)
    assert "inbound" in project.rule_sets
    return rules_digest(project)


def _with(path: str, before: str, after: str) -> dict[str, str]:
    assert before in _FILES[path], before
    return _FILES | {path: _FILES[path].replace(before, after)}


_GATEWAY, _A, _B = "rules/gateway.yaml", "rules/security/a.yaml", "rules/security/b.yaml"
_CHANGES: Final = (
    (_A, "[urgent, payment]", "[urgent, payments]"),
    (_A, "[urgent, payment]", "[urgent]"),
    (_A, "contains:", "starts_with:"),
    (_A, "${vars.lookalikes}", "${vars.others}"),
    (_A, "${vars.lookalikes}", "@examp1e.com"),
    (_A, "environments: [staging, prod]", "environments: [prod]"),
    (_A, "    environments: [staging, prod]\n", ""),
    (_A, "block-lookalike", "block-lookalikes"),
    (_A, "- drop", "- {bounce: {code: 550, message: no, status: 5.7.1}}"),
    (_A, "value: lookalike", "value: Lookalike"),
    (_A, "    owner: security\n", "    shadow: true\n"),
    (_A, "    owner: security\n", "    enabled: false\n"),
    (_A, "    owner: security\n", "    refuse: true\n"),
    (_A, "    conditions:", "    unless:"),
    (_B, "25MB", "26MB"),
    (_B, "enabled: false", "enabled: true"),
    (_GATEWAY, "phase: block", "phase: blocking"),
    (_GATEWAY, "on_overlap: file_order", "on_overlap: any"),
    (_GATEWAY, "        unless: [{recipient: {in_address_list: abuse-desks}}]\n", ""),
    (_GATEWAY, "      - include: [audit.yaml]\n", ""),
    (_GATEWAY, "port: 25", "port: 587"),
    (_GATEWAY, "${vars.exchange}", "mail.example.com"),
    (_GATEWAY, "ONE_YEAR", "TWO_YEARS"),
    (_GATEWAY, "abuse@example.com", "abuse@example.org"),
    (_GATEWAY, "default: deny", "default: allow"),
    (_GATEWAY, "@example.com", "@example.org"),
    (_GATEWAY, "allow:", "deny:"),
    (_GATEWAY, "mx-inbound", "mx-in"),
    (_GATEWAY, "type: open", "type: open, status: closed"),
    (_GATEWAY, "archives:\n", "archives:\n  more: {retention: ONE_YEAR}\n"),
    ("rules/desks.csv", "help@example.com", "help@example.org"),
    ("rules/audit.yaml", "{to: evidence}", "{to: legacy}"),
)
_SAME: Final = (
    (_A, "[urgent, payment]", "[payment, urgent]"),
    (
        _A,
        "{contains: [urgent, payment]}",
        "\n          contains:\n            - payment  # paid\n            - 'urgent'",
    ),
    (_A, "Lookalikes.", "Lookalikes of our domain."),
    (_A, "owner: security", "owner: audit\n    ticket: SEC-1\n    expires: 2027-01-31"),
    (_A, "environments: [staging, prod]", "environments: [prod, staging]"),
    (_A, "    owner: security\n", "    enabled: true\n    shadow: false\n    count: any\n"),
    (_A, "- drop", "- drop:"),
    (_A, '"${vars.lookalikes}"', '["${vars.lookalikes}"]'),
    (_A, "version: 1\n", "# A comment.\n\nversion: 1\n"),
    (_B, "name: sleeping", "name: asleep"),
    (
        _B,
        "actions: [drop]}\n  - {name: sleeping, enabled: false, actions: [drop]}",
        "actions: [drop]}",
    ),
    (_GATEWAY, "must_reach: delivered", "must_reach: stored"),
    (_GATEWAY, "live_name: mx-inbound, type: open", "type: open, live_name: mx-inbound"),
    ("rules/desks.csv", "first", "second"),
    ("rules/desks.csv", "address,note\nhelp@example.com,first\n", "help@example.com\n"),
    ("mmctl.yaml", "mail.example.com", "mx.example.com"),
    ("mmctl.yaml", '["@examp1e.com"]', '["@exarnple.com"]'),
    ("mmctl.yaml", "a-0123456789abcdef", "a-fedcba9876543210"),
    ("mmctl.yaml", "111122223333", "777788889999"),
    ("cases/a.yaml", "expect: delivered", "expect: dropped"),
)


def test_whatever_a_rule_or_resource_says_changes_the_digest() -> None:
    digests = {_digest(_FILES)}
    faults = []
    for path, before, after in _CHANGES:
        digest = _digest(_with(path, before, after))
        if digest in digests:
            faults.append(f"{path}: {before!r} -> {after!r}")
        digests.add(digest)
    assert faults == []


def test_layout_variables_and_what_only_people_read_do_not_change_the_digest() -> None:
    first = _digest(_FILES)
    faults = [
        f"{path}: {before!r} -> {after!r}"
        for path, before, after in _SAME
        if _digest(_with(path, before, after)) != first
    ]
    assert faults == []


def test_all_environments_of_a_revision_have_one_digest() -> None:
    assert _digest(_FILES, "staging") == _digest(_FILES, "prod")


def test_where_something_is_written_does_not_change_the_digest() -> None:
    files = dict(_FILES)
    lists = files[_GATEWAY][files[_GATEWAY].index("address_lists:") :]
    lists = lists[: lists.index("traffic_policies:")]
    files[_GATEWAY] = files[_GATEWAY].replace(lists, "")
    files["rules/0-lists.yaml"] = "version: 1\n" + lists
    assert _digest(files) == _digest(_FILES)
    files = dict(_FILES)
    inline = "      - {name: keep, actions: [{archive: {to: evidence}}]}\n"
    files[_GATEWAY] = files[_GATEWAY].replace("      - include: [audit.yaml]\n", inline)
    del files["rules/audit.yaml"]
    assert _digest(files) == _digest(_FILES)
    files = {path.replace("a.yaml", "aa.yaml"): text for path, text in _FILES.items()}
    assert _digest(files) == _digest(_FILES)


def test_rules_beside_cases_are_in_the_digest() -> None:
    section = "archives:\n  second: {retention: ONE_YEAR}\n"
    for text in (
        _FILES["cases/a.yaml"] + section,
        '{"version": 1,\ncases: [],\narchives: {second: {retention: ONE_YEAR}}}\n',
        'version: 1\ncases: []\n"archives":\n  second: {retention: ONE_YEAR}\n',
    ):
        files = _FILES | {"cases/a.yaml": text}
        elsewhere = _FILES | {"rules/more.yaml": "version: 1\n" + section}
        assert _digest(files) == _digest(elsewhere) != _digest(_FILES)


def test_the_order_of_rules_is_in_the_digest_wherever_it_comes_from() -> None:
    swapped = {**_FILES, _A: _FILES[_B], _B: _FILES[_A]}
    assert _digest(swapped) != _digest(_FILES)


def test_rules_that_no_known_pattern_includes_are_still_in_the_digest() -> None:
    by_variable = _with(_GATEWAY, "security/*.yaml", "${vars.pattern}/*.yaml")
    other = by_variable | {_B: by_variable[_B].replace("25MB", "26MB")}
    assert _digest(by_variable) != _digest(other)


def test_names_of_files_that_a_variable_includes_are_in_the_digest() -> None:
    files = _with(_GATEWAY, "security/*.yaml", "${vars.pattern}/*.yaml")
    digests = {_digest(files)}
    for name in ("rules/security/c.yaml", "rules/other/a.yaml"):
        moved = {name if path == _A else path: text for path, text in files.items()}
        digests.add(_digest(moved))
    assert len(digests) == len(("as it was", "in another order", "no longer included"))


def test_another_variable_of_a_list_changes_the_digest_whatever_its_letter_case() -> None:
    digests = {
        _digest(_with(_GATEWAY, "[abuse@example.com", f'["${{vars.{name}}}"'))
        for name in ("desk", "Desk")
    }
    assert len(digests) == len(("desk", "Desk"))


@given(
    st.permutations(sorted(_FILES)),
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20),
)
def test_no_order_of_files_and_no_comment_changes_the_digest(order: list[str], said: str) -> None:
    def commented(path: str) -> str:
        return f"# {said}\n{_FILES[path]}"

    files = {path: commented(path) for path in order}
    assert _digest(files) == _digest(_FILES)


def test_no_layout_keeps_a_rule_out_of_the_digest() -> None:
    rule = "{name: late, conditions: [{subject: {contains: late}}], actions: [drop]}"
    block = "  - name: late\n    conditions: [{subject: {contains: late}}]\n    actions: [drop]\n"
    plain = f"version: 1\ncases: []\nrules:\n{block}"
    indented = " version: 1\n rules:\n" + block.replace(
        "    actions", '    description: "late\ncases: none"\n    actions'
    )
    layouts = {
        "a document's start": f"--- {{version: 1, rules: [{rule}],\ncases: []}}\n",
        "an indented first level": indented,
        "a byte order mark": f"\ufeffrules: [{rule}]\nversion: 1\ncases: []\n",
        "an explicit key": f"version: 1\ncases: []\n? rules\n: [{rule}]\n",
        **{
            f"lines that end with {end!r}": f"cases: []{end}version: 1{end}rules: [{rule}]{end}"
            for end in ("\r", "\r\n", "\x85", "\u2028", "\u2029")
        },
    }
    digest = _digest(_FILES | {_B: plain})
    faults = [name for name, text in layouts.items() if _digest(_FILES | {_B: text}) != digest]
    assert faults == []
