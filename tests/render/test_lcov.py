"""LCOV over the rule files, read back by a parser that holds it to the format."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from mmctl.cases.counting import coverage_of
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.parsing.load import read_text
from mmctl.render.documents.lcov import lcov

FILES = {
    "mmctl.yaml": "version: 1\nproject: test\nrules: ['rules/*.yaml']\ncases: [cases.yaml]\n",
    "rules/gateway.yaml": """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules:
      - include: ["block.yaml"]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: ours
        allow:
          - recipient: {ends_with: "@example.com"}
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
""",
    "rules/block.yaml": """
version: 1
rules:
  - name: block
    conditions:
      - subject:
          contains:
            - gift
            - lottery
    unless:
      - recipient: {equals: abuse@example.com}
    actions:
      - add_header: {name: X-Blocked, value: "yes"}
      - drop
  - name: never
    conditions: [{from: {equals: eve@example.net}}]
    actions: [drop]
""",
    "cases.yaml": """
version: 1
cases:
  - name: lottery
    message: {from: a@example.org, subject: lottery}
    expect: {b@example.com: dropped, c@example.com: dropped, abuse@example.com: delivered}
  - name: other
    message: {from: a@example.org, subject: Hello}
    expect: {b@example.com: delivered, b@example.org: refused}
""",
}


@dataclass
class Record:
    """One file of a tracefile."""

    functions: dict[str, int] = field(default_factory=dict)
    hits: dict[str, int] = field(default_factory=dict)
    branches: dict[int, dict[tuple[int, int], int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    lines: dict[int, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """The sums are those of what was listed."""
        branches = [count for line in self.branches.values() for count in line.values()]
        assert self.functions.keys() == self.hits.keys()
        assert self.sums == {
            "FNF": len(self.hits),
            "FNH": sum(1 for count in self.hits.values() if count),
            "BRF": len(branches),
            "BRH": sum(1 for count in branches if count),
            "LF": len(self.lines),
            "LH": sum(1 for count in self.lines.values() if count),
        }


def parsed(text: str) -> dict[str, Record]:
    """The records of a tracefile; anything that is not of the format fails."""
    records: dict[str, Record] = {}
    record: Record | None = None
    for row in text.splitlines():
        key, _, rest = row.partition(":")
        if key == "TN":
            assert record is None
        elif key == "SF":
            assert rest not in records
            record = records[rest] = Record()
        elif row == "end_of_record":
            assert record is not None
            record.check()
            record = None
        else:
            assert record is not None
            _read(record, key, rest.split(","))
    assert record is None
    return records


def _read(record: Record, key: str, values: list[str]) -> None:
    match key, values:
        case "FN", [line, name]:
            record.functions[name] = int(line)
        case "FNDA", [count, name]:
            record.hits[name] = int(count)
        case "BRDA", [line, block, branch, count]:
            assert (int(block), int(branch)) not in record.branches[int(line)]
            record.branches[int(line)][int(block), int(branch)] = int(count)
        case "DA", [line, count]:
            assert int(line) not in record.lines
            record.lines[int(line)] = int(count)
        case _, [number]:
            record.sums[key] = int(number)
        case _:
            raise AssertionError(key, values)


def tracefile() -> str:
    project, problems = read_text(FILES)
    assert not problems
    cases, _ = cases_of(project)
    results = run_cases(project, cases, lambda path: FILES[path].encode())
    assert {str(result.status) for result in results} == {"passed"}
    return lcov(coverage_of(project, results))


def test_files_are_those_with_rules_and_statements_by_their_path_in_the_project() -> None:
    assert list(parsed(tracefile())) == ["rules/block.yaml", "rules/gateway.yaml"]


def test_a_rule_is_a_function_that_is_called_for_each_recipient_it_applies_to() -> None:
    records = parsed(tracefile())
    assert records["rules/block.yaml"].functions == {"inbound/block": 4, "inbound/never": 15}
    assert records["rules/block.yaml"].hits == {"inbound/block": 2, "inbound/never": 0}
    assert records["rules/gateway.yaml"].hits == {"edge/ours": 4, "inbound/deliver": 2}


def test_lines_count_rules_conditions_values_and_actions() -> None:
    assert parsed(tracefile())["rules/block.yaml"].lines == {
        4: 2,  # block applied
        6: 3,  # its condition was true
        8: 0,  # gift was never met
        9: 3,  # lottery was
        11: 1,  # unless was true once
        13: 2,
        14: 2,
        15: 0,  # never applied
        16: 0,
        17: 0,
    }


def test_conditions_have_a_branch_for_true_and_one_for_false() -> None:
    branches = parsed(tracefile())["rules/block.yaml"].branches
    assert list(branches[6].values()) == [3, 1]
    assert list(branches[11].values()) == [1, 3]
    assert list(branches[16].values()) == [0, 2]


def test_values_and_exceptions_are_branches_too() -> None:
    branches = parsed(tracefile())["rules/block.yaml"].branches
    assert list(branches[4].values()) == [2, 1]  # applied, held back
    assert (list(branches[8].values()), list(branches[9].values())) == ([0], [3])


def test_without_cases_every_line_is_zero() -> None:
    project, _ = read_text(FILES)
    records = parsed(lcov(coverage_of(project, ())))
    counts = {count for record in records.values() for count in record.lines.values()}
    assert counts == {0}
