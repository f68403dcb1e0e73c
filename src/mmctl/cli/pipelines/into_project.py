"""The files of a pipeline into a project that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.pipelines.made import pipeline_of_project
from mmctl.cli.pipelines.written import is_as_written
from mmctl.errors import Refused, UsageError
from mmctl.writing import write_together

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.pipelines.made import CiServer
    from mmctl.cli.run import Run

_BOT: Final = ".github/dependabot.yml"


def write_pipeline(run: Run, server: CiServer, source: str | None, plain: bytes) -> int:
    """Write the files of a pipeline, all or none.

    `plain` is the workflow of a project that was made without a pipeline, which gives way.

    Raises:
        Refused: a file is there that mmctl did not write, or that was changed since.
        UsageError: they cannot be written.
    """
    made = pipeline_of_project(server, run.project(), run.read_file, source)
    contents = dict(made.contents)
    changed = [path for path in contents if _is_of_others(run, path, plain)]
    if _BOT in changed:
        # These settings are about the whole repository, and people have their own.
        changed.remove(_BOT)
        del contents[_BOT]
        run.say(f"{_BOT} is there already and stays: see that it has github-actions")
    if changed:
        raise Refused(
            "somebody wrote or changed " + ", ".join(f"`{path}`" for path in changed),
            why="mmctl overwrites only what it has written itself",
            help="move it away, run this again, and take over what you changed",
        )
    try:
        for path in contents:
            (run.root / path).parent.mkdir(parents=True, exist_ok=True)
        write_together({run.root / path: content for path, content in contents.items()})
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write to `{run.root}`: {reason}") from None
    for path in contents:
        run.say(f"wrote {run.root / path}")
    if source is None:
        run.say("the source of mmctl for CI is unknown: the pipeline says what to set")
    for note in made.notes:
        run.say(note)
    top = _repository_above(run.root)
    if top is not None:
        run.say(
            f"note: a server reads pipelines at the top of the repository alone, `{top}`: move the "
            "files there, and give each mmctl in them `-C` with this folder"
        )
    run.say(
        "next: the roles of its jobs (mmctl plan --iam trust), and the approval: the page on CI in "
        "mmctl's manual"
    )
    return 0


def _repository_above(root: Path) -> Path | None:
    """The top of the repository that a folder is below; None: it is the top, or in none."""
    if (root / ".git").exists():
        return None
    return next((folder for folder in root.absolute().parents if (folder / ".git").exists()), None)


def _is_of_others(run: Run, path: str, plain: bytes) -> bool:
    try:
        there = (run.root / path).read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from None
    return there != plain and not is_as_written(there.decode(errors="replace"))
