"""A company rule → YAML, as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.writing.write import to_yaml

if TYPE_CHECKING:
    from mmctl.language.company_rules import CompanyRule


def company_rule_to_yaml(rule: CompanyRule) -> str:
    """The entry of a company rule, in the list that it belongs to."""
    return to_yaml({rule.demand.value: [_plain(rule.written)]})


def _plain(value: Any) -> Any:
    """A value without its place; a list of one as the value alone."""
    match value:
        case dict() if list(value.values()) == [None]:
            return next(iter(value))
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return _plain(value[0]) if len(value) == 1 else [_plain(each) for each in value]
        case bool() | int():
            return value
        case _:
            return str(value)
