"""The headers of a message that a model describes: for every look what it has to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.composing import address_list, as_decoded, encoded_word, written
from mmctl.analysis.encoding.fields import ADDRESS_HEADERS
from mmctl.analysis.encoding.model_texts import NoMessageError
from mmctl.analysis.theories.theory import holds
from mmctl.mail.addresses import addresses
from mmctl.mail.email import RECEIPT_HEADERS
from mmctl.model.facts import FROM, WRITTEN_HEADERS, MessageFact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mmctl.analysis.encoding.model_texts import ModelTexts
    from mmctl.analysis.encoding.views import FieldView, Repeated

ORDINARY_ADDRESS: Final = "someone@example.org"
_AS_WRITTEN: Final = {fact.key: fact.header for fact in WRITTEN_HEADERS}
_ORDERS: Final[tuple[Repeated, ...]] = ("first", "any", "last")
"""Where a header goes that only some looks count."""
_COUNTED: Final[Mapping[Repeated, Callable[[Sequence[str]], Sequence[str]]]] = {
    "first": lambda texts: texts[:1],
    "any": lambda texts: texts,
    "last": lambda texts: texts[-1:],
}


class ModelHeaders:
    """The headers of one model."""

    def __init__(self, texts: ModelTexts) -> None:
        self._texts = texts

    def all(self) -> dict[str, list[str]]:
        """The headers, by their names as people write them."""
        found: dict[str, list[str]] = {}
        for name, there in self._texts.fields.headers.items():
            if holds(there, self._texts.model):
                found[_as_written(name)] = self._written(name)
        if FROM.key not in self._texts.fields.headers:
            found[FROM.header] = [ORDINARY_ADDRESS]
        receipt = self._texts.fields.flags.get(MessageFact.READ_RECEIPT)
        if receipt is not None and holds(receipt, self._texts.model):
            found[_as_written(RECEIPT_HEADERS[0])] = [ORDINARY_ADDRESS]
        return dict(sorted(found.items(), key=lambda each: _place(each[0])))

    def _written(self, name: str) -> list[str]:
        """A header; as it is written, where one gateway decodes what another does not."""
        views = self._texts.active(name)
        if self._texts.decoded is not None or not all(view.look.decoded for view in views):
            return self._header(name)
        return [written(text, decoded=name not in ADDRESS_HEADERS) for text in self._header(name)]

    def _header(self, name: str) -> list[str]:
        """What one header, or several of its name, have in them."""
        views = self._texts.active(name)
        orders = {view.look.repeated for view in views}
        parts = [
            self._seen_by([view for view in views if view.look.repeated == order])
            for order in _ORDERS
            if order in orders
        ]
        if not parts:
            return [""]
        alone = next((each for each in parts if self._agree(views, each)), None)
        return [text for part in parts for text in part] if alone is None else alone

    def _agree(self, views: Sequence[FieldView], texts: Sequence[str]) -> bool:
        """Whether looks see in headers with these texts what the model says."""
        for view in views:
            seen = tuple(_COUNTED[view.look.repeated](texts))
            if view.look.addresses:
                seen = tuple(spec for text in seen for spec in addresses(text))
            elif view.look.decoded and self._texts.decoded is None:
                seen = tuple(map(as_decoded, seen))
            if not view.agrees(seen, self._texts.model):
                return False
        return True

    def _seen_by(self, views: Sequence[FieldView]) -> list[str]:
        """Headers for looks that count the same ones of several."""
        whole = [view for view in views if not view.look.addresses]
        if whole:
            by_addresses = [view for view in views if view.look.addresses]
            return list(self._with_addresses(self._whole(whole), whole, by_addresses))
        return [address_list(self._texts.agreed(views))]

    def _whole(self, views: Sequence[FieldView]) -> tuple[str, ...]:
        """Texts that looks see; those that one look alone sees are encoded words."""
        decoding = [view for view in views if view.look.decoded]
        try:
            return self._texts.agreed(views)
        except NoMessageError as error:
            if error.refused.proved or len(decoding) in {0, len(views)}:
                raise
        return tuple(map(encoded_word, self._texts.agreed(decoding)))

    def _with_addresses(
        self, texts: tuple[str, ...], whole: Sequence[FieldView], by_addresses: Sequence[FieldView]
    ) -> tuple[str, ...]:
        """Texts of a header that has the addresses, too, that other looks see."""
        if not by_addresses or not texts:
            return texts
        specs = self._texts.agreed(by_addresses)
        longer = (*texts[:-1], f"{texts[-1]} {', '.join(f'<{spec}>' for spec in specs)}")
        for candidate in (texts, (*texts[:-1], address_list(specs)), longer):
            found = tuple(spec for text in candidate for spec in addresses(text))
            if all(view.agrees(found, self._texts.model) for view in by_addresses) and all(
                view.agrees(candidate, self._texts.model) for view in whole
            ):
                return candidate
        return texts


def _as_written(name: str) -> str:
    return _AS_WRITTEN.get(name) or name.title()


def _place(name: str) -> tuple[int, str]:
    known = list(_AS_WRITTEN.values())
    return (known.index(name) if name in known else len(known), name)
