"""`mmctl watch`: on every save, the problems, the cases and what a plan would change."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli import world
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

    from mmctl.render.text.watch import WatchedSave
    from mmctl.serve.file_changes import Changed, FileChanges

_NO_SCREEN: Final = ("dumb", "unknown")
_HOME: Final = "\x1b[H"
_CLEAR: Final = "\x1b[2J"
_END_OF_LINE: Final = "\x1b[K"
_END_OF_SCREEN: Final = "\x1b[J"


def watch(
    run: Run,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="What the plan is against: git:REV, live (read once), a folder, a plan file or a "
            "snapshot's id. Default: the last commit, else the files at the start.",
            metavar="STATE",
        ),
    ] = None,
) -> int:
    """Look again on every save: problems, cases, and what a plan would change. Ctrl-C ends.

    A terminal shows the last save on one screen; a pipe or file gets the lines of each save.
    Nothing is written to the project or to a service.
    """
    from mmctl.cli.files.save_rounds import SaveRounds
    from mmctl.serve.file_changes import FileChanges

    run = replace(run, directory=run.root)  # a folder that is made again is found by its name
    rounds = SaveRounds(run, against)
    face = _Screen(run) if _is_screen(run) else _LinesOfSave(run)
    with stoppable(by_hangup=True):
        try:
            with FileChanges(run.root, matters=rounds.matters) as changes:
                changed: Changed = frozenset()
                while True:
                    whole = _shown(rounds.round(changed), face, changes)
                    newer = changes.wait()
                    changed = newer if whole else newer | changed
        except KeyboardInterrupt:
            run.say("stopped")
    return 0


def _shown(
    round_: Iterator[WatchedSave], face: _Screen | _LinesOfSave, changes: FileChanges
) -> bool:
    """Show what a round finds; false if a newer save took its place."""
    for save in round_:
        if changes.pending and save.under_way is not None:
            return False
        face.show(save)
    return True


def _is_screen(run: Run) -> bool:
    """Whether results go to a terminal whose cursor can move."""
    terminal = (world.variable("TERM") or "").lower()
    return run.output is None and world.is_terminal(sys.stdout) and terminal not in _NO_SCREEN


class _Screen:
    """Draws each state of a save over the one before it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._begun = False

    def show(self, save: WatchedSave) -> None:
        """Draw what is known."""
        from mmctl.render.text.watch import screen_of

        size = world.terminal_size(sys.stdout)
        lines = screen_of(save, self._run.console(), width=size.columns, height=size.lines)
        painted = [self._run.rendered(line).removesuffix("\n") for line in lines]
        text = f"{_END_OF_LINE}\n".join(painted) + f"{_END_OF_LINE}\n{_END_OF_SCREEN}"
        self._run.write_passed((_HOME if self._begun else _CLEAR + _HOME) + text)
        self._begun = True
        sys.stdout.flush()


class _LinesOfSave:
    """Writes the lines of each save once all of it is known."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def show(self, save: WatchedSave) -> None:
        """Write what is known, unless more follows."""
        from mmctl.render.text.watch import text_of

        if save.under_way is None:
            self._run.show(text_of(save, width=self._run.columns()))
            sys.stdout.flush()
