"""The pages of a diff, a plan and a proof in a real browser: on a telephone and a screen."""

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


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of one change of a small gateway."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(GATEWAY, folder / "before")
    shutil.copytree(GATEWAY, folder / "after")
    rules = folder / "after" / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8").replace("value: failed", 'value: "<b>failed"')
    rules.write_text(text.replace("192.0.2.0/24", "198.51.100.0/24"), encoding="utf-8")
    commands = {
        "diff": ("diff", str(folder / "before")),
        "plan": ("plan", "--force", "lint", "-q"),
        "prove": ("prove",),
    }
    for name, words in commands.items():
        out = folder / f"{name}.html"
        shared = ("-C", str(folder / "after"), "--format", "html", "-o", str(out))
        assert exit_code([*words, *shared]) in {0, 1, 2, 4}
        assert out.exists(), name
    return {name: folder / f"{name}.html" for name in commands}


def test_no_page_is_wider_than_the_window_and_all_follow_the_system(
    browser: Browser, pages: dict[str, Path]
) -> None:
    wrong = []
    colors: dict[str, set[str]] = {}
    for name, file in pages.items():
        for width in (400, 1280):
            for scheme in ("light", "dark"):
                browser.open(file, width=width, scheme=scheme)
                if browser.value("document.documentElement.scrollWidth") > width:
                    wrong.append(f"{name} at {width}")
                color = browser.value("getComputedStyle(document.body).backgroundColor")
                colors.setdefault(scheme, set()).add(color)
                if browser.value("document.querySelectorAll('section').length") == 0:
                    wrong.append(f"{name} shows nothing")
    assert wrong == []
    assert {len(each) for each in colors.values()} == {1}
    assert colors["light"] != colors["dark"]


def test_what_was_written_in_rules_is_text_on_the_page_of_a_diff(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["diff"])
    cells = browser.value("[...document.querySelectorAll('td')].map((one) => one.textContent)")
    assert any("<b>failed" in each for each in cells)
    assert browser.value("document.querySelectorAll('td b b, td script').length") == 0
