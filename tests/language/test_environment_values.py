"""What an environment puts into the rules, as texts that a later plan can compare."""

from __future__ import annotations

from mmctl.language.parsing.environment_values import environment_values
from mmctl.language.parsing.load import read_text

_RULES = "version: 1\nrule_sets: {inbound: {rules: [{name: a, actions: [drop]}]}}\n"


def _values(settings: str) -> dict[str, str]:
    project, _ = read_text({"mmctl.yaml": settings, "rules/a.yaml": _RULES}, environment="prod")
    return environment_values(project)


def test_variables_and_bindings_of_an_environment_are_texts_by_name() -> None:
    settings = """\
version: 1
project: acme
vars: {exchange: a.example.com, domains: ["@a.example", "@b.example"]}
environments:
  prod:
    endpoint: embedded
    vars: {exchange: b.example.com, own: "7", many: [%s]}
    bindings: {archives: {legacy: a-0123456789abcdef}}
  other: {endpoint: embedded, vars: {exchange: c.example.com}}
"""
    many = [f"address{number}@example.com" for number in range(200)]
    values = _values(settings % ", ".join(many))
    long = values.pop("vars.many")
    assert values == {
        "bindings.archives.legacy": "a-0123456789abcdef",
        "vars.domains": '["@a.example", "@b.example"]',
        "vars.exchange": "b.example.com",
        "vars.own": "7",
    }
    assert len(long) < 300
    other = _values(settings % ", ".join([*many[:-1], "another@example.com"]))["vars.many"]
    assert long != other, "a change far behind the beginning is one too"


def test_members_of_a_file_that_a_variable_names_are_a_value() -> None:
    rules = _RULES + "address_lists: {desks: {members_file: %s}}\n"
    settings = "version: 1\nproject: a\nvars: {file: desks}\nenvironments: {prod: {}}\n"

    def of(named: str, members: str) -> str | None:
        files = {"mmctl.yaml": settings, "rules/a.yaml": rules % named, "rules/desks.csv": members}
        project, problems = read_text(files, environment="prod")
        assert problems == ()
        return environment_values(project).get("address_lists.desks")

    for named in ('"${vars.file}.csv"', r'"\x24{vars.file}.csv"'):
        first, other = of(named, "a@example.com\n"), of(named, "b@example.com\n")
        assert (first or "").startswith("1 member, "), named
        assert first != other, named
    assert of("desks.csv", "a@example.com\n") is None, "these are in the digest of the rules"
