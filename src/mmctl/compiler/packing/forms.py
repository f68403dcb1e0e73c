"""A rule in the form in which it can be merged: what it does, and a box of values it does it for.

A condition is a dimension of the box. Dimensions that widen are those whose values are alternatives
(`contains: [a, b]`, and `not_equals` under `unless`): rules that differ in one of them are one rule
with the values of both. All others are fixed. Addresses of a field, and its endings `@domain`, are
one dimension, because an address list can hold both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from mmctl.analysis.project_conditions import addresses_in
from mmctl.model.comparisons import NEGATED, Takes
from mmctl.model.conditions import values_of
from mmctl.model.enums import (
    RuleAddressListEmailAttribute,
    RuleBooleanOperator,
    RuleDmarcOperator,
    RuleIpOperator,
    RuleStringOperator,
    RuleVerdictOperator,
)
from mmctl.model.operands import ATTRIBUTE_OF
from mmctl.model.quotas import VALUES
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleBooleanToEvaluate,
    RuleCondition,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleIsInAddressList,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.shape import with_value
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings
    from mmctl.model.rules import RuleAction

CONDITIONS: Final = "conditions"
UNLESS: Final = "unless"
_ADDRESS: Final = Pattern(r"[A-Za-z0-9.!#$%&'+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_ENDING: Final = Pattern(r"@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class DimensionKey(NamedTuple):
    """What a dimension looks at, and how."""

    role: str
    """`conditions` or `unless`."""
    looks: str
    """The condition without its values, as text: dimensions are in the order of these."""
    number: int = 0
    """Which of several conditions that look at the same and are not one list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One condition of a form."""

    key: DimensionKey
    values: frozenset[str]
    """Entries of an address list, where they can be that; empty where it has no values."""
    like: RuleCondition
    """A condition of this kind, with any values."""
    listed: bool = False
    """Whether the values are addresses and `*@domain`, which can be in an address list."""

    @property
    def widens(self) -> bool:
        """Whether its values are alternatives for which the rule applies."""
        return bool(self.values) and (self.key.role == CONDITIONS) != _is_negative(self.like)

    def is_narrower(self, other: Dimension) -> bool:
        """Whether it is plain that this one holds only where another of its key does."""
        if self.widens:
            return self.values <= other.values
        if not self.values:
            return True
        return self.values >= other.values


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """What a rule does, and for which mail."""

    actions: tuple[RuleAction, ...]
    stop: bool
    box: tuple[Dimension, ...]
    """In the order of the keys."""
    shape: tuple[object, ...] = field(init=False, compare=False, repr=False)
    """Equal for forms that may differ in values that widen, and in nothing else."""

    def __post_init__(self) -> None:
        """Look up once what all who merge ask for."""
        box = tuple((each.key, None if each.widens else each.values) for each in self.box)
        object.__setattr__(self, "shape", (hash(self.actions), self.stop, box))

    @property
    def acts(self) -> tuple[tuple[RuleAction, ...], bool]:
        """Equal for forms that do the same."""
        return self.actions, self.stop

    @property
    def sides(self) -> tuple[frozenset[str], ...]:
        """The values of each dimension."""
        return tuple(each.values for each in self.box)

    def apart(self, other: RuleForm) -> int:
        """In how many lists it differs from one of the same shape."""
        return sum(
            mine.values != theirs.values for mine, theirs in zip(self.box, other.box, strict=True)
        )

    def merged(self, other: RuleForm) -> RuleForm | None:
        """One form for the mail of both, if they differ in one list at most; None: in more."""
        if self.shape != other.shape or self.actions != other.actions:
            return None
        apart = [at for at, each in enumerate(self.box) if each.values != other.box[at].values]
        if len(apart) <= 1:
            return self.widened(other)
        if all(a <= b for a, b in zip(self.sides, other.sides, strict=True)):
            return other
        if all(a >= b for a, b in zip(self.sides, other.sides, strict=True)):
            return self
        return None

    def is_within(self, other: RuleForm) -> bool:
        """Whether it is plain that all mail of this one is mail of another one that does the same.

        This one may ask for more, and look for fewer values.
        """
        if self.acts != other.acts:
            return False
        mine = {each.key: each for each in self.box}
        return all(each.key in mine and mine[each.key].is_narrower(each) for each in other.box)

    def widened(self, other: RuleForm) -> RuleForm:
        """The smallest form of the same shape for the mail of both, and perhaps for more."""
        box = tuple(
            replace(mine, values=mine.values | theirs.values)
            for mine, theirs in zip(self.box, other.box, strict=True)
        )
        return replace(self, box=box)


class Forming:
    """Rules as forms, under the readings of a project."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self._lists_compare_alike = readings.address_list_case == readings.string_case
        self._each_address = readings.address_fields == "each_address"
        self._known: dict[tuple[str, RuleCondition], Dimension] = {}

    def of(self, rule: LogicalRule) -> RuleForm:
        """The form of a rule."""
        box: dict[DimensionKey, Dimension] = {}
        for role, conditions in ((CONDITIONS, rule.conditions), (UNLESS, rule.unless)):
            for condition in conditions:
                self._put(box, self._dimension(role, condition))
        return RuleForm(
            actions=rule.actions,
            stop=rule.stop,
            box=tuple(box[key] for key in sorted(box)),
        )

    def _put(self, box: dict[DimensionKey, Dimension], found: Dimension) -> None:
        """Add a dimension: values that cannot widen are joined, for all of them count anyway."""
        key = found.key
        while key in box:
            same = box[key]
            if same.values == found.values:
                return
            if found.values and not found.widens:
                box[key] = replace(same, values=same.values | found.values)
                return
            key = key._replace(number=key.number + 1)
        box[key] = replace(found, key=key)

    def _dimension(self, role: str, condition: RuleCondition) -> Dimension:
        known = self._known.get((role, condition))
        if known is None:
            known = self._known[role, condition] = self._made(role, condition)
        return known

    def _made(self, role: str, condition: RuleCondition) -> Dimension:
        entries = self._entries(role, condition)
        if entries is not None:
            operand = addresses_in(condition)
            assert operand is not None  # noqa: S101 - only addresses have entries
            key = DimensionKey(role, f"{operand.key} in a list")
            return Dimension(key=key, values=frozenset(entries), like=condition, listed=True)
        values = values_of(condition)
        return Dimension(
            key=DimensionKey(role, _looks(condition)), values=frozenset(values), like=condition
        )

    def _entries(self, role: str, condition: RuleCondition) -> Iterable[str] | None:
        """The entries of an address list that a condition is met for; None: no list can do it."""
        expression = condition.value
        if role == UNLESS or not isinstance(expression, RuleStringExpression):
            return None
        operand = addresses_in(condition)
        if (
            operand is None
            or (operand, Takes.ADDRESS_LIST) not in ATTRIBUTE_OF
            or not self._lists_compare_alike
            or not (operand.in_envelope or self._each_address)
        ):
            return None
        match expression.operator:
            case RuleStringOperator.EQUALS:
                return (
                    expression.values if all(map(_ADDRESS.fullmatch, expression.values)) else None
                )
            case RuleStringOperator.ENDS_WITH:
                if not all(map(_ENDING.fullmatch, expression.values)):
                    return None
                return [f"*{value}" for value in expression.values]
            case (
                RuleStringOperator.NOT_EQUALS
                | RuleStringOperator.STARTS_WITH
                | RuleStringOperator.CONTAINS
            ):
                return None
            case never:
                assert_never(never)


