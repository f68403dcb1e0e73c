"""What `prove --find` looks for: YAML on the command line, as in an invariant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.claim_names import misnamed
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.text.layout import Leaf
from mmctl.model.kinds import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.language.project import Invariant, Project

_FILE: Final = "--find"
_LONGEST: Final = 80
"""Characters of it that an error repeats."""
_MEMBERS: Final = ("when", "never", "always", "only", "before")


def wanted_by(text: str, project: Project) -> Invariant:
    """The invariant that the message has to break: a bare outcome or action must never happen.

    Raises:
        UsageError: the text is not YAML of an invariant, or names what the project does not have.
    """
    stripped = text.strip()
    has_members = any(f"{member}:" in stripped for member in _MEMBERS)
    inside = stripped.removeprefix("{").removesuffix("}") if has_members else f"never: {stripped}"
    name = Leaf(text=stripped[:60]).shown(flow=True)
    yaml = f"version: 1\ninvariants: [{{name: {name}, {inside}}}]\n"
    try:
        read, problems = read_text({"find.yaml": yaml}, lone=True)
    except ProblemsFound as error:
        raise _useless(text, error.problems[0].message) from None
    errors = [each for each in problems if each.severity is Severity.ERROR]
    if errors or not read.invariants:
        raise _useless(text, errors[0].message if errors else "it says nothing to look for")
    (wanted,) = read.invariants
    bindings = project.environment.bindings
    known = {kind: project.of_kind(kind).keys() | bindings.get(kind, {}).keys() for kind in Kind}
    for _, message, _ in misnamed(wanted, known):
        raise _useless(text, message)
    return wanted


def _useless(text: str, why: str) -> UsageError:
    outcomes = ", ".join(each for each in Outcome if each is not Outcome.UNKNOWN)
    return UsageError(
        f"`--find {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}`: {why}",
        help=f"an outcome ({outcomes}), an action such as `{{relay: {{to: NAME}}}}`, or "
        f"`{{when: [CONDITION, …], never: …}}`",
    )
