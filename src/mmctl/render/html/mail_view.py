"""One message on the page of `emulate`: its way through the rules, what happened, and itself.

Everything in it was written by strangers. It is text here; HTML mail is in `foreign`.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.records import dataclass
from mmctl.render.html.flow import recipient_flow, sent_section
from mmctl.render.html.frame import chip
from mmctl.render.html.markup import Child, Markup, element
from mmctl.visible import visible_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.trace import Trace
    from mmctl.render.html.passed_over import PassedOver

MOST_FLOWS: Final = 25
"""Recipients whose way is drawn; the others are named with their outcome."""
LONGEST_FIELD: Final = 4000
MOST_FIELDS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatHappened:
    """One thing that became of a message."""

    at: str
    what: str
    kind: str
    """How it is colored: `good`, `bad`, `fair` or nothing."""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One part that can be saved."""

    path: str
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBody:
    """What a person reads of a message."""

    text: str | None
    html: bool
    left_out: tuple[str, ...] = ()
    """What the frame does not show or load."""
    links: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailView:
    """One message with all that the page says about it; `body` None: nothing was accepted."""

    key: str
    heading: str
    envelope: tuple[tuple[str, str], ...]
    ends: tuple[str, ...]
    """Outcomes, and whether something still waits, is under way, or failed."""
    happened: tuple[WhatHappened, ...]
    known: tuple[tuple[str, str], ...] = ()
    assumed: tuple[tuple[str, str], ...] = ()
    trace: Trace | None = None
    no_trace: str = ""
    """Why its way is not drawn."""
    body: MailBody | None = None


def mail_view(shown: MailView, passed_over: PassedOver, *, with_play: bool = False) -> Markup:
    """The message as one article with its panels; `with_play`: it leads to the page of `play`."""
    panels: list[tuple[str, str, Child]] = [("way", "Way", _way(shown, passed_over))]
    if shown.body is not None:
        body = shown.body
        count = f" {len(body.attached)}" if body.attached else ""
        panels += [
            ("read", "Message", _read(shown.key, body)),
            ("files", f"Attachments{count}", _files(shown.key, body)),
            ("fields", "Headers", _fields(body)),
            ("source", "Source", _source(shown.key, body)),
        ]
    return element(
        "article",
        element(
            "header",
            element("h2", shown.heading, tabindex="-1"),
            element(
                "div",
                [chip(outcome) for outcome in shown.ends],
                element("a", "Try it in Play", href=f"/play#mail={shown.key}", class_="try")
                if with_play and shown.body is not None
                else None,
                class_="chips",
            ),
            _pairs(shown.envelope, "envelope"),
        ),
        element("div", [_tab(*panel[:2]) for panel in panels], role="tablist", aria_label="Views")
        if shown.body is not None
        else None,
        [_panel(name, content) for name, _, content in panels],
        class_="mail",
        data_key=shown.key,
    )


def _tab(name: str, label: str) -> Markup:
    return element(
        "button",
        label,
        type="button",
        role="tab",
        id=f"tab-{name}",
        aria_controls=f"panel-{name}",
        aria_selected="true" if name == "way" else "false",
        tabindex="0" if name == "way" else "-1",
    )


def _panel(name: str, content: Child) -> Markup:
    return element(
        "section",
        content,
        id=f"panel-{name}",
        role="tabpanel",
        aria_labelledby=f"tab-{name}",
        hidden=name != "way",
    )


def _pairs(pairs: Sequence[tuple[str, str]], kind: str) -> Markup:
    return element(
        "dl",
        [element("div", element("dt", name), element("dd", value)) for name, value in pairs],
        class_=kind,
    )


def _way(shown: MailView, passed_over: PassedOver) -> Child:
    trace = shown.trace
    parts: list[Child] = []
    if shown.assumed:
        facts = ", ".join(f"{name} {value}" for name, value in shown.assumed)
        parts.append(element("p", f"Assumed, because nobody stated it: {facts}", class_="assumed"))
    if trace is None:
        parts.append(element("p", shown.no_trace, class_="nothing") if shown.no_trace else None)
    else:
        flows = [
            recipient_flow(got, passed_over, places=False) for got in trace.recipients[:MOST_FLOWS]
        ]
        others = [f"{got.recipient}: {got.outcome}" for got in trace.recipients[MOST_FLOWS:]]
        parts += [
            flows,
            element("ul", [element("li", each) for each in others], class_="about")
            if others
            else None,
            sent_section(trace.performed),
        ]
    return [
        *parts,
        element("h3", "What happened", class_="about-it"),
        element("ol", [_happened(each) for each in shown.happened], class_="happened")
        if shown.happened
        else element("p", "Nothing yet.", class_="nothing"),
        [element("h3", "What was known", class_="about-it"), _pairs(shown.known, "facts")]
        if shown.known
        else None,
        element("ul", [element("li", f"note: {note}") for note in trace.notes], class_="about")
        if trace is not None and trace.notes
        else None,
    ]


def _happened(each: WhatHappened) -> Markup:
    return element(
        "li",
        element("time", each.at[11:23], datetime=each.at),
        element("div", element("b", each.what), [element("p", more) for more in each.more]),
        class_=each.kind or None,
    )


def _read(key: str, body: MailBody) -> Child:
    frame = element(
        "iframe",
        data_src=f"/message/{key}/html",
        sandbox="",
        referrerpolicy="no-referrer",
        title="The HTML of the message, without scripts and without network",
    )
    said = [element("li", each) for each in (*body.left_out, *body.notes)]
    return [
        element("ul", said, class_="about left-out") if said else None,
        frame if body.html else None,
        _folded(f"Links ({len(body.links)})", _links(body.links)) if body.links else None,
        _folded("The same as plain text", _lines(body.text))
        if body.html and body.text is not None
        else None,
        _lines(body.text) if not body.html and body.text is not None else None,
        element("p", "The message has no text.", class_="nothing")
        if not body.html and body.text is None
        else None,
    ]


def _folded(title: str, content: Child) -> Markup:
    return element("details", element("summary", title), content, class_="folded")


def _links(links: Sequence[str]) -> Markup:
    """Where links lead, as text: nothing here can be clicked."""
    return element("ol", [element("li", element("code", link)) for link in links], class_="links")


def _files(key: str, body: MailBody) -> Child:
    if not body.attached:
        return element("p", "The message has no attachments.", class_="nothing")
    return element(
        "ul",
        [
            element(
                "li",
                element(
                    "a", each.name, href=f"/message/{key}/part/{each.path}", download=each.name
                ),
                " ",
                element("small", f"{each.type}, {counted(each.size, 'byte')}"),
            )
            for each in body.attached
        ],
        class_="files",
    )


def _fields(body: MailBody) -> Child:
    left = len(body.fields) - MOST_FIELDS
    return [
        element(
            "dl",
            [
                element("div", element("dt", name[:100]), element("dd", _cut(value)))
                for name, value in body.fields[:MOST_FIELDS]
            ],
            class_="fields",
        ),
        element("p", f"{counted(left, 'more field')}, see the source", class_="nothing")
        if left > 0
        else None,
    ]


def _source(key: str, body: MailBody) -> Child:
    return [
        element(
            "p",
            element(
                "a",
                "Save the message as a file",
                href=f"/message/{key}/source",
                download=f"{key}.eml",
            ),
        ),
        _lines(body.source),
    ]


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_FIELD else f"{value[:LONGEST_FIELD]} …"


def _lines(text: str) -> Markup:
    """A text with its lines; what is invisible in it is shown as escapes."""
    return element("pre", Markup(escape(visible_lines(text))), tabindex="0")
