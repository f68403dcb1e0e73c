"""Files of another tool, opened and read in place: known by their content, or by what `--as` says.

Only the named files are opened, and for Terraform those of the same folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.in_place.project import in_place, problems_in, unknown_conditions
from mmctl.errors import ProblemsFound, UsageError
from mmctl.inputs import DOCUMENT_AT_MOST, read_file
from mmctl.problem import Severity, ordered
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.interchange.infrastructure.found import FoundInfrastructure
    from mmctl.language.project import Project
    from mmctl.problem import Problem

NAMES: Final = {"cloudformation": "CloudFormation", "terraform": "Terraform"}
"""The tools, by the words of `--as`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlace:
    """Rules in the files of another tool."""

    form: str
    project: Project
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...] = ()
    """The conditions that nobody can judge: where each is, and why it is unknown."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of each file, by the path that is shown."""
    parameters: tuple[str, ...] = ()
    """What can be given a value: the parameters of templates, the variables of `.tf` files."""


def form_named(name: str | None) -> str | None:
    """The form that `--as` names.

    Raises:
        UsageError: there is no such form.
    """
    if name is not None and name not in NAMES:
        raise UsageError(f"got `--as {name}`", help=f"expected {' or '.join(NAMES)}")
    return name


def form_at(path: Path, named: str | None = None) -> str | None:
    """The form of a file: as named, else by its content; None: it is not another tool's."""
    if not path.is_file():
        return None
    from mmctl.interchange.infrastructure.known import form_of

    return named or form_of(path.name, _content(path, str(path)))


def refuse_in_place(directory: Path, paths: Sequence[str], form: str | None, reason: str) -> None:
    """Refuse to write into files of another tool; `reason` begins the sentence.

    Raises:
        UsageError: one of them is such a file.
    """
    for path in paths:
        tool = form_at(directory / path, form)
        if tool is not None:
            raise UsageError(
                f"{reason}, and `{path}` is a file of {NAMES[tool]}",
                help=f"change it there, or bring its rules here: mmctl import --from {tool} {path}",
            )


def contents_of(directory: Path, paths: Sequence[str]) -> dict[str, bytes]:
    """The contents of files, by their paths from a folder.

    Raises:
        UsageError: a file cannot be read.
    """
    return {name: _content(directory / name, name) for name in paths}


def split_revision(text: str) -> tuple[str, str] | None:
    """The revision and the file that `git:REV:FILE` names; None: it names no file."""
    revision, colon, path = text.removeprefix("git:").partition(":")
    return (revision, path) if text.startswith("git:") and colon else None


def read_in_place(
    contents: Mapping[str, bytes],
    form: str | None,
    around: Project,
    given: Mapping[str, str] | None = None,
) -> InPlace:
    """The rules in some files of one tool, by the paths that are shown.

    Settings and environment are those of `around`; `given` are values of parameters, of which the
    files may lack some.

    Raises:
        UsageError: a file belongs to no tool that is known.
        ProblemsFound: a file is broken.
    """
    found_form = form or _form(contents)
    found = found_in(found_form, contents, given or {})
    return InPlace(
        form=found_form,
        project=in_place(found, around),
        problems=ordered(problems_in(found)),
        unknown=unknown_conditions(found),
        texts=found.texts,
        parameters=found.parameters,
    )


def usable(read: InPlace) -> Project:
    """The project, to judge mail by.

    Raises:
        ProblemsFound: the service would refuse a part of it.
    """
    errors = tuple(each for each in read.problems if each.severity is Severity.ERROR)
    if errors:
        raise ProblemsFound("the rules have errors", errors, read.texts)
    return read.project


def _content(path: Path, name: str) -> bytes:
    try:
        return read_file(path, at_most=DOCUMENT_AT_MOST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"`{name}` cannot be read: {reason}") from None


def _form(contents: Mapping[str, bytes]) -> str:
    from mmctl.interchange.infrastructure.known import form_of

    forms = {name: form_of(name, content) for name, content in contents.items()}
    unknown = next((name for name, form in forms.items() if form is None), None)
    if unknown is not None:
        raise UsageError(
            f"`{unknown}` holds no rules of Mail Manager that stay where they are",
            help="a CloudFormation template, the output of `terraform show -json` or a `.tf` "
            "file; --as cloudformation or --as terraform says which",
        )
    first, *others = dict.fromkeys(form for form in forms.values() if form is not None)
    if others:
        raise UsageError(
            f"got files of both {first} and {others[0]}", help="run mmctl for each of them"
        )
    return first


def found_in(
    form: str, contents: Mapping[str, bytes], given: Mapping[str, str]
) -> FoundInfrastructure:
    """What files of one tool have of Mail Manager; `given` are values of parameters.

    Raises:
        ProblemsFound: a file is broken.
    """
    if form == "terraform":
        from mmctl.interchange.terraform.reading import read_terraform

        return read_terraform(contents, given)
    from mmctl.interchange.cloudformation.reading import read_cloudformation

    return read_cloudformation(contents, given)
