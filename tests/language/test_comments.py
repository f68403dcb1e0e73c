"""Ignore comments: which lines each covers, and that many of them take no longer than few."""

from __future__ import annotations

from mmctl.language.parsing.comments import ignores


def covered(text: str) -> list[tuple[int, int, str]]:
    return [
        (each.first_line, each.last_line, each.reason)
        for each in ignores(text, file="a.yaml", rules=[(4, 6)])
    ]


def test_a_comment_covers_the_next_line_that_says_something() -> None:
    text = "# mmctl: ignore[a]  one \n\n# more\nrule:\n  # mmctl: ignore[b] two\n  x: 1\n"
    assert covered(text) == [(4, 6, "one"), (6, 6, "two")]


def test_a_comment_with_nothing_below_covers_itself() -> None:
    assert covered("a: 1\n# mmctl: ignore[a] one\n# mmctl: ignore[b]\n\n") == [
        (2, 2, "one"),
        (3, 3, ""),
    ]


def test_very_many_comments_and_a_very_long_one_are_soon_read() -> None:
    many, long = 60_000, 200_000
    text = "# mmctl: ignore[a] b\n" * many + "# mmctl: ignore[a]" + " " * long + "b" + " " * long
    assert len(covered(text)) == many + 1
