"""An ignore comment that silences nothing.

What it does:
    Finds ids in `# mmctl: ignore[…]` comments that silence no problem in any environment: there is
    no such check, it no longer reports anything there, or the comment is in the wrong place. Also
    finds comments that look almost like ignore comments (`# mmctl ignore …`), which silence
    nothing. Mistakes that keep a file from being loaded cannot be silenced.

Why it is bad:
    It would silence the next, real problem there.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          # mmctl: ignore[expired-rule] the campaign came back
          - name: block-campaign
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-campaign
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject
from mmctl.language.formatting.fix import Unignore
from mmctl.language.text.suggest import did_you_mean
from mmctl.patterns import Pattern
from mmctl.problem import Position, Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mmctl.language.project import Ignore
    from mmctl.problem import Problem


def silences(ignore: Ignore, check: str, problem: Problem) -> bool:
    """Whether an id of an ignore comment covers this problem of its file."""
    inside = ignore.first_line <= problem.position.line <= ignore.last_line
    return inside and check == problem.check


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the ids that silence no problem."""
    in_file: dict[str, list[Problem]] = {}
    for problem in subject.found:
        in_file.setdefault(problem.position.file, []).append(problem)
    for ignore in subject.project.ignores:
        for check in ignore.checks:
            if not _used(ignore, check, in_file.get(ignore.file, ())):
                yield _idle(ignore, check, subject.known)
    for file, text in subject.project.files.items():
        yield from _nearly(file, text)


def _idle(ignore: Ignore, check: str, known: Collection[str]) -> Finding:
    meant = did_you_mean(check, known) if check not in known else None
    if meant is not None:
        return Finding(
            positions=Positions({(): ignore.position}),
            path=(),
            message=f"there is no check `{check}`",
            help=meant,
        )
    return Finding(
        positions=Positions({(): ignore.position}),
        path=(),
        message=f"`{check}` reports nothing here to ignore",
        help="remove it" if check in known else "remove it; `mmctl checks` lists the ids",
        fix=Unignore(at=ignore.position, check=check),
    )


_NEARLY: Final = Pattern(r"#[ \t]*mmctl\b[: \t-]*(?:ignore|disable)\b(?P<rest>.*)", re.IGNORECASE)
_RIGHT: Final = Pattern(r"#\s*mmctl:\s*ignore\[[^\]]*\]")


def _nearly(file: str, text: str) -> Iterator[Finding]:
    """Comments that were meant to silence something, but have another form."""
    for number, line in enumerate(text.splitlines(), 1) if "mmctl" in text else ():
        found = _NEARLY.search(line)
        right = found is not None and line[: found.start()].strip() == "" and _RIGHT.search(line)
        if found is not None and not right:
            at = Position(file=file, line=number, column=found.start() + 1)
            yield Finding(
                positions=Positions({(): at}),
                path=(),
                message="this comment is not an ignore comment, and silences nothing",
                help="on a separate line, write `# mmctl: ignore[CHECK] the reason`",
            )


def _used(ignore: Ignore, check: str, problems: Sequence[Problem]) -> bool:
    return any(silences(ignore, check, problem) for problem in problems)


CHECK = Check(
    id="ignore-without-effect", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
