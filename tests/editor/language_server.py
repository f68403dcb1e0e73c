"""yaml-language-server, driven as an editor drives it: JSON-RPC over its standard streams.

The Language Server Protocol: https://microsoft.github.io/language-server-protocol/.
"""

from __future__ import annotations

import json
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path


LONGEST: Final = 300
"""Seconds that a server may live."""


class LanguageServer:
    """A server for one folder, with the settings that the editor has for it."""

    def __init__(self, command: list[str], folder: Path, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._number = 0
        self._versions: dict[str, int] = {}
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        # Whatever is waited for: a server that hangs ends, and with it the waiting.
        self._watch = threading.Timer(LONGEST, self._process.kill)
        self._watch.start()
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": True}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {},
            },
        }
        uri = folder.as_uri()
        self.ask(
            "initialize",
            processId=None,
            rootUri=uri,
            capabilities=capabilities,
            workspaceFolders=[{"uri": uri, "name": folder.name}],
        )
        self._notify("initialized")
        self._notify("workspace/didChangeConfiguration", settings={"yaml": settings})

    def close(self) -> None:
        """Ask the server to end, and see that it does."""
        self.ask("shutdown")
        self._notify("exit")
        self._process.wait(timeout=120)
        self._watch.cancel()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def problems(self, path: Path, text: str) -> list[dict[str, Any]]:
        """What the server finds wrong with a text, in a file that need not be there."""
        self._diagnostics.pop(path.as_uri(), None)
        self._write(path, text)
        while path.as_uri() not in self._diagnostics:
            self._receive()
        return self._diagnostics[path.as_uri()]

    def at(self, method: str, path: Path, text: str, line: int, column: int) -> Any:
        """Ask about a place of a text, which counts from 1 as mmctl does."""
        self.problems(path, text)
        return self.ask(
            method,
            textDocument={"uri": path.as_uri()},
            position={"line": line - 1, "character": column - 1},
        )

    def _write(self, path: Path, text: str) -> None:
        """Open a file, or change it as somebody who types does."""
        uri = path.as_uri()
        self._versions[uri] = version = self._versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self._notify("textDocument/didOpen", textDocument=document)
        else:
            document = {"uri": uri, "version": version}
            changes = [{"text": text}]
            self._notify("textDocument/didChange", textDocument=document, contentChanges=changes)

    def ask(self, method: str, **parameters: Any) -> Any:
        """The result of a request."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            answer = self._receive()
            if answer.get("id") == number and "method" not in answer:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _notify(self, method: str, **parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message; what the server asks for is answered."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._wanted(message)})
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def _wanted(self, request: dict[str, Any]) -> Any:
        if request["method"] != "workspace/configuration":
            return None
        sections = [item.get("section") for item in request["params"]["items"]]
        return [self._settings if section == "yaml" else {} for section in sections]
