"""Values that a person gives to the parameters of templates and the variables of `.tf` files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.language.text.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.source import SourceOptions

_PSEUDO: Final = "AWS::"
_OPTION: Final = "parameter:"
_TAKEN_BY: Final = (
    "a template takes values for its parameters, `.tf` files for their variables; a plan and a "
    "state have theirs"
)


def check_given(given: Iterable[str], known: Iterable[str], noun: str = "file") -> None:
    """Refuse values for parameters that nothing has; `noun` is what could have them.

    Raises:
        UsageError: there is one.
    """
    names = sorted(set(known))
    for name in given:
        if name not in names and not name.startswith(_PSEUDO):
            listed = f"parameters: {', '.join(names)}" if names else _TAKEN_BY
            raise UsageError(
                f"got `--parameter {name}`: no {noun} has it",
                help=did_you_mean(name, names) or listed,
            )


def given_by(asked: SourceOptions) -> dict[str, str]:
    """The values of parameters that an import is given, by name."""
    return {
        name.removeprefix(_OPTION): value
        for name, value in asked.options.items()
        if name.startswith(_OPTION)
    }
