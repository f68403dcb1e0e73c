"""`--parameter NAME=VALUE`: values of parameters in files of another tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def values_of(texts: Iterable[str]) -> dict[str, str]:
    """The values by name.

    Raises:
        UsageError: a text is not `NAME=VALUE`, or a name has two values.
    """
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError(f"got `--parameter {text}`", help="expected NAME=VALUE")
        if values.setdefault(name, value) != value:
            raise UsageError(f"`--parameter {name}` has two values", help="give one of them")
    return values


def restated_values(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The options again, to show in a command line; without those that are called secret."""
    if not values:
        return
    from mmctl.interchange.infrastructure.secrets import is_called_secret

    for name, value in values.items():
        if not is_called_secret(name):
            yield "--parameter", f"{name}={value}"
