"""What the base of a change demands of rules, read from the revision and not from the files."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from mmctl.checks.company.held import BaseRules
from mmctl.cli.changes.revisions import git
from mmctl.cli.changes.trusted_base import base_of
from mmctl.errors import UsageError
from mmctl.language.parsing.root import PROJECT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.changes.trusted_base import Base
    from mmctl.cli.run import Run


def base_rules(root: Path, base: Base | None) -> BaseRules | None:
    """What a base demands; None: there is no base, or it has no project here."""
    if base is None or base.settings is None or base.commit is None:
        return None
    commit = base.commit

    @cache
    def text_of(file: str) -> str | None:
        with suppress(UsageError):
            return git(root, base.name, "show", f"{commit}:./{file}").decode(errors="replace")
        return None

    return BaseRules(name=base.name, lint=base.settings.lint, text_of=text_of)


def rules_of_base(run: Run, root: Path, named: str | None) -> BaseRules | None:
    """What the base of `--base` demands, else that of the branch that a CI server merges into.

    Raises:
        UsageError: `--base` names a revision that cannot be read.
    """
    base = base_of(root, named)
    if base is None:
        return None
    if base.readable:
        if base.settings is None:
            run.warn(
                f"warning: `{base.name}` has no `{PROJECT_FILE}` here: only the company rules of "
                "the files count"
            )
        return base_rules(root, base)
    fetch = None if base.fetch is None else f"fetch it: {base.fetch}"
    if named is not None:
        raise UsageError(f"{base.unreadable}", help=fetch)
    advice = "" if fetch is None else f"; {fetch}"
    run.warn(f"warning: {base.unreadable}: only the company rules of the files count{advice}")
    return None
