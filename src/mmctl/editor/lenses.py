"""Lines that an editor shows above cases and rules: to simulate, how it went, what is covered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from mmctl.counted import counted
from mmctl.editor.simulating import Simulation, case_lines, simulate
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.coverage import RuleCoverage
    from mmctl.cases.result import CaseResult
    from mmctl.editor.server import EditorServer
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.text.nodes import Node

SIMULATE: Final = "mmctl.simulate"
"""The command of the server: the uri of a file, and the line of a case (None: all cases)."""


def lenses(
    project: OpenProject, path: str, uri: str, last: Simulation | None
) -> Iterator[types.CodeLens]:
    """The lines above the cases and rules of one file."""
    lines, node = project.lines(path), project.node(path)
    if not isinstance(node, Mapping):
        return
    stale = last is not None and last.texts != project.texts

    def lens(at: Scalar, title: str, line: int | None) -> types.CodeLens:
        command = types.Command(title, SIMULATE, arguments=[uri, line])
        return types.CodeLens(lines.marked(at.position), command)

    for key, _ in node.entries:
        if key.text == "cases":
            yield lens(key, "simulate all cases", None)
            for case in case_lines(node, path):
                went = _went(last.of(case)) if last is not None else None
                yield lens(case.name, _title(went, stale=stale), case.name.position.line)
    covered = _covered(last)
    for name in _rule_names(node):
        found = covered.get((path, name.position.line))
        yield lens(name, _title(_shown(found), stale=stale, all_cases=True), None)


def _title(said: str | None, *, stale: bool, all_cases: bool = False) -> str:
    action = "simulate all cases" if all_cases else "simulate"
    if said is None:
        return action
    return f"before the last edit: {said} | {action}" if stale else f"{said} | {action} again"


def _went(results: tuple[CaseResult, ...]) -> str | None:
    """How a case went, with its rows."""
    if not results:
        return None
    failed = [each for each in results if not each.passed]
    if not failed:
        return "passed" if len(results) == 1 else f"{counted(len(results), 'row')} passed"
    first = failed[0]
    if first.problem is not None:
        return f"failed: {visible(first.problem.message)}"
    why = first.failures[0]
    return visible(f"failed: {why.recipient}: expected {why.expected}, got {why.got}")


def _covered(last: Simulation | None) -> dict[tuple[str, int], RuleCoverage]:
    """What the cases show of each rule, by the line of its name."""
    if last is None or last.coverage is None:
        return {}
    return {(each.position.file, each.position.line): each for each in last.coverage.rules}


def _shown(rule: RuleCoverage | None) -> str | None:
    if rule is None:
        return None
    if not rule.applied:
        return "no case applies it"
    values = [value for condition in rule.conditions for value in condition.values]
    unmet = sum(1 for value in values if not value.met)
    left = f", {unmet} of {counted(len(values), 'value')} not met" if unmet else ""
    held = f", held back for {rule.held_back}" if rule.held_back else ""
    return f"applied for {counted(rule.applied, 'recipient')} of cases{held}{left}"


def _rule_names(node: Mapping) -> Iterator[Scalar]:
    """The names of the rules of a file: of its own, and of its rule sets."""
    for key, section in node.entries:
        if key.text == "rules":
            yield from _names(section)
        if key.text == "rule_sets" and isinstance(section, Mapping):
            for _, rule_set in section.entries:
                rules = rule_set.get("rules") if isinstance(rule_set, Mapping) else None
                if rules is not None:
                    yield from _names(rules)


def _names(section: Node) -> Iterator[Scalar]:
    for item in section.items if isinstance(section, Sequence) else ():
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, Scalar):
            yield name


def register(server: EditorServer) -> None:
    """Show the lines, and simulate when somebody chooses one."""
    known: dict[int, Simulation] = {}

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def shown(params: types.CodeLensParams) -> list[types.CodeLens]:
        file = server.file(params.text_document.uri)
        if file is None:
            return []
        project, path = file
        return list(lenses(project, path, params.text_document.uri, known.get(id(project))))

    @server.command(SIMULATE)
    async def asked(uri: str, line: int | None = None) -> dict[str, Any]:
        file = server.file(uri)
        if file is None:
            refused = "this file is larger than 1 MB, or not part of an mmctl project"
            return {"summary": refused, "report": ""}
        project, path = file
        written = case_lines(project.node(path), path)
        at = next((case for case in written if case.name.position.line == line), None)
        if line is not None and at is None:
            return {"summary": "there is no case at this line", "report": ""}
        went = await server.aside(simulate, project, server.environment, at)
        if went is None:
            return {"summary": "stopped by an edit", "report": ""}
        known[id(project)] = _together(known.get(id(project)), went)
        passed = went.refused is None and all(each.passed for each in went.results)
        kind = types.MessageType.Info if passed else types.MessageType.Warning
        server.window_log_message(types.LogMessageParams(kind, went.report))
        server.window_show_message(types.ShowMessageParams(kind, went.summary))
        _renew(server)
        return {"summary": went.summary, "report": went.report}


def _together(before: Simulation | None, now: Simulation) -> Simulation:
    """One case beside the cases that ran before with the same texts."""
    if before is None or now.coverage is not None or before.texts != now.texts:
        return now
    done = {each.case.position for each in now.results}
    rest = tuple(each for each in before.results if each.case.position not in done)
    return Simulation(
        results=(*rest, *now.results),
        coverage=before.coverage,
        texts=now.texts,
        refused=now.refused,
    )


def _renew(server: EditorServer) -> None:
    """Ask the editor to show the lines again, if it can be asked."""
    workspace = server.client_capabilities.workspace
    lens = workspace.code_lens if workspace is not None else None
    if lens is not None and lens.refresh_support:
        task = asyncio.ensure_future(server.workspace_code_lens_refresh_async(None))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
