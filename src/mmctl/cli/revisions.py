"""Projects as they are in a git revision: read from `git archive`, nothing is checked out."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def project_at(root: Path, revision: str) -> Iterator[Path]:
    """A folder with the files below `root` as they are in a git revision, while the block runs.

    Raises:
        UsageError: there is no such revision, or no git.
    """
    name = f"{revision}^{{commit}}"
    commit = git(root, revision, "rev-parse", "--verify", "--end-of-options", name)
    # In a folder below the top, `git archive` packs that folder alone, named from there.
    archive = git(root, revision, "archive", "--format=tar", commit.decode().strip())
    with tempfile.TemporaryDirectory(prefix="mmctl-") as folder:
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            # Python before 3.11.4 knows no filters; `git archive` packs no path that needs one.
            files.extraction_filter = getattr(tarfile, "data_filter", None)
            files.extractall(folder)  # noqa: S202 - filtered
        yield Path(folder)


def git(folder: Path, revision: str, *arguments: str) -> bytes:
    """What git prints.

    Raises:
        UsageError: it fails on the revision, or is not installed.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - git itself, no shell
    except FileNotFoundError:
        raise UsageError(f"git is not installed, and the revision `{revision}` needs it") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise UsageError(
            f"the git revision `{revision}` cannot be read", help=f"git says: {said}"
        ) from None
