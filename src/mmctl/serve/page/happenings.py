"""What became of a message, event by event, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.html.mail_view import WhatHappened
from mmctl.serve.page.rows import AS_LIVE, objects, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.serve.page.rule_names import RulesOnPage

MOST_NAMED: Final = 5
"""Recipients that a line names."""


def happenings(
    events: Sequence[Mapping[str, Any]], names: RulesOnPage = AS_LIVE
) -> tuple[WhatHappened, ...]:
    """All that happened, in order; `names` are those of rules."""
    return tuple(happened for event in events for happened in _of(event, names))


def refusal(event: Mapping[str, Any]) -> WhatHappened:
    """The one thing that happened to what was refused."""
    by = text(event, "by")
    more = (text(event, "reply"), f"by {by}" if by else "")
    return WhatHappened(
        at=text(event, "at"), what="refused", kind="bad", more=tuple(filter(None, more))
    )


def _of(event: Mapping[str, Any], names: RulesOnPage) -> Iterator[WhatHappened]:
    at = text(event, "at")
    target = text(event, "target")
    host = text(event, "host")
    where = f"{target} ({host})" if target and host else target or host
    reply = text(event, "reply")
    match event.get("event"):
        case "judged":
            yield WhatHappened(at=at, what="judged", kind="", more=tuple(_outcomes(event, names)))
        case "action":
            yield _action(at, event, names)
        case "delivered":
            more = (_people(event), reply, _file(event))
            yield _happened(at, f"delivered to {where}", "good", *more)
        case "waiting":
            again = f"next try {text(event, 'next')}" if text(event, "next") else ""
            tries = event.get("tries")
            tried = f"after try {tries}" if isinstance(tries, int) else ""
            more = (_people(event), reply, " ".join(filter(None, (again, tried))))
            yield _happened(at, f"waiting for {where}", "fair", *more)
        case "failed":
            yield _happened(at, f"not delivered to {where}", "bad", _people(event), reply)
        case "report":
            about = ", ".join(_some(texts(event.get("about"))))
            said = f"about {about}" if about else ""
            yield _happened(
                at, f"delivery report to {text(event, 'to')}", "fair", said, _file(event)
            )
        case "finished":
            yield WhatHappened(at=at, what="finished", kind="good")
        case str(other):
            yield WhatHappened(at=at, what=other, kind="")
        case _:
            return


def _action(at: str, event: Mapping[str, Any], names: RulesOnPage) -> WhatHappened:
    target = text(event, "target")
    status = text(event, "status")
    kind = {"SUCCESS": "good", "FAILURE": "bad"}.get(status, "")
    what = text(event, "action") + (f" → {target}" if target else "")
    words = {"SUCCESS": "", "FAILURE": " failed", "IN_PROGRESS": " in progress"}
    rule = names.short(text(event, "rule"), at)
    more = (f"by {rule}" if rule else "", _people(event), text(event, "detail"), _file(event))
    return _happened(at, what + words.get(status, f" {status}"), kind, *more)


def _happened(at: str, what: str, kind: str, *more: str) -> WhatHappened:
    return WhatHappened(at=at, what=what, kind=kind, more=tuple(filter(None, more)))


def _outcomes(event: Mapping[str, Any], names: RulesOnPage) -> Iterator[str]:
    recipients = objects(event.get("recipients"))
    for each in recipients[:MOST_NAMED]:
        by = names.short(text(each, "by"), text(event, "at"))
        yield f"{text(each, 'recipient')}: {text(each, 'outcome')}{f' by {by}' if by else ''}"
    if len(recipients) > MOST_NAMED:
        yield f"and {len(recipients) - MOST_NAMED:,} more"
    failing = texts(event.get("failing"))
    if failing:
        yield f"failing: {', '.join(failing)}"


def _people(event: Mapping[str, Any]) -> str:
    people = texts(event.get("recipients"))
    return f"for {', '.join(_some(people))}" if people else ""


def _some(people: Sequence[str]) -> list[str]:
    more = len(people) - MOST_NAMED
    return [*people[:MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])]


def _file(event: Mapping[str, Any]) -> str:
    file = text(event, "file")
    return f"file {file}" if file else ""
