"""What a rule of `refuse: true` may say: only what a traffic policy can say as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.language.text.placed import Table
    from mmctl.problem import Position

CHECK: Final = "refuse"
_SEEN: Final = ("source_ip", "recipient")
"""What a traffic policy sees of what conditions look at, and a rule sees too."""
_NEGATABLE: Final = frozenset(
    {
        RuleStringOperator.EQUALS.value.lower(),
        RuleStringOperator.NOT_EQUALS.value.lower(),
        "in_address_list",
        "not_in_address_list",
    }
)
"""Operators of `recipient` that a policy can say the opposite of."""
_EXPECTED: Final = "expected `source_ip` or `recipient`: nothing else is known at RCPT"
_EXCEPT: Final = (
    "a traffic policy cannot say that: except recipients by `equals` or by an address list, in "
    "which `*@example.com` is a domain"
)
_ADVICE: Final = "or remove `refuse: true`, so that the mail is dropped after it was accepted"


def refusing_problems(
    conditions: Iterable[Table], unless: Iterable[Table], actions: Iterable[Table], at: Position
) -> Iterator[tuple[Position, str, str]]:
    """What a traffic policy cannot do of what a rule says: where, what, and what to do about it."""
    conditions, unless = tuple(conditions), tuple(unless)
    if not conditions and not unless:
        yield (
            at,
            "got `refuse: true` without conditions, expected `source_ip` or `recipient`",
            f"say whose mail is refused, {_ADVICE}",
        )
    for condition in (*conditions, *unless):
        ((key, _),) = condition.items()
        if key not in _SEEN:
            yield (
                condition.keys_at[key],
                f"got a condition on `{key}` in a rule that refuses, {_EXPECTED}",
                f"remove the condition, {_ADVICE}",
            )
    for condition in unless:
        ((key, value),) = condition.items()
        operator = next(iter(value)) if key == "recipient" and hasattr(value, "keys_at") else None
        if operator is not None and operator not in _NEGATABLE:
            yield (
                value.keys_at[operator],
                f"got `recipient: {{{operator}: …}}` under `unless` of a rule that refuses",
                f"{_EXCEPT}, {_ADVICE}",
            )
    for action in actions:
        ((key, _),) = action.items()
        if key != "drop":
            yield (
                action.keys_at[key],
                f"got `{key}` in a rule that refuses, expected only `drop`",
                f"remove the action, {_ADVICE}",
            )
