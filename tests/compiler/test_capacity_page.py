"""The page on capacity shows what is printed: its files are written and its commands run."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

from mmctl.cli.main import exit_code

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
PART = re.compile(
    r"(?:<!-- file: (?P<name>\S+) -->\n```\w*\n(?P<text>.*?)```\n)"
    r"|(?:```console\n(?P<console>.*?)```\n)",
    re.DOTALL,
)
MAIN = "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"


def test_the_page_shows_what_is_printed(tmp_path: Path, update: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "mmctl.yaml").write_text(MAIN, encoding="utf-8")

    def shown(part: re.Match[str]) -> str:
        if part["name"] is not None:
            file = tmp_path / part["name"]
            file.parent.mkdir(exist_ok=True)
            file.write_text(part["text"], encoding="utf-8")
            return part[0]
        lines = [line for line in part["console"].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{printed(line)}" for line in lines) + "```\n"

    def printed(line: str) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            exit_code(["-C", str(tmp_path), *shlex.split(line)[2:]])
        return out.getvalue()

    now = PART.sub(shown, page)
    if update:
        PAGE.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl budget") >= 3
    assert now == PAGE.read_text(encoding="utf-8")
