"""The pages on migration are run: their files are written, their commands print what they show."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from story import SteadyNames, run_line

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "migration"
PAGES = sorted((ROOT / "docs").glob("migration*/*.md")) + sorted(
    (ROOT / "docs").glob("migration.md")
)
_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n```\w*\n(?P<text>.*?)```\n)"
    r"|(?:(?<=```console\n)(?P<commands>\$.*?)(?=```\n))",
    re.DOTALL,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_on_migration_shows_what_is_printed(
    page: Path, tmp_path: Path, update: bool
) -> None:
    text = page.read_text(encoding="utf-8")
    if (example := EXAMPLES / page.stem).is_dir():
        shutil.copytree(example, tmp_path, dirs_exist_ok=True)
    names = SteadyNames(tmp_path)

    def told(block: re.Match[str]) -> str:
        if block["file"] is not None:
            path = tmp_path / block["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"], encoding="utf-8")
            return block[0]
        lines: list[str] = []
        for line in block["commands"].splitlines():
            if line.startswith("$ "):
                lines += [line, *names.steady(run_line(line[2:], tmp_path))]
        return "".join(f"{line}\n" for line in lines)

    now = _BLOCK.sub(told, text)
    if update:
        page.write_text(now, encoding="utf-8")
    assert "```console\n$ " in text
    assert now == page.read_text(encoding="utf-8")
