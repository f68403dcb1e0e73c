"""What `prove --find` looks for: YAML on the command line, as in an invariant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.unusable_network import unusable_in
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.claim_names import misnamed
from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.load import Sources
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.project import Outcome
from mmctl.language.text.layout import Leaf
from mmctl.model.kinds import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.language.project import Invariant, Project
    from mmctl.problem import Problem

_FILE: Final = "find.yaml"
_LONGEST: Final = 80
"""Characters of it that an error repeats."""
_MEMBERS: Final = ("when", "never", "always", "only", "before")


class _OneFile(MemoryFiles):
    """The file that is looked for, whatever files the project file names."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """That file, or the project file where that is asked for."""
        return super().matching(pattern) if pattern == PROJECT_FILE else (_FILE,)


def wanted_by(text: str, project: Project) -> Invariant:
    """The invariant that the message has to break: a bare outcome or action must never happen.

    Variables and names are those of the project, as in its files.

    Raises:
        UsageError: the text is not YAML of an invariant, or names what the project does not have.
    """
    stripped = text.strip()
    has_members = any(f"{member}:" in stripped for member in _MEMBERS)
    in_braces = stripped.startswith("{") and stripped.endswith("}")
    inside = stripped[1:-1] if in_braces else stripped
    inside = inside if has_members else f"never: {stripped}"
    before = f"invariants: [{{name: {Leaf(text=_name(stripped)).shown(flow=True)}, "
    files = {_FILE: f"version: 1\n{before}{inside}}}]\n"}
    if PROJECT_FILE in project.files:
        files[PROJECT_FILE] = project.files[PROJECT_FILE]
    sources = Sources(_OneFile(files), project.settings.project, lone=True)
    try:
        read, problems = sources.read(project.environment.name)
    except ProblemsFound as error:
        read, problems = None, error.problems
    errors = [
        each for each in problems if each.severity is Severity.ERROR and each.position.file == _FILE
    ]
    if errors or read is None or not read.invariants:
        wrong = errors[0] if errors else None
        raise _useless(text, wrong, len(before) + len("never: ") * (not has_members))
    (wanted,) = read.invariants
    if wanted.claim.get("only") == {}:
        raise _useless(text, None, 0)
    bindings = project.environment.bindings
    known = {kind: project.of_kind(kind).keys() | bindings.get(kind, {}).keys() for kind in Kind}
    for _, message, advice in misnamed(wanted, known):
        raise UsageError(f"{_shown(text)}: {message}", help=advice or _EXPECTED)
    for _, message, advice in unusable_in(wanted):
        raise UsageError(f"{_shown(text)}: {message}", help=advice)
    return wanted


def _name(text: str) -> str:
    """A name for what is looked for; variables are not replaced in it."""
    return text[:60].replace("${", "$${")


def _shown(text: str) -> str:
    return f"`--find {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}`"


def _useless(text: str, problem: Problem | None, before: int) -> UsageError:
    """What is wrong with the text, and where, if that is in its first line."""
    if problem is None:
        return UsageError(f"{_shown(text)}: it says nothing to look for", help=_EXPECTED)
    at = problem.position
    stripped = text.strip()
    start = text.find(stripped) + (stripped.startswith("{") and stripped.endswith("}"))
    place = at.column - before + start
    inside = at.line == _LINE and 1 <= place <= len(text)
    where = f", character {place}" if inside else ""
    advice = problem.help or _EXPECTED
    if "invariants" in advice or f"line {_LINE}" in advice:
        # It speaks of the file that is made of the text.
        advice = "put `${...}` between quotes" if "${" in text else _EXPECTED
    return UsageError(f"{_shown(text)}{where}: {problem.message}", help=advice)


_LINE: Final = 2
"""The line of the text in the file that is made of it."""
_EXPECTED: Final = (
    f"an outcome ({', '.join(each for each in Outcome if each is not Outcome.UNKNOWN)}), an action"
    " such as `{relay: {to: NAME}}`, or `{when: [CONDITION, …], never: …}`"
)
