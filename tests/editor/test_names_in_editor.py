"""Completion, hover, definition, references and rename: what a person sees who edits rules."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from mmctl.editor.explaining import explained
from mmctl.editor.going import defined, used
from mmctl.editor.names import ProjectNames
from mmctl.editor.rename_refusals import NotRenamed
from mmctl.editor.renaming import replacements
from mmctl.editor.suggesting import suggestions
from mmctl.editor.workspace import OpenProject, Workspace
from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.editor.suggesting import Completion

PROJECT = """\
version: 1
project: example
vars:
  corp_domain: example.com
  partners: ["@a.example", "@b.example", "@c.example"]
lint:
  forbid:
    - id: one-relay
      when: {action: {relay: {to: {not: exchange}}}}
      message: mail goes to Exchange
environments:
  local: {endpoint: embedded}
  prod: {account: "111122223333", region: us-east-1, vars: {corp_domain: example.org}}
default_environment: local
"""
GATEWAY = """\
version: 1
rule_sets:
  inbound:
    rules:
      - phase: block
        include: [security.yaml]
      - name: deliver
        owner: operations
        actions:
          - archive: {to: evidence}
          - relay: {to: exchange}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: ours
        allow: [{recipient: {ends_with: "@${vars.corp_domain}"}}]
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  evidence:
    retention: ONE_YEAR
address_lists:
  vips: {members: [cfo@example.com]}
invariants:
  - name: kept
    always: [{archive: {to: evidence}}]
    before: relay
"""
SECURITY = """\
version: 1
rules:
  - name: block-partners
    owner: security
    conditions:
      - from: {ends_with: ["${vars.partners}", "@d.example"]}
    unless:
      - recipient: {in_address_list: vips}
    actions:
      - drop
"""
CASES = """\
version: 1
cases:
  - name: a partner is blocked
    message: {from: x@a.example, to: b@example.com, subject: Hello}
    session: {source_ip: 203.0.113.7}
    envelope: {mail_from: x@a.example, recipients: [b@example.com]}
    failing: ["relay:exchange"]
    expect:
      b@example.com: {outcome: dropped, by: block-partners, rules: [block-partners]}
"""
FILES = {
    "mmctl.yaml": PROJECT,
    "rules/gateway.yaml": GATEWAY,
    "rules/security.yaml": SECURITY,
    "cases/brand.yaml": CASES,
}


class _Disk:
    """A project in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def root_of(self, path: str) -> str | None:
        return "/project" if path.startswith("/project/") else None

    def below(self, root: str) -> MemoryFiles:
        assert root == "/project"
        return MemoryFiles(dict(self.files))


def _project(**texts: str) -> OpenProject:
    """The project, with other texts in the editor: `security` for `rules/security.yaml`."""
    project, _ = Workspace(_Disk(FILES)).find("/project/mmctl.yaml")
    for path in FILES:
        name = path.rpartition("/")[2].removesuffix(".yaml")
        if name in texts:
            project.texts[path] = texts[name]
    return project


def _names(**texts: str) -> ProjectNames:
    return ProjectNames(_project(**texts)).looked()


def _suggested(text: str, name: str = "security") -> dict[str, Completion]:
    """What is suggested at the mark `|` in a file, by its label."""
    path = {"security": "rules/security.yaml", "mmctl": "mmctl.yaml", "brand": "cases/brand.yaml"}
    offset = text.index("|")
    shown = text[:offset] + text[offset + 1 :]
    names = _names(**{name: shown})
    checks = {"unreachable-rule": "A rule that no message reaches."}
    return {each.label: each for each in suggestions(shown, path[name], offset, names, checks)}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (SECURITY.replace("- drop", "- relay: {to: |}"), {"exchange"}),
        (SECURITY.replace("- drop", "- archive: {to: |}"), {"evidence"}),
        (SECURITY.replace("vips}", "|}"), {"vips"}),
        (SECURITY.replace("security\n", "|\n"), {"operations"}),
        (SECURITY.replace("@d.example", "@${|"), {"vars.corp_domain", "vars.partners", "env.name"}),
        (
            SECURITY.replace("    actions:", "    environments: [|]\n    actions:"),
            {"local", "prod"},
        ),
        (SECURITY.replace("- drop", "- |"), {"drop", "stop", "relay", "archive", "add_header"}),
        (SECURITY.replace("{in_address_list: vips}", "{|}"), {"equals", "in_address_list"}),
        (SECURITY.replace("    actions:", "    |\n    actions:"), {"ticket", "expires", "shadow"}),
        (SECURITY.replace("  - name", "  # mmctl: ignore[|] why\n  - name"), {"unreachable-rule"}),
        ("version: 1\n|", {"rules", "rule_sets", "relays", "cases"}),
    ],
)
def test_what_may_stand_at_a_place_is_suggested(text: str, labels: set[str]) -> None:
    assert labels <= _suggested(text).keys()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (CASES.replace("by: block-partners", "by: |"), {"block-partners", "deliver", "ours"}),
        (CASES.replace("rules: [block-partners]", "rules: [|]"), {"block-partners", "deliver"}),
        (CASES.replace("relay:exchange", "|"), {"relay:exchange", "archive:evidence"}),
        (CASES.replace("outcome: dropped", "outcome: |"), {"dropped", "delivered", "refused"}),
    ],
)
def test_names_of_rules_are_suggested_in_cases(text: str, labels: set[str]) -> None:
    assert labels <= _suggested(text, "brand").keys()


