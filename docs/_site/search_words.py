"""The words by which the search finds a page: English by stem, Chinese by pairs of characters.

Chinese is written without spaces. Pairs need no dictionary, and a question of any length is cut the
same way in the browser: all of its pairs have to be on the page.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


class Words(SearchEnglish):
    """Words of both languages of the manual."""

    lang = "manual"
    language_name = "English and Chinese"
    js_splitter_code = r"""
function splitQuery(query) {
  const one = /[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{Letter}\p{Number}_])+/gu;
  const runs = query.match(one) || [];
  return runs.flatMap((run) => {
    const word = run.length === 1 || !/[\u3400-\u9fff]/.test(run);
    return word ? [run] : [...run].slice(1).map((it, at) => run[at] + it);
  });
}
"""

    def split(self, input: str) -> list[str]:
        """The words of a text, in its order."""
        return [word for run in _RUN.findall(input) for word in _parts(run)]

    @cache  # noqa: B019 - there is one of these, as long as the build
    def stem(self, word: str) -> str:
        """What a word is found by; most words come many times."""
        return super().stem(word)


def _parts(run: str) -> list[str]:
    if not "\u3400" <= run[0] <= "\u9fff":
        return [run]
    return [*run, *(run[at : at + 2] for at in range(len(run) - 1))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_search_language(Words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
