"""The Chinese pages: of which English text they are, with the same code, sections and links."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from manual.markdown import (
    HEADING,
    LINK,
    SPAN,
    anchors,
    blocks_and_prose,
    links,
    parts_of,
)

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHINESE = DOCS / "zh"
GLOSSARY = CHINESE / "glossary.md"
PICTURE = Path("images/way-of-a-message.svg")
PAGES = sorted(page.relative_to(CHINESE).as_posix() for page in CHINESE.rglob("*.md"))
TRANSLATED = [page for page in PAGES if CHINESE / page != GLOSSARY]

LABEL = re.compile(r' data-zh="([^"]+)"([^>]*>)[^<]+<')


def outline(text: str) -> list[str]:
    """The levels of headings, the blocks and the rows of tables, in the order of the page."""
    found: list[str] = []
    for part, is_block in parts_of(text):
        heading = HEADING.fullmatch(part)
        if is_block:
            found.append(part)
        elif heading:
            found.append(heading[1])
        elif part.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", part))
            found.append(f"{cells} lines between cells")
    return found


def spans(text: str) -> set[str]:
    """What is written as code inside of sentences and tables."""
    prose = "\n".join(blocks_and_prose(text)[1])
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*[-|#]|\s*\d+\. )", prose)
    return {
        re.sub(r"\s+", " ", code)
        for paragraph in paragraphs
        for _ticks, code in SPAN.findall(paragraph)
    }


def without_first_line(page: str) -> str:
    return (CHINESE / page).read_text(encoding="utf-8").partition("\n")[2]


def test_each_page_names_the_english_text_that_it_translates() -> None:
    """Oracle: sha256 of the English page. What is out of date is named, with what to do."""
    outdated: list[str] = []
    for page in TRANSLATED:
        english = DOCS / page
        assert english.is_file(), f"docs/zh/{page}: there is no docs/{page} that it translates"
        now = f"<!-- english: {hashlib.sha256(english.read_bytes()).hexdigest()} -->"
        first = (CHINESE / page).read_text(encoding="utf-8").partition("\n")[0]
        if first != now:
            outdated.append(f"docs/zh/{page}: bring over what changed in docs/{page}, then: {now}")
    assert not outdated, "\n" + "\n".join(outdated)


@pytest.mark.parametrize("page", TRANSLATED)
def test_code_is_the_same(page: str) -> None:
    """So what the tests run of the English page holds for the Chinese one too."""
    english = (DOCS / page).read_text(encoding="utf-8")
    chinese = without_first_line(page)
    assert blocks_and_prose(chinese)[0] == blocks_and_prose(english)[0]
    assert sorted(spans(english) - spans(chinese)) == []
    assert sorted(spans(chinese) - spans(english)) == []


@pytest.mark.parametrize("page", TRANSLATED)
def test_sections_are_the_same(page: str) -> None:
    english = (DOCS / page).read_text(encoding="utf-8")
    chinese = without_first_line(page)
    assert outline(chinese) == outline(english)


@pytest.mark.parametrize("page", PAGES)
def test_links_stay_in_chinese_where_they_can(page: str) -> None:
    here = CHINESE / page
    wrong: list[str] = []
    for link in links(here):
        path, _, anchor = link.partition("#")
        target = Path(os.path.normpath(here.parent / path)) if path else here
        if not target.exists():
            wrong.append(f"{link}: there is no such file")
        elif anchor and anchor not in anchors(target):
            wrong.append(f"{link}: there is no such heading")
        elif not target.is_relative_to(CHINESE) and target.is_relative_to(DOCS):
            translated = CHINESE / target.relative_to(DOCS)
            if translated.exists():
                wrong.append(f"{link}: docs/zh/{target.relative_to(DOCS)} is its translation")
    assert not wrong, f"docs/zh/{page}:\n" + "\n".join(wrong)


def test_who_starts_learns_or_does_something_finds_each_page_in_chinese() -> None:
    """Oracle: the sections of the English index."""
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (?:Start|Learn|Do)\n(.*?)(?=^## )", index, re.MULTILINE | re.DOTALL)
    pages = {link for section in sections for link in LINK.findall(section)} | {"language.md"}
    assert len(pages) > 25
    assert sorted(pages - set(TRANSLATED)) == []


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_page_links_to_what_the_english_page_links_to(page: str) -> None:
    def leads_to(file: Path) -> list[str]:
        places = [
            Path(os.path.normpath(file.parent / link.partition("#")[0]))
            if not link.startswith("#")
            else file
            for link in links(file)
        ]
        return sorted(
            place.relative_to(CHINESE if place.is_relative_to(CHINESE) else DOCS).as_posix()
            if place.is_relative_to(DOCS)
            else place.relative_to(ROOT).as_posix()
            for place in places
            if place != GLOSSARY
        )

    assert leads_to(CHINESE / page) == leads_to(DOCS / page)


def test_the_text_is_simplified_chinese() -> None:
    """Characters that only Traditional Chinese has, and punctuation that English sentences have."""
    traditional = set("規則郵與為這個們來對時會說條錯誤請檔應設執運環變開關種類過實於寫內無點")
    for page in PAGES:
        prose = "\n".join(blocks_and_prose(without_first_line(page))[1])
        assert not traditional & set(prose), f"docs/zh/{page}"
        assert len(re.findall(r"[\u4e00-\u9fff]", prose)) > len(prose) // 12, (
            f"docs/zh/{page} is not in Chinese"
        )
        half = re.findall(r"[\u4e00-\u9fff][,;!?](?=\s|[\u4e00-\u9fff])", prose)
        assert not half, f"docs/zh/{page}: {half}"


def test_one_thing_has_one_term() -> None:
    """Oracle: what the style guide replaces, in its section on Chinese."""
    guide = (DOCS / "developers" / "style.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| ", guide.partition("## Chinese")[2], re.MULTILINE)
    replaced = [term for row in rows for term in row.split("、") if not term.startswith("---")]
    assert "结局" in replaced
    for page in PAGES:
        prose = "\n".join(blocks_and_prose((CHINESE / page).read_text(encoding="utf-8"))[1])
        assert [term for term in replaced if term in prose] == [], f"docs/zh/{page}"


def test_the_glossary_is_sorted_into_what_is_awss_and_ours() -> None:
    """No Chinese term stands for two things, and none is there twice."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE
    )
    terms = [chinese.strip() for chinese, _english in rows if chinese not in {"中文", "---"}]
    assert len(terms) == len(set(terms))
    assert len(terms) > 50


def test_the_picture_has_chinese_labels(update: bool) -> None:
    """Oracle: each label of the English picture says beside it what it is in Chinese."""
    english = (DOCS / PICTURE).read_text(encoding="utf-8")
    chinese = LABEL.sub(r"\2\1<", english).replace("<svg ", '<svg lang="zh-CN" ', 1)
    labels = re.findall(r"<(?:text|title|desc)\b", english)
    assert len(LABEL.findall(english)) == len(labels) > 15
    if update:
        (CHINESE / PICTURE).parent.mkdir(exist_ok=True)
        (CHINESE / PICTURE).write_text(chinese, encoding="utf-8")
    assert (CHINESE / PICTURE).read_text(encoding="utf-8") == chinese
    assert f"({PICTURE})" in (CHINESE / "index.md").read_text(encoding="utf-8")
