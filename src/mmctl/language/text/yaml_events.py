"""The events of a YAML text, one after the other: libyaml's, or those of ruamel.yaml's own reader.

libyaml is fast, and reads what YAML 1.2 means as long as scalars are not resolved. It
refuses one thing of YAML 1.2, a colon inside a plain text between braces (`{role: arn:aws:…}`);
a text in which it fails there is read a second time by the slower reader. See
docs/developers/decisions/002-events-of-libyaml.md.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser
from ruamel.yaml.error import MarkedYAMLError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SLOW_CHARACTERS: Final = 1_000_000
"""Longer texts are not read a second time; they have to quote such values."""


def over_events(text: str, walk: Callable[[Callable[[], Any]], T]) -> T:
    """What `walk` returns for the events of a text; it gets the function that yields the next.

    Raises:
        ruamel.yaml.error.YAMLError: what the walk did not catch.
    """
    try:
        return walk(CParser(text).get_event)
    except MarkedYAMLError as error:
        if error.problem != "found unexpected ':'" or len(text) > SLOW_CHARACTERS:
            raise
    return walk(partial(next, YAML(typ="safe", pure=True).parse(text)))
