"""Values that a person gives to variables on the command line, read as Terraform reads `-var`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.terraform.hcl_reading import read_expression
from mmctl.interchange.terraform.hcl_values import HclLiteral, HclName
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.interchange.terraform.hcl_values import HclBlock, HclValue

_PLAIN: Final = {
    "number": Pattern(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"),
    "bool": Pattern(r"true|false"),
}
"""How a value of a type looks; another one is a text, which then does not fit where it is used."""


def variables_of(blocks: Iterable[HclBlock]) -> dict[str, HclBlock]:
    """The variables that blocks declare, by name."""
    return {block.labels[0]: block for block in blocks if block.type == "variable" and block.labels}


def values_given(
    variables: Mapping[str, HclBlock], given: Mapping[str, str]
) -> dict[str, HclValue]:
    """The values of variables that are given as texts.

    A variable of type string, or without type, is the text as it is; a list or a map is written as
    in a `.tf` file (Terraform's documentation of input variables, values on the command line).
    """
    return {name: _value(block, given[name]) for name, block in variables.items() if name in given}


def _value(variable: HclBlock, text: str) -> HclValue:
    at = variable.position
    _, type_ = variable.attributes.get("type", (None, None))
    if type_ is None or (isinstance(type_, HclName) and type_.text == "string"):
        return HclLiteral(at, text, plain=False)
    plain = _PLAIN.get(type_.text) if isinstance(type_, HclName) else None
    if plain is not None:
        return HclLiteral(at, text, plain=plain.fullmatch(text) is not None)
    return read_expression(text, at)
