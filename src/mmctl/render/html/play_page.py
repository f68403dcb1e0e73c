"""The frame of the page of `play`: rules, a message, its way, side by side.

It has no script or style in it: both are files, so that no text can become one. What it shows is
data that its script asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.facts import FACT_OF, Fact, Form
from mmctl.records import dataclass
from mmctl.render.html.frame import part
from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.html.page_tabs import page_tabs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.model.facts import StatedFact

_KEYS: Final = (
    ("r m w", "rules, message, way"),
    ("c", "choose a case"),
    ("o", "open a message (.eml)"),
    ("d", "edits as a diff"),
    ("s", "save as a case"),
    ("p", "problems"),
    ("t", "test cases that fail"),
    ("Esc", "leave a field, for these keys"),
    ("?", "this help"),
)
_LABELS: Final = {
    "mail_from": "Envelope sender",
    "recipients": "Recipients",
    "source_ip": "Client address",
    "helo": "HELO",
    "tls": "TLS",
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc_policy": "DMARC policy",
    "add_ons": "Add-on answers",
}
_HINTS: Final = {"recipients": "one on each line", "add_ons": "NAME.FIELD=VALUE"}
_LONG: Final = frozenset({Form.TEXTS, Form.ANSWERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayFrame:
    """What the frame says: the project, its environment, the fields of the form, and tabs."""

    project: str
    environment: str
    fields: Sequence[StatedFact]
    with_mail: bool
    """Whether the server has the page of mail too."""


def play_page(frame: PlayFrame) -> str:
    """The page."""
    body = element(
        "body",
        element("a", "Skip to the rules", href="#text", class_="skip"),
        _top(frame),
        element("p", id="trouble", role="alert", hidden=True),
        element(
            "div",
            [
                _pane_tab("rules", "Rules", chosen=True),
                _pane_tab("message", "Message"),
                _pane_tab("way", "Way"),
            ],
            role="tablist",
            aria_label="Parts of the page",
            id="parts",
        ),
        element("main", _rules(), _message(frame), _way(), id="play"),
        _keys(),
        _diff(),
        _save(),
        class_="inbox playing",
        data_showing="rules",
    )
    return f'<!doctype html>\n<html lang="en">{_head(frame)}{body}</html>\n'


def style_sheet() -> str:
    """The style of reports, and what this page adds."""
    return part("page.css") + part("mail.css") + part("play.css")


def script() -> str:
    """The script of the page."""
    return part("unfold.js") + part("play_found.js") + part("play.js")


def _head(frame: PlayFrame) -> Markup:
    return element(
        "head",
        Markup('<meta charset="utf-8">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Play, {frame.project}"),
        Markup('<link rel="stylesheet" href="/play/style.css">'),
        Markup('<link rel="icon" href="/icon.svg">'),
        element("script", src="/play/script.js", defer=True),
    )


def _top(frame: PlayFrame) -> Markup:
    return element(
        "header",
        element(
            "h1", f"{frame.project} ", element("span", frame.environment, class_="environment")
        ),
        page_tabs("/play") if frame.with_mail else None,
        element("output", id="ends", class_="chips", aria_live="polite"),
        element("span", "nothing here is written to your files", class_="calm"),
        element("button", "Diff", type="button", id="show-diff", disabled=True, title="Key: d"),
        element("button", "Save as a case", type="button", id="show-save", title="Key: s"),
        element("button", "?", type="button", id="help", aria_label="Keys"),
        class_="top",
    )


def _pane_tab(name: str, label: str, *, chosen: bool = False) -> Markup:
    return element(
        "button",
        label,
        type="button",
        role="tab",
        id=f"part-{name}",
        aria_controls=name,
        aria_selected="true" if chosen else "false",
        data_part=name,
    )


def _rules() -> Markup:
    return element(
        "section",
        element(
            "div",
            element("select", id="file", aria_label="File of rules"),
            element("button", "Undo edits", type="button", id="undo", hidden=True),
            class_="pane-head",
        ),
        element(
            "div",
            element("pre", id="gutter", aria_hidden="true"),
            element(
                "textarea",
                id="text",
                aria_label="Rules",
                wrap="off",
                spellcheck="false",
                autocomplete="off",
                autocapitalize="off",
            ),
            class_="editor",
        ),
        _found(),
        id="rules",
        aria_label="Rules",
    )


def _found() -> Markup:
    """What follows an edit: problems, and how the cases go."""
    return element(
        "div",
        element(
            "div",
            element(
                "div",
                [
                    _found_tab("problems", "looking for problems", chosen=True),
                    _found_tab("cases", "cases"),
                ],
                role="tablist",
                aria_label="What follows from the rules",
            ),
            element(
                "button",
                "Run again",
                type="button",
                id="run-again",
                title="Run all cases again, also where no rule changed",
            ),
            class_="found-head",
        ),
        element("div", id="problems", role="tabpanel", aria_labelledby="tab-problems"),
        element("div", id="cases", role="tabpanel", aria_labelledby="tab-cases", hidden=True),
        element("output", id="found-said", class_="unseen"),
        id="found",
    )


def _found_tab(name: str, label: str, *, chosen: bool = False) -> Markup:
    return element(
        "button",
        label,
        type="button",
        role="tab",
        id=f"tab-{name}",
        aria_controls=name,
        aria_selected="true" if chosen else "false",
        tabindex="0" if chosen else "-1",
    )


def _message(frame: PlayFrame) -> Markup:
    return element(
        "section",
        element(
            "div",
            element("select", id="case", aria_label="Start from a case"),
            element("button", "Open .eml", type="button", id="open", title="Key: o"),
            element("input", type="file", id="chosen", hidden=True, aria_label="A message"),
            class_="pane-head",
        ),
        element("p", id="note", class_="assumed", role="status", hidden=True),
        element(
            "div",
            element(
                "label",
                element("span", "Comes in through"),
                element("select", id="entrance"),
                class_="wide-field",
            ),
            [_field(FACT_OF[name]) for name in frame.fields],
            element(
                "label",
                element("input", type="checkbox", id="assume"),
                element("span", "Assume that what nobody states passes"),
                class_="wide-field tick",
            ),
            class_="form",
        ),
        element(
            "label",
            element("span", "Message: headers, an empty line, text"),
            element(
                "textarea",
                id="source",
                rows="12",
                spellcheck="false",
                autocomplete="off",
                autocapitalize="off",
            ),
            class_="source-field",
        ),
        id="message",
        aria_label="Message",
    )


def _field(fact: Fact) -> Markup:
    name = str(fact.name)
    marks = {"id": f"field-{name}", "data_field": name, "aria_describedby": f"wrong-{name}"}
    control: Child
    if fact.form is Form.CHOICE:
        control = element(
            "select",
            element("option", "unknown", value=""),
            [element("option", choice, value=choice) for choice in fact.choices],
            **marks,
        )
    elif fact.form in _LONG:
        hint = _HINTS.get(name)
        control = element(
            "textarea", **marks, rows="2", spellcheck="false", placeholder=hint, data_hint=hint
        )
    else:
        control = element("input", type="text", **marks, spellcheck="false", autocomplete="off")
    return element(
        "label",
        element("span", _LABELS.get(name, name)),
        control,
        element("small", id=f"wrong-{name}", class_="wrong", hidden=True),
        class_="wide-field" if fact.form in _LONG or fact.empty_is_none else None,
    )


def _way() -> Markup:
    return element(
        "section",
        element("p", "judging", id="busy", class_="nothing", hidden=True),
        element("p", id="why-not", class_="failure", role="status", hidden=True),
        element("div", id="result"),
        id="way",
        aria_label="Way of the message",
    )


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
        _close("Close"),
        id="keys",
        aria_label="Keys",
    )


def _close(label: str) -> Markup:
    return element("form", element("button", label, type="submit", value=""), method="dialog")


def _diff() -> Markup:
    return element(
        "dialog",
        element("h2", "Your edits"),
        element("p", "In the folder of the project: git apply edits.diff", class_="calm"),
        element("pre", id="diff-text", tabindex="0"),
        element(
            "div",
            element("button", "Copy", type="button", id="copy-diff"),
            _close("Close"),
            class_="buttons",
        ),
        id="diff",
        aria_label="Your edits",
    )


def _save() -> Markup:
    return element(
        "dialog",
        element("h2", "Save as a case"),
        element(
            "p",
            "A new file that expects what happens now. Read what it expects before you keep it.",
            class_="calm",
        ),
        element("p", id="save-edits", class_="assumed", hidden=True),
        element("label", element("span", "Name"), element("input", type="text", id="case-name")),
        element(
            "label", element("span", "New file"), element("input", type="text", id="case-file")
        ),
        element("p", id="save-said", role="status", hidden=True),
        element(
            "div",
            element("button", "Save", type="button", id="save-now"),
            _close("Close"),
            class_="buttons",
        ),
        id="save",
        aria_label="Save as a case",
    )
