"""Where a project begins: the folder with the project file. Imported before everything else."""

from __future__ import annotations

import os
from typing import Final

PROJECT_FILE: Final = "mmctl.yaml"


def root_of(path: str) -> str | None:
    """The nearest folder with a project file, from an absolute path upward; None: there is none."""
    folder = path
    while not os.path.isfile(os.path.join(folder, PROJECT_FILE)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder
