"""What is to be done after an import, as it stands in the folder: nothing that is done already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.inputs import RULES_AT_MOST, read_text
from mmctl.interchange.migration.files import rule_texts
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.writing.write import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.cli.migrating.again import ImportedBefore
    from mmctl.cli.migrating.imported import ImportedProject

_RULES: Final = "rules"


def next_steps(
    folder: Path, shown: Path, project: ImportedProject, before: ImportedBefore
) -> Iterator[str]:
    """The lines that say it; `before` is what was in the folder."""
    for path in before.kept(project.texts):
        yield (
            f"kept {shown / path}, which was changed after its import: "
            "for what this one makes of it, import into an empty folder"
        )
    left_out = [path for path in rule_texts(project.parts) if not _is_included(folder, path)]
    if left_out:
        paths = ", ".join(path.removeprefix(f"{_RULES}/") for path in left_out)
        yield f"next: in a rule set of {shown / _RULES}, write `include: [{paths}]`"
    said = _keys(_text(folder / PROJECT_FILE))
    lacking = {name: needed.stand_in for name, needed in project.needed.items() if name not in said}
    if lacking:
        stand_ins = ", ".join(to_yaml({name: value}).strip() for name, value in lacking.items())
        yield f"next: in {shown / PROJECT_FILE}, under `vars` of each environment: {stand_ins}"
    # One a line: each is to be run, whatever the one before it finds, in any shell.
    for command in ("lint", "simulate") if project.is_fitting else ("lint", "budget", "simulate"):
        yield f"next: mmctl -C {shown} {command}"


def _is_included(folder: Path, path: str) -> bool:
    """Whether another rule file names it."""
    name = path.removeprefix(f"{_RULES}/")
    return any(
        name in _text(each)
        for each in sorted((folder / _RULES).rglob("*.yaml"))
        if each.parent.name != "imported"
    )


def _keys(text: str) -> set[str]:
    """What may be a key in a text: whatever stands before a colon."""
    lines = text.replace("{", "\n").replace(",", "\n").splitlines()
    return {line.partition(":")[0].strip() for line in lines if ":" in line}


def _text(path: Path) -> str:
    try:
        return read_text(path, at_most=RULES_AT_MOST)
    except (OSError, ValueError):
        return ""
