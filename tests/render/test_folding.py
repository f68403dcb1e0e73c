"""Lines as they fit a screen."""

from __future__ import annotations

from rich.text import Text

from mmctl.render.text.folding import folded


def test_a_line_that_is_too_wide_goes_on_below_from_its_last_part_that_does_not_fit() -> None:
    text = Text("delivered  ann@example.com  by deliver  mail/a-message.eml\nshort\n")
    assert folded(text, 44).plain == (
        "delivered  ann@example.com  by deliver\n    mail/a-message.eml\nshort\n"
    )
    assert folded(text, 30).plain.splitlines()[:3] == [
        "delivered  ann@example.com",
        "    by deliver",
        "    mail/a-message.eml",
    ]


def test_a_line_that_fits_and_one_without_parts_stay() -> None:
    text = Text("  indented as it is\n" + "x" * 50)
    assert folded(text, 20).plain == text.plain


def test_colors_stay_where_they_were() -> None:
    text = Text("delivered  ", style="").append("by deliver  ", "green").append("mail/a.eml", "dim")
    assert [
        (str(span.style), folded(text, 24).plain[span.start : span.end].strip())
        for span in folded(text, 24).spans
        if str(span.style)
    ] == [
        ("green", "by deliver"),
        ("dim", "mail/a.eml"),
    ]
