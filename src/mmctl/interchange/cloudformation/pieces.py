"""Texts that functions cut into pieces, where a part of the text is unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.cloudformation.scope import OF_MAIL_MANAGER, PSEUDO
from mmctl.interchange.infrastructure.values import ARN, ID, Hole, Pointer, text_of
from mmctl.model.kinds import Noun
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.cloudformation.scope import TemplateScope
    from mmctl.interchange.infrastructure.values import Part, Tree

_OF_NO_ID: Final = re.compile(r"[^a-zA-Z0-9-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The pieces of a text."""

    texts: list[Tree]
    known: int
    """How many of them, from the first, are surely pieces: what is unknown may hide delimiters."""


def pieces(parts: Iterable[Part], delimiter: str) -> Pieces:
    """A text cut at each delimiter."""
    made: list[list[Part]] = [[]]
    known: int | None = None
    for part in parts:
        if not isinstance(part, str):
            if known is None and _may_have(part, delimiter):
                known = len(made) - 1
            made[-1].append(part)
            continue
        first, *others = part.split(delimiter)
        made[-1].append(first)
        made += [[other] for other in others]
    return Pieces(
        texts=[text_of(piece) for piece in made], known=len(made) if known is None else known
    )


def _may_have(part: Hole | Pointer, delimiter: str) -> bool:
    """Whether a text that is unknown here may have a delimiter in it.

    A region, an account, a partition and an id have letters, digits and dashes.
    """
    simple = part.environment is not None if isinstance(part, Hole) else part.attribute == ID
    return not simple or not _OF_NO_ID.search(delimiter)


def cuttable(scope: TemplateScope, parts: Iterable[Part]) -> list[Part]:
    """The parts of a text, with the ARNs of Mail Manager resources in parts of their own."""
    return [
        inner
        for part in parts
        for inner in (_arn_parts(scope, part) if isinstance(part, Pointer) else (part,))
    ]


def _arn_parts(scope: TemplateScope, pointer: Pointer) -> tuple[Part, ...]:
    noun = scope.types.get(pointer.label.removeprefix(scope.prefix), "").removeprefix(
        OF_MAIL_MANAGER
    )
    if pointer.attribute != ARN or noun not in {*Noun}:
        return (pointer,)
    part = Noun(noun).api.arn_part
    pseudo = [PSEUDO[f"AWS::{name}"] for name in ("Partition", "Region", "AccountId")]
    end = Pointer(label=pointer.label)
    return ("arn:", pseudo[0], ":ses:", pseudo[1], ":", pseudo[2], f":{part}/", end)
