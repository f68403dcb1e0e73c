"""What `lint` reads: projects, single files, stdin and git revisions, each for all environments."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.run import refuse_outside
from mmctl.cli.target_branch import target_branch
from mmctl.errors import UsageError
from mmctl.inputs import (
    DOCUMENT_AT_MOST,
    RULES_AT_MOST,
    read_file,
    read_stream,
    read_text,
    resolved,
)
from mmctl.language.parsing.root import root_of
from mmctl.problem import ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.checks.company.held import BaseRules
    from mmctl.cli.run import Run
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.parsing.load import Sources
    from mmctl.language.parsing.seen import Seen
    from mmctl.language.project import Project
    from mmctl.problem import Problem

STDIN: Final = "-"
_LONE: Final = "lone.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A fix, with its file as it is on disk."""

    path: Path
    fix: Fix


@dataclass(frozen=True, slots=True)
class Linted:
    """The problems that were found, and the texts of the files that they are in."""

    problems: tuple[Problem, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    repairs: dict[Problem, Repair] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)
    """What company rules say, by id."""
    packed: tuple[str, ...] = ()
    """How rule sets fit that are packed: a line for each."""
    projects: tuple[Project, ...] = ()
    """The project in each environment; none: its files say too little, or it is not one project."""
    parameters: tuple[str, ...] = ()
    """What can be given a value in files of another tool: their parameters."""
    seen: Seen | None = None
    """Everything that the answer depends on, if that is one folder."""


def linted(
    run: Run, paths: Sequence[str], base: str | None = None, form: str | None = None
) -> Linted:
    """Lint what the paths name, or the whole project if there are no paths.

    Files of another tool are known by their content; `form` says of which tool all of them are.

    Projects are held to the company rules of the revision `base` too, or of the branch that a CI
    server merges into.

    Raises:
        UsageError: a path does not exist or cannot be read, or the base cannot be read, or no file
            has a parameter that is given a value.
    """
    from mmctl.language.parsing.files import DiskFiles

    if not paths:
        refuse_outside(run.root, DiskFiles.below(run.root))
        return _project(run, run.root, base=_base(run, run.root, base))
    from mmctl.cli.in_place.files import contents_of
    from mmctl.cli.in_place.linted import files_in_place

    parts, ours = files_in_place(run.directory, paths, form)
    elsewhere = [_in_place(run, tool, contents_of(run.directory, files)) for tool, files in parts]
    found = _joined([*elsewhere, *(_path(run, path, base, form) for path in ours)])
    if run.parameters:
        from mmctl.interchange.infrastructure.given import check_given

        check_given(run.parameters, found.parameters)
    return found


def _in_place(run: Run, tool: str, contents: dict[str, bytes]) -> Linted:
    from mmctl.cli.in_place.linted import linted_in_place

    around, _ = run.without_rules()
    found = linted_in_place(contents, tool, around, run.today, run.packings, run.parameters)
    return Linted(found.problems, dict(found.texts), parameters=found.parameters)


def _base(run: Run, root: Path, named: str | None) -> BaseRules | None:
    if named is None and target_branch() is None:
        return None
    from mmctl.cli.changes.base_rules import rules_of_base

    return rules_of_base(run, root, named)


def linted_at(
    run: Run, revision: str, paths: Sequence[str], form: str | None = None
) -> tuple[Problem, ...]:
    """All problems of the projects that the paths are in, as of a git revision.

    Raises:
        UsageError: there is no such revision, or no git.
    """
    from mmctl.cli.in_place.linted import files_in_place

    parts, ours = files_in_place(run.directory, paths, form)
    places = _places(run, ours) if ours or not parts else ()
    found = [
        *(_in_place_before(run, tool, files, revision) for tool, files in parts),
        *(
            _before(run, folder, name, revision)
            for folder, name in dict.fromkeys(places if paths else [(run.root, None)])
        ),
    ]
    return tuple(problem for problems in found for problem in problems)


def _in_place_before(
    run: Run, tool: str, files: Sequence[str], revision: str
) -> tuple[Problem, ...]:
    """The problems of another tool's files in a revision; of one that was not there: none."""
    from mmctl.cli.changes.revisions import file_at, git

    git(run.directory, revision, "rev-parse", "--verify", "--end-of-options", revision)
    contents = {}
    for file in files:
        with suppress(UsageError):
            contents[file] = file_at(run.directory, revision, file)
    return _in_place(run, tool, contents).problems if contents else ()


def _places(run: Run, paths: Sequence[str]) -> Iterator[tuple[Path, str | None]]:
    """The folder of each path: of its project, or its own with its name if it has no project."""
    for name in paths:
        if name == STDIN:
            raise UsageError("`--changed-since` compares files, and stdin is not a file")
        path = run.directory / name
        above = root_of(str(resolved(path)))
        if above is not None:
            yield Path(above), None
        elif path.is_dir():
            yield path, None
        else:
            yield path.parent, name


def _before(run: Run, folder: Path, name: str | None, revision: str) -> tuple[Problem, ...]:
    from mmctl.cli.changes.revisions import project_at

    with project_at(folder, revision) as past:
        try:
            if name is None:
                return _project(run, folder, read=past).problems
            text = read_file(past / Path(name).name, at_most=RULES_AT_MOST)
            return _lone(run, name, _decoded(text, name)).problems
        except (UsageError, OSError):
            # There was nothing to lint at that time, so every problem is new.
            return ()


