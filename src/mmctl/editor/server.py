"""The server itself: what the editor tells it, and when which problems go back.

An edit is answered twice: with the problems of its file at once, and with those of the whole
project once nobody has typed for a moment. The next edit stops what is still looked for.
It runs nothing of the workspace: no command, no function; it asks no network, and git only for
the base that the person who starts it names.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from mmctl.editor.diagnostics import diagnostics
from mmctl.editor.problems import FoundProblems, of_file, of_project, with_slow
from mmctl.editor.protocol import EditorProtocol
from mmctl.editor.watched_project import NoLongerAsked, WatchedProject, until_edited
from mmctl.editor.workspace import Workspace, place_in
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mmctl.checks.company.held import BaseRules
    from mmctl.editor.workspace import Disk, EditorPlace, OpenProject
    from mmctl.problem import Problem

_T = TypeVar("_T")
PAUSE: Final = 0.25
"""Seconds without an edit after which the whole project is looked at."""


class EditorServer(LanguageServer):
    """The language server of mmctl; features are added to it (`mmctl.editor.features`)."""

    def __init__(
        self,
        version: str,
        disk: Disk,
        today: Callable[[], date],
        environment: str | None = None,
        base_of: Callable[[str], BaseRules | None] | None = None,
    ) -> None:
        """Set up; `base_of` says what a base demands of the project in a folder, or raises."""
        super().__init__(
            "mmctl",
            version,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=EditorProtocol,
        )
        self.opened = Workspace(disk)
        self.today = today
        self.environment = environment
        self._base_of = base_of
        self.asked_to_end = False
        self.exit_code = 0
        """Not 0 where the editor said `exit` without `shutdown`."""
        self._watched: dict[int, WatchedProject] = {}
        self._at_once = ThreadPoolExecutor(1, "at-once")
        self._behind = ThreadPoolExecutor(1, "behind")
        self._aside = ThreadPoolExecutor(1, "aside")

    # -- for features

    def place(self, uri: str, at: types.Position) -> EditorPlace | None:
        """What a request points to; None: its file is not one of mmctl, or a large one."""
        found = self.file(uri)
        return None if found is None else place_in(*found, at)

    def file(self, uri: str) -> tuple[OpenProject, str] | None:
        """The project of a file and its path in it; None: not one of mmctl, or a large one.

        Answers are found between the messages of the editor, which all wait meanwhile.
        """
        path, on_disk = path_of(uri)
        project, inside = self.opened.find(path, on_disk=on_disk)
        if project.large(inside):
            return None
        return (project, inside) if project.holds(inside) else None

    def uri(self, project: OpenProject, path: str) -> str:
        """How the editor names a file of a project."""
        known = self.watched(project).uris.get(path)
        return known or from_fs_path(f"{project.root}/{path}") or ""

    def watched(self, project: OpenProject) -> WatchedProject:
        """What was found in a project."""
        return self._watched.setdefault(id(project), WatchedProject(project))

    async def aside(
        self, work: Callable[..., _T], project: OpenProject, *more: object
    ) -> _T | None:
        """What work on a project that a person waits for returns; None: an edit stopped it.

        It gets `project`, then `more`, then what to call between its parts. Problems that are
        still looked for do not hold it up.
        """
        return await self._until_edited(self._aside, work, project, *more)

    async def _until_edited(
        self,
        where: ThreadPoolExecutor,
        work: Callable[..., _T],
        project: OpenProject,
        *more: object,
    ) -> _T | None:
        between = until_edited(self.watched(project))
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(where, partial(work, project, *more, between))
        except NoLongerAsked:
            return None

    # -- what the editor tells

    def changed(self, uri: str, text: str, version: int) -> None:
        """A file was opened, or edited: its problems follow, then those of its project."""
        path, on_disk = path_of(uri)
        project, inside = self.opened.find(path, on_disk=on_disk)
        project.texts[inside] = _of_whole_characters(text)
        watched = self.watched(project)
        watched.uris[inside] = uri
        watched.versions[inside] = version
        self._look(watched, inside)

    def saved(self, uri: str) -> None:
        """A file was written, perhaps another one than those that are open."""
        path, on_disk = path_of(uri)
        project, _ = self.opened.find(path, on_disk=on_disk)
        watched = self.watched(project)
        watched.base.may_differ()
        self._look(watched, None)

    def closed(self, uri: str) -> None:
        """A file was closed: what is on disk counts again."""
        path, on_disk = path_of(uri)
        project, inside = self.opened.find(path, on_disk=on_disk)
        watched = self.watched(project)
        self.opened.close(project, inside)
        if project.lone:
            self._tell(watched, inside, ())
            self._stop(watched)
            del self._watched[id(project)]
        else:
            watched.uris.pop(inside, None)
            watched.versions.pop(inside, None)
            self._look(watched, None)

    def began(self, folder: str) -> None:
        """A folder was opened: the problems of its project follow, if it is in one."""
        path, on_disk = path_of(f"{folder}/{PROJECT_FILE}")
        project, _ = self.opened.find(path, on_disk=on_disk)
        if not project.lone:
            self._look(self.watched(project), None)

    # -- what goes back

    def _stop(self, watched: WatchedProject) -> None:
        watched.edits += 1
        if watched.waiting is not None:
            watched.waiting.cancel()

    def stop(self) -> None:
        """Stop what is still looked for: nobody wants to know it."""
        for watched in self._watched.values():
            self._stop(watched)

    def _look(self, watched: WatchedProject, path: str | None) -> None:
        self._stop(watched)
        loop = asyncio.get_running_loop()
        watched.last = path or watched.last
        watched.waiting = loop.create_task(self._answer(watched, path))
        watched.waiting.add_done_callback(self._failed)
        asking = loop.create_task(self._renew_base(watched))
        watched.asking.add(asking)
        asking.add_done_callback(self._failed)
        asking.add_done_callback(watched.asking.discard)

    def _failed(self, answer: asyncio.Task[None]) -> None:
        """Say that the server has a fault, instead of showing old problems without a word."""
        fault = None if answer.cancelled() else answer.exception()
        if fault is not None:
            message = f"mmctl has a fault: {type(fault).__name__}: {fault}"
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    async def _answer(self, watched: WatchedProject, path: str | None) -> None:
        loop, project, base = asyncio.get_running_loop(), watched.project, watched.base
        if path is not None and await loop.run_in_executor(self._at_once, project.holds, path):
            found, fixes = await loop.run_in_executor(
                self._at_once,
                of_file,
                project,
                path,
                self.today(),
                self.environment,
                watched.found,
                base.rules,
            )
            watched.fixes |= fixes
            self._tell(watched, path, found)
        elif project.lone:
            return
        await asyncio.sleep(PAUSE)
        edits = watched.edits

        def soon(fast: FoundProblems) -> None:
            loop.call_soon_threadsafe(self._tell_fast, watched, edits, fast)

        whole = await self._until_edited(
            self._behind, of_project, project, self.today(), self.environment, base.rules, soon
        )
        if whole is None:
            return
        watched.found, watched.fixes = whole, dict(whole.fixes)
        self._tell_all(watched, whole)

    async def _renew_base(self, watched: WatchedProject) -> None:
        """Ask for the base once more; where it demands something else, problems follow."""
        root = watched.project.root
        if self._base_of is None or root is None:
            return
        if await watched.base.renew(partial(self._base_of, root), self._warn):
            self._look(watched, watched.last)

    def _warn(self, message: str) -> None:
        shown = visible(message)
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, shown))

    def _tell_fast(self, watched: WatchedProject, edits: int, fast: FoundProblems) -> None:
        """Show the problems of the project that need no proof; the others stay as they are."""
        if watched.edits == edits:
            shown = [problem for problems in watched.now.values() for problem in problems]
            watched.found = with_slow(fast, shown)
            watched.fixes |= fast.fixes
            self._tell_all(watched, watched.found)

    def _tell_all(self, watched: WatchedProject, found: FoundProblems) -> None:
        by_file: dict[str, list[Problem]] = {path: [] for path in watched.now}
        for problem in found.problems:
            by_file.setdefault(problem.position.file, []).append(problem)
        for path, problems in by_file.items():
            self._tell(watched, path, tuple(problems))

    def _tell(self, watched: WatchedProject, path: str, problems: tuple[Problem, ...]) -> None:
        if watched.now.get(path) == problems and path not in watched.uris:
            return
        watched.now[path] = problems
        lines = watched.project.lines(path)
        uri = self.uri(watched.project, path)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri, diagnostics(problems, lines), version=watched.versions.get(path)
            )
        )


def _of_whole_characters(text: str) -> str:
    """A text in which half of a character is U+FFFD, as long as before."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def path_of(uri: str) -> tuple[str, bool]:
    """The absolute path of a file, and whether it can be on disk: other schemes are never read."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return (path, True) if path else (uri, False)


def serve(server: EditorServer, features: Mapping[str, Callable[[EditorServer], None]]) -> None:
    """Add the features and the answers to edits."""
    for add in features.values():
        add(server)

    @server.feature(types.INITIALIZED)
    def began(_params: types.InitializedParams) -> None:
        for folder in list(server.workspace.folders):
            server.began(folder)

    @server.feature(types.SHUTDOWN)
    def ends(_params: None) -> None:
        server.asked_to_end = True
        server.stop()

    @server.feature(types.EXIT)
    def ended(_params: None) -> None:
        server.exit_code = 0 if server.asked_to_end else 1

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.changed(document.uri, document.text, document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        for change in params.content_changes[-1:]:
            server.changed(document.uri, change.text, document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def elsewhere(params: types.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            server.saved(change.uri)
