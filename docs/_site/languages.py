"""English and Chinese in one site: each page knows its language, its twin and its sidebar."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING, Any, Final

from sphinx.addnodes import toctree
from sphinx.environment.adapters.toctree import TocTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

_HOME: Final = "zh/index"
_SEARCH: Final = "search-zh"
"""At the root like the English one: what is found is linked from there."""
_CHINESE: Final = {
    "Search": "搜索",
    "Next": "下一页",
    "Previous": "上一页",
    "Neighbors": "相邻的页面",
    "Home": "首页",
    "Back to top": "回到顶部",
    "Skip to content": "跳到正文",
    "On this page": "本页内容",
    "Error": "错误",
    "Please activate JavaScript to enable the search functionality.": "搜索需要 JavaScript。",
    "The manual of mmctl": "mmctl 手册",
}
_BY_THEME: Final = {
    "Contents": "目录",
    "Menu": "菜单",
    "Expand": "展开",
    "Light mode": "浅色",
    "Dark mode": "深色",
    "Auto light/dark, in light mode": "自动、现在浅色",
    "Auto light/dark, in dark mode": "自动、现在深色",
    "Hide navigation sidebar": "收起导航栏",
    "Hide table of contents sidebar": "收起本页目录",
    "Toggle site navigation sidebar": "打开或收起导航栏",
    "Toggle table of contents sidebar": "打开或收起本页目录",
    "Toggle Light / Dark / Auto color theme": "切换浅色、深色或自动",
    "Link to this heading": "本节的链接",
}
"""What the theme has in English in every page: names of buttons, and what hovers above a sign."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx; before the theme, which asks for the sidebar."""
    app.connect("html-page-context", _speak, priority=100)
    app.connect("build-finished", _translate_theme)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _speak(
    app: Sphinx, name: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    chinese = name.startswith("zh/") or name == _SEARCH
    twin = name.removeprefix("zh/") if chinese else f"zh/{name}"
    twin = {_SEARCH: "search", "search": _SEARCH}.get(name, twin)
    there = twin in app.env.found_docs or name in {_SEARCH, "search"}
    home = "index" if chinese else _HOME
    context |= {
        "language": "zh-CN" if chinese else "en",
        "other_language": "en" if chinese else "zh-CN",
        "other_words": "English" if chinese else "中文",
        "other_missing": "this page is in Chinese alone" if chinese else "本页暂无中文版",
        "other_page": context["pathto"](twin if there else home),
        "translated": there,
    }
    if chinese:
        context["docstitle"] = f"mmctl {app.config.version} 手册"
        context["master_doc"] = _HOME
        context["pathto"] = _to_chinese_search(context["pathto"])
        context["_"] = context["gettext"] = lambda text: _CHINESE.get(text, text)
        context["toctree"] = lambda **_: _sidebar(app, name)
        context |= _neighbors(app, name, context["pathto"])
    elif "orphan" in app.env.metadata[name]:
        context["toctree"] = partial(_sidebar_beside, app, dirname(name), context["toctree"])


def _translate_theme(app: Sphinx, failed: Exception | None) -> None:
    if failed is not None or app.builder.format != "html":
        return
    said = re.compile(rf'(?<=[>"])({"|".join(map(re.escape, _BY_THEME))})(?=[<"])')
    for page in (*app.outdir.glob("zh/**/*.html"), Path(app.outdir, f"{_SEARCH}.html")):
        text = page.read_text(encoding="utf-8")
        page.write_text(said.sub(lambda found: _BY_THEME[found[1]], text), encoding="utf-8")


def _to_chinese_search(pathto: Callable[..., str]) -> Callable[..., str]:
    def path(page: str, *more: Any, **named: Any) -> str:
        return pathto(_SEARCH if page == "search" else page, *more, **named)

    return path


def _neighbors(
    app: Sphinx, name: str, pathto: Callable[..., str]
) -> dict[str, dict[str, str] | None]:
    """The Chinese pages before and after a page, in the order of the Chinese index."""
    order = [_HOME, *_below(app, _HOME)]
    at = order.index(name) if name in order else None
    beside = {"prev": at - 1, "next": at + 1} if at is not None else {}
    return {
        where: {"link": pathto(order[place]), "title": app.env.titles[order[place]].astext()}
        if 0 <= place < len(order)
        else None
        for where, place in beside.items()
    }


def _below(app: Sphinx, name: str) -> Iterator[str]:
    """The Chinese pages below a page, each before its own."""
    for page in app.env.toctree_includes.get(name, []):
        if page.startswith("zh/"):
            yield page
            yield from _below(app, page)


def _sidebar(app: Sphinx, name: str) -> str:
    """The parts of the Chinese index, with those of its pages that have children opened."""
    parts = []
    for part in app.env.get_doctree(_HOME).findall(toctree):
        tree = TocTree(app.env).resolve(
            name, app.builder, part, prune=True, titles_only=True, collapse=True, includehidden=True
        )
        if tree is not None:
            parts.append(app.builder.render_partial(tree)["fragment"])
    return "".join(parts)


def _sidebar_beside(app: Sphinx, folder: str, make: Callable[..., str], **options: Any) -> str:
    """The English sidebar of pages that are not in it: the same for all of a folder."""
    made: dict[str, str] = app.env.temp_data.setdefault("sidebars", {})
    if folder not in made:
        made[folder] = make(**options)
    return made[folder]
