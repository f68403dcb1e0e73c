"""The frame of a page of HTML that needs nothing else: no network, no files.

Style and behavior are in `html/`. The page is readable without JavaScript; with it there are
views, search, filters and keys. The first view has the items to search and filter.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass
from mmctl.render.html.markup import Child, Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.render.html.passed_over import PassedOver

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""Content security policy: whatever is in a message, the page loads and sends nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One section of a page; `id` is that of its element."""

    id: str
    label: str
    section: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A checkbox that shows only items whose `data-kind` has the value."""

    kind: str
    value: str
    words: str
    count: int


def page_of(
    noun: str,
    *,
    title: str,
    heading: Child,
    numbers: Sequence[Markup],
    filters: Sequence[Filter],
    views: Sequence[View],
    passed_over: PassedOver,
) -> str:
    """A page of items with a noun, such as `case`; the same input gives the same bytes."""
    body = element(
        "body",
        element("a", f"Skip to the {noun}s", href=f"#{views[0].id}", class_="skip"),
        element("header", heading, element("ul", numbers, class_="numbers"), class_="top"),
        _bar(noun, filters, views),
        element("main", [view.section for view in views], data_noun=noun),
        element("footer", _keys(noun, views)),
        element("script", passed_over.markup(), type="application/json", id="passed-over"),
        element("script", Markup(part("unfold.js") + part("page.js"))),
    )
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def head_of(title: str) -> Markup:
    """The head of a page that loads and sends nothing."""
    return element(
        "head",
        Markup('<meta charset="utf-8">'),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(part("page.css"))),
    )


def number(value: str, words: str, kind: str) -> Markup:
    """One number of the headline, shown as `good`, `fair` or `bad`."""
    return element("li", element("b", value), " ", element("span", words), class_=kind)


def chip(outcome: str) -> Markup:
    """An outcome as a colored word."""
    return element("span", outcome, class_=f"chip {outcome}")


def part(name: str) -> str:
    """The text of a style sheet or a script of pages."""
    return files("mmctl.render").joinpath("html", name).read_text(encoding="utf-8")


def _bar(noun: str, filters: Sequence[Filter], views: Sequence[View]) -> Markup:
    """Views, search and filters: they stay visible."""
    sought = f"Search {noun}s, addresses, rules"
    return element(
        "div",
        element(
            "nav",
            [element("a", view.label, href=f"#{view.id}", data_view=view.id) for view in views],
            aria_label="Views",
        ),
        element(
            "input",
            type="search",
            id="search",
            placeholder=sought,
            aria_label=sought,
            autocomplete="off",
        ),
        element(
            "fieldset",
            element("legend", f"Show {noun}s"),
            [_filter(each) for each in filters],
            class_="filters",
        ),
        element("output", id="shown", aria_live="polite"),
        class_="bar",
    )


def _filter(each: Filter) -> Markup:
    return element(
        "label",
        element("input", type="checkbox", name=each.kind, value=each.value),
        element("span", each.words, " ", element("small", each.count)),
        class_=f"filter {each.value}",
    )


def _keys(noun: str, views: Sequence[View]) -> Markup:
    keys = (
        ("/", "search"),
        ("Esc", "clear"),
        (" ".join(str(place + 1) for place in range(len(views))), "views"),
        ("j k", f"next, previous {noun}"),
        ("Enter", "open, close"),
        ("← ↑ ↓ →", "move in the matrix"),
    )
    return element(
        "p", [[element("kbd", key), f" {words}  "] for key, words in keys], class_="keys"
    )
