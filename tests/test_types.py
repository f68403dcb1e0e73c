"""Meaning is in types: a `match` over a union names what it leaves out, no member is computed.

Where the type checker sees a union, it names each place that a new member is missing from; these
tests hold that every place lets it.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src" / "mmctl"
OPEN = frozenset(
    {"bool", "bytes", "Callable", "date", "datetime", "Decimal", "dict", "float", "int", "list"}
    | {"Iterable", "Mapping", "Path", "Sequence", "set", "str", "tuple", "type"}
)
"""Classes that anything may be of: a `match` over these has a rest."""
PARTIAL = {
    "cli/in_place/project.py": "few kinds have more than their shape",
    "interchange/cloudformation/functions.py": "what other tools have besides is of no use",
    "interchange/cloudformation/template_nodes.py": "what other tools have besides is of no use",
    "interchange/exchange/conditions.py": "few values need more than the usual",
    "interchange/infrastructure/fitting.py": "what other tools have besides is of no use",
    "interchange/infrastructure/stand_ins.py": "what other tools have besides is of no use",
    "interchange/infrastructure/values.py": "what other tools have besides is of no use",
    "interchange/migration/long_lists.py": "trees: what is not named stays as it is",
    "interchange/migration/writable.py": "trees: what is not named stays as it is",
    "interchange/patterns/candidates.py": "trees: what is not named stays as it is",
    "interchange/patterns/compare.py": "trees: what is not named stays as it is",
    "interchange/patterns/converting.py": "trees: what is not named stays as it is",
    "interchange/patterns/machine.py": "trees: what is not named stays as it is",
    "interchange/patterns/shapes.py": "trees: what is not named stays as it is",
    "interchange/patterns/syntax.py": "trees: what is not named stays as it is",
    "interchange/postfix/addresses.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/families.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/headers.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/lookups.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/restrictions.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/seen.py": "tests and verbs: what is not named stays as it is",
    "interchange/postfix/tables.py": "tests and verbs: what is not named stays as it is",
    "interchange/receipt_rules/stacks.py": "what other tools have besides is of no use",
    "interchange/rspamd/looking.py": "what is not named cannot be seen",
    "interchange/sieve/addressing.py": "scripts: what is not named stays as it is",
    "interchange/sieve/arguments.py": "scripts: what is not named stays as it is",
    "interchange/sieve/examples.py": "scripts: what is not named stays as it is",
    "interchange/sieve/parser.py": "scripts: what is not named stays as it is",
    "interchange/sieve/simple.py": "scripts: what is not named stays as it is",
    "interchange/sieve/syntax.py": "scripts: what is not named stays as it is",
    "interchange/terraform/modules.py": "what other tools have besides is of no use",
    "judge/unnamed.py": "walks through all that a trace holds, whatever that is",
}
"""Where a `match` picks classes of ours out of anything, and why."""
COMPUTED = {
    "cli/migrating/kinds.py": "a reader is imported when it reads, by its name in the table",
    "interchange/exchange/sketch.py": "the parts of a sketched message are named by a list",
    "cli/command_table.py": "a command is imported when it is run, by its name in the table",
    "cli/well_formed.py": "a choice is imported when it is read, by its name in the table",
    "cli/result_table.py": "a writer is imported when it writes, by its name in the table",
    "cli/printing.py": "a stream that stands before another has all members of that one",
    "judge/unnamed.py": "walks through all that a trace holds, whatever that is",
    "language/references.py": "a reference is found by the list of members that hold one",
    "language/readings.py": "a reading is known by its name, in project files and in reports",
    "live/aws/cloudwatch_logs.py": "a client of AWS has a method for each operation",
    "live/aws/mail_manager.py": "a client of AWS has a method for each operation",
    "model/members.py": "a shape is compared and written by the list of its members",
    "records.py": "a record is made of the list of its fields, whatever they are",
    "live/state/encode.py": "a document is written by the list of members that it is read by",
}
"""Where a member is found by a name that is not written there, and why."""


@cache
def trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name, node


def is_of_ours(pattern: ast.pattern) -> bool:
    """Whether a pattern is a class of ours, or a value of an enum."""
    match pattern:
        case ast.MatchClass(cls=cls):
            return ast.unparse(cls) not in OPEN
        case ast.MatchValue(value=ast.Attribute()):
            return True
        case ast.MatchOr(patterns=patterns):
            return any(map(is_of_ours, patterns))
        case ast.MatchAs(pattern=inner) if inner is not None:
            return is_of_ours(inner)
        case _:
            return False


def ends_in_never(match: ast.Match) -> bool:
    last = match.cases[-1]
    return (
        isinstance(last.pattern, ast.MatchAs)
        and last.pattern.pattern is None
        and last.guard is None
        and len(last.body) == 1
        and ast.unparse(last.body[0]).startswith("assert_never(")
    )


def test_every_match_over_a_union_or_an_enum_ends_in_assert_never() -> None:
    """A pair is left out: the type checker sees no union of pairs."""
    silent = [
        (name, f"{name}:{match.lineno}: match {ast.unparse(match.subject)}")
        for name, match in nodes(ast.Match)
        if isinstance(match, ast.Match)
        and not isinstance(match.subject, ast.Tuple)
        and any(is_of_ours(case.pattern) for case in match.cases)
        and not ends_in_never(match)
    ]
    assert [line for name, line in silent if name not in PARTIAL] == []
    assert sorted(PARTIAL.keys() - {name for name, _ in silent}) == [], "no longer so: leave it out"


def test_members_are_not_found_by_computed_names() -> None:
    found: dict[str, list[str]] = {}
    for name, call in nodes(ast.Call):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in {"getattr", "hasattr", "setattr"}
            and not isinstance(call.args[1], ast.Constant)
        ):
            found.setdefault(name, []).append(f"{name}:{call.lineno}: {ast.unparse(call)}")
    assert [line for name in found.keys() - COMPUTED.keys() for line in found[name]] == []
    assert sorted(COMPUTED.keys() - found.keys()) == [], "no longer so: leave it out"