def test_keys_that_are_there_or_exclude_each_other_are_not_suggested() -> None:
    assert "owner" not in _suggested(SECURITY.replace("    actions:", "    |\n    actions:"))
    beside = _suggested(SECURITY.replace("{in_address_list: vips}", "{equals: x, |}"))
    assert not beside.keys() & {"equals", "not_equals", "in_address_list"}


@pytest.mark.parametrize(
    "text",
    [
        SECURITY.replace("- drop", "- archive: {to: evidence}\n      - |"),
        SECURITY.replace("- drop", "- relay: {to: |}"),
        SECURITY.replace("vips}", "|}"),
        SECURITY.replace("    actions:", "    count: |\n    actions:"),
        SECURITY.replace("    actions:", "    final: |\n    actions:"),
        SECURITY.replace("    actions:", "    environments: |\n    actions:"),
    ],
)
def test_the_reader_takes_each_word_and_name_that_is_suggested(text: str) -> None:
    """The reader of the language is the judge: what is suggested has no problem there."""
    found = [each for each in _suggested(text).values() if each.kind in {"word", "name"}]
    for each in found:
        inserted = text.replace("|", re.sub(r"\$[0-9]", "", each.insert).replace("\\", ""))
        _, problems = read_text({**FILES, "rules/security.yaml": inserted})
        assert problems == (), each.label


# -- hover


def _shown(name: str, text: str, needle: str) -> str:
    paths = {path.rpartition("/")[2].removesuffix(".yaml"): path for path in FILES}
    names = _names(**{name: text})
    found = explained(text, paths[name], text.index(needle) + 1, names)
    return "" if found is None else found.markdown


def test_a_variable_shows_its_value_in_each_environment() -> None:
    shown = _shown("gateway", GATEWAY, "${vars.corp_domain}")
    assert "elsewhere: `example.com`" in shown
    assert "prod: `example.org`" in shown


def test_a_name_shows_what_defines_it_and_how_often_it_is_used() -> None:
    shown = _shown("gateway", GATEWAY, "exchange}")
    assert "server: mail.example.com" in shown
    assert "`rules/gateway.yaml:21`, used 3 times" in shown


def test_a_key_shows_its_page_and_its_quota() -> None:
    shown = _shown("security", SECURITY, "ends_with")
    assert "The text ends with any of the values." in shown
    # Three of the variable, and one.
    assert "Mail Manager takes 10 values in one condition; here are 4." in shown


def test_a_check_in_an_ignore_comment_shows_its_page() -> None:
    text = SECURITY.replace("  - name", "  # mmctl: ignore[unconditional-drop] wanted\n  - name")
    assert "**unconditional-drop**" in _shown("security", text, "unconditional-drop")


def test_hostile_texts_of_a_definition_stay_in_their_block() -> None:
    text = SECURITY.replace(
        "    owner", '    description: "```\\u202e![x](http://x.example)"\n    owner'
    )
    shown = _shown("security", text, "block-partners")
    fence = re.findall(r"^`{3,}", shown, re.MULTILINE)
    assert len(fence) == 2
    assert len(fence[0]) > 3


# -- definition and references


