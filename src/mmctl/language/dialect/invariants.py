"""Invariants."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.actions import ACTION
from mmctl.language.dialect.conditions import RULE_CONDITION
from mmctl.language.dialect.grammar import Anything, Choice, OneKey, Record, Several, Word
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.rules import ENVIRONMENTS
from mmctl.language.dialect.words import OUTCOMES, may, need
from mmctl.model.actions import WORDS
from mmctl.model.kinds import Kind


def _target(word: str) -> Word:
    place = WORDS[word].place
    return Word(names=() if place is None else (place,))


_CLAIM = Several(
    item=OneKey(
        title="claim",
        words=(*(word for word in OUTCOMES if word != "unknown"), *ACTION.options),
        options={word: Anything(like=option) for word, option in ACTION.options.items()},
    ),
    single=True,
    minimum=1,
    doc="Outcomes, or actions.",
)
INVARIANT: Final = Record(
    title="invariant",
    doc="What must hold for every message.",
    members={
        "name": need(Word(names=(FileNoun.INVARIANT,), defines=True)),
        "when": may(Several(item=RULE_CONDITION, doc="The messages for which it holds.")),
        "ingress_point": may(Word(names=(Kind.INGRESS_POINT,))),
        "environments": ENVIRONMENTS,
        "never": may(_CLAIM),
        "always": may(_CLAIM),
        "before": may(
            Choice(values=tuple(ACTION.options), doc="An action that it must come before.")
        ),
        "only": may(
            Record(
                title="targets",
                members={word: may(Several(item=_target(word), single=True)) for word in WORDS},
                doc="Allowed targets.",
            )
        ),
    },
    one_of=(("never", "always", "only"),),
)
