"""The page of single messages in a real browser: flows, what goes where, readings, matrix."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from render.conftest import Browser

pytestmark = pytest.mark.slow

GATEWAY = Path(__file__).parents[1] / "cli" / "gateway"
KNOWN = ("--tls", "TLS1_3", "--ip", "203.0.113.7", "--dkim", "GRAY")
VISIBLE = "[...document.querySelectorAll('{}')].filter((one) => one.checkVisibility())"
NAMES = VISIBLE.format(".item") + ".map((one) => one.querySelector('.name').textContent)"
USUAL = b"""\
Delivered-To: cfo@example.com
Return-Path: <ann@example.org>
From: "<img src=x onerror='document.title=1'>" <ann@example.org>
Authentication-Results: mx.example.com; spf=fail
broken

Hello.
"""


def written(folder: Path, *words: str) -> Path:
    """The page of some messages, judged by a small gateway."""
    project = folder / "project"
    if not project.exists():
        shutil.copytree(GATEWAY, project)
        (project / "mail").mkdir()
        (project / "mail/usual.eml").write_bytes(USUAL)
        shutil.copy(project / "cases/messages/lookalike.eml", project / "mail")
    out = folder / "page.html"
    shared = ("-C", str(project), "simulate", "--show-mail", "--format", "html")
    assert exit_code([*shared, "-o", str(out), *words]) == 0
    return out


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two messages, one of them with markup in it."""
    words = ("mail", "--rcpt", "cfo@example.com", "--rcpt", "x@elsewhere.example", *KNOWN)
    return written(tmp_path_factory.mktemp("page"), *words)


@pytest.fixture(autouse=True)
def opened(browser: Browser, page: Path) -> None:
    browser.open(page)


def shown(browser: Browser, selector: str) -> list[str]:
    texts: list[str] = browser.value(
        VISIBLE.format(selector) + ".map((one) => one.textContent.trim())"
    )
    return texts


def test_messages_are_listed_with_how_they_ended(browser: Browser) -> None:
    assert len(browser.value(NAMES)) == 2
    assert shown(browser, ".item:first-of-type .chip") == ["dropped", "refused"]
    assert browser.value("document.querySelectorAll('.item[open]').length") == 0


def test_a_single_message_is_open(browser: Browser, tmp_path: Path) -> None:
    browser.open(written(tmp_path, "mail/usual.eml", *KNOWN))
    assert browser.value("document.querySelectorAll('.item[open]').length") == 1
    assert "Return-Pathmail_from ann@example.org" in shown(browser, ".facts")[0]


def test_a_message_unfolds_to_its_flow_for_each_recipient(browser: Browser) -> None:
    browser.click(".item:first-of-type > summary")
    assert shown(browser, ".recipient h3") == ["cfo@example.com", "x@elsewhere.example"]
    stages = shown(browser, ".recipient:nth-of-type(1) .stage .what > *:nth-child(2), .end strong")
    assert stages == ["own-domain", "archive-all", "block-lookalike", "dropped", "refused"]


def test_what_goes_where_is_told_with_its_headers(browser: Browser) -> None:
    browser.click("#message-1 > summary")
    assert shown(browser, ".sent li")[-1] == (
        "relay → exchange for cfo@example.com, by deliver+ X-External: yes+ X-Spf: failed"
    )


def test_a_reading_that_would_change_the_outcome_is_told(browser: Browser) -> None:
    browser.click("#message-0 > summary")
    assert shown(browser, ".about .depends") == [
        "outcome depends on `address_fields`: dropped, but delivered if whole_header "
        "(cfo@example.com)"
    ]


def test_rules_that_did_not_apply_are_unfolded_with_the_reason(browser: Browser) -> None:
    browser.click("#message-1 > summary")
    browser.click("#message-1 .others > summary")
    assert shown(browser, "#message-1 .others li")[0] == (
        'block-lookalike from ends_with "@examp1e.example", "@exarnple.example"; '
        'it is "ann@example.org"'
    )


def test_markup_in_a_message_stays_text(browser: Browser) -> None:
    browser.click("#message-1 > summary")
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.value("document.title").endswith(": messages")
    assert browser.value("performance.getEntriesByType('resource').length") == 0


def test_filters_show_messages_of_a_kind(browser: Browser) -> None:
    browser.click(".filter.depends span")
    assert shown(browser, ".item .name") == [browser.value(NAMES)[0]]
    assert shown(browser, "#shown") == ["1 of 2 messages"]
    browser.press("Escape")
    browser.click(".filter.defective span")
    assert "usual.eml" in browser.value(NAMES)[0]
    browser.press("Escape")
    browser.press("/")
    browser.type("X-Spf")
    assert "usual.eml" in browser.value(NAMES)[0]


def test_a_cell_of_the_matrix_leads_to_the_rule_in_the_flow(browser: Browser) -> None:
    browser.press("2")
    browser.value("document.querySelector('.scroll').focus()")
    browser.press("ArrowDown")
    browser.press("ArrowRight")
    browser.press("Enter")
    assert "block-lookalike" in shown(browser, ".stage.found .what")[0]


def test_rule_files_say_how_often_each_rule_applied(browser: Browser) -> None:
    browser.press("3")
    counts = "[...document.querySelectorAll('.source li')].map((one) => one.textContent)"
    assert "2  - name: archive-all" in browser.value(counts)
    assert browser.value("document.querySelectorAll('.gap, mark.unmet, .miss').length") == 0


def test_the_summary_counts_all_of_them(browser: Browser) -> None:
    browser.press("4")
    assert "2 messages: 2 refused, 1 delivered, 1 dropped" in shown(browser, "#summary pre")[0]


def test_only_messages_that_differ_are_shown_where_rules_are_compared(
    browser: Browser, tmp_path: Path
) -> None:
    written(tmp_path, "mail", *KNOWN)
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "project", other)
    rules = other / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8").replace('"@examp1e.example", ', "")
    rules.write_text(text, encoding="utf-8")
    words = ("--rcpt", "cfo@example.com", "--against", str(other))
    browser.open(written(tmp_path, "mail", *words, *KNOWN))
    assert [name.rpartition("/")[2] for name in browser.value(NAMES)] == ["lookalike.eml"]
    assert shown(browser, "#messages > .nothing") == [
        "Shows 1 of 2 messages: those that are treated differently."
    ]
    assert shown(browser, ".other")[0].startswith(f"against {other}: delivered by deliver")


@pytest.mark.parametrize("name", ["messages", "matrix", "rules", "summary"])
@pytest.mark.parametrize("width", [420, 1200])
def test_no_view_is_wider_than_the_window(
    browser: Browser, page: Path, name: str, width: int
) -> None:
    browser.open(page, width=width)
    if name == "messages":
        browser.click("#message-0 > summary")
    browser.click(f".bar a[data-view={name}]")
    assert browser.value("document.documentElement.scrollWidth") <= width
