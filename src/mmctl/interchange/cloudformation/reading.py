"""Templates → what they have of Mail Manager, and that → sections of a rule file."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mmctl.errors import ProblemsFound, UsageError
from mmctl.interchange.cloudformation.scope import OF_LOGS, OF_MAIL_MANAGER
from mmctl.interchange.cloudformation.template import read_template
from mmctl.interchange.infrastructure.gathering import LOGS, NOUNS, gathered
from mmctl.interchange.infrastructure.given import check_given, given_by
from mmctl.interchange.infrastructure.secrets import masked
from mmctl.interchange.infrastructure.sections import sections_of
from mmctl.interchange.infrastructure.values import Declared, VariableNames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.cloudformation.template import ReadTemplate
    from mmctl.interchange.infrastructure.found import FoundInfrastructure
    from mmctl.interchange.infrastructure.values import Tree
    from mmctl.interchange.migration.source import SourceOptions
    from mmctl.problem import Problem


def read_cloudformation(
    files: Mapping[str, bytes], parameters: Mapping[str, str] | None = None
) -> FoundInfrastructure:
    """What templates have of Mail Manager; `parameters` are values for those that they have.

    Raises:
        ProblemsFound: a file cannot be read or evaluated; all of that, at its places.
        UsageError: there is nothing of Mail Manager.
    """
    templates: list[ReadTemplate] = []
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    exports = _exports(files, parameters or {})
    for file, content in files.items():
        try:
            template = read_template(
                content,
                file,
                parameters or {},
                _is_wanted,
                imports=exports,
                prefix=_prefix(file, files),
            )
        except ProblemsFound as error:
            problems += error.problems
            texts |= error.files
            continue
        templates.append(template)
        problems += template.problems
        texts[template.file] = template.text
    shown = {file: masked(text) for file, text in texts.items()}
    if problems:
        raise ProblemsFound("cannot read the templates", tuple(problems), shown)
    declared = [each for template in templates for each in _declared(template)]
    names = VariableNames(texts=tuple(texts.values()))
    found = gathered("CloudFormation", declared, names)
    found.texts = shown
    found.parameters = tuple({name: None for each in templates for name in each.parameters})
    for template in templates:
        found.unread += template.unread
        for type_, count in template.others.items():
            found.others[type_] = found.others.get(type_, 0) + count
        found.notes += [
            f"{template.file}: parameter `{name}` has its default `{default[:60]}`; "
            f"for another value: --parameter {name}=VALUE"
            for name, default in template.defaults
        ]
    if not found.resources and not found.unread and not found.refused:
        raise UsageError(
            f"{', '.join(f'`{file}`' for file in files)}: nothing of Mail Manager",
            help="expected resources of type `AWS::SES::MailManager…`",
        )
    return found


def _exports(files: Mapping[str, bytes], parameters: Mapping[str, str]) -> dict[str, Tree]:
    """What templates export, where several are read: one may import from another."""
    exports: dict[str, Tree] = {}
    for file, content in files.items() if len(files) > 1 else ():
        try:
            prefix = _prefix(file, files)
            template = read_template(content, file, parameters, _is_wanted, prefix=prefix)
        except ProblemsFound:
            continue  # It is read again, and its problems are reported then.
        exports |= template.exports
    return exports


def _prefix(file: str, files: Mapping[str, bytes]) -> str:
    """What tells the logical ids of several templates apart."""
    names = [posixpath.basename(each) for each in files]
    name = posixpath.basename(file)
    return "" if len(files) == 1 else f"{name if names.count(name) == 1 else file}/"


def import_cloudformation(files: Mapping[str, bytes], asked: SourceOptions) -> Imported:
    """The sections of what templates have of Mail Manager.

    Raises:
        ProblemsFound: a file cannot be read or evaluated; all of that, at its places.
        UsageError: there is nothing of Mail Manager, or no template has a parameter.
    """
    given = given_by(asked)
    found = read_cloudformation(files, given)
    check_given(given, found.parameters, "template")
    return sections_of(found)


def _is_wanted(type_: str) -> bool:
    if type_.startswith(OF_LOGS):
        return type_.removeprefix(OF_LOGS) in LOGS
    return type_.startswith(OF_MAIL_MANAGER)


def _declared(template: ReadTemplate) -> list[Declared]:
    declared = []
    for resource in template.resources:
        noun = resource.type.removeprefix(OF_MAIL_MANAGER).removeprefix(OF_LOGS)
        if noun in NOUNS:
            declared.append(
                Declared(
                    noun=noun,
                    label=resource.logical_id,
                    properties=resource.properties,
                    places=resource.places,
                    retained=resource.retained,
                )
            )
    return declared
