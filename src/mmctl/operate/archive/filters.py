"""What a person looks for → the filters of the API, and back to the options that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_VALUES: Final = 10
LONGEST_VALUE: Final = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedFor:
    """Texts that the fields of a message contain, in any case: all fields, one text of each."""

    header_from: tuple[str, ...] = ()
    header_to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    mail_from: tuple[str, ...] = ()
    attachments: bool | None = None


_FIELDS: Final = (
    ("FROM", "header_from", "--from"),
    ("TO", "header_to", "--to"),
    ("CC", "cc", "--cc"),
    ("SUBJECT", "subject", "--subject"),
    ("ENVELOPE_TO", "recipients", "--rcpt"),
    ("ENVELOPE_FROM", "mail_from", "--mail-from"),
)
"""The attribute of the API, the field above, the option."""


def filters_of(looked_for: LookedFor) -> dict[str, Any]:
    """The filters in the API's form; empty: everything.

    Raises:
        UsageError: more or longer values than the service takes.
    """
    include: list[dict[str, Any]] = []
    values_of = {
        "FROM": looked_for.header_from,
        "TO": looked_for.header_to,
        "CC": looked_for.cc,
        "SUBJECT": looked_for.subject,
        "ENVELOPE_TO": looked_for.recipients,
        "ENVELOPE_FROM": looked_for.mail_from,
    }
    for attribute, _, option in _FIELDS:
        values = values_of[attribute]
        _check(option, values)
        if values:
            text = {
                "Evaluate": {"Attribute": attribute},
                "Operator": "CONTAINS",
                "Values": list(values),
            }
            include.append({"StringExpression": text})
    if looked_for.attachments is not None:
        flag = {
            "Evaluate": {"Attribute": "HAS_ATTACHMENTS"},
            "Operator": "IS_TRUE" if looked_for.attachments else "IS_FALSE",
        }
        include.append({"BooleanExpression": flag})
    return {"Include": include} if include else {}


def options_of(filters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The options of `archive search` that ask for the same; what has none is left out."""
    option_of = {attribute: option for attribute, _, option in _FIELDS}
    for condition in filters.get("Include") or ():
        text = condition.get("StringExpression")
        if text is not None:
            option = option_of.get(text["Evaluate"].get("Attribute", ""))
            yield from ((option, str(value)) for value in text["Values"] if option is not None)
        elif (condition.get("BooleanExpression") or {}).get("Operator") == "IS_TRUE":
            yield "--has-attachments", ""


def _check(option: str, values: tuple[str, ...]) -> None:
    if len(values) > MOST_VALUES:
        raise UsageError(
            f"got `{option}` {len(values)} times", help=f"the service takes {MOST_VALUES} at most"
        )
    for value in values:
        if not 1 <= len(value) <= LONGEST_VALUE:
            raise UsageError(
                f"got `{option}` with {len(value)} characters",
                help=f"the service takes texts of 1 to {LONGEST_VALUE} characters",
            )
