"""Plans, states and HCL → what they have of Mail Manager, and that → sections of a rule file."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound, UsageError
from mmctl.interchange.infrastructure.gathering import gathered
from mmctl.interchange.infrastructure.given import check_given, given_by
from mmctl.interchange.infrastructure.json_nodes import json_nodes
from mmctl.interchange.infrastructure.secrets import masked
from mmctl.interchange.infrastructure.sections import sections_of
from mmctl.interchange.infrastructure.values import VariableNames
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.terraform.documents import read_document
from mmctl.interchange.terraform.given_variables import values_given, variables_of
from mmctl.interchange.terraform.hcl_reading import read_hcl
from mmctl.interchange.terraform.modules import read_module
from mmctl.language.text.nodes import Mapping
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from collections.abc import Sequence

    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.infrastructure.found import FoundInfrastructure
    from mmctl.interchange.infrastructure.values import Declared
    from mmctl.interchange.migration.source import SourceOptions
    from mmctl.interchange.terraform.documents import ReadModule
    from mmctl.interchange.terraform.hcl_values import HclBlock, HclValue

_VALUES: Final = (".tfvars", ".tfvars.json")
_BY_SHOW: Final = "write the plan or the state with `terraform show -json`"
_LONGEST: Final = 60
_SHORTEST: Final = 40
"""Characters at the beginning of a secret by which it is known where a message cuts it off."""
_LONGEST_LINE: Final = 2000
"""Characters; a longer line, such as that of a plan in JSON, is not shown beside a problem."""


@dataclass(slots=True, kw_only=True)
class _Folder:
    """The HCL files of one folder."""

    blocks: list[HclBlock] = field(default_factory=list)
    given: dict[str, HclValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Files:
    """What was read of the files until now."""

    reads: list[ReadModule] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def read_terraform(
    files: MappingOf[str, bytes], variables: MappingOf[str, str] | None = None
) -> FoundInfrastructure:
    """What plans, states and HCL files have of Mail Manager; `variables` are values of HCL files.

    Raises:
        ProblemsFound: a file cannot be read; all of that, at its places.
        UsageError: there is nothing of Mail Manager.
    """
    read = _Files()
    for file, content in files.items():
        try:
            _file(read, file, decoded(file, content))
        except ProblemsFound as error:
            read.problems += error.problems
    names: dict[str, None] = {}
    for folder in read.folders.values():
        declared_variables = variables_of(folder.blocks)
        names |= dict.fromkeys(declared_variables)
        folder.given |= values_given(declared_variables, variables or {})
        read.reads.append(read_module(folder.blocks, folder.given))
    read.problems += [problem for each in read.reads for problem in each.problems]
    shown = _shown(read)
    if read.problems:
        raise ProblemsFound("cannot read the files of Terraform", tuple(read.problems), shown)
    declared = [each for one in read.reads for each in one.declared]
    _check_labels(declared, shown)
    found = gathered("Terraform", declared, VariableNames(texts=tuple(read.texts.values())))
    found.texts = shown
    found.refused = [_without_secrets(read, problem) for problem in found.refused]
    found.parameters = tuple(names)
    for each in read.reads:
        found.unread += each.unread
        for type_, count in each.others.items():
            found.others[type_] = found.others.get(type_, 0) + count
    if not found.resources and not found.unread and not found.refused:
        raise UsageError(
            f"{', '.join(f'`{file}`' for file in files)}: nothing of Mail Manager",
            help="expected resources `aws_mailmanager_…` or `awscc_ses_mail_manager_…`",
        )
    return found


def _check_labels(declared: Sequence[Declared], shown: MappingOf[str, str]) -> None:
    """Refuse two resources of one address: nobody knows which of them a reference means.

    Raises:
        ProblemsFound: there are some; all of them, at the later places.
    """
    first: dict[str, Position] = {}
    problems = []
    for each in declared:
        at = each.places[()]
        if each.label in first:
            message = f"`{each.label}` is already at {first[each.label]}"
            help_ = "give the files of one configuration: its plan, its state or its `.tf` files"
            problems.append(_problem(at, message, help_))
        first.setdefault(each.label, at)
    if problems:
        raise ProblemsFound("cannot tell resources apart", tuple(problems), dict(shown))


def import_terraform(files: MappingOf[str, bytes], asked: SourceOptions) -> Imported:
    """The sections of what plans, states and HCL files have of Mail Manager.

    Raises:
        ProblemsFound: a file cannot be read; all of that, at its places.
        UsageError: there is nothing of Mail Manager, or no `.tf` file has a variable.
    """
    given = given_by(asked)
    found = read_terraform(files, given)
    check_given(given, found.parameters, "`.tf` file")
    return sections_of(found)


def _file(read: _Files, file: str, text: str) -> None:
    read.texts[file] = text
    if file.endswith(".json") and text.lstrip()[:1] != "{":
        read.problems.append(_problem(Position(file=file), "expected a JSON object"))
    elif file.endswith((".tf.json", ".tfvars.json")):
        message = "configuration in JSON is not read"
        read.problems.append(_problem(Position(file=file), message))
    elif text.lstrip()[:1] == "{":
        root, problems = json_nodes(text, file)
        read.problems += problems
        if isinstance(root, Mapping) and not problems:
            read.reads.append(read_document(root))
    else:
        block, problems_found = read_hcl(text, file)
        read.problems += problems_found
        folder = read.folders.setdefault(posixpath.dirname(file), _Folder())
        if file.endswith(_VALUES):
            folder.given |= {name: value for name, (_, value) in block.attributes.items()}
        else:
            folder.blocks += block.blocks


def _shown(read: _Files) -> dict[str, str]:
    """The texts to show beside problems, without what is secret in them."""
    secrets = {secret for each in read.reads for secret in each.secrets}
    shown = {}
    for file, text in read.texts.items():
        if max((len(line) for line in text.split("\n")), default=0) > _LONGEST_LINE:
            continue
        hidden = masked(text)
        for secret in sorted(secrets, key=len, reverse=True):
            hidden = hidden.replace(secret, "…")
        shown[file] = hidden
    return shown


def _without_secrets(read: _Files, problem: Problem) -> Problem:
    """A problem whose message shows no secret, also not the beginning of a long one."""
    message = problem.message
    for secret in sorted({s for each in read.reads for s in each.secrets}, key=len, reverse=True):
        written = json.dumps(secret, ensure_ascii=False)[1:-1]
        for end in (len(written), *range(_LONGEST, _SHORTEST - 1, -1)):
            message = message.replace(written[:end], "…")
    return replace(problem, message=message)


def _problem(position: Position, message: str, help_: str = _BY_SHOW) -> Problem:
    return Problem(
        check="broken-export",
        severity=Severity.ERROR,
        position=position,
        message=message,
        help=help_,
    )
