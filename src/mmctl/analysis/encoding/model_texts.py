"""The texts that a model says of the fields of a message, as far as the readings look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.encoding.composing import recased, variants
from mmctl.analysis.encoding.fields import is_header
from mmctl.analysis.theories.theory import Unrealised, holds
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.language.readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """A model that nothing was found for."""

    clause: tuple[int, ...]
    """What to demand instead of the part that nothing was found for."""
    proved: bool
    """Whether that part cannot be: else it only was not found."""


class NoMessageError(Exception):
    """A model becomes no message."""

    def __init__(self, refused: NotFound) -> None:
        super().__init__()
        self.refused = refused


class ModelTexts:
    """The texts of one model under the readings of each gateway."""

    def __init__(
        self, fields: FreeFields, model: frozenset[int], readings: Sequence[Readings]
    ) -> None:
        self.fields = fields
        self.model = model
        self.readings = tuple(dict.fromkeys(readings))
        self._views = tuple(fields.looking(*self.readings))
        decoding = {each.encoded_words == "decoded" for each in self.readings}
        self.decoded = decoding.pop() if len(decoding) == 1 else None
        """Whether headers are decoded; None: by some gateways."""

    def active(self, name: str) -> list[FieldView]:
        """The looks at a field that the readings choose."""
        return [view for view in self._views if view.look.field == name]

    def active_headers(self) -> list[FieldView]:
        """The looks at all headers that the readings choose."""
        names = dict.fromkeys(look.field for look in self.fields.views if is_header(look.field))
        return [view for name in names for view in self.active(name)]

    def of(self, name: str) -> tuple[str, ...] | None:
        """Texts on which all looks at a field agree; None: nothing looks at it.

        Raises:
            NoMessageError: there are none, or none was found.
        """
        views = self.active(name)
        return self.agreed(views) if views else None

    def agreed(self, views: Sequence[FieldView]) -> tuple[str, ...]:
        """Texts on which some looks agree.

        Raises:
            NoMessageError: there are none, or none was found.
        """
        for view in views:
            texts = view.texts(self.model)
            if isinstance(texts, Unrealised):
                if texts.clause is not None:
                    raise NoMessageError(NotFound(clause=texts.clause, proved=True))
                continue
            for variant in variants(view.look, texts):
                if self._agree(views, variant):
                    return variant
        candidates = self._in_other_case(views)
        found = next((each for each in candidates if self._agree(views, each)), None)
        if found is None:
            raise self.none_of(views)
        return found

    def _in_other_case(self, views: Sequence[FieldView]) -> Iterator[tuple[str, ...]]:
        """Texts for looks to which letter case matters, and others."""
        wanted = self._exact(views)
        for view in views:
            texts = view.texts(self.model)
            if wanted is None or view.look.case == "sensitive" or isinstance(texts, Unrealised):
                continue
            for base in (str.lower, str.upper, str.title):
                yield tuple(recased(text, wanted, base) for text in texts)

    def _agree(self, views: Sequence[FieldView], texts: Sequence[str]) -> bool:
        return all(view.agrees(texts, self.model) for view in views)

    def _exact(self, views: Sequence[FieldView]) -> list[str] | None:
        """Values that some text meets in their letter case; None: that counts for no look."""
        exact = [view for view in views if view.look.case == "sensitive"]
        if not exact:
            return None
        values = [
            value
            for view in exact
            for (_, value), literal in view.tests.items()
            if value and holds(literal, self.model)
        ]
        return sorted(values, key=len)

    def none_of(self, views: Sequence[FieldView]) -> NoMessageError:
        """No texts were found that these looks see as the model says."""
        clause = [literal for view in views for literal in view.theory.refused(self.model)]
        return NoMessageError(NotFound(clause=tuple(dict.fromkeys(clause)), proved=False))
