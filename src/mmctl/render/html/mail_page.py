"""The frame of the page of `emulate`: the list of messages, and the one that is looked at.

It has no script or style in it: both are files, so that no text can become one. What it lists is
data that its script asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.render.html.frame import part
from mmctl.render.html.markup import Child, Markup, element, markup
from mmctl.render.html.page_tabs import page_tabs

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEYS: Final = (
    ("/", "search"),
    ("j k ↓ ↑", "next, previous message"),
    ("Enter", "go to the message"),
    ("Esc", "back to the list; again: show all"),
    ("1 2 3 4 5", "way, message, attachments, headers, source"),
    ("l", "live on or off"),
    ("Home", "newest message"),
    ("?", "this help"),
)


def mail_page(*, sending: Sequence[str], places: Sequence[str], with_play: bool = False) -> str:
    """The page; `sending` are the commands that send a message, `places` the ingress points.

    `with_play`: the server has the page of `play` too.
    """
    body = element(
        "body",
        element("a", "Skip to the messages", href="#list", class_="skip"),
        element(
            "header",
            element("h1", "Mail ", element("span", "emulated", class_="environment")),
            page_tabs("/") if with_play else None,
            element("ul", id="numbers", class_="numbers"),
            element(
                "button", "Live", type="button", id="live", aria_pressed="true", title="Key: l"
            ),
            element("button", "?", type="button", id="help", aria_label="Keys"),
            class_="top",
        ),
        element("p", id="trouble", role="alert", hidden=True),
        _bar(),
        element(
            "main",
            _list(sending, places),
            element("div", id="detail", aria_live="off"),
            id="panes",
        ),
        _keys(),
        class_="inbox",
    )
    return f'<!doctype html>\n<html lang="en">{_head()}{body}</html>\n'


def style_sheet() -> str:
    """The style of reports, and what this page adds."""
    return part("page.css") + part("mail.css")


def script() -> str:
    """The script of the page."""
    return part("unfold.js") + part("mail.js")


def _head() -> Markup:
    return element(
        "head",
        Markup('<meta charset="utf-8">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", "Mail, emulated"),
        Markup('<link rel="stylesheet" href="/style.css">'),
        Markup('<link rel="icon" href="/icon.svg">'),
        element("script", src="/script.js", defer=True),
    )


def _bar() -> Markup:
    sought = "Search sender, recipient, subject, id"
    return element(
        "search",
        element(
            "input",
            type="search",
            id="search",
            placeholder=sought,
            aria_label=sought,
            autocomplete="off",
            spellcheck="false",
        ),
        element(
            "fieldset",
            element("legend", "Show messages"),
            element("span", id="outcomes", class_="filters"),
            class_="filters",
        ),
        element("select", id="rule", aria_label="Rule"),
        element("select", id="point", aria_label="Ingress point"),
        element("output", id="shown", aria_live="polite"),
        class_="bar",
    )


def _list(sending: Sequence[str], places: Sequence[str]) -> Markup:
    return element(
        "section",
        element("button", "0 new messages", type="button", id="newer", hidden=True),
        element(
            "div",
            element("div", id="rows", role="presentation"),
            id="list",
            role="listbox",
            tabindex="0",
            aria_label="Messages, newest first",
        ),
        element("p", "No message matches.", id="no-match", class_="nothing", hidden=True),
        element("div", _first(sending, places), id="empty", hidden=True),
        element("p", id="left-out", class_="nothing", hidden=True),
        id="messages",
    )


def first_message(sending: Sequence[str], places: Sequence[str]) -> Markup:
    """How to send the first message, for a list without any."""
    return markup(_first(sending, places))


def _first(sending: Sequence[str], places: Sequence[str]) -> Child:
    if not places:
        return [
            element("h2", "No ingress point takes mail yet"),
            element("p", "Make one in another shell, and it gets a port:"),
            element("pre", "mmctl apply", class_="suggestion"),
        ]
    return [
        element("h2", "No mail yet"),
        element("p", "Send the first message from another shell, in the folder of your project:"),
        [element("pre", each, class_="suggestion") for each in sending],
        element("p", "Mail is taken at:"),
        element("ul", [element("li", each) for each in places], class_="places"),
    ]


def _keys() -> Markup:
    return element(
        "dialog",
        element("h2", "Keys"),
        element(
            "dl",
            [
                element("div", element("dt", element("kbd", key)), element("dd", words))
                for key, words in _KEYS
            ],
        ),
        element("form", element("button", "Close", type="submit"), method="dialog"),
        id="keys",
        aria_label="Keys",
    )
