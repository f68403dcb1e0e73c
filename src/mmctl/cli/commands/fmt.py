"""`mmctl fmt`: put files into mmctl's layout."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli import world
from mmctl.cli.exit_codes import USAGE
from mmctl.cli.result_table import LAYOUT, write
from mmctl.cli.run import Run
from mmctl.counted import counted
from mmctl.errors import UsageError
from mmctl.inputs import RULES_AT_MOST, read_stream, read_text, resolved
from mmctl.records import dataclass
from mmctl.visible import visible
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

    from mmctl.language.parsing.parsed_files import Parsed
    from mmctl.problem import Problem

_STDIN: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormattedFile:
    """A file before and after formatting."""

    name: str
    path: Path
    before: str
    after: str
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> bool:
        return self.before != self.after


def fmt(
    run: Run,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders, or `-` for stdin. Default: the project."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 where files would change.")
    ] = False,
) -> int:
    """Write files in the canonical layout, comments kept."""
    if paths and [str(path) for path in paths] == [_STDIN]:
        return _stdin(run)
    if paths:
        from mmctl.cli.in_place.files import refuse_in_place

        refuse_in_place(run.directory, [str(path) for path in paths], None, "fmt writes rule files")
    files = [_formatted(*each) for each in _found(run, paths or [])]
    changed = [file for file in files if file.changes]
    if not check:
        for file in changed:
            _replace(file)
    write(run, LAYOUT, Laid(files=files, written=not check))
    if any(file.problems for file in files):
        return USAGE
    return int(check and bool(changed))


def _stdin(run: Run) -> int:
    from mmctl.language.parsing.files import Unreadable, decode

    try:
        text = decode(read_stream(world.standard_input_bytes(), at_most=RULES_AT_MOST), _STDIN)
    except OSError as error:
        raise UsageError(f"cannot read stdin: {error.strerror}") from None
    except Unreadable as error:
        raise UsageError(f"cannot read stdin: {error.problem.message}") from None
    from mmctl.language.formatting.format import formatted

    result = formatted(text, file=_STDIN)
    # Print what cannot be formatted unchanged: editors replace the buffer with the output.
    run.write_exactly(result.text)
    _show_problems(run, result.problems, {_STDIN: text})
    return USAGE if result.problems else 0


def _found(run: Run, paths: list[Path]) -> Iterator[tuple[str, Path, Parsed | None]]:
    """Each file once, by the name that the user knows, parsed if it already is."""
    if not paths:
        sources = run.sources()
        project, _ = sources.read(run.environment)
        parsed = sources.parsed.parsed
        for name in sorted(project.files):
            # A folder without a project file may hold YAML of other tools.
            if project.settings.file is not None or _is_ours(run.root / name):
                yield name, run.root / name, parsed.get(name)
        return
    done: set[Path] = set()
    for path in paths:
        whole = run.directory / path
        if not whole.exists():
            raise UsageError(f"there is no `{path}`")
        below = sorted(_below(whole)) if whole.is_dir() else [whole]
        for file in below:
            if resolved(file) not in done:
                done.add(resolved(file))
                name = str(path / file.relative_to(whole) if whole.is_dir() else path)
                yield name, file, None


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(parent) / name
            if file.suffix in {".yaml", ".yml"} and _is_ours(file):
                yield file


def _is_ours(file: Path) -> bool:
    """Whether a file in a folder says that it is an mmctl file, or cannot say anything."""
    from mmctl.language.text.compose import compose
    from mmctl.language.text.nodes import Mapping, Scalar

    try:
        text = read_text(file, at_most=RULES_AT_MOST).removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError):
        return True
    node, problems = compose(text, file=file.name)
    if node is None:
        return bool(problems)
    version = node.get("version") if isinstance(node, Mapping) else None
    return isinstance(version, Scalar) and version.text == "1"


def _formatted(name: str, path: Path, parsed: Parsed | None) -> _FormattedFile:
    from mmctl.language.formatting.format import formatted
    from mmctl.language.parsing.files import DiskFiles, Unreadable, decode, no_larger

    try:
        before = decode(no_larger(DiskFiles(path.parent).read(path.name), name), name)
    except Unreadable as error:
        return _FormattedFile(name=name, path=path, before="", after="", problems=(error.problem,))
    composed = None
    if parsed is not None and parsed.text == before:
        composed = parsed.node, parsed.problems
    result = formatted(before, file=name, composed=composed)
    return _FormattedFile(
        name=name, path=path, before=before, after=result.text, problems=result.problems
    )


def _replace(file: _FormattedFile) -> None:
    try:
        write_whole(file.path, file.after)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{file.name}`: {reason}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Files in the canonical layout, and whether they were written."""

    files: list[_FormattedFile]
    written: bool


def document(_run: Run, laid: Laid) -> dict[str, object]:
    """The files that were or would be written, as `mmctl/fmt@1`."""
    return {
        "schema": "mmctl/fmt@1",
        "written": laid.written,
        "files": [
            {
                "file": file.name,
                "changes": file.changes,
                "problems": [
                    {
                        "line": problem.position.line,
                        "column": problem.position.column,
                        "message": problem.message,
                    }
                    for problem in file.problems
                ],
            }
            for file in laid.files
        ],
    }


def human(run: Run, laid: Laid) -> None:
    """A diff if nothing was written or a flag asks for it; the counts go to stderr."""
    files, check = laid.files, not laid.written
    changed = [file for file in files if file.changes]
    if check or run.verbose:
        run.write("".join(line for file in changed for line in _diff(file)))
    problems = tuple(problem for file in files for problem in file.problems)
    _show_problems(run, problems, {file.name: file.before for file in files})
    if run.verbose:
        for file in files:
            for line in _sizes(file):
                run.say(line)
    for file in changed:
        run.say(f"{'would change' if check else 'changed'} {file.name}")
    run.say(f"{counted(len(files), 'file')}, {len(changed)} {'to change' if check else 'changed'}")


def _sizes(file: _FormattedFile) -> Iterator[str]:
    from mmctl.language.formatting.format import sizes

    for position, written, count in sizes(file.after, file=file.name):
        yield f"{position}: {written} is {count} bytes"


def _diff(file: _FormattedFile) -> Iterator[str]:
    before, after = file.before.splitlines(keepends=True), file.after.splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, visible(file.name), visible(file.name)):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _show_problems(run: Run, problems: tuple[Problem, ...], files: dict[str, str]) -> None:
    if problems:
        from mmctl.render.text.problems import human

        run.errors().print(human(problems, files), end="")
