"""Rule files that nothing takes in: they look as if they were live, and are not."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from mmctl.language.dialect import FILE
from mmctl.language.parsing.files import CALLED_YAML, Unreadable
from mmctl.language.parsing.patterns import PathPattern
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mmctl.language.parsing.files import Files
    from mmctl.language.project import Settings

LOOKED_AT: Final = 64 * 1024
"""So many bytes of a file tell whether it is one."""
_SECTIONS: Final = "|".join(sorted(FILE.members.keys() - {"version"}))
_SECTION: Final = re.compile(rf"^(?:{_SECTIONS})\s*:".encode(), re.MULTILINE)
_OF_OURS: Final = re.compile(rb"^version\s*:|^\s*(?:- )?(?:actions|must_reach)\s*:", re.MULTILINE)
_PROJECT_FILE: Final = re.compile(r"mmctl\.ya?ml", re.IGNORECASE)


def unclaimed(files: Files, taken: Collection[str], settings: Settings) -> Iterator[Problem]:
    """A problem for each file that looks like a rule file and is not among those `taken` in.

    Where a pattern of the project file matches nothing, that is the one problem of them all; only
    names that no pattern takes are told as well.
    """
    astray = not all(map(files.matching, (*settings.rules, *settings.cases)))
    meant = [PathPattern(pattern) for pattern in settings.lint.ignore_files]
    for path in files.called_yaml():
        if path in taken or path == PROJECT_FILE or any(each.fullmatch(path) for each in meant):
            continue
        if _PROJECT_FILE.fullmatch(path):
            help_ = f"the project file is `{PROJECT_FILE}`: move what is meant there"
            yield _problem(path, "a second project file, which is not read", help_)
        elif not (astray and _is_spelled_well(path)) and is_rule_file(files, path):
            yield _problem(path, "this looks like a rule file, and nothing reads it", _help(path))


def is_rule_file(files: Files, path: str) -> bool:
    """Whether a file looks like a rule file."""
    try:
        begin = files.read(path)[:LOOKED_AT]
    except Unreadable:
        return False
    return bool(_SECTION.search(begin) and _OF_OURS.search(begin))


def _help(path: str) -> str:
    take_in = (
        f"add it to `rules` or `cases` in {PROJECT_FILE}"
        if _is_spelled_well(path)
        else f"rename it to `{posixpath.basename(_well_spelled(path))}`"
    )
    return f"{take_in}; if it is meant to stay out: `lint: {{ignore_files: [{path}]}}`"


def _well_spelled(path: str) -> str:
    return CALLED_YAML.sub(".yaml", path)


def _is_spelled_well(path: str) -> bool:
    return _well_spelled(path) == path


def _problem(path: str, message: str, help_: str) -> Problem:
    return Problem(
        check="unread-file",
        severity=Severity.ERROR,
        position=Position(file=path),
        message=message,
        help=help_,
    )
