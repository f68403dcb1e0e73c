"""Simulations for programs: the document `mmctl/simulate@1`, and JUnit XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from mmctl.cases.result import Status
from mmctl.render.documents.trace import trace_document
from mmctl.render.text.coverage import coverage_document
from mmctl.render.text.mutation import mutation_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.coverage import Coverage, GapReach
    from mmctl.cases.expectations import Failure
    from mmctl.cases.mutants.trial import Mutation
    from mmctl.cases.readings_relied_on import Rest
    from mmctl.cases.result import CaseResult

SCHEMA: Final = "mmctl/simulate@1"


def cases_document(
    results: Sequence[CaseResult],
    coverage: Coverage | None = None,
    mutation: Mutation | None = None,
    reaches: Sequence[GapReach] = (),
) -> dict[str, Any]:
    """How cases went; each case's message with its trace."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "cases": [_case(result) for result in results],
        "messages": [
            {"message": result.case.name, **trace_document(result.trace)}
            for result in results
            if result.trace is not None
        ],
    }
    if coverage is not None:
        document["coverage"] = coverage_document(coverage, reaches)
    if mutation is not None:
        document["mutation"] = mutation_document(mutation)
    return document


def _case(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.case.name,
        "file": result.case.position.file,
        "line": result.case.position.line,
        "passed": result.passed,
        "status": result.status.value,
        "expected": [_side(failure, failure.expected) for failure in result.failures],
        "got": [_side(failure, failure.got) for failure in result.failures],
        "reasons": [reason for failure in result.failures for reason in failure.reasons],
        "problem": None if result.problem is None else result.problem.message,
        **({"without_effect": list(result.idle)} if result.idle else {}),
        **({"depends_on": [_rest(rest) for rest in result.rests]} if result.rests else {}),
    }


def _rest(rest: Rest) -> dict[str, Any]:
    return {
        "reading": rest.reading,
        "chosen": rest.chosen,
        "other": rest.other,
        "passes_if_other": rest.passes_if_other,
        "changes": [
            {
                "recipient": each.recipient,
                "outcome": each.outcome.value,
                "outcome_if_other": each.outcome_if_other.value,
            }
            for each in rest.changes
        ],
    }


def _side(failure: Failure, text: str) -> dict[str, str]:
    return {"recipient": failure.recipient, "member": failure.member, "text": text}


def junit(results: Sequence[CaseResult]) -> str:
    """The cases as a JUnit test suite, including those that passed."""
    failed = sum(result.status is Status.FAILED for result in results)
    todo = sum(result.status is Status.TODO for result in results)
    suite = ET.Element(
        "testsuite",
        name="mmctl simulate",
        tests=str(len(results)),
        failures=str(failed),
        errors="0",
        skipped=str(todo),
    )
    for result in results:
        at = result.case.position
        case = ET.SubElement(
            suite,
            "testcase",
            name=_xml(result.case.name),
            classname=at.file,
            file=at.file,
            line=str(at.line),
        )
        if result.status is Status.FAILED:
            lines = failure_lines(result)
            failure = ET.SubElement(case, "failure", message=_xml(lines[0]), type="expectation")
            failure.text = _xml("\n".join(lines))
        elif result.status is Status.TODO:
            ET.SubElement(case, "skipped", message=_xml(f"to do: {result.case.todo}"))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"
    )


def failure_lines(result: CaseResult) -> list[str]:
    """Why a case failed: what was expected, what came instead, and the reasons below."""
    if result.problem is not None:
        return [f"{result.problem.position}: {result.problem.message}"]
    lines = []
    for failure in result.failures:
        lines.append(
            f"{failure.recipient}: {failure.member}: expected {failure.expected}, got {failure.got}"
        )
        lines += [f"  because {reason}" for reason in failure.reasons]
    return lines


def _xml(text: str) -> str:
    """The text without characters that XML cannot contain."""
    return "".join(
        character if character in "\t\n" or character.isprintable() else "\ufffd"
        for character in text
    )
