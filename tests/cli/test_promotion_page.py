"""The page on promotion: its files are written and its commands run, over four accounts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from page_runs import applied, servers, wait_for_ports
from story import SteadyNames, run_line

PAGE = Path(__file__).parents[2] / "docs" / "promotion.md"
ACCOUNTS = {"000000000000", "111122223333", "222233334444", "444455556666"}
_SERVERS = "mmctl emulate &"
_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n```yaml\n(?P<text>.*?)```\n)"
    r"|(?:(?<=```console\n)(?P<commands>\$.*?)(?=```\n))",
    re.DOTALL,
)


def _told(folder: Path, names: SteadyNames, commands: str) -> str:
    """A block of commands as it is told now."""
    lines: list[str] = []
    for line in commands.splitlines():
        if not line.startswith("$ "):
            continue
        lines.append(line)
        if line[2:] != _SERVERS:
            if line.startswith("$ mmctl send") or "--smoke" in line:
                wait_for_ports(folder, applied(folder))
            lines += names.steady(run_line(line[2:], folder))
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.slow
def test_the_page_on_promotion_is_a_story_that_runs(tmp_path: Path, update: bool) -> None:
    page, names = PAGE.read_text(encoding="utf-8"), SteadyNames(tmp_path)

    def told(block: re.Match[str]) -> str:
        if block["file"] is None:
            return _told(tmp_path, names, block["commands"])
        place = tmp_path / block["file"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(block["text"], encoding="utf-8")
        return block[0]

    (tmp_path / ".mmctl").mkdir()
    with servers(tmp_path):
        now = _BLOCK.sub(told, page)
    if update:
        PAGE.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl send") >= 5
    assert now == PAGE.read_text(encoding="utf-8")
    mail = (tmp_path / ".mmctl/mail/messages.jsonl").read_text().splitlines()
    assert {json.loads(line)["account"] for line in mail} == ACCOUNTS, "by SMTP, in each account"
