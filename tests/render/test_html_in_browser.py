"""The page of a run in a real browser: views, search, filters, matrix and keys."""

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
VISIBLE = "[...document.querySelectorAll('{}')].filter((one) => one.checkVisibility())"
CASES = VISIBLE.format(".case") + ".map((one) => one.querySelector('.name').textContent)"
LARGE = "large mail with a failed SPF is marked and delivered"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small gateway with one case that fails and one with markup in its name."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(GATEWAY, folder / "project")
    cases = folder / "project" / "cases" / "cases.yaml"
    text = cases.read_text(encoding="utf-8").replace("by: block-network", "by: block-lookalike")
    named = text.replace("a blocked network", "<img src=x onerror='document.title=1'> a network")
    cases.write_text(named, encoding="utf-8")
    out = folder / "page.html"
    words = ("simulate", "--mutate", "--workers", "1", "--format", "html", "-o", str(out))
    assert exit_code(["-C", str(folder / "project"), *words]) == 1
    return out


@pytest.fixture(autouse=True)
def opened(browser: Browser, page: Path) -> None:
    browser.open(page)


def view(browser: Browser) -> list[str]:
    shown: list[str] = browser.value(VISIBLE.format("main > section") + ".map((one) => one.id)")
    return shown


def test_it_opens_with_the_cases_and_the_failed_one_unfolded(browser: Browser) -> None:
    assert view(browser) == ["cases"]
    assert len(browser.value(CASES)) == 4
    assert browser.value("document.querySelectorAll('.case[open]').length") == 1
    failure = browser.value("document.querySelector('.case[open] .failure').textContent")
    assert "expecteddropped by `block-lookalike`gotdropped by `block-network`" in failure


def test_markup_in_a_case_stays_text(browser: Browser) -> None:
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert "<img src=x" in browser.value(CASES)[2]
    assert browser.value("document.title").endswith(": cases")


def test_nothing_is_fetched(browser: Browser) -> None:
    assert browser.value("performance.getEntriesByType('resource').length") == 0


def test_a_click_unfolds_the_flow_of_a_message(browser: Browser) -> None:
    browser.click(".case:last-of-type > summary")
    shown = "[...document.querySelectorAll('.case:last-of-type .stage .what')]"
    names = ".map((one) => one.querySelector('a, b, strong').textContent)"
    stages = browser.value(f"{shown}.filter((one) => one.checkVisibility()){names}")
    assert stages == [
        "own-domain",
        "archive-all",
        "mark-external",
        "mark-spf",
        "mark-large",
        "deliver",
        "delivered",
    ]


def test_the_views_are_a_click_away(browser: Browser) -> None:
    for name in ("matrix", "rules", "survivors", "cases"):
        browser.click(f".bar a[data-view={name}]")
        assert view(browser) == [name]


def test_search_and_filters_narrow_cases_and_matrix(browser: Browser) -> None:
    browser.press("/")
    browser.type("mark-large")
    assert browser.value(CASES) == [LARGE]
    assert browser.value("document.getElementById('shown').textContent") == "1 of 4 cases"
    browser.press("Escape")
    browser.click(".filter.failed span")
    assert len(browser.value(CASES)) == 1
    assert browser.value("document.querySelectorAll('.matrix tbody tr:not([hidden])').length") == 1
    browser.press("Escape")
    assert len(browser.value(CASES)) == 4


def test_a_search_for_nothing_says_so(browser: Browser) -> None:
    browser.press("/")
    browser.type("nowhere to be found")
    assert browser.value("document.querySelector('#cases .nothing').checkVisibility()") is True


def test_keys_walk_through_the_cases(browser: Browser) -> None:
    browser.press("j")
    browser.press("j")
    browser.press("Enter")
    focused = "document.activeElement.closest('.case')"
    assert browser.value(f"{focused}.id") == "case-1"
    assert browser.value(f"{focused}.open") is True
    browser.press("k")
    assert browser.value(f"{focused}.id") == "case-0"


def test_a_cell_of_the_matrix_leads_to_the_rule_in_the_flow(browser: Browser) -> None:
    browser.press("2")
    browser.value("document.querySelector('.scroll').focus()")
    browser.press("ArrowDown")
    browser.press("ArrowRight")
    browser.press("Enter")
    assert view(browser) == ["cases"]
    found = browser.value(VISIBLE.format(".stage.found .what") + ".map((one) => one.textContent)")
    assert "block-lookalike" in found[0]


def test_a_rule_in_a_flow_leads_to_its_line(browser: Browser) -> None:
    browser.click(".case[open] .stage a[data-rule]")
    assert view(browser) == ["rules"]
    assert (
        browser.value("document.querySelector(':target').textContent")
        .strip()
        .endswith("- name: archive-all")
    )


def test_coverage_is_painted_on_the_rules(browser: Browser) -> None:
    browser.press("3")
    unmet = browser.value(
        "[...document.querySelectorAll('mark.unmet')].map((one) => one.textContent)"
    )
    assert '"@exarnple.example"' in unmet
    assert browser.value("document.querySelectorAll('.source .hit').length") > 5


def test_survivors_come_with_a_case_to_paste(browser: Browser) -> None:
    browser.click(".bar a[data-view=survivors]")
    assert browser.value("document.querySelector('.suggestion').textContent").startswith("- name: ")
    assert browser.value("document.querySelectorAll('.copy').length") == browser.value(
        "document.querySelectorAll('.suggestion').length"
    )


@pytest.mark.parametrize("name", ["cases", "matrix", "rules", "survivors"])
@pytest.mark.parametrize("width", [600, 1200])
def test_no_view_is_wider_than_the_window(
    browser: Browser, page: Path, name: str, width: int
) -> None:
    browser.open(page, width=width)
    browser.click(f".bar a[data-view={name}]")
    assert browser.value("document.documentElement.scrollWidth") <= width


def test_it_is_light_or_dark_as_the_system_is(browser: Browser, page: Path) -> None:
    color = "getComputedStyle(document.body).backgroundColor"
    light = browser.value(color)
    browser.open(page, scheme="dark")
    assert (light, browser.value(color)) == ("rgb(246, 247, 249)", "rgb(18, 22, 29)")
