"""The page of `mmctl play` over the files of a project, and the cases that it writes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.messages.record import Recorder
from mmctl.cli.run import refuse_outside
from mmctl.cli.run_profiles import with_run_profiles
from mmctl.errors import CouldNot, Refused, UsageError
from mmctl.inputs import read_file, resolved
from mmctl.language.parsing.files import CALLED_YAML, DiskFiles, MemoryFiles, leaves_project
from mmctl.patterns import Pattern
from mmctl.serve.play.bench import Bench
from mmctl.serve.play.judged import Player
from mmctl.serve.play.page import PlayPage
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.serve.page.entry import PageEntry
    from mmctl.serve.page.page import StoredSubmission
    from mmctl.serve.play.asked import PlayQuestion
    from mmctl.serve.play.bench import OnDisk
    from mmctl.serve.play.judged import Played

_WILD: Final = Pattern(r"[*?\[].*")


def bench_of(run: Run) -> Bench:
    """The rules of the project of a run, read when somebody asks."""
    return Bench(str(run.root), run.sources, run.environment, with_run_profiles)


def play_page(
    run: Run,
    *,
    entry: PageEntry,
    wait: Callable[[float], bool],
    mail: Callable[[str], StoredSubmission | None] | None = None,
) -> PlayPage:
    """The page of the project of a run; `mail` has the messages of a page beside it."""
    bench = bench_of(run)
    player = Player(bench, run.read_file)
    return PlayPage(
        player,
        entry=entry,
        today=_day_of(run),
        wait=wait,
        save=lambda played, asked: save_case(run, bench.on_disk(), played, asked),
        mail=mail,
    )


def _day_of(run: Run) -> Callable[[], date]:
    """The day in UTC whenever it is asked: a page stays open over midnight."""
    stated = run.today if run.today != world.now().date() else None
    return lambda: stated or world.now().date()


def save_case(run: Run, disk: OnDisk, played: Played, asked: PlayQuestion) -> Sequence[str]:
    """Write what happened as a case in a new file below a case folder; the paths written.

    Where those folders are is what the files say (`disk`), whatever was edited on the page.

    Raises:
        UsageError: the file would be elsewhere, or nothing can be expected.
        Refused: the file exists.
        CouldNot: the rules cannot be used.
    """
    if played.simulated is None or played.project is None:
        raise CouldNot("nothing was judged", help="fix the problems that the page shows first")
    if disk.rules.project is None:
        raise CouldNot(
            "the files on disk do not say where cases are",
            help="fix their problems first: mmctl lint",
        )
    patterns = disk.rules.project.settings.cases
    refuse_elsewhere(run, patterns, asked.file)
    called = asked.called.strip()
    if not called:
        raise UsageError("the case has no name", help="name it after what it shows")
    if visible(called) != called:
        raise UsageError(
            "the name of the case has characters that cannot be seen, or line breaks",
            help="name it in one line",
        )
    recorder = Recorder(
        run=run,
        project=played.project,
        way=played.way,
        target=str(run.root.absolute() / asked.file),
    )
    recorder.check()
    recorder.see(
        played.simulated,
        played.content,
        name=called,
        scenario=played.scenario,
        written=played.written,
    )
    for path, content in list(recorder.messages.items()):
        if _holds(run.root / path, content):
            del recorder.messages[path]  # an earlier case has the same message
    for path in recorder.messages:
        refuse_elsewhere(run, patterns, path, case=False)
    recorder.write()
    return (asked.file, *recorder.messages)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and read_file(path, at_most=len(content)) == content


def refuse_elsewhere(run: Run, patterns: Sequence[str], file: str, *, case: bool = True) -> None:
    """Refuse a file that is not a new one below a folder of cases; `case`: it has a case itself.

    Raises:
        UsageError: it is elsewhere.
        Refused: it exists.
    """
    folders = [folder for each in patterns if (folder := _WILD.sub("", each).rpartition("/")[0])]
    where = ", ".join(f"`{folder}/`" for folder in folders)
    parts = posixpath.normpath(file).split("/")
    plain = (
        bool(file)
        and posixpath.normpath(file) == file
        and not leaves_project(file)
        and visible(file) == file
        and "\\" not in file
        and not any(part.startswith(".") for part in parts)
    )
    if not plain or not any(file.startswith(f"{folder}/") for folder in folders):
        raise UsageError(
            f"`{file}` is not below a folder of cases",
            help=f"name a new file below {where}"
            if where
            else "name one in `cases` of mmctl.yaml: cases: [cases/**/*.yaml]",
        )
    matches = any(MemoryFiles({file: ""}).matching(pattern) for pattern in patterns)
    if case and not (matches and CALLED_YAML.search(file)):
        raise UsageError(
            f"`{file}` would not be loaded as a file of cases",
            help=f"`cases:` of the project names {', '.join(patterns)}",
        )
    if resolved(run.root / file) != resolved(run.root) / file:
        raise UsageError(f"a link is on the way to `{file}`", help="name a file without links")
    if (run.root / file).exists():
        raise Refused(
            f"`{file}` exists", why="mmctl does not overwrite cases", help="name another file"
        )
    refuse_outside(run.root, DiskFiles.below(run.root))