def reported(file: Path) -> tuple[Problem, ...]:
    """The problems of an earlier report.

    Raises:
        UsageError: the file cannot be read, or is not a lint report.
    """
    from mmctl.checks.baseline import known_problems

    advice = f"write one with `mmctl lint --format json -o {file}`"
    try:
        return known_problems(read_text(file, at_most=DOCUMENT_AT_MOST))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"the baseline `{file}` cannot be read: {reason}", help=advice) from None
    except ValueError:
        raise UsageError(f"`{file}` is not a report of `mmctl lint`", help=advice) from None


def _path(run: Run, name: str, base: str | None, form: str | None) -> Linted:
    if name == STDIN:
        from mmctl.interchange.infrastructure.known import form_of

        data = _from_stdin()
        tool = form or form_of("stdin", data)
        if tool is not None:
            return _in_place(run, tool, {"stdin": data})
        return _lone(run, "stdin", _decoded(data, "stdin"))
    path = Path(name) if Path(name).is_absolute() else run.directory / name
    if not path.exists():
        raise UsageError(f"`{name}` does not exist")
    above = root_of(str(resolved(path)))
    if above is not None:
        root = Path(above)
        whole = _project(run, root, base=_base(run, root, base))
        inside = resolved(path).relative_to(root).as_posix()
        if path.is_dir() or inside in whole.files:
            return _part(whole, inside)
    if path.is_dir():
        return _project(run, path)
    try:
        return _lone(run, name, _decoded(read_file(path, at_most=RULES_AT_MOST), name), path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"`{name}` cannot be read: {reason}") from None


def _from_stdin() -> bytes:
    try:
        return read_stream(world.standard_input_bytes(), at_most=RULES_AT_MOST)
    except OSError as error:
        raise UsageError(f"stdin cannot be read: {error.strerror or error}") from None


def _decoded(data: bytes, name: str) -> str:
    from mmctl.language.parsing.files import Unreadable, decode

    try:
        return decode(data, name)
    except Unreadable as error:
        raise UsageError(f"`{name}` cannot be read: {error.problem.message}") from None


def _part(whole: Linted, name: str) -> Linted:
    """The problems in one file, or in the files of one folder, of a project."""
    if name == ".":
        return whole
    inside = tuple(
        problem
        for problem in whole.problems
        if problem.position.file == name or problem.position.file.startswith(f"{name}/")
    )
    return replace(whole, problems=inside, seen=None)


def _project(
    run: Run, root: Path, *, read: Path | None = None, base: BaseRules | None = None
) -> Linted:
    """The project in a folder, or in the folder that held it at that time."""
    found = _folder(run, read or root, base)
    beside = run.root if root_of(str(run.directory.resolve())) else run.directory.resolve()
    if root.resolve() == beside or not root.resolve().is_relative_to(beside):
        return found
    # For a project below this one, paths are relative to this one.
    folder = root.resolve().relative_to(beside).as_posix()
    return _renamed(found, lambda file: f"{folder}/{file}")


def _folder(run: Run, root: Path, base: BaseRules | None) -> Linted:
    from mmctl.language.parsing.files import DiskFiles
    from mmctl.language.parsing.load import Sources

    files = DiskFiles.below(root)
    sources = Sources(files, root.resolve().name)
    found = _all_environments(run, sources, root.joinpath, base)
    return replace(found, seen=files.seen)


def _lone(run: Run, name: str, text: str, path: Path | None = None) -> Linted:
    """Lint one file alone, under any name; without a path there is nothing to fix."""
    from mmctl.language.parsing.files import MemoryFiles
    from mmctl.language.parsing.load import Sources

    sources = Sources(MemoryFiles({_LONE: text}), "project", lone=True)
    found = _all_environments(run, sources, lambda _: path)
    return _renamed(found, lambda file: name if file == _LONE else file)


def _all_environments(
    run: Run,
    sources: Sources,
    on_disk: Callable[[str], Path | None],
    base: BaseRules | None = None,
) -> Linted:
    from mmctl.linting import problems_of

    found = problems_of(
        sources,
        run.today,
        environment=run.environment,
        password_variables=run.password_variables,
        base=base,
        memory=run.packings,
    )
    repairs = {
        problem: Repair(path=path, fix=fix)
        for problem, fix in found.fixes.items()
        # Fixes are for YAML; rows of a table have other cells next to the address.
        if fix.file in found.files and (path := on_disk(fix.file)) is not None
    }
    meanings = {rule.id: rule.message for rule in found.company_rules}
    files = {**found.files, **found.list_files}
    return Linted(found.problems, files, repairs, meanings, found.packed, found.projects)


def _renamed(found: Linted, rename: Callable[[str], str]) -> Linted:
    def renamed(problem: Problem) -> Problem:
        at = problem.position._replace(file=rename(problem.position.file))
        return replace(problem, position=at)

    return Linted(
        tuple(map(renamed, found.problems)),
        {rename(path): text for path, text in found.files.items()},
        {renamed(problem): repair for problem, repair in found.repairs.items()},
        found.meanings,
        found.packed,
    )


def _joined(parts: Sequence[Linted]) -> Linted:
    return Linted(
        ordered(problem for part in parts for problem in part.problems),
        {path: text for part in parts for path, text in part.files.items()},
        {problem: repair for part in parts for problem, repair in part.repairs.items()},
        {id_: said for part in parts for id_, said in part.meanings.items()},
        tuple(line for part in parts for line in part.packed),
        parameters=tuple(name for part in parts for name in part.parameters),
    )
