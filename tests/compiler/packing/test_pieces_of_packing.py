"""Names, chunks, counting, circles: the small parts of packing by themselves."""

from __future__ import annotations

from itertools import product
from random import Random

from random_rule_sets import project_of, rule

from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.compiler.compile import compile_project, packings_of
from mmctl.compiler.configuration import COMPILED_TAG
from mmctl.compiler.limits import too_many_lists
from mmctl.compiler.packing.chunks import chunks
from mmctl.compiler.packing.counted_literals import at_most
from mmctl.compiler.packing.names import LONGEST, RuleNames, list_name
from mmctl.compiler.packing.quotient import Quotient, in_order
from mmctl.live.state.encode import configuration_document, configuration_of, object_of
from mmctl.model.kinds import Kind
from mmctl.model.quotas import VALUES


def test_names_are_short_and_differ_and_stay() -> None:
    names = RuleNames(["mm.taken.etc"])
    long, other = "block-" + "a" * 40, "block-" + "a" * 39 + "b"
    made = [
        names.of_several("block"),
        names.of_several("block"),
        names.of_several("taken"),
        names.of_several(long),
        names.of_several(other),
        names.of_piece("block", 12),
        names.of_piece(long, 2),
    ]
    assert made[:3] == ["mm.block.etc", "mm.block.etc.2", "mm.taken.etc.2"]
    assert len(set(made)) == len(made)
    assert all(len(name) <= LONGEST for name in made)
    assert RuleNames([]).of_several(long) == made[3]


def test_a_list_is_named_by_its_members_in_any_order() -> None:
    assert list_name("in", ["a@x.example", "b@x.example"]) == list_name(
        "in", ["b@x.example", "a@x.example"]
    )
    assert list_name("in", ["a@x.example"]) != list_name("in", ["b@x.example"])


def test_chunks_hold_all_values_are_as_few_as_can_be_and_change_little() -> None:
    random = Random(1)  # noqa: S311 - no secret
    changed = []
    for count in range(1, 60):
        values = {f"word-{random.randint(0, 10**6)}" for _ in range(count)}
        made = chunks(values)
        assert sorted(value for each in made for value in each) == sorted(values)
        assert len(made) == -(-len(values) // VALUES.most)
        assert all(0 < len(each) <= VALUES.most for each in made)
        assert chunks(sorted(values, reverse=True)) == made
        less = chunks(sorted(values)[1:]) if len(values) > 1 else ()
        if len(less) == len(made):
            changed.append(len(set(made) - set(less)))
    assert sum(changed) / len(changed) < 2


def test_at_most_so_many_literals_hold() -> None:
    for count, most in product(range(1, 6), range(6)):
        solver = Cadical()
        top = count

        def variable() -> int:
            nonlocal top
            top += 1
            return top

        literals = list(range(1, count + 1))
        at_most(literals, most, solver, variable)
        for signs in product((1, -1), repeat=count):
            chosen = [sign * each for sign, each in zip(signs, literals, strict=True)]
            found = solver.solve(chosen, conflicts=None)
            allowed = sum(sign > 0 for sign in signs) <= most
            assert (found is Solved.SATISFIABLE) == allowed, (count, most, signs)


def test_circles_are_found_and_what_has_none_has_an_order() -> None:
    # 0 and 2 are one, 1 must be below 0 and above 2.
    (circle,) = Quotient([0, 1, 0], {(0, 1), (1, 2)}, set()).circles()
    assert sorted(circle) == [(0, 1), (1, 2)]
    free = Quotient([0, 1, 0, 3], {(0, 1), (2, 3), (1, 3)}, set())
    assert list(free.circles()) == []
    assert list(in_order(free)) == [0, 1, 3]


def test_a_packed_configuration_goes_into_a_document_and_comes_back() -> None:
    project = project_of(
        rule(f"r{at}", f"{{mail_from: {{equals: b{at}@example.org}}}}", "drop") for at in range(41)
    )
    configuration, problems = compile_project(project)
    assert problems == ()
    document = configuration_document(configuration)
    assert configuration_of(document) == configuration
    found = configuration.find(Kind.RULE_SET, "inbound")
    assert found is not None
    assert found.origins[0].logical == tuple(f"r{at}" for at in range(41))
    assert [each.name for each in found.logical] == [f"r{at}" for at in range(41)]
    (listed,) = configuration.of_kind(Kind.ADDRESS_LIST)
    assert listed.tags == {COMPILED_TAG: "inbound"}
    old = next(each for each in document["objects"] if each["kind"] == Kind.RULE_SET.value)
    del old["logical"]
    for origin in old["origins"]:
        del origin["holds"]
    assert object_of(old).logical == ()


def test_compiled_lists_count_with_those_written_by_hand() -> None:
    lists = "".join(f"  by-hand-{at}: {{members: [a{at}@example.org]}}\n" for at in range(100))
    project = project_of(
        (
            rule(f"r{at}", f"{{mail_from: {{equals: b{at}@example.org}}}}", "drop")
            for at in range(41)
        ),
        after=f"address_lists:\n{lists}",
    )
    (problem,) = too_many_lists(project, packings_of(project))
    assert problem in compile_project(project)[1]
    assert problem.message == (
        "the service takes 100 address lists in an account and region, got 101:"
        " 100 written, 1 compiled"
    )
