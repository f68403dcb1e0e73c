"""Names of environments that a pipeline can use: each for one job, one profile, one variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.cli.run_profiles import profile_variable
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TAKEN: Final = frozenset({"check", "plan", "comment", "watch"})
"""Jobs of the pipeline itself."""
_KEYWORDS: Final = frozenset(
    {
        *("after_script", "before_script", "cache", "default", "image", "include", "pages"),
        *("services", "spec", "stages", "types", "variables", "workflow"),
    }
)
"""What means something else than a job at the top of a file of GitLab."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
_NO_TEXT: Final = re.compile(
    r"[-+]?[0-9._]+|0[xob][0-9a-f_]+|[0-9.]+e[0-9]+|\.(?:inf|nan)|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE,
)
"""What YAML reads as something else than a text."""


def job_id(environment: str) -> str:
    """The environment as the id of a job; those of the pipeline itself are kept apart."""
    id_ = re.sub(r"[^A-Za-z0-9_-]", "-", environment)
    taken = id_ in _TAKEN or id_ in _KEYWORDS
    return f"to-{id_}" if taken or not id_[:1].isalpha() else id_


def check_names(environments: Sequence[str]) -> None:
    """Refuse names that a CI server would take for something else, or for each other.

    Raises:
        UsageError: there is one.
    """
    for name in environments:
        if not _PLAIN.fullmatch(name) or _NO_TEXT.fullmatch(name):
            raise UsageError(
                f"environment `{name}` cannot be in a pipeline: YAML or a command would read its "
                "name as something else",
                help="rename it: a letter, then letters, digits, `-` and `_`",
            )
    for taken in (job_id, profile_variable):
        _check_apart(environments, taken)
    plans = {f"plan-{job_id(name)}": name for name in environments}
    for name in environments:
        if job_id(name) in plans:
            raise _alike(name, plans[job_id(name)], job_id(name))


def _check_apart(environments: Sequence[str], taken: Callable[[str], str]) -> None:
    found: dict[str, str] = {}
    for name in environments:
        if (other := found.setdefault(taken(name), name)) != name:
            raise _alike(other, name, taken(name))


def _alike(one: str, other: str, what: str) -> UsageError:
    return UsageError(
        f"environments `{one}` and `{other}` cannot be in one pipeline: both would be `{what}`",
        help="rename one of them",
    )
