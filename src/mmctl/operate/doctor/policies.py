"""Reading policies of AWS by ourselves, where nobody may ask IAM: allowed, denied, or not known.

What decides: "Policy evaluation logic" and "IAM JSON policy elements", IAM User Guide. Whatever is
not surely understood makes the answer `not known`: a variable, an operator, a key of a condition.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Fits: TypeAlias = bool | None
"""None: not known."""


class PolicyAnswer(StrEnum):
    """What policies say of one request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """A statement denies it: nothing else can allow it."""
    NOT_ALLOWED = "not allowed"
    """No statement is about it."""
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRequest:
    """Who asks for what, as far as it is known."""

    principals: frozenset[str] | None = None
    """ARNs, account ids and names of services that the caller is; None: the policy is its own."""
    action: str
    resource: str | None = None
    """None: the policy has no resources, as a trust policy."""
    keys: Mapping[str, str | None] = field(default_factory=dict)
    """Keys of conditions, in lower case; None: surely not in the request."""


def verdict_of(documents: Iterable[Mapping[str, Any]], request: PolicyRequest) -> PolicyAnswer:
    """What some policies together say of a request."""
    denies: list[Fits] = []
    allows: list[Fits] = []
    for statement in (each for one in documents for each in _listed(one.get("Statement"))):
        if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
            denies.append(None)
            continue
        into = denies if statement["Effect"] == "Deny" else allows
        into.append(_fits(statement, request))
    if True in denies:
        return PolicyAnswer.DENIED
    if None in denies or (None in allows and True not in allows):
        return PolicyAnswer.NOT_KNOWN
    return PolicyAnswer.ALLOWED if True in allows else PolicyAnswer.NOT_ALLOWED


def denial_of(document: Mapping[str, Any], request: PolicyRequest) -> PolicyAnswer:
    """Whether a policy denies a request, whatever it allows: DENIED, NOT_KNOWN or NOT_ALLOWED."""
    left = [
        each
        for each in _listed(document.get("Statement"))
        if not isinstance(each, dict) or each.get("Effect") != "Allow"
    ]
    return verdict_of([{"Statement": left}], request)


def _fits(statement: Mapping[str, Any], request: PolicyRequest) -> Fits:
    """Whether a statement is about a request."""
    return _all(
        [
            _one_of(statement, "Action", request.action, fold=True),
            True
            if request.resource is None
            else _one_of(statement, "Resource", request.resource, fold=False),
            _principal(statement, request),
            _conditions(statement.get("Condition"), request),
        ]
    )


def _one_of(statement: Mapping[str, Any], name: str, value: str, *, fold: bool) -> Fits:
    """Whether `Action` or `NotAction` (`Resource`, …) fits a value."""
    negated = f"Not{name}" in statement
    patterns = statement.get(f"Not{name}" if negated else name)
    if patterns is None:
        return None
    found = _any([_like(each, value, fold=fold) for each in _listed(patterns)])
    return _not(found) if negated else found


def _principal(statement: Mapping[str, Any], request: PolicyRequest) -> Fits:
    if request.principals is None:
        return True
    negated = "NotPrincipal" in statement
    named = statement.get("NotPrincipal" if negated else "Principal")
    if named is None:
        return None
    if named == "*":
        return not negated
    if not isinstance(named, dict):
        return None
    values = [each for listed in named.values() for each in _listed(listed)]
    if not all(isinstance(each, str) for each in values):
        return None
    found = any(each == "*" or each in request.principals for each in values)
    return (not found) if negated else found


def _conditions(conditions: Any, request: PolicyRequest) -> Fits:
    if conditions is None:
        return True
    if not isinstance(conditions, dict):
        return None
    return _all(
        [
            _condition(str(operator), str(key).lower(), _listed(values), request)
            for operator, pairs in conditions.items()
            if isinstance(pairs, dict)
            for key, values in pairs.items()
        ]
        + [None for pairs in conditions.values() if not isinstance(pairs, dict)]
    )


_IF_EXISTS: Final = "IfExists"
_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnLike",
    "ArnNotLike": "ArnLike",
}


def _condition(operator: str, key: str, values: Sequence[Any], request: PolicyRequest) -> Fits:
    if key not in request.keys:
        return None
    value = request.keys[key]
    optional = operator.endswith(_IF_EXISTS)
    operator = operator.removesuffix(_IF_EXISTS)
    if operator == "Null":
        wants = {str(each).lower() for each in values}
        return None if len(wants) != 1 else (value is None) == (wants == {"true"})
    if value is None:
        return True if optional else operator in _NEGATED
    found = _any([_compared(_NEGATED.get(operator, operator), each, value) for each in values])
    return _not(found) if operator in _NEGATED else found


def _compared(operator: str, wanted: Any, value: str) -> Fits:
    wanted = str(wanted).lower() if isinstance(wanted, bool) else wanted
    if not isinstance(wanted, str) or "${" in wanted:
        return None
    match operator:
        case "StringEquals":
            return wanted == value
        case "StringEqualsIgnoreCase" | "Bool":
            return wanted.lower() == value.lower()
        case "StringLike":
            return _like(wanted, value, fold=False)
        case "ArnEquals" | "ArnLike":
            return _arn_like(wanted, value)
        case _:
            return None


def _arn_like(pattern: str, value: str) -> Fits:
    """Each of the six parts by itself, as IAM compares ARNs."""
    wanted, parts = pattern.split(":", 5), value.split(":", 5)
    if len(wanted) != len(parts):
        return pattern == "*" or None
    return _all([_like(each, part, fold=False) for each, part in zip(wanted, parts, strict=True)])


def _like(pattern: Any, value: str, *, fold: bool) -> Fits:
    """Whether a pattern with `*` and `?` fits; a value with `*` stands for values nobody knows."""
    if not isinstance(pattern, str) or "${" in pattern:
        return None
    if fold:
        pattern, value = pattern.lower(), value.lower()
    if pattern == value or set(pattern) == {"*"}:
        return True
    if "*" in value:
        start = value.partition("*")[0]
        fixed = re.split(r"[*?]", pattern, maxsplit=1)[0]
        return None if start.startswith(fixed) or fixed.startswith(start) else False
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _all(parts: Iterable[Fits]) -> Fits:
    found = list(parts)
    if False in found:
        return False
    return None if None in found else True


def _any(parts: Iterable[Fits]) -> Fits:
    found = list(parts)
    if True in found:
        return True
    return None if None in found else False


def _not(found: Fits) -> Fits:
    return None if found is None else not found


def account_of(arn: str) -> str:
    """The account of an ARN."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""  # noqa: PLR2004 - the parts of an ARN


def principals_of(role: str, partition: str) -> Iterator[str]:
    """What a policy may call a role, or the account that it belongs to."""
    account = account_of(role)
    yield role
    yield account
    yield f"arn:{partition}:iam::{account}:root"
