"""`mmctl lsp`: the language server, for editors, on stdin and stdout."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

from mmctl import __version__
from mmctl.cli import world
from mmctl.cli.printing import behind
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.inputs import MIB
from mmctl.visible import visible

if TYPE_CHECKING:
    from typing import BinaryIO

    import typer

    from mmctl.checks.company.held import BaseRules
    from mmctl.language.parsing.files import Files

_HEADER_AT_MOST: Final = 1024
_MESSAGE_AT_MOST: Final = 64 * MIB
"""Four times the largest rule file: JSON takes more room than the text in it."""


class _Disk:
    """The files of this machine, read as `mmctl lint` reads them."""

    def root_of(self, path: str) -> str | None:
        """The folder of the project that an absolute path is in; None: there is none."""
        from mmctl.language.parsing.root import root_of

        return root_of(path)

    def below(self, root: str) -> Files:
        """The files of a folder."""
        from mmctl.language.parsing.files import DiskFiles

        return DiskFiles.below(Path(root))


class _OneLine(logging.Formatter):
    """A message of the protocol's library in one line: what went wrong, without our source."""

    def format(self, record: logging.LogRecord) -> str:
        """The first line, and which exception there was."""
        fault = record.exc_info[1] if record.exc_info else None
        said = record.getMessage().partition("\n")[0]
        return visible(f"mmctl lsp: {said}" + (f": {fault!r}" if fault is not None else ""))


class _Editor:
    """What an editor says, line by line or in a length that it names first."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line of a header; of an overlong one a part."""
        return self._stream.readline(_HEADER_AT_MOST)

    def read(self, length: int) -> bytes:
        """The next bytes.

        Raises:
            UsageError: there are said to be more than any text of a project has.
        """
        if length > _MESSAGE_AT_MOST:
            raise UsageError(
                f"the editor announced a message of {length:,} bytes, more than "
                f"{_MESSAGE_AT_MOST // MIB} MiB",
                help="start the server again; what speaks to it must count bytes as LSP says",
            )
        return self._stream.read(length)


class _Bases:
    """What a revision demands of each project, as long as it is the same commit."""

    def __init__(self, revision: str) -> None:
        self._revision = revision
        self._known: dict[str, tuple[str | None, BaseRules | None]] = {}

    def of(self, root: str) -> BaseRules | None:
        """What it demands of the project in a folder.

        Raises:
            UsageError: it cannot be read, or has no project there.
        """
        from mmctl.cli.changes.base_rules import base_rules
        from mmctl.cli.changes.trusted_base import base_of
        from mmctl.language.parsing.root import PROJECT_FILE

        base = base_of(Path(root), self._revision)
        if base is not None and base.unreadable is not None:
            fetch = None if base.fetch is None else f"fetch it: {base.fetch}"
            raise UsageError(base.unreadable, help=fetch)
        if base is not None and base.settings is None:
            raise UsageError(f"`{base.name}` has no `{PROJECT_FILE}` here, or not in this clone")
        commit = None if base is None else base.commit
        if root not in self._known or self._known[root][0] != commit:
            self._known[root] = commit, base_rules(Path(root), base)
        return self._known[root][1]


def lsp(
    run: Run,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            help="The git revision whose company rules (`lint: {forbid, require}`) count too. "
            "Default: none.",
            metavar="REV",
        ),
    ] = None,
) -> int:
    """Serve an editor: problems while you type, and what it asks for.

    Speaks the Language Server Protocol on stdin and stdout; editors start it.
    It reads the files that are open and the projects around them.
    It runs no command, asks no network, and reads no credentials; git only for --base.
    """
    if world.is_terminal(world.standard_input()):
        raise UsageError(
            "`mmctl lsp` talks to an editor, and stdin is a terminal",
            help="name the command `mmctl lsp` in the settings of the editor",
        )
    from mmctl.editor.features import FEATURES
    from mmctl.editor.server import EditorServer, serve

    if base is not None:  # where a clone has not all objects, git would fetch them
        world.set_variable("GIT_ALLOW_PROTOCOL", "none")
    stated = run.today if run.today != world.now().date() else None
    server = EditorServer(
        __version__,
        _Disk(),
        lambda: stated or world.now().date(),  # an editor stays open over midnight
        environment=run.environment,
        base_of=None if base is None else _Bases(base).of,
    )
    serve(server, FEATURES)
    output = behind(sys.stdout).buffer
    sys.stdout = sys.stderr
    logged = logging.StreamHandler(sys.stderr)
    logged.setFormatter(_OneLine())
    logging.getLogger("pygls").addHandler(logged)
    # It asks for these two methods alone.
    server.start_io(cast("BinaryIO", _Editor(world.standard_input_bytes())), output)
    return server.exit_code
