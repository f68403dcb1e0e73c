"""What the page asks, from the JSON that its script sends: types and sizes are checked here."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import RULES_AT_MOST, parse_json
from mmctl.judge.ingress import Way
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_EDITS: Final = 200
"""Files that one question may edit."""
LONGEST_TEXT: Final = 64 * 1024
"""Characters of one field of the form."""
LONGEST_TAB: Final = 64
MOST_MEMBERS: Final = 400
POINT: Final = "point:"
RULE_SET: Final = "rules:"
"""How the form names where a message comes in: by ingress point, or by a rule set alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayQuestion:
    """One question: what becomes of this message, by the rules with these edits."""

    edits: Mapping[str, str] = field(default_factory=dict)
    case: str | None = None
    """The case that the message began as; what the form cannot show is as it says."""
    message: bytes | None = None
    """None: the message of the case, as it is."""
    name: str = ""
    """What the message is called: the name of the file that was dropped."""
    form: Mapping[str, str] = field(default_factory=dict)
    way: Way = field(default_factory=Way)
    assume_pass: bool = False
    tab: str = ""
    """Which tab of a browser asks."""
    again: bool = False
    """Whether cases that ran run again."""
    file: str = ""
    """The file for a new case."""
    called: str = ""
    """The name of the new case."""


def asked_in(body: bytes) -> PlayQuestion:
    """The question in the body of a request.

    Raises:
        ValueError: it is none; the message says what was expected.
        TypeError: the same.
    """
    data = parse_json(body)
    if not isinstance(data, dict):
        raise TypeError("expected an object")
    edits = _texts(data, "edits", most=MOST_EDITS, longest=RULES_AT_MOST)
    return PlayQuestion(
        edits=edits,
        case=_text(data, "case", LONGEST_TEXT) or None,
        message=_message(data.get("message")),
        name=_text(data, "name", LONGEST_TEXT),
        form=_texts(data, "form", most=MOST_MEMBERS, longest=LONGEST_TEXT),
        way=way_of(_text(data, "way", LONGEST_TEXT)),
        assume_pass=data.get("assume_pass") is True,
        tab=_text(data, "tab", LONGEST_TAB),
        again=data.get("again") is True,
        file=_text(data, "file", LONGEST_TEXT),
        called=_text(data, "called", LONGEST_TEXT),
    )


def way_of(text: str) -> Way:
    """Where a message comes in, as the form names it; empty: the usual way."""
    if text.startswith(RULE_SET):
        return Way(rule_set=text.removeprefix(RULE_SET))
    return Way(ingress_point=text.removeprefix(POINT) or None)


def name_of(way: Way) -> str:
    """How the form names where a message comes in."""
    if way.rule_set is not None:
        return f"{RULE_SET}{way.rule_set}"
    return "" if way.ingress_point is None else f"{POINT}{way.ingress_point}"


def _text(data: Mapping[str, Any], key: str, longest: int) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"`{key}`: expected a text of at most {longest:,} characters")
    return value


def _texts(data: Mapping[str, Any], key: str, *, most: int, longest: int) -> dict[str, str]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > most:
        raise ValueError(f"`{key}`: expected at most {most:,} texts by name")
    return {str(name): _text(value, name, longest) for name in value}


def _message(value: object) -> bytes | None:
    """The bytes of a message that was typed (`text`), or of a file (`base64`)."""
    if value is None:
        return None
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return bytes(value["text"].encode("utf-8", "replace"))
    if isinstance(value, dict) and isinstance(value.get("base64"), str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("`message`: expected base64") from None
    raise ValueError("`message`: expected `text` or `base64`")