def test_a_use_leads_to_its_definition_and_a_definition_to_its_uses() -> None:
    names = _names()
    found = defined(names, "cases/brand.yaml", CASES.index("by: block") + 6)
    assert [(each.position.file, each.position.line) for each in found] == [
        ("rules/security.yaml", 3)
    ]
    uses = used(names, "rules/gateway.yaml", GATEWAY.index("  exchange:") + 3, definitions=False)
    assert sorted((each.position.file, each.position.line) for each in uses) == [
        ("cases/brand.yaml", 7),
        ("mmctl.yaml", 9),
        ("rules/gateway.yaml", 11),
    ]


# -- rename


def _renamed(name: str, needle: str, new: str, **texts: str) -> dict[str, str]:
    """The files after a rename of what is at a text of a file."""
    names = _names(**texts)
    path = next(path for path in FILES if path.endswith(f"{name}.yaml"))
    offset = names.text(path).index(needle) + 1
    found = {each: names.text(each) for each in FILES}
    for edit in sorted(replacements(names, path, offset, new), reverse=True):
        text = found[edit.file]
        found[edit.file] = text[: edit.start] + edit.text + text[edit.end :]
    return found


@pytest.mark.parametrize(
    ("name", "needle", "new", "uses"),
    [
        ("gateway", "exchange:", "exch", 4),
        ("gateway", "evidence:", "record", 3),
        ("gateway", "vips:", "board", 2),
        ("gateway", "edge:", "front", 2),
        ("gateway", "inbound:", "incoming", 2),
        ("security", "block-partners", "block-friends", 3),
        ("gateway", "${vars.corp_domain}", "domain", 3),
        ("mmctl", "partners:", "friends", 2),
        ("gateway", "ours", "own", 1),
    ],
)
def test_a_rename_reaches_every_use(name: str, needle: str, new: str, uses: int) -> None:
    """The reader finds nothing wrong afterwards, and the new name as often as the old one."""
    after = _renamed(name, needle[8:] if needle.startswith("${") else needle, new)
    assert (
        sum(len(re.findall(rf"(?<![\w-]){new}(?![\w-])", text)) for text in after.values()) == uses
    )
    _, problems = read_text(after)
    assert problems == ()


def test_a_rename_reaches_the_actions_that_a_case_expects() -> None:
    """Whatever stands around the name, and not what only looks like one."""
    labels = ["archive:evidence", "'archive: evidence'", "relay:evidence", "add_header:evidence"]
    cases = CASES.replace("rules: [", f"actions: [{', '.join(labels)}], rules: [")
    after = _renamed("gateway", "evidence:", "record", brand=cases)["cases/brand.yaml"]
    expected = ["archive:record", "'archive: record'", *labels[2:]]
    assert after == cases.replace(", ".join(labels), ", ".join(expected))


def test_a_renamed_resource_keeps_its_live_object() -> None:
    assert (
        "exch: {was: exchange, server"
        in _renamed("gateway", "exchange:", "exch")["rules/gateway.yaml"]
    )
    block = _renamed("gateway", "evidence:", "record")["rules/gateway.yaml"]
    assert "  record:\n    was: evidence\n    retention: ONE_YEAR\n" in block
    # The service cannot rename an address list.
    lists = _renamed("gateway", "vips:", "board")["rules/gateway.yaml"]
    assert "board: {live_name: vips, members" in lists


@pytest.mark.parametrize(
    ("name", "needle", "new", "why"),
    [
        ("gateway", "exchange:", "two words", "expected the form"),
        ("security", "block-partners", "deliver", "already defined at rules/gateway.yaml:7"),
        ("mmctl", "prod:", "production", "its history"),
        ("security", "security\n", "x", "no name that files define"),
    ],
)
def test_an_unsafe_rename_is_refused(name: str, needle: str, new: str, why: str) -> None:
    with pytest.raises(NotRenamed, match=re.escape(why)):
        _renamed(name, needle, new)


