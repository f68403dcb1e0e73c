"""The page on patterns is so: what each one becomes, and the text that tells the two apart."""

from __future__ import annotations

import re
from pathlib import Path

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Negated, Test
from mmctl.interchange.patterns import Converted, Flavor, LookedAt, converted

PAGE = Path(__file__).parents[3] / "docs" / "migration" / "patterns.md"


def parts() -> dict[str, str]:
    """The parts of the page, by heading."""
    text = PAGE.read_text(encoding="utf-8")
    return {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}


def rows(text: str) -> list[list[str]]:
    """The rows of tables: their cells, as Markdown shows them."""
    found = []
    for line in text.splitlines():
        if line.startswith("| `"):
            cells = re.split(r"(?<!\\) \| ", line[2:-2])
            found.append([cell.replace("\\|", "|") for cell in cells])
    return found


def plain(cell: str) -> str:
    return re.match(r"`([^`]*)`", cell)[1]  # type: ignore[index]


def shown(test: Test) -> str:
    match test:
        case Matches(operator=operator, values=values):
            return f"`{operator}: {', '.join(values)}`"
        case AllOf(inside):
            return " and ".join(map(shown, inside))
        case EitherOf(inside):
            return " or ".join(map(shown, inside))
        case Negated(inner):
            return f"not {shown(inner)}"
        case _:
            raise AssertionError(test)


def became(pattern: str, operand: str = "subject") -> Converted:
    looked = LookedAt(operand=operand)
    return converted(pattern, flavor=Flavor.PCRE, looked=looked, ignores_case=True)


def test_what_is_exact() -> None:
    texts, _, addresses = parts()["Exact"].partition("Of addresses")
    assert len(rows(texts)) >= 14
    for pattern, test in rows(texts):
        result = became(plain(pattern))
        assert result.exact, pattern
        assert result.test is not None
        assert shown(result.test) == test, pattern
    for pattern, test in rows(addresses):
        result = became(plain(pattern), "mail_from")
        assert result.exact, pattern
        assert result.test is not None
        assert shown(result.test) == test, pattern


def test_what_is_close() -> None:
    found = rows(parts()["Close, with the message that shows it"])
    assert len(found) >= 5
    for pattern, test, text in found:
        result = became(plain(pattern))
        assert not result.exact, pattern
        assert result.test is not None
        assert shown(result.test) == test, pattern
        there = "not taken here" in text
        assert plain(text) == (result.taken_there if there else result.taken_here), pattern


def test_what_is_not_possible() -> None:
    for pattern, why in rows(parts()["Not possible"]):
        result = became(plain(pattern))
        assert result.test is None, pattern
        assert result.reason == why
