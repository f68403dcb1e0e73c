"""The filters of searches and exports: which archived messages they let through.

All conditions of `Include` must hold and none of `Unless`; a condition with several values holds if
one of them fits; upper and lower case are alike. The API's description says what the filters are
for, not these three: they are presumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MEMBERS: Final = {"TO": "To", "FROM": "From", "CC": "Cc", "SUBJECT": "Subject"}


def passes(filters: Mapping[str, Any] | None, accepted: Mapping[str, Any], head: Any) -> bool:
    """Whether a message is among those that filters ask for.

    `accepted` is what is known since it was accepted, `head` what stands in the message.
    """
    filters = filters or {}
    include: Sequence[Any] = filters.get("Include", ())
    unless: Sequence[Any] = filters.get("Unless", ())
    return all(_holds(each, accepted, head) for each in include) and not any(
        _holds(each, accepted, head) for each in unless
    )


def _holds(condition: Mapping[str, Any], accepted: Mapping[str, Any], head: Any) -> bool:
    text = condition.get("StringExpression")
    if text is not None:
        looked = [each.casefold() for each in _texts(text["Evaluate"]["Attribute"], accepted, head)]
        return any(value.casefold() in one for value in text["Values"] for one in looked)
    wanted = condition["BooleanExpression"]["Operator"] == "IS_TRUE"
    return bool(head.get("HasAttachments")) is wanted


def _texts(attribute: str, accepted: Mapping[str, Any], head: Any) -> Iterable[str]:
    envelope = accepted.get("envelope", {})
    match attribute:
        case "ENVELOPE_TO":
            return [str(each) for each in envelope.get("recipients", ())]
        case "ENVELOPE_FROM":
            return [envelope.get("mail_from") or ""]
        case _:
            return [head[_MEMBERS[attribute]]] if _MEMBERS[attribute] in head else []
