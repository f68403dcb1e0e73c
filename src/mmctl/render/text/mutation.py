"""Mutation testing for people and as the part of the document `mmctl/simulate@1`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.cases.mutants.trial import MutantResult, Mutation

_SHOWN: Final = 10
"""How many survivors are shown unless all are requested."""


def mutation_report(mutation: Mutation, *, all_survivors: bool = False) -> Text:
    """How many mutants the cases notice; for the others, what was changed and what would notice."""
    survivors = mutation.survivors
    shown = survivors if all_survivors else survivors[:_SHOWN]
    report = Text()
    for result in shown:
        _survivor(report, result)
    if len(survivors) > len(shown):
        more = len(survivors) - len(shown)
        report.append(f"and {more:,} more that no case notices; -v shows them\n\n", "dim")
    total = mutation.total
    report.append(f"mutation: cases notice {mutation.killed:,} of {counted(total, 'mutant')}")
    report.append(f", {mutation.score} %")
    same = len(mutation.equivalent)
    if same:
        report.append(f"; proved that no message shows {counted(same, 'other')}")
    if mutation.left_out:
        report.append(f"; {mutation.left_out:,} more were not tried")
    return report


def _survivor(report: Text, result: MutantResult) -> None:
    mutant = result.mutant
    report.append("SURVIVED", "bold yellow")
    report.append(f"  {visible(mutant.name)}: {visible(mutant.change)}  ")
    report.append(f"{mutant.position}\n", "dim")
    if mutant.before:
        report.append(f"  - {visible(mutant.before)}\n", "red")
    if mutant.after:
        report.append(f"  + {visible(mutant.after)}\n", "green")
    if result.suggestion is None:
        report.append(f"  {open_words(result)}\n\n", "dim")
        return
    report.append("  this case would notice:\n", "dim")
    report.append(textwrap.indent(result.suggestion, "    ") + "\n")


def open_words(result: MutantResult) -> str:
    """What is known of a survivor for which there is no case."""
    if result.undecided is None:
        return "no message was found that would show it"
    return f"undecided whether a message would show it: {visible(result.undecided)}"


def mutation_document(mutation: Mutation) -> dict[str, Any]:
    """Every mutant that was tried, and the case that noticed it or would."""
    return {
        "score": mutation.score,
        "killed": mutation.killed,
        "survived": len(mutation.survivors),
        "equivalent": len(mutation.equivalent),
        "left_out": mutation.left_out,
        "mutants": [
            {
                "change": result.mutant.change,
                "name": result.mutant.name,
                "before": result.mutant.before,
                "after": result.mutant.after,
                "file": result.mutant.position.file,
                "line": result.mutant.position.line,
                "column": result.mutant.position.column,
                "killed_by": result.killed_by,
                "suggestion": result.suggestion,
                "equivalent": result.equivalent,
                **({} if result.undecided is None else {"undecided": result.undecided}),
            }
            for result in mutation.results
        ],
    }
