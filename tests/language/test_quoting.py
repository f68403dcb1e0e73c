"""Which texts need quotes."""

from __future__ import annotations

import re
from itertools import product

from mmctl.language.text import quoting

STARTS = re.compile(r"""[@*&!%`?|>\[\]{}'",#-]""")
IN_FLOW = re.compile(r"[\[\]{},:?]")
WORDS = (
    "y",
    "yes",
    "n",
    "no",
    "true",
    "false",
    "on",
    "off",
    "null",
    "ye",
    "nul",
    "ye\N{LATIN SMALL LETTER LONG S}",
)
FORMS = (str.lower, str.upper, str.title, str.swapcase)


def test_the_quick_look_at_a_text_finds_what_the_expressions_find() -> None:
    texts = {form(word) + end for word in WORDS for form in FORMS for end in ("", "x", "1", " ")}
    texts |= {
        "".join(each) for size in (1, 2, 3) for each in product("yN0.-+:~ #[{?é", repeat=size)
    }
    different = [
        (text, flow)
        for text in sorted(texts)
        for flow in (False, True)
        if quoting.needs_quotes(text, flow=flow)
        != bool(
            text != text.strip()
            or not text
            or STARTS.match(text)
            or text.startswith(("---", "..."))
            or ": " in text
            or text.endswith(":")
            or " #" in text
            or not text.isprintable()
            or (flow and IN_FLOW.search(text))
            or quoting._YAML_1_1_WORDS.fullmatch(text)
        )
    ]

    assert different == []