def _is_negative(condition: RuleCondition) -> bool:
    return condition.value.operator in NEGATED


def _looks(condition: RuleCondition) -> str:
    """A condition without its values, as text."""
    expression = condition.value
    if values_of(condition):
        condition = with_value(condition, expression.changed(values=()))
    return repr(condition)


def needs_list(dimension: Dimension) -> bool:
    """Whether one condition holds the values only as an address list."""
    endings = [value for value in dimension.values if value.startswith("*")]
    return dimension.listed and (
        len(dimension.values) > VALUES.most or 0 < len(endings) < len(dimension.values)
    )


def condition_of(dimension: Dimension, values: Sequence[str]) -> RuleCondition:
    """A condition with some values of a dimension, which are in order."""
    expression = dimension.like.value
    if not values:
        return dimension.like
    if dimension.listed:
        assert isinstance(expression, RuleStringExpression)  # noqa: S101 - see `_entries`
        endings = values[0].startswith("*")
        operator = RuleStringOperator.ENDS_WITH if endings else RuleStringOperator.EQUALS
        plain = tuple(value[1:] if endings else value for value in values)
        return RuleCondition(string_expression=expression.changed(operator=operator, values=plain))
    return with_value(dimension.like, expression.changed(values=_typed(dimension, values)))


def condition_in_list(dimension: Dimension, name: str) -> RuleCondition:
    """A condition that looks an address up in an address list."""
    operand = addresses_in(dimension.like)
    assert operand is not None  # noqa: S101 - see `_entries`
    attribute = RuleAddressListEmailAttribute(ATTRIBUTE_OF[operand, Takes.ADDRESS_LIST])
    listed = RuleIsInAddressList(attribute=attribute, address_lists=(name,))
    return RuleCondition(
        boolean_expression=RuleBooleanExpression(
            evaluate=RuleBooleanToEvaluate(is_in_address_list=listed),
            operator=RuleBooleanOperator.IS_TRUE,
        )
    )


def as_met(condition: RuleCondition) -> RuleCondition:
    """The condition that one of the values is met, whether or not this one is negative."""
    expression = condition.value
    match expression:
        case RuleStringExpression():
            if expression.operator is not RuleStringOperator.NOT_EQUALS:
                return condition
            return with_value(condition, expression.changed(operator=RuleStringOperator.EQUALS))
        case RuleIpExpression():
            return with_value(condition, expression.changed(operator=RuleIpOperator.CIDR_MATCHES))
        case RuleVerdictExpression():
            return with_value(condition, expression.changed(operator=RuleVerdictOperator.EQUALS))
        case RuleDmarcExpression():
            return with_value(condition, expression.changed(operator=RuleDmarcOperator.EQUALS))
        case RuleBooleanExpression() | RuleNumberExpression():
            return condition
        case never:
            assert_never(never)


def _typed(dimension: Dimension, values: Sequence[str]) -> tuple[str, ...]:
    """The values as the shape has them: words of an enum are enum members."""
    held = {str(value): value for value in values_of(dimension.like)}
    kinds = {type(value) for value in held.values()}
    kind = kinds.pop() if len(kinds) == 1 else str
    return tuple(kind(value) for value in values)


def widening(form: RuleForm) -> Iterator[Dimension]:
    """The dimensions of a form whose values are alternatives."""
    return (each for each in form.box if each.widens)
