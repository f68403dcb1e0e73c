"""Actions whose members the service does not take: a rule with one is to be written by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.ending import kind_of
from mmctl.interchange.migration.source import Deviation
from mmctl.language.parsing.shapes import refusal_of
from mmctl.model.actions import WORDS
from mmctl.model.kinds import Kind
from mmctl.model.shape import ShapeError
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.source import Action
    from mmctl.model.actions import ActionRow, Key

_ABSENT: Final = "missing"
_ESCAPED: Final = "$${"


def refused(action: Action) -> Deviation | None:
    """Why the service does not take an action; None: it does, as far as its members say."""
    kind = kind_of(action)
    row = WORDS.get(kind)
    if row is None or isinstance(action, str):
        return None
    members = dict(_members(row, action[kind]))
    try:
        row.shape.of_api(members)
    except ShapeError as error:
        for detail in error.errors():
            if detail["type"] != _ABSENT:
                return Deviation(
                    code="action-not-taken",
                    says=f"the service does not take its action `{kind}`: "
                    f"{visible(refusal_of(detail))}",
                    instead="write the action with what the service takes, or leave it to the "
                    "server behind",
                    loses=True,
                )
    return None


def _members(row: ActionRow[Any], given: Any) -> Iterator[tuple[str, Any]]:
    """The members of an action that are what they will be: no variables, no names of resources."""
    if row.bare is not None and not isinstance(given, dict):
        values = [given] if isinstance(given, str) else list(given)
        yield row.bare.member, [_plain(each) for each in values if _is_known(row.bare, each)]
        return
    for key in row.keys:
        if key.word in given and _is_known(key, given[key.word]):
            yield key.member, _plain(given[key.word])


def _is_known(key: Key, value: Any) -> bool:
    names_resource = isinstance(key.names, Kind)
    is_text = isinstance(value, str) and not key.choices and key.most is None
    return is_text and not names_resource and "${" not in value.replace(_ESCAPED, "")


def _plain(value: str) -> str:
    return value.replace(_ESCAPED, "${")
