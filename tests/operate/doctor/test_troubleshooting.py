"""The page about faults is made from the looks, and each look has its line on it."""

from __future__ import annotations

from pathlib import Path

from mmctl.operate.doctor.catalogue import COMMANDS, LOOKS
from mmctl.operate.doctor.said import Symptom
from mmctl.render.documents.troubleshooting import PARTS, page

PAGE = Path(__file__).parents[3] / "docs" / "troubleshooting.md"
FOLDER = Path(__file__).parents[3] / "src/mmctl/operate/doctor/looks"


def test_the_page_is_what_the_looks_say(*, update: bool) -> None:
    text = page(LOOKS, COMMANDS)
    if update:
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run this test with --update"


def test_every_look_is_in_the_catalogue_and_says_what_it_looks_at() -> None:
    files = {path.stem.replace("_", "-") for path in FOLDER.glob("*.py")} - {"--init--"}
    assert {look.id for look in LOOKS} == files
    assert [look.id for look in LOOKS if not all(map(look.part, PARTS))] == []
    order = [list(Symptom).index(look.symptom) for look in LOOKS]
    assert order == sorted(order)
    assert set(COMMANDS) == set(Symptom)
