"""Problems as JUnit XML for CI servers: one suite per file, one failed test per problem."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.problem import Problem


def junit(problems: Sequence[Problem]) -> str:
    """The report; without problems it has one test, which passed."""
    root = ET.Element("testsuites", name="mmctl lint")
    for file, listed in groupby(problems, key=lambda problem: problem.position.file):
        cases = list(listed)
        suite = _suite(root, visible(file), len(cases), failures=len(cases))
        for problem in cases:
            _failure(suite, problem)
    if not problems:
        suite = _suite(root, "lint", 1, failures=0)
        ET.SubElement(suite, "testcase", classname="mmctl", name="lint")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _suite(root: ET.Element, name: str, tests: int, *, failures: int) -> ET.Element:
    counts = {"tests": str(tests), "failures": str(failures), "errors": "0"}
    return ET.SubElement(root, "testsuite", {"name": name, **counts})


def _failure(suite: ET.Element, problem: Problem) -> None:
    at = problem.position
    name = f"{problem.check} {at.line}:{at.column}"
    case = ET.SubElement(
        suite, "testcase", classname=visible(at.file), name=name, file=visible(at.file)
    )
    case.set("line", str(at.line))
    failure = ET.SubElement(
        case, "failure", type=problem.severity.value, message=visible(problem.message)
    )
    failure.text = visible(f"{at}: {problem.message}")
    if problem.help:
        failure.text += visible(f" ({problem.help})")
