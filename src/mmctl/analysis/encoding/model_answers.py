"""What add-ons answered, as a model says: an answer that all ways of reading it agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.fields import ADD_ON, OTHER, SILENT
from mmctl.analysis.encoding.model_texts import NoMessageError, NotFound
from mmctl.analysis.theories.theory import Unrealised, holds
from mmctl.judge.add_ons import NO_ANSWER, TRUE_TEXTS, reads_as_true, reads_as_verdict
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.model_texts import ModelTexts
    from mmctl.analysis.encoding.views import FieldView


class ModelAnswers:
    """The answers of add-ons in one model."""

    def __init__(self, texts: ModelTexts) -> None:
        self._texts = texts

    def all(self) -> dict[str, dict[str, str | bool]]:
        """The answers, by add-on and field, as a case states them."""
        found: dict[str, dict[str, str | bool]] = {}
        names = [name for name in self._texts.fields.add_ons if name.startswith(ADD_ON)]
        shorts = [self._texts.fields.add_ons[name][0].rpartition("/")[2] for name in names]
        analyzers = {self._texts.fields.add_ons[name][0] for name in names}
        for name, short in zip(names, shorts, strict=True):
            analyzer, field = self._texts.fields.add_ons[name]
            alike = [each for each in analyzers if each.rpartition("/")[2] == short]
            stated = short if len(alike) == 1 else analyzer
            found.setdefault(stated, {})[field] = self._answer(name)
        return found

    def _answer(self, name: str) -> str | bool:
        """A field's answer that all ways of reading it agree on."""
        if holds(self._texts.fields.flag(f"{SILENT}{name}"), self._texts.model):
            return NO_ANSWER
        flag, choice = self._texts.fields.flags.get(name), self._texts.fields.choices.get(name)
        views = self._texts.active(name)
        true = flag is not None and holds(flag, self._texts.model)
        verdict = OTHER if choice is None else choice.value(self._texts.model)
        if not views and choice is None:
            return true
        for text in (*_answers(true=true, verdict=verdict), *self._answers_in(views)):
            read = reads_as_verdict(text)
            word = read if read in tuple(RuleVerdict) else OTHER
            if (
                text != NO_ANSWER
                and (flag is None or reads_as_true(text) is true)
                and (choice is None or word == verdict)
                and all(view.agrees((text,), self._texts.model) for view in views)
            ):
                return text
        clause = [literal for view in views for literal in view.theory.refused(self._texts.model)]
        if flag is not None:
            clause.append(-flag if true else flag)
        if choice is not None:
            clause += choice.refused(self._texts.model)
        raise NoMessageError(NotFound(clause=tuple(clause), proved=False))

    def _answers_in(self, views: Sequence[FieldView]) -> Iterator[str]:
        """Answers that have the texts of a model."""
        for view in views:
            texts = view.texts(self._texts.model)
            if not isinstance(texts, Unrealised):
                yield from texts
        yield OTHER


def _answers(*, true: bool, verdict: str) -> Iterator[str]:
    """Texts of an answer that is true, or a verdict."""
    words = TRUE_TEXTS if true else () if verdict == OTHER else (verdict,)
    for around in ("{}", " {}", "{} "):
        yield from (around.format(word) for word in sorted(words, reverse=True))
