"""How the cases of a project go by edited rules, as the page of `play` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.records import dataclass, field
from mmctl.render.html.markup import Child, Markup, element, markup
from mmctl.render.text.simulate import by_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.cases.expectations import Failure
    from mmctl.cases.result import CaseResult
    from mmctl.problem import Problem

CaseKey = tuple[str, str]
"""The file and the name of a case."""
MOST_CASES: Final = 50
"""Cases of a list that are shown; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesShown:
    """How the cases go so far."""

    usable: bool
    """Whether the rules can be used; without that no case runs."""
    results: tuple[CaseResult, ...] = ()
    before: Mapping[CaseKey, CaseResult] | None = None
    """How they go by the files; None: there are no edits, or the files cannot be used."""
    problems: tuple[Problem, ...] = ()
    """Why cases cannot be run."""
    unusable: int = 0
    """How many cannot be run."""
    left: int = 0
    """Those that did not run yet."""
    numbers: Mapping[CaseKey, int] = field(default_factory=dict)
    """The place of each case in the list that the page chooses from."""

    @property
    def summary(self) -> str:
        """How they go, in a few words."""
        if not self.usable:
            return "cases wait"
        ran = len(self.results)
        failed = sum(not each.passed for each in self.results) + self.unusable
        if self.left:
            said = f"{ran:,} of {counted(ran + self.left, 'case')}"
            return f"{said}: {failed:,} failed" if failed else said
        if failed:
            return f"{failed:,} of {counted(ran + self.unusable, 'case')} failed"
        return f"{counted(ran, 'case')} passed" if ran else "no cases"

    @property
    def failed_by_edits(self) -> tuple[CaseResult, ...]:
        """Those that fail by the edits alone; without edits all that fail."""
        return tuple(each for each in self.results if not each.passed and self._passed(each))

    @property
    def failed_in_files(self) -> tuple[CaseResult, ...]:
        """Those that fail whether there are edits or not."""
        return tuple(each for each in self.results if not each.passed and not self._passed(each))

    def _passed(self, result: CaseResult) -> bool:
        """Whether a case passed by the files, as far as that is known."""
        earlier = self.earlier(result)
        return earlier is None or earlier.passed

    def earlier(self, result: CaseResult) -> CaseResult | None:
        """The same case by the files."""
        key = (result.case.position.file, result.case.name)
        return None if self.before is None else self.before.get(key)


def cases_document(found: CasesShown) -> dict[str, Any]:
    """The list, its summary, and whether more is to come."""
    failed = any(not each.passed for each in found.results)
    return {
        "cases": cases_view(found),
        "cases_said": found.summary,
        "cases_failed": failed or found.unusable > 0,
        "more": bool(found.left),
    }


def cases_view(found: CasesShown) -> Markup:
    """The cases that fail and why, then those that only end differently."""
    if not found.usable:
        return element(
            "p", "Cases run again once the rules can be used: fix the problems.", class_="nothing"
        )
    beside = found.before is not None
    differing = [
        each
        for each in found.results
        if each.passed and (was := found.earlier(each)) is not None and was.ends != each.ends
    ]
    fixed = [each for each in differing if not _was(found, each).passed]
    others = [each for each in differing if _was(found, each).passed]
    total = by_status(found.results) if found.results else "no cases"
    return markup(
        [
            element("p", f"{total}; {found.left:,} to go" if found.left else total, class_="total"),
            _problems(found),
            _group("fail with your edits" if beside else "", found.failed_by_edits, found),
            _group("pass with your edits", fixed, found),
            _group("end differently, and pass", others, found),
            _group("fail in your files, too", found.failed_in_files, found),
        ]
    )


def _was(found: CasesShown, result: CaseResult) -> CaseResult:
    return found.earlier(result) or result


def _problems(found: CasesShown) -> Child:
    """Why cases cannot be run: one reason for each place."""
    problems = list({each.position: each for each in reversed(found.problems)}.values())[::-1]
    if not problems:
        return None
    left = len(problems) - MOST_CASES
    return [
        element("h3", f"{counted(found.unusable, 'case')} cannot be run"),
        element(
            "ol",
            [
                element(
                    "li",
                    element("code", str(each.position)),
                    f" {each.message}",
                    element("p", f"help: {each.help}") if each.help else None,
                    class_="error",
                )
                for each in problems[:MOST_CASES]
            ],
        ),
        element("p", f"and {left:,} more", class_="nothing") if left > 0 else None,
    ]


def _group(title: str, results: Iterable[CaseResult], found: CasesShown) -> Child:
    listed = list(results)
    if not listed:
        return None
    left = len(listed) - MOST_CASES
    return [
        element("h3", f"{len(listed):,} {title}") if title else None,
        element("ol", [_case(each, found) for each in listed[:MOST_CASES]]),
        element("p", f"and {left:,} more: mmctl simulate", class_="nothing") if left > 0 else None,
    ]


def _case(result: CaseResult, found: CasesShown) -> Markup:
    case = result.case
    number = found.numbers.get((case.position.file, case.name))
    was = found.earlier(result)
    return element(
        "li",
        element("button", case.name, type="button", data_case=str(number))
        if number is not None
        else element("b", case.name),
        " ",
        element("small", f"{case.position.file}:{case.position.line}"),
        element("p", result.problem.message) if result.problem is not None else None,
        [_failure(failure) for failure in result.failures],
        element("p", f"by the files {was.ends}, now {result.ends}")
        if result.passed and was is not None and was.ends != result.ends
        else None,
        class_="passed" if result.passed else "error",
    )


def _failure(failure: Failure) -> Markup:
    member = "" if failure.member == "outcome" else f"{failure.member.replace('_', ' ')}: "
    return element(
        "p",
        f"{failure.recipient}: {member}expected ",
        element("b", failure.expected, class_="expected"),
        ", got ",
        element("b", failure.got, class_="got"),
        [element("span", f" because {reason}", class_="because") for reason in failure.reasons],
    )