def test_a_rename_is_refused_where_a_use_could_be_missed() -> None:
    with pytest.raises(NotRenamed, match="no YAML at the moment"):
        _renamed("gateway", "exchange:", "exch", security="version: 1\nrules: [")
    made = PROJECT.replace(
        "  corp_domain: example.com\n", "  corp_domain: example.com\n  to: exchange\n", 1
    )
    gateway = GATEWAY.replace("{to: exchange}", '{to: "${vars.to}"}')
    with pytest.raises(NotRenamed, match=r"a variable makes the name at rules/gateway.yaml:11"):
        _renamed("gateway", "exchange:", "exch", mmctl=made, gateway=gateway)
    again = GATEWAY.replace("exchange: {", "exchange: {was: old, ")
    with pytest.raises(NotRenamed, match="still has `was` of an earlier rename"):
        _renamed("gateway", "exchange:", "exch", gateway=again)
    header = "      - header:\n          name: x-mmctl-would\n          equals: block-partners\n"
    marked = SECURITY.replace("    unless:\n", f"{header}    unless:\n")
    with pytest.raises(NotRenamed, match=r"security.yaml:9 looks for the name in the header"):
        _renamed("security", "block-partners", "block-friends", security=marked)


def test_a_line_that_says_a_thousand_times_the_same_is_read_in_no_time() -> None:
    marked = f"{SECURITY}# {'X-Mmctl-Would ' * 40_000}\n"
    before = time.process_time()
    assert (
        "block-friends"
        in _renamed("security", "block-partners", "block-friends", security=marked)[
            "rules/security.yaml"
        ]
    )
    assert time.process_time() - before < 5


def test_a_variable_is_no_text_that_needs_quotation_marks() -> None:
    """`no` is a word of YAML, but not between braces."""
    after = _renamed("gateway", "corp_domain}", "no")
    assert '{recipient: {ends_with: "@${vars.no}"}}' in after["rules/gateway.yaml"]
    assert '"no": example.com' in after["mmctl.yaml"]


@pytest.mark.parametrize(
    ("name", "needle", "new", "line"),
    [
        ("brand", "a partner", "partners are: blocked", '  - name: "partners are: blocked"\n'),
        ("brand", "a partner", "nobody from a partner", "  - name: nobody from a partner\n"),
        ("gateway", "kept", '"all" is kept', '  - name: "\\"all\\" is kept"\n'),
        ("mmctl", "local:", "rehearsal", "  rehearsal: {endpoint: embedded}\n"),
    ],
)
def test_cases_invariants_and_rehearsals_are_renamed(
    name: str, needle: str, new: str, line: str
) -> None:
    after = _renamed(name, needle, new)
    assert line in next(text for path, text in after.items() if path.endswith(f"{name}.yaml"))
    project, problems = read_text(after)
    assert problems == ()
    assert project.environment.name == ("rehearsal" if name == "mmctl" else "local")


def test_an_environment_keeps_a_name_that_others_know() -> None:
    with pytest.raises(NotRenamed, match="its history, its plans and its stacks"):
        _renamed("mmctl", "prod:", "production")
    gateway = GATEWAY.replace("mail.example.com,", '"${env.name}.example.com",')
    with pytest.raises(NotRenamed, match=r"`\$\{env.name\}` at rules/gateway.yaml:21 would become"):
        _renamed("mmctl", "local:", "rehearsal", gateway=gateway)
    disk = _Disk({**FILES, ".github/workflows/x.yml": "on: push\nrun: mmctl apply --env local\n"})
    names = ProjectNames(Workspace(disk).find("/project/mmctl.yaml")[0]).looked()
    with pytest.raises(NotRenamed, match=r"a command at \.github/workflows/x\.yml:2"):
        replacements(names, "mmctl.yaml", PROJECT.index("local:") + 1, "rehearsal")
    step = "uses: mmctl/mmctl@v1\nwith:\n  environment: local\n"
    disk.files = {**FILES, ".github/workflows/x.yml": step}
    with pytest.raises(NotRenamed, match=r"a command at \.github/workflows/x\.yml:3"):
        replacements(names, "mmctl.yaml", PROJECT.index("local:") + 1, "rehearsal")


def test_a_rename_is_refused_that_another_environment_would_not_take() -> None:
    """Only in production is the new name the live name of another relay."""
    named = PROJECT.replace("  corp", "  backup: spare\n  corp", 1).replace(
        "vars: {corp", "vars: {backup: exch, corp"
    )
    other = "  second: {server: mx.example.com, port: 25, authentication: none, live_name: "
    gateway = GATEWAY.replace("archives:", f"{other}'${{vars.backup}}'}}\narchives:")
    with pytest.raises(NotRenamed, match=r"afterwards, lint would report: .*`exch`"):
        _renamed("gateway", "exchange:", "exch", mmctl=named, gateway=gateway)
