"""`mmctl cases list|show|add|missing`: the library of test cases, and what a project has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.result_table import LIBRARY, write
from mmctl.cli.run import Run
from mmctl.errors import MmctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from mmctl.cases.library.catalog import LibraryEntry
    from mmctl.cases.library.filling import Library
    from mmctl.cases.library.sound import Looked
    from mmctl.language.project import Project

LIST, SHOW, ADD, MISSING = "list", "show", "add", "missing"
_NO: Final = 1


def cases(
    run: Run,
    verb: Annotated[
        str, typer.Argument(metavar="list|show|add|missing", help="list, show, add or missing.")
    ],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Cases of the library.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="All cases of one kind.", metavar="KIND")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Add all cases that this project can have.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write cases again that the project has.")
    ] = False,
    fail_on_missing: Annotated[
        bool, typer.Option("--fail-on-missing", help="Exit with 1 where a kind is missing.")
    ] = False,
) -> int:
    """Take test cases from the library, or see which kinds of mail no case is about."""
    given = {
        "NAME": (bool(names), {SHOW, ADD}),
        "--kind": (kind is not None, {LIST, ADD}),
        "--all": (everything, {ADD}),
        "--overwrite": (overwrite, {ADD}),
        "--fail-on-missing": (fail_on_missing, {MISSING}),
    }
    if verb not in {LIST, SHOW, ADD, MISSING}:
        raise UsageError(
            f"got `cases {verb}`", help="cases list, cases show NAME, cases add NAME, cases missing"
        )
    for name, (is_given, verbs) in given.items():
        if is_given and verb not in verbs:
            raise UsageError(f"`{name}` is not for `cases {verb}`")
    match verb:
        case "list":
            return _list(run, kind)
        case "show":
            return _show(run, names or [])
        case "add":
            chosen = _chosen(names or [], kind, everything=everything)
            return _add(run, chosen, named=bool(names), overwrite=overwrite)
        case _:
            return _missing(run, fail=fail_on_missing)


def _list(run: Run, kind: str | None) -> int:
    from mmctl.cases.library.answers import ListedCases
    from mmctl.cases.library.catalog import entries, of_kind
    from mmctl.cli.files.library_cases import present_in

    found = entries() if kind is None else of_kind(kind)
    write(run, LIBRARY, ListedCases(entries=found, present=present_in(run.project(), found)))
    return 0


def _show(run: Run, names: Sequence[str]) -> int:
    from mmctl.cases.library.answers import ShownCase
    from mmctl.cases.library.catalog import entry_of
    from mmctl.cases.library.filling import Library
    from mmctl.cases.library.sound import looked_at
    from mmctl.cases.words import flow
    from mmctl.cli.files.library_cases import present_in

    if len(names) != 1:
        raise UsageError("`cases show` takes one name", help="mmctl cases list has them")
    entry = entry_of(names[0])
    project = run.project()
    library = Library(project)
    looked = looked_at(library, library.filled(entry))
    facts = tuple((name, flow(value)) for name, value in looked.filled.written.items())
    present = bool(present_in(project, [entry]))
    write(run, LIBRARY, ShownCase(looked=looked, present=present, facts=facts))
    return 0


def _chosen(
    names: Sequence[str], kind: str | None, *, everything: bool
) -> tuple[LibraryEntry, ...]:
    from mmctl.cases.library.catalog import entries, entry_of, of_kind

    if bool(names) + (kind is not None) + everything != 1:
        raise UsageError(
            "`cases add` takes names, `--kind` or `--all`",
            help="mmctl cases add phishing, mmctl cases add --kind bounces",
        )
    if names:
        return tuple(entry_of(name) for name in dict.fromkeys(names))
    return entries() if kind is None else of_kind(kind)


def _add(run: Run, chosen: Sequence[LibraryEntry], *, named: bool, overwrite: bool) -> int:
    from mmctl.cases.library.answers import AddedCases
    from mmctl.cases.library.filling import Library
    from mmctl.cases.library.sound import looked_at
    from mmctl.cli.files.editing import editing_alone
    from mmctl.cli.files.library_cases import CaseFiles, present_in

    with editing_alone(run.root):
        project = run.project()
        library = Library(project)
        present = frozenset() if overwrite else present_in(project, chosen)
        fresh = [entry for entry in chosen if entry.name not in present]
        lacking = [] if named else [entry for entry in fresh if library.lacks(entry) is not None]
        looked = [
            looked_at(library, library.filled(entry)) for entry in fresh if entry not in lacking
        ]
        others = _other_environments(run, project)
        files = CaseFiles(root=run.root.resolve(), project=project, overwrite=overwrite)
        for each in looked:
            files.add(each, _environments(project, others, each))
        files.write()
    added = AddedCases(
        looked=tuple(looked),
        files=files.case_files,
        messages=files.messages,
        present=tuple(entry.name for entry in chosen if entry.name in present),
        lacking=tuple((entry.name, library.lacks(entry) or "") for entry in lacking),
    )
    write(run, LIBRARY, added)
    return 0


def _other_environments(run: Run, project: Project) -> dict[str, Library | None]:
    """The library in each other environment; None: its rules cannot be read there."""
    from mmctl.cases.library.filling import Library

    found: dict[str, Library | None] = {}
    for name in project.settings.environments:
        if name != project.environment.name:
            try:
                there, problems = run.sources().read(name)
                broken = any(problem.severity == "error" for problem in problems)
                found[name] = None if broken else Library(there)
            except MmctlError:
                found[name] = None
    return found


def _environments(
    project: Project, others: dict[str, Library | None], looked: Looked
) -> tuple[str, ...]:
    """The environments that a case is for; none: it holds, or fails, alike in all of them."""
    alike = [
        name
        for name, library in others.items()
        if library is not None and _is_alike(library, looked)
    ]
    if len(alike) == len(others):
        return ()
    names = {project.environment.name, *alike}
    return tuple(name for name in project.settings.environments if name in names)


def _is_alike(library: Library, looked: Looked) -> bool:
    trace = library.judged(looked.filled)
    return all(
        (got := trace.of(each.recipient)).outcome is each.outcome
        and (each.mark is None or each.mark in got.applied)
        for each in looked.verdicts
    )


def _missing(run: Run, *, fail: bool) -> int:
    from mmctl.cases.library.answers import MissingKinds
    from mmctl.cases.library.missing import missing
    from mmctl.cases.parsing import cases_of

    project = run.project()
    found, _ = cases_of(project)
    gaps = missing(project, found, run.read_file)
    write(run, LIBRARY, MissingKinds(gaps=gaps, cases=len(found)))
    return _NO if fail and gaps else 0
