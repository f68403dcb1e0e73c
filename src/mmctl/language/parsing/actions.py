"""Actions as people write them → actions as the API takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.text.placed import Text
from mmctl.model.actions import WORDS

if TYPE_CHECKING:
    from mmctl.language.text.placed import Table
    from mmctl.model.actions import Key


def action_members(action: Table) -> dict[str, Any]:
    """The API members of one action of a rule; `stop` is an ordinary Drop here."""
    ((word, value),) = action.items()
    row = WORDS[word]
    if value is None or not (row.words or row.bare):
        return {row.name: {}}
    if row.bare is not None:
        return {row.name: {row.bare.member: value}}
    keys = {key.word: key for key in row.words}
    return {row.name: {keys[name].member: _said(keys[name], text) for name, text in value.items()}}


def _said(key: Key, text: Any) -> Any:
    """A value as the API takes it: the words of AWS are in upper case there."""
    return Text.at(text.upper(), text.position) if key.choices else text
