"""The same rules in other spellings: a function for each way to write them otherwise.

Each changes a file wherever its way applies, and only where the mail that rules are for stays the
same; the caller proves that it did.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

import ways_of_conditions
import ways_of_rules
from changing import Copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from changing import Spelling
    from fixture_tree import Tree


DIVIDING: Final = frozenset({"a_rule_for_each_value", "a_rule_for_each_connection"})
"""The ways that make several rules of one: what is said about one may be untrue about a part."""
WAYS: Final[Mapping[str, Callable[[Copy], None]]] = {
    each.__name__: each
    for each in (
        ways_of_conditions.on_the_other_side,
        ways_of_conditions.all_other_verdicts,
        ways_of_conditions.in_lists,
        ways_of_conditions.members_as_values,
        ways_of_conditions.in_variables,
        ways_of_conditions.in_other_order,
        ways_of_conditions.in_other_case,
        ways_of_conditions.in_halves,
        ways_of_conditions.with_more_than_is_needed,
        ways_of_conditions.a_condition_for_each_value,
        ways_of_conditions.one_condition_for_all_values,
        ways_of_rules.a_rule_for_each_value,
        ways_of_rules.a_rule_for_each_connection,
        ways_of_rules.in_phases,
        ways_of_rules.in_other_files,
        ways_of_rules.in_another_environment,
    )
}


def spellings(tree: dict[str, Tree]) -> Iterator[tuple[str, Spelling]]:
    """The spellings of a file, each with the name of its way."""
    for name, respell in WAYS.items():
        copy = Copy(deepcopy(tree))
        respell(copy)
        spelling = copy.spelling()
        if spelling is not None:
            yield name, spelling
