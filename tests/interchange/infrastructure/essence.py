"""What of a configuration an import of infrastructure code must keep, in a form to compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmctl.compiler.compile import compile_project
from mmctl.interchange.live_objects import yaml_of
from mmctl.language.parsing.load import read_text
from mmctl.language.references import with_references
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.interchange.api_json import Imported
    from mmctl.language.project import Reference

EXAMPLES = Path(__file__).parents[3] / "examples"


def desired(files: dict[str, str]) -> LiveConfiguration:
    project, problems = read_text(files)
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    configuration, too_much = compile_project(project)
    assert too_much == ()
    return configuration


def example(name: str) -> LiveConfiguration:
    folder = EXAMPLES / name
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for pattern in ("mmctl.yaml", "*/**/*")
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }
    return desired(texts)


def texts_of(imported: Imported) -> dict[str, str]:
    """The rule files that an import writes."""
    assert imported.refused == []
    return {
        "rules/a.yaml": yaml_of(imported, *imported.sections),
        **{f"rules/{name}": text for name, text in imported.certificates.items()},
    }


def imported_back(imported: Imported, main: str = "") -> LiveConfiguration:
    return desired(({"mmctl.yaml": main} if main else {}) | texts_of(imported))


def essence(configuration: LiveConfiguration) -> list[Any]:
    """Objects by live names, with ids in place of bound names; without members of lists."""
    bound = {
        (kind, name): id_
        for kind, ids in configuration.bindings.items()
        for name, id_ in ids.items()
    }
    live = {(thing.kind, thing.name): thing.live_name for thing in configuration.objects}

    def renamed(reference: Reference) -> str:
        key = (reference.kind, reference.name)
        name = live.get(key, bound.get(key, reference.name))
        if name.startswith("arn:") and reference.kind.value == "archives":
            return name.rsplit("/", 1)[-1]
        return name.removeprefix("id:")

    things = [
        [
            thing.kind.value,
            thing.live_name,
            without_empty(with_references(thing.shape, renamed).to_api()),
            sorted(thing.tags.items()),
            thing.closed,
            thing.smtp_password_env is not None,
            sorted(thing.logging.items()),
        ]
        for thing in configuration.objects
    ]
    return sorted(things, key=json.dumps)


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_empty(member)
            for key, member in value.items()
            if key != "Tags" and not (key in {"Conditions", "Unless"} and member == [])
        }
    return [without_empty(item) for item in value] if isinstance(value, list) else value
