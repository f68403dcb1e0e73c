"""`mmctl lsp`: the language server, for editors, on stdin and stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mmctl import __version__
from mmctl.cli import world
from mmctl.cli.printing import behind
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.language.parsing.files import Files


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


def lsp(run: Run) -> int:
    """Serve an editor: problems while you type, and what it asks for.

    Speaks the Language Server Protocol on stdin and stdout; editors start it.
    It reads the files that are open and the projects around them.
    It runs no command, asks no network, and reads no credentials.
    """
    if world.is_terminal(world.standard_input()):
        raise UsageError(
            "`mmctl lsp` talks to an editor, and stdin is a terminal",
            help="name the command `mmctl lsp` in the settings of the editor",
        )
    from mmctl.editor.features import FEATURES
    from mmctl.editor.server import EditorServer, serve

    stated = run.today if run.today != world.now().date() else None
    server = EditorServer(
        __version__,
        _Disk(),
        lambda: stated or world.now().date(),  # an editor stays open over midnight
        environment=run.environment,
    )
    serve(server, FEATURES)
    output = behind(sys.stdout).buffer
    sys.stdout = sys.stderr
    server.start_io(world.standard_input_bytes(), output)
    return 0
