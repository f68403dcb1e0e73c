"""Run `mmctl` until it opens the first file of the folder that it runs in, and end there."""

from __future__ import annotations

import os
import sys

FOLDER = os.getcwd()  # noqa: PTH109 - `pathlib` would be imported before its time
OWN = os.path.join(FOLDER, ".mmctl")  # noqa: PTH118 - what mmctl itself keeps there
NEVER = 3


def opened(event: str, arguments: tuple[object, ...]) -> None:
    """End the process where a file of the project is opened."""
    path = arguments[0] if event == "open" else None
    if isinstance(path, str) and path.startswith(FOLDER) and not path.startswith(OWN):
        os._exit(0)


if __name__ == "__main__":
    from mmctl.cli.start import run_to_exit

    sys.addaudithook(opened)
    try:
        run_to_exit()
    except SystemExit:
        sys.exit(NEVER)
