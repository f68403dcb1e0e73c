"""The company rules that a change is held to: those of its base, and its own.

A change does not judge itself: what its base demands counts in it even where it removes or loosens
that, and so do comments only that the base has too. What it demands in addition counts as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.checks.company.matching import covers
from mmctl.language.company_rules import CompanyRule, Demand, Exists
from mmctl.language.parsing.comments import ignores
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.language.project import Ignore, LintSettings, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRules:
    """What the base of a change demands."""

    name: str
    """The base, as people call it: `main`."""
    lint: LintSettings
    text_of: Callable[[str], str | None]
    """The text of a file in the base; None: it has no such file."""

    def has_ignore(self, ignore: Ignore, check: str, files: Mapping[str, str]) -> bool:
        """Whether the base has the same comment above the same line of the same rule."""
        before = self.text_of(ignore.file)
        if before is None:
            return False
        wanted = (ignore.reason, *_line(files[ignore.file], ignore.first_line))
        return any(
            check in each.checks and wanted == (each.reason, *_line(before, each.first_line))
            for each in ignores(before, file=ignore.file, rules=())
        )

    def added_to(self, project: Project) -> Project:
        """The project with the settings of lint that are stricter in the base."""
        own = project.settings.lint
        lint = replace(
            own,
            require_owner=own.require_owner or self.lint.require_owner,
            require_format=own.require_format or self.lint.require_format,
            expired=min(own.expired, self.lint.expired, key=lambda each: each.rank),
            proof_effort=max(own.proof_effort, self.lint.proof_effort),
        )
        return replace(project, settings=replace(project.settings, lint=lint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A company rule that counts, and where it comes from."""

    rule: CompanyRule
    base: str | None = None
    """The base that demands it; None: the files themselves do."""


_NAME: Final = re.compile(r"\s*-\s+\{?\s*name:\s*([^\s,}]+)")
"""Where a rule begins, in nearly all files."""


def _line(text: str, number: int) -> tuple[str, str]:
    """A line, and the name of the rule that it is in, as far as the text shows that."""
    lines = text.splitlines()[:number]
    names = (found[1] for line in reversed(lines) if (found := _NAME.match(line)))
    return lines[-1].strip() if lines else "", next(names, "")


def held_to(own: tuple[CompanyRule, ...], base: BaseRules | None) -> tuple[Held, ...]:
    """The company rules that count, those of the base first where the own ones demand less."""
    mine = {rule.id: rule for rule in own}
    before = () if base is None else base.lint.company_rules
    kept = [
        Held(rule=rule, base=base.name)
        for rule in before
        if base is not None and not demands(mine.get(rule.id), rule)
    ]
    return (*kept, *(Held(rule=rule) for rule in own))


def demands(rule: CompanyRule | None, before: CompanyRule) -> bool:
    """Whether a company rule surely demands at least what another one does."""
    if rule is None or (rule.demand, rule.about) != (before.demand, before.about):
        return False
    if rule.severity.rank > before.severity.rank or not covers(rule.when, before.when):
        return False
    if rule.demand is Demand.FORBID:
        return True
    nothing = Exists(True, rule.position)
    return covers(before.then or nothing, rule.then or nothing)


def loosened(own: LintSettings, base: LintSettings) -> Iterator[tuple[CompanyRule | None, str]]:
    """What the files demand less than the base, in words; with the rule that took the place."""
    mine = {rule.id: rule for rule in own.company_rules}
    for rule in base.company_rules:
        now = mine.get(rule.id)
        if now is None:
            yield None, f"the company rule `{rule.id}` is removed: {rule.message}"
        elif not demands(now, rule):
            yield now, f"the company rule `{rule.id}` demands less, or something else"
    if base.require_owner and not own.require_owner:
        yield None, "`require_owner: true` is removed"
    if base.require_format and not own.require_format:
        yield None, "`require_format: true` is removed"
    if own.expired.rank > base.expired.rank:
        yield None, f"an expired rule was `{base.expired}`, and is `{own.expired}`"
    if own.proof_effort < base.proof_effort:
        yield None, f"`proof_effort` was {base.proof_effort:,}, and is {own.proof_effort:,}"
