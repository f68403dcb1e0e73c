"""Rule files that nothing includes: they look live but are not."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from mmctl.language.parsing.files import CALLED_YAML
from mmctl.language.parsing.patterns import PathPattern
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mmctl.language.parsing.parsed_files import ParsedFiles
    from mmctl.language.project import Settings

_PROJECT_FILE: Final = Pattern(r"mmctl\.ya?ml", re.IGNORECASE)


def unclaimed(parsed: ParsedFiles, taken: Collection[str], settings: Settings) -> Iterator[Problem]:
    """A problem for each file that looks like a rule file and is not in `taken`.

    If a pattern of the project file matches nothing, that is the only problem for all of them; only
    names that no pattern can match are reported too.
    """
    astray = not all(map(parsed.files.matching, (*settings.rules, *settings.cases)))
    meant = [PathPattern(pattern) for pattern in settings.lint.ignore_files]
    for path in parsed.called_yaml():
        if path in taken or path == PROJECT_FILE or any(each.fullmatch(path) for each in meant):
            continue
        if _PROJECT_FILE.fullmatch(path):
            help_ = f"the project file is `{PROJECT_FILE}`: move its content there"
            yield _problem(path, "a second project file, which is not loaded", help_)
        elif not (astray and _is_spelled_well(path)) and parsed.is_rule_file(path):
            yield _problem(
                path, "this looks like a rule file, but no pattern includes it", _help(path)
            )


def _help(path: str) -> str:
    take_in = (
        f"add it to `rules` or `cases` in {PROJECT_FILE}"
        if _is_spelled_well(path)
        else f"rename it to `{posixpath.basename(_well_spelled(path))}`"
    )
    return f"{take_in}; to leave it out: `lint: {{ignore_files: [{path}]}}`"


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
