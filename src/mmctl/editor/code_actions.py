"""What an editor offers at a problem: its fix, as `lint --fix` makes it, or to ignore the check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from mmctl.checks.catalogue import CHECKS
from mmctl.editor.diagnostics import diagnostic
from mmctl.editor.text_edits import edits
from mmctl.language.formatting.fix import fixed, plain
from mmctl.language.text.compose import compose
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.editor.server import EditorServer
    from mmctl.language.formatting.fix import Fix
    from mmctl.problem import Problem

FIX_ALL: Final = "source.fixAll.mmctl"
"""What an editor can do on every save."""
_IDS: Final = frozenset(check.id for check in CHECKS)
_NEVER_IGNORED: Final = frozenset({"ignore-without-effect", "ignore-without-reason"})
_COMMENT: Final = re.compile(r"(\s*#\s*mmctl:\s*ignore\[)([^\]]*)(\].*)")
_MARK: Final = "\ufeff"


def with_fixes(text: str, fixes: Iterable[Fix], path: str) -> str:
    """A text after its fixes; the same one where none can be made."""
    mark = _MARK if text.startswith(_MARK) else ""
    return mark + fixed(text.removeprefix(_MARK), fixes, file=path).text


def ignoring(text: str, problem: Problem) -> str | None:
    """A text in which a comment ignores the check of a problem; None: no comment can stand there.

    The comment has no reason yet: `ignore-without-reason` asks for one.
    """
    if problem.check not in _IDS - _NEVER_IGNORED:
        return None
    path, line = problem.position.file, problem.position.line
    rows = text.splitlines(keepends=True)
    if not 1 <= line <= len(rows):
        return None
    above = _COMMENT.fullmatch(rows[line - 2].rstrip("\r\n")) if line > 1 else None
    ending = "\r\n" if rows[line - 1].endswith("\r\n") else "\n"
    if above is not None:
        rows[line - 2] = f"{above[1]}{above[2]}, {problem.check}{above[3]}{ending}"
    else:
        row = rows[line - 1]
        indent = row[: len(row) - len(row.lstrip())]
        rows.insert(line - 1, f"{indent}# mmctl: ignore[{problem.check}]{ending}")
    after = "".join(rows)
    before_node, after_node = compose(text, file=path)[0], compose(after, file=path)[0]
    if before_node is None or after_node is None or plain(before_node) != plain(after_node):
        return None
    return after


def actions(server: EditorServer, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """What is offered for a range of a file."""
    file = server.file(params.text_document.uri)
    if file is None:
        return
    project, path = file
    watched, lines = server.watched(project), project.lines(path)
    only = params.context.only

    def action(title: str, kind: str, after: str, *about: Problem) -> types.CodeAction:
        changes = {params.text_document.uri: edits(lines, after)}
        return types.CodeAction(
            title,
            kind=kind,
            diagnostics=[diagnostic(each, lines) for each in about],
            edit=types.WorkspaceEdit(changes=changes),
            is_preferred=(kind == types.CodeActionKind.QuickFix and "Ignore" not in title) or None,
        )

    fixes = _of_file(watched.fixes, path)
    if _wanted(types.CodeActionKind.QuickFix, only):
        for problem in watched.now.get(path, ()):
            if not _overlap(lines.marked(problem.position), params.range):
                continue
            if problem in fixes:
                after = with_fixes(lines.text, [fixes[problem]], path)
                if after != lines.text:
                    title = f"Fix `{problem.check}`: {visible(problem.help or problem.message)}"
                    yield action(title, types.CodeActionKind.QuickFix, after, problem)
            silent = ignoring(lines.text, problem)
            if silent is not None:
                title = f"Ignore `{problem.check}` here, with a reason"
                yield action(title, types.CodeActionKind.QuickFix, silent, problem)
    if _wanted(FIX_ALL, only):
        after = with_fixes(lines.text, fixes.values(), path)
        if after != lines.text:
            yield action("Fix all that mmctl can fix safely", FIX_ALL, after)


def _of_file(fixes: Mapping[Problem, Fix], path: str) -> dict[Problem, Fix]:
    return {problem: fix for problem, fix in fixes.items() if fix.file == path}


def _wanted(kind: str, only: Iterable[str] | None) -> bool:
    """Whether a kind is one that the editor asks for, or below one."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _overlap(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def register(server: EditorServer) -> None:
    """Answer when an editor shows what can be done."""

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    def asked(params: types.CodeActionParams) -> list[types.CodeAction]:
        return list(actions(server, params))
