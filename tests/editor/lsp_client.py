"""A client of the language server, as an editor is one: JSON over the pipes of a process.

Written against the protocol, with nothing of the server's library.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE = 120.0
"""Seconds after which an answer that never comes fails a test."""


class Client:
    """One session with `mmctl lsp`."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        python: tuple[str, ...] = (),
        after: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        command = python or (sys.executable, "-m", "mmctl")
        self.process = subprocess.Popen(
            [*command, *arguments, "lsp", *after],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.heard: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.problems: dict[str, list[dict[str, Any]]] = {}
        """What the editor shows now, by file name."""
        self.asked: list[dict[str, Any]] = []
        """What the server asked of the editor."""
        self.complaints: list[str] = []
        """What the server showed to the person."""
        self._last = 0
        self._versions: dict[str, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        self.capabilities: dict[str, Any] = {}

    def __enter__(self) -> Self:
        answer = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": self.folder.as_uri(),
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8", "utf-16"]},
                    "textDocument": {"publishDiagnostics": {}},
                    "workspace": {"applyEdit": True},
                },
                "workspaceFolders": [{"uri": self.folder.as_uri(), "name": "folder"}],
            },
        )
        self.capabilities = answer["capabilities"]
        self.notify("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.request("shutdown", None)
            self.notify("exit", None)
        self.process.wait(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    # -- messages

    def request(self, method: str, params: Any) -> Any:
        """The result of a request.

        Raises:
            AssertionError: the server refused it.
        """
        self._last += 1
        number = self._last
        self._send({"id": number, "method": method, "params": params})
        answer = self.wait(lambda heard: heard.get("id") == number and "method" not in heard)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def wait(
        self, wanted: Callable[[dict[str, Any]], object], patience: float = PATIENCE
    ) -> dict[str, Any]:
        """The next message that is wanted; problems are noted on the way."""
        while True:
            heard = self.heard.get(timeout=patience)
            assert heard is not None, self._said()
            if heard.get("method") == "textDocument/publishDiagnostics":
                self.problems[self._name(heard["params"]["uri"])] = heard["params"]["diagnostics"]
            elif heard.get("method") == "window/showMessage":
                self.complaints.append(heard["params"]["message"])
            elif "method" in heard and "id" in heard:
                self.asked.append(heard)
                self._send({"id": heard["id"], "result": {"applied": True}})
            if wanted(heard):
                return heard

    # -- what an editor does

    def open(self, name: str, text: str | None = None) -> None:
        """Open a file, as it is on disk or with a text of its own."""
        content = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        self._versions[name] = 1
        document = {
            "uri": self.uri(name),
            "languageId": "yaml",
            "version": 1,
            "text": content,
        }
        self.notify("textDocument/didOpen", {"textDocument": document})

    def edit(self, name: str, text: str) -> None:
        """Replace the text of an open file."""
        self._versions[name] += 1
        document = {"uri": self.uri(name), "version": self._versions[name]}
        change = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.notify("textDocument/didChange", change)

    def close(self, name: str) -> None:
        """Close a file."""
        self._versions.pop(name, None)
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def at(self, name: str, line: int, character: int) -> dict[str, Any]:
        """A place for a request; lines and characters count from 0."""
        return {
            "textDocument": {"uri": self.uri(name)},
            "position": {"line": line, "character": character},
        }

    def shown(self, name: str) -> list[dict[str, Any]]:
        """The next problems that the server tells of a file, as its text is now."""
        uri, version = self.uri(name), self._versions.get(name)
        told = self.wait(
            lambda heard: (
                heard.get("method") == "textDocument/publishDiagnostics"
                and heard["params"]["uri"] == uri
                and heard["params"].get("version") == version
            )
        )
        problems: list[dict[str, Any]] = told["params"]["diagnostics"]
        return problems

    def uri(self, name: str) -> str:
        return name if name.startswith("untitled:") else (self.folder / name).as_uri()

    def _name(self, uri: str) -> str:
        return uri.removeprefix(self.folder.as_uri() + "/")

    # -- the pipes

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            if not line:
                self.heard.put(None)
                return
            self.heard.put(json.loads(stream.read(length)))

    def _said(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()
