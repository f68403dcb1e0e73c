"""Sessions with the language server as transcripts: what a person does, and what the editor shows.

Lines that begin with `>` are what the person does, those with `|` are texts of files, and all
others below them are what comes back. Places are named by a text, with the cursor at `^`.
"""

from __future__ import annotations

import queue
import subprocess
from typing import TYPE_CHECKING, Any, Final

from lsp_client import PATIENCE, Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUIET: Final = 8.0
"""Seconds without a message after which a story that is written again takes what is shown."""
SEVERITIES: Final = {1: "error", 2: "warning", 3: "info"}


class Session:
    """One story: each step is carried out, and its answer is compared or written."""

    def __init__(self, folder: Path, text: str, *, update: bool) -> None:
        self.folder = folder
        self.update = update
        self.texts: dict[str, str] = {}
        self.steps: list[tuple[str, list[str], list[str]]] = []
        self.head: list[str] = []
        for line in text.splitlines():
            if line.startswith("> "):
                self.steps.append((line[2:], [], []))
            elif not self.steps:
                self.head.append(line)
            elif line.startswith("  | ") or line == "  |":
                self.steps[-1][1].append(line[4:])
            elif line.strip():
                self.steps[-1][2].append(line[2:])

    def told(self) -> str:
        """The transcript as it goes now."""
        client: Client | None = None
        lines = list(self.head)
        try:
            for command, given, wanted in self.steps:
                lines += [f"> {command}", *(f"  | {line}".rstrip() for line in given)]
                verb, _, rest = command.partition(" ")
                if verb == "write":
                    path = self.folder / rest
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text("".join(f"{line}\n" for line in given), encoding="utf-8")
                    shown: list[str] = []
                elif verb == "git":
                    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
                    subprocess.run([*git, *rest.split()], cwd=self.folder, check=True)
                    shown = []
                elif verb == "start":
                    client = Client(self.folder, after=tuple(rest.split()[1:])).__enter__()
                    shown = []
                else:
                    assert client is not None
                    shown = self._asked(client, verb, rest, wanted)
                lines += [f"  {line}".rstrip() for line in shown]
                lines += [""] if shown else []
        finally:
            if client is not None:
                client.__exit__()
        return "\n".join(lines).rstrip() + "\n"

    def _asked(self, client: Client, verb: str, rest: str, wanted: list[str]) -> list[str]:
        name, _, said = rest.partition(" ")
        if verb == "open":
            self.texts[name] = (self.folder / name).read_text(encoding="utf-8")
            client.open(name)
            return []
        if verb == "edit":
            before, after = said.replace("\\n", "\n").split(" => ")
            assert self.texts[name].count(before) == 1, said
            self.texts[name] = self.texts[name].replace(before, after)
            client.edit(name, self.texts[name])
            return []
        if verb == "problems":
            return self._until(client, wanted, lambda: _problems(client))
        if verb == "warning":
            return self._until(client, wanted, lambda: client.complaints[-1:])
        what = {
            "complete": self._completed,
            "hover": self._hovered,
            "rename": self._renamed,
            "uses": self._used,
        }[verb]
        return what(client, name, said)

    def _until(
        self, client: Client, wanted: list[str], shown: Callable[[], list[str]]
    ) -> list[str]:
        """What the editor shows once that is what is wanted, or nothing else comes."""
        while self.update or shown() != wanted:
            try:
                client.wait(lambda _: True, QUIET if self.update else PATIENCE)
            except queue.Empty:
                break
        return shown()

    def _at(self, client: Client, name: str, said: str) -> dict[str, Any]:
        mark = said.index("^")
        text = self.texts.get(name) or (self.folder / name).read_text(encoding="utf-8")
        assert text.count(said.replace("^", "")) == 1, said
        offset = text.index(said.replace("^", "")) + mark
        line = text.count("\n", 0, offset)
        return client.at(name, line, offset - (text.rfind("\n", 0, offset) + 1))

    def _completed(self, client: Client, name: str, said: str) -> list[str]:
        found = client.request("textDocument/completion", self._at(client, name, said))
        items = sorted(found["items"], key=lambda each: str(each["sortText"]))
        return [f"{each['label']}  {each.get('detail') or ''}".rstrip() for each in items]

    def _hovered(self, client: Client, name: str, said: str) -> list[str]:
        found = client.request("textDocument/hover", self._at(client, name, said))
        return [] if found is None else found["contents"]["value"].split("\n")

    def _used(self, client: Client, name: str, said: str) -> list[str]:
        place = {**self._at(client, name, said), "context": {"includeDeclaration": True}}
        found = client.request("textDocument/references", place)
        at = [(each["uri"], each["range"]["start"]) for each in found]
        return sorted(
            f"{uri.removeprefix(self.folder.as_uri() + '/')}:{start['line'] + 1}:"
            f"{start['character'] + 1}"
            for uri, start in at
        )

    def _renamed(self, client: Client, name: str, said: str) -> list[str]:
        needle, _, new = said.partition(" => ")
        try:
            found = client.request(
                "textDocument/rename", {**self._at(client, name, needle), "newName": new}
            )
        except AssertionError as refused:
            return [f"refused: {refused.args[0]['message']}"]
        lines = []
        for uri, edits in sorted(found["changes"].items()):
            path = uri.removeprefix(self.folder.as_uri() + "/")
            text = self.texts.get(path) or (self.folder / path).read_text(encoding="utf-8")
            rows = text.split("\n")
            for edit in sorted(edits, key=lambda each: str(each["range"])):
                start, end = edit["range"]["start"], edit["range"]["end"]
                row = rows[start["line"]]
                after = row[: start["character"]] + edit["newText"] + row[end["character"] :]
                lines += [f"{path}:{start['line'] + 1}: {each}" for each in after.split("\n")]
        return lines


def _problems(client: Client) -> list[str]:
    return [
        f"{name}:{at['line'] + 1}:{at['character'] + 1}: {SEVERITIES[each['severity']]}: "
        f"{line} [{each['code']}]"
        for name, problems in sorted(client.problems.items())
        for each in problems
        for at in [each["range"]["start"]]
        for line in [each["message"].replace("\n", "; ")]
    ] or ["none"]
