"""`python -m release check [--tag TAG] [--keep DIR]` and `python -m release notes [--at URL]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmctl import __version__
from release.changelog import NotToBePublished, notes_of, with_addresses
from release.check import ROOT, check


def main() -> int:
    """Check a release, or print its notes; the exit code is 1 if something is in the way."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checked = commands.add_parser("check", help="look for all that is in the way of a release")
    checked.add_argument("--tag", help="the tag that was pushed, such as v1.2.3")
    checked.add_argument("--keep", type=Path, help="where wheel and sdist go if all is well")
    noted = commands.add_parser("notes", help="print what changed in this version, in Markdown")
    noted.add_argument("--at", help="the address of the files of the release; links lead there")
    words = parser.parse_args()
    if words.command == "check":
        return min(check(words.tag, words.keep), 1)
    try:
        notes = notes_of((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__)
    except NotToBePublished as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    print(with_addresses(notes, words.at) if words.at else notes, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
