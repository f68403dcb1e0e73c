"""What `prove --find` looks for: YAML on the command line, as in an invariant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.text.layout import Leaf
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.language.project import Invariant

_FILE: Final = "--find"
_MEMBERS: Final = ("when", "never", "always", "only", "before")


def wanted_by(text: str) -> Invariant:
    """The invariant that the message has to break: a bare outcome or action must never happen.

    Raises:
        UsageError: the text is not YAML of an invariant.
    """
    stripped = text.strip()
    has_members = any(f"{member}:" in stripped for member in _MEMBERS)
    inside = stripped.removeprefix("{").removesuffix("}") if has_members else f"never: {stripped}"
    name = Leaf(text=stripped[:60]).shown(flow=True)
    yaml = f"version: 1\ninvariants: [{{name: {name}, {inside}}}]\n"
    try:
        project, problems = read_text({"find.yaml": yaml}, lone=True)
    except ProblemsFound as error:
        raise _useless(text, error.problems[0].message) from None
    errors = [each for each in problems if each.severity is Severity.ERROR]
    if errors or not project.invariants:
        raise _useless(text, errors[0].message if errors else "it says nothing to look for")
    return project.invariants[0]


def _useless(text: str, why: str) -> UsageError:
    outcomes = ", ".join(each for each in Outcome if each is not Outcome.UNKNOWN)
    return UsageError(
        f"`--find {text}`: {why}",
        help=f"an outcome ({outcomes}), an action such as `{{relay: {{to: NAME}}}}`, or "
        f"`{{when: [CONDITION, …], never: …}}`",
    )
