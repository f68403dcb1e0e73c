"""Actions of rules: made from the rows of `mmctl.model.actions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.dialect.advice import ACTION_ADVICE
from mmctl.language.dialect.grammar import Choice, Count, Member, OneKey, Record, Several, Word
from mmctl.language.dialect.nouns import FileNoun
from mmctl.model.actions import WORDS

if TYPE_CHECKING:
    from mmctl.language.dialect.grammar import Type
    from mmctl.language.dialect.nouns import Named
    from mmctl.model.actions import ActionRow, Key

_HEADER_NAME: Final = "HeaderName"


def _type(key: Key) -> Type:
    if key.choices:
        return Choice(values=key.choices, doc=key.doc)
    if key.most is not None:
        return Count(maximum=key.most, doc=key.doc)
    named: Named | None = FileNoun.HEADER if key.member == _HEADER_NAME else key.names
    names = () if named is None else (named,)
    return Word(doc=key.doc, strict=key.strict, multiline=key.multiline, names=names)


def _option(row: ActionRow[Any]) -> Type:
    """What is under the key of an action."""
    if row.bare is not None:
        return Several(item=_type(row.bare), single=True, minimum=1, doc=row.doc)
    if not row.words:
        return _NOTHING
    return Record(
        title=row.key,
        key=True,
        doc=row.doc,
        members={
            key.word: Member(type=_type(key), required=row.requires(key)) for key in row.words
        },
        empty=row.stands_alone,
    )


_NOTHING: Final = Record(title="nothing", members={}, empty=True)
ACTION: Final = OneKey(
    title="action",
    doc="One action of a rule: one key.",
    words=tuple(word for word, row in WORDS.items() if row.stands_alone),
    advice=ACTION_ADVICE,
    options={word: _option(row) for word, row in WORDS.items()},
)
